"""Sections of dated entries (work, education, projects, volunteering) → entries → fields.

A CV repeats one pattern: what stands where in the first job stands there in all of them. So
fragments are judged by their words *and* by their slot (line, cell, style), and the slots'
votes are summed over the whole document before any single entry is decided.
"""

import itertools
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from statistics import median

from cv_parsing.building import Range, join_text, trim
from cv_parsing.dates import DURATION, DateMention, DateRange, ranges
from cv_parsing.lexicon import has_cjk, lexicon, plain
from cv_parsing.model import Document, Line, Word, runs_on
from cv_parsing.patterns import EMAIL, URL

Style = tuple[float, bool, bool, int, str]
_SEPARATOR = re.compile(
    r"\s+[|•·∙●‣◦–—―@/~*¦]\s+|\s*[|¦│]\s*|\s+-{1,3}\s+|\s*[•·●∙]\s*|\s{3,}|；|;\s+|\s*//\s*|\s*::\s*"
)
_LEGAL_FORM = re.compile(r"(?i)(?:inc|llc|ltd|gmbh|corp|co|s\.?a|plc|lp|llp|jr|sr|ph\.?d)\.?")
_SENTENCE_END = re.compile(r"[.!?。！？;]\s*$")
_MAX_HEADER_WORDS = 16


@dataclass(slots=True)
class Fragment:
    """A piece of an entry's header: what a person sees as one thing."""

    start: int
    end: int
    text: str
    line: int
    cell: int
    bold: bool
    italic: bool
    size: float
    right: bool
    slot: tuple[object, ...] = ()
    kind: str = ""
    bracketed: bool = False

    @property
    def range(self) -> Range:
        return self.start, self.end


@dataclass(slots=True)
class Entry:
    """One job, study or project: header fragments, period and body lines."""

    lines: list[Line]
    header: list[Line] = field(default_factory=list)
    body: list[Line] = field(default_factory=list)
    fragments: list[Fragment] = field(default_factory=list)
    period: DateRange | None = None
    period_offset: int = 0
    extra_periods: list[tuple[DateRange, int]] = field(default_factory=list)
    links: list[Range] = field(default_factory=list)
    inherits: bool = False
    """True when the entry is a further position under the employer of the one before."""


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does; the point of "Inc." or "S.A." ends none."""
    if not _SENTENCE_END.search(text):
        return False
    last = plain(text.rstrip().split()[-1]) if text.split() else ""
    return not (
        last in lexicon().organisations
        or last.rstrip(".") in lexicon().organisations
        or re.fullmatch(r"(?:\w\.)+", last)
    )


def style_of(line: Line) -> Style:
    """The style of a line's first words (a title set bold beside a regular place counts as bold)."""
    word = next((w for w in line.words() if any(c.isalnum() for c in w.text)), next(line.words()))
    return (round(word.size * 2) / 2, word.bold, word.italic, word.color, word.font)


@dataclass(slots=True)
class _Seen:
    line: Line
    periods: list[DateRange]
    anchor: bool
    short: bool
    continues: bool
    style: Style


def _look(lines: list[Line]) -> list[_Seen]:
    seen: list[_Seen] = []
    previous: _Seen | None = None
    for line in lines:
        periods = ranges(line.text) if any(c.isdigit() for c in line.text) else []
        words = len(line.text.split())
        rest = line.text
        for period in reversed(periods):
            rest = rest[: period.start] + " " + rest[period.end :]
        cjk = has_cjk(rest)
        short = len(rest) <= 45 if cjk else len(rest.split()) <= _MAX_HEADER_WORDS and len(rest) < 110
        full = [p for p in periods if not p.single]
        continues = False
        in_item = previous is not None and (previous.line.bullet or previous.continues)
        if previous is not None and in_item and not line.bullet and line.gap_above < 2.2:
            hanging = line.x0 >= previous.line.x0 - 3 and line.column == previous.line.column
            same = abs(line.size - previous.line.size) < 0.6
            flat = line.x0 == line.x1 == 0 or line.block is not None or line.pointer is not None
            continues = (
                same
                and hanging
                and not flat
                and (
                    runs_on(previous.line, line)
                    or (previous.line.bullet and line.x0 > previous.line.x0 - 1.5 and line.text[:1].islower())
                    or (abs(line.x0 - previous.line.x0) < 1.5 and _set_in(lines, previous.line, line, 1e9))
                )
            )
            if continues and style_of(line)[1] and not previous.line.bold and full:
                continues = False
            if continues and full and line.gap_above > previous.line.gap_above + 0.25 and short:
                continues = False
            if continues and full and not any(rest_around(line.text, full[0])):
                continues = False  # a period alone on its line opens an entry
        anchor = False
        if not line.bullet and not continues and periods:
            chosen = full[0] if full else periods[0]
            before, after = rest_around(line.text, chosen)
            sentence = words > 8 and ends_sentence(line.text)
            if full:
                anchor = short and (not sentence or not before)
            else:
                alone = not before or not after or plain(before).strip(" .:") in lexicon().date_leads
                anchor = short and alone and not sentence and len(periods) == 1
                if anchor and before and not _separated(line.text, chosen):
                    anchor = (len(before.split()) <= 8 and not before[-1:].islower()) or len(line.cells) > 1
        item = _Seen(line, periods, anchor, short, continues, style_of(line))
        seen.append(item)
        previous = item
    return seen


def rest_around(text: str, period: DateRange) -> tuple[str, str]:
    edge = " \t,;:|•·–—-()[]"
    return text[: period.start].strip(edge), text[period.end :].strip(edge)


def _separated(text: str, period: DateRange) -> bool:
    before = text[: period.start].rstrip(" ")
    return not before or before[-1] in "\t,;:|•·–—-([/" or text[: period.start].endswith("  ")


def split_entries(lines: list[Line]) -> list[list[Line]]:
    """Cut a section where its entries begin."""
    if not lines:
        return []
    rows = [i for i, line in enumerate(lines) if line.row and len(line.cells) >= 3 and ranges(line.text)]
    if len(rows) >= 2 and rows[0] == 0 and len({len(lines[i].cells) for i in rows}) == 1:
        return [lines[a:b] for a, b in itertools.pairwise([*rows, len(lines)])]  # a table: a row an entry
    seen = _look(lines)
    anchors = [i for i, item in enumerate(seen) if item.anchor]
    anchors = _sound_anchors(seen, [i for i in anchors if not _is_prose(seen, i)])
    anchors = [i for i in anchors if not (i - 1 in anchors and _bare_date(seen[i]) and _bare_date(seen[i - 1]))]
    starts = _starts_from_anchors(seen, anchors) if anchors else _starts_without_dates(seen)
    if not starts or starts[0] != 0:
        starts = [0, *starts]
    starts = sorted(set(starts))
    return [lines[a:b] for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]


