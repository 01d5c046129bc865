"""Every file of events/ is executed through the runtime host; the same files work with `sam local invoke`."""

import json
from pathlib import Path

import pytest
from cvmaker_core.schema.jobs import JobRequest
from cvmaker_local.pipeline_run import SAMPLE_JOB, PipelineRun
from pipeline_support import ROOT, SAMPLES, Pipeline

# In pipeline order, so that each finds what the one before it wrote.
STAGES = ["intake_upload", "intake_start", "parse", "analyze", "embed", "tailor", "render", "readback", "certify"]
FUNCTION_OF = {"intake_upload": "Intake", "intake_start": "Intake", "readback": "Parse"}


@pytest.fixture(scope="module")
def run(pipeline: Pipeline) -> PipelineRun:
    """The stack, with the job of the sample events done."""
    running = pipeline.run
    running.submit(
        SAMPLE_JOB,
        JobRequest(file_name="ada-jensen.pdf"),
        ((SAMPLES / "ada-jensen.pdf").read_bytes(), "pdf"),
        ((SAMPLES / "platform-engineer.txt").read_bytes(), "txt"),
    )
    assert running.wait(SAMPLE_JOB) == "done"
    running.stack.wait_for_executions()
    return running


def event(name: str) -> dict[str, object]:
    return json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", STAGES)
def test_stage(run: PipelineRun, name: str) -> None:
    result = run.stack.invoke(f"{FUNCTION_OF.get(name, name.capitalize())}Function", event(name))
    assert result.error is None, result.payload


@pytest.mark.parametrize(
    ("name", "function", "expected"),
    [
        ("console_drop", "ConsoleDropFunction", {"job_id"}),
        ("record_failure_caught", "RecordFailureFunction", {"outcome"}),
        ("record_failure_status_change", "RecordFailureFunction", {"outcome"}),
        ("sweeper", "SweeperFunction", {"due", "recorded"}),
    ],
)
def test_watchmen(run: PipelineRun, name: str, function: str, expected: set[str]) -> None:
    result = run.stack.invoke(function, event(name))
    assert result.error is None, result.payload
    assert set(result.payload) == expected


ROUTES = sorted(path.stem for path in Path(ROOT / "events").glob("*.json") if "httpMethod" in path.read_text())
ROUTE_FUNCTION = {"preview": "PreviewFunction", "proposals": "ProposalsFunction", "search": "SearchFunction"}


@pytest.mark.parametrize("name", [name for name in ROUTES if not name.startswith("authorizer")])
def test_route(run: PipelineRun, name: str) -> None:
    result = run.stack.invoke(ROUTE_FUNCTION.get(name.split("_")[0], "ApiFunction"), event(name))
    assert result.error is None, result.payload
    assert 200 <= result.payload["statusCode"] < 500


def test_authorizer_and_erase(run: PipelineRun) -> None:
    for path in sorted((ROOT / "events").glob("authorizer*.json")):
        result = run.stack.invoke("AuthorizerFunction", json.loads(path.read_text()))
        assert result.error is None or "Unauthorized" in str(result.payload)
    for path in sorted((ROOT / "events").glob("erase*.json")):
        assert run.stack.invoke("EraseFunction", json.loads(path.read_text())).error is None
