"""The stage and the preview, as Lambda calls them."""

import base64
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cvmaker_core.errors import InputError
from cvmaker_core.job_store import JobStore
from cvmaker_core.schema.artefacts import Envelope
from cvmaker_core.schema.jobs import JobReference
from cvmaker_core.settings import settings

ROOT = Path(__file__).parents[3]
RENDER = ROOT / "functions" / "render"
JOB = JobReference(owner="b1234567", job_id="j1234567")
EVENT = {"owner": JOB.owner, "job_id": JOB.job_id}
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 100_000)
LETTER = {"paragraphs": [{"sentences": [{"text": "I led a settlement team.", "sources": []}]}]}


def load(name: str) -> Any:
    specification = importlib.util.spec_from_file_location(f"render_{name}", RENDER / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def handler(aws_environment: None) -> Callable[..., dict[str, Any]]:
    settings.cache_clear()
    return load("app").handler  # type: ignore[no-any-return]


def prepare(store: JobStore, resume: dict[str, Any], *, letter: Any = None, **request: Any) -> None:
    store.put(JOB.key("request.json"), json.dumps(request).encode())
    tailored = {"resume": resume, "may_drop": ["/interests"], "cover_letter": letter}
    posting = {"title": "Platform Engineer", "employer": "Example Ltd", "text": "…"}
    for name, stage, data in (
        ("tailored.json", "tailor", tailored),
        ("analysis.json", "analyze", {"posting": posting, "requirements": [], "findings": []}),
    ):
        store.put(
            JOB.key(name),
            Envelope(job_id=JOB.job_id, stage=stage, data=data).model_dump_json().encode(),  # type: ignore[arg-type]
        )


def test_all_files_are_written_and_resume_json_carries_the_record(
    store: JobStore, handler: Callable[..., dict[str, Any]], resume: dict[str, Any], text_of: Callable[[bytes], str]
) -> None:
    prepare(store, resume, letter=LETTER, template="modern", options={"accent": "#1a4d2e"})
    assert handler(EVENT, CONTEXT) == {"stage": "render", "reused": None}
    files = set(store.files(JOB)) - {"request.json", "tailored.json", "analysis.json"}
    assert files == {
        *(f"cv.{name}" for name in ("pdf", "html", "docx", "txt", "md")),
        *(f"cover-letter.{name}" for name in ("pdf", "docx", "txt")),
        "resume.json",
    }
    written = store.read_json(JOB, "resume.json")
    assert written["basics"]["name"] == "Amara Lindqvist"
    record = written["meta"]["cvmaker"]["artefact"]
    assert record["stage"] == "render"
    assert record["engine"]["template"] == "modern"
    assert record["engine"]["audience"] == "ats"
    assert record["dropped"] == []
    assert record["usage"]["estimated_ms"] > 0
    assert "data" not in record
    letter = text_of(store.read(JOB.key("cover-letter.pdf")))
    for words in ("Application: Platform Engineer", "Example Ltd", "Dear Hiring Team", "I led a settlement team."):
        assert words in letter


def test_the_same_job_is_not_rendered_twice_and_a_changed_design_is(
    store: JobStore, handler: Callable[..., dict[str, Any]], resume: dict[str, Any]
) -> None:
    prepare(store, resume, letter=LETTER, template="classic")
    handler(EVENT, CONTEXT)
    assert handler(EVENT, CONTEXT)["reused"] == "own"
    prepare(store, resume, template="plain")
    assert handler(EVENT, CONTEXT)["reused"] is None
    assert store.read_json(JOB, "resume.json")["meta"]["cvmaker"]["artefact"]["engine"]["template"] == "plain"
    assert "cover-letter.pdf" not in store.files(JOB), "the letter of the earlier result is gone"


def test_a_bad_option_is_the_persons_to_mend(
    store: JobStore, handler: Callable[..., dict[str, Any]], resume: dict[str, Any]
) -> None:
    prepare(store, resume, options={"accent": "yellow"})
    with pytest.raises(InputError) as error:
        handler(EVENT, CONTEXT)
    assert error.value.code == "bad_accent"
    assert "resume.json" not in store.files(JOB)


def call_preview(body: Any, **event: Any) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    answer: dict[str, Any] = load("preview").handler({"body": text, **event}, None)
    return answer


def test_a_preview_is_the_pdf_itself(resume: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    import cv_rendering

    monkeypatch.setenv("APP_ORIGIN", "https://app.example.org")
    answer = call_preview({"resume": resume, "template": "compact", "options": {"paper": "Letter"}})
    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "application/pdf"
    assert answer["headers"]["Access-Control-Allow-Origin"] == "https://app.example.org"
    pdf = base64.b64decode(answer["body"])
    options = cv_rendering.rendering.DesignOptions(paper="Letter")
    assert pdf == cv_rendering.render_all(resume, template="compact", options=options).files["cv.pdf"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("no json", "bad_request"),
        ({"template": "classic"}, "bad_request"),
        ({"resume": {"basics": {"name": "N"}}, "surprise": 1}, "bad_request"),
        ({"resume": {"basics": {"name": "N"}}, "template": "nope"}, "unknown_template"),
        ({"resume": {}}, "empty_resume"),
        ({"resume": {"basics": {"name": "\U0001e900"}}}, "missing_letter"),
        ("x" * 5_000_001, "request_too_large"),
    ],
)
def test_what_cannot_be_previewed_is_a_problem_that_quotes_nothing(body: Any, code: str) -> None:
    if code == "missing_letter":
        from cv_rendering.characters import font_coverage

        if font_coverage() is None:
            pytest.skip("the font layer is not built")
    answer = call_preview(body)
    assert answer["statusCode"] == 422
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    problem = json.loads(answer["body"])
    assert problem["code"] == code
    assert problem["status"] == 422


def test_a_base64_body_is_understood() -> None:
    body = base64.b64encode(json.dumps({"resume": {"basics": {"name": "N"}}}).encode()).decode()
    assert call_preview(body, isBase64Encoded=True)["statusCode"] == 200


def test_importing_the_package_is_light_and_needs_no_aws() -> None:
    code = (
        "import sys, cv_rendering; "
        "print([name for name in ('weasyprint', 'boto3', 'botocore', 'PIL', 'docx', 'openai') if name in sys.modules])"
    )
    path = os.pathsep.join([str(RENDER), str(ROOT / "layers" / "core"), str(ROOT / "layers" / "weasyprint")])
    environment = {**os.environ, "PYTHONPATH": path}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert result.stdout.strip() == "[]"
