"""Document → JSON Resume with provenance: sections are read in turn, entries by the document's own pattern."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cvmaker_core.schema.artefacts import Layout, Parsed

from cv_parsing.building import Builder, Range, Value, trim
from cv_parsing.contact import read_contact
from cv_parsing.dates import DateMention, ranges
from cv_parsing.entries import (
    Entry,
    Fragment,
    degree_score,
    explode,
    institution_score,
    organisation_score,
    place_score,
    read_body,
    read_entry,
    rest_around,
    set_slots,
    split_entries,
    split_one_line_studies,
    style_slot,
    take_missing_half,
    title_score,
    unmark_entries,
    vote_slots,
    without_column_titles,
)
from cv_parsing.items import (
    COURSE_SEPARATOR,
    part_languages,
    read_custom,
    read_interests,
    read_languages,
    read_listed,
    read_references,
    read_skills,
    split_items,
    take_language_table,
)
from cv_parsing.layout import join_words
from cv_parsing.lexicon import heading_key, language_of, lexicon, plain
from cv_parsing.model import Document, Line, runs_on
from cv_parsing.patterns import EMAIL, PHONE
from cv_parsing.sections import Section, split_sections, sub_line

RESUME_SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
_LISTED = ("certificates", "awards", "publications")


def understand(document: Document) -> Parsed:
    """The whole meaning of a document whose lines are in reading order."""
    try:
        return _understand(document)
    finally:
        plain.cache_clear()  # a warm container keeps nothing of a person


def _understand(document: Document) -> Parsed:
    join_split_periods(document)
    document.build()
    builder = Builder(document)
    sections = split_sections(document)
    _recognise_by_content(document, sections)
    _lift_labelled_lists(document, sections)
    _note_headings(builder, sections)
    read_contact(builder, sections)
    by_kind: dict[str, list[Section]] = {}
    for section in sections[1:]:
        by_kind.setdefault(section.kind, []).append(section)
    order: list[str] = []
    for section in sections[1:]:
        if section.kind not in order and section.kind != "contact":
            order.append(section.kind)
    for section in by_kind.get("headline", ()):
        basics = builder.resume.setdefault("basics", {})
        if section.lines and "label" not in basics:
            builder.put(basics, "label", "/basics", Value([(section.lines[0].start, section.lines[-1].end)], 0.85))
    for section in by_kind.get("summary", ()):
        _read_summary(builder, section)
    styles: Counter[tuple[object, ...]] = Counter()
    title_first = _read_work(builder, by_kind.get("work", []), "work", styles)
    _read_work(builder, by_kind.get("volunteer", []), "volunteer", styles)
    _read_education(builder, by_kind.get("education", []), title_first, styles)
    _read_projects(builder, by_kind.get("projects", []))
    if skills := [line for section in by_kind.get("skills", ()) for line in section.lines]:
        read_skills(builder, take_language_table(builder, skills))
    for section in by_kind.get("skill_group", ()):
        read_skills(builder, section.lines, section.heading)
    languages: list[Line] = []
    for section in by_kind.get("languages", ()):
        spoken, others = part_languages(document, section.lines)
        languages.extend(spoken)
        if others:
            read_skills(builder, others, None if spoken else section.heading)
    if languages:
        read_languages(builder, languages)
    for kind in _LISTED:
        for section in by_kind.get(kind, ()):
            read_listed(builder, kind, section.lines)
    for section in by_kind.get("interests", ()):
        read_interests(builder, section.lines)
    for section in by_kind.get("references", ()):
        read_references(builder, section.lines)
    for section in sections[1:]:
        if section.kind in ("custom", "courses") and section.heading is not None:
            read_custom(builder, section.heading, section.lines)
    if document.image:
        builder.resume.setdefault("basics", {})["image"] = document.image
    language = language_of(document.text)
    meta = builder.resume.setdefault("meta", {}).setdefault("cvmaker", {})
    if language:
        meta["language"] = language
    meta["section_order"] = order
    return Parsed(
        resume=_ordered(builder.resume),
        dates=builder.dates,
        provenance=builder.provenance,
        text=document.text,
        layout=Layout(
            pages=document.pages,
            columns=document.columns,
            scanned=document.scanned,
            hidden_text=document.hidden,
            fonts=document.fonts,
            format=document.format,
            language=language,
        ),
        confidence=builder.confidence,
        unparsed=builder.unparsed(),
    )


_ORDER = [
    "basics",
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
    "meta",
]


def _ordered(resume: dict[str, Any]) -> dict[str, Any]:
    return {key: resume[key] for key in _ORDER if resume.get(key)}


def _note_headings(builder: Builder, sections: list[Section]) -> None:
    """Keep the person's own section names (`meta.cvmaker.section_titles`), so that they are not lost either."""
    titles: dict[str, str] = {}
    for section in sections[1:]:
        if section.heading is None or section.kind in ("custom", "courses"):
            continue
        low, high = trim(builder.document.text, section.heading.start, section.heading.end)
        if section.kind in titles:
            builder.used.append((low, high))
            continue
        builder.put(titles, section.kind, "/meta/cvmaker/section_titles", Value([(low, high)], 0.95))
    if titles:
        builder.resume.setdefault("meta", {}).setdefault("cvmaker", {})["section_titles"] = titles


_DASH_ONLY = re.compile(r"\s*(?:[-–—~]|to|bis|à|a|al|até|–)\s*", re.IGNORECASE)


