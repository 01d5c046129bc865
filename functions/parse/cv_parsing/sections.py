"""Lines → sections: which lines are headings, what they name, and which text belongs to them."""

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field, replace

from cv_parsing.dates import mentions
from cv_parsing.layout import usual_leading
from cv_parsing.lexicon import has_cjk, heading_key, lexicon, plain
from cv_parsing.model import Document, Line, Word

Signature = tuple[float, bool, bool, int, str]


@dataclass(slots=True)
class Section:
    """A part of the CV. `kind` is "header" before the first heading, "custom" under an unknown name."""

    kind: str
    heading: Line | None
    lines: list[Line] = field(default_factory=list)


def signature(line: Line) -> Signature:
    return (round(line.size * 2) / 2, line.bold, is_caps(line.text), line.color, line.font)


def is_caps(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    cased = [c for c in letters if c.lower() != c.upper()]
    return len(cased) > 2 and all(c.isupper() for c in cased)


def sub_line(document: Document, line: Line, first: int, last: int | None = None) -> Line:
    """A line of some of another's cells."""
    cells = line.cells[first:last]
    part = replace(line, cells=cells, bullet=line.bullet and first == 0)
    part.start = cells[0][0].start
    part.end = cells[-1][-1].end
    part.text = document.text[part.start : part.end]
    part.measure()
    return part


@dataclass(slots=True)
class _Styles:
    size: float
    color: int
    bold: bool
    font: str
    leading: float
    styled: bool


def _body(lines: list[Line]) -> _Styles:
    sizes: Counter[float] = Counter()
    colors: Counter[int] = Counter()
    fonts: Counter[str] = Counter()
    bold = 0
    total = 0
    for line in lines:
        n = len(line.text)
        sizes[round(line.size * 2) / 2] += n
        colors[line.color] += n
        fonts[line.font] += n
        bold += n if line.bold else 0
        total += n
    if not total:
        return _Styles(10, 0, False, "", 1.3, False)
    styled = len(sizes) > 1 or 0 < bold < total or len(colors) > 1 or len(fonts) > 1
    return _Styles(
        sizes.most_common(1)[0][0],
        colors.most_common(1)[0][0],
        bold * 2 > total,
        fonts.most_common(1)[0][0],
        usual_leading(lines),
        styled,
    )


def _strength(line: Line, body: _Styles) -> float:
    """How much a line looks like a heading rather than text."""
    score = 0.0
    if line.heading_level:
        score += 3
    size = round(line.size * 2) / 2  # as the body's is
    if size > body.size * 1.07:
        score += 2
    elif size < body.size * 0.9:
        score -= 0.5
    if line.bold and not body.bold:
        score += 1.5
    if is_caps(line.text):
        score += 1.5
    if line.color != body.color:
        score += 0.8
    if line.font != body.font:
        score += 0.5
    if line.gap_above > body.leading * 1.35:
        score += 0.8
    if line.text.rstrip().endswith((":", "：")):
        score += 0.3
    return score


def split_sections(document: Document) -> list[Section]:
    """The CV's sections in reading order; the first is always the header."""
    lines = [line for line in document.lines if line.cells and not line.artefact]
    body = _body(lines)
    styled, headings = _find_headings(document, lines, body)
    if body.styled and not {"work", "education"} & set(headings.values()):
        # Styles that name neither work nor education are used for other things: names that stand alone count.
        body.styled = False
        again, plainly = _find_headings(document, lines, body)
        body.styled = not {"work", "education"} & set(plainly.values())
        if not body.styled:
            styled, headings = again, plainly
    lines = styled
    sections = [Section("header", None)]
    current = sections[0]
    by_side: dict[int, Section] = {}
    previous: Line | None = None
    for position, line in enumerate(lines):
        kind = headings.get(id(line))
        if kind is not None:
            current = Section(kind, line)
            sections.append(current)
        else:
            if previous is not None and previous.side != line.side:
                current = _context_of_column(lines, position, headings, current, by_side, body, sections)
            current.lines.append(line)
        by_side[line.side] = current
        previous = line
    if len(sections) <= 2 and all(section.kind not in ("work", "education") for section in sections):
        sections[:1] = _sections_without_names(sections[0].lines, body)
    return [section for section in sections if section.lines or section.heading or section.kind == "header"]


def _sections_without_names(lines: list[Line], body: _Styles) -> list[Section]:
    """Parts of a CV whose section names are pictures, or none: white space parts them, their dates say what they are.

    A part counts only if at least two of its lines open with a period or a date; what stands before is the header.
    """
    parts: list[list[Line]] = []
    for line in lines:
        if not parts or line.gap_above > max(2.2, 1.6 * body.leading):
            parts.append([])
        parts[-1].append(line)
    known = lexicon().languages
    sections = [Section("header", None)]
    for part in parts:
        dated = 0
        for line in part:
            first = next(iter(mentions(line.text)), None)
            dated += first is not None and first.value is not None and first.start <= 2
        firsts = [plain(" ".join(word.text for word in line.cells[0])) for line in part]
        if all(first in known for first in firsts) and all(len(line.cells) > 1 for line in part):
            sections.append(Section("languages", None, part))
        elif dated >= 2 or len(sections) > 1:
            sections.append(Section("custom", None, part))
        else:
            sections[0].lines.extend(part)
    return sections


def _context_of_column(
    lines: list[Line],
    position: int,
    headings: dict[int, str],
    current: Section,
    by_side: dict[int, Section],
    body: _Styles,
    sections: list[Section],
) -> Section:
    """The section that text at the top of another column belongs to when it has no heading of its own."""
    line = lines[position]
    if line.page > 1 and line.side in by_side and line.side:
        return by_side[line.side]
    lead: list[Line] = []
    for other in lines[position:]:
        if id(other) in headings or other.side != line.side:
            break
        lead.append(other)
    header_like = line.page == 1 and (
        any(other.size > body.size * 1.35 for other in lead)
        or any("@" in other.text for other in lead)
        or (len(lead) <= 6 and any(_profile_link(other.text) for other in lead))
        or (len(lead) <= 4 and position < 25)
        or not any(other.size > body.size * 1.1 or "@" in other.text for other in sections[0].lines)
    )
    return sections[0] if header_like else current


def _profile_link(text: str) -> bool:
    """Whether a line shows the address of the person's page in a network: contact, wherever it stands."""
    low = text.casefold()
    return any(host + "/" in low for host in lexicon().networks.values())


def _heading_text(line: Line) -> str:
    return " ".join(line.text.replace("\t", " ").split())


def _find_headings(document: Document, lines: list[Line], body: _Styles) -> tuple[list[Line], dict[int, str]]:
    words = lexicon()
    result: list[Line] = []
    found: dict[int, str] = {}
    strengths: dict[int, float] = {}
    beside = 0
    section_tables = _section_tables(lines)
    for line in lines:
        if len(line.cells) > 1:
            first = " ".join(word.text for word in line.cells[0])
            beside += words.section_of(first) is not None and len(first) < 40
    previous: Line | None = None
    for line in lines:
        text = _heading_text(line)
        kind = (
            words.section_of(text)
            if len(text) <= 60 and not (line.bullet and body.styled and line.size <= body.size)
            else None
        )
        strength = _strength(line, body)
        if kind is not None and plain(text) in words.document_titles and line.page == 1 and position_of(result) < 6:
            kind = None
        # What OCR gives as a size is the height of a line's letters: no style to tell headings by.
        plain_text = document.scanned or not body.styled
        if kind is not None and (strength >= 1.0 or (plain_text and _stands_alone(line, previous, body))):
            found[id(line)] = kind
            strengths[id(line)] = strength
            result.append(line)
        elif len(line.cells) > 1 and (
            (first_kind := words.section_of(" ".join(word.text for word in line.cells[0]))) is not None
        ):
            head = sub_line(document, line, 0, 1)
            head_strength = _strength(head, body)
            rest = sub_line(document, line, 1)
            differs = head.bold != rest.bold or abs(head.size - rest.size) > 0.4 or head.color != rest.color
            # A table whose first column names the sections needs no style to say so.
            tabled = line.row is not None and _table(line) in section_tables and not words.is_weak_section(head.text)
            if tabled or (
                head_strength >= 1.0
                and (beside >= 2 or differs)
                and (differs or is_caps(head.text) or head.x1 < rest.x0 - 10)
            ):
                found[id(head)] = first_kind
                strengths[id(head)] = head_strength
                rest.gap_above = 9.0
                result.extend((head, rest))
            else:
                result.append(line)
        else:
            result.append(line)
        previous = line
    _drop_sub_headings(result, found, strengths)
    if not document.scanned:
        _add_unknown_headings(result, found, body)
    return result, found


def _table(line: Line) -> str:
    return (line.row or "").rpartition("/")[0]


def _section_tables(lines: list[Line]) -> set[str]:
    """Tables whose first column names sections: in half of their rows, or in three (the others go on below one)."""
    words = lexicon()
    rows = Counter(_table(line) for line in lines if line.row)
    named = Counter(
        _table(line)
        for line in lines
        if line.row
        and len(line.cells) > 1
        and words.section_of(" ".join(word.text for word in line.cells[0])) is not None
    )
    return {table for table, count in named.items() if count >= 3 or (count == 2 and count * 2 >= rows[table])}


def position_of(lines: list[Line]) -> int:
    return len(lines)


def _stands_alone(line: Line, previous: Line | None, body: _Styles) -> bool:
    """In text without styles a heading has blank space above it, or capitals, or a colon."""
    return (
        previous is None
        or line.gap_above > body.leading * 1.2
        or is_caps(line.text)
        or line.text.rstrip().endswith(":")
        or line.heading_level > 0
    )


def _drop_sub_headings(lines: list[Line], found: dict[int, str], strengths: dict[int, float]) -> None:
    """A known word in a weaker style than the column's headings is a label inside a section."""
    words = lexicon()
    strong = Counter(
        signature(line) for line in lines if id(line) in found and not words.is_weak_section(_heading_text(line))
    )
    for line in lines:
        if (
            id(line) in found
            and words.is_weak_section(_heading_text(line))
            and strong
            and strong[signature(line)] < 0.5 * max(strong.values())
        ):
            del found[id(line)]
    # Set in from the other headings, in the very type of other lines there: an entry's title ("Social Service, Lab").
    for line in lines:
        if id(line) not in found or strong[signature(line)] > 1:
            continue
        others = [other for other in lines if id(other) in found and other is not line and other.side == line.side]
        alike = sum(
            id(other) not in found and signature(other) == signature(line) and abs(other.x0 - line.x0) < 1.5
            for other in lines
        )
        if len(others) >= 3 and alike >= 2 and all(line.x0 > other.x0 + 3 for other in others):
            del found[id(line)]
    # A name that comes again and again in a smaller style labels parts of entries ("Key Skills:").
    texts = Counter(heading_key(_heading_text(line)) for line in lines if id(line) in found)
    largest = max((line.size for line in lines if id(line) in found), default=0.0)
    for line in lines:
        if id(line) in found and texts[heading_key(_heading_text(line))] > 1 and line.size < largest - 0.9:
            del found[id(line)]
    # Right below a heading of the same kind, a word in a rarer style is the first entry's title ("Volunteer").
    usual = Counter(signature(line) for line in lines if id(line) in found)
    for before, line in itertools.pairwise(lines):
        same = id(before) in found and found.get(id(line)) == found[id(before)]
        if same and usual[signature(line)] < usual[signature(before)]:
            del found[id(line)]
    styles: dict[int, Counter[Signature]] = {}
    strength_of: dict[Signature, float] = {}
    for line in lines:
        if id(line) in found:
            styles.setdefault(line.side, Counter())[signature(line)] += 1
            strength_of[signature(line)] = max(strengths[id(line)], strength_of.get(signature(line), 0))
    for line in lines:
        if id(line) not in found:
            continue
        counter = styles[line.side]
        top, count = counter.most_common(1)[0]
        mine = signature(line)
        if count >= 3 and mine != top and counter[mine] <= count / 2:
            smaller = line.size < top[0] - 0.6 or (top[1] and not line.bold) or (top[2] and not is_caps(line.text))
            if smaller and strengths[id(line)] < strength_of[top] - 0.4:
                del found[id(line)]


def _add_unknown_headings(lines: list[Line], found: dict[int, str], body: _Styles) -> None:
    """Lines in exactly the style of the known headings are headings too, of sections of the person's own."""
    known: Counter[Signature] = Counter(signature(line) for line in lines if id(line) in found)
    unknown: Counter[Signature] = Counter(signature(line) for line in lines if id(line) not in found)
    words = lexicon()
    # A style that follows a heading directly is that of entry titles.
    for before, line in itertools.pairwise(lines):
        if id(before) in found and id(line) not in found and signature(line) == signature(before):
            known[signature(line)] = 0
    for line in lines:
        if id(line) in found or line.bullet:
            continue
        mine = signature(line)
        if mine[2] and not known[mine]:
            # A name typed in capitals among headings that are not, in the very style of theirs.
            mine = (mine[0], mine[1], False, mine[3], mine[4])
        if line.heading_level and any(
            other.heading_level == line.heading_level for other in lines if id(other) in found
        ):
            pass
        elif (
            not known[mine]
            # One heading of the very style is enough where the last word says what the section holds.
            or (known[mine] < max(2, 0.5 * max(known.values())) and not _kind_by_last_word(_heading_text(line)))
            or unknown[mine] > 2 * known[mine]
            or _strength(line, body) < 1.5
        ):
            continue
        text = re.sub(r"^\W*\d{1,2}\W{0,2}\s+", "", _heading_text(line))
        tokens = text.split()
        if (
            (len(line.cells) != 1 and not (len(line.cells) == 2 and tokens and _is_ordinal(line.cells[0])))
            or not 1 <= len(tokens) <= 6
            or len(text) > 60
            or any(c.isdigit() for c in text)
            or "@" in text
            or text[-1:] in ".,"
            or mentions(text)
            or (line.page == 1 and lines and line is lines[0])
            or (words.count_words(text, words.titles, words.titles_cjk) and not line.heading_level)
        ):
            continue
        if has_cjk(text) and len(text) > 14:
            continue
        found[id(line)] = words.section_of(text) or _kind_by_last_word(text) or "custom"


def _is_ordinal(cell: list[Word]) -> bool:
    """A section's number in a cell of its own ("04")."""
    return bool(re.fullmatch(r"\W*\d{1,2}\W*", "".join(word.text for word in cell)))


def _kind_by_last_word(text: str) -> str | None:
    """A heading of several words is of the kind its last words name ("Field Interests", "Legal Experience")."""
    words = lexicon()
    tokens = heading_key(text).split()
    before = words.sections.get(" ".join(tokens[:-1])) if len(tokens) > 1 else None
    if before and before not in ("custom", "contact", "summary", "work") and words.sections.get(tokens[-1]) == "work":
        return before  # "Projects Experience"
    for size in (2, 1):
        if len(tokens) > size:
            tail = " ".join(tokens[-size:])
            kind = words.sections.get(tail)
            if kind and kind not in ("custom", "contact", "summary") and tail not in words.weak_sections:
                return kind
    return None
