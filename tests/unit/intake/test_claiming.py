"""Exactly one execution holds a job, and a dead holder's job can be resumed."""

from datetime import UTC, datetime, timedelta

import pytest
from cvmaker_core.job_store import CLAIM, JobStore
from cvmaker_core.schema.jobs import ExecutionClaim, JobReference
from job_intake.claiming import claim_job

JOB = JobReference(owner="b1234567", job_id="j1234567")
NOW = datetime.now(UTC)


def wanted(arn: str, etag: str = "e1", sequencer: str = "1") -> ExecutionClaim:
    return ExecutionClaim(
        execution_arn=arn,
        claimed_at=NOW,
        deadline=NOW + timedelta(minutes=15),
        source_etag=etag,
        source_sequencer=sequencer,
    )


def claim(store: JobStore, arn: str, *, restart: bool = False, over: bool = False, etag: str = "e1") -> str:
    result = claim_job(
        store, JOB, wanted(arn, etag), store.files(JOB), is_restart=restart, holder_is_terminal=lambda _: over
    )
    assert (result.claim is not None) == (result.reason in {"claimed", "own_claim", "taken_over"})
    return result.reason


def test_the_first_wins_and_the_others_stop_quietly(store: JobStore) -> None:
    assert claim(store, "arn:1") == "claimed"
    assert [claim(store, f"arn:{number}") for number in range(2, 6)] == ["held"] * 4
    assert store.read_json(JOB, CLAIM)["execution_arn"] == "arn:1"


def test_a_retry_of_intake_keeps_its_own_claim(store: JobStore) -> None:
    claim(store, "arn:1")
    assert claim(store, "arn:1") == "own_claim"


def test_a_dead_holder_is_succeeded(store: JobStore) -> None:
    claim(store, "arn:1")
    assert claim(store, "arn:2", over=True) == "taken_over"
    assert store.read_json(JOB, CLAIM)["attempt"] == 2


def test_a_late_duplicate_does_not_redo_a_finished_job(store: JobStore) -> None:
    claim(store, "arn:1")
    store.write(JOB, "certificate.json", b"{}")
    assert claim(store, "arn:2", over=True) == "already_finished"


@pytest.mark.parametrize("verdict", ["error.json", "certificate.json"])
def test_a_restart_redoes_it_and_clears_the_old_verdict(store: JobStore, verdict: str) -> None:
    claim(store, "arn:1")
    store.write(JOB, verdict, b"{}")
    store.write(JOB, "parsed.json", b"{}")
    assert claim(store, "arn:2", restart=True) == "taken_over"
    assert verdict not in store.files(JOB)
    assert "parsed.json" in store.files(JOB), "finished artefacts are kept for reuse"


def test_a_new_document_under_the_same_key_is_a_new_run(store: JobStore) -> None:
    claim(store, "arn:1")
    store.write(JOB, "certificate.json", b"{}")
    assert claim(store, "arn:2", etag="e2") == "taken_over"


def test_each_claim_leaves_a_reminder_for_the_sweeper(store: JobStore) -> None:
    claim(store, "arn:1")
    assert [item.key.split("/", 2)[2] for item in store.list_prefix("claims/")] == ["b1234567/j1234567"]