def join_split_periods(document: Document) -> None:
    """A period whose start, dash and end were set as lines of their own becomes one line."""
    lines = document.lines
    at = 0
    while at + 1 < len(lines):
        first, second = lines[at], lines[at + 1]
        short = [join_words([w for cell in line.cells for w in cell]) for line in lines[at : at + 3]]
        if (
            first.column == second.column
            and len(short[0]) <= 26
            and any(c.isdigit() for c in short[0])
            and len(short[1]) <= 26
        ):
            if (
                len(short) == 3
                and _DASH_ONLY.fullmatch(short[1])
                and len(short[2]) <= 26
                and _one_period(" ".join(short))
            ):
                first.cells = [[*first.cells[0], *second.cells[0], *lines[at + 2].cells[0]], *lines[at + 2].cells[1:]]
                del lines[at + 1 : at + 3]
                first.measure()
            elif short[0].rstrip()[-1:] in "-–—" and len(first.cells) == 1 and _one_period(" ".join(short[:2])):
                first.cells = [[*first.cells[0], *second.cells[0]], *second.cells[1:]]
                del lines[at + 1]
                first.measure()
        at += 1


def _one_period(text: str) -> bool:
    found = ranges(text)
    return (
        len(found) == 1 and not found[0].single and found[0].until is not None and not any(rest_around(text, found[0]))
    )


def _recognise_by_content(document: Document, sections: list[Section]) -> None:
    """A section under a name of the person's own is work or education when its entries clearly are, and no other is."""
    present = {section.kind for section in sections}
    for section in sections:
        if section.kind == "summary" and any(
            "@" in line.text or PHONE.fullmatch(line.text.strip()) for line in section.lines
        ):
            # "About" over an address block.
            section.kind = "contact"
        if (
            section.kind == "custom"
            and "skills" not in present
            and len(section.lines) >= 3
            and all(
                len(line.text.split()) <= 3 and not any(c.isdigit() for c in line.text[:-1]) for line in section.lines
            )
        ):
            section.kind = "skill_group"
            continue
        if section.kind == "custom" and section.heading is not None and "skills" not in present:
            # "Instruments & Methods": half of the name says it, where nothing else holds the skills.
            parts = re.split(r"\s*[&/]\s*|\s+(?:and|und|et|y|e)\s+", heading_key(section.heading.text))
            if len(parts) == 2 and any(lexicon().sections.get(part) == "skills" for part in parts):
                section.kind = "skills"
                continue
        if section.kind != "custom" or (len(section.lines) < 2 and not _names_research(section.heading)):
            continue
        entries = []
        for group in split_entries(section.lines):
            entry = read_entry(document, group)
            if entry.period is not None:
                entries.append(entry)
        if not entries:
            continue
        studies = sum(
            any(degree_score(f.text) >= 1 for f in entry.fragments)
            or any(institution_score(f.text) >= 1.2 for f in entry.fragments)
            for entry in entries
        )
        jobs = sum(
            any(title_score(f.text) >= 1 for f in entry.fragments) and not (entry.period is None or entry.period.single)
            for entry in entries
        )
        if "education" not in present and studies * 2 > len(entries) and studies >= jobs:
            section.kind = "education"
        elif "work" not in present or _names_research(section.heading):
            unnamed = section.heading is None and jobs > 0 and not studies
            if jobs * 2 > len(entries) or unnamed:
                section.kind = "work"


_LISTED_UNDER = re.compile(r"\s*([^\W\d_][^:：\n\t]{1,28}?)\s*[:：]\s*(?=\S)")


def _lift_labelled_lists(document: Document, sections: list[Section]) -> None:
    """Read "Technologies: …" or "Languages: …" in the header or profile as the section that the CV has not."""
    words = lexicon()
    present = {section.kind for section in sections}
    for section in [section for section in sections if section.kind in ("header", "summary", "contact")]:
        kept: list[Line] = []
        lifted: list[Line] | None = None
        for line in section.lines:
            label = _LISTED_UNDER.match(line.text)
            kind = ""
            if label:
                key = plain(label[1])
                kind = "skills" if words.labels.get(key) == "technologies" else words.sections.get(key, "")
            if kind in ("skills", "languages") and kind not in present:
                # A way to reach the person may stand beside the list.
                cells = [" ".join(word.text for word in cell) for cell in line.cells]
                cut = next(
                    (i for i, cell in enumerate(cells) if i and (EMAIL.search(cell) or PHONE.fullmatch(cell))),
                    len(cells),
                )
                lifted = [sub_line(document, line, 0, cut)]
                sections.append(Section(kind, None, lifted))
                if cut < len(cells):
                    kept.append(sub_line(document, line, cut))
            elif lifted is not None and not label and len(line.cells) == 1 and runs_on(lifted[-1], line):
                lifted.append(line)
            else:
                kept.append(line)
                lifted = None
        section.lines = kept


def _names_research(heading: Line | None) -> bool:
    """Whether a section is headed "Research" or the like, under which positions are employment too."""
    return heading is not None and heading_key(heading.text) in lexicon().academic_posts


def _read_summary(builder: Builder, section: Section) -> None:
    if not section.lines:
        return
    basics = builder.resume.setdefault("basics", {})
    ranges: list[Range] = []
    for line in section.lines:
        if _inside(line, builder.used):
            continue
        if ranges and builder.document.text[ranges[-1][1] : line.start].strip() == "":
            ranges[-1] = (ranges[-1][0], line.end)
        else:
            ranges.append((line.start, line.end))
    if "summary" in basics:
        # A headline paragraph in the header and a profile section: the section is the summary.
        earlier = builder.provenance.pop("/basics/summary", [])
        del basics["summary"]
        ranges = [*[(span.start, span.end) for span in earlier], *ranges]
    builder.put(basics, "summary", "/basics", Value(ranges, 0.93))


def _inside(line: Line, used: list[Range]) -> bool:
    return any(low <= line.start and line.end <= high for low, high in used)


