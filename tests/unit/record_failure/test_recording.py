"""error.json is written once, by who may, and never over something better."""

import importlib.util
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from cvmaker_core.job_store import JobStore
from cvmaker_core.observability import logger
from cvmaker_core.schema.jobs import ExecutionClaim, JobReference
from cvmaker_core.settings import settings
from failure_recording.describing import describe_status
from failure_recording.recording import record_failure

JOB = JobReference(owner="b1234567", job_id="j1234567")


def prepare(store: JobStore, **files: bytes) -> None:
    claim = ExecutionClaim(
        execution_arn="arn:1", claimed_at=datetime.now(UTC), deadline=datetime.now(UTC) + timedelta(minutes=15)
    )
    store.write(JOB, "execution.json", claim.model_dump_json().encode())
    for name, body in files.items():
        store.write(JOB, f"{name}.json", body)


def record(store: JobStore, arn: str = "arn:1", **options: object) -> str:
    return record_failure(store, JOB, arn, lambda stage: describe_status("TIMED_OUT", stage), **options)  # type: ignore[arg-type]


def test_the_failure_names_the_stage(store: JobStore) -> None:
    prepare(store, parsed=b"{}")
    assert record(store) == "recorded"
    assert store.read_json(JOB, "error.json")["stage"] == "analyze"


def test_a_result_outranks_a_late_failure(store: JobStore) -> None:
    prepare(store, certificate=b"{}")
    assert record(store) == "done"
    assert "error.json" not in store.files(JOB)


def test_the_loser_of_a_claim_cannot_fail_the_job(store: JobStore) -> None:
    prepare(store)
    assert record(store, "arn:2") == "not_the_holder"


def test_an_end_status_does_not_replace_a_caught_error(store: JobStore) -> None:
    prepare(store, error=b'{"code": "encrypted"}')
    assert record(store) == "known"
    assert record(store, overwrite=True) == "recorded"


def test_a_deleted_job_stays_deleted(store: JobStore) -> None:
    prepare(store)
    store.put(JOB.key("deleted.json"), b"{}")
    assert record(store) == "deleted"
    assert "error.json" not in store.files(JOB)


def test_the_sweeper_leaves_a_claim_that_was_taken_over(store: JobStore) -> None:
    prepare(store)
    assert record(store, "", due_at=datetime.now(UTC)) == "not_due"
    assert record(store, "", due_at=datetime.now(UTC) + timedelta(hours=1)) == "recorded"


@pytest.mark.parametrize(("status", "recorded"), [("RUNNING", 0), ("SUCCEEDED", 1), ("gone", 1)])
def test_the_sweeper_leaves_an_execution_that_waits(
    store: JobStore, monkeypatch: pytest.MonkeyPatch, status: str, recorded: int
) -> None:
    """A job that a throttled provider slows down runs past its deadline; it is not lost."""
    past = datetime.now(UTC) - timedelta(minutes=1)
    claim = ExecutionClaim(execution_arn=start_machine(status), claimed_at=past, deadline=past)
    store.write(JOB, "execution.json", claim.model_dump_json().encode())
    marker = f"claims/{past:%Y%m%dT%H%M%S}Z/{JOB.owner}/{JOB.job_id}"
    store.put(marker, b"")
    monkeypatch.setenv("DOCUMENTS_BUCKET", store.bucket)
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)
    assert load_sweeper().handler({}, context)["recorded"] == recorded
    assert ("error.json" in store.files(JOB)) is bool(recorded)
    assert (store.find(marker) is None) is bool(recorded)


def start_machine(status: str) -> str:
    """An execution in moto that has this status (its own never end by themselves)."""
    machines = boto3.client("stepfunctions")
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    machine = machines.create_state_machine(name="m", definition=definition, roleArn="arn:aws:iam::123456789012:role/x")
    if status == "gone":
        return machine["stateMachineArn"].replace(":stateMachine:", ":execution:") + ":never"
    arn: str = machines.start_execution(stateMachineArn=machine["stateMachineArn"], name="one")["executionArn"]
    if status != "RUNNING":
        machines.stop_execution(executionArn=arn)
    return arn


def test_a_failed_job_is_told_once_with_its_stage_and_code(
    store: JobStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The Catch records it; the rule on the end status, which comes after, has nothing to add."""
    prepare(store, parsed=b"{}")
    monkeypatch.setenv("DOCUMENTS_BUCKET", store.bucket)
    settings.cache_clear()
    written = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    cause = {"errorMessage": json.dumps({"code": "posting_empty", "message": "No text.", "advice": "Paste it."})}
    state = {"owner": JOB.owner, "job_id": JOB.job_id}
    caught = {**state, "claimed": True, "error": {"Error": "InputError", "Cause": json.dumps(cause)}}
    handler = load("app").handler
    assert handler({"execution_arn": "arn:1", "failure": caught}, None) == {"outcome": "recorded"}
    ended = {"status": "FAILED", "executionArn": "arn:1", "input": json.dumps(state)}
    assert handler({"detail": ended}, None) == {"outcome": "known"}
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["message"] for line in lines] == ["job failed", "nothing recorded"]
    told = lines[0]
    assert (told["stage"], told["code"], told["error_type"]) == ("analyze", "posting_empty", "InputError")
    (sent,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert sent["JobRefused"] == [1]


def load_sweeper() -> Any:
    return load("sweeper")


def load(name: str) -> Any:
    path = Path(__file__).parents[3] / "functions" / "record_failure" / f"{name}.py"
    specification = importlib.util.spec_from_file_location(f"{name}_under_test", path)
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
