"""Sweeper: every few minutes, finds claims past their deadline whose job has neither result nor error."""

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from cvmaker_core.aws import client
from cvmaker_core.job_store import CLAIM, JobStore, ObjectMissing
from cvmaker_core.observability import MetricUnit, logger, metrics
from cvmaker_core.schema.jobs import ExecutionClaim, JobReference
from cvmaker_core.settings import StageSettings, settings
from failure_recording.describing import describe_status
from failure_recording.recording import record_failure


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A schedule event → `{"due", "recorded"}`. Markers sort by deadline, so only what is due is read.

    An execution that still runs is waiting (for a provider that says "slower"), not lost: its marker stays.
    """
    logger.clear_state()
    store = JobStore(settings(StageSettings).documents_bucket)
    del event
    now = datetime.now(UTC)
    first_not_due = f"claims/{now:%Y%m%dT%H%M%S}Z"
    due = recorded = 0
    for marker in store.list_prefix("claims/"):
        if marker.key >= first_not_due or context.get_remaining_time_in_millis() < 5000:
            break
        _, _, owner, job_id = marker.key.split("/", 3)
        job = JobReference(owner=owner, job_id=job_id)
        if _still_runs(store, job):
            continue
        due += 1
        outcome = record_failure(
            store,
            job,
            "",
            lambda stage: describe_status("OVERDUE", stage),
            due_at=now,
        )
        recorded += outcome == "recorded"
        store.delete(marker.key)
    logger.info("swept", extra={"due": due, "recorded": recorded})
    metrics.add_metric("OverdueJobs", MetricUnit.Count, recorded)
    metrics.flush_metrics()
    return {"due": due, "recorded": recorded}


def _still_runs(store: JobStore, job: JobReference) -> bool:
    """Whether the claim's execution is under way; not to know counts as yes, until the next sweep."""
    try:
        claim = ExecutionClaim.model_validate(store.read_json(job, CLAIM)) if store.find(job.key(CLAIM)) else None
    except (ObjectMissing, ValueError):
        return False
    if claim is None:
        return False
    try:
        status = client("stepfunctions").describe_execution(executionArn=claim.execution_arn)["status"]
    except ClientError as error:
        return bool(error.response["Error"]["Code"] != "ExecutionDoesNotExist")
    except BotoCoreError:
        return True
    return bool(status == "RUNNING")
