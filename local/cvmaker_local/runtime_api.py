"""The Lambda Runtime API of one function process (2018-06-01), as Amazon's runtime client expects it.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Invocation:
    """One event on its way to a process. `deadline` and `started` are set when the process takes it."""

    request_id: str
    payload: bytes
    function_arn: str
    timeout_seconds: float
    started: float | None = None
    answer: queue.SimpleQueue[tuple[str, bytes]] = field(default_factory=queue.SimpleQueue)


class RuntimeApi:
    """Serves one process: hands out invocations, collects responses, errors and a failed initialisation."""

    def __init__(self, on_ready: Callable[[], None]) -> None:
        self.invocations: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self.current: Invocation | None = None
        self.initialisation_error: bytes | None = None
        self._on_ready = on_ready
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # One write per reply and no Nagle delay: otherwise each call shows a false 40 ms.
            wbufsize = 65536
            disable_nagle_algorithm = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's names
                pass

            def handle(self) -> None:
                with contextlib.suppress(ConnectionError, TimeoutError):
                    super().handle()

            def reply(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                if not self.path.endswith("/runtime/invocation/next"):
                    self.reply(404)
                    return
                invocation = api.take()
                if invocation is None:
                    self.reply(410)
                    return
                deadline = int((time.time() + invocation.timeout_seconds) * 1000)
                self.reply(
                    200,
                    invocation.payload,
                    {
                        "Content-Type": "application/json",
                        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                        "Lambda-Runtime-Deadline-Ms": str(deadline),
                        "Lambda-Runtime-Trace-Id": trace_header(),
                        "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                    },
                )

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.reply(202, b'{"status":"OK"}', {"Content-Type": "application/json"})
                *_, identifier, kind = self.path.split("/")
                if identifier == "init":
                    api.initialisation_error = body
                else:
                    api.finish(identifier, kind, body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, name="runtime-api", daemon=True
        ).start()

    def take(self) -> Invocation | None:
        """Wait for the next invocation: called when the process has finished importing, and after each answer."""
        self._on_ready()
        invocation = self.invocations.get()
        if invocation is not None:
            invocation.started = time.monotonic()
            self.current = invocation
        return invocation

    def finish(self, request_id: str, kind: str, body: bytes) -> None:
        """A response or an error arrived; late answers to given-up requests are dropped."""
        current, self.current = self.current, None
        if current is not None and current.request_id == request_id:
            current.answer.put((kind, body))

    def close(self) -> None:
        self.invocations.put(None)
        self.server.shutdown()
        self.server.server_close()


def trace_header() -> str:
    """An unsampled X-Ray header: nothing listens for segments here."""
    return f"Root=1-{int(time.time()):08x}-000000000000000000000000;Parent=0000000000000000;Sampled=0"
