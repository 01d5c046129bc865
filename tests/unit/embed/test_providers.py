"""The real openai and pinecone SDKs over HTTP: what they send, and every way they fail."""

import json
import time
from typing import Any

import numpy as np
import pytest
from doubles.providers_wire import Fault, ProvidersServer, Seen, openai_error
from evidence_matching.embedding_client import EmbeddingClient
from evidence_matching.evidence_run import EvidenceRun, Throttled, gather_evidence
from evidence_matching.provider_errors import ProviderFailure
from evidence_matching.vector_store import MAX_INDEX_NAME, index_name

from .conftest import AS_OF, analysis_of, embedding_configuration, requirement, store_configuration

ANALYSIS = analysis_of(requirement("Python"), requirement("Kafka streams"), requirement("Coaching engineers", "duty"))


def gather(
    server: ProvidersServer, resume: dict[str, Any], job: str = "job1", owner: str = "owner1", **more: Any
) -> EvidenceRun:
    arguments: dict[str, Any] = {
        "embeddings": embedding_configuration(server),
        "memory": store_configuration(server),
    } | more
    return gather_evidence(resume, ANALYSIS, job_id=job, owner=owner, as_of=AS_OF, **arguments)


def codes(run: EvidenceRun) -> list[str]:
    assert all(w.message and "secret text" not in w.message for w in run.warnings)
    return [warning.code for warning in run.warnings]


# --- what is sent ------------------------------------------------------------------------------


def test_no_contact_detail_leaves(server: ProvidersServer, resume: dict[str, Any]) -> None:
    run = gather(server, resume)
    assert codes(run) == []
    sent = server.sent()
    for private in ("Mara Velde", "mara@velde.example", "32 12 34 56", "maravelde"):
        assert private not in sent
    assert "Kubernetes" in sent


def test_each_text_is_embedded_once_and_counted(server: ProvidersServer, resume: dict[str, Any]) -> None:
    run = gather(server, resume)
    inputs = [text for seen in server.paths("/embeddings") for text in seen.body["input"]]
    assert len(inputs) == len(set(inputs))
    assert run.embedding_requests == len(server.paths("/embeddings"))
    assert run.embedding_tokens == 7 * run.embedding_requests


def test_large_input_goes_in_batches(server: ProvidersServer) -> None:
    client = EmbeddingClient(embedding_configuration(server))
    vectors = client([f"text number {i}" for i in range(600)] + ["", " " * 9, "x" * 9000])
    assert vectors.shape[0] == 603
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert [len(seen.body["input"]) for seen in server.paths("/embeddings")] == [256, 256, 90]


def test_dimensions_are_asked_for_only_where_they_can_be(server: ProvidersServer) -> None:
    EmbeddingClient(embedding_configuration(server))(["a"])
    EmbeddingClient(embedding_configuration(server, model="text-embedding-3-small"))(["a"])
    assert [seen.body.get("dimensions") for seen in server.paths("/embeddings")] == [None, 16]


def test_a_run_repeated_writes_the_same_vectors(server: ProvidersServer, resume: dict[str, Any]) -> None:
    gather(server, resume)
    first = {key: set(items) for key, items in server.vectors.items()}
    gather(server, resume, repeated=True)
    assert {key: set(items) for key, items in server.vectors.items()} == first
    (name, namespace), ids = next(iter(first.items()))
    assert namespace == "owner1"
    assert name == "cvmaker-words-16"
    assert all(identity.startswith("job1#") for identity in ids)


def test_what_an_earlier_attempt_left_is_removed(server: ProvidersServer, resume: dict[str, Any]) -> None:
    gather(server, resume)
    gather(server, resume, job="job10")
    resume["skills"][0]["keywords"] = ["Python"]
    gather(server, resume, repeated=True)
    stored = next(iter(server.vectors.values()))
    texts = {item["metadata"]["text"] for item in stored.values() if item["metadata"]["job_id"] == "job1"}
    assert "Git" not in texts
    assert "Python" in texts
    assert any(identity.startswith("job10#") for identity in stored), "another job's vectors stay"


def test_vectors_of_a_job_that_was_deleted_meanwhile_are_taken_back(
    server: ProvidersServer, resume: dict[str, Any]
) -> None:
    gather(server, resume, job="job10")
    gather(server, resume, is_deleted=lambda: True)
    left = {identity.split("#")[0] for items in server.vectors.values() for identity in items}
    assert left == {"job10"}


