"""Runs Lambda functions on this machine: processes, warm reuse, time limits, memory limits and Lambda's error names.

Each function runs through Amazon's ``awslambdaric`` in processes of its own. A process sees its code (`CodeUri`), its
layers, the packages that it declares, its declared environment and the variables that Lambda itself sets.
"""

from __future__ import annotations

import array
import base64
import collections
import fcntl
import itertools
import json
import logging
import os
import queue
import select
import shutil
import signal
import subprocess
import sys
import termios
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cvmaker_local.dependencies import MissingDistributionError, link_distributions
from cvmaker_local.requested_actions import key_of_process
from cvmaker_local.runtime_api import Invocation, RuntimeApi

logger = logging.getLogger(__name__)

WORKER_MAIN = Path(__file__).with_name("worker_main.py")
MAXIMUM_SYNCHRONOUS_PAYLOAD = 6 * 1024 * 1024  # bytes, AWS Lambda quota; asynchronous: 1 MB
LOG_TAIL_BYTES = 4096  # what Lambda returns as X-Amz-Log-Result
IDLE_SECONDS = 600.0
DRAIN_SECONDS = 1.0
REMEMBERED_BYTES = 2048  # of an event; owner and job id stand at its beginning
LARGEST_LOG_BYTES = 20 * 1024 * 1024  # kept at a start; a larger log makes room
# Lambda allows 10 s on its own hardware; a laptop that starts eight processes at once needs more.
INITIALISATION_SECONDS = 60.0
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class FunctionConfiguration:
    """What template.yaml says of one function. `layers` are ordered as in the template; the last one wins."""

    name: str
    logical_id: str
    arn: str
    handler: str
    task_root: Path
    layers: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float = 3.0
    memory_mb: int = 128
    architecture: str = "x86_64"
    reserved_concurrency: int | None = None


@dataclass(frozen=True)
class InvokeResult:
    """What an invocation gave: `payload` is decoded JSON; `error` is None or ``Unhandled``; `ms` without start-up."""

    payload: Any
    error: str | None
    log: str
    ms: float
    request_id: str
    raw: bytes = b""
    cold: bool = False
    memory_mb: int = 0

    @property
    def error_type(self) -> str | None:
        """The name that Step Functions matches in Retry and Catch."""
        return self.payload.get("errorType") if self.error and isinstance(self.payload, dict) else None


class UnknownFunctionError(KeyError):
    """No function of that name, ARN or logical id."""


