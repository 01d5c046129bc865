"""Artefacts: what each stage writes, and the envelope around it (contract: DESIGN, "S3 layout")."""

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

# major.minor, see cvmaker_core/migration.py. 1.1: findings, reasons and changes carry codes and blanks.
SCHEMA_VERSION = "1.1"

Pointer: TypeAlias = str
Stage: TypeAlias = Literal["intake", "parse", "analyze", "embed", "tailor", "render", "readback", "certify"]


class ArtefactModel(BaseModel):
    """Base of artefact parts: unknown fields are refused, so that drift is seen at once."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class StageWarning(ArtefactModel):
    """Something the person should know though the job goes on. `message` never quotes a document."""

    code: str
    message: str
    advice: str = ""


class Tokens(ArtefactModel):
    """Model tokens by use."""

    input: int = 0
    output: int = 0
    embedding: int = 0


class Usage(ArtefactModel):
    """What one run of a stage consumed. Times in milliseconds, memory in MB, money in US dollars."""

    estimated_ms: float = 0.0
    memory_mb: int = 0
    peak_memory_mb: float = 0.0
    cold: bool = False
    reused: bool = False
    tokens: Tokens = Field(default_factory=Tokens)
    requests: dict[str, int] = Field(default_factory=dict)
    usd: dict[str, float] = Field(default_factory=dict)


class Envelope(ArtefactModel):
    """Around every JSON artefact."""

    schema_version: str = SCHEMA_VERSION
    job_id: str
    stage: str
    inputs: dict[str, str] = Field(default_factory=dict)
    engine: dict[str, Any] = Field(default_factory=dict)
    usage: Usage = Field(default_factory=Usage)
    warnings: list[StageWarning] = Field(default_factory=list)
    data: dict[str, Any]


# --- parsed.json and readback.json ------------------------------------------------------------


class Span(ArtefactModel):
    """Where a value stands: half-open code-point range of `Parsed.text`, plus its place on the page.

    PDF: `page` (from 1) and `bbox` in points, origin top left. DOCX: `block`. JSON upload: `pointer`.
    """

    start: int
    end: int
    page: int | None = None
    bbox: tuple[float, float, float, float] | None = None
    block: str | None = None
    pointer: Pointer | None = None
    transform: str | None = None


class TextRange(ArtefactModel):
    start: int
    end: int


class ParsedDate(ArtefactModel):
    text: str
    precision: Literal["year", "month", "day"] | None = None
    state: Literal["closed", "running", "unknown", "expected"]


class HiddenText(ArtefactModel):
    """Text a person cannot see. Reported (by reason and place), never used."""

    page: int | None = None
    reason: str
    characters: int


class Layout(ArtefactModel):
    pages: int
    columns: int = 1
    scanned: bool = False
    hidden_text: list[HiddenText] = Field(default_factory=list)
    fonts: list[str] = Field(default_factory=list)
    format: str = "pdf"
    language: str | None = None


class Parsed(ArtefactModel):
    """`parsed.json` data."""

    resume: dict[str, Any]
    dates: dict[Pointer, ParsedDate] = Field(default_factory=dict)
    provenance: dict[Pointer, list[Span]] = Field(default_factory=dict)
    text: str = ""
    layout: Layout
    confidence: dict[Pointer, float] = Field(default_factory=dict)
    unparsed: list[TextRange] = Field(default_factory=list)


# --- analysis.json -----------------------------------------------------------------------------

RequirementKind: TypeAlias = Literal["skill", "experience_years", "degree", "certificate", "language", "duty", "soft"]


class Requirement(ArtefactModel):
    """One thing the posting asks for. `span` is a half-open range of `Posting.text`."""

    id: str
    text: str
    kind: RequirementKind
    must: bool
    weight: float
    span: tuple[int, int]


class Posting(ArtefactModel):
    title: str | None = None
    seniority: str | None = None
    employer: str | None = None
    location: str | None = None
    language: str | None = None
    text: str = ""


class Note(ArtefactModel):
    """What an English sentence of an artefact says, as its code and blanks: to be said in the reader's language."""

    code: str
    parameters: dict[str, str] = Field(default_factory=dict)