def test_index_names_follow_the_service_s_rule() -> None:
    for model in ("text-embedding-3-small", "Sentence_Transformers/All MiniLM L6 v2 very long name indeed"):
        name = index_name("cvmaker", model, 1536)
        assert len(name) <= MAX_INDEX_NAME
        assert name == name.lower()
        assert name.endswith("-1536")


# --- memory ------------------------------------------------------------------------------------


def earlier(resume: dict[str, Any]) -> dict[str, Any]:
    return resume | {
        "work": [{"name": "Old", "position": "Engineer", "highlights": ["Operated Kafka streams for billing"]}]
    }


def test_earlier_cvs_are_offered_for_what_is_missing(server: ProvidersServer, resume: dict[str, Any]) -> None:
    gather(server, earlier(resume), job="old")
    run = gather(server, resume, job="new")
    offer = run.evidence.career_memory[0]
    assert (offer.job_id, offer.text, offer.requirement_id) == ("old", "Operated Kafka streams for billing", "r2")
    assert [m.state for m in run.evidence.matches if m.requirement_id == "r2"] != ["met"], "offered, never inserted"
    assert all(e.job_id is None for m in run.evidence.matches for e in m.evidence)


def test_nothing_crosses_owners(server: ProvidersServer, resume: dict[str, Any]) -> None:
    gather(server, earlier(resume), job="old", owner="owner2")
    assert gather(server, resume, job="new").evidence.career_memory == []


def test_what_the_cv_says_is_not_offered_again(server: ProvidersServer, resume: dict[str, Any]) -> None:
    gather(server, resume, job="old")
    assert gather(server, resume, job="new").evidence.career_memory == []


def test_a_new_index_that_is_not_ready_is_waited_for(server: ProvidersServer, resume: dict[str, Any]) -> None:
    server.ready = False
    with pytest.raises(Throttled):
        gather(server, resume, may_retry=True)
    assert codes(gather(server, resume)) == ["memory_not_ready"]


# --- failures ----------------------------------------------------------------------------------

HUGE = Fault(body=b" " * 1_000_000, repeat=30)
EMBEDDING_FAULTS = {
    "embeddings_bad_key": openai_error(401, "invalid_api_key"),
    "embeddings_quota": openai_error(429, "insufficient_quota"),
    "embeddings_throttled": openai_error(429, "rate_limit_exceeded"),
    "embeddings_unavailable": openai_error(500, "server_error"),
    "embeddings_model_unknown": openai_error(404, "model_not_found"),
    "embeddings_rejected": openai_error(400, "bad_request"),
    "embeddings_timeout": Fault(delay_seconds=2.5),
    "embeddings_too_large": HUGE,
}
WRONG_ANSWERS = [
    Fault(body=b"<html>gateway</html>", content_type="text/html"),
    Fault(body=b"{"),
    Fault(body=b"[]"),
    Fault(body=b"null"),
    Fault(body=b'{"data": null}'),
    Fault(body=b'{"data": []}'),
    Fault(body=b'{"data": [{"index": 0, "embedding": [1, 2, 3]}]}'),
    Fault(body=b'{"data": [{"index": 0, "embedding": "???"}]}'),
    Fault(body=json.dumps({"data": [{"index": 0, "embedding": [float("nan")] * 16}]}).encode()),
    Fault(body=json.dumps({"data": [{"index": 0, "embedding": [0.0] * 16}]}).encode()),
]


def at(path: str, fault: Fault) -> Any:
    def decide(seen: Seen) -> Fault | None:
        return fault if path in seen.path else None

    return decide


@pytest.mark.parametrize("code", EMBEDDING_FAULTS)
def test_failing_embeddings_leave_words_and_a_warning(resume: dict[str, Any], code: str) -> None:
    with ProvidersServer(fault=at("/embeddings", EMBEDDING_FAULTS[code])) as server:
        began = time.perf_counter()
        run = gather(server, resume)
        assert time.perf_counter() - began < 3
    assert codes(run) == [code]
    assert run.warnings[0].advice
    assert run.evidence.matches[0].state == "met"
    assert run.evidence.fit is not None
    assert len(server.paths("/embeddings")) == 1, "nothing is retried here"


@pytest.mark.parametrize("fault", WRONG_ANSWERS)
def test_an_answer_of_the_wrong_shape_is_not_used(server: ProvidersServer, fault: Fault) -> None:
    server.fault = at("/embeddings", fault)
    with pytest.raises(ProviderFailure) as failure:
        EmbeddingClient(embedding_configuration(server))(["a single text"])
    assert failure.value.code == "embeddings_bad_answer"


