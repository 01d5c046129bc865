"""Jobs: what was asked for, who holds it, and how far it is (contract: DESIGN, "S3 layout")."""

import re
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator

JobKind: TypeAlias = Literal["upload", "correct", "retailor", "rerender"]
Status: TypeAlias = Literal[
    "queued",
    "parsing",
    "analyzing",
    "embedding",
    "tailoring",
    "rendering",
    "certifying",
    "done",
    "failed",
    "deleted",
]

CONSOLE_OWNER = "console"
SOURCE_SUFFIXES = ("pdf", "docx", "json", "md", "txt")
POSTING_SUFFIXES = ("pdf", "docx", "png", "jpg", "txt")
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


class JobReference(BaseModel):
    """Names a job; both parts are opaque and safe inside an S3 key."""

    model_config = ConfigDict(frozen=True)

    owner: str
    job_id: str

    @field_validator("owner", "job_id")
    @classmethod
    def _safe_in_a_key(cls, value: str) -> str:
        if not _SAFE.fullmatch(value):
            raise ValueError("only letters, digits, '-' and '_' are allowed")
        return value

    @property
    def prefix(self) -> str:
        return f"jobs/{self.owner}/{self.job_id}/"

    @property
    def upload_prefix(self) -> str:
        return f"uploads/{self.owner}/{self.job_id}/"

    def key(self, name: str) -> str:
        """The S3 key of one of the job's files."""
        return self.prefix + name


class DesignOptions(BaseModel):
    """How the document looks. Render validates the values against the template's own choices."""

    model_config = ConfigDict(extra="forbid")

    paper: Literal["A4", "Letter"] | None = None
    accent: str | None = None
    fonts: str | None = None
    density: Literal["compact", "normal", "airy"] | None = None
    pages: Literal["one", "two", "natural"] | None = None
    locale: str | None = None
    sections: list[str] | None = None
    photo: bool | None = None
    date_format: str | None = None
    archival: bool | None = None


class JobRequest(BaseModel):
    """`request.json`: written before the upload or the start."""

    model_config = ConfigDict(extra="ignore")

    kind: JobKind = "upload"
    source_job: str | None = None
    file_name: str | None = None
    as_of: date = Field(default_factory=lambda: datetime.now(UTC).date())
    posting: str | None = None
    template: str = "classic"
    options: DesignOptions = Field(default_factory=DesignOptions)
    use_ai: bool = True
    max_usd: float = Field(default=0.25, ge=0, le=10)
    page_target: Literal["one", "two", "natural"] = "natural"
    upload_key: str | None = Field(
        default=None, description="Where a console drop's document lies; other uploads lie under the job's own prefix."
    )
    posting_key: str | None = None
    resume: dict[str, Any] | None = Field(default=None, description="A corrected parse or an edited result.")
    decisions: dict[str, Literal["accept", "reject"]] | None = None
    cover_letter: dict[str, Any] | None = None


class ExecutionClaim(BaseModel):
    """`execution.json`: which execution owns the job, until when, and what Intake found."""

    model_config = ConfigDict(extra="ignore")

    execution_arn: str
    attempt: int = 1
    claimed_at: datetime
    deadline: datetime
    kind: JobKind = "upload"
    has_posting: bool = False
    source_key: str | None = None
    source_etag: str | None = None
    source_sequencer: str | None = None
    source_bytes: int = 0
    source_format: str | None = None
    posting_key: str | None = None
    posting_etag: str | None = None


class StageEvent(BaseModel):
    """What the state machine passes from stage to stage: keys only, all opaque (claim check)."""

    model_config = ConfigDict(extra="ignore")

    owner: str
    job_id: str
    kind: JobKind = "upload"
    has_posting: bool = False
    attempt: int = 1
    retry_count: int = 0
    mode: Literal["parse", "readback"] = "parse"
    execution_arn: str = ""

    @property
    def job(self) -> JobReference:
        return JobReference(owner=self.owner, job_id=self.job_id)


class JobError(BaseModel):
    """`error.json`."""

    model_config = ConfigDict(extra="ignore")

    stage: str
    code: str
    message: str
    advice: str = ""
    retryable: bool = False
