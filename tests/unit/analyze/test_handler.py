"""The stage over S3."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cvmaker_core.errors import InputError
from cvmaker_core.job_store import JobStore
from cvmaker_core.schema.artefacts import Analysis, Envelope, Layout, Parsed
from cvmaker_core.schema.jobs import ExecutionClaim, JobReference, JobRequest
from cvmaker_core.settings import settings

ROOT = Path(__file__).parents[3]
JOB = JobReference(owner="b1234567", job_id="j1234567")
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
RESUME: dict[str, Any] = {"basics": {"name": "Jane Doe"}, "work": [{"name": "Acme", "position": "Engineer"}]}


@pytest.fixture
def handler(aws_environment: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    settings.cache_clear()
    monkeypatch.syspath_prepend(str(ROOT / "functions" / "analyze"))
    specification = importlib.util.spec_from_file_location("analyze_app", ROOT / "functions" / "analyze" / "app.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.handler  # type: ignore[no-any-return]


def prepare(store: JobStore, posting: str | None, posting_file: tuple[str, bytes] | None = None) -> None:
    now = datetime.now(UTC)
    claim = ExecutionClaim(execution_arn="arn", claimed_at=now, deadline=now + timedelta(minutes=5))
    if posting_file:
        key = JOB.upload_prefix + posting_file[0]
        claim.posting_etag = store.put(key, posting_file[1])
        claim.posting_key = key
    store.put(JOB.key("execution.json"), claim.model_dump_json().encode())
    store.put(JOB.key("request.json"), JobRequest(posting=posting).model_dump_json().encode())
    parsed = Parsed(resume=RESUME, layout=Layout(pages=1))
    envelope = Envelope(job_id=JOB.job_id, stage="parse", data=parsed.model_dump(mode="json"))
    store.put(JOB.key("parsed.json"), envelope.model_dump_json().encode())


def run(handler: Callable[..., dict[str, Any]], has_posting: bool = True) -> dict[str, Any]:
    return handler({"owner": JOB.owner, "job_id": JOB.job_id, "has_posting": has_posting}, CONTEXT)


def test_a_posting_of_the_request(store: JobStore, handler: Callable[..., dict[str, Any]]) -> None:
    prepare(store, "Baker\nRequirements\n- Sourdough\n- HACCP\n- Early mornings are fine for you\n")
    assert run(handler) == {"stage": "analyze", "reused": None}
    envelope = store.read_envelope(JOB, "analysis.json")
    analysis = Analysis.model_validate(envelope.data)
    assert analysis.posting is not None
    assert analysis.posting.title == "Baker"
    assert "HACCP" in [r.text for r in analysis.requirements]
    assert {"no_email"} <= {f.code for f in analysis.findings}
    assert run(handler)["reused"] == "own"


def test_a_posting_file_and_its_warnings(store: JobStore, handler: Callable[..., dict[str, Any]]) -> None:
    prepare(store, None, ("posting.txt", b"Nurse"))
    run(handler)
    codes = {w.code for w in store.read_envelope(JOB, "analysis.json").warnings}
    assert {"posting_too_short"} <= codes


def test_without_a_posting_only_findings(store: JobStore, handler: Callable[..., dict[str, Any]]) -> None:
    prepare(store, None)
    run(handler, has_posting=False)
    analysis = Analysis.model_validate(store.read_envelope(JOB, "analysis.json").data)
    assert analysis.posting is None
    assert analysis.requirements == []
    assert analysis.findings


def test_an_unreadable_posting_is_the_persons_to_mend(store: JobStore, handler: Callable[..., dict[str, Any]]) -> None:
    prepare(store, None, ("posting.pdf", b"no pdf at all"))
    with pytest.raises(InputError) as failure:
        run(handler)
    assert json.loads(str(failure.value))["code"] == "posting_damaged"


def test_importing_the_handler_is_light() -> None:
    heavy = ("openai", "pinecone", "pypdfium2", "docx", "PIL", "boto3")
    code = f"import sys, app; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "functions" / "analyze",
        env={"PYTHONPATH": f"{ROOT / 'functions' / 'analyze'}:{ROOT / 'layers' / 'core'}", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
