"""An HTTP server that speaks OpenAI's wire: `/v1/responses` and `/v1/chat/completions`.

What it answers is a function of the request, so that a test can be honest, adversarial, obedient
to hidden instructions, or faulty in each way a provider is.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Asked:
    """One request, in the same words whichever endpoint it came to."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def instructions(self) -> str:
        if self.path.endswith("/responses"):
            return str(self.body.get("instructions", ""))
        return str(self.body["messages"][0]["content"])

    @property
    def data(self) -> Any:
        """The JSON that was sent as data."""
        messages = self.body["input"] if self.path.endswith("/responses") else self.body["messages"]
        return json.loads(messages[-1]["content"])

    @property
    def schema_name(self) -> str:
        if self.path.endswith("/responses"):
            return str(self.body["text"]["format"]["name"])
        return str(self.body["response_format"]["json_schema"]["name"])


@dataclass(frozen=True)
class Reply:
    """What to send. With `text`, a well-formed answer of the endpoint around it; with `raw`, exactly that."""

    text: str | None = None
    raw: bytes | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    refusal: bool = False
    incomplete: bool = False
    delay_seconds: float = 0.0
    drip_seconds: float = 0.0  # pause between single bytes of the body
    input_tokens: int = 1000
    output_tokens: int = 200


def error_reply(status: int, code: str, message: str = "no", **headers: str) -> Reply:
    """An error as OpenAI words it."""
    kind = "insufficient_quota" if code == "insufficient_quota" else "invalid_request_error"
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return Reply(raw=json.dumps(body).encode(), status=status, headers=headers)


class OpenAIServer:
    """Runs in a thread while the `with` block lasts; `asked` holds every request, in order."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:
        self.asked: list[Asked] = []
        self.answer = answer
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                asked = Asked(self.path, dict(self.headers), json.loads(self.rfile.read(length)))
                outer.asked.append(asked)
                reply = outer.answer(asked)
                body = reply.raw if reply.raw is not None else json.dumps(_wrap(asked, reply)).encode()
                time.sleep(reply.delay_seconds)
                try:
                    self._send(reply, body)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _send(self, reply: Reply, body: bytes) -> None:
                self.send_response(reply.status)
                self.send_header("content-type", reply.content_type)
                self.send_header("content-length", str(len(body)))
                for name, value in reply.headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                if not reply.drip_seconds:
                    self.wfile.write(body)
                    return
                for byte in body:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(reply.drip_seconds)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _wrap(asked: Asked, reply: Reply) -> dict[str, Any]:
    if asked.path.endswith("/chat/completions"):
        message: dict[str, Any] = {
            "role": "assistant",
            "content": None if reply.refusal else reply.text,
            "refusal": "I cannot help with that." if reply.refusal else None,
        }
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": asked.body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "length" if reply.incomplete else "stop"}],
            "usage": {
                "prompt_tokens": reply.input_tokens,
                "completion_tokens": reply.output_tokens,
                "total_tokens": reply.input_tokens + reply.output_tokens,
            },
        }
    content: list[dict[str, Any]] = (
        [{"type": "refusal", "refusal": "I cannot help with that."}]
        if reply.refusal
        else [{"type": "output_text", "text": reply.text, "annotations": []}]
    )
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "incomplete" if reply.incomplete else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if reply.incomplete else None,
        "error": None,
        "model": asked.body["model"],
        "output": [
            {"id": "rs_1", "type": "reasoning", "summary": []},
            {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": content},
        ],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": reply.input_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": reply.output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": reply.input_tokens + reply.output_tokens,
        },
    }
