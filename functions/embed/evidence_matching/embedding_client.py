"""Embeddings through the openai SDK: batched, bounded in time and size, checked before use.

Any OpenAI-compatible server works. There are no retries here: a throttled call is typed as such,
and the state machine, the one layer that retries, decides.
"""

import json
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cvmaker_core.contact_details import redact

from evidence_matching.provider_errors import ProviderFailure

if TYPE_CHECKING:
    import httpx2
    import numpy as np
    from openai import OpenAI

# OpenAI takes 2,048 inputs and 300,000 tokens a request; smaller batches keep a lost call cheap.
MAX_BATCH_TEXTS = 256
MAX_BATCH_CHARACTERS = 120_000
# A bullet is a sentence; what is longer is cut rather than refused (models read 8,000 tokens at most).
MAX_TEXT_CHARACTERS = 2_000
# 256 vectors of 3,072 float32 in base64 are 4.2 MB.
MAX_ANSWER_BYTES = 24 * 1024 * 1024
CONNECT_SECONDS = 3.0
# Only these models take the parameter; others have one size.
_SIZED_MODELS = "text-embedding-3"


@dataclass(frozen=True)
class EmbeddingConfiguration:
    """Which model, where, and how long one call may take. An empty base URL means OpenAI's own."""

    api_key: str = field(repr=False)
    base_url: str
    model: str
    dimensions: int
    timeout_seconds: float

    @property
    def usable(self) -> bool:
        return bool(self.api_key or self.base_url)


class EmbeddingClient:
    """Turns texts into unit vectors; counts what it used."""

    def __init__(self, configuration: EmbeddingConfiguration, private: Iterable[str] = ()) -> None:
        self.configuration = configuration
        self.private = tuple(private)
        self.tokens = 0
        self.requests = 0
        self.deadline = math.inf
        self._cache: dict[str, np.ndarray] = {}
        self._client: OpenAI | None = None

    def __call__(self, texts: Sequence[str]) -> "np.ndarray":
        """One unit vector (float32 row) for each text. The same text is sent once in the client's life.

        Raises
        ------
        ProviderFailure
            For every way a provider fails.

        """
        import numpy as np

        clean = [self.clean(text) for text in texts]
        wanted = [text for text in dict.fromkeys(clean) if text not in self._cache]
        for batch in _batches(wanted):
            for text, vector in zip(batch, self._embed(batch), strict=True):
                self._cache[text] = vector
        if not clean:
            return np.zeros((0, self.configuration.dimensions), dtype=np.float32)
        return np.stack([self._cache[text] for text in clean])

    @property
    def dimensions(self) -> int:
        """The length of the vectors this model really makes; the configured one before the first call."""
        return next((len(vector) for vector in self._cache.values()), self.configuration.dimensions)

    def clean(self, text: str) -> str:
        """Without contact details, and never empty: the API refuses empty inputs."""
        return redact(text[:MAX_TEXT_CHARACTERS], self.private).strip() or "-"

    def _embed(self, batch: list[str]) -> "np.ndarray":
        configuration = self.configuration
        seconds = min(configuration.timeout_seconds, self.deadline - time.monotonic())
        if seconds <= 0.2:
            raise ProviderFailure("embeddings_timeout")
        extra = {"dimensions": configuration.dimensions} if configuration.model.startswith(_SIZED_MODELS) else {}
        self.requests += 1
        with _typed_failures():
            raw = self._connect().embeddings.with_raw_response.create(
                model=configuration.model,
                input=batch,
                encoding_format="base64",
                timeout=seconds,
                extra_headers={"x-cvmaker-seconds": f"{seconds:.3f}"},
                **extra,  # type: ignore[arg-type]
            )
            body = raw.http_response.content
        return self._read(body, len(batch))

    def _connect(self) -> "OpenAI":
        if self._client is None:
            import httpx2
            from openai import DefaultHttpxClient, OpenAI

            timeout = httpx2.Timeout(self.configuration.timeout_seconds, connect=CONNECT_SECONDS)
            self._client = OpenAI(
                api_key=self.configuration.api_key or "none",
                base_url=self.configuration.base_url or None,
                max_retries=0,
                timeout=timeout,
                default_headers={"Accept-Encoding": "identity"},
                http_client=DefaultHttpxClient(timeout=timeout, event_hooks={"response": [_bound_body]}),
            )
        return self._client

    def _read(self, body: bytes, expected: int) -> "np.ndarray":
        """Check an answer as strictly as if a stranger had written it."""
        import base64

        import numpy as np

        try:
            answer = json.loads(body)
            rows = sorted(answer["data"], key=lambda row: int(row["index"]))
            vectors = [
                np.frombuffer(base64.b64decode(row["embedding"], validate=True), dtype="<f4")
                if isinstance(row["embedding"], str)
                else np.asarray(row["embedding"], dtype=np.float32)
                for row in rows
            ]
            array = np.stack(vectors).astype(np.float32)
            usage = answer.get("usage") or {}
            tokens = int(usage.get("total_tokens") or usage.get("prompt_tokens") or 0)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ProviderFailure("embeddings_bad_answer") from None
        if array.ndim != 2 or array.shape[0] != expected or array.shape[1] < 8 or not np.isfinite(array).all():
            raise ProviderFailure("embeddings_bad_answer")
        if [int(row["index"]) for row in rows] != list(range(expected)):
            raise ProviderFailure("embeddings_bad_answer")
        if self._cache and array.shape[1] != self.dimensions:
            raise ProviderFailure("embeddings_bad_answer")
        lengths = np.linalg.norm(array, axis=1, keepdims=True)
        if (lengths < 1e-6).any():
            raise ProviderFailure("embeddings_bad_answer")
        self.tokens += max(0, tokens)
        unit: np.ndarray = array / lengths
        return unit