def without_column_titles(lines: list[Line]) -> list[Line]:
    """The lines without a table's first row where that only names its columns ("Period | Company | Role")."""
    known = lexicon().column_titles
    return [
        line for line in lines if not (len(line.cells) > 1 and all(_names_column(cell, known) for cell in line.cells))
    ]


def _names_column(cell: list[Word], known: set[str]) -> bool:
    key = plain(" ".join(word.text for word in cell)).strip(" :：")
    return key in known or all(part.strip() in known for part in re.split(r"\s(?:and|und|et|y|e|&)\s|[/&,]", key))


def unmark_entries(lines: list[Line]) -> None:
    """A list whose outermost points are jobs or studies: those marks open entries, they name no achievement.

    Told by the section opening with a point, and by most points of that indent holding their period
    (in their line, or in the unmarked line below them, as where each point is "Employer … Place").
    """
    marked = [line for line in lines if line.bullet]
    if len(lines) < 2 or not marked:
        return
    if not lines[0].bullet:
        # Below an employer's or a school's line: points with a period in a cell of its own are its positions.
        edge = min(line.x0 for line in marked)
        outer = [i for i, line in enumerate(lines) if line.bullet and line.x0 < edge + 4]
        if sum(_ends_in_period(lines[i]) for i in outer) >= 0.6 * len(outer):
            for i in outer:
                lines[i].bullet = False
        return
    outer = [i for i, line in enumerate(lines) if line.bullet and abs(line.x0 - lines[0].x0) < 4]
    dated = 0
    for i in outer:
        line = lines[i]
        below = lines[i + 1] if i + 1 < len(lines) and not lines[i + 1].bullet else None
        short = len(line.text.split()) <= _MAX_HEADER_WORDS
        own = ranges(line.text)
        if any((short and not p.single) or (not p.single and not rest_around(line.text, p)[0]) for p in own) or (
            len(line.cells) > 1 and own and not rest_around(line.text, own[-1])[1]
        ):
            dated += 1
        elif below is not None and short and len(below.text.split()) <= _MAX_HEADER_WORDS:
            dated += any(not p.single or len(below.cells) > 1 for p in ranges(below.text))
    if dated >= 0.6 * len(outer):
        for i in outer:
            lines[i].bullet = False


def _ends_in_period(line: Line) -> bool:
    text = " ".join(word.text for word in line.cells[-1])
    return len(line.cells) > 1 and any(not p.single and not any(rest_around(text, p)) for p in ranges(text))


def _is_prose(seen: list[_Seen], at: int) -> bool:
    """A plain line of a paragraph, where entries open in bold or larger type: its dates open no entry."""
    item, opening = seen[at], seen[0].style
    set_off = (opening[1] and not item.style[1]) or opening[0] > item.style[0] + 0.4
    if not at or not set_off or item.style[2] or len(item.line.cells) > 1:
        return False
    if any(not period.single and not rest_around(item.line.text, period)[0] for period in item.periods):
        return False  # it opens with its period
    words = len(item.line.text.split())
    above, below = seen[at - 1], seen[at + 1] if at + 1 < len(seen) else None
    goes_on = below is not None and below.style == item.style and words >= 9 and runs_on(item.line, below.line)
    went_on = above.style == item.style and len(above.line.text.split()) >= 9 and runs_on(above.line, item.line)
    return goes_on or went_on


def _bare_date(item: _Seen) -> bool:
    """A line that is one date and nothing else: two of them, one over the other, are a period."""
    return len(item.periods) == 1 and item.periods[0].single and not any(rest_around(item.line.text, item.periods[0]))


def _sound_anchors(seen: list[_Seen], anchors: list[int]) -> list[int]:
    """Where periods exist, single dates count only in the same place (a year inside a job is not a job)."""
    periods = [i for i in anchors if any(not p.single for p in seen[i].periods)]
    if periods:
        styles = {(seen[i].style, len(seen[i].line.cells) > 1) for i in periods}
        anchors = [
            i
            for i in anchors
            if i in periods
            or (
                (seen[i].style, len(seen[i].line.cells) > 1) in styles
                and (len(seen[i].line.cells) > 1 or not any(rest_around(seen[i].line.text, seen[i].periods[0])))
            )
        ]
    return anchors


def _header_like(item: _Seen) -> bool:
    return item.short and not item.line.bullet and not item.continues


def _starts_from_anchors(seen: list[_Seen], anchors: list[int]) -> list[int]:
    first = anchors[0]
    lead = seen[:first]
    offset = first if first <= 5 and all(_header_like(item) for item in lead) else 0
    if offset and any(ends_sentence(item.line.text) and len(item.line.text.split()) > 6 for item in lead):
        offset = 0
    if not offset and not all(_header_like(item) for item in lead):
        # The first dated entry has one without a date above it: the bold line after that one's body opens it.
        for i in range(first - 1, max(first - 4, 0), -1):
            above = seen[i - 1]
            if not _header_like(seen[i]):
                break
            if seen[i].style[1] and not seen[first].style[1] and (above.line.bullet or above.continues):
                offset = first - i
                break
    opening = seen[first - offset].style
    leading = median([item.line.gap_above for item in seen if item.line.gap_above < 3] or [1.3])
    starts = [first - offset]
    for number in range(1, len(anchors)):
        anchor, before = anchors[number], anchors[number - 1]
        room = anchor - before - 1
        choice = anchor
        wanted = anchor - offset
        if (
            offset
            and wanted > before
            and seen[wanted].style == opening
            and all(_header_like(seen[i]) for i in range(wanted, anchor))
        ):
            choice = wanted
        elif offset == 0 and seen[anchor].style == opening:
            choice = anchor
            title = seen[anchor - 1]
            if (
                anchor - 2 > before
                and _header_like(title)
                and not title.periods
                and title.style == opening
                and (seen[anchor - 2].line.bullet or seen[anchor - 2].continues or not seen[anchor - 2].short)
                and title.line.gap_above > seen[anchor].line.gap_above * 1.15
            ):
                choice = anchor - 1  # only the first entry had no title above its date
        else:
            best = anchor
            for i in range(anchor - 1, max(before, anchor - 4), -1):
                if not _header_like(seen[i]):
                    break
                if seen[i].style == opening and opening != seen[anchor].style:
                    best = i
                    break
                after_body = seen[i - 1].line.bullet or seen[i - 1].continues or not seen[i - 1].short
                if seen[i].style[1] and not seen[anchor].style[1] and after_body:
                    best = i  # a bold line between the last body and the date opens the entry
                    break
                gap = seen[i].line.gap_above
                stands_off = gap > leading * 1.3 and gap > seen[i + 1].line.gap_above * 1.15
                stands_out = seen[i].style[1] or seen[i].style[0] > seen[anchor].style[0]
                if best == anchor and stands_off and (stands_out or offset):
                    best = i
                    break
            choice = best
        if room >= 0 and choice > before:
            starts.append(choice)
    starts = [starts[0], *(start for start in starts[1:] if not _dated_note(seen, start, first, opening))]
    starts.extend(_undated_starts(seen, starts, opening, leading))
    return sorted(set(starts))


