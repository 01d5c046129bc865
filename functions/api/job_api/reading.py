"""Says how far a job is, from one listing; opens artefacts only when there is something final to tell.

What an artefact tells is kept by key and ETag between calls of a warm function: an object with the same ETag
has the same content, so nothing can go stale.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cvmaker_core.job_status import STAGE_FILES, derive_status
from cvmaker_core.job_store import JobStore, ObjectMissing, StoredObject
from cvmaker_core.schema.artefacts import StageWarning
from cvmaker_core.schema.jobs import DesignOptions, JobError, JobReference, JobRequest, Status
from pydantic import ValidationError

from job_api.application_form import form_fields
from job_api.models import FormField, JobSummary, StageProgress, StageState

CACHED_DIGESTS = 1024
READERS = 8
SUPERSEDED = "superseded.json"
STAGES = ("parse", "analyze", "embed", "tailor", "render", "readback", "certify")
_STAGE_OF_STATUS = {
    "parsing": "parse",
    "analyzing": "analyze",
    "embedding": "embed",
    "tailoring": "tailor",
    "rendering": "render",
    "certifying": "readback",
}
# Stages that a job of this kind starts after.
_SKIPPED = {"correct": {"parse"}, "rerender": {"parse", "analyze", "embed"}}
_FINAL_READS = (
    "parsed.json",
    "analysis.json",
    "evidence.json",
    "tailored.json",
    "resume.json",
    "readback.json",
    "certificate.json",
    "receipt.json",
)
_SUMMARY_READS = ("analysis.json", "evidence.json", "tailored.json", "certificate.json", "receipt.json")


@dataclass
class Digest:
    """What the API tells of one file."""

    stage: str = ""
    milliseconds: float | None = None
    warnings: list[StageWarning] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    form: list[FormField] = field(default_factory=list)


@dataclass
class JobFiles:
    """One job's listing."""

    job: JobReference
    files: dict[str, StoredObject]

    @property
    def created_at(self) -> datetime:
        first = self.files.get("request.json") or self.files.get("execution.json")
        return _aware(first.modified if first else min(item.modified for item in self.files.values()))

    @property
    def updated_at(self) -> datetime:
        return _aware(max(item.modified for item in self.files.values()))

    @property
    def deleted(self) -> bool:
        return "deleted.json" in self.files

    def fingerprint(self) -> str:
        return "|".join(f"{name}={item.etag}" for name, item in sorted(self.files.items()))


