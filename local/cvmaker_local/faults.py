"""Faults on the wire: chosen calls of the functions time out, are refused, answer rubbish, or kill their caller.

Stands in front of the local services, where the SDKs connect to; nothing inside a function is touched.

>>> injector = FaultInjector()                                              # doctest: +SKIP
>>> with LocalStack(template, faults=injector) as stack:
...     injector.reset(Fault("s3", "killed_after", function="RenderFunction", action="s3:PutObject"))
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import unquote

from cvmaker_local.http_server import WsgiApplication
from cvmaker_local.requested_actions import (
    SCOPE,
    access_key,
    decode_path,
    function_of_key,
    read_body,
    replace_body,
    s3_actions,
    service_action,
)

if TYPE_CHECKING:
    from cvmaker_local.stack import LocalStack

Kind = Literal[
    "time_out",  # no answer before the caller gives up
    "slow",  # the right answer, late
    "throttled",  # 429, or 503 SlowDown as S3 says it
    "server_error",  # 500
    "reset",  # the connection is cut before an answer
    "garbage",  # 200 with rubbish
    "denied",  # permission denied
    "cut_write",  # done, but the answer is lost: the caller cannot know
    "killed_before",  # the caller's process dies before the call is done
    "killed_after",  # and after it was done, before it learns of it
]
KINDS: tuple[Kind, ...] = get_args(Kind)
GARBAGE = b'{"data": [{"x": \xff\x00 <html>not what you think</html>'
SLOW_SECONDS = 0.8


@dataclass
class Fault:
    """Which calls meet what.

    Parameters
    ----------
    service
        ``s3``, ``secretsmanager``, ``textract``, ``states``, ``lambda``, ``pinecone``, ``embeddings``, ``openai``.
    kind
        What happens to the call.
    function
        Logical id of the calling function; empty: any. Providers do not see who calls.
    action
        IAM's name of the call, or a part of a provider's path; empty: any.
    key
        A part of the S3 key, of the invoked function's name or of the provider's path; empty: any.
    times
        How many calls meet the fault; None: every one.
    skip
        How many such calls pass first.
    """

    service: str
    kind: Kind
    function: str = ""
    action: str = ""
    key: str = ""
    times: int | None = 1
    skip: int = 0
    met: int = 0

    def matches(self, call: Call) -> bool:
        return (
            self.service == call.service
            and (self.times is None or self.met < self.times)
            and self.function in ("", call.function)
            and (
                not self.action or call.action == self.action or (call.service not in AWS and self.action in call.path)
            )
            and self.key in call.path
        )


AWS = ("s3", "secretsmanager", "textract", "states", "lambda", "stepfunctions")


@dataclass(frozen=True)
class Call:
    """One call on its way to a service."""

    service: str
    function: str
    action: str
    path: str
    access_key: str


@dataclass
class FaultInjector:
    """Spoils calls after the `plan`, and counts all of them.

    Parameters
    ----------
    time_out_seconds
        How long a call that times out is held; more than the callers' own limits.
    """

    plan: list[Fault] = field(default_factory=list)
    time_out_seconds: float = 30.0
    calls: list[Call] = field(default_factory=list)
    met: list[tuple[Fault, Call]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def before(self, service: str, application: WsgiApplication, stack: LocalStack) -> WsgiApplication:
        """The application with the injector in front; `service` is ``aws`` for the endpoint of all AWS services."""

        def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            call = describe(service, environ)
            fault = self._choose(call)
            if fault is None:
                return application(environ, start_response)
            return self._spoil(fault, call, application, environ, start_response, stack)

        return serve

    def _choose(self, call: Call) -> Fault | None:
        if call.service in AWS and not call.function:
            return None  # the person's own calls
        with self.lock:
            self.calls.append(call)
            fault = next((item for item in self.plan if item.matches(call)), None)
            if fault is not None and fault.skip:
                fault.skip -= 1
                fault = None
            if fault is not None:
                fault.met += 1
                self.met.append((fault, call))
            return fault

    def reset(self, *plan: Fault) -> None:
        """Forget everything; from now on, this plan."""
        with self.lock:
            self.plan, self.calls, self.met = list(plan), [], []

    def _spoil(
        self,
        fault: Fault,
        call: Call,
        application: WsgiApplication,
        environ: dict[str, Any],
        start_response: Callable[..., Any],
        stack: LocalStack,
    ) -> Iterable[bytes]:
        kind = fault.kind
        if kind == "slow":
            time.sleep(SLOW_SECONDS)
            return application(environ, start_response)
        if kind == "time_out":
            deadline = time.monotonic() + self.time_out_seconds
            while time.monotonic() < deadline and connected(environ):
                time.sleep(0.05)
            return cut(environ)
        if kind == "reset":
            return cut(environ)
        if kind in ("cut_write", "killed_after"):
            list(application(environ, lambda *_: lambda _body: None))
            if kind == "killed_after":
                kill_caller(call, stack)
            return cut(environ)
        if kind == "killed_before":
            kill_caller(call, stack)
            return cut(environ)
        with contextlib.suppress(OSError):
            read_body(environ)
        status, body, headers = refusal(kind, call)
        start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]


def describe(service: str, environ: dict[str, Any]) -> Call:
    """What a request asks for, and who asks."""
    path = unquote(environ.get("PATH_INFO", ""))
    if service != "aws":
        return Call(service, "", environ.get("REQUEST_METHOD", ""), path, "")
    key = access_key(environ)
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    name = scope["service"] if scope else "s3"
    if name == "s3":
        bucket, _, object_key = decode_path(environ.get("PATH_INFO", "")).lstrip("/").partition("/")
        wanted = s3_actions(environ["REQUEST_METHOD"], bucket, object_key, environ.get("QUERY_STRING", ""), environ)
        action, path = wanted[0].action, object_key
    elif name == "lambda":
        action = "lambda:InvokeFunction"
    else:
        body = read_body(environ)
        replace_body(environ, body)
        action = service_action(environ, body).action
    return Call(name, function_of_key(key) or "", action, path, key)


def refusal(kind: Kind, call: Call) -> tuple[str, bytes, list[tuple[str, str]]]:
    """An answer as the service words it."""
    if kind == "garbage":
        return "200 OK", GARBAGE, [("Content-Type", "application/json"), ("ETag", '"0"')]
    if call.service == "s3":
        status, code = {
            "throttled": ("503 Slow Down", "SlowDown"),
            "server_error": ("500 Internal Server Error", "InternalError"),
            "denied": ("403 Forbidden", "AccessDenied"),
        }[kind]
        text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>No.</Message></Error>'
        return status, text.encode(), [("Content-Type", "application/xml")]
    if call.service in AWS:
        in_lambda = call.service == "lambda"
        status, code = {
            "throttled": ("429 Too Many Requests", "TooManyRequestsException")
            if in_lambda
            else ("400 Bad Request", "ThrottlingException"),
            "server_error": ("500 Internal Server Error", "ServiceException" if in_lambda else "InternalServiceError"),
            "denied": ("400 Bad Request", "AccessDeniedException"),
        }[kind]
        body = f'{{"__type": "{code}", "message": "No."}}'.encode()
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amzn-ErrorType": code, "X-Amzn-RequestId": "fault"}
        return status, body, list(headers.items())
    status = {
        "throttled": "429 Too Many Requests",
        "server_error": "500 Internal Server Error",
        "denied": "403 Forbidden",
    }[kind]
    return status, b'{"error": {"message": "No.", "code": "no", "type": "no"}}', [("Content-Type", "application/json")]


def connected(environ: dict[str, Any]) -> bool:
    """Whether the caller still waits."""
    connection: socket.socket | None = environ.get("werkzeug.socket")
    if connection is None:
        return True
    try:
        connection.setblocking(False)
        return connection.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            connection.setblocking(True)


def cut(environ: dict[str, Any]) -> Iterable[bytes]:
    """Reset the connection: no status line, no end of file, an error at the caller's."""
    connection: socket.socket | None = environ.get("werkzeug.socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.shutdown(socket.SHUT_RDWR)
            connection.close()
    raise ConnectionAbortedError("cut by the fault injector")


def kill_caller(call: Call, stack: LocalStack) -> None:
    """End the process that made the call, as a sandbox that dies; a provider's caller is whoever is at work."""
    for pool in stack.host.pools.values():
        for process in pool.busy_processes():
            if call.access_key in ("", process.access_key):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.process.pid, signal.SIGKILL)
                process.process.wait(5)