def _batches(texts: list[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) >= MAX_BATCH_TEXTS or size + len(text) > MAX_BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


@contextmanager
def _typed_failures() -> Iterator[None]:
    import httpx2
    import openai

    try:
        yield
    except openai.APIStatusError as error:
        raise _of_status(error) from None
    except (openai.APITimeoutError, httpx2.TimeoutException):
        raise ProviderFailure("embeddings_timeout") from None
    except (openai.APIConnectionError, httpx2.TransportError) as error:
        cause = error.__cause__ or error.__context__
        if isinstance(cause, ProviderFailure):
            raise cause from None
        raise ProviderFailure("embeddings_unreachable") from None
    except (openai.OpenAIError, ValueError):
        raise ProviderFailure("embeddings_bad_answer") from None


def _of_status(error: Any) -> ProviderFailure:
    code = str(error.code or "")
    body = error.body if isinstance(error.body, dict) else {}
    if "insufficient_quota" in (code, body.get("type")):
        return ProviderFailure("embeddings_quota")
    status = error.status_code
    if status == 429:
        return ProviderFailure("embeddings_throttled", throttled=True)
    if status >= 500 or status in {408, 409}:
        return ProviderFailure("embeddings_unavailable", throttled=status == 503)
    known = {401: "embeddings_bad_key", 403: "embeddings_bad_key", 404: "embeddings_model_unknown"}
    return ProviderFailure(known.get(status, "embeddings_rejected"))


def _bound_body(response: "httpx2.Response") -> None:
    """End a body that is too large or that drips past the call's deadline."""
    seconds = float(response.request.headers.get("x-cvmaker-seconds", "60"))
    deadline = time.monotonic() + seconds
    response.headers.pop("content-encoding", None)  # none was asked for: a compressed bomb stays small and unread
    response.stream = _bounded(response.stream, deadline)


def _bounded(stream: Any, deadline: float) -> Any:
    import httpx2

    class BoundedStream(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for chunk in stream:
                size += len(chunk)
                if size > MAX_ANSWER_BYTES:
                    raise ProviderFailure("embeddings_too_large")
                if time.monotonic() > deadline:
                    raise ProviderFailure("embeddings_timeout")
                yield chunk

        def close(self) -> None:
            stream.close()

    return BoundedStream()