class JobReader:
    """Reads jobs of one bucket."""

    def __init__(self, store: JobStore) -> None:
        self.store = store
        self.digests: OrderedDict[tuple[str, str], Digest] = OrderedDict()

    def find(self, job: JobReference) -> JobFiles | None:
        """The job's listing; None if nothing was ever stored of it."""
        files = self.store.files(job)
        return JobFiles(job, files) if files else None

    def of_owner(self, owner: str) -> list[JobFiles]:
        """All jobs of an owner, newest first. A thousand objects cost one request."""
        prefix = f"jobs/{owner}/"
        jobs: dict[str, dict[str, StoredObject]] = {}
        for item in self.store.list_prefix(prefix):
            job_id, _, name = item.key[len(prefix) :].partition("/")
            if name:
                jobs.setdefault(job_id, {})[name] = item
        found = [JobFiles(JobReference(owner=owner, job_id=job_id), files) for job_id, files in jobs.items()]
        return sorted(found, key=lambda listed: (listed.created_at, listed.job.job_id), reverse=True)

    def request(self, listed: JobFiles) -> JobRequest:
        """What was asked for (defaults for a console drop)."""
        if "request.json" not in listed.files:
            return JobRequest()
        return JobRequest.model_validate(self.store.read_json(listed.job, "request.json"))

    def status(self, listed: JobFiles) -> Status:
        facts = self.facts(listed, "request.json")
        has_posting = bool(facts.get("has_posting", True)) or "tailored.json" in listed.files
        return derive_status(listed.files, has_posting=has_posting, kind=str(facts.get("kind", "upload")))

    def summaries(self, jobs: list[JobFiles]) -> list[JobSummary]:
        """Jobs for a list; what is not yet known is read in parallel."""
        self._warm((listed, name) for listed in jobs for name in ("request.json", SUPERSEDED, *_SUMMARY_READS))
        return [JobSummary(**self._summary(listed)) for listed in jobs]

    def details(self, listed: JobFiles) -> dict[str, Any]:
        """The fields of a `JobView`, but for its links."""
        status = self.status(listed)
        final = status in {"done", "failed"}
        if final:
            self._warm((listed, name) for name in (*_FINAL_READS, "request.json", SUPERSEDED))
        else:
            self._warm([(listed, "request.json"), (listed, SUPERSEDED)])
        error = self._error(listed) if status == "failed" else None
        digests = [self._digest(listed, name) for name in _FINAL_READS] if final else []
        seen: set[tuple[str, str]] = set()
        warnings = []
        for warning in (warning for digest in digests if digest for warning in digest.warnings):
            if (warning.code, warning.message) not in seen:
                seen.add((warning.code, warning.message))
                warnings.append(warning)
        form = self._digest(listed, "resume.json") if status == "done" else None
        return {
            **self._summary(listed, final=final),
            "stages": list(self._stages(listed, status, error)),
            "warnings": warnings,
            "error": error,
            "form_fields": form.form if form else [],
            "options": self.facts(listed, "request.json").get("options", DesignOptions()),
            "etags": {
                role: f'"{listed.files[name].etag}"'
                for role, name in (("source", "parsed.json"), ("resume", "resume.json"))
                if name in listed.files
            },
        }

    def facts(self, listed: JobFiles, name: str) -> dict[str, Any]:
        """What a file of the job tells; {} when it is absent."""
        digest = self._digest(listed, name)
        return digest.facts if digest else {}

    def uploads(self, listed: JobFiles) -> dict[str, StoredObject]:
        """The job's uploads by role (`source`, `posting`), wherever they lie among its owner's."""
        found = {}
        for item in self.store.list_prefix(listed.job.upload_prefix):
            role = item.name.split(".", 1)[0]
            if role in {"source", "posting"}:
                found[role] = item
        asked, claimed = self.facts(listed, "request.json"), self.facts(listed, "execution.json")
        for role, key in (
            ("source", claimed.get("source_key") or asked.get("upload_key")),
            ("posting", claimed.get("posting_key") or asked.get("posting_key")),
        ):
            if role not in found and key and key.startswith(f"uploads/{listed.job.owner}/"):
                elsewhere = self.store.find(key)
                if elsewhere:
                    found[role] = elsewhere
        return found

    def person(self, listed: JobFiles) -> str | None:
        """The CV's name, once the job is final."""
        if self.status(listed) not in {"done", "failed"}:
            return None
        return self.facts(listed, "resume.json").get("person") or self.facts(listed, "parsed.json").get("person")

    # --- parts -----------------------------------------------------------------------------

    def _summary(self, listed: JobFiles, *, final: bool = True) -> dict[str, Any]:
        status = self.status(listed)
        request = self.facts(listed, "request.json")
        facts = dict(request)
        if final and status in {"done", "failed"}:
            for name in _SUMMARY_READS:
                facts |= self.facts(listed, name)
        return {
            "job_id": listed.job.job_id,
            "kind": facts.get("kind", "upload"),
            "status": status,
            "created_at": listed.created_at,
            "updated_at": listed.updated_at,
            "template": facts.get("template", "classic"),
            "has_posting": bool(facts.get("has_posting", False)),
            "source_job": facts.get("source_job"),
            "superseded_by": self.facts(listed, SUPERSEDED).get("superseded_by"),
            "file_name": facts.get("file_name"),
            "title": facts.get("title"),
            "employer": facts.get("employer"),
            "fit": facts.get("fit"),
            "visibility_before": facts.get("visibility_before"),
            "visibility_after": facts.get("visibility_after"),
            "verdict": facts.get("verdict"),
            "usd": facts.get("usd"),
        }

    def _stages(self, listed: JobFiles, status: Status, error: JobError | None) -> Iterable[StageProgress]:
        facts = self.facts(listed, "request.json")
        skipped = _SKIPPED.get(str(facts.get("kind", "upload")), set())
        running = _STAGE_OF_STATUS.get(status)
        if status == "certifying" and "readback.json" in listed.files:
            running = "certify"
        files = {stage: name for name, stage in STAGE_FILES.items()}
        for stage in STAGES:
            item = listed.files.get(files[stage])
            state: StageState = "waiting"
            if item:
                state = "done"
            elif error and error.stage == stage:
                state = "failed"
            elif stage in skipped or (stage == "tailor" and status != "tailoring" and not facts.get("has_posting")):
                state = "skipped"
            elif stage == running:
                state = "running"
            digest = self._known(item)
            yield StageProgress(
                stage=stage,
                state=state,
                finished_at=_aware(item.modified) if item else None,
                milliseconds=digest.milliseconds if digest else None,
            )

    def _error(self, listed: JobFiles) -> JobError | None:
        try:
            return JobError.model_validate(self.store.read_json(listed.job, "error.json"))
        except (ObjectMissing, ValidationError, ValueError):
            return JobError(stage="unknown", code="unknown", message="The job failed.", advice="Start it again.")

    # --- digests ---------------------------------------------------------------------------

    def _known(self, item: StoredObject | None) -> Digest | None:
        return self.digests.get((item.key, item.etag)) if item else None

    def _digest(self, listed: JobFiles, name: str) -> Digest | None:
        item = listed.files.get(name)
        if item is None:
            return None
        known = self._known(item)
        if known:
            self.digests.move_to_end((item.key, item.etag))
            return known
        try:
            digest = digest_of(name, json.loads(self.store.read(item.key, item.etag)))
        except (ObjectMissing, ValueError, ValidationError, TypeError, AttributeError):
            return None  # replaced or unreadable: the next listing tells
        self.digests[item.key, item.etag] = digest
        while len(self.digests) > CACHED_DIGESTS:
            self.digests.popitem(last=False)
        return digest

    def _warm(self, wanted: Iterable[tuple[JobFiles, str]]) -> None:
        missing = [
            (listed, name) for listed, name in wanted if name in listed.files and not self._known(listed.files[name])
        ]
        if len(missing) < 2:
            return
        with ThreadPoolExecutor(min(READERS, len(missing))) as pool:
            list(pool.map(lambda pair: self._digest(*pair), missing))