def _dated_note(seen: list[_Seen], start: int, first: int, opening: Style) -> bool:
    """A plain line that holds a period, where entries open in bold and have theirs in a cell of its own, is a note."""
    item = seen[start]
    return (
        opening[1]
        and len(seen[first].line.cells) > 1
        and not item.style[1]
        and item.anchor
        and len(item.line.cells) == 1
        and any(rest_around(item.line.text, item.periods[0]))
    )


def _undated_starts(seen: list[_Seen], starts: list[int], opening: Style, leading: float) -> list[int]:
    """Entries without a date: a line in the opening style after the body of another entry."""
    body_styles = Counter(item.style for item in seen if item.line.bullet or not item.short)
    if body_styles[opening] or not (opening[1] or (opening[0] > 0 and _bigger(opening, seen))):
        return []
    extra: list[int] = []
    marks = sorted(starts)
    for i, item in enumerate(seen):
        if i in marks or item.style != opening or not _header_like(item) or i == 0:
            continue
        if (
            item.line.text.rstrip().endswith((":", "："))
            or plain(item.line.text).strip(" :：") in lexicon().body_labels
        ):
            continue  # "Technologies:" opens a part of the entry
        previous = seen[i - 1]
        inside = max((s for s in marks if s < i), default=None)
        if inside is None or i - inside < 2:
            continue
        if (previous.line.bullet or previous.continues or not previous.short) and item.line.gap_above >= leading * 0.95:
            extra.append(i)
    return extra


def _bigger(style: Style, seen: list[_Seen]) -> bool:
    sizes = Counter(round(item.line.size * 2) / 2 for item in seen)
    return style[0] > sizes.most_common(1)[0][0] + 0.4


def _starts_without_dates(seen: list[_Seen]) -> list[int]:
    opening = seen[0].style
    body_styles = {item.style for item in seen if item.line.bullet or not item.short}
    same = [i for i, item in enumerate(seen) if item.style == opening and _header_like(item)]
    others = [i for i, item in enumerate(seen) if item.style != opening]
    if opening not in body_styles and others and len(same) > 1:
        return [i for n, i in enumerate(same) if n == 0 or same[n - 1] != i - 1]
    if any(item.line.bullet for item in seen) and not seen[0].line.bullet:
        return [
            i
            for i, item in enumerate(seen)
            if i == 0 or (_header_like(item) and (seen[i - 1].line.bullet or seen[i - 1].continues))
        ]
    leading = median([item.line.gap_above for item in seen[1:]] or [1.3])
    return [i for i, item in enumerate(seen) if i == 0 or item.line.gap_above > max(leading * 1.35, leading + 0.4)]


# --- inside an entry ---------------------------------------------------------------------------------


def read_entry(document: Document, lines: list[Line]) -> Entry:
    """Header, period and body of an entry."""
    entry = Entry(lines)
    seen = _look(lines)
    anchor = next((i for i, item in enumerate(seen) if item.anchor), None)
    header_end = _header_end(seen, anchor)
    entry.header = [item.line for item in seen[:header_end]]
    entry.body = lines[header_end:]
    for number, line in enumerate(entry.header):
        if number and entry.period is not None and _stacked_period(document, entry, entry.header[number - 1], line):
            continue
        _read_header_line(document, entry, line, number)
    _join_wrapped(document, entry)
    return entry


def split_one_line_studies(lines: list[Line]) -> list[list[Line]]:
    """Lines that each name an institution and a degree are a study each, where no dates tell them apart."""
    whole = [not line.bullet and institution_score(line.text) >= 1.2 and degree_score(line.text) > 0 for line in lines]
    if sum(whole) < 2 or not whole[0] or any(ranges(line.text) for line in lines):
        return [lines]
    starts = [i for i, is_whole in enumerate(whole) if is_whole]
    return [lines[a:b] for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]


def take_missing_half(document: Document, entry: Entry) -> None:
    """A study is an institution and a degree: the half its header lacks may be one of the next lines."""
    for score, least in ((institution_score, 1.2), (degree_score, 1.5)):
        if not entry.header or any(score(f.text) >= 1 for f in entry.fragments):
            continue
        for number, line in enumerate(entry.body[:3]):
            labelled = re.search(r"[:：]\s", line.text) and not (
                score is degree_score and re.match(r"[^:\s]{1,12}:\s", line.text)  # "B.S.: Physics" is no label
            )
            item = line.bullet and not (score is degree_score and len(line.text.split()) <= 8)
            if item or len(line.text.split()) > 12 or ends_sentence(line.text) or labelled:
                break
            if score(line.text.replace(":", " ")) < least:
                continue
            end = number + 1
            while end < len(entry.body) and runs_on(entry.body[end - 1], entry.body[end]) and end < number + 2:
                if entry.body[end].bullet or len(entry.body[end].text.split()) > 6 or ":" in entry.body[end].text:
                    break
                end += 1
            taken = entry.body[number:end]
            del entry.body[number:end]
            for added in taken:
                entry.header.append(added)
                _read_header_line(document, entry, added, len(entry.header) - 1)
            _join_wrapped(document, entry)
            break
    _take_area(document, entry)


def _take_area(document: Document, entry: Entry) -> None:
    """Below a degree that names no field ("Bachelor") a short plain line is the field ("Information Technology")."""
    last = entry.fragments[-1] if entry.fragments else None
    bare = last is not None and degree_score(last.text) >= 1.5 and len(last.text.split()) <= 2
    body = [line for line in entry.body[:2] if not URL.fullmatch(line.text.strip())]
    if not bare or not body or body[0] not in entry.body:
        return
    line = body[0]
    words = line.text.split()
    if (
        line.bullet
        or len(line.cells) > 1
        or not 1 <= len(words) <= 5
        or any(c.isdigit() or c in ":@" for c in line.text)
        or not words[0][:1].isupper()
        or ends_sentence(line.text)
        or place_score(line.text) > 0
        or institution_score(line.text) > 0.5
        or lexicon().has_word(line.text, lexicon().honours)
        or plain(line.text) in lexicon().body_labels
        or _is_label(line.text)
    ):
        return
    entry.body.remove(line)
    entry.header.append(line)
    _read_header_line(document, entry, line, len(entry.header) - 1)


