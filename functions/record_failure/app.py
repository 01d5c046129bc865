"""RecordFailure: called by the state machine's Catch, and by the rule on its end status."""

import json
from collections.abc import Callable
from typing import Any

from cvmaker_core.job_store import JobStore
from cvmaker_core.observability import MetricUnit, logger, metrics
from cvmaker_core.schema.jobs import JobError, JobReference
from cvmaker_core.settings import StageSettings, settings
from cvmaker_core.upload_keys import job_of_event
from failure_recording.describing import describe_caught, describe_status
from failure_recording.recording import record_failure


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A caught failure or a status-change event → `{"outcome"}`."""
    del context
    logger.clear_state()
    store = JobStore(settings(StageSettings).documents_bucket)
    described: list[JobError] = []

    def noted(describe: Callable[[str], JobError]) -> Callable[[str], JobError]:
        def describe_and_note(stage: str) -> JobError:
            described.append(describe(stage))
            return described[-1]

        return describe_and_note

    if "failure" in event:
        job = _job_of(event["failure"])
        caught = event["failure"].get("error", {})
        name = str(caught.get("Error", ""))
        arn = event["execution_arn"]
        # Before Intake has answered, the state is still the raw event.
        describe = noted(lambda stage: describe_caught(caught, stage if "claimed" in event["failure"] else "intake"))
    else:
        detail = event["detail"]
        job = _job_of(json.loads(detail.get("input") or "{}"))
        name = str(detail["status"])
        arn = detail["executionArn"]
        describe = noted(lambda stage: describe_status(name, stage))
    outcome = record_failure(store, job, arn, describe, overwrite="failure" in event) if job else "no_job"
    logger.append_keys(job_id=job.job_id if job else None, execution=str(arn).rsplit(":", 1)[-1])
    if outcome == "recorded":
        error = described[-1]
        logger.warning("job failed", extra={"stage": error.stage, "code": error.code, "error_type": name})
        # A document that cannot be read is its owner's affair; only what is ours wakes somebody.
        metrics.add_metric("JobRefused" if name == "InputError" else "JobFailed", MetricUnit.Count, 1)
        metrics.flush_metrics()
    else:
        # Most often the rule on the end status, after the state machine's own Catch has told all.
        logger.info("nothing recorded", extra={"outcome": outcome, "error_type": name})
    return {"outcome": outcome}


def _job_of(state: dict[str, Any]) -> JobReference | None:
    """The job a state input speaks of: its own fields, or the opaque key of an upload."""
    if state.get("owner") and state.get("job_id"):
        return JobReference(owner=state["owner"], job_id=state["job_id"])
    return job_of_event(state)