def digest_of(name: str, document: Any) -> Digest:
    """The few facts of a file that answers need."""
    if name == "execution.json":
        return Digest(facts={name: document.get(name) for name in ("source_key", "posting_key")})
    if name == SUPERSEDED:
        return Digest(facts={"superseded_by": document.get("by")})
    if name == "request.json":
        request = JobRequest.model_validate(document)
        facts = {
            "kind": request.kind,
            "has_posting": bool(request.posting or request.posting_key),
            "template": request.template,
            "source_job": request.source_job,
            "file_name": request.file_name,
            "options": request.options,
            "upload_key": request.upload_key,
            "posting_key": request.posting_key,
        }
        return Digest(facts=facts)
    data = document["data"] if is_envelope(document) else document
    digest = Digest()
    if is_envelope(document):
        digest.stage = str(document.get("stage", ""))
        digest.milliseconds = (document.get("usage") or {}).get("estimated_ms")
        digest.warnings = [StageWarning.model_validate(item) for item in document.get("warnings") or []]
    digest.facts = _facts(name, data)
    if name == "resume.json":
        digest.form = form_fields(resume_of(data))
    return digest


def is_envelope(document: Any) -> bool:
    return isinstance(document, dict) and "schema_version" in document and isinstance(document.get("data"), dict)


def resume_of(document: Any) -> dict[str, Any]:
    """The JSON Resume inside an envelope, inside an artefact's data, or bare."""
    data = document["data"] if is_envelope(document) else document
    resume = data.get("resume", data)
    return resume if isinstance(resume, dict) else {}


def _facts(name: str, data: dict[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if name in {"parsed.json", "resume.json"}:
        facts["person"] = (resume_of(data).get("basics") or {}).get("name")
    elif name == "analysis.json":
        posting = data.get("posting") or {}
        facts = {"title": posting.get("title"), "employer": posting.get("employer")}
        if posting:
            facts["has_posting"] = True
    elif name == "evidence.json":
        facts["fit"] = (data.get("fit") or {}).get("value")
    elif name == "tailored.json":
        visibility = data.get("visibility") or {}
        facts = {"visibility_before": visibility.get("before"), "visibility_after": visibility.get("after")}
    elif name == "certificate.json":
        facts["verdict"] = data.get("verdict")
    elif name == "receipt.json":
        facts["usd"] = (data.get("usd") or {}).get("total")
    return {key: value for key, value in facts.items() if value is not None}


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