def test_a_dripping_answer_ends_at_the_deadline(server: ProvidersServer) -> None:
    server.fault = at("/embeddings", Fault(body=b'{"data": []}' + b" " * 200, drip_seconds=0.05))
    began = time.perf_counter()
    with pytest.raises(ProviderFailure) as failure:
        EmbeddingClient(embedding_configuration(server))(["a"])
    assert failure.value.code == "embeddings_timeout"
    assert time.perf_counter() - began < 3


def test_an_unreachable_server(server: ProvidersServer, resume: dict[str, Any]) -> None:
    nowhere = embedding_configuration(server, base_url="http://127.0.0.1:9/v1")
    assert codes(gather(server, resume, embeddings=nowhere)) == ["embeddings_unreachable"]


MEMORY_FAULTS = {
    "memory_bad_key": Fault(401, b'{"message": "secret text"}'),
    "memory_throttled": Fault(429, b'{"message": "secret text"}'),
    "memory_unavailable": Fault(500, b'{"message": "secret text"}'),
    "memory_rejected": Fault(400, b'{"message": "secret text"}'),
    "memory_timeout": Fault(delay_seconds=2.5),
    "memory_bad_answer": Fault(body=b"<html>gateway</html>", content_type="text/html"),
}


@pytest.mark.parametrize("place", ["/indexes", "/data/"])
@pytest.mark.parametrize("code", MEMORY_FAULTS)
def test_a_failing_vector_store_leaves_evidence_and_a_warning(resume: dict[str, Any], code: str, place: str) -> None:
    seconds = 1.0 if code == "memory_timeout" else 8.0  # the SDK's own four attempts take about two
    with ProvidersServer(fault=at(place, MEMORY_FAULTS[code])) as server:
        began = time.perf_counter()
        run = gather(server, resume, memory=store_configuration(server, timeout_seconds=seconds))
        assert time.perf_counter() - began < seconds + 2
    assert codes(run) == [code]
    assert run.evidence.matches[0].state == "met"
    assert run.evidence.career_memory == []


def test_an_unreachable_vector_store(server: ProvidersServer, resume: dict[str, Any]) -> None:
    nowhere = store_configuration(server, control_plane_url="http://127.0.0.1:9")
    assert codes(gather(server, resume, memory=nowhere)) == ["memory_unreachable"]


@pytest.mark.parametrize("place", ["/embeddings", "/indexes"])
def test_throttling_is_handed_to_the_state_machine_while_it_may_wait(resume: dict[str, Any], place: str) -> None:
    with ProvidersServer(fault=at(place, openai_error(429, "rate_limit_exceeded"))) as server:
        with pytest.raises(Throttled):
            gather(server, resume, may_retry=True)
        assert codes(gather(server, resume))[0].endswith("_throttled")


# --- choices -----------------------------------------------------------------------------------


def test_no_key_and_no_server(server: ProvidersServer, resume: dict[str, Any]) -> None:
    run = gather(server, resume, embeddings=embedding_configuration(server, api_key="", base_url=""))
    assert codes(run) == ["embeddings_no_key"]
    assert server.seen == []


def test_no_ai_sends_nothing_and_says_nothing(server: ProvidersServer, resume: dict[str, Any]) -> None:
    run = gather(server, resume, embeddings=None, memory=None)
    assert (codes(run), server.seen) == ([], [])
    assert run.evidence.matches[0].state == "met"


def test_the_budget_is_kept_before_the_call(server: ProvidersServer, resume: dict[str, Any]) -> None:
    configuration = embedding_configuration(server, base_url="", model="text-embedding-3-large")
    run = gather(server, resume, embeddings=configuration, max_usd=0.0)
    assert codes(run) == ["embeddings_over_budget"]
    assert run.embedding_requests == 0


def test_a_long_retry_after_does_not_hold_the_job(resume: dict[str, Any]) -> None:
    """The SDK would sleep as long as it is told."""
    slow = Fault(429, b'{"message": "secret text"}', headers={"retry-after": "30"})
    with ProvidersServer(fault=at("/data/", slow)) as server:
        began = time.perf_counter()
        run = gather(server, resume)
        assert time.perf_counter() - began < 3
    assert codes(run) == ["memory_timeout"]