# --- work and volunteering ------------------------------------------------------------------------------


def _entries_of(builder: Builder, sections: list[Section], *, education: bool) -> list[Entry]:
    entries: list[Entry] = []
    for section in sections:
        lines = without_column_titles(section.lines)
        unmark_entries(lines)
        groups = split_entries(lines)
        if education:
            groups = [part for group in groups for part in split_one_line_studies(group)]
        for group in groups:
            entry = read_entry(builder.document, group)
            if education:
                take_missing_half(builder.document, entry)
            entry.fragments = explode(builder.document, entry.fragments, education=education)
            if not education:
                _title_of_its_kind(entry)
            set_slots(entry)
            entries.append(entry)
    return entries


def _title_of_its_kind(entry: Entry) -> None:
    """A kind of employment that alone is set bold at the head of an entry is its title ("Internship")."""
    first = entry.fragments[0] if entry.fragments else None
    if (
        first is not None
        and first.kind == "type"
        and not first.bracketed
        and first.bold
        and title_score(first.text) > 0
        and not any(f.bold and f.size >= first.size for f in entry.fragments[1:])
    ):
        first.kind = ""


def _read_work(builder: Builder, sections: list[Section], key: str, styles: "Counter[tuple[object, ...]]") -> float:
    """Fill `work` or `volunteer`; returns how consistently titles stand before employers (-1 to 1).

    `styles` counts how often a style is a title's, less how often it is an employer's.
    """
    entries = _entries_of(builder, sections, education=False)
    if not entries:
        return 0.0
    order = 0
    scores = {
        id(fragment): title_score(fragment.text) - organisation_score(fragment.text)
        for entry in entries
        for fragment in entry.fragments
    }
    votes = vote_slots(entries, scores)
    organisation_key = "name" if key == "work" else "organization"
    items: list[dict[str, Any]] = builder.resume.setdefault(key, [])
    previous: tuple[Value | None, Entry] | None = None
    employer_first, employer_above = True, False
    typical = _typical_count(entries)
    spots = _place_spots(builder.document, entries)
    for entry in entries:
        position, company, rest, sure = _choose_work(entry, scores, votes, typical)
        if position is None and company is not None and _heads_positions(entries, entry, scores, votes, typical):
            # The employer's own line over its positions is no position itself.
            previous = (Value([company.range], sure), entry)
            employer_first = employer_above = True
            continue
        if position is not None and company is not None:
            order += 1 if position.start < company.start else -1
            styles[style_slot(position)] += 1
            styles[style_slot(company)] -= 1
        item: dict[str, Any] = {}
        pointer = f"/{key}/{len(items)}"
        if company is None:
            company = _employer_in_place(builder.document, entry, position)
        if company is None and position is not None:
            # "Freelance" in the employer's place is the employer.
            company = next(
                (f for f in entry.fragments if f.kind == "type" and not f.bracketed and _is_own_employer(f)), None
            )
        if company is not None:
            # "Freelance · Independent consulting": what stands before the description is the employer.
            own = next(
                (
                    f
                    for f in entry.fragments
                    if f.kind == "type"
                    and not f.bracketed
                    and _is_own_employer(f)
                    and (f.line, f.cell) == (company.line, company.cell)
                    and f.end < company.start
                ),
                None,
            )
            if own is not None and re.fullmatch(r"\s*[·•|,–—-]\s*", builder.document.text[own.end : company.start]):
                rest = [*rest, company]
                company = own
        if position is None and company is not None:
            # "Internship" in the title's place is the title.
            position = next((f for f in entry.fragments if f.kind == "type" and title_score(f.text) > 0), None)
        if company is None and position is not None and entry.links:
            # A web address in the employer's place names the employer.
            start, end = entry.links[0]
            company = replace(position, start=start, end=end, text=builder.document.text[start:end])
        place = next((f for f in entry.fragments if f.kind == "place"), None)
        if place is None and company is not None:
            cut = _place_after_comma(builder.document, company, spots)
            if cut is not None:
                company, place = cut
        company_value = Value([company.range], sure) if company else None
        if (
            company is None
            and position is not None
            and previous is not None
            and previous[0] is not None
            and (typical >= 2 or employer_above)
            and employer_first
        ):
            company_value = Value(list(previous[0].ranges), 0.75)
            entry.inherits = True
        builder.put(item, organisation_key, pointer, company_value)
        if position is not None:
            builder.put(item, "position", pointer, Value([_with_bracket(builder.document, entry, position)], sure))
        if place is None:
            place = next(
                (f for f in rest if f.right and len(f.text.split()) <= 5 and not any(c.isdigit() for c in f.text)), None
            )
            if place is not None:
                rest = [f for f in rest if f is not place]
        if place is None:
            # "Remote" is a way of working, and where no other place is named, the place.
            place = next(
                (f for f in entry.fragments if f.kind == "type" and not f.bracketed and place_score(f.text) >= 2), None
            )
        if place is None:
            # What stands where the other entries have their place is this one's, known or not ("The Cloud").
            place = next((f for f in rest if len(f.text.split()) <= 4 and _spot(builder.document, f) in spots), None)
            if place is not None:
                rest = [f for f in rest if f is not place]
        if place is not None:
            builder.put(item, "location", pointer, Value([place.range], 0.88))
        if entry.links:
            builder.put(item, "url", pointer, Value([entry.links[0]], 0.9))
        if entry.period is not None:
            builder.put_dates(item, pointer, entry.period, entry.period_offset, single_is="startDate")
        for fragment in entry.fragments:
            if fragment.kind == "type" and all(fragment is not other for other in (company, position, place)):
                builder.put(item, "employmentType", pointer, Value([fragment.range], 0.85))
                break
        extra = [f.range for f in rest if f.kind not in ("place", "type")]
        places = [f.range for f in entry.fragments if f.kind == "place" and f is not place]
        if extra or places:
            builder.put(item, "description", pointer, Value([*extra, *places], 0.6))
        _put_body(builder, item, pointer, entry)
        if item:
            items.append(item)
            if company is not None:
                # Only an employer set above its positions is the employer of a further position below.
                employer_first = position is None or company.start < position.start
            if company_value is not None:
                previous = (company_value, entry)
    if not items:
        builder.resume.pop(key, None)
    return order / len(entries)


