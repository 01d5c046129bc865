"""Bodies of requests and answers. Generated into `docs/openapi.json`; a breaking change there fails the tests."""

from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from cvmaker_core.schema.artefacts import StageWarning
from cvmaker_core.schema.jobs import DesignOptions, JobError, JobKind, Status
from pydantic import BaseModel, ConfigDict, Field

JobId: TypeAlias = str
TEMPLATE_NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"
StageState: TypeAlias = Literal["waiting", "running", "done", "failed", "skipped"]
Decision: TypeAlias = Literal["accept", "reject"]

# --- requests ---------------------------------------------------------------------------------


class RequestModel(BaseModel):
    """Unknown fields are refused: a misspelt option must not be ignored silently."""

    model_config = ConfigDict(extra="forbid")


class FileDescription(RequestModel):
    """A file the client is about to upload."""

    name: str = Field(min_length=1, max_length=255, description="The suffix decides the format.")
    bytes: int | None = Field(default=None, ge=0, description="Size, if known: too large is refused before the upload.")


class InlineFile(RequestModel):
    """A small file inside the request."""

    name: str = Field(min_length=1, max_length=255)
    content_base64: str = Field(min_length=1, max_length=4_000_000)


class DesignChoice(RequestModel):
    """How the result looks and how long it may be."""

    template: str | None = Field(default=None, pattern=TEMPLATE_NAME)
    options: DesignOptions | None = None
    page_target: Literal["one", "two", "natural"] | None = None


class AiChoice(RequestModel):
    """Whether a language model may propose wording, and for how much."""

    use_ai: bool | None = None
    max_usd: float | None = Field(default=None, ge=0, le=10)


class JobCreation(DesignChoice, AiChoice):
    """A new job: a `file` to upload, or a `resume` (JSON Resume) as it is; and perhaps a posting."""

    file: FileDescription | None = None
    resume: dict[str, Any] | None = None
    posting: str | None = Field(default=None, description="The job posting as text.")
    posting_file: FileDescription | None = None
    as_of: date | None = Field(default=None, description="The date that counts as today; default today (UTC).")


class Tailoring(DesignChoice, AiChoice):
    """The same CV for another posting."""

    posting: str | None = None
    posting_file: InlineFile | None = None


class SourceCorrection(AiChoice):
    """What the CV really says, where the reading went wrong."""

    resume: dict[str, Any]
    posting: str | None = Field(default=None, description="Default: the job's own posting.")


class ResumeEdit(DesignChoice):
    """A changed result: text, decisions on proposals, cover letter, design. Whatever is absent stays."""

    resume: dict[str, Any] | None = None
    decisions: dict[str, Decision] | None = Field(default=None, description="By JSON Pointer of the change.")
    cover_letter: dict[str, Any] | None = None


# --- answers ----------------------------------------------------------------------------------


class UploadTarget(BaseModel):
    """A presigned POST: send `fields`, in order, then `file`, as multipart/form-data to `url`."""

    purpose: Literal["source", "posting"]
    url: str
    fields: dict[str, str]
    max_bytes: int
    expires_at: datetime


class JobCreated(BaseModel):
    """The new job. With `uploads`: send the posting first, the source last; the source's arrival starts the job."""

    job_id: JobId
    status: Status = "queued"
    uploads: list[UploadTarget] = Field(default_factory=list)


class StageProgress(BaseModel):
    """One stage of the pipeline. `milliseconds` is what the stage itself took, known at the end."""

    stage: str
    state: StageState
    finished_at: datetime | None = None
    milliseconds: float | None = None


class Link(BaseModel):
    """A short-lived address of one file of the job. Anyone who has it can read it until it expires."""

    url: str
    file_name: str
    content_type: str
    bytes: int
    etag: str


class FormField(BaseModel):
    """One value to copy into an application form."""

    group: str = Field(description="`person`, `work/0`, `education/0`, …")
    field: str
    value: str


class JobSummary(BaseModel):
    """A job in a list."""

    job_id: JobId
    kind: JobKind
    status: Status
    created_at: datetime
    updated_at: datetime
    template: str
    has_posting: bool
    source_job: JobId | None = None
    superseded_by: JobId | None = Field(default=None, description="The job that this one's last edit made.")
    file_name: str | None = None
    title: str | None = None
    employer: str | None = None
    fit: int | None = None
    visibility_before: int | None = None
    visibility_after: int | None = None
    verdict: Literal["pass", "warn", "fail"] | None = None
    usd: float | None = None


class JobView(JobSummary):
    """A job in full."""

    stages: list[StageProgress] = Field(default_factory=list)
    warnings: list[StageWarning] = Field(default_factory=list)
    error: JobError | None = None
    links: dict[str, Link] = Field(default_factory=dict)
    links_expire_at: datetime | None = None
    etags: dict[Literal["source", "resume"], str] = Field(
        default_factory=dict, description="For `If-Match` of `PUT …/source` and `PUT …/resume`."
    )
    form_fields: list[FormField] = Field(default_factory=list)
    options: DesignOptions = Field(default_factory=DesignOptions)


class JobPage(BaseModel):
    """Jobs, newest first. `next` goes into `cursor` for the page after."""

    jobs: list[JobSummary]
    next: str | None = None


class TemplateDescription(BaseModel):
    """A template that `template` may name."""

    name: str
    title: str
    description: str = ""
    audience: str = ""
    accent: str | None = Field(default=None, description="Default accent colour, #rrggbb.")
    fonts: str | None = Field(default=None, description="Default font pair.")
    photo: bool = False
    thumbnail: str | None = Field(default=None, description="Path of a picture on the web app's own origin.")


class FontChoice(BaseModel):
    """A font pair that `options.fonts` may name."""

    name: str
    description: str


class TemplateList(BaseModel):
    """What `template` and `options` may be."""

    templates: list[TemplateDescription]
    fonts: list[FontChoice] = Field(default_factory=list)
    locales: list[str] = Field(default_factory=list)
    date_formats: list[str] = Field(default_factory=list)


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    version: str
    stage: str


class DeletionAccepted(BaseModel):
    """The job is gone for every reader; what is stored of it is being erased."""

    job_id: JobId
    status: Literal["deleted"] = "deleted"
