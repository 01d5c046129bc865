"""Claiming a job: exactly one execution works on it, however often its event is delivered.

The claim is a conditional put of `execution.json`. Whoever loses stops quietly. A claim is taken
over (conditionally again) when its holder is terminal: that is *resume*, and finished artefacts
whose inputs still match are reused by their stages.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from cvmaker_core.job_store import CLAIM, Conflict, JobStore, ObjectMissing
from cvmaker_core.schema.jobs import ExecutionClaim, JobReference

# What an earlier attempt may have left that would tell a wrong status while the new one runs. What is no verdict stays:
# a stage finds out by itself whether it still holds.
VERDICTS = ("error.json", "certificate.json", "receipt.json")


@dataclass(frozen=True)
class ClaimResult:
    """The outcome of a claim: `claim` is None when another execution holds the job or it is finished."""

    claim: ExecutionClaim | None
    reason: str


def marker_key(job: JobReference, deadline: datetime) -> str:
    """Key of the sweeper's reminder. Sorted by deadline, so a sweep lists only what is due."""
    return f"claims/{deadline:%Y%m%dT%H%M%S}Z/{job.owner}/{job.job_id}"


def claim_job(
    store: JobStore,
    job: JobReference,
    wanted: ExecutionClaim,
    files: Collection[str],
    *,
    is_restart: bool,
    holder_is_terminal: Callable[[str], bool],
) -> ClaimResult:
    """Try to become the holder of a job.

    Parameters
    ----------
    wanted
        The claim to write.
    files
        Names of the job's files.
    is_restart
        True when a person or the API asked again; a repeated delivery of the same event is not that.
    holder_is_terminal
        Asks whether an execution (by ARN) has ended.

    """
    try:
        store.put(job.key(CLAIM), wanted.model_dump_json().encode(), if_absent=True)
    except Conflict:
        return _take_over(store, job, wanted, files, is_restart=is_restart, holder_is_terminal=holder_is_terminal)
    store.put(marker_key(job, wanted.deadline), b"")
    if "error.json" in files:
        # An attempt that failed before it could claim anything.
        store.delete(job.key("error.json"))
    return ClaimResult(wanted, "claimed")


def _take_over(
    store: JobStore,
    job: JobReference,
    wanted: ExecutionClaim,
    files: Collection[str],
    *,
    is_restart: bool,
    holder_is_terminal: Callable[[str], bool],
) -> ClaimResult:
    found = store.find(job.key(CLAIM))
    if found is None:
        return ClaimResult(None, "claim_vanished")
    try:
        current = ExecutionClaim.model_validate_json(store.read(found.key, found.etag))
    except ObjectMissing:
        return ClaimResult(None, "claim_contended")
    if current.execution_arn == wanted.execution_arn:
        # Intake itself is being retried; it may have died before it left the reminder.
        store.put(marker_key(job, current.deadline), b"")
        return ClaimResult(current, "own_claim")
    same_document = current.source_etag == wanted.source_etag and current.source_sequencer == wanted.source_sequencer
    finished = "certificate.json" in files
    if (finished or "error.json" in files) and same_document and not is_restart:
        return ClaimResult(None, "already_finished")
    # The deadline says nothing: an execution may run past it, waiting for a provider that says "slower".
    if not finished and "error.json" not in files and not holder_is_terminal(current.execution_arn):
        return ClaimResult(None, "held")
    successor = wanted.model_copy(update={"attempt": current.attempt + 1})
    try:
        store.put(job.key(CLAIM), successor.model_dump_json().encode(), if_match=found.etag)
    except (Conflict, ObjectMissing):
        return ClaimResult(None, "claim_contended")
    for name in VERDICTS:
        if name in files:
            store.delete(job.key(name))
    store.put(marker_key(job, successor.deadline), b"")
    return ClaimResult(successor, "taken_over")