def _heads_positions(
    entries: list[Entry],
    entry: Entry,
    scores: dict[int, float],
    votes: dict[tuple[object, ...], float],
    typical: int,
) -> bool:
    """Whether an entry is an employer's name and whole period alone, with positions of that time right below."""
    at = next(i for i, other in enumerate(entries) if other is entry)
    if entry.body or entry.period is None or entry.period.single or at + 1 >= len(entries):
        return False
    below = entries[at + 1]
    position, company, _, _ = _choose_work(below, scores, votes, typical)
    if position is None or company is not None or below.period is None or below.period.single:
        return False
    outer, inner = entry.period, below.period

    def year(mention: DateMention | None, otherwise: str) -> str:
        return (mention.value if mention is not None and mention.value else otherwise)[:4]

    return year(outer.since, "") <= year(inner.since, "") and year(inner.until, "9999") <= year(outer.until, "9999")


def _with_bracket(document: Document, entry: Entry, position: Fragment) -> Range:
    """A title keeps the kind of employment it bears in brackets: "Data Analyst (Contract)"."""
    for fragment in entry.fragments:
        between = document.text[position.end : fragment.start]
        closed = document.text[fragment.end : fragment.end + 1] == ")"
        if fragment.kind != "place" and fragment.bracketed and closed and re.fullmatch(r"\s*\(", between):
            return position.start, fragment.end + 1
    return position.range


def _spot(document: Document, fragment: Fragment) -> tuple[int, int, str] | None:
    """Header line, cell and mark a fragment stands after; none for a fragment that opens its line."""
    before = document.text[: fragment.start].rstrip(" ")[-1:]
    return (fragment.line, fragment.cell, before) if before in "|•·–—-@,\t" and before else None


def _place_spots(document: Document, entries: list[Entry]) -> set[tuple[int, int, str] | None]:
    """Where at least half of the entries that have a place have it."""
    counts: Counter[tuple[int, int, str] | None] = Counter()
    for entry in entries:
        place = next((f for f in entry.fragments if f.kind == "place" and not f.bracketed), None)
        if place is not None:
            counts[_spot(document, place)] += 1
    return {spot for spot, count in counts.items() if spot is not None and count * 2 >= counts.total()}


def _place_after_comma(
    document: Document, company: Fragment, spots: set[tuple[int, int, str] | None]
) -> tuple[Fragment, Fragment] | None:
    """Cut "Studio Havn, Odense" in employer and place, if the other entries have their place after a comma there."""
    inner = document.text[company.start : company.end]
    comma = inner.rfind(", ")
    tail = inner[comma + 2 :]
    if (
        comma < 2
        or (company.line, company.cell, ",") not in spots
        or len(tail.split()) > 2
        or not tail[:1].isupper()
        or title_score(tail) > 0
        or organisation_score(tail) > 0
    ):
        return None
    place = replace(company, start=company.start + comma + 2, text=tail, kind="place")
    return replace(company, end=company.start + comma, text=inner[:comma]), place


def _employer_in_place(
    document: Document, entry: Entry, position: Fragment | None, aside: Sequence[Range] = ()
) -> Fragment | None:
    """In "Acme, Spain" with no other employer in sight, the part no gazetteer knows is the employer."""
    words = lexicon()
    for number, fragment in enumerate(entry.fragments):
        if fragment.kind != "place" or fragment.bracketed:
            continue
        inner = document.text[fragment.start : fragment.end]
        comma = re.search(r",\s*|，", inner)
        if not comma or comma.start() < 2:
            continue
        first = inner[: comma.start()]
        key = plain(first)
        if (
            key in words.cities
            or key in words.regions
            or key in words.countries
            or not (
                fragment.bold
                or position is None
                or fragment.start < position.start
                or sum(not other.bracketed and other.range not in aside for other in entry.fragments) == 2
            )
        ):
            continue
        place = replace(fragment, start=fragment.start + comma.end(), text=inner[comma.end() :])
        employer = replace(fragment, end=fragment.start + comma.start(), text=first, kind="company")
        entry.fragments[number : number + 1] = [employer, place]
        return employer
    return None


def _is_own_employer(fragment: Fragment) -> bool:
    return plain(fragment.text) in lexicon().organisations


def _typical_count(entries: list[Entry]) -> int:
    counts = [sum(f.kind not in ("place", "type") for f in entry.fragments) for entry in entries]
    return max(counts) if counts else 0


