"""The two handlers on moto's S3: artefact, reuse, money, and the HTTP answers of `proposals`."""

import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from cvmaker_core import aws, language_model, settings
from cvmaker_core.job_store import JobStore
from cvmaker_core.schema.artefacts import Analysis, Envelope, EvidenceData, Parsed, Usage
from cvmaker_core.schema.jobs import JobReference
from doubles.openai_wire import OpenAIServer, Reply, error_reply

FUNCTION = Path(__file__).parents[3] / "functions" / "tailor"
JOB = JobReference(owner="owner-0001", job_id="0123456789abcdef0123456789abcdef")
BULLET = "/work/0/highlights/1"
HONEST = "Cut deployment time from 40 to 6 minutes by moving 14 services to Kubernetes"
ANSWER = {
    "bullets": [{"source_ids": [BULLET], "text": HONEST, "requirement_ids": ["r1"], "reason": "x"}],
    "summary": None,
    "headline": None,
    "cover_letter": [],
}


def load(name: str) -> ModuleType:
    """A handler module under a name of its own: every function has an `app.py`."""
    specification = importlib.util.spec_from_file_location(f"tailor_{name}", FUNCTION / f"{name}.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def fresh_container(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("OPENAI_BASE_URL", "OPENAI_SECRET_ARN", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for cache in (settings.settings, language_model.language_model):
        cache.cache_clear()
    aws._secrets.clear()
    yield
    for cache in (settings.settings, language_model.language_model):
        cache.cache_clear()


@pytest.fixture
def use_model(monkeypatch: pytest.MonkeyPatch) -> Callable[[OpenAIServer], None]:
    def use(server: OpenAIServer) -> None:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        settings.settings.cache_clear()

    return use


@pytest.fixture
def job(store: JobStore, parsed: Parsed, analysis: Analysis, evidence: EvidenceData) -> JobReference:
    put_request(store, as_of="2026-11-01")
    for name, stage, data in (
        ("parsed.json", "parse", parsed),
        ("analysis.json", "analyze", analysis),
        ("evidence.json", "embed", evidence),
    ):
        envelope = Envelope(job_id=JOB.job_id, stage=stage, data=data.model_dump(mode="json"))
        store.write(JOB, name, envelope.model_dump_json().encode())
    return JOB


def put_request(store: JobStore, **request: Any) -> None:
    store.write(JOB, "request.json", json.dumps({"as_of": "2026-11-01", **request}).encode())


def context(milliseconds: int = 60_000) -> SimpleNamespace:
    return SimpleNamespace(get_remaining_time_in_millis=lambda: milliseconds)


def tailor(store: JobStore) -> Envelope:
    event = {"owner": JOB.owner, "job_id": JOB.job_id, "has_posting": True}
    load("app").handler(event, context())
    return store.read_envelope(JOB, "tailored.json")


def test_without_a_key_the_job_completes_and_says_so(store: JobStore, job: JobReference) -> None:
    envelope = tailor(store)
    assert envelope.engine == {"name": "baseline"}
    assert [warning.code for warning in envelope.warnings] == ["model_no_key"]
    assert envelope.data["resume"]["basics"]["label"].endswith("Kubernetes, Terraform, Ansible")
    assert envelope.usage.usd.get("openai", 0) == 0


def test_a_model_is_paid_for_and_named(store: JobStore, job: JobReference, use_model: Any) -> None:
    with OpenAIServer(lambda _: Reply(json.dumps(ANSWER))) as server:
        use_model(server)
        envelope = tailor(store)
    assert envelope.engine["name"] == "model"
    assert envelope.usage.tokens.input == 1000
    assert envelope.usage.requests["openai"] == 1
    assert envelope.usage.usd["openai"] > 0
    assert envelope.inputs["prompt"].startswith("tailor@1#")
    assert HONEST in envelope.data["resume"]["work"][0]["highlights"]


def test_the_same_work_is_not_done_or_paid_twice(store: JobStore, job: JobReference, use_model: Any) -> None:
    with OpenAIServer(lambda _: Reply(json.dumps(ANSWER))) as server:
        use_model(server)
        first = tailor(store)
        again = tailor(store)
    assert len(server.asked) == 1
    assert again == first


def test_work_that_the_model_missed_is_done_when_the_job_runs_again(
    store: JobStore, job: JobReference, use_model: Any
) -> None:
    replies = [error_reply(401, "invalid_api_key"), Reply(json.dumps(ANSWER))]
    with OpenAIServer(lambda _: replies.pop(0)) as server:
        use_model(server)
        first = tailor(store)
        second = tailor(store)
    assert first.engine["name"] == "baseline"
    assert [warning.code for warning in first.warnings] == ["model_bad_key"]
    assert second.engine["name"] == "model"


def test_no_ai_means_none_is_asked(store: JobStore, job: JobReference, use_model: Any) -> None:
    put_request(store, use_ai=False)
    with OpenAIServer(lambda _: Reply(json.dumps(ANSWER))) as server:
        use_model(server)
        envelope = tailor(store)
    assert server.asked == []
    assert [warning.code for warning in envelope.warnings] == ["model_not_wanted"]


def test_what_earlier_stages_spent_counts_against_the_jobs_budget(
    store: JobStore, job: JobReference, use_model: Any
) -> None:
    analyzed = store.read_envelope(JOB, "analysis.json")
    analyzed.usage = Usage(usd={"openai": 0.25})
    store.write(JOB, "analysis.json", analyzed.model_dump_json().encode())
    with OpenAIServer(lambda _: Reply(json.dumps(ANSWER))) as server:
        use_model(server)
        envelope = tailor(store)
    assert server.asked == []
    assert [warning.code for warning in envelope.warnings] == ["model_over_budget"]


# --- POST /jobs/{id}/proposals --------------------------------------------------------------------


def post(body: Any, job_id: str = JOB.job_id, owner: str | None = JOB.owner) -> tuple[int, dict[str, Any]]:
    event = {
        "httpMethod": "POST",
        "pathParameters": {"id": job_id},
        "requestContext": {"authorizer": {"owner": owner} if owner else {}},
        "body": body if isinstance(body, str) else json.dumps(body),
    }
    answer = load("proposals").handler(event, context(20_000))
    return answer["statusCode"], json.loads(answer["body"])


def test_alternatives_for_a_bullet_of_the_result_name_the_source(store: JobStore, job: JobReference) -> None:
    tailor(store)
    status, body = post({"pointer": "/work/0/highlights/0"})
    assert status == 200
    assert [item["text"] for item in body["proposals"]] == [HONEST]
    assert body["proposals"][0]["sources"] == [{"kind": "cv", "pointer": BULLET}]
    assert [warning["code"] for warning in body["warnings"]] == ["model_no_key"]


def test_what_alternatives_cost_is_counted(
    store: JobStore, job: JobReference, use_model: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with OpenAIServer(lambda _: Reply(refusal=True)) as server:
        use_model(server)
        status, _ = post({"pointer": BULLET})
    assert status == 200
    (line,) = [json.loads(text) for text in capsys.readouterr().out.splitlines() if '"_aws"' in text]
    assert line["stage"] == "proposals"
    assert 0 < line["Usd"][0] < 0.05


def test_a_job_without_a_posting_has_alternatives_too(store: JobStore, job: JobReference) -> None:
    status, body = post({"pointer": BULLET})
    assert status == 200
    assert body["proposals"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"pointer": "/work/0/name"}, 422, "not_rewordable"),
        ({}, 422, "bad_request"),
        ({"pointer": BULLET, "extra": 1}, 422, "bad_request"),
        ("not json", 422, "bad_request"),
        ({"pointer": BULLET, "text": "x" * 5000}, 422, "bad_request"),
    ],
)
def test_bad_requests_are_told_what_is_wrong(
    store: JobStore, job: JobReference, body: Any, status: int, code: str
) -> None:
    answered, problem = post(body)
    assert (answered, problem["code"]) == (status, code)
    assert "Kubernetes" not in json.dumps(problem)


