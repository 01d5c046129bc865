"""The stage: certificate and receipt of a job, and the order in which they are written."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cvmaker_core.errors import InternalError
from cvmaker_core.job_store import JobStore
from cvmaker_core.schema.artefacts import Envelope, Layout, Parsed, Usage
from cvmaker_core.schema.jobs import JobReference
from cvmaker_core.settings import settings

ROOT = Path(__file__).parents[3]
JOB = JobReference(owner="b1234567", job_id="j1234567")
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 30_000)
RESUME: dict[str, Any] = {"basics": {"name": "Jane Doe"}, "work": [{"name": "Acme Systems", "position": "Engineer"}]}
LINES = [(60, 780, "Jane Doe"), (60, 760, "Work Experience"), (60, 740, "Engineer"), (60, 720, "Acme Systems")]


@pytest.fixture
def handler(aws_environment: None) -> Callable[..., dict[str, Any]]:
    settings.cache_clear()
    specification = importlib.util.spec_from_file_location("certify_app", ROOT / "functions" / "certify" / "app.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.handler  # type: ignore[no-any-return]


def prepare(store: JobStore, pdf: bytes, *, read: dict[str, Any] = RESUME, audience: str = "ats") -> None:
    record = {
        "schema_version": "1.0",
        "job_id": JOB.job_id,
        "stage": "render",
        "inputs": {},
        "engine": {"audience": audience},
        "usage": Usage(estimated_ms=300, memory_mb=1769).model_dump(),
        "dropped": [],
    }
    sent = {**RESUME, "meta": {"cvmaker": {"artefact": record}}}
    store.put(JOB.key("resume.json"), json.dumps(sent).encode())
    store.put(JOB.key("cv.pdf"), pdf)
    readback = Parsed(resume=read, layout=Layout(pages=1))
    for name, stage, data in (
        ("parsed.json", "parse", {}),
        ("readback.json", "readback", readback.model_dump(mode="json")),
    ):
        envelope = Envelope(job_id=JOB.job_id, stage=stage, usage=Usage(estimated_ms=100, memory_mb=1024), data=data)
        store.put(JOB.key(name), envelope.model_dump_json().encode())


def test_the_certificate_marks_the_job_done(
    store: JobStore, handler: Callable[..., dict[str, Any]], make_pdf: Callable[..., bytes], page: Any
) -> None:
    prepare(store, make_pdf([page(LINES)]))
    handler({"owner": JOB.owner, "job_id": JOB.job_id}, CONTEXT)
    certificate = store.read_envelope(JOB, "certificate.json")
    assert certificate.data["fields"]["/work/0/name"] == {"sent": "Acme Systems", "read": "Acme Systems", "ok": True}
    assert certificate.data["verdict"] == "warn"
    assert "tagged" in [warning.code for warning in certificate.warnings]
    receipt = store.read_envelope(JOB, "receipt.json")
    assert list(receipt.data["stages"]) == ["parse", "render", "readback", "certify"]
    assert receipt.data["usd"]["total"] > 0
    files = store.files(JOB)
    assert files["receipt.json"].modified <= files["certificate.json"].modified


def test_a_misread_fact_is_a_verdict_not_an_error(
    store: JobStore, handler: Callable[..., dict[str, Any]], make_pdf: Callable[..., bytes], page: Any
) -> None:
    prepare(store, make_pdf([page(LINES)]), read={"basics": {"name": "Acme Systems"}}, audience="humans")
    handler({"owner": JOB.owner, "job_id": JOB.job_id}, CONTEXT)
    certificate = store.read_envelope(JOB, "certificate.json")
    assert certificate.data["verdict"] == "fail"
    assert {"facts_read", "made_for_robots"} <= {warning.code for warning in certificate.warnings}
    assert all("Acme" not in warning.message for warning in certificate.warnings)


def test_a_resume_without_renders_record_is_a_defect_of_ours(
    store: JobStore, handler: Callable[..., dict[str, Any]], make_pdf: Callable[..., bytes], page: Any
) -> None:
    prepare(store, make_pdf([page(LINES)]))
    store.put(JOB.key("resume.json"), json.dumps(RESUME).encode())
    with pytest.raises(InternalError, match="artefact_missing"):
        handler({"owner": JOB.owner, "job_id": JOB.job_id}, CONTEXT)
    assert "certificate.json" not in store.files(JOB)


def test_the_import_is_light() -> None:
    """Cold start: the extractors are loaded by the first run, not by the import."""
    code = (
        "import sys, app; print([name for name in ('pdfplumber', 'pypdf', 'pypdfium2', 'PIL') if name in sys.modules])"
    )
    paths = [str(ROOT / "functions" / "certify"), str(ROOT / "layers" / "core")]
    result = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}; {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "[]"
