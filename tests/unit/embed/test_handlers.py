"""The stage and the search route."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cvmaker_core import aws, spending
from cvmaker_core.errors import ProviderThrottled
from cvmaker_core.job_store import JobStore
from cvmaker_core.schema.artefacts import Envelope, EvidenceData, Layout, Parsed
from cvmaker_core.schema.jobs import JobReference, JobRequest
from cvmaker_core.settings import settings
from doubles.providers_wire import ProvidersServer, openai_error

from .conftest import analysis_of, requirement

ROOT = Path(__file__).parents[3]
JOB = JobReference(owner="b1234567", job_id="j1234567")
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
ANALYSIS = analysis_of(requirement("Python"), requirement("Kafka"))


def load(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "functions" / "embed"))
    specification = importlib.util.spec_from_file_location(f"embed_{name}", ROOT / "functions" / "embed" / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def configured(
    aws_environment: None, server: ProvidersServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """Both providers, with keys in Secrets Manager."""
    import boto3

    secrets: Any = boto3.client("secretsmanager")
    for name, value in (
        ("OPENAI_SECRET_ARN", {"api_key": "sk-real", "embeddings_api_key": "k"}),
        ("PINECONE_SECRET_ARN", {"api_key": "p"}),
    ):
        arn = secrets.create_secret(Name=name, SecretString=json.dumps(value))["ARN"]
        monkeypatch.setenv(name, arn)
    monkeypatch.setenv("EMBEDDINGS_BASE_URL", f"{server.base_url}/v1")
    monkeypatch.setenv("EMBEDDING_MODEL", "words")
    monkeypatch.setenv("EMBEDDING_DIMENSIONS", "16")
    monkeypatch.setenv("PINECONE_CONTROL_PLANE_URL", server.base_url)
    settings.cache_clear()
    aws._secrets.clear()
    yield monkeypatch
    settings.cache_clear()
    aws._secrets.clear()


def prepare(store: JobStore, resume: dict[str, Any], job: JobReference = JOB, **request: Any) -> None:
    parsed = Parsed(resume=resume, layout=Layout(pages=1)).model_dump(mode="json")
    for name, stage, data in (
        ("parsed.json", "parse", parsed),
        ("analysis.json", "analyze", ANALYSIS.model_dump(mode="json")),
    ):
        store.put(job.key(name), Envelope(job_id=job.job_id, stage=stage, data=data).model_dump_json().encode())
    store.put(job.key("request.json"), JobRequest(**request).model_dump_json().encode())


def run(module: Any, job: JobReference = JOB, **event: Any) -> Any:
    return module.handler({"owner": job.owner, "job_id": job.job_id, "has_posting": True, **event}, CONTEXT)


def test_the_artefact_and_its_usage(
    store: JobStore, configured: pytest.MonkeyPatch, server: ProvidersServer, resume: dict[str, Any]
) -> None:
    prepare(store, resume)
    module = load("app", configured)
    assert run(module) == {"stage": "embed", "reused": None}
    envelope = store.read_envelope(JOB, "evidence.json")
    evidence = EvidenceData.model_validate(envelope.data)
    assert evidence.matches[0].state == "met"
    assert envelope.usage.tokens.embedding > 0
    assert envelope.usage.requests["pinecone_write_units"] > 5
    assert envelope.warnings == []
    keys = {
        seen.headers.get("Authorization") or seen.headers.get("authorization") for seen in server.paths("/embeddings")
    }
    assert keys == {"Bearer k"}, "OpenAI's key never goes to another server"
    assert run(module)["reused"] == "own"


def test_console_drops_have_no_memory(
    store: JobStore, configured: pytest.MonkeyPatch, server: ProvidersServer, resume: dict[str, Any]
) -> None:
    job = JobReference(owner="console", job_id="drop")
    prepare(store, resume, job)
    run(load("app", configured), job)
    assert server.vectors == {}
    assert server.paths("/indexes") == []


def test_no_ai_reaches_no_provider(
    store: JobStore, configured: pytest.MonkeyPatch, server: ProvidersServer, resume: dict[str, Any]
) -> None:
    prepare(store, resume, use_ai=False)
    run(load("app", configured))
    assert server.seen == []
    assert store.read_envelope(JOB, "evidence.json").warnings == []


def test_throttling_waits_twice_and_then_goes_on(
    store: JobStore, configured: pytest.MonkeyPatch, server: ProvidersServer, resume: dict[str, Any]
) -> None:
    server.fault = lambda seen: openai_error(429, "rate_limit_exceeded") if "/indexes" in seen.path else None
    prepare(store, resume)
    module = load("app", configured)
    for count in (0, 1):
        with pytest.raises(ProviderThrottled):
            run(module, retry_count=count)
    run(module, retry_count=2)
    assert [w.code for w in store.read_envelope(JOB, "evidence.json").warnings] == ["memory_throttled"]


# --- search ------------------------------------------------------------------------------------


def ask(module: Any, body: Any, owner: str = JOB.owner) -> tuple[int, dict[str, Any]]:
    text = body if isinstance(body, str) else json.dumps(body)
    answer = module.handler({"body": text, "requestContext": {"authorizer": {"owner": owner}}}, None)
    return answer["statusCode"], json.loads(answer["body"])


def test_search_finds_the_owner_s_items_only(
    store: JobStore, configured: pytest.MonkeyPatch, resume: dict[str, Any]
) -> None:
    prepare(store, resume)
    run(load("app", configured))
    search = load("search", configured)
    status, found = ask(search, {"query": "Kubernetes Terraform services", "limit": 3})
    assert status == 200
    assert "Kubernetes" in found["results"][0]["text"]
    assert found["results"][0]["job_id"] == JOB.job_id
    assert len(found["results"]) <= 3
    assert len({r["text"] for r in found["results"]}) == len(found["results"])
    assert ask(search, {"query": "Kubernetes"}, owner="somebody-else") == (200, {"results": [], "warnings": []})
    assert ask(search, {"query": "Kubernetes"}, owner="console")[1]["results"] == []


@pytest.mark.parametrize(
    "body", ["", "x", "[]", {"query": ""}, {"query": "x" * 1001}, {"query": "x", "owner": "other"}, "y" * 9000]
)
def test_bad_questions_are_refused(configured: pytest.MonkeyPatch, body: Any) -> None:
    status, problem = ask(load("search", configured), body)
    assert status == 422
    assert problem["code"] in {"bad_request", "request_too_large"}


def test_a_failing_provider_is_a_problem_to_try_again(configured: pytest.MonkeyPatch, server: ProvidersServer) -> None:
    server.fault = lambda _: openai_error(429, "rate_limit_exceeded")
    status, problem = ask(load("search", configured), {"query": "x"})
    assert (status, problem["retryable"], problem["code"]) == (429, True, "embeddings_throttled")
    assert "secret text" not in json.dumps(problem)


def test_without_keys_search_says_so(configured: pytest.MonkeyPatch) -> None:
    configured.setenv("PINECONE_SECRET_ARN", "")
    settings.cache_clear()
    status, answer = ask(load("search", configured), {"query": "x"})
    assert (status, answer["results"], answer["warnings"][0]["code"]) == (200, [], "memory_no_key")


def test_search_asks_nobody_once_the_day_is_spent(
    store: JobStore, configured: pytest.MonkeyPatch, server: ProvidersServer
) -> None:
    server.fault = lambda _: openai_error(500, "asked")
    configured.setenv("DAILY_USD_LIMIT", "0.5")
    settings.cache_clear()
    spending.forget()
    spending.DailySpending(store, 0.5).record(0.6)
    status, answer = ask(load("search", configured), {"query": "x"})
    assert (status, answer["results"], answer["warnings"][0]["code"]) == (200, [], "daily_limit_reached")
    spending.forget()


@pytest.mark.parametrize("name", ["app", "search"])
def test_importing_a_handler_is_light(name: str) -> None:
    heavy = ("openai", "pinecone", "numpy", "boto3", "snowballstemmer")
    code = f"import sys, {name}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "functions" / "embed",
        env={"PYTHONPATH": f"{ROOT / 'functions' / 'embed'}:{ROOT / 'layers' / 'core'}", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
