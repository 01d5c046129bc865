"""error.json is written once, by who may, and never over something better."""

from datetime import UTC, datetime, timedelta

from cvmaker_core.job_store import JobStore
from cvmaker_core.schema.jobs import ExecutionClaim, JobReference
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
