"""RecordFailure: called by the state machine's Catch, and by the rule on its end status."""

import json
from typing import Any

from cvmaker_core.job_store import JobStore
from cvmaker_core.observability import MetricUnit, logger, metrics
from cvmaker_core.schema.jobs import JobReference
from cvmaker_core.settings import StageSettings, settings
from cvmaker_core.upload_keys import job_of_event
from failure_recording.describing import describe_caught, describe_status
from failure_recording.recording import record_failure


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A caught failure or a status-change event → `{"outcome"}`."""
    del context
    logger.clear_state()
    store = JobStore(settings(StageSettings).documents_bucket)
    if "failure" in event:
        job = _job_of(event["failure"])
        caught = event["failure"].get("error", {})
        outcome = (
            record_failure(
                store,
                job,
                event["execution_arn"],
                # Before Intake has answered, the state is still the raw event.
                lambda stage: describe_caught(caught, stage if "claimed" in event["failure"] else "intake"),
                overwrite=True,
            )
            if job
            else "no_job"
        )
        name = str(caught.get("Error", ""))
    else:
        detail = event["detail"]
        job = _job_of(json.loads(detail.get("input") or "{}"))
        name = str(detail["status"])
        outcome = (
            record_failure(store, job, detail["executionArn"], lambda stage: describe_status(name, stage))
            if job
            else "no_job"
        )
    logger.warning("job failed", extra={"job_id": job.job_id if job else None, "error": name, "outcome": outcome})
    # A document that cannot be read is its owner's affair; only what is ours wakes somebody.
    metrics.add_metric(
        "JobRefused" if name == "InputError" else "JobFailed", MetricUnit.Count, int(outcome == "recorded")
    )
    metrics.flush_metrics()
    return {"outcome": outcome}


def _job_of(state: dict[str, Any]) -> JobReference | None:
    """The job a state input speaks of: its own fields, or the opaque key of an upload."""
    if state.get("owner") and state.get("job_id"):
        return JobReference(owner=state["owner"], job_id=state["job_id"])
    return job_of_event(state)