def _stacked_period(document: Document, entry: Entry, above: Line, line: Line) -> bool:
    """Start and end of a period set one over the other."""
    if entry.period is None or not entry.period.single or len(line.text) > 24:
        return False
    offset, until = entry.period_offset, entry.period.until
    if until is not None and plain(line.text) in lexicon().present and above.start == offset:
        # "2018–" beside a title, and "Present" alone below it.
        if re.match(r"\s*[-\u2010-\u2015]", above.text[entry.period.end :]):
            running = DateMention(line.start - offset, line.end - offset, None, None, running=True)
            entry.period = DateRange(until.start, until.end, until, running)
            return True
        return False
    if len(above.text) > 24:
        return False
    both = ranges(document.text[above.start : line.end])
    if len(both) == 1 and not both[0].single:
        entry.period, entry.period_offset = both[0], above.start
        return True
    return False


def _join_wrapped(document: Document, entry: Entry) -> None:
    """A header piece that runs to the right edge goes on in the next line of the same style."""
    joined: list[Fragment] = []
    for fragment in entry.fragments:
        last = joined[-1] if joined else None
        if last is not None and fragment.line == last.line + 1:
            above, here = entry.header[last.line], entry.header[fragment.line]
            ends = document.text[last.end : above.end].strip()
            if (
                (runs_on(above, here) or ends == "-")
                and (len(above.cells) == 1 or abs(above.cells[-1][0].x0 - next(here.words()).x0) < 3)
                and here.start == fragment.start
                and ends in ("", ",", "-", "–", "&")
                and (last.bold, last.italic, last.size) == (fragment.bold, fragment.italic, fragment.size)
                and above.cells[-1][-1].font == here.cells[0][0].font
                and here.gap_above < 1.9
                and above.block is None
                and not (title_score(fragment.text) >= 1 and title_score(last.text) == 0)
                and institution_score(last.text) * degree_score(fragment.text) == 0
            ):
                last.end = fragment.end
                last.text = join_text([document.text[last.start : last.end]], document.text)
                last.line = fragment.line
                continue
        joined.append(fragment)
    entry.fragments = joined


def _header_end(seen: list[_Seen], anchor: int | None) -> int:
    limit = 0
    base = seen[0].style
    bullets_follow = any(item.line.bullet for item in seen)
    for i, item in enumerate(seen):
        if item.line.bullet or item.continues:
            break
        if anchor is not None and i <= anchor:
            limit = i + 1
            continue
        if i == 0:
            limit = 1
            continue
        if not item.short or i > max(4, (anchor or 0) + 2) or (anchor is not None and i > anchor + 2):
            break
        text = item.line.text
        if _field_label(text) is not None and limit == i:
            limit = i + 1
            continue
        words = plain(text).strip(" :：")
        if words in lexicon().body_labels and (text.rstrip()[-1:] in ":：" or re.search(r"[\s/]", words)):
            break
        if text.rstrip().endswith(("...", "…")):
            break  # a text that trails off is no name
        if (
            anchor is not None
            and i == anchor + 1
            and len(text.split()) <= 12
            and (not item.line.wraps or len(item.line.cells) > 1 or _name_goes_on(seen, i))
            and _pieces_so_far(seen, anchor) == 1
        ):
            # A header with a single piece is not whole: what follows names the other half.
            limit = i + 1
            continue
        above = seen[i - 1]
        if (
            limit == i
            and len(above.line.text.split()) + len(text.split()) <= 24
            and above.style == item.style
            and item.line.block is None
            and runs_on(above.line, item.line)
        ):
            limit = i + 1  # the header line above was too long for its column
            continue
        if ends_sentence(text) and len(text.split()) > 5 and not _ends_with_place(text):
            break
        if text[:1].islower() and not item.line.italic and item.line.cells and len(item.line.cells) == 1:
            break
        previous = seen[i - 1]
        following = seen[i + 1] if i + 1 < len(seen) else None
        # Text that runs on to the next line is prose, unless styled as a header.
        styled = item.style[1] or item.style[2] or len(item.line.cells) > 1
        prose = (
            following is not None
            and not following.line.bullet
            and following.style == item.style
            and (item.line.wraps and len(text.split()) > 6 and len(item.line.cells) == 1)
        )
        label = re.match(r"[^:：]{2,30}[:：]\s", text) and _is_label(text.split(":")[0].split("：")[0])
        if prose or label or plain(text).strip(" :：") in lexicon().body_labels:
            break
        if len(text.split()) > 9 and not styled:
            break
        if not styled and _header_is_whole(seen[:i]) and not _still_header(text):
            break  # below title and employer, both set off, plain words are the body
        if (
            not styled
            and not bullets_follow
            and following is not None
            and previous.style != base
            and len(text.split()) > 4
            and not _ends_with_place(text)
        ):
            break
        if item.line.gap_above > 2.4 and not styled:
            break
        limit = i + 1
    return max(limit, 1 if not seen[0].line.bullet else 0)


def _name_goes_on(seen: list[_Seen], at: int) -> bool:
    """Whether a line and the last one of the entry are one long name, broken where the next word is a name too."""
    if at + 2 != len(seen):
        return False
    first, last = seen[at].line.text, seen[at + 1].line.text
    return (
        not seen[at + 1].line.bullet
        and seen[at].style == seen[at + 1].style
        and last[:1].isupper()
        and len(first.split()) + len(last.split()) <= 12
        and not ends_sentence(first)
        and not last.rstrip().endswith((".", "!", "?"))
    )


def _header_is_whole(seen: list[_Seen]) -> bool:
    """Whether a header so far has two pieces on lines that bold or italic type sets off from text."""
    return (
        all(item.style[1] or item.style[2] or _bare_date(item) for item in seen)
        and sum(not _bare_date(item) for item in seen) >= 2
    )


def _still_header(text: str) -> bool:
    """A place, an address or a kind of employment on a line of its own, below title and employer."""
    key = plain(text).strip("()")
    return place_score(text) >= 1 or key in lexicon().employment_types or URL.fullmatch(text.strip()) is not None


