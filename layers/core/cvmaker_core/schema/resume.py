"""JSON Resume 1.0.0 (https://jsonresume.org/schema), the one shape a CV has between stages.

Field names are the standard's own (camelCase). Unknown properties are kept: a person's
JSON Resume may hold more than the standard names, and nothing is lost.
Dates are YYYY, YYYY-MM or YYYY-MM-DD, as precise as the page; a running entry has no endDate.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ResumeModel(BaseModel):
    """Base of all parts: tolerant of extra properties, absent values are left out on output."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON without absent or empty values."""
        pruned: dict[str, Any] = prune(self.model_dump(mode="json", exclude_none=True))
        return pruned


def prune(value: Any) -> Any:
    """Drop empty strings, lists and objects, at any depth (lists keep their remaining order)."""
    if isinstance(value, dict):
        kept = {key: prune(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in ("", None, [], {})}
    if isinstance(value, list):
        return [item for item in map(prune, value) if item not in ("", None, [], {})]
    return value


class Location(ResumeModel):
    address: str | None = None
    postalCode: str | None = None
    city: str | None = None
    countryCode: str | None = None
    region: str | None = None


class Profile(ResumeModel):
    network: str | None = None
    username: str | None = None
    url: str | None = None


class Basics(ResumeModel):
    name: str | None = None
    label: str | None = None
    image: str | None = None
    email: str | None = None
    phone: str | None = None
    url: str | None = None
    summary: str | None = None
    location: Location | None = None
    profiles: list[Profile] = Field(default_factory=list)


class Work(ResumeModel):
    name: str | None = None
    location: str | None = None
    description: str | None = None
    position: str | None = None
    url: str | None = None
    startDate: str | None = None
    endDate: str | None = None
    summary: str | None = None
    highlights: list[str] = Field(default_factory=list)


class Volunteer(ResumeModel):
    organization: str | None = None
    position: str | None = None
    url: str | None = None
    startDate: str | None = None
    endDate: str | None = None
    summary: str | None = None
    highlights: list[str] = Field(default_factory=list)


class Education(ResumeModel):
    institution: str | None = None
    url: str | None = None
    area: str | None = None
    studyType: str | None = None
    startDate: str | None = None
    endDate: str | None = None
    score: str | None = None
    courses: list[str] = Field(default_factory=list)


class Award(ResumeModel):
    title: str | None = None
    date: str | None = None
    awarder: str | None = None
    summary: str | None = None


class Certificate(ResumeModel):
    name: str | None = None
    date: str | None = None
    url: str | None = None
    issuer: str | None = None


class Publication(ResumeModel):
    name: str | None = None
    publisher: str | None = None
    releaseDate: str | None = None
    url: str | None = None
    summary: str | None = None


class Skill(ResumeModel):
    name: str | None = None
    level: str | None = None
    keywords: list[str] = Field(default_factory=list)


class Language(ResumeModel):
    language: str | None = None
    fluency: str | None = None


class Interest(ResumeModel):
    name: str | None = None
    keywords: list[str] = Field(default_factory=list)


class Reference(ResumeModel):
    name: str | None = None
    reference: str | None = None


class Project(ResumeModel):
    name: str | None = None
    description: str | None = None
    highlights: list[str] = Field(default_factory=list)
    keywords: list[str] = Field(default_factory=list)
    startDate: str | None = None
    endDate: str | None = None
    url: str | None = None
    roles: list[str] = Field(default_factory=list)
    entity: str | None = None
    type: str | None = None


class CustomSection(ResumeModel):
    """A section whose name no lexicon knows, kept under the name the person gave it."""

    name: str
    items: list[str] = Field(default_factory=list)


class CvMakerMeta(ResumeModel):
    """Our extension, under `meta.cvmaker`."""

    sections: list[CustomSection] = Field(default_factory=list)
    language: str | None = None
    section_order: list[str] = Field(default_factory=list)


class Meta(ResumeModel):
    canonical: str | None = None
    version: str | None = None
    lastModified: str | None = None
    cvmaker: CvMakerMeta | None = None


class Resume(ResumeModel):
    """One CV."""

    basics: Basics = Field(default_factory=Basics)
    work: list[Work] = Field(default_factory=list)
    volunteer: list[Volunteer] = Field(default_factory=list)
    education: list[Education] = Field(default_factory=list)
    awards: list[Award] = Field(default_factory=list)
    certificates: list[Certificate] = Field(default_factory=list)
    publications: list[Publication] = Field(default_factory=list)
    skills: list[Skill] = Field(default_factory=list)
    languages: list[Language] = Field(default_factory=list)
    interests: list[Interest] = Field(default_factory=list)
    references: list[Reference] = Field(default_factory=list)
    projects: list[Project] = Field(default_factory=list)
    meta: Meta | None = None
