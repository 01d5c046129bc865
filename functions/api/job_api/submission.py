"""Turns requests into jobs. Every upload, retailoring, correction and edit is a job of its own.

Order of writing: `request.json` first (conditionally: it claims the id), then what the job needs, then the start.
A repeated request with the same `Idempotency-Key` arrives at the same id and finishes what the first one began.
"""

import base64
import binascii
import hashlib
import json
import secrets
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any, Protocol

from cvmaker_core.errors import CvMakerError
from cvmaker_core.hashing import content_hash
from cvmaker_core.job_store import Conflict, JobStore, ObjectMissing
from cvmaker_core.schema.jobs import (
    POSTING_SUFFIXES,
    SOURCE_SUFFIXES,
    DesignOptions,
    ExecutionClaim,
    JobReference,
    JobRequest,
)
from cvmaker_core.spending import ARRIVALS, DailySpending
from pydantic import ValidationError

from job_api.models import (
    DesignChoice,
    FileDescription,
    InlineFile,
    JobCreated,
    JobCreation,
    ResumeEdit,
    SourceCorrection,
    Tailoring,
)
from job_api.problems import FieldProblem, ProblemError, invalid, job_not_found
from job_api.reading import SUPERSEDED, JobFiles, JobReader
from job_api.settings import ApiSettings
from job_api.storage_access import StorageAccess

MAX_REQUEST_BYTES = 4 * 1024 * 1024
MAX_SOURCE_HOPS = 50


class Pipeline(Protocol):
    """Starts, stops and erases jobs."""

    def start(self, job: JobReference) -> None: ...
    def stop(self, job: JobReference, execution_arn: str | None) -> None: ...
    def erase(self, job: JobReference) -> None: ...