def _choose_work(
    entry: Entry, scores: dict[int, float], votes: dict[tuple[object, ...], float], typical: int
) -> tuple[Fragment | None, Fragment | None, list[Fragment], float]:
    """(position, company, what is left, confidence)."""
    candidates = [f for f in entry.fragments if f.kind not in ("place", "type")]
    if not candidates:
        return None, None, [], 0.5
    if len(candidates) == 1:
        only = candidates[0]
        own = scores[id(only)]
        styled = votes.get(style_slot(only), 0.0) if typical > 1 else 0.0
        if abs(styled) > 0.2 and abs(own) <= 1.0:
            own += 1.5 * styled
        if own > 0.3:
            return only, None, [], 0.85
        if own < -0.3:
            return None, only, [], 0.85
        if votes.get(only.slot, 0.0) > 0.2 and typical > 1:
            return only, None, [], 0.6
        return None, only, [], 0.5
    best: tuple[float, Fragment, Fragment] | None = None
    considered = candidates[:6]
    smallest = min(f.size for f in considered)
    prominent = {i for i, f in enumerate(considered) if (f.bold or f.size > smallest + 0.6) and not f.bracketed}
    if len(prominent) == len(considered):
        prominent = set()
    for i, position in enumerate(considered):
        for j, company in enumerate(considered):
            if i == j:
                continue
            worth = _worth(position, scores, votes) - _worth(company, scores, votes)
            worth -= 0.3 * (max(i, j) - 1) + (0.05 if j < i else 0.0) + (0.4 if min(i, j) else 0.0)
            worth += 0.5 * ((i in prominent) + (j in prominent))
            if company.kind == "company":
                worth += 1.5
            # A form says which is which ("Designation: …").
            worth += 2.0 * ((position.kind == "title") - (company.kind == "title") - (position.kind == "company"))
            # What stands in brackets adds to the piece before it.
            worth -= 0.8 * (position.bracketed + company.bracketed)
            if len(position.text.split()) > 9:
                worth -= 0.5
            if len(company.text.split()) > 9:
                worth -= 0.5
            if best is None or worth > best[0]:
                best = (worth, position, company)
    assert best is not None
    worth, position, company = best
    rest = [f for f in candidates if f is not position and f is not company]
    return position, company, rest, 0.96 if worth > 1.2 else 0.9 if worth > 0.5 else 0.7


def _worth(fragment: Fragment, scores: dict[int, float], votes: dict[tuple[object, ...], float]) -> float:
    return 0.6 * scores[id(fragment)] + 1.0 * votes.get(fragment.slot, 0.0)


def _put_body(builder: Builder, item: dict[str, Any], pointer: str, entry: Entry) -> None:
    body = read_body(entry.body, entry.header[0].x0 if entry.header else 1e9)
    paragraphs = body.paragraphs
    highlights = body.highlights
    where = [part for part in paragraphs if place_score(builder.document.text[slice(*part)]) >= 2]
    if len(where) == 1 and "location" not in item and "," in builder.document.text[slice(*where[0])]:
        # A town with its region on a line of its own is where the job was, wherever that line stands.
        builder.put(item, "location", pointer, Value(where, 0.8))
        paragraphs = [part for part in paragraphs if part != where[0]]
    if not highlights and len(paragraphs) >= 2 and entry.body and _list_without_marks(entry, paragraphs):
        highlights, paragraphs = paragraphs, []
    if paragraphs:
        builder.put(item, "summary", pointer, Value(paragraphs, 0.88))
    for low, high in highlights:
        builder.append(item, "highlights", pointer, Value([(low, high)], 0.94))


def _list_without_marks(entry: Entry, paragraphs: list[Range]) -> bool:
    """Three or more short paragraphs, indented or each one line: a list whose marks are drawn, not written."""
    indented = bool(entry.header) and entry.body[0].x0 > entry.header[0].x0 + 7
    return indented and len(paragraphs) >= 2 and all(high - low < 400 for low, high in paragraphs)


# --- education --------------------------------------------------------------------------------------------


_SCORE = re.compile(
    r"(?i)(?:\b(?:c?gpa|grade|note|nota|voto|promedio|média|moyenne|score|percentage|marks?|成绩|绩点|平均绩点|abschlussnote|gesamtnote|durchschnitt|final grade|mention)\b|绩点|成绩)\s*[:：]?\s*(?:of\s+)?\(?([\d.,]+\s*%?(?:\s*(?:/|out of|of|von|sur)\s*[\d.,]+)?|[A-D][+-]?(?=\W|$)|[^\s,;()|]{2,20})"  # noqa: E501
)
_NUMERIC_SCORE = re.compile(
    r"(?<![\d.])(\d{1,3}(?:[.,]\d{1,2})?\s*(?:/\s*\d{1,3}(?:[.,]\d+)?|%))(?!\d)|(?<![\d.,])([0-5][.,]\d{1,2})(?![\d.,])"
)


_LEVEL = re.compile(r"(?i)(?:ISCED|EQF|EQR|DQR|NQF|RQF|CITE|CEC|QEQ|MEC)\b(?:[-\s]?\d{2,4})?[\s:-]*(?:level\s*)?\d")
"""The level of a study on one of the official scales, as Europass prints it: neither degree nor institution."""


