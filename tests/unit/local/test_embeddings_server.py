"""The real openai SDK against the local embeddings endpoint."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import openai
import pytest
from cvmaker_local import embeddings_server
from cvmaker_local.embeddings_server import DIMENSIONS, EmbeddingsServer
from cvmaker_local.http_server import HttpServer


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[EmbeddingsServer, str]]:
    http = HttpServer()
    application = EmbeddingsServer("local")
    http.start(application)
    yield application, f"{http.url}/v1"
    http.stop()


def client(server: tuple[EmbeddingsServer, str], key: str = "local") -> openai.OpenAI:
    return openai.OpenAI(base_url=server[1], api_key=key, max_retries=0)


def vectors(server: tuple[EmbeddingsServer, str], texts: list[str], **options: Any) -> Any:
    answer = client(server).embeddings.create(model="all-MiniLM-L6-v2", input=texts, **options)
    return np.asarray([item.embedding for item in answer.data])


def test_meaning_orders_similarity(server: tuple[EmbeddingsServer, str]) -> None:
    found = vectors(
        server, ["Kubernetes cluster administration", "Operated container orchestration", "Baked sourdough"]
    )
    assert found.shape == (3, DIMENSIONS)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert found[0] @ found[1] > found[0] @ found[2] + 0.2


def test_a_vector_does_not_depend_on_its_neighbours(server: tuple[EmbeddingsServer, str]) -> None:
    alone = vectors(server, ["Reduced latency by 40 %"])[0]
    together = vectors(server, ["A" * 300, "Reduced latency by 40 %", "x"])[1]
    assert (alone == together).all()


def test_fewer_dimensions_are_renormalised_and_more_refused(server: tuple[EmbeddingsServer, str]) -> None:
    short = vectors(server, ["text"], dimensions=64)[0]
    assert len(short) == 64
    assert np.linalg.norm(short) == pytest.approx(1.0, abs=1e-5)
    with pytest.raises(openai.BadRequestError):
        vectors(server, ["text"], dimensions=512)


def test_encodings_agree(server: tuple[EmbeddingsServer, str]) -> None:
    floats = vectors(server, ["text"], encoding_format="float")
    assert floats == pytest.approx(vectors(server, ["text"]), abs=1e-7)


def test_tokens_are_counted(server: tuple[EmbeddingsServer, str]) -> None:
    answer = client(server).embeddings.create(model="m", input=["one two three"])
    assert answer.usage.total_tokens == 5  # with the two that frame a text


def test_errors_are_openais(server: tuple[EmbeddingsServer, str]) -> None:
    with pytest.raises(openai.AuthenticationError):
        client(server, "wrong").embeddings.create(model="m", input="x")
    with pytest.raises(openai.BadRequestError):
        client(server).embeddings.create(model="m", input=[""])
    server[0].fault = lambda *_: (429, "slower")
    try:
        with pytest.raises(openai.RateLimitError):
            client(server).embeddings.create(model="m", input="x")
    finally:
        server[0].fault = None


def test_another_models_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings_server, "MODEL_SHA256", "0" * 64)
    with pytest.raises(embeddings_server.ModelUnavailableError, match="not the version"):
        embeddings_server.SentenceEncoder()
