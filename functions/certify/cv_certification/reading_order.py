"""Judges the order in which a robot meets a CV's values in extracted text.

An entry (a job, a degree) should be read as one run: its head, its dates beside the head,
then its text, and nothing of another entry in between. Columns, floating dates and
side notes break this, in the file's stream or in a row-by-row reading.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cvmaker_core.schema.artefacts import ParsedDate

from cv_certification.comparison import field_rules, is_date
from cv_certification.text_index import TextIndex

Place: TypeAlias = tuple[int, int]
Span: TypeAlias = tuple[str, int, int]

# Letters (without spaces) of place, link and dates that may stand between an entry's head and its dates.
FARTHEST_DATE = 90


@dataclass
class Entry:
    """One entry's texts by pointer: `head` names it, `dates` are as printed, `prose` follows."""

    pointer: str
    head: dict[str, str] = field(default_factory=dict)
    dates: dict[str, list[str]] = field(default_factory=dict)
    prose: dict[str, str] = field(default_factory=dict)


@dataclass
class OrderFindings:
    """Pointers of entries (or values) that one reading breaks.

    `heads_mixed` misleads about facts; `entries_mixed` means that only prose is read away from its entry.
    """

    heads_mixed: list[str] = field(default_factory=list)
    entries_mixed: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    dates_apart: list[str] = field(default_factory=list)
    broken_values: list[str] = field(default_factory=list)
    values: int = 0


def entries_of(resume: dict[str, Any], dates: dict[str, ParsedDate] | None = None) -> list[Entry]:
    """The entries of the sections that have dates. `dates` gives a date's printed text where it is known."""
    entries: list[Entry] = []
    for section, heads in field_rules()["heads"].items():
        items = resume.get(section)
        for index, item in enumerate(items if isinstance(items, list) else []):
            if not isinstance(item, dict):
                continue
            entry = Entry(f"/{section}/{index}")
            for name, value in item.items():
                pointer = f"{entry.pointer}/{name}"
                if isinstance(value, str) and value.strip():
                    if is_date(pointer):
                        entry.dates[pointer] = _printed_forms(value, (dates or {}).get(pointer))
                    elif name in heads:
                        entry.head[pointer] = value
                    elif name in ("summary", "description"):
                        entry.prose[pointer] = value
                elif name in ("highlights", "courses") and isinstance(value, list):
                    entry.prose.update(
                        (f"{pointer}/{number}", text) for number, text in enumerate(value) if isinstance(text, str)
                    )
            entries.append(entry)
    return entries


def _printed_forms(value: str, parsed: ParsedDate | None) -> list[str]:
    """What to look for: the printed text if a parser told it, else the year, which every format prints."""
    forms = [parsed.text] if parsed and parsed.text else []
    return [*forms, value[:4]]


def judge_order(entries: Iterable[Entry], index: TextIndex) -> OrderFindings:
    """Where one reading breaks the entries."""
    findings = OrderFindings()
    passed: dict[str, int] = {}
    found: list[tuple[Entry, dict[str, Place]]] = []
    entries = list(entries)
    heads_of_all = {value: index.find_words(value) for entry in entries for value in entry.head.values()}
    for entry in entries:
        section = entry.pointer.split("/")[1]
        places, anchor = _places(entry, index, passed.get(section, 0), findings, heads_of_all)
        if anchor is not None:
            passed[section] = max([anchor[1], *(places[pointer][1] for pointer in entry.prose if pointer in places)])
            found.append((entry, places))
        heads = [places[pointer] for pointer in entry.head if pointer in places]
        prose = [places[pointer] for pointer in entry.prose if pointer in places]
        if heads and entry.dates and not _dates_beside(entry, index, heads, prose):
            findings.dates_apart.append(entry.pointer)
    # Several positions under one employer share its name: it belongs to none of them alone.
    shared = Counter(place for _, places in found for place in set(places.values()))
    whole, heads_only = [], []
    for entry, places in found:
        own = {pointer: place for pointer, place in places.items() if shared[place] == 1} or places
        whole.append(_span(entry.pointer, own.values()))
        if head := [place for pointer, place in own.items() if pointer in entry.head]:
            heads_only.append(_span(entry.pointer, head))
    _judge_sequence(heads_only, findings)
    findings.heads_mixed = _overlapping(heads_only)
    findings.entries_mixed = _overlapping(whole)
    return findings