def _read_education(
    builder: Builder, sections: list[Section], title_first: float, styles: "Counter[tuple[object, ...]]"
) -> None:
    entries = _entries_of(builder, sections, education=True)
    if not entries:
        return
    text = builder.document.text
    scores = {
        id(fragment): degree_score(fragment.text) - institution_score(fragment.text)
        for entry in entries
        for fragment in entry.fragments
    }
    votes = vote_slots(entries, scores)
    items: list[dict[str, Any]] = builder.resume.setdefault("education", [])
    previous: Value | None = None
    school_first = True
    for entry in entries:
        item: dict[str, Any] = {}
        pointer = f"/education/{len(items)}"
        candidates: list[Fragment] = []
        levels: list[Range] = []
        for fragment in entry.fragments:
            match = _SCORE.search(fragment.text) or (
                _NUMERIC_SCORE.fullmatch(fragment.text.strip("() .")) if len(fragment.text) < 14 else None
            )
            if match and "score" not in item:
                where = text.find(match[1] or match[0], fragment.start, fragment.end)
                if where >= 0:
                    value = match[1] or match[0]
                    builder.put(item, "score", pointer, Value([trim(text, where, where + len(value))], 0.9))
                    builder.used.append(fragment.range)
                    head = trim(text, fragment.start, fragment.start + match.start())
                    if head[1] - head[0] > 6 and match.start() > 6:
                        fragment.start, fragment.end = head
                        fragment.text = " ".join(text[head[0] : head[1]].split())
                    else:
                        continue
            if fragment.kind in ("place", "type"):
                continue
            if _LEVEL.fullmatch(fragment.text):
                levels.append(fragment.range)
                continue
            candidates.append(fragment)
        if len(candidates) == 1 and institution_score(candidates[0].text) < 1:
            # "Fisher Family, United States" with no other institution in sight: what no gazetteer knows is its name.
            named = _employer_in_place(builder.document, entry, candidates[0], levels)
            candidates += [named] if named is not None else []
            if named is not None:
                scores[id(named)] = -0.3
        institution, degree, rest, sure = _choose_education(candidates, scores, votes, title_first, styles)
        if levels and degree is None and institution is not None and institution_score(institution.text) < 1:
            institution, degree = None, institution  # a level is a qualification's
        institution_value = Value([institution.range], sure) if institution else None
        if institution is None and previous is not None and degree is not None and school_first:
            institution_value = Value(list(previous.ranges), 0.6)
        if institution is not None and institution_value is not None and degree is not None:
            _split_area(builder, item, pointer, institution, degree, institution_value)
        builder.put(item, "institution", pointer, institution_value)
        if institution_value is not None:
            previous = institution_value
        if institution is not None:
            # Only a school set above its degrees is the school of a further degree below.
            school_first = degree is None or institution.start < degree.start
        area_rest: list[Fragment] = []
        if degree is not None:
            following = [f for f in rest if f.line in (degree.line, degree.line + 1) or _AREA_LEAD.match(f.text)]
            _put_degree(builder, item, pointer, degree, following, sure)
            area_rest = [f for f in rest if (f.start, f.end) not in list(builder.used[-6:])]
        else:
            area_rest = rest
        place = next((f for f in entry.fragments if f.kind == "place"), None)
        if place is None and institution is not None:
            # A town that also names universities ("Berkeley") is the place when the institution is named beside it.
            place = next((f for f in area_rest if place_score(f.text) >= 2), None)
            area_rest = [f for f in area_rest if f is not place]
        if place is not None and "location" not in item:
            builder.put(item, "location", pointer, Value([place.range], 0.88))
        if entry.period is not None:
            builder.put_dates(item, pointer, entry.period, entry.period_offset)
        if entry.links:
            builder.put(item, "url", pointer, Value([entry.links[0]], 0.9))
        leftovers = [*(f.range for f in area_rest), *levels]
        _education_body(builder, item, pointer, entry, leftovers)
        if item:
            items.append(item)
    if not items:
        builder.resume.pop("education", None)


def _split_area(
    builder: Builder, item: dict[str, Any], pointer: str, institution: Fragment, degree: Fragment, value: Value
) -> None:
    """In "University, Computer Science" beside a bare "BSc", the field of study follows the institution's name."""
    text = builder.document.text
    if len(degree.text.split()) > 4 or degree_score(degree.text) == 0 or _AREA_LINK.search(" " + degree.text):
        return
    inner = text[institution.start : institution.end]
    comma = inner.rfind(", ")
    if comma < 4:
        return
    head, tail = inner[:comma], inner[comma + 1 :].strip()
    if institution_score(head) < 1 or institution_score(tail) >= 1 or place_score(tail) >= 1 or len(tail.split()) > 6:
        return
    builder.put(item, "area", pointer, Value([trim(text, institution.start + comma + 1, institution.end)], 0.85))
    value.ranges = [trim(text, institution.start, institution.start + comma)]


def _choose_education(
    candidates: list[Fragment],
    scores: dict[int, float],
    votes: dict[tuple[object, ...], float],
    title_first: float,
    styles: "Counter[tuple[object, ...]]",
) -> tuple[Fragment | None, Fragment | None, list[Fragment], float]:
    """(institution, degree or area, what is left, confidence)."""
    if not candidates:
        return None, None, [], 0.5
    if len(candidates) == 1:
        only = candidates[0]
        own = scores.get(id(only), 0.0)
        styled = votes.get(style_slot(only), 0.0)
        if abs(own) < 0.5:
            # What studies look like elsewhere, or titles and employers of jobs where those differ in style.
            alike = styles[style_slot(only)]
            own += styled if abs(styled) > 0.2 else 0.5 if alike > 1 else -0.5 if alike < -1 else 0.0
        if own > 0.2:
            return None, only, [], 0.8
        return only, None, [], 0.8 if own < -0.2 else 0.5
    best: tuple[float, Fragment, Fragment] | None = None
    for i, degree in enumerate(candidates[:6]):
        for j, institution in enumerate(candidates[:6]):
            if i == j:
                continue
            worth = _worth(degree, scores, votes) - _worth(institution, scores, votes)
            worth -= 0.12 * (max(i, j) - 1) + (0.4 if min(i, j) else 0.0)
            worth -= 0.8 * (degree.bracketed + institution.bracketed)
            # What a person is called ("Teacher") names no school.
            worth -= 0.5 * (title_score(institution.text) >= 1 and institution_score(institution.text) < 0.5)
            # Without other evidence, studies are laid out as the jobs are.
            worth += 0.2 * title_first * (1 if i < j else -1) - (0.05 if j > i else 0.0)
            if best is None or worth > best[0]:
                best = (worth, degree, institution)
    assert best is not None
    worth, degree, institution = best
    rest = [f for f in candidates if f is not degree and f is not institution]
    return institution, degree, rest, 0.96 if worth > 1.2 else 0.88 if worth > 0.4 else 0.65