def _ends_with_place(text: str) -> bool:
    """Whether a line is a name and its place with a point ("Fisher Family, United States."), not a sentence."""
    head, comma, tail = text.strip().rstrip(".").rpartition(", ")
    return bool(comma) and len(head.split()) <= 6 and place_score(tail) >= 2


_FIELD_LABEL = re.compile(r"^\s*([^\W\d][^:：\n\t]{2,32}?)\s*[:：]\s*(?=\S)")


def _field_label(text: str) -> tuple[str, int] | None:
    """(kind of field, where its value begins) of a line or piece such as "Designation: Site Engineer"."""
    match = _FIELD_LABEL.match(text)
    kind = lexicon().field_labels.get(plain(match[1])) if match else None
    return (kind, match.end()) if match and kind else None


def _pieces_so_far(seen: list[_Seen], anchor: int) -> int:
    count = 0
    for item in seen[: anchor + 1]:
        rest = item.line.text
        for period in reversed(item.periods):
            rest = rest[: period.start] + "\t" + rest[period.end :]
        count += sum(any(c.isalpha() for c in part) for part in re.split(r"\t|\s[|•·–—-]\s|,\s", rest))
    return count


def _read_header_line(document: Document, entry: Entry, line: Line, number: int) -> None:
    text = document.text
    cuts: list[Range] = []
    for period in ranges(line.text) if any(c.isdigit() for c in line.text) else []:
        start, end = period.start + line.start, period.end + line.start
        if entry.period is None or (entry.period.single and not period.single and entry.period_offset != line.start):
            if entry.period is not None:
                entry.extra_periods.append((entry.period, entry.period_offset))
            entry.period, entry.period_offset = period, line.start
        elif period.single and not (period.until and period.until.value and _date_cell(line, period)):
            continue
        elif text[start - 1 : start] in ("(", "（") and all(rest_around(line.text, period)):
            continue  # in brackets amid a name, beside the entry's own period: "Guard Ltd (2013–2020) & Watch Ltd"
        else:
            entry.extra_periods.append((period, line.start))
        tail = DURATION.match(text[end : line.end])
        if plain(text[line.start : start]).strip(" .:") in lexicon().date_leads:
            start = line.start  # "Grad. May 2011"
        cuts.append((start, end + tail.end() if tail else end))
    for match in URL.finditer(line.text):
        span = (match.start() + line.start, match.end() + line.start)
        entry.links.append(span)
        cuts.append(span)
    for span in _linked_addresses(line):
        if not any(low < span[1] and span[0] < high for low, high in cuts):
            entry.links.append(span)
            cuts.append(span)
    durations = (
        match
        for match in DURATION.finditer(line.text)
        if entry.period is not None or len(match.group().strip()) == len(line.text.strip())
    )
    cuts.extend((m.start() + line.start, m.end() + line.start) for m in [*EMAIL.finditer(line.text), *durations])
    edge = max((w.x1 for w in line.words()), default=0.0)
    named = ""
    for cell_number, cell in enumerate(line.cells):
        pieces = _pieces(text, cell, cuts)
        right = cell_number > 0 and abs(cell[-1].x1 - edge) < 1 and cell_number == len(line.cells) - 1
        for start, end, bracketed in pieces:
            labelled = _field_label(text[start:end])
            if labelled is not None:
                start += labelled[1]  # noqa: PLW2901
            elif (bare := lexicon().field_labels.get(plain(text[start:end]).strip(" :："))) is not None and (
                re.match(r"\s*[:：]", text[end : line.end]) or text[start:end].rstrip().endswith((":", "："))
            ):
                named = bare  # the label is set apart from its value: by style, or by a period taken out
                continue
            elif named:
                labelled = named, 0
            named = ""
            words = [w for w in cell if w.start < end and w.end > start]
            if not words:
                continue
            weight = len(words)
            entry.fragments.append(
                Fragment(
                    start,
                    end,
                    " ".join(text[start:end].split()),
                    number,
                    cell_number,
                    sum(w.bold for w in words) * 2 > weight,
                    sum(w.italic for w in words) * 2 > weight,
                    round(words[0].size * 2) / 2,
                    right,
                    kind=_KIND_OF_FIELD.get(labelled[0], "") if labelled is not None else "",
                    bracketed=bracketed
                    or (
                        bool(text[line.start : start].strip(" (（["))
                        and text[start - 1] in "(（["
                        and text[end : end + 1] in tuple(")）]")
                    ),
                )
            )


def _linked_addresses(line: Line) -> list[Range]:
    """Words under a link that are the link's own address, whatever their ending ("acme.inc")."""
    return [
        (word.start, word.end)
        for word in line.words()
        if word.link and "." in word.text and word.text.rstrip("/") == re.sub(r"^https?://", "", word.link).rstrip("/")
    ]


_KIND_OF_FIELD = {"title": "title", "company": "company", "place": "place"}


def _date_cell(line: Line, period: DateRange) -> bool:
    before, after = rest_around(line.text, period)
    return not before or not after


def _pieces(text: str, cell: list, cuts: list[Range]) -> list[tuple[int, int, bool]]:  # type: ignore[type-arg]
    """Cut a cell at dates, separators, brackets and changes of style."""
    start, end = cell[0].start, cell[-1].end
    boundaries: list[Range] = [cut for cut in cuts if cut[0] < end and cut[1] > start]
    inner = text[start:end]
    for match in _SEPARATOR.finditer(inner):
        if match.group().strip() == "/" and not (
            organisation_score(inner[: match.start()]) >= 1 or organisation_score(inner[match.end() :]) >= 1
        ):
            continue  # "Researcher / Consultant" is one title
        boundaries.append((start + match.start(), start + match.end()))
    solid = [word for word in cell if any(c.isalnum() for c in word.text)]
    for before, here in itertools.pairwise(solid):
        # The comma between two pieces may be set in the style of either.
        restyled = before.bold != here.bold or before.italic != here.italic
        if restyled and here.start > before.end + 1 and re.fullmatch(r",\s+", text[before.end : here.start]):
            boundaries.append((before.end, here.start))
    for before, here in itertools.pairwise(cell):
        if (
            (before.bold != here.bold or before.italic != here.italic or abs(before.size - here.size) > 0.9)
            and not here.glue
            and not (len(here.text) <= 2 and not here.text.isalnum())
        ):
            boundaries.append((before.end, here.start))
    brackets: list[Range] = []
    for match in re.finditer(r"[(（\[]([^()（）\[\]]{2,60})[)）\]]", inner):
        inside = match[1]
        if _bracket_is_own(inside):
            boundaries.append((start + match.start(), start + match.start() + 1))
            boundaries.append((start + match.end() - 1, start + match.end()))
            brackets.append((start + match.start(1), start + match.end(1)))
    boundaries.sort()
    pieces: list[tuple[int, int, bool]] = []
    at = start
    for low, high in [*boundaries, (end, end)]:
        if low > at:
            a, b = trim(text, at, low)
            if any(c.isalnum() for c in text[a:b]):
                pieces.append((a, b, any(a >= x and b <= y for x, y in brackets)))
        at = max(at, high)
    return pieces