class Submissions:
    """Makes the jobs of one deployment."""

    def __init__(
        self, settings: ApiSettings, store: JobStore, reader: JobReader, access: StorageAccess, pipeline: Pipeline
    ) -> None:
        self.settings = settings
        self.store = store
        self.reader = reader
        self.access = access
        self.pipeline = pipeline

    # --- the four kinds ---------------------------------------------------------------------

    def create(self, owner: str, owner_kind: str, body: JobCreation, idempotency_key: str | None) -> JobCreated:
        """`POST /jobs`."""
        if (body.file is None) == (body.resume is None):
            raise invalid(FieldProblem(pointer="body", detail="Give either file or resume."))
        if body.resume is not None and body.posting_file is not None:
            raise invalid(FieldProblem(pointer="body/posting_file", detail="With resume, give the posting as text."))
        self._check_posting(body.posting, body.posting_file is not None)
        source_suffix = self._suffix(body.file, SOURCE_SUFFIXES, "file", self.settings.max_upload_bytes)
        posting_suffix = self._suffix(
            body.posting_file, POSTING_SUFFIXES, "posting_file", self.settings.max_posting_bytes
        )
        job = self._new_job(owner, "create", idempotency_key)
        posting_key = f"{job.upload_prefix}posting.{posting_suffix}" if posting_suffix else None
        request = JobRequest(
            # A CV typed into the builder has no document to parse: it begins as a "correction" of nothing.
            kind="correct" if body.resume is not None else "upload",
            resume=body.resume,
            file_name=_clean_name(body.file.name) if body.file else None,
            posting=_text(body.posting),
            posting_key=posting_key,
            **self._design(body),
            **self._spending(body.use_ai, body.max_usd),
            as_of=body.as_of or datetime.now(UTC).date(),
        )
        self._record(job, owner_kind, request)
        if body.resume is not None:
            return self._start(job)
        uploads = []
        if posting_key:
            uploads.append(
                self.access.upload_target(
                    posting_key, "posting", self.settings.max_posting_bytes, self.settings.upload_valid_seconds
                )
            )
        source_key = f"{job.upload_prefix}source.{source_suffix}"
        uploads.append(
            self.access.upload_target(
                source_key, "source", self.settings.max_upload_bytes, self.settings.upload_valid_seconds
            )
        )
        return JobCreated(job_id=job.job_id, uploads=uploads)

    def tailor(self, listed: JobFiles, owner_kind: str, body: Tailoring, idempotency_key: str | None) -> JobCreated:
        """`POST /jobs/{id}/tailorings`: the same CV for another posting."""
        if bool(_text(body.posting)) == (body.posting_file is not None):
            raise invalid(FieldProblem(pointer="body", detail="Give either posting or posting_file."))
        self._check_posting(body.posting, has_file=False)
        source = self._holder_of(listed, "parsed.json")
        earlier = self.reader.request(listed)
        job = self._new_job(listed.job.owner, f"tailor:{listed.job.job_id}", idempotency_key)
        posting_key, content = None, b""
        if body.posting_file:
            suffix, content = self._inline(body.posting_file)
            posting_key = f"{job.upload_prefix}posting.{suffix}"
        request = JobRequest(
            kind="retailor",
            source_job=source.job.job_id,
            file_name=earlier.file_name,
            posting=_text(body.posting),
            posting_key=posting_key,
            **self._design(body, earlier),
            **self._spending(body.use_ai, body.max_usd, earlier),
        )
        self._record(job, owner_kind, request)
        if posting_key:
            self._put_upload(posting_key, content)
        return self._start(job)

    def correct(
        self,
        listed: JobFiles,
        owner_kind: str,
        body: SourceCorrection,
        if_match: str | None,
        idempotency_key: str | None,
    ) -> JobCreated:
        """`PUT /jobs/{id}/source`: what the CV really says; restarts at Analyze."""
        self._check_posting(body.posting, has_file=False)
        self._check_match(if_match, listed, "parsed.json")
        earlier = self.reader.request(listed)
        job = self._new_job(listed.job.owner, f"correct:{listed.job.job_id}:{if_match}", idempotency_key)
        request = JobRequest(
            kind="correct",
            source_job=listed.job.job_id,
            file_name=earlier.file_name,
            as_of=earlier.as_of,
            resume=body.resume,
            **self._posting(body.posting, listed, earlier),
            **self._design(DesignChoice(), earlier),
            **self._spending(body.use_ai, body.max_usd, earlier),
        )
        return self._edit(job, owner_kind, request, listed, if_match)

    def edit(
        self, listed: JobFiles, owner_kind: str, body: ResumeEdit, if_match: str | None, idempotency_key: str | None
    ) -> JobCreated:
        """`PUT /jobs/{id}/resume`: a changed result; renders again."""
        if body.model_dump(exclude_none=True) == {}:
            raise invalid(FieldProblem(pointer="body", detail="Nothing to change."))
        self._check_match(if_match, listed, "resume.json")
        earlier = self.reader.request(listed)
        job = self._new_job(listed.job.owner, f"edit:{listed.job.job_id}:{if_match}", idempotency_key)
        request = JobRequest(
            kind="rerender",
            source_job=listed.job.job_id,
            file_name=earlier.file_name,
            as_of=earlier.as_of,
            resume=body.resume,
            decisions=body.decisions,
            cover_letter=body.cover_letter,
            **self._posting(None, listed, earlier),
            **self._design(body, earlier),
            **self._spending(None, None, earlier),
        )
        return self._edit(job, owner_kind, request, listed, if_match)

    def delete(self, listed: JobFiles) -> None:
        """Tombstone first, so that no stage writes any more; then stop; then erase. Safe to repeat."""
        if not listed.deleted:
            body = json.dumps({"deleted_at": datetime.now(UTC).isoformat(timespec="seconds")}).encode()
            self.store.put(listed.job.key("deleted.json"), body)
        self.pipeline.stop(listed.job, self._execution(listed))
        self.pipeline.erase(listed.job)

    # --- steps ------------------------------------------------------------------------------

    def _edit(
        self, job: JobReference, owner_kind: str, request: JobRequest, listed: JobFiles, if_match: str | None
    ) -> JobCreated:
        """Makes the edit the job's one successor, unless the client insists (`If-Match: *`)."""
        self._record(job, owner_kind, request)
        marker = listed.job.key(SUPERSEDED)
        body = json.dumps({"by": job.job_id, "kind": request.kind}).encode()
        try:
            self.store.put(marker, body, if_absent=if_match != "*")
        except Conflict:
            winner = self._successor(listed)
            if winner != job.job_id:
                self.store.delete(job.key("request.json"))
                raise ProblemError(
                    HTTPStatus.CONFLICT,
                    "already_edited",
                    "This job has been edited elsewhere, perhaps in another tab.",
                    "Open the newer job and repeat the change there, or send If-Match: * to keep both.",
                    job_id=winner,
                ) from None
        return self._start(job)

    def _successor(self, listed: JobFiles) -> str | None:
        try:
            by = self.store.read_json(listed.job, SUPERSEDED).get("by")
        except (ObjectMissing, ValueError):
            return None
        return by if isinstance(by, str) else None

    def _new_job(self, owner: str, what: str, idempotency_key: str | None) -> JobReference:
        """A random id; with an idempotency key, the one id that this owner's key stands for."""
        if not idempotency_key:
            return JobReference(owner=owner, job_id=secrets.token_hex(16))
        digest = hashlib.sha256("\x00".join((owner, what, idempotency_key)).encode()).hexdigest()
        return JobReference(owner=owner, job_id=digest[:32])

    def _record(self, job: JobReference, owner_kind: str, request: JobRequest) -> None:
        """Write `request.json`; a repeat of the same request passes, a different one under the same key does not."""
        body = request.model_dump_json(exclude_none=True).encode()
        if len(body) > MAX_REQUEST_BYTES:
            raise ProblemError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "request_too_large",
                "The request is too large.",
                f"At most {MAX_REQUEST_BYTES // 1024 // 1024} MB of text fit into one job.",
            )
        self._check_quota(job, owner_kind)
        arrivals = self._public_arrivals(owner_kind)
        try:
            self.store.put(job.key("request.json"), body, if_absent=True)
        except Conflict:
            self._check_repeat(job, request)
        else:
            arrivals.record(1)

    def _public_arrivals(self, owner_kind: str) -> DailySpending:
        """The day's count of jobs of people without an account: a secret costs nothing, so owners' quotas bound nobody.

        Raises
        ------
        ProblemError
            When the day's limit is reached; people with an account or a key of their own go on.

        """
        limit = self.settings.public_jobs_per_day if owner_kind == "browser" else 0
        arrivals = DailySpending(self.store, limit, prefix=ARRIVALS)
        if arrivals.is_exhausted():
            raise ProblemError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "public_quota_reached",
                "The service has taken in what it may without an account today.",
                "Come back tomorrow (UTC), or sign in where that is possible.",
                retryable=True,
                headers={"Retry-After": str(_seconds_to_midnight())},
            )
        return arrivals

    def _check_repeat(self, job: JobReference, request: JobRequest) -> None:
        listed = self.reader.find(job)
        if listed and listed.deleted:
            raise ProblemError(
                HTTPStatus.CONFLICT,
                "job_deleted",
                "The job that this Idempotency-Key made has been deleted.",
                "Use a new Idempotency-Key.",
                job_id=job.job_id,
            )
        try:
            earlier = JobRequest.model_validate(self.store.read_json(job, "request.json"))
        except (ObjectMissing, ValidationError, ValueError):
            earlier = None
        # "Today" may have changed since the first attempt; everything else must be the same.
        if earlier is None or earlier.model_copy(update={"as_of": request.as_of}) != request:
            raise ProblemError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "This Idempotency-Key was used for another request.",
                "Use a new Idempotency-Key for a new request.",
            )

    def _check_quota(self, job: JobReference, owner_kind: str) -> None:
        """Count today's jobs (UTC) and add this one, in a ledger of the owner's day.

        Its length is bounded by the limit, whatever the owner has kept. Deleted jobs count: an entry is an empty
        object that expires by itself, and names no job.

        Two requests at once may slip by.
        """
        limit = self.settings.client_jobs_per_day if owner_kind == "client" else self.settings.jobs_per_owner_per_day
        # An owner never begins with a digit, so no owner's ledger is in the public one (`arrivals/{hour}/`).
        ledger = f"{ARRIVALS}{job.owner}/{datetime.now(UTC):%Y-%m-%d}/"
        today = {item.name for item in self.store.list_prefix(ledger)}
        entry = content_hash(job.job_id)
        if entry in today:
            return
        if len(today) >= limit:
            raise ProblemError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "daily_quota_reached",
                f"The limit of {limit} jobs a day is reached.",
                "Go on tomorrow (UTC).",
                retryable=True,
                headers={"Retry-After": str(_seconds_to_midnight())},
            )
        self.store.put(f"{ledger}{entry}", b"")

    def _start(self, job: JobReference) -> JobCreated:
        try:
            self.pipeline.start(job)
        except CvMakerError:
            # Without a start there is no job: a request alone would be "queued" for ever.
            self.store.delete(job.key("request.json"))
            raise
        return JobCreated(job_id=job.job_id)

    def _put_upload(self, key: str, body: bytes) -> None:
        try:
            self.store.put(key, body, if_absent=True)
        except Conflict:
            return  # a repeated request: the first one's upload is there already

    def _check_posting(self, posting: str | None, has_file: bool) -> None:
        if posting and has_file:
            raise invalid(FieldProblem(pointer="body/posting_file", detail="Give posting or posting_file, not both."))
        if posting and len(posting) > self.settings.max_posting_characters:
            raise ProblemError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "posting_too_long",
                f"The posting has more than {self.settings.max_posting_characters} characters.",
                "Paste only the job posting, without the page around it.",
            )

    def _suffix(
        self, file: FileDescription | InlineFile | None, allowed: tuple[str, ...], field: str, limit: int
    ) -> str | None:
        if file is None:
            return None
        suffix = file.name.rpartition(".")[2].lower()
        suffix = {"jpeg": "jpg", "markdown": "md", "text": "txt"}.get(suffix, suffix)
        if "." not in file.name or suffix not in allowed:
            raise ProblemError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "unsupported_format",
                f"Files of this kind cannot be used as {field}.",
                f"Use one of: {', '.join(allowed)}.",
                errors=[FieldProblem(pointer=f"body/{field}/name", detail=f"ends in one of {', '.join(allowed)}")],
            )
        size = getattr(file, "bytes", None)
        if size is not None and size > limit:
            raise ProblemError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "file_too_large",
                f"The file is larger than {limit // 1024 // 1024} MB.",
                "Export it again with smaller pictures.",
            )
        if size == 0:
            raise invalid(FieldProblem(pointer=f"body/{field}/bytes", detail="The file is empty."))
        return suffix

    def _inline(self, file: InlineFile) -> tuple[str, bytes]:
        suffix = self._suffix(file, POSTING_SUFFIXES, "posting_file", self.settings.max_posting_bytes)
        try:
            content = base64.b64decode(file.content_base64, validate=True)
        except (binascii.Error, ValueError):
            raise invalid(FieldProblem(pointer="body/posting_file/content_base64", detail="not base64")) from None
        assert suffix is not None
        return suffix, content

    def _holder_of(self, listed: JobFiles, name: str) -> JobFiles:
        """The nearest job, from this one back to the upload, that holds a file: an edit need not have its own copy."""
        for _ in range(MAX_SOURCE_HOPS):
            if name in listed.files:
                return listed
            source = self.reader.request(listed).source_job
            found = self.reader.find(JobReference(owner=listed.job.owner, job_id=source)) if source else None
            if found is None or found.deleted:
                break
            listed = found
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "not_ready",
            "The job has not got that far.",
            "Wait until its CV has been read, then try again.",
            retryable=True,
        )

    def _check_match(self, if_match: str | None, listed: JobFiles, name: str) -> None:
        if name not in listed.files:
            raise ProblemError(
                HTTPStatus.CONFLICT,
                "not_ready",
                "The job has not got that far.",
                "Wait until it is done, then try again.",
                retryable=True,
            )
        if if_match is None:
            raise ProblemError(
                HTTPStatus.PRECONDITION_REQUIRED,
                "if_match_required",
                "An edit must say what it was made from.",
                "Send If-Match with the value of etags in GET /jobs/{id}.",
            )
        current = listed.files[name].etag
        given = {tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")}
        if if_match.strip() != "*" and current not in given:
            raise ProblemError(
                HTTPStatus.PRECONDITION_FAILED,
                "changed_meanwhile",
                "The job is no longer what this edit was made from.",
                "Get the job again and repeat the change.",
            )

    def _posting(self, text: str | None, listed: JobFiles, earlier: JobRequest) -> dict[str, Any]:
        """A new posting text, or the posting of the earlier job, however it was given."""
        if _text(text):
            return {"posting": _text(text)}
        return {"posting": earlier.posting, "posting_key": earlier.posting_key or self._claimed_posting(listed)}

    def _claimed_posting(self, listed: JobFiles) -> str | None:
        claim = self._claim(listed)
        return claim.posting_key if claim else None

    def _execution(self, listed: JobFiles) -> str | None:
        claim = self._claim(listed)
        return claim.execution_arn if claim else None

    def _claim(self, listed: JobFiles) -> ExecutionClaim | None:
        if "execution.json" not in listed.files:
            return None
        try:
            return ExecutionClaim.model_validate(self.store.read_json(listed.job, "execution.json"))
        except (ObjectMissing, ValidationError, ValueError):
            return None

    def _design(self, choice: DesignChoice, earlier: JobRequest | None = None) -> dict[str, Any]:
        earlier = earlier or JobRequest(as_of=date.min)
        options = earlier.options.model_dump(exclude_none=True)
        # An explicit null goes back to the template's own choice; what is not named stays.
        options |= choice.options.model_dump(exclude_unset=True) if choice.options else {}
        return {
            "template": choice.template or earlier.template,
            "options": DesignOptions.model_validate(options),
            "page_target": choice.page_target or earlier.page_target,
        }

    def _spending(
        self, use_ai: bool | None, max_usd: float | None, earlier: JobRequest | None = None
    ) -> dict[str, Any]:
        earlier = earlier or JobRequest(as_of=date.min)
        return {
            "use_ai": earlier.use_ai if use_ai is None else use_ai,
            "max_usd": min(earlier.max_usd if max_usd is None else max_usd, self.settings.max_usd_per_job),
        }


def require(listed: JobFiles | None) -> JobFiles:
    """The job, or 404: absent, deleted, and another owner's all look the same."""
    if listed is None or listed.deleted:
        raise job_not_found()
    return listed


def _text(value: str | None) -> str | None:
    return value.strip() if value and value.strip() else None


def _clean_name(name: str) -> str:
    """A file's own name without folders and control characters: shown to its owner, never used as a key."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in name if char.isprintable())[:200]


def _seconds_to_midnight() -> int:
    """How long until the day's counts begin anew (UTC)."""
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return int((midnight - now).total_seconds()) + 1
