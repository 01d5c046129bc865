"""The real pinecone SDK against the local server."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pinecone
import pytest
from cvmaker_local.http_server import HttpServer
from cvmaker_local.pinecone_server import PineconeError, PineconeServer, VectorStore, matches_filter
from pinecone import Pinecone, ServerlessSpec


class Running:
    def __init__(self, path: Path | None = None, delay: float = 0.0) -> None:
        self.now = 1000.0
        self.store = VectorStore(path, delay, clock=lambda: self.now)
        self.http = HttpServer()
        self.server = PineconeServer(self.store, self.http.url, "local")
        self.http.start(self.server)
        self.client = Pinecone(api_key="local", host=self.http.url)

    def index(self) -> Any:
        if not self.client.has_index("cv"):
            self.client.create_index(
                name="cv", dimension=3, metric="cosine", spec=ServerlessSpec(cloud="aws", region="eu-west-1")
            )
        return self.client.Index(host=str(self.client.describe_index("cv").host))

    def close(self) -> None:
        self.http.stop()
        self.store.close()


@pytest.fixture
def running() -> Iterator[Running]:
    server = Running()
    yield server
    server.close()


VECTORS: list[dict[str, Any]] = [
    {"id": "job1#a", "values": [1, 0, 0], "metadata": {"kind": "bullet", "year": 2020, "skills": ["python", "aws"]}},
    {"id": "job1#b", "values": [0, 1, 0], "metadata": {"kind": "skill", "year": 2023}},
    {"id": "job2#c", "values": [0.9, 0.1, 0]},
]


def test_query_orders_by_cosine_and_filters(running: Running) -> None:
    index = running.index()
    index.upsert(namespace="owner", vectors=VECTORS)
    found = index.query(namespace="owner", vector=[1, 0, 0], top_k=2, include_metadata=True)
    assert [match.id for match in found.matches] == ["job1#a", "job2#c"]
    assert found.matches[0].score == pytest.approx(1.0)
    assert found.matches[0].metadata["skills"] == ["python", "aws"]
    filtered = index.query(namespace="owner", vector=[1, 0, 0], top_k=9, filter={"skills": {"$in": ["aws"]}})
    assert [match.id for match in filtered.matches] == ["job1#a"]
    assert index.query(namespace="other", vector=[1, 0, 0], top_k=9).matches == []


def test_fetch_update_delete_and_list(running: Running) -> None:
    index = running.index()
    index.upsert(namespace="owner", vectors=VECTORS)
    index.update(id="job1#b", set_metadata={"year": 2024}, namespace="owner")
    fetched = index.fetch(ids=["job1#b", "absent"], namespace="owner").vectors
    assert list(fetched) == ["job1#b"]
    assert dict(fetched["job1#b"].metadata) == {"kind": "skill", "year": 2024}
    listed = [
        item if isinstance(item, str) else getattr(item, "id", item)
        for page in index.list(prefix="job1#", namespace="owner", limit=1)
        for item in (page if isinstance(page, list) else getattr(page, "vectors", [page]))
    ]
    assert [getattr(item, "id", item) for item in listed] == ["job1#a", "job1#b"]
    index.delete(ids=["job1#a"], namespace="owner")
    index.delete(filter={"kind": "skill"}, namespace="owner")
    assert index.describe_index_stats().total_vector_count == 1


def test_writes_become_visible_late_and_survive_a_restart(tmp_path: Path) -> None:
    first = Running(tmp_path / "v.sqlite", delay=5.0)
    first.index().upsert(namespace="owner", vectors=VECTORS)
    assert first.index().query(namespace="owner", vector=[1, 0, 0], top_k=1).matches == []
    first.close()
    second = Running(tmp_path / "v.sqlite", delay=5.0)
    index = second.index()
    assert index.query(namespace="owner", vector=[1, 0, 0], top_k=1).matches == []
    second.now += 6
    assert [match.id for match in index.query(namespace="owner", vector=[1, 0, 0], top_k=1).matches] == ["job1#a"]
    second.close()


@pytest.mark.parametrize(
    "vector",
    [
        {"id": "x", "values": [1, 0]},
        {"id": "x", "values": [0, 0, 0]},
        {"id": "ü", "values": [1, 0, 0]},
        {"id": "x", "values": [1, 0, 0], "metadata": {"a": {"nested": 1}}},
        {"id": "x", "values": [1, 0, 0], "metadata": {"a": "x" * 50_000}},
    ],
)
def test_what_the_service_refuses_is_refused(running: Running, vector: dict[str, Any]) -> None:
    """Sent as it is: the SDK would catch some of it before the server does."""
    running.index()
    answer = httpx.post(
        f"{running.http.url}/_indexes/cv/vectors/upsert", headers={"Api-Key": "local"}, json={"vectors": [vector]}
    )
    assert answer.status_code == 400
    assert answer.json()["code"] == 3


def test_wrong_key_and_absent_index(running: Running) -> None:
    with pytest.raises(pinecone.ApiError, match="Invalid API Key"):
        Pinecone(api_key="wrong", host=running.http.url).describe_index("cv")
    with pytest.raises(pinecone.ApiError, match="not found"):
        running.client.describe_index("absent")


def test_a_fault_passes_after_a_retry(running: Running) -> None:
    index = running.index()
    faults = [(503, "busy")]
    running.server.fault = lambda method, path: faults.pop() if path.endswith("/query") and faults else None
    began = time.monotonic()
    assert index.query(namespace="owner", vector=[1, 0, 0], top_k=1).matches == []
    assert not faults
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"kind": "bullet"}, True),
        ({"kind": {"$ne": "bullet"}}, False),
        ({"absent": {"$ne": 1}}, True),
        ({"absent": {"$nin": [1]}}, True),
        ({"absent": {"$exists": False}}, True),
        ({"year": {"$gte": 2020, "$lt": 2021}}, True),
        ({"skills": {"$eq": "aws"}}, True),
        ({"skills": {"$in": ["go"]}}, False),
        ({"$or": [{"kind": "x"}, {"$and": [{"year": 2020}, {"kind": "bullet"}]}]}, True),
        ({"flag": 1}, False),
        ({"kind": {"$gt": 1}}, False),
    ],
)
def test_filter_language(condition: dict[str, Any], expected: bool) -> None:
    metadata = {"kind": "bullet", "year": 2020, "skills": ["python", "aws"], "flag": True}
    assert matches_filter(condition, metadata) is expected


@pytest.mark.parametrize("condition", [{"a": {"$like": 1}}, {"a": {"$gt": "x"}}, {"a": {"$in": 1}}, {"$nor": []}])
def test_bad_filters_are_errors(condition: dict[str, Any]) -> None:
    with pytest.raises(PineconeError):
        matches_filter(condition, {"a": 1})


def test_a_delete_right_after_an_upsert_follows_it(running: Running) -> None:
    """Else a job erased at once would leave vectors that appear later."""
    running.store.delay_seconds = 5.0
    index = running.index()
    index.upsert(namespace="owner", vectors=VECTORS)
    index.delete(ids=["job1#a", "job1#b"], namespace="owner")
    running.now += 6
    assert [row[0] for row in running.store.rows("cv", "owner")] == ["job2#c"]
    with pytest.raises(pinecone.ApiError, match="Namespace not found"):
        index.delete(ids=["x"], namespace="nobody")