def test_another_owners_job_is_not_there(store: JobStore, job: JobReference) -> None:
    for arguments in (
        {"owner": "somebody-else"},
        {"owner": None},
        {"job_id": "f" * 32},
        {"job_id": "../" + JOB.job_id},
    ):
        status, problem = post({"pointer": BULLET}, **arguments)  # type: ignore[arg-type]
        assert (status, problem["code"]) == (404, "not_found")


def test_a_deleted_job_is_not_there(store: JobStore, job: JobReference) -> None:
    store.put(JOB.key("deleted.json"), b"{}")
    status, _ = post({"pointer": BULLET})
    assert status == 404


def test_a_job_made_from_another_pays_only_for_what_changed(
    store: JobStore, job: JobReference, use_model: Any, analysis: Analysis
) -> None:
    """Another template of the same CV and posting asks no model; another posting does, and so does another model."""

    def made_from(number: int, changed: Analysis | None = None) -> tuple[Any, Envelope]:
        new = JobReference(owner=JOB.owner, job_id=f"{number:032x}")
        request = {"as_of": "2026-11-01", "kind": "retailor", "source_job": JOB.job_id, "template": "classic"}
        store.write(new, "request.json", json.dumps(request).encode())
        for name in ("parsed.json", "analysis.json", "evidence.json"):
            envelope = store.read_envelope(JOB, name)
            if changed and name == "analysis.json":
                envelope = envelope.model_copy(update={"data": changed.model_dump(mode="json")})
            store.write(new, name, envelope.model_dump_json().encode())
        event = {"owner": new.owner, "job_id": new.job_id, "has_posting": True}
        return load("app").handler(event, context()), store.read_envelope(new, "tailored.json")

    with OpenAIServer(lambda _: Reply(json.dumps(ANSWER))) as server:
        use_model(server)
        first = tailor(store)
        assert first.usage.usd["openai"] > 0
        answer, same = made_from(1)
        assert answer["reused"] == "source_job"
        assert len(server.asked) == 1
        assert (same.data, same.usage.usd) == (first.data, {})
        posting = analysis.posting and analysis.posting.model_copy(update={"title": "Harbour Pilot"})
        answer, _ = made_from(2, analysis.model_copy(update={"posting": posting}))
        assert answer["reused"] is None
        assert len(server.asked) == 2
