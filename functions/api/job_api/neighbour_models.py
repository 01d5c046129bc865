"""Bodies of the routes that other functions answer. Contract only: nothing here runs in a request."""

from typing import Any

from cvmaker_core.schema.artefacts import Rejection, Source, StageWarning
from cvmaker_core.schema.jobs import DesignOptions
from pydantic import BaseModel, Field

from job_api.models import TEMPLATE_NAME, RequestModel


class Preview(RequestModel):
    """What to show."""

    resume: dict[str, Any]
    template: str = Field(default="classic", pattern=TEMPLATE_NAME)
    options: DesignOptions = Field(default_factory=DesignOptions)
    language: str | None = Field(default=None, description="Of headings and dates; default: the CV's own.")


class ProposalRequest(RequestModel):
    """Which item to reword, and to what end."""

    pointer: str = Field(max_length=200, description="JSON Pointer of a highlight, the summary or the headline.")
    text: str | None = Field(
        default=None, max_length=2000, description="The current wording, if the person has changed it."
    )
    instruction: str | None = Field(default=None, max_length=500)


class Proposal(BaseModel):
    """One wording that the source supports."""

    text: str
    sources: list[Source]
    reason: str
    engine: str


class Proposals(BaseModel):
    """Alternatives that passed verification, and those that did not, with the reasons."""

    proposals: list[Proposal] = Field(default_factory=list)
    rejected: list[Rejection] = Field(default_factory=list)
    warnings: list[StageWarning] = Field(default_factory=list)


class SearchRequest(RequestModel):
    """What to look for."""

    query: str = Field(min_length=1, max_length=1000)
    limit: int = Field(default=10, ge=1, le=50)


class SearchResult(BaseModel):
    """One item of one of the owner's CVs."""

    job_id: str
    pointer: str
    text: str
    similarity: float


class SearchResults(BaseModel):
    results: list[SearchResult] = Field(default_factory=list)
    warnings: list[StageWarning] = Field(default_factory=list)