def _span(pointer: str, places: Collection[Place]) -> Span:
    return pointer, min(start for start, _ in places), max(end for _, end in places)


def _judge_sequence(spans: list[Span], findings: OrderFindings) -> None:
    """Entries of one section that start before an earlier one does."""
    last: dict[str, int] = {}
    for pointer, start, _ in spans:
        section = pointer.split("/")[1]
        if start < last.get(section, 0):
            findings.out_of_order.append(pointer)
        last[section] = max(start, last.get(section, 0))


def _overlapping(spans: list[Span]) -> list[str]:
    """Entries that hold the beginning of another one."""
    found: list[str] = []
    reached, holder = 0, ""
    for pointer, start, end in sorted(spans, key=lambda span: span[1]):
        if start < reached and holder not in found:
            found.append(holder)
        if end > reached:
            reached, holder = end, pointer
    return found


def _own_ranges(value: str, ranges: list[Place], heads_of_all: dict[str, list[Place]]) -> list[Place]:
    """The places that are no part of a longer head ("Amazon" within another entry's "Associate, Amazon")."""
    longer = [place for other, places in heads_of_all.items() if len(other) > len(value) for place in places]
    own = [here for here in ranges if not any(start <= here[0] and here[1] <= end for start, end in longer)]
    return own or ranges


def _places(
    entry: Entry, index: TextIndex, after: int, findings: OrderFindings, heads_of_all: dict[str, list[Place]]
) -> tuple[dict[str, Place], Place | None]:
    """Where each of an entry's texts stands, chosen so that they lie together, and the anchor among them."""
    candidates: dict[str, list[Place]] = {}
    for pointer, value in {**entry.head, **entry.prose}.items():
        findings.values += 1
        ranges = index.find_words(value)
        if not ranges and (place := index.find(value)):
            ranges = [place]
        if ranges:
            candidates[pointer] = _own_ranges(value, ranges, heads_of_all) if pointer in entry.head else ranges
        elif not index.contains(value):
            findings.broken_values.append(pointer)
    if not candidates:
        return {}, None
    # The rarest, longest text is the surest anchor; of its places, the one nearest to the entry's other texts.
    anchor = min(candidates, key=lambda pointer: (len(candidates[pointer]), -_length(candidates[pointer][0])))
    ahead = [place for place in candidates[anchor] if place[0] >= after] or candidates[anchor]
    chosen = min(ahead, key=lambda place: (_distance(place, candidates), place[0]))
    places: dict[str, Place] = {}
    for pointer in entry.prose.keys() & candidates.keys():
        ranges = candidates[pointer]
        following = [place for place in ranges if place[0] >= chosen[0]] if anchor in entry.head else []
        places[pointer] = _nearest(following or ranges, chosen)
    text_start = min((start for start, _ in places.values()), default=None)
    for pointer in entry.head.keys() & candidates.keys():
        ranges = candidates[pointer]
        # An employer's name may occur in the prose too ("As Founder of Acme, I ..."): the head is what precedes it.
        before = [place for place in ranges if text_start is not None and place[1] <= text_start]
        places[pointer] = before[-1] if before else _nearest(ranges, chosen)
    return places, chosen


def _nearest(ranges: Iterable[Place], to: Place) -> Place:
    return min(ranges, key=lambda place: (abs(place[0] - to[0]), place[0]))


def _distance(place: Place, candidates: dict[str, list[Place]]) -> int:
    """How far the entry's other texts lie from this place, at their nearest."""
    return sum(min(abs(other[0] - place[0]) for other in ranges) for ranges in candidates.values())


def _length(place: Place) -> int:
    return place[1] - place[0]


def _dates_beside(entry: Entry, index: TextIndex, heads: list[Place], prose: list[Place]) -> bool:
    """Whether every date of the entry stands near its head, with none of its prose in between."""
    for forms in entry.dates.values():
        ranges = next((found for form in forms if (found := index.find_all(form, limit=400))), [])
        if not ranges:
            return False
        if not any(_is_beside(date, head, prose) for date in ranges for head in heads):
            return False
    return True


def _is_beside(date: Place, head: Place, prose: list[Place]) -> bool:
    first, second = sorted((date, head))
    gap = second[0] - first[1]
    if gap > FARTHEST_DATE:
        return False
    return not any(first[1] <= text[0] and text[1] <= second[0] for text in prose)
