"""Intake: the first state. Turns an event into a claimed job and says which way it goes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cvmaker_core.aws import client
from cvmaker_core.errors import InputError, InternalError
from cvmaker_core.job_store import REQUEST, JobStore, ObjectMissing, StoredObject
from cvmaker_core.observability import boundary, logger
from cvmaker_core.schema.artefacts import Envelope
from cvmaker_core.schema.jobs import ExecutionClaim, JobReference, JobRequest
from cvmaker_core.settings import StageSettings, settings
from job_intake.adoption import ADOPTED, adopt
from job_intake.arrivals import Arrival, posting_candidates, read_arrival, suffix_of
from job_intake.claiming import claim_job
from job_intake.inspection import HEAD_BYTES, inspect_source


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """`{"event", "execution_arn"}` → `{"claimed", "owner", "job_id", "kind", "has_posting", "attempt"}`."""
    del context
    logger.clear_state()
    with boundary("intake"):
        arrival = read_arrival(event["event"])
        if arrival is None:
            logger.info("object is none of ours")
            return _quiet("", "")
        execution = str(event["execution_arn"]).rsplit(":", 1)[-1]
        logger.append_keys(job_id=arrival.job.job_id, stage="intake", execution=execution)
        return _take_in(arrival, event["execution_arn"])


def _quiet(owner: str, job_id: str) -> dict[str, Any]:
    return {"claimed": False, "owner": owner, "job_id": job_id, "kind": "upload", "has_posting": False, "attempt": 0}


def _take_in(arrival: Arrival, execution_arn: str) -> dict[str, Any]:
    configuration = settings(StageSettings)
    store = JobStore(configuration.documents_bucket)
    job = arrival.job
    files = store.files(job)
    if "deleted.json" in files:
        return _quiet(job.owner, job.job_id)
    request = JobRequest.model_validate(store.read_json(job, REQUEST)) if REQUEST in files else JobRequest()
    source = _find_source(store, arrival, request)
    # A job made from another has no document of its own, but may name its posting's file.
    if source:
        posting = _find_posting(store, source.key, request)
    else:
        posting = store.find(request.posting_key) if request.posting_key else None
    now = datetime.now(UTC)
    wanted = ExecutionClaim(
        execution_arn=execution_arn,
        claimed_at=now,
        deadline=now + timedelta(seconds=configuration.job_deadline_seconds),
        kind=request.kind,
        has_posting=bool(posting or (request.posting and request.posting.strip()))
        or _source_has_posting(files, request),
        source_key=source.key if source else None,
        source_etag=source.etag if source else None,
        source_sequencer=arrival.sequencer,
        source_bytes=source.size if source else 0,
        source_format=suffix_of(source.key) if source else None,
        posting_key=posting.key if posting else None,
        posting_etag=posting.etag if posting else None,
    )
    result = claim_job(
        store, job, wanted, files, is_restart=arrival.key is None, holder_is_terminal=_execution_is_terminal
    )
    logger.info("claim", extra={"reason": result.reason})
    if result.claim is None:
        return _quiet(job.owner, job.job_id)
    if request.kind == "upload":
        if source is None:
            raise InputError(
                "source_missing", "The uploaded file is no longer there.", "Upload the CV again; a new job is made."
            )
        inspect_source(
            store.read_head(source.key, HEAD_BYTES, source.etag) if source.size else b"",
            source.size,
            suffix_of(source.key),
            configuration.max_upload_bytes,
        )
    else:
        _adopt(store, job, request)
    return {
        "claimed": True,
        "owner": job.owner,
        "job_id": job.job_id,
        "kind": result.claim.kind,
        "has_posting": result.claim.has_posting,
        "attempt": result.claim.attempt,
    }


def _find_source(store: JobStore, arrival: Arrival, request: JobRequest) -> StoredObject | None:
    """The uploaded document: where the event or the request says, else in the job's own upload folder."""
    if request.kind != "upload":
        return None
    key = arrival.key or request.upload_key
    if key:
        return store.find(key)
    found = [item for item in store.list_prefix(arrival.job.upload_prefix) if item.name.startswith("source.")]
    return max(found, key=lambda item: item.modified, default=None)


def _find_posting(store: JobStore, source_key: str, request: JobRequest) -> StoredObject | None:
    if request.posting_key:
        return store.find(request.posting_key)
    candidates = posting_candidates(source_key)
    folder = source_key.rsplit("/", 1)[0] + "/"
    stem = "posting." if len(candidates) > 1 else "job"
    present = {item.key: item for item in store.list_prefix(folder + stem)}
    return next((present[key] for key in candidates if key in present), None)


def _source_has_posting(files: dict[str, StoredObject], request: JobRequest) -> bool:
    """A rerender keeps whatever tailoring it starts from; its posting is already analysed."""
    return request.kind == "rerender" and "tailored.json" in files


def _execution_is_terminal(arn: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        status = client("stepfunctions").describe_execution(executionArn=arn)["status"]
    except ClientError as error:
        # Standard executions can be described for 90 days; one that is unknown is long over.
        return bool(error.response["Error"]["Code"] == "ExecutionDoesNotExist")
    return bool(status != "RUNNING")


def _adopt(store: JobStore, job: JobReference, request: JobRequest) -> None:
    """Write the artefacts a derived job starts from (already there on a second attempt: same content)."""
    source: dict[str, Envelope] = {}
    if request.source_job:
        origin = JobReference(owner=job.owner, job_id=request.source_job)
        if store.is_deleted(origin):
            raise InputError(
                "source_job_deleted", "The CV this was to be made from has been deleted.", "Upload it again."
            )
        for name in ADOPTED[request.kind]:
            try:
                source[name] = store.read_envelope(origin, name)
            except (ObjectMissing, InternalError):
                continue  # a job without a posting has no tailored.json
        if "parsed.json" not in source:
            raise InputError("source_job_unread", "The CV this was to be made from was never read.", "Upload it again.")
    elif request.kind != "correct" or not request.resume:
        raise InputError("nothing_to_start_from", "The request names no CV to start from.", "Upload a CV first.")
    for name, envelope in adopt(job.job_id, request, source).items():
        store.write(job, name, envelope.model_dump_json().encode())