def _bracket_is_own(inside: str) -> bool:
    words = lexicon()
    key = plain(inside)
    return bool(
        key in words.employment_types
        or place_score(inside) >= 1
        or any(part.strip() in words.employment_types for part in key.split(","))
    )


def place_score(text: str) -> float:
    """2 for a place that a gazetteer confirms, 1 where the form says so ("Springfield, IL"), 0 otherwise."""
    words = lexicon()
    value = text.strip(" ,.;()")
    if not value or len(value) > 70 or len(value.split()) > 8:
        return 0.0
    if plain(value) in words.countries or plain(value) in words.cities or plain(value) in words.regions:
        return 2.0
    parts = [part.strip() for part in re.split(r"[,，、/|–—-]\s+|,|，|\s[-–/]\s", value) if part.strip()]
    if len(parts) >= 2:
        known = [words.is_place_part(re.sub(r"\b\d{4,6}(?:-\d{3,4})?\b", "", part).strip()) for part in parts]
        if known[-1] and all(known):
            return 2.0
        if (known[-1] or known[0]) and len(parts) <= 4 and not words.count_words(value, words.titles - {"host"}):
            tail = parts[-1]
            if known[-1] and (
                tail in words.region_codes or plain(tail) in words.countries or plain(tail) in words.regions
            ):
                return 1.6 if len(parts[0].split()) <= 3 else 0.6
            return 1.2 if known[-1] or len(parts[-1].split()) <= 2 else 0.4
    stripped = re.sub(
        r"\b(?:area|region|metropolitan|greater|city|市|省|区|県|府|都)\b|^[A-Z]{0,2}-?\d{4,6}\s+",
        "",
        value,
        flags=re.IGNORECASE,
    ).strip()
    if stripped != value and words.is_place_part(stripped):
        return 1.6
    if re.fullmatch(
        r"(?i)(?:remote|télétravail|homeoffice|home office|remoto|удал[её]нно|远程|リモート|hybrid)(?:\W.*)?", value
    ):
        return 2.0
    if has_cjk(value) and len(value) <= 8 and re.search(r"[市省区县都府県町村]$|시$|도$", value):
        return 1.2
    return 0.0


def title_score(text: str) -> float:
    """How much a text reads as a job title: its head word counts most."""
    words = lexicon()
    key = plain(text)
    if has_cjk(key):
        best = 0.0
        for word in words.titles_cjk:
            if word in key:
                best = max(best, 1.2 if key.endswith(word) else 0.6)
        return best
    first_phrase = re.split(
        r"\s+(?:of|for|in|at|to|de|des|du|der|für|di|van|im)\s+|[,(/|&–—:]|\s-\s|\s(?:and|und|et|y|e)\s", key
    )[0]
    tokens = first_phrase.replace("-", " ").split()
    score = 0.0
    if tokens:
        if tokens[-1].strip(".'") in words.titles or tokens[-1].rstrip("s").strip(".") in words.titles:
            score = 1.2
        elif tokens[0] in words.titles:
            score = 1.0
        if tokens[0].strip(".") in words.seniority and len(tokens) > 1:
            score += 0.5
    if not score and words.count_words(text, words.titles):
        score = 0.7
    if len(key.split()) > 9:
        score *= 0.6
    return score


def organisation_score(text: str) -> float:
    words = lexicon()
    key = plain(text)
    score = 0.0
    if has_cjk(key):
        for word in words.organisations_cjk:
            if word in key:
                score = max(score, 1.2 if key.endswith(word) or key.startswith(word) else 0.7)
        return score
    tokens = [token.strip(".,()") for token in key.split()]
    if not tokens:
        return 0.0
    if tokens[-1] in words.organisations or key.split()[-1] in words.organisations:
        # "a data company" describes; "Data Company" names.
        score = 0.2 if len(tokens) > 1 and text.rsplit(maxsplit=1)[-1][:1].islower() else 1.0
    elif tokens[0] in words.organisations or words.count_words(text, words.organisations):
        score = 0.7
    if re.search(
        r"(?i)\b(?:inc|llc|ltd|gmbh|corp|s\.?a\.?r?\.?l?|s\.p\.a|srl|b\.v|n\.v|plc|ag|kg|oy|ab|ltda|co)\.?$", key
    ):
        score = 1.5
    return score


def degree_score(text: str) -> float:
    words = lexicon()
    key = plain(text)
    if has_cjk(key):
        return 1.2 if any(word in key for word in words.degrees_cjk) else 0.0
    tokens = re.findall(r"[^\s,;()/|]+", key)
    for size in (3, 2, 1):
        for at in range(max(len(tokens) - size + 1, 0)):
            phrase = " ".join(tokens[at : at + size])
            if phrase in words.degrees or (size == 1 and phrase.rstrip(".") in words.degrees):
                return 1.5 if at == 0 else 1.0
    return 0.0


_QUOTED = re.compile(r"“[^“”]*”|«[^«»]*»|„[^„“”]*[“”]")
"""What is quoted is a title ("The Virtual University"), not an institution."""


def institution_score(text: str) -> float:
    words = lexicon()
    key = plain(text)
    if has_cjk(key):
        return 1.5 if any(word in key for word in words.institutions_cjk) else 0.0
    hits = words.count_words(_QUOTED.sub(" ", text), words.institutions)
    if hits:
        return 1.5
    if re.search(
        r"(?:universit|hochschule|schule|gymnasium|lyc[ée]e|college|école|institut|akademi|escola|faculdade)", key
    ):
        return 1.2
    return 0.3 if re.fullmatch(r"[A-Z]{2,6}", text.strip()) else 0.0


def explode(document: Document, fragments: list[Fragment], *, education: bool) -> list[Fragment]:
    """Take places off the ends of fragments, and "title at company" and "title, company" apart."""
    result = _peel_all(document, fragments, education=education, commas=education)
    if sum(f.kind not in ("place", "type") and len(f.text.split()) <= 7 for f in result) < 2 and not education:
        # One piece cannot be title and employer both: "Engineer, Acme".
        result = _peel_all(document, fragments, education=education, commas=True)
    return result


