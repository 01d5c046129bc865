"""Sweeper: every few minutes, finds claims past their deadline whose job has neither result nor error."""

from datetime import UTC, datetime
from typing import Any

from cvmaker_core.job_store import JobStore
from cvmaker_core.observability import MetricUnit, logger, metrics
from cvmaker_core.schema.jobs import JobReference
from cvmaker_core.settings import StageSettings, settings
from failure_recording.describing import describe_status
from failure_recording.recording import record_failure


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A schedule event → `{"due", "recorded"}`. Markers sort by deadline, so only what is due is read."""
    logger.clear_state()
    store = JobStore(settings(StageSettings).documents_bucket)
    del event
    now = datetime.now(UTC)
    first_not_due = f"claims/{now:%Y%m%dT%H%M%S}Z"
    due = recorded = 0
    for marker in store.list_prefix("claims/"):
        if marker.key >= first_not_due or context.get_remaining_time_in_millis() < 5000:
            break
        due += 1
        _, _, owner, job_id = marker.key.split("/", 3)
        outcome = record_failure(
            store,
            JobReference(owner=owner, job_id=job_id),
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
