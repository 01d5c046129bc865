"""An HTTP server that is OpenAI's embeddings and Pinecone until it is told to fail in one of the ways they do."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import numpy as np

DIMENSIONS = 16


@dataclass(frozen=True)
class Fault:
    """What to answer instead: exactly these bytes, after a pause."""

    status: int = 200
    body: bytes = b"{}"
    content_type: str = "application/json"
    delay_seconds: float = 0.0
    drip_seconds: float = 0.0
    repeat: int = 1
    headers: dict[str, str] = field(default_factory=dict)


def openai_error(status: int, code: str) -> Fault:
    kind = "insufficient_quota" if code == "insufficient_quota" else "invalid_request_error"
    return Fault(status, json.dumps({"error": {"message": "secret text", "type": kind, "code": code}}).encode())


def vector(text: str) -> list[float]:
    """A vector of words: texts that share words are near each other."""
    total = np.zeros(DIMENSIONS, dtype=np.float32)
    for word in text.casefold().split():
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
        total += np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)
    return [float(x) for x in total]


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class ProvidersServer:
    """Runs in a thread while the `with` block lasts. `fault` decides for each request; None means: answer well."""

    fault: Callable[[Seen], Fault | None] = field(default=lambda _: None)
    seen: list[Seen] = field(default_factory=list)
    vectors: dict[tuple[str, str], dict[str, dict[str, Any]]] = field(default_factory=dict)
    indexes: dict[str, int] = field(default_factory=dict)
    ready: bool = True

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def sent(self) -> str:
        """Everything that was ever sent here, as one string."""
        return json.dumps([seen.body for seen in self.seen], ensure_ascii=False)

    def paths(self, part: str) -> list[Seen]:
        return [seen for seen in self.seen if part in seen.path]

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                self._handle()

            do_POST = do_DELETE = do_PATCH = do_GET  # noqa: N815 - the standard library's names

            def _handle(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                request = Seen(self.command, self.path, dict(self.headers), json.loads(raw) if raw else {})
                outer.seen.append(request)
                fault = outer.fault(request)
                try:
                    if fault is None:
                        status, answer = outer.answer(request)
                        self._send(Fault(status, json.dumps(answer).encode()))
                    else:
                        time.sleep(fault.delay_seconds)
                        self._send(fault)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _send(self, fault: Fault) -> None:
                self.send_response(fault.status)
                self.send_header("content-type", fault.content_type)
                self.send_header("content-length", str(len(fault.body) * fault.repeat))
                for name, value in fault.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if fault.drip_seconds:
                    for byte in fault.body:
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                        time.sleep(fault.drip_seconds)
                    return
                for _ in range(fault.repeat):
                    self.wfile.write(fault.body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # --- the two services -------------------------------------------------------------------

    def answer(self, request: Seen) -> tuple[int, Any]:
        path = request.path.split("?")[0]
        if path.endswith("/embeddings"):
            return 200, self._embeddings(request.body)
        if path == "/indexes" and request.method == "POST":
            name = request.body["name"]
            if name in self.indexes:
                return 409, {"error": {"code": "ALREADY_EXISTS", "message": "secret text"}, "status": 409}
            self.indexes[name] = int(
                request.body.get("dimension") or next(iter(request.body["schema"]["fields"].values()))["dimension"]
            )
            return 201, self._description(name)
        if path.startswith("/indexes/"):
            name = path.removeprefix("/indexes/")
            if name not in self.indexes:
                return 404, {"error": {"code": "NOT_FOUND", "message": "secret text"}, "status": 404}
            return 200, self._description(name)
        name, _, operation = path.removeprefix("/data/").partition("/")
        return self._data(name, "/" + operation, request)

    def _description(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "dimension": self.indexes[name],
            "metric": "cosine",
            "vector_type": "dense",
            "deletion_protection": "disabled",
            "tags": {},
            "host": f"{self.base_url}/data/{name}",
            "status": {"ready": self.ready, "state": "Ready" if self.ready else "Initializing"},
            "schema": {
                "fields": {"_values": {"type": "dense_vector", "dimension": self.indexes[name], "metric": "cosine"}}
            },
            "deployment": {"deployment_type": "managed", "cloud": "aws", "region": "local"},
            "read_capacity": {"mode": "OnDemand", "status": {"state": "Ready"}},
        }

    def _embeddings(self, body: Any) -> dict[str, Any]:
        def pack(text: str) -> Any:
            values = vector(text)
            if body.get("encoding_format") != "base64":
                return values
            return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode()

        rows = [{"object": "embedding", "index": i, "embedding": pack(text)} for i, text in enumerate(body["input"])]
        return {
            "object": "list",
            "model": body["model"],
            "data": rows,
            "usage": {"prompt_tokens": 7, "total_tokens": 7},
        }

    def _data(self, name: str, operation: str, request: Seen) -> tuple[int, Any]:
        body = request.body
        namespace = body.get("namespace", "")
        if operation == "/vectors/list":
            query = dict(part.split("=", 1) for part in request.path.partition("?")[2].split("&"))
            namespace, prefix = query.get("namespace", ""), query.get("prefix", "").replace("%23", "#")
            ids = [i for i in self.vectors.get((name, namespace), {}) if i.startswith(prefix)]
            return 200, {"vectors": [{"id": i} for i in ids], "namespace": namespace, "usage": {"readUnits": 1}}
        stored = self.vectors.setdefault((name, namespace), {})
        if operation == "/vectors/upsert":
            for item in body["vectors"]:
                stored[item["id"]] = item
            return 200, {"upsertedCount": len(body["vectors"])}
        if operation == "/vectors/delete":
            for identity in body["ids"]:
                stored.pop(identity, None)
            return 200, {}
        wanted = np.asarray(body["vector"])
        without = ((body.get("filter") or {}).get("job_id") or {}).get("$ne")
        found = []
        for item in stored.values():
            if item["metadata"]["job_id"] == without:
                continue
            values = np.asarray(item["values"])
            score = float(wanted @ values / (np.linalg.norm(wanted) * np.linalg.norm(values)))
            found.append({"id": item["id"], "score": score, "metadata": item["metadata"]})
        found.sort(key=lambda match: -match["score"])
        return 200, {"matches": found[: body["topK"]], "namespace": namespace, "usage": {"readUnits": 1}}