def _peel_all(document: Document, fragments: list[Fragment], *, education: bool, commas: bool) -> list[Fragment]:
    result: list[Fragment] = []
    for fragment in (replace(f) for f in fragments):
        for piece in _peel(document, fragment, education=education, split_commas=commas):
            last = result[-1] if result else None
            if (
                last is not None
                and not education
                and (last.line, last.cell, last.bold, last.size) == (piece.line, piece.cell, piece.bold, piece.size)
                and not last.kind
                and not piece.kind
                and organisation_score(last.text) >= 0.7
                and organisation_score(piece.text) >= 0.7
                and title_score(last.text) + title_score(piece.text) < 0.7
                and re.fullmatch(r"\s*[-–—]\s*", document.text[last.end : piece.start])
            ):
                # "Administration - Laboratory": two halves of one employer's name.
                last.end = piece.end
                last.text = " ".join(document.text[last.start : last.end].split())
                continue
            result.append(piece)
    return result


def _part(document: Document, fragment: Fragment, start: int, end: int, kind: str = "") -> Fragment:
    start, end = trim(document.text, start, end)
    if kind == "place" and re.search(r"[^\W\d_]{3}\.$", document.text[start:end]):
        end -= 1  # the sentence's point, not the place's
    return Fragment(
        start, end, " ".join(document.text[start:end].split()), fragment.line, fragment.cell, fragment.bold,
        fragment.italic, fragment.size, fragment.right, kind=kind or fragment.kind, bracketed=fragment.bracketed,
    )  # fmt: skip


def _is_campus(head: str, tail: str) -> bool:
    """A state's university is told from its sisters by the town after the comma ("University of California, Davis")."""
    match = re.fullmatch(r"(?i)\s*univers\w+\s+(?:of|de|do|da|di|von)\s+(.+)", head)
    return bool(match and plain(match[1]) in lexicon().regions and plain(tail) in lexicon().cities)


def _names_institution(tail: str) -> bool:
    """Whether an institution stands before a place ("University B, Los Angeles, USA")."""
    first, comma, _ = tail.partition(",")
    return bool(comma) and institution_score(first) > 1 and place_score(first) == 0


def _place_without_mark(text: str, *, education: bool) -> str:
    """The "Tulsa, OK" of "B.S., Information Technology Tulsa, OK", whose tab was lost; empty if there is none.

    Only after a degree or a title: a town may be the last word of a name ("Bank of New York").
    """
    match = re.fullmatch(r"(.+),\s([A-Z]{2})", text)
    words = lexicon()
    if not match or match[2] not in words.region_codes:
        return ""
    tokens = match[1].split()
    # A known town of up to three words, or else the last word.
    size = next((n for n in (3, 2, 1) if len(tokens) > n and plain(" ".join(tokens[-n:])) in words.cities), 1)
    head, town = " ".join(tokens[:-size]), " ".join(tokens[-size:])
    known = plain(town) in words.cities
    sure = degree_score(head) > 0 if education else title_score(head) >= 1 and title_score(town) == 0
    name = re.fullmatch(r"[^,;/|&]*[^\W_]", head) and head[:1].isupper() and place_score(head) == 0
    if not education and known and name and plain(head) not in words.town_openings:
        sure = True  # "Target Minneapolis, MN": a town that is known, after a name
    if not sure or not town[:1].isupper() or re.search(r"(?:[,–|-]|\s(?:in|at|of))$", head) or len(tokens) <= size:
        return ""
    return f"{town}, {match[2]}"


def _peel(document: Document, fragment: Fragment, *, education: bool, split_commas: bool) -> list[Fragment]:
    text = document.text
    words = lexicon()
    key = plain(fragment.text)
    if key in words.employment_types or key.strip("()") in words.employment_types:
        fragment.kind = "type"
        return [fragment]
    place = place_score(fragment.text)
    first_part = re.split(r"[,，]", fragment.text)[0]
    if (
        place >= 1.2
        and organisation_score(first_part) < 1
        and not (education and degree_score(first_part) >= 1.5)
        and not _place_without_mark(fragment.text, education=education)
        and not (
            institution_score(fragment.text) > 1 and not (place >= 2 and plain(first_part) in words.cities)
            if education
            else place < 2 and organisation_score(fragment.text) >= 1
        )
    ):
        fragment.kind = "place"
        return [fragment]
    unmarked = _place_without_mark(fragment.text, education=education)
    if unmarked:
        cut = text.rfind(unmarked.split()[0], fragment.start, fragment.end)
        if cut > fragment.start and " ".join(text[cut : fragment.end].split()) == unmarked:
            head = _part(document, fragment, fragment.start, cut)
            return [
                *_peel(document, head, education=education, split_commas=split_commas),
                _part(document, fragment, cut, fragment.end, "place"),
            ]
    inner = text[fragment.start : fragment.end]
    # "Computer Science in Berkeley, CA": a town with its region is where, not what, was studied.
    town = re.search(r"\s(?:in|à|en|em|a)\s+(?=[^\W\d_])([^,]+,\s[^,]+)$", inner) if education else None
    if town and place_score(town[1]) >= 2 and plain(town[1].split(",")[0]) in words.cities:
        return [
            _part(document, fragment, fragment.start, fragment.start + town.start()),
            _part(document, fragment, fragment.start + town.start(1), fragment.end, "place"),
        ]
    # A place at the end: "Google, Mountain View, CA".
    commas = [m.start() for m in re.finditer(r",\s|，", inner)]
    for position in commas:
        tail = inner[position + 1 :].strip()
        after_name = (
            not education
            and organisation_score(inner[:position]) >= 1.5
            and len(tail.split()) <= 2
            and tail[:1].isupper()
            and not title_score(tail)
            and not _LEGAL_FORM.fullmatch(tail)
        )
        # After a legal form ("GmbH, Neckarsulm") a short name is the place, known or not.
        if (place_score(tail) >= 1.2 or after_name) and position > 2:
            head = _part(document, fragment, fragment.start, fragment.start + position)
            where = _part(document, fragment, fragment.start + position + 1, fragment.end, "place")
            if education and (degree_score(tail) > 0 or _is_campus(inner[:position], tail) or _names_institution(tail)):
                continue
            return [*_peel(document, head, education=education, split_commas=split_commas), where]
    if education:
        for position in commas:
            left, right = inner[:position], inner[position + 1 :]
            a, b = institution_score(left), institution_score(right)
            if (degree_score(left) and b > 1 and a < 1) or (a > 1 and degree_score(right) and b < 1):
                return [
                    _part(document, fragment, fragment.start, fragment.start + position),
                    _part(document, fragment, fragment.start + position + 1, fragment.end),
                ]
        match = re.search(r"\s(?:at|from|an der|à l['’]|à la|bei|presso|en la|na|στο)\s+(?=\S)", inner)
        if match and institution_score(inner[match.end() :]) > 1 and degree_score(inner[: match.start()]):
            return [
                _part(document, fragment, fragment.start, fragment.start + match.start()),
                _part(document, fragment, fragment.start + match.end(), fragment.end),
            ]
        return [fragment]
    match = re.search(r"\s(?:at|bei|beim|chez|presso|@|bij|hos|au sein de|w firmie)\s+(?=[^\s\W])|\s@(?=\w)", inner)
    if match and title_score(inner[: match.start()]) > 0:
        title = _part(document, fragment, fragment.start, fragment.start + match.start())
        employer = _part(document, fragment, fragment.start + match.end(), fragment.end)
        employer.kind = "company"
        return [title, *_peel(document, employer, education=education, split_commas=split_commas)]
    for position in commas if split_commas else ():
        left, right = inner[:position].strip(), inner[position + 1 :].strip()
        if _LEGAL_FORM.fullmatch(right):
            continue
        title_left, title_right = title_score(left), title_score(right)
        org_left, org_right = organisation_score(left), organisation_score(right)
        if (
            title_left >= 1 and title_right < 0.7 and (org_right > 0 or len(right.split()) <= 4) and org_left < 1.2
        ) or (title_right >= 1 and title_left < 0.7 and (org_left > 0 or len(left.split()) <= 4)):
            halves = [
                _part(document, fragment, fragment.start, fragment.start + position),
                _part(document, fragment, fragment.start + position + 1, fragment.end),
            ]
            halves[0].kind, halves[1].kind = "maybe", "maybe"
            return halves
    return [fragment]