_AREA_LINK = re.compile(
    r"\s+(?:in|en|em|im|in der|di|w|по|στην?|στα|i|inom)\s+(?=\S)|,\s+|:\s+|\s+[–—-]\s+", re.IGNORECASE
)


_AREA_LEAD = re.compile(
    r"(?i)(?:(?:double\s+)?major(?:ed|ing)?(?:\s+in\b|\s*:)|speciali[sz](?:ation|ing|ed)(?:\s+in\b|\s*:)|"
    r"concentration(?:\s+in\b|\s*:)|field of study\s*:|(?:studienrichtung|fachrichtung|schwerpunkt)\s*:?|"
    r"sp[ée]cialit[ée]\s*:?|especialidad(?:\s+en\b|\s*:)|indirizzo\s*:?)\s*"
)
"""What opens the field of study on a line of its own."""


def _put_degree(
    builder: Builder, item: dict[str, Any], pointer: str, degree: Fragment, following: list[Fragment], sure: float
) -> None:
    """StudyType and area: one fragment cut at its "in", or two fragments."""
    text = builder.document.text
    inner = text[degree.start : degree.end]
    has_degree = degree_score(degree.text) > 0
    if not has_degree:
        other = next((f for f in following if degree_score(f.text) > 0), None)
        builder.put(item, "area", pointer, Value([degree.range], sure - 0.1))
        if other is not None:
            builder.put(item, "studyType", pointer, Value([other.range], sure - 0.05))
        return
    match = _AREA_LINK.search(inner)
    if match and match.start() > 1 and degree_score(inner[: match.start()]) > 0:
        first, second = degree.start, degree.start + match.start()
        builder.used.append((degree.start, degree.end))
        builder.put(item, "studyType", pointer, Value([trim(text, first, second)], sure))
        builder.put(item, "area", pointer, Value([trim(text, degree.start + match.end(), degree.end)], sure))
        return
    if match and degree_score(inner[match.end() :]) > 0 and degree_score(inner[: match.start()]) == 0:
        builder.put(item, "area", pointer, Value([trim(text, degree.start, degree.start + match.start())], sure))
        builder.put(item, "studyType", pointer, Value([trim(text, degree.start + match.end(), degree.end)], sure))
        return
    builder.put(item, "studyType", pointer, Value([degree.range], sure))
    bare = len(degree.text.split()) <= 2 and len(following) == 1
    area = next(
        (
            f
            for f in following
            if (f.line == degree.line or bare or _AREA_LEAD.match(f.text))
            and institution_score(f.text) < 1
            and not f.bracketed
        ),
        None,
    )
    if area is not None:
        lead = _AREA_LEAD.match(text[area.start : area.end])
        where = trim(text, area.start + (lead.end() if lead else 0), area.end)
        builder.put(item, "area", pointer, Value([where], sure - 0.15))


def _education_body(builder: Builder, item: dict[str, Any], pointer: str, entry: Entry, leftovers: list[Range]) -> None:
    text = builder.document.text
    words = lexicon()
    body = read_body(entry.body)
    notes: list[Range] = [r for r in leftovers if not _is_used(builder, r)]
    parts = sorted([*body.paragraphs, *body.highlights])
    # A line that is nothing but a grade is the grade; one told within a text stands where there is no such line.
    whole = [part for part in parts if (found := _SCORE.match(text[slice(*part)])) and found.end() == part[1] - part[0]]
    for low, high in parts:
        value = text[low:high]
        match = _SCORE.search(value)
        if whole and (low, high) != whole[0]:
            match = None
        if match and "score" not in item and match[1] and any(c.isdigit() for c in match[1]):
            where = low + match.start(1)
            builder.put(item, "score", pointer, Value([trim(text, where, low + match.end(1))], 0.88))
            builder.used.append((low + match.start(), low + match.end()))
            if match.start() <= 2 and len(value) - match.end() < 4:
                continue
            if match.start() <= 2:
                low = low + match.end()  # noqa: PLW2901
        label = re.match(r"^([^:：]{3,40})[:：]\s*", text[low:high])
        if label and plain(label[1]) in words.course_labels:
            builder.used.append((low, low + label.end()))
            for a, b in split_items(text, low + label.end(), high, COURSE_SEPARATOR):
                builder.append(item, "courses", pointer, Value([(a, b)], 0.88))
            continue
        low, high = trim(text, low, high)  # noqa: PLW2901
        if high > low:
            notes.append((low, high))
    if notes:
        builder.put(item, "summary", pointer, Value(notes, 0.7))


def _is_used(builder: Builder, where: Range) -> bool:
    return any(low <= where[0] and where[1] <= high for low, high in builder.used)


# --- projects -----------------------------------------------------------------------------------------------


