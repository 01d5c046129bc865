"""Writing error.json: by whoever comes first, never over a result, never on a deleted job."""

from collections.abc import Callable
from datetime import datetime

from cvmaker_core.errors import JobDeleted
from cvmaker_core.job_store import CLAIM, JobStore, ObjectMissing
from cvmaker_core.schema.jobs import ExecutionClaim, JobError, JobReference

from failure_recording.describing import stage_in_progress


def record_failure(
    store: JobStore,
    job: JobReference,
    execution_arn: str,
    describe: Callable[[str], JobError],
    *,
    overwrite: bool = False,
    due_at: datetime | None = None,
) -> str:
    """Write the job's error unless something better is already known; says what was done.

    Parameters
    ----------
    execution_arn
        Whose failure this is: only the claim's holder may fail a job (the loser of a claim may not).
    describe
        The error, given the stage that was running.
    overwrite
        Whether an existing error is replaced (a caught error says more than an end status).
    due_at
        The sweeper's clock: a claim whose deadline is later (it was taken over) is left alone.

    """
    files = store.files(job)
    if "deleted.json" in files:
        return "deleted"
    if "certificate.json" in files:
        return "done"
    if "error.json" in files and not overwrite:
        return "known"
    has_posting, kind = True, "upload"
    if CLAIM in files:
        try:
            claim = ExecutionClaim.model_validate(store.read_json(job, CLAIM))
        except (ObjectMissing, ValueError):
            return "claim_vanished"
        if execution_arn and claim.execution_arn != execution_arn:
            return "not_the_holder"
        if due_at and claim.deadline > due_at:
            return "not_due"
        has_posting, kind = claim.has_posting, claim.kind
    error = describe(stage_in_progress(files, has_posting=has_posting, kind=kind))
    try:
        store.write(job, "error.json", error.model_dump_json().encode())
    except JobDeleted:
        return "deleted"
    return "recorded"