def vote_slots(entries: list[Entry], score: "dict[int, float]") -> dict[tuple[object, ...], float]:
    """Mean score of each slot over all entries, drawn towards zero where there are few; `score` maps id(fragment) to its own score.

    Styles (`style_slot`) are voted on as well: employers may be in italics wherever they stand.
    """  # noqa: E501
    sums: dict[tuple[object, ...], list[float]] = defaultdict(list)
    for entry in entries:
        for fragment in entry.fragments:
            if fragment.kind in ("place", "type"):
                continue
            sums[fragment.slot].append(score[id(fragment)])
            sums[style_slot(fragment)].append(score[id(fragment)])
    return {slot: sum(values) / (len(values) + 1) for slot, values in sums.items()}


def style_slot(fragment: Fragment) -> tuple[object, ...]:
    """The key of a fragment's style among the slots."""
    return ("style", fragment.bold, fragment.italic, fragment.size)


def set_slots(entry: Entry) -> None:
    """Name each fragment's place in its header, counted among the fragments that are not places or types."""
    counts: Counter[int] = Counter()
    order = 0
    for fragment in entry.fragments:
        if fragment.kind in ("place", "type"):
            continue
        fragment.slot = (order, fragment.line, counts[fragment.line], fragment.bold, fragment.italic, fragment.size)
        counts[fragment.line] += 1
        order += 1


def _is_label(text: str) -> bool:
    """Whether the words before a colon name what follows ("Technologies", "Courses", "Grade")."""
    words = lexicon()
    key = plain(text)
    return key in words.labels or key in words.course_labels or key in words.score_labels


@dataclass(slots=True)
class Body:
    """What stands below an entry's header."""

    highlights: list[Range]
    paragraphs: list[Range]


def _set_in(lines: list[Line], previous: Line, line: Line, indent: float) -> bool:
    """Whether a line stands under a list item's words, set in from the margin: the item goes on.

    A paragraph may be broken before its measure is full, so that its last line does not hold one word.
    """
    margin = min([indent, *(other.x0 for other in lines if (other.page, other.column) == (line.page, line.column))])
    return (
        not ends_sentence(previous.text)
        and line.x0 > margin + 3
        and line.gap_above < 1.7
        and style_of(previous)[:3] == style_of(line)[:3]
    )


def read_body(lines: list[Line], indent: float = 1e9) -> Body:
    """List items and paragraphs; lines that run on belong to the one before.

    `indent` is the header's left edge: lines set in from it are items even without a mark.
    """
    items: list[Range] = []
    paragraphs: list[Range] = []
    kind = ""
    previous: Line | None = None
    labels = lexicon().body_labels
    base: float | None = None
    for line in lines:
        if not line.bullet and len(line.text) < 40 and plain(line.text).strip(" :：") in labels:
            previous, kind = None, ""
            continue
        if line.bullet:
            if items and kind == "item" and base is not None and line.x0 > base + 6 and line.block is None:
                items[-1] = (items[-1][0], line.end)  # a point of the item above
            else:
                items.append((line.start, line.end))
                base = line.x0
            kind = "item"
        elif previous is None:
            paragraphs.append((line.start, line.end))
            kind = "text"
        elif kind == "item":
            flat = line.block is not None or line.pointer is not None
            hanging = line.x0 >= previous.x0 - 3
            joined = (
                not flat
                and line.gap_above < 2.4
                and (
                    (hanging and (runs_on(previous, line) or line.text[:1].islower()))
                    or (abs(line.x0 - previous.x0) < 1.5 and _set_in(lines, previous, line, indent))
                    or (previous.wraps and runs_on(previous, line))
                )
            )
            if previous.page != line.page or previous.column != line.column:
                joined = previous.wraps or not ends_sentence(previous.text)
            label = re.match(r"([^:：]{2,30})[:：]\s", line.text)
            if label and _is_label(label[1]) and line.x0 < previous.x0 - 3:
                joined = False  # "Technologies: …" at the margin, below a list
            if joined:
                items[-1] = (items[-1][0], line.end)
            else:
                paragraphs.append((line.start, line.end))
                kind = "text"
        else:
            label = re.match(r"([^:：]{2,30})[:：]\s", line.text)
            ends = bool(label and _is_label(label[1])) or (
                not runs_on(previous, line)
                and (ends_sentence(previous.text) or (line.x0 > indent + 7 and not line.text[:1].islower()))
            )
            if ends or line.gap_above > 2.0 or line.block is not None:
                paragraphs.append((line.start, line.end))
            else:
                paragraphs[-1] = (paragraphs[-1][0], line.end)
        previous = line
    return Body(items, paragraphs)