class Spawner:
    """Starts processes from one long-lived thread.

    Linux delivers the parent-death signal when the *thread* that forked ends, so short-lived request threads must not
    fork.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")

    def spawn(self, *arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        future: Future[subprocess.Popen[bytes]] = self._executor.submit(subprocess.Popen, *arguments, **options)
        return future.result()

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


class FunctionProcess:
    """One sandbox: an operating-system process with its Runtime API."""

    def __init__(self, pool: FunctionPool) -> None:
        self.pool = pool
        self.configuration = pool.configuration
        self.created = time.monotonic()
        self.last_used = self.created
        self.ready_after: float | None = None
        self.invocations = 0
        self.code_stamp = pool.code_stamp()
        self.api = RuntimeApi(self._ready)
        self.lines: collections.deque[str] = collections.deque(maxlen=2000)
        self.scratch = pool.host.directory / "tmp" / f"{self.configuration.logical_id}-{uuid.uuid4().hex[:8]}"
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.request_id = ""
        # Who calls is in the access key, as in the cloud, where each function has its role's credentials.
        self.access_key = key_of_process(self.configuration.logical_id, next(pool.host.process_numbers))
        command = [str(pool.host.python), "-S", "-P", str(WORKER_MAIN), self.configuration.handler, str(os.getpid())]
        self.process = pool.host.spawner.spawn(
            command,
            env=self._environment(),
            cwd=self.configuration.task_root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self._log_descriptor = self.process.stdout.fileno()
        self._log_lock = threading.Lock()
        self.reader = threading.Thread(target=self._read_log, name=f"log-{self.configuration.logical_id}", daemon=True)
        self.reader.start()

    def _ready(self) -> None:
        if self.ready_after is None:
            self.ready_after = time.monotonic() - self.created

    def _environment(self) -> dict[str, str]:
        """The variables of AWS Lambda, then the declared ones."""
        configuration, host = self.configuration, self.pool.host
        python_path = [str(configuration.task_root)]
        for layer in reversed(configuration.layers):
            python_path += [str(layer / "python")] if (layer / "python").is_dir() else [str(layer)]
        python_path += [str(path) for path in self.pool.dependency_paths()]
        libraries = [str(layer / "lib") for layer in reversed(configuration.layers) if (layer / "lib").is_dir()]
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "PYTHONUTF8": "1",
            "TZ": ":UTC",
            "HOME": str(self.scratch),
            "TMPDIR": str(self.scratch),
            "XDG_CACHE_HOME": str(host.directory / "cache"),  # fontconfig's cache, as warm as in a warm sandbox
            "PYTHONPATH": os.pathsep.join(python_path),
            "AWS_LAMBDA_RUNTIME_API": self.api.address,
            "AWS_LAMBDA_FUNCTION_NAME": configuration.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration.memory_mb),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{configuration.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"{time.strftime('%Y/%m/%d')}/[$LATEST]{uuid.uuid4().hex}",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
            "LAMBDA_TASK_ROOT": str(configuration.task_root),
            "_HANDLER": configuration.handler,
            **host.base_environment,
            "AWS_ACCESS_KEY_ID": self.access_key,
        }
        if libraries:
            environment["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
        if host.bytecode_cache is not None:
            environment["PYTHONPYCACHEPREFIX"] = str(host.bytecode_cache)
        environment.update(localise_layer_paths(configuration.environment, configuration.layers))
        return environment

    def _read_log(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            descriptor, rest = stream.fileno(), b""
            ready = select.poll()
            ready.register(descriptor, select.POLLIN)
            while True:
                ready.poll()
                with self._log_lock:  # `drain` waits for what is being taken in
                    chunk = os.read(descriptor, 65536)
                    *complete, rest = (rest + chunk).split(b"\n")
                    for raw in complete if chunk else [*complete, *filter(None, [rest])]:
                        # awslambdaric ends the lines of one record with \r so that CloudWatch keeps them together.
                        self.write(raw.decode("utf-8", "replace").replace("\r", "\n"))
                if not chunk:
                    return

    def write(self, line: str) -> None:
        """One line into the log of the invocation under way."""
        self.lines.append(line)
        self.pool.log(self.request_id, line)

    def drain(self) -> None:
        """Take in what the function has printed so far: it does so before it answers."""
        deadline = time.monotonic() + DRAIN_SECONDS
        waiting = array.array("i", [1])
        while self.alive and time.monotonic() < deadline:
            with self._log_lock:
                try:
                    fcntl.ioctl(self._log_descriptor, termios.FIONREAD, waiting)
                except OSError:
                    return
            if waiting[0] == 0:
                return
            time.sleep(0.0005)

    def peak_memory_mb(self) -> int:
        """Largest resident size so far, from /proc; 0 where there is none."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return 0
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
        return 0

    def resident_mb(self) -> int:
        try:
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1])
        except (OSError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE") // (1024 * 1024)

    def kill(self) -> None:
        """End the process and whatever it started; never raises."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            if self.process.poll() is None:
                self.process.kill()
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.api.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def ending(self) -> str:
        code = self.process.returncode
        if code is not None and code < 0:
            return f"signal: {signal.Signals(-code).name.removeprefix('SIG').lower()}".replace("kill", "killed")
        return f"exit status {code}"


def localise_layer_paths(environment: Mapping[str, str], layers: Iterable[Path]) -> dict[str, str]:
    """Declared variables, with paths below /opt (where Lambda puts layers) found in the layers' folders.

    A variable whose path exists in no layer folder is left out: such files (native libraries, fonts) come from the
    operating system here.
    """
    result: dict[str, str] = {}
    ordered = list(reversed(list(layers)))
    for name, value in environment.items():
        if not value.startswith("/opt/"):
            result[name] = value
            continue
        relative = value.removeprefix("/opt/")
        candidates = [relative, relative.removeprefix("python/")]
        found = next((layer / path for layer in ordered for path in candidates if (layer / path).exists()), None)
        if found is not None:
            result[name] = str(found)
    return result


class FunctionPool:
    """The processes of one function: idle ones are reused, more are started while there is work, up to a cap."""

    def __init__(self, host: RuntimeHost, configuration: FunctionConfiguration) -> None:
        self.host = host
        self.configuration = configuration
        self.condition = threading.Condition()
        self.idle: list[FunctionProcess] = []
        self.busy: set[FunctionProcess] = set()
        self.starting = 0
        self.prestarting = False
        self.closed = False
        limit = configuration.reserved_concurrency
        self.limit = host.maximum_concurrency if limit is None else min(limit, host.maximum_concurrency)
        self._dependency_paths: tuple[Path, ...] | None = None
        self._dependency_lock = threading.Lock()
        self._stamp = (0.0, 0.0)
        host.log_directory.mkdir(parents=True, exist_ok=True)
        log_path = host.log_directory / f"{configuration.logical_id}.log"
        if log_path.exists() and log_path.stat().st_size > LARGEST_LOG_BYTES:
            log_path.replace(log_path.with_suffix(".old.log"))
        self._log_file = log_path.open("a", encoding="utf-8")
        self._log_lock = threading.Lock()

    def dependency_paths(self) -> tuple[Path, ...]:
        with self._dependency_lock:
            if self._dependency_paths is None:
                if self.host.runtime_site is not None:  # built artefacts bring their own packages
                    self._dependency_paths = (self.host.runtime_site,)
                else:
                    roots = (self.configuration.task_root, *self.configuration.layers)
                    self._dependency_paths = (
                        link_distributions(
                            [root / "requirements.txt" for root in roots],
                            self.host.directory / "packages",
                            self.configuration.logical_id,
                        ),
                    )
            return self._dependency_paths

    def code_stamp(self) -> float:
        """Newest change in the function's code and layers; 0 unless the host watches for changes."""
        if not self.host.watch_code:
            return 0.0
        checked, stamp = self._stamp
        now = time.monotonic()
        if now - checked > 0.5:
            roots = (self.configuration.task_root, *self.configuration.layers)
            files = (
                Path(folder, name)
                for root in roots
                for folder, _, names in os.walk(root)
                if not folder.endswith("__pycache__")
                for name in names
            )
            stamp = max((file.stat().st_mtime for file in files if file.exists()), default=0.0)
            self._stamp = (now, stamp)
        return stamp

    def log(self, request_id: str, line: str) -> None:
        self.host.remember(self.configuration.logical_id, request_id, line)
        with self._log_lock:
            if not self._log_file.closed:
                self._log_file.write(line + "\n")
                self._log_file.flush()

    def acquire(self) -> tuple[FunctionProcess, bool]:
        """A process for one invocation and whether it is new; waits while the cap is reached."""
        with self.condition:
            while True:
                if self.closed:
                    raise RuntimeError("The runtime host has been stopped.")
                while self.idle:
                    process = self.idle.pop()
                    if process.alive and process.code_stamp == self.code_stamp():
                        self.busy.add(process)
                        return process, process.invocations == 0
                    threading.Thread(target=process.kill, daemon=True).start()
                # A process that is being prestarted will be idle in a moment: sooner than another one.
                if not self.prestarting and len(self.busy) + self.starting < self.limit:
                    self.starting += 1
                    break
                self.condition.wait(1.0)
        try:
            process = FunctionProcess(self)
        except BaseException:
            with self.condition:
                self.starting -= 1
                self.condition.notify()
            raise
        with self.condition:
            self.starting -= 1
            self.busy.add(process)
            if self.closed:
                process.kill()
                raise RuntimeError("The runtime host has been stopped.")
        return process, True

    def release(self, process: FunctionProcess, *, keep: bool) -> None:
        with self.condition:
            self.busy.discard(process)
            keep = keep and process.alive and not self.closed
            if keep:
                process.last_used = time.monotonic()
                self.idle.append(process)
            self.condition.notify()
        if not keep:
            process.kill()

    def prestart(self) -> None:
        """Start one process now, so that its imports are done before the first event."""
        with self.condition:
            if self.closed or self.idle or self.busy or self.starting or not self.configuration.task_root.is_dir():
                return
            self.prestarting = True
        process = None
        try:
            process = FunctionProcess(self)
        finally:
            with self.condition:
                self.prestarting = False
                self.condition.notify_all()
        self.release(process, keep=True)

    def reap(self, older_than: float) -> None:
        with self.condition:
            old = [process for process in self.idle if process.last_used < older_than]
            self.idle = [process for process in self.idle if process.last_used >= older_than]
        for process in old:
            process.kill()

    def processes(self) -> list[FunctionProcess]:
        with self.condition:
            return [*self.idle, *self.busy]

    def busy_processes(self) -> list[FunctionProcess]:
        with self.condition:
            return list(self.busy)

    def close(self) -> None:
        with self.condition:
            self.closed = True
            processes = [*self.idle, *self.busy]
            self.idle.clear()
            self.condition.notify_all()
        for process in processes:
            process.kill()
        with self._log_lock:
            self._log_file.close()


class RuntimeHost:
    """AWS Lambda for one stack.

    Parameters
    ----------
    directory
        Scratch: link folders, temporary folders, caches.
    log_directory
        One ``<LogicalId>.log`` per function.
    base_environment
        Variables that every function gets from Lambda: region, credentials, endpoint.
    maximum_concurrency
        Processes per function.
    python, runtime_site
        For built artefacts: the interpreter and a folder with ``awslambdaric`` and ``boto3`` for it.
    watch_code
        Replace processes whose code changed (development).
    enforce_memory
        Kill a process whose resident memory passes the function's MemorySize, as Lambda does.
    """

    def __init__(
        self,
        directory: Path,
        log_directory: Path,
        base_environment: Mapping[str, str] | None = None,
        *,
        maximum_concurrency: int = 4,
        python: Path | None = None,
        runtime_site: Path | None = None,
        watch_code: bool = False,
        enforce_memory: bool = True,
    ) -> None:
        self.directory = directory
        self.log_directory = log_directory
        self.base_environment = dict(base_environment or {})
        self.maximum_concurrency = maximum_concurrency
        self.python = python or Path(sys.executable)
        self.runtime_site = runtime_site
        self.watch_code = watch_code
        self.enforce_memory = enforce_memory
        self.spawner = Spawner()
        self.process_numbers = itertools.count(1)
        self.pools: dict[str, FunctionPool] = {}
        self.names: dict[str, str] = {}
        self.log_lines: collections.deque[tuple[float, str, str, str]] = collections.deque(maxlen=50_000)
        # What each recent request was about, for `logs`; in memory only.
        self.requests: collections.deque[tuple[str, bytes]] = collections.deque(maxlen=5_000)
        self._closed = threading.Event()
        site_packages = Path(os.__file__).parent
        # Bytecode beside the sources where that can be written, else in our cache: cold imports take 0.1–2 s less.
        self.bytecode_cache = None if os.access(site_packages, os.W_OK) else directory / "bytecode"
        for folder in ("packages", "tmp", "cache"):
            (directory / folder).mkdir(parents=True, exist_ok=True)
        threading.Thread(target=self._reap, name="reaper", daemon=True).start()

    def add(self, configuration: FunctionConfiguration) -> None:
        """Register a function under its logical id, name and ARN."""
        pool = FunctionPool(self, configuration)
        self.pools[configuration.logical_id] = pool
        for name in (configuration.logical_id, configuration.name, configuration.arn):
            self.names[name] = configuration.logical_id

    def pool(self, name: str) -> FunctionPool:
        """The pool of a logical id, a name, or a (possibly qualified) ARN.

        Raises
        ------
        UnknownFunctionError
        """
        candidates = [name]
        if name.startswith("arn:"):
            candidates.append(":".join(name.split(":")[:7]))
        elif ":" in name:
            candidates.append(name.split(":", 1)[0])
        for candidate in candidates:
            if candidate in self.names:
                return self.pools[self.names[candidate]]
        raise UnknownFunctionError(name)

    def prestart(self, logical_ids: Iterable[str]) -> None:
        """Start one process of each function in the background, one after the other, in this order."""

        def start() -> None:
            for logical_id in logical_ids:
                if self._closed.is_set():
                    return
                try:
                    self.pool(logical_id).prestart()
                except Exception:
                    # The first real invocation meets the same fault and reports it to its caller.
                    logger.debug("prestart of %s failed", logical_id, exc_info=True)

        threading.Thread(target=start, name="prestart", daemon=True).start()

    def invoke(self, name: str, payload: bytes | dict[str, Any] | list[Any] | str | None) -> InvokeResult:
        """Run a function once and wait for its answer; failures of the function are in the result, not raised."""
        pool = self.pool(name)
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        configuration = pool.configuration
        request_id = str(uuid.uuid4())
        invocation = Invocation(request_id, body, configuration.arn, configuration.timeout_seconds)
        if not configuration.task_root.is_dir():
            message = f"Unable to import module: the folder {configuration.task_root} does not exist"
            return failure(request_id, "Runtime.ImportModuleError", message, "", 0.0)
        try:
            process, cold = pool.acquire()
        except MissingDistributionError as error:
            return failure(request_id, "Runtime.ImportModuleError", str(error), "", 0.0)
        process.request_id = request_id
        self.requests.append((request_id, body[:REMEMBERED_BYTES]))
        process.invocations += 1
        process.lines.clear()
        process.write(f"START RequestId: {request_id} Version: $LATEST")
        keep = False
        began = time.monotonic()
        try:
            process.api.invocations.put(invocation)
            kind, answer = self._wait(process, invocation)
            keep = kind in ("response", "error")
            milliseconds = (time.monotonic() - (invocation.started or began)) * 1000
            memory = process.peak_memory_mb()
            initialisation = (
                f" Init Duration: {process.ready_after * 1000:.2f} ms" if cold and process.ready_after else ""
            )
            process.drain()
            process.write(f"END RequestId: {request_id}")
            process.write(
                f"REPORT RequestId: {request_id} Duration: {milliseconds:.2f} ms "
                f"Billed Duration: {int(milliseconds) + 1} ms Memory Size: {configuration.memory_mb} MB "
                f"Max Memory Used: {memory} MB{initialisation}",
            )
            log = "\n".join(process.lines)
            if kind == "response" and len(answer) > MAXIMUM_SYNCHRONOUS_PAYLOAD:
                message = f"Response payload size exceeded the maximum of {MAXIMUM_SYNCHRONOUS_PAYLOAD} bytes."
                return failure(request_id, "Function.ResponseSizeTooLarge", message, log, milliseconds)
            return InvokeResult(
                payload=decode(answer),
                error=None if kind == "response" else "Unhandled",
                log=log,
                ms=milliseconds,
                request_id=request_id,
                raw=answer,
                cold=cold,
                memory_mb=memory,
            )
        finally:
            pool.release(process, keep=keep)

    def _wait(self, process: FunctionProcess, invocation: Invocation) -> tuple[str, bytes]:
        """(kind, body): the process's answer, or the error that Lambda reports in its place."""
        queued = time.monotonic()
        limit = process.configuration.memory_mb
        while True:
            try:
                return invocation.answer.get(timeout=POLL_SECONDS)
            except queue.Empty:
                pass
            api = process.api
            if not process.alive:
                process.reader.join(1.0)
                if api.initialisation_error is not None:
                    return "initialisation", api.initialisation_error
                if not invocation.answer.empty():
                    return invocation.answer.get()
                return "exit", error_body(
                    "Runtime.ExitError",
                    f"RequestId: {invocation.request_id} Error: Runtime exited with error: {process.ending()}",
                )
            if invocation.started is None:
                if time.monotonic() - queued > INITIALISATION_SECONDS:
                    return "timeout", timeout_body(invocation.request_id, INITIALISATION_SECONDS)
            elif time.monotonic() - invocation.started > invocation.timeout_seconds:
                return "timeout", timeout_body(invocation.request_id, invocation.timeout_seconds)
            if self.enforce_memory and process.resident_mb() > limit:
                logger.warning("%s used more than its %s MB", process.configuration.logical_id, limit)
                return "memory", error_body(
                    "Runtime.ExitError",
                    f"RequestId: {invocation.request_id} Error: Runtime exited with error: signal: killed",
                )

    def remember(self, logical_id: str, request_id: str, line: str) -> None:
        self.log_lines.append((time.time(), logical_id, request_id, line))

    def logs(self, text: str = "") -> list[str]:
        """Log lines of every invocation whose event or log mentions `text`, oldest first, headed by the function."""
        lines = list(self.log_lines)
        requests = {request_id for _, _, request_id, line in lines if text in line}
        requests |= {request_id for request_id, body in list(self.requests) if text.encode() in body}
        return [f"{logical_id} {line}" for _, logical_id, request_id, line in lines if request_id in requests]

    def _reap(self) -> None:
        while not self._closed.wait(30.0):
            for pool in list(self.pools.values()):
                pool.reap(time.monotonic() - IDLE_SECONDS)

    def process_ids(self) -> list[int]:
        return [process.process.pid for pool in self.pools.values() for process in pool.processes()]

    def close(self) -> None:
        """Stop every process; afterwards none is left."""
        self._closed.set()
        with ThreadPoolExecutor(max_workers=8) as executor:
            list(executor.map(FunctionPool.close, self.pools.values()))
        self.spawner.close()


def decode(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def error_body(error_type: str, message: str) -> bytes:
    return json.dumps({"errorType": error_type, "errorMessage": message}).encode()


def timeout_body(request_id: str, seconds: float) -> bytes:
    return error_body("Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds")


def failure(request_id: str, error_type: str, message: str, log: str, milliseconds: float) -> InvokeResult:
    raw = error_body(error_type, message)
    return InvokeResult(json.loads(raw), "Unhandled", log, milliseconds, request_id, raw)


def log_tail(log: str) -> str:
    """Base64 of the end of a log, as the X-Amz-Log-Result header carries it."""
    return base64.b64encode(log.encode()[-LOG_TAIL_BYTES:]).decode()
