"""OpenAI's wire as a WSGI application: chat answers, embeddings, a limit of requests a second. Counts what it answers.

It answers fast and always in the asked shape, so that what a test measures is the pipeline.
"""

import base64
import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from doubles.openai_wire import Asked, Reply, _wrap

DIMENSIONS = 64
EMPTY_ANSWERS: dict[str, dict[str, Any]] = {
    "ProposedRequirements": {"requirements": []},
    "Proposals": {"bullets": [], "summary": None, "headline": None, "cover_letter": []},
    "Alternatives": {"alternatives": []},
}


class ProvidersApplication:
    """WSGI application.

    Parameters
    ----------
    requests_per_second
        What is above is refused with 429, as providers do; None: no limit.
    """

    def __init__(self, requests_per_second: float | None = None) -> None:
        self.requests_per_second = requests_per_second
        self.answered: Counter[str] = Counter()
        self.refused = 0
        self.moments: list[float] = []
        self._tokens = requests_per_second or 0.0
        self._refilled = time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if not self._admit():
            body = json.dumps({"error": {"message": "Slower.", "type": "requests", "code": "rate_limit_exceeded"}})
            return self._send(start_response, "429 Too Many Requests", body.encode())
        asked = Asked(environ["PATH_INFO"], {}, json.loads(raw))
        if asked.path.endswith("/embeddings"):
            name, answer = "embeddings", self._embeddings(asked.body)
        else:
            name = asked.schema_name
            answer = _wrap(asked, Reply(json.dumps(EMPTY_ANSWERS[name])))
        with self._lock:
            self.answered[name] += 1
            self.moments.append(time.monotonic())
        return self._send(start_response, "200 OK", json.dumps(answer).encode())

    def _admit(self) -> bool:
        """A bucket of one second's requests, as rate limiters have."""
        if self.requests_per_second is None:
            return True
        with self._lock:
            now = time.monotonic()
            gained = (now - self._refilled) * self.requests_per_second
            self._tokens = min(self.requests_per_second, self._tokens + gained)
            self._refilled = now
            if self._tokens < 1:
                self.refused += 1
                return False
            self._tokens -= 1
            return True

    def _embeddings(self, body: dict[str, Any]) -> dict[str, Any]:
        rows = [
            {"object": "embedding", "index": index, "embedding": _pack(text)}
            for index, text in enumerate(body["input"])
        ]
        usage = {"prompt_tokens": 7 * len(rows), "total_tokens": 7 * len(rows)}
        return {"object": "list", "model": body["model"], "data": rows, "usage": usage}

    def _send(self, start_response: Callable[..., Any], status: str, body: bytes) -> Iterable[bytes]:
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def _pack(text: str) -> str:
    """A vector of words: texts that share words are near each other."""
    total = np.full(DIMENSIONS, 1e-3, dtype="<f4")
    for word in text.casefold().split():
        for byte in hashlib.sha256(word.encode()).digest()[:4]:
            total[byte % DIMENSIONS] += 1
    return base64.b64encode(total.tobytes()).decode()