class Finding(ArtefactModel):
    """One observation about the CV, from the typed rule table. `parameters` fill the message's blanks."""

    code: str
    severity: Literal["error", "warning", "info"]
    pointer: Pointer
    message: str
    advice: str
    parameters: dict[str, str] = Field(default_factory=dict)


class Analysis(ArtefactModel):
    """`analysis.json` data. Without a posting, `posting` is null and `requirements` empty."""

    posting: Posting | None = None
    requirements: list[Requirement] = Field(default_factory=list)
    findings: list[Finding] = Field(default_factory=list)


# --- evidence.json -----------------------------------------------------------------------------


class Evidence(ArtefactModel):
    pointer: Pointer
    job_id: str | None = None
    method: Literal["lexical", "vector"]
    similarity: float


class Match(ArtefactModel):
    requirement_id: str
    state: Literal["met", "partly", "adjacent", "missing"]
    reason: str
    note: Note | None = None
    evidence: list[Evidence] = Field(default_factory=list)


class Fit(ArtefactModel):
    value: int
    version: str
    parts: dict[str, Any] = Field(default_factory=dict)


class MemoryOffer(ArtefactModel):
    """An item of the owner's earlier CVs that this one lacks: offered, never inserted."""

    job_id: str
    pointer: Pointer
    text: str
    requirement_id: str | None = None
    similarity: float


class EvidenceData(ArtefactModel):
    """`evidence.json` data. `fit` is null without a posting."""

    matches: list[Match] = Field(default_factory=list)
    fit: Fit | None = None
    career_memory: list[MemoryOffer] = Field(default_factory=list)


# --- tailored.json -----------------------------------------------------------------------------


class Source(ArtefactModel):
    kind: Literal["cv", "person", "posting", "formula"]
    pointer: Pointer


class Claim(ArtefactModel):
    sources: list[Source]
    engine: Literal["copy", "baseline", "model", "person"]
    requirements: list[str] = Field(default_factory=list)


class Change(ArtefactModel):
    pointer: Pointer
    before: str
    after: str
    reason: str
    note: Note | None = None


class Reason(ArtefactModel):
    code: str
    detail: str


class Rejection(ArtefactModel):
    text: str
    source_ids: list[Pointer]
    reasons: list[Reason]


class Sentence(ArtefactModel):
    text: str
    sources: list[Source]


class Paragraph(ArtefactModel):
    sentences: list[Sentence]


class CoverLetter(ArtefactModel):
    paragraphs: list[Paragraph]


class Visibility(ArtefactModel):
    before: int
    after: int


class Tailored(ArtefactModel):
    """`tailored.json` data."""

    resume: dict[str, Any]
    claims: dict[Pointer, Claim] = Field(default_factory=dict)
    changes: list[Change] = Field(default_factory=list)
    may_drop: list[Pointer] = Field(default_factory=list)
    rejected: list[Rejection] = Field(default_factory=list)
    fit: int | None = None
    visibility: Visibility | None = None
    cover_letter: CoverLetter | None = None


# --- certificate.json and receipt.json ---------------------------------------------------------


class FieldCheck(ArtefactModel):
    sent: str
    read: str | None
    ok: bool


class Extractor(ArtefactModel):
    version: str
    agreement: float


class Check(ArtefactModel):
    code: str
    ok: bool
    detail: str = ""


class Certificate(ArtefactModel):
    """`certificate.json` data: what a robot will read."""

    verdict: Literal["pass", "warn", "fail"]
    fields: dict[Pointer, FieldCheck] = Field(default_factory=dict)
    extractors: dict[str, Extractor] = Field(default_factory=dict)
    checks: list[Check] = Field(default_factory=list)


class StageCost(ArtefactModel):
    estimated_ms: float
    memory_mb: int
    cold: bool
    usd: float


class Receipt(ArtefactModel):
    """`receipt.json` data: what the job cost in time and money."""

    stages: dict[str, StageCost]
    tokens: dict[str, int]
    requests: dict[str, int]
    usd: dict[str, float]
    price_table: str