def _read_projects(builder: Builder, sections: list[Section]) -> None:
    text = builder.document.text
    words = lexicon()
    items: list[dict[str, Any]] = builder.resume.setdefault("projects", [])
    usual = _usual_size(builder.document)
    for section in sections:
        lines = section.lines
        groups = split_entries(lines)
        if lines and lines[0].bullet and all(line.bullet or not _opens(line) for line in lines):
            groups = _bullet_projects(lines)
        for group in groups:
            entry = read_entry(builder.document, group)
            item: dict[str, Any] = {}
            pointer = f"/projects/{len(items)}"
            fragments = list(entry.fragments)
            if not fragments and group and group[0].bullet:
                _bullet_project(builder, item, pointer, group, text)
                if item:
                    items.append(item)
                continue
            if (
                len(fragments) > 1
                and fragments[0].line == fragments[1].line
                and fragments[1].bold > fragments[0].bold
                and title_score(fragments[0].text) >= 1
                and title_score(fragments[1].text) == 0
            ):
                fragments[:2] = fragments[1::-1]  # "Maintainer, **Hyperschedule**": the role stands before the name
            name = fragments[0] if fragments else None
            rest = fragments[1:]
            if name is not None:
                start, end = name.range
                comma = re.search(r",\s+", text[start:end])
                if (
                    comma
                    and title_score(text[start : start + comma.start()]) >= 1
                    and title_score(text[start + comma.end() : end]) == 0
                ):
                    builder.append(item, "roles", pointer, Value([trim(text, start, start + comma.start())], 0.7))
                    start += comma.end()
                colon = re.search(r"[:：]\s+", text[start:end])
                if colon and colon.start() > 2 and len(text[start:end].split()) > 3:
                    builder.put(item, "name", pointer, Value([trim(text, start, start + colon.start())], 0.85))
                    rest = []
                    builder.put(
                        item,
                        "description",
                        pointer,
                        Value([(start + colon.end(), end), *[f.range for f in fragments[1:]]], 0.8),
                    )
                else:
                    builder.put(item, "name", pointer, Value([(start, end)], 0.88))
            if entry.links:
                builder.put(item, "url", pointer, Value([entry.links[0]], 0.9))
            if entry.period is not None:
                builder.put_dates(item, pointer, entry.period, entry.period_offset)
            body = read_body(entry.body)
            descriptions: list[Range] = []
            for fragment in rest:
                # A role stands beside the project's name or is set off; a plain line below the name describes.
                below = name is not None and fragment.line > name.line
                opens_line = text[entry.header[fragment.line].start : fragment.start].strip() == ""
                set_off = below and (fragment.bold or fragment.italic)
                plain_line = (
                    name is not None and below and name.bold and not set_off and fragment.size == usual and opens_line
                )
                if (
                    title_score(fragment.text) >= 1
                    and "roles" not in item
                    and len(fragment.text.split()) <= (10 if set_off else 5)
                    and not plain_line
                ):
                    _put_roles(builder, item, pointer, fragment)
                elif "location" not in item and not opens_line and place_score(fragment.text) >= 1.2:
                    builder.put(item, "location", pointer, Value([fragment.range], 0.8))
                elif fragment.text.count(",") >= 2 and "keywords" not in item:
                    for a, b in split_items(text, fragment.start, fragment.end):
                        builder.append(item, "keywords", pointer, Value([(a, b)], 0.8))
                elif set_off and opens_line and "entity" not in item and _is_short_name(fragment.text):
                    builder.put(item, "entity", pointer, Value([fragment.range], 0.6))
                else:
                    descriptions.append(fragment.range)
            for low, high in body.paragraphs:
                label = re.match(r"^([^:：]{3,40})[:：]\s*", text[low:high])
                if label and words.labels.get(plain(label[1])) == "technologies":
                    builder.used.append((low, low + label.end()))
                    for a, b in split_items(text, low + label.end(), high):
                        builder.append(item, "keywords", pointer, Value([(a, b)], 0.88))
                else:
                    descriptions.append((low, high))
            if descriptions and "description" not in item:
                builder.put(item, "description", pointer, Value(descriptions, 0.8))
            elif descriptions:
                for where in descriptions:
                    builder.append(item, "highlights", pointer, Value([where], 0.75))
            for low, high in body.highlights:
                builder.append(item, "highlights", pointer, Value([(low, high)], 0.9))
            if item:
                items.append(item)
    if not items:
        builder.resume.pop("projects", None)


def _usual_size(document: Document) -> float:
    """The size of running text, as fragments have theirs."""
    sizes: Counter[float] = Counter()
    for line in document.lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _is_short_name(text: str) -> bool:
    return len(text.split()) <= 4 and text[:1].isupper() and text[-1:] not in ".:;"


def _put_roles(builder: Builder, item: dict[str, Any], pointer: str, fragment: Fragment) -> None:
    """Roles, and behind the last comma the body they were held for: "Maintainer, Designer, Foundation"."""
    text = builder.document.text
    parts = split_items(text, fragment.start, fragment.end, COURSE_SEPARATOR)
    if len(parts) > 1 and title_score(text[slice(*parts[-1])]) == 0:
        builder.put(item, "entity", pointer, Value([parts.pop()], 0.6))
    for part in parts:
        builder.append(item, "roles", pointer, Value([part], 0.7))


def _opens(line: Line) -> bool:
    word = next(line.words())
    return word.bold


def _bullet_projects(lines: list[Line]) -> list[list[Line]]:
    groups: list[list[Line]] = []
    for line in lines:
        if line.bullet or not groups:
            groups.append([line])
        else:
            groups[-1].append(line)
    return groups


def _bullet_project(builder: Builder, item: dict[str, Any], pointer: str, group: list[Line], text: str) -> None:
    """A project told in one list item: its name is what stands before the colon or dash, or is set bold."""
    start, end = group[0].start, group[-1].end
    words = list(group[0].words())
    stop = 0
    for before, here in itertools.pairwise(words):
        if before.bold and not here.bold and words[0].bold:
            stop = before.end
            break
    match = re.search(r"\s*[:：]\s+|\s+[–—-]\s+", text[start:end])
    if stop:
        head, tail = (start, stop), (stop, end)
    elif match and match.start() <= 60:
        head, tail = (start, start + match.start()), (start + match.end(), end)
    else:
        head, tail = (start, end), (end, end)
    builder.put(item, "name", pointer, Value([trim(text, *head)], 0.75))
    tail = trim(text, *tail)
    if tail[1] > tail[0]:
        builder.put(item, "description", pointer, Value([tail], 0.75))


__all__ = ["place_score", "understand"]
