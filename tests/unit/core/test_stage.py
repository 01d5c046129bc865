"""What every stage gets from the decorator."""

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from cvmaker_core import observability
from cvmaker_core.errors import InputError, InternalError, JobDeleted
from cvmaker_core.job_store import JobStore
from cvmaker_core.schema.jobs import JobReference
from cvmaker_core.settings import settings
from cvmaker_core.stage import StageRun, stage_handler
from pydantic import BaseModel

JOB = JobReference(owner="b1234567", job_id="j1234567")
EVENT = {"owner": JOB.owner, "job_id": JOB.job_id}
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 30_000)
SECRET = "Ada Lovelace, +45 32 12 34 56"


@pytest.fixture(autouse=True)
def _fresh_settings() -> None:
    settings.cache_clear()


def call(work: Any, event: dict[str, Any] | None = None) -> dict[str, Any]:
    return stage_handler("analyze")(work)(event or EVENT, CONTEXT)


def test_an_artefact_gets_its_envelope(store: JobStore) -> None:
    def work(run: StageRun) -> None:
        run.warn("thin", "The CV is short.", "Add what you did.")
        run.count("textract_pages", 2)
        run.spend(openai=0.01)
        run.write_artefact("analysis.json", {"x": 1}, inputs={"parsed": "h"}, engine={"name": "baseline"})

    assert call(work) == {"stage": "analyze", "reused": None}
    envelope = store.read_envelope(JOB, "analysis.json")
    assert (envelope.stage, envelope.job_id, envelope.data) == ("analyze", JOB.job_id, {"x": 1})
    assert envelope.warnings[0].code == "thin"
    assert envelope.usage.requests["textract_pages"] == 2
    assert envelope.usage.requests["s3_put"] >= 1, "S3 requests are metered by themselves"
    assert envelope.usage.usd == {"openai": 0.01}
    assert envelope.usage.estimated_ms > 0


def test_the_same_inputs_are_not_worked_on_twice(store: JobStore) -> None:
    runs = []

    def work(run: StageRun) -> None:
        inputs = {"parsed": "h"}
        if run.reuse("analysis.json", inputs):
            return
        runs.append(1)
        run.write_artefact("analysis.json", {}, inputs=inputs)

    call(work)
    assert call(work)["reused"] == "own"
    assert len(runs) == 1


def test_a_retailored_job_takes_over_what_its_source_already_has(store: JobStore) -> None:
    def work(run: StageRun) -> None:
        if not run.reuse("analysis.json", {"parsed": "h"}):
            run.spend(openai=0.5)
            run.write_artefact("analysis.json", {"x": 1}, inputs={"parsed": "h"})

    call(work)
    store.put("jobs/b1234567/second01/request.json", json.dumps({"source_job": JOB.job_id}).encode())
    assert call(work, {"owner": JOB.owner, "job_id": "second01"})["reused"] == "source_job"
    copied = store.read_envelope(JobReference(owner=JOB.owner, job_id="second01"), "analysis.json")
    assert copied.data == {"x": 1}
    assert copied.usage.usd == {}, "what is reused costs nothing again"


def test_a_foreign_owners_artefact_is_out_of_reach(store: JobStore) -> None:
    store.put("jobs/another0/secret01/analysis.json", b"{}")
    store.put(JOB.key("request.json"), json.dumps({"source_job": "../another0/secret01"}).encode())

    def work(run: StageRun) -> None:
        run.reuse("analysis.json", {})

    with pytest.raises(InternalError):
        call(work)


def test_a_deleted_job_stops_before_any_work(store: JobStore) -> None:
    store.put(JOB.key("deleted.json"), b"{}")
    with pytest.raises(JobDeleted):
        call(lambda run: pytest.fail("worked"))


@pytest.mark.parametrize("crash", [ValueError(SECRET), KeyError(SECRET), RuntimeError(SECRET)])
def test_no_exception_leaves_with_its_own_text(
    store: JobStore, crash: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(run: StageRun) -> None:
        raise crash

    with pytest.raises(InternalError) as caught:
        call(work)
    printed = capsys.readouterr()
    assert SECRET not in str(caught.value) + printed.out + printed.err
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_an_input_error_keeps_its_advice(store: JobStore) -> None:
    def work(run: StageRun) -> None:
        raise InputError("encrypted", "The PDF is locked.", "Remove the password.")

    with pytest.raises(InputError) as caught:
        call(work)
    assert json.loads(str(caught.value))["advice"] == "Remove the password."


@pytest.mark.parametrize("exhaustion", [MemoryError(), RecursionError()])
def test_a_document_that_exhausts_us_is_the_documents_fault(store: JobStore, exhaustion: Exception) -> None:
    def work(run: StageRun) -> None:
        raise exhaustion

    with pytest.raises(InputError) as caught:
        call(work)
    assert caught.value.code == "too_complex"


@pytest.mark.parametrize("event", [{}, {"owner": "a/../b", "job_id": "x"}, {"owner": "b1234567"}])
def test_an_event_it_does_not_know_is_refused(store: JobStore, event: dict[str, Any]) -> None:
    with pytest.raises(InternalError):
        stage_handler("analyze")(lambda run: None)(event, CONTEXT)


def test_a_documents_own_keys_reach_no_log_when_it_breaks_a_schema(
    store: JobStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pydantic names the place of a wrong value by the keys that lead to it, and those may be a CV's words."""

    class Document(BaseModel):
        sections: dict[str, int]

    written = io.StringIO()
    monkeypatch.setattr(observability.logger.registered_handler, "stream", written)
    with pytest.raises(InternalError) as caught:
        call(lambda run: Document.model_validate({"sections": {SECRET: "no number"}}) and None)
    printed = capsys.readouterr()
    assert "Lovelace" not in str(caught.value) + written.getvalue() + printed.out + printed.err
    assert caught.value.code == "internal_error", "the event was well"
    (line,) = [json.loads(line) for line in written.getvalue().splitlines()]
    assert (line["message"], line["code"], line["error_type"]) == ("stage failed", "internal_error", "ValidationError")
    assert json.loads(printed.out)["StageFailed"] == [1]


def test_a_wrong_event_is_named_by_our_own_fields_and_counted(
    store: JobStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = io.StringIO()
    monkeypatch.setattr(observability.logger.registered_handler, "stream", written)
    with pytest.raises(InternalError):
        call(lambda run: None, {**EVENT, "attempt": SECRET, SECRET: 1})
    first, second = (json.loads(line) for line in written.getvalue().splitlines())
    assert first["fields"] == ["attempt"]
    assert second["code"] == "bad_event"
    assert "Lovelace" not in written.getvalue()
    assert json.loads(capsys.readouterr().out)["StageFailed"] == [1]
