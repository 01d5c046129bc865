"""The CV as the truth check sees it: statements, the entry each belongs to, and what may be named from anywhere."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from cvmaker_core.pointers import resolve_pointer, split_pointer, walk_strings
from cvmaker_core.schema.artefacts import Parsed
from cvmaker_core.text import fold

_SKIPPED = re.compile(
    r"/(url|image|email|phone|countryCode|postalCode|network|\$schema|canonical|lastModified|version)$|^/(meta|\$schema)"
)
_DATE_FIELD = re.compile(r"/(startDate|endDate|date|releaseDate)$")
_CONTEXT_FIELDS = (
    "name", "organization", "institution", "position", "location", "startDate", "endDate", "studyType", "area", "title",
    "awarder", "date", "issuer", "publisher", "releaseDate", "entity", "type", "roles", "language", "fluency", "level",
    "network",
)  # fmt: skip
_TITLE_FIELDS = ("position", "label", "title", "roles")
SECTIONS = (
    "work",
    "volunteer",
    "education",
    "awards",
    "certificates",
    "publications",
    "skills",
    "languages",
    "interests",
    "references",
    "projects",
)


@dataclass(slots=True)
class Entry:
    """One job, degree, project, …: its statements (pointer → text) and its own facts."""

    pointer: str
    section: str
    facts: dict[str, str] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)
    start: date | None = None
    end: date | None = None
    running: bool = False
    dates: tuple[str, ...] = ()


@dataclass(slots=True)
class Cited:
    """What one proposal leans on."""

    statements: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    whole_entries: bool = False


class Source:
    """A CV, whichever of its three shapes it comes in: parsed data, its envelope, or a JSON Resume."""

    def __init__(self, source: Parsed | Mapping[str, Any], as_of: date | None) -> None:
        self.document, dates, self.resume_prefix = _unwrap(source)
        self.as_of = as_of or datetime.now(UTC).date()
        self.entries: dict[str, Entry] = {}
        for section in SECTIONS:
            items = self.document.get(section)
            if isinstance(items, list):
                for index, item in enumerate(items):
                    if isinstance(item, Mapping):
                        self._add_entry(section, index, item, dates)
        self.basics = {
            p: v for p, v in walk_strings(self.document.get("basics", {}), "/basics") if not _SKIPPED.search(p)
        }
        self.custom = dict(walk_strings(self._custom_sections(), "/meta/cvmaker/sections"))

    def _custom_sections(self) -> Any:
        try:
            return resolve_pointer(self.document, "/meta/cvmaker/sections")
        except KeyError:
            return []

    def _add_entry(self, section: str, index: int, item: Mapping[str, Any], dates: Mapping[str, Any]) -> None:
        pointer = f"/{section}/{index}"
        entry = Entry(pointer, section)
        for name, value in walk_strings(dict(item), pointer):
            top = split_pointer(name)[2]
            if _SKIPPED.search(name):
                continue
            if top in _CONTEXT_FIELDS:
                entry.facts[name] = value
            else:
                entry.statements[name] = value
        entry.start = parse_date(item.get("startDate") or item.get("date") or item.get("releaseDate"))
        entry.end = parse_date(item.get("endDate"), last=True)
        state = (
            dates.get(f"{pointer}/endDate", {}).get("state")
            if isinstance(dates.get(f"{pointer}/endDate"), Mapping)
            else None
        )
        expected = state == "expected" or (entry.end is not None and entry.end > self.as_of)
        entry.running = expected or (
            entry.start is not None and not item.get("endDate") and state != "unknown" and section != "awards"
        )
        entry.dates = tuple(v for p, v in entry.facts.items() if _DATE_FIELD.search(p))
        self.entries[pointer] = entry

    def cite(self, source_ids: list[str]) -> Cited | None:
        """The statements and entries that the pointers name, or None when one does not resolve."""
        cited = Cited()
        for raw in source_ids:
            pointer = raw.removeprefix("#")
            pointer = pointer.removeprefix(self.resume_prefix) if pointer.startswith("/resume/") else pointer
            pointer = pointer.removeprefix("/data") if pointer.startswith("/data/") else pointer
            pointer = pointer.removeprefix("/resume") if pointer.startswith("/resume/") else pointer
            try:
                value = resolve_pointer(self.document, pointer)
            except (KeyError, ValueError):
                return None
            leaves = dict(walk_strings(value, pointer))
            if not leaves or not pointer:
                return None
            cited.statements.update(
                {
                    name: text
                    for name, text in leaves.items()
                    if not _SKIPPED.search(name) or name.startswith("/meta/cvmaker/sections")
                }
            )
            parts = split_pointer(pointer)
            roots = (
                [f"/{parts[0]}/{parts[1]}"]
                if len(parts) > 1
                else [root for root in self.entries if root.startswith(f"/{parts[0]}/")]
            )
            for root in roots:
                entry = self.entries.get(root)
                if entry is not None and entry not in cited.entries:
                    cited.entries.append(entry)
            cited.whole_entries |= len(parts) <= 2 and parts[0] not in ("basics", "skills", "languages", "interests")
        return cited

    def titles(self) -> Iterator[str]:
        """Every job title and headline of the CV."""
        for entry in self.entries.values():
            for pointer, value in entry.facts.items():
                if split_pointer(pointer)[2] in _TITLE_FIELDS:
                    yield value
        if "/basics/label" in self.basics:
            yield self.basics["/basics/label"]

    def all_texts(self) -> Iterator[tuple[str, str]]:
        """Every string of the CV but contact details and dates."""
        yield from ((p, v) for p, v in self.basics.items())
        for entry in self.entries.values():
            for pointer, value in (*entry.facts.items(), *entry.statements.items()):
                if not _DATE_FIELD.search(pointer):
                    yield pointer, value
        yield from self.custom.items()

    def months_of(self, entries: list[Entry]) -> float:
        """Months that the entries cover together, overlaps once, to `as_of` where one is running."""
        spans = []
        for entry in entries:
            end = entry.end if entry.end and entry.end <= self.as_of else self.as_of
            if entry.start and (entry.end or entry.running) and end > entry.start:
                spans.append((entry.start, end))
        spans.sort()
        total = 0
        reached = date.min
        for start, end in spans:
            begin = max(start, reached)
            if end > begin:
                total += (end - begin).days
                reached = end
        return total / 30.4375


def _unwrap(source: Parsed | Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, Any], str]:
    data: Any = source.model_dump(mode="json") if isinstance(source, Parsed) else source
    if isinstance(data, Mapping) and isinstance(data.get("data"), Mapping) and "resume" in data["data"]:
        data = data["data"]
    if isinstance(data, Mapping) and isinstance(data.get("resume"), Mapping):
        dates = data.get("dates")
        return dict(data["resume"]), dates if isinstance(dates, Mapping) else {}, "/resume"
    return dict(data) if isinstance(data, Mapping) else {}, {}, ""


def parse_date(value: Any, *, last: bool = False) -> date | None:
    """A JSON Resume date; `last` takes the end of what its precision leaves open."""
    match = re.match(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", value) if isinstance(value, str) else None
    if not match:
        return None
    year, month, day = int(match[1]), int(match[2] or (12 if last else 1)), int(match[3] or (28 if last else 1))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_date_field(pointer: str) -> bool:
    return bool(_DATE_FIELD.search(pointer))


def same_text(left: str, right: str) -> bool:
    """Equal but for case, spaces, dashes and closing punctuation."""
    return fold(left).strip(" .;,") == fold(right).strip(" .;,")
