"""Console drop: gives a file that somebody put into the bucket by hand an opaque job, and starts it."""

import json
from typing import Any

from cvmaker_core.aws import client
from cvmaker_core.errors import TransientError
from cvmaker_core.hashing import content_hash
from cvmaker_core.job_store import REQUEST, Conflict, JobStore
from cvmaker_core.observability import logger
from cvmaker_core.schema.jobs import JobError, JobReference, JobRequest
from cvmaker_core.settings import Settings, StageSettings, settings
from cvmaker_core.upload_keys import console_job, event_key, form_upload
from job_intake.arrivals import is_convertible, is_source, suffix_of


class ConsoleDropSettings(Settings):
    """Which machine to start."""

    state_machine_arn: str


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """An S3 event of any key → `{"job_id"}` of the started job, or `{"job_id": null}` for what is no CV.

    A key of the form's shape that was put instead of posted (a script, the command line) starts the job it names.
    """
    del context
    logger.clear_state()
    found = event_key(event)
    if not found or not found[0].startswith("uploads/"):
        return {"job_id": None}
    key, version = found
    if not is_source(key) and not is_convertible(key):
        return {"job_id": None}
    if form := form_upload(key):
        logger.append_keys(job_id=form.job_id, stage="console_drop")
        name = f"{form.job_id[:60]}-{content_hash(version)[:16]}"
        _start(name, json.dumps({"detail": {"object": {"key": key, "sequencer": version}}}))
        return {"job_id": form.job_id}
    job = console_job(key, version)
    logger.append_keys(job_id=job.job_id, stage="console_drop")
    store = JobStore(settings(StageSettings).documents_bucket)
    request = JobRequest(upload_key=key, file_name=key.rsplit("/", 1)[-1])
    try:
        store.put(job.key(REQUEST), request.model_dump_json().encode(), if_absent=True)
    except Conflict:
        logger.info("delivered again")
    if is_convertible(key):
        _refuse(store, job, suffix_of(key))
        return {"job_id": job.job_id}
    _start(job.job_id, job.model_dump_json())
    return {"job_id": job.job_id}


def _refuse(store: JobStore, job: JobReference, suffix: str) -> None:
    error = JobError(
        stage="intake",
        code="unsupported_format",
        message=f"Files of type {suffix.upper()} cannot be read.",
        advice="Open the document and export it as PDF or DOCX, then drop that file.",
    )
    store.put(job.key("error.json"), error.model_dump_json().encode())


def _start(name: str, execution_input: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client("stepfunctions").start_execution(
            stateMachineArn=settings(ConsoleDropSettings).state_machine_arn,
            name=name,
            input=execution_input,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
            logger.info("already started")
            return
        raise TransientError("start_refused", "The pipeline could not be started.") from None
    except BotoCoreError:
        raise TransientError("start_refused", "The pipeline could not be started.") from None
