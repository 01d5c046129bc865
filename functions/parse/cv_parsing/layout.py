"""Words of a page → lines in the order a person reads them.

Columns are told from tables and right-aligned dates by what stands in them: columns have
section headings (or paragraphs) of their own, while dates and places share the baselines of
the text beside them, and label columns hold headings and dates only.
"""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from cv_parsing.dates import ranges
from cv_parsing.model import Line, Word

_SEGMENT_GAP_EM = 1.15
"""White space between words that ends a segment; justified text stays below one em."""
_GUTTER_POINTS = 5.0
_PAGE_NUMBER = re.compile(
    r"(?i)\W*(?:page|seite|página|pagina|pág\.?|strona|sida|страница|σελίδα|عمود|第)?\s*\d{1,2}\s*(?:(?:of|/|von|de|sur|di|z|av|из|από|-)\s*\d{1,2})?\s*(?:页|頁|ページ)?\W*"
)
BULLETS = "•●○◦▪▫■□◆◇◈◉⬥⬦►▶▸‣⁃∙·–—−*➤➢✓✔➔→❖⦿⚫⬤◾◼▹▻»›-o§+©¢«°>"
_STRONG_BULLETS = frozenset("•●○◦▪▫■□◆◇►▶▸‣⁃∙➤➢✓✔❖⦿⚫⬤◾◼▹▻⬥⯈∗‐")


@dataclass(slots=True)
class Segment:
    """Words side by side without a wide gap."""

    words: list[Word]
    x0: float
    x1: float
    baseline: float
    size: float
    heading: bool = False
    label: bool = False

    @property
    def text(self) -> str:
        return join_words(self.words)


@dataclass(slots=True)
class Block:
    """Segments that are read top to bottom; `label_gutter` parts a column of labels from its content."""

    segments: list[Segment]
    columnar: bool = False
    side: int = 0
    label_gutter: float | None = None
    page: int = 1
    chain: int = 0

    @property
    def x0(self) -> float:
        return min(segment.x0 for segment in self.segments)

    @property
    def x1(self) -> float:
        return max(segment.x1 for segment in self.segments)


@dataclass(slots=True)
class Gutters:
    """Where columns, and columns of labels, have been found so far: the next page mostly has them there too."""

    columns: list[float] = field(default_factory=list)
    labels: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    lines: list[Line] = field(default_factory=list)
    columns: int = 1


_SWAPPED_BRACKETS = str.maketrans("()", ")(")


def join_words(words: list[Word]) -> str:
    return "".join(("" if word.glue or not number else " ") + word.text for number, word in enumerate(words))


def is_right_to_left(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def order_lines(
    pages: list[tuple[int, float, float, list[Word]]],
    is_heading: Callable[[str], bool],
    is_label: Callable[[str], bool],
    marks: dict[int, list[tuple[float, float]]] | None = None,
    rules: dict[int, list[tuple[float, float, float]]] | None = None,
) -> Reading:
    """Lines of all pages in reading order.

    `pages` holds (number, width, height, words). `is_heading` says whether a text is a known
    section name, `is_label` whether it is a date or another thing that stands beside content.
    `marks` holds the centres of drawn list marks by page, `rules` the long horizontal lines (left, right, height).
    """
    blocks: list[Block] = []
    known_gutters = Gutters()
    by_page: list[tuple[int, list[Segment]]] = []
    for number, _width, _height, words in pages:
        segments = _segments(words)
        segments = _split_at_shared_edges(segments, is_label)
        for segment in segments:
            text = segment.text
            if is_right_to_left(text):
                text = " ".join(word.text for word in reversed(segment.words))
            segment.heading = len(text) <= 60 and is_heading(text)
            segment.label = segment.heading or is_label(text)
        by_page.append((number, segments))
    _mark_like_headings([segment for _, segments in by_page for segment in segments])
    for number, segments in by_page:
        for block in _split(segments, known_gutters, 0, (rules or {}).get(number, [])):
            block.page = number
            blocks.append(block)
    ordered, columns = _chain(blocks)
    lines: list[Line] = []
    everything = [segment for block in ordered for segment in block.segments]
    _name_list_marks(everything)
    right_to_left = any(is_right_to_left(s.text) for s in everything) and _mostly_right_to_left(everything)
    for column, block in enumerate(ordered):
        lines.extend(_lines_of(block, column, right_to_left=right_to_left))
    if marks:
        _apply_marks(lines, marks)
    heights = {number: height for number, _, height, _ in pages}
    _mark_artefacts(lines, heights)
    _measure_gaps(lines)
    return Reading(lines, columns)


def _name_list_marks(segments: list[Segment]) -> None:
    """An icon that opens many lines of running text is a list mark; one of a date or an address opens short lines."""
    opened: dict[str, list[int]] = {}
    for segment in segments:
        if len(segment.words) > 1 and is_icon(segment.words[0].text):
            opened.setdefault(segment.words[0].text, []).append(len(segment.text))
    marks = {icon for icon, lengths in opened.items() if len(lengths) >= 4 and median(lengths) >= 24}
    for segment in segments:
        if segment.words[0].text in marks:
            segment.words[0].text = "•"


# --- segments -----------------------------------------------------------------------------------


def _rows(words: list[Word]) -> list[list[Word]]:
    """Words that share a baseline."""
    rows: list[list[Word]] = []
    baselines: list[float] = []
    sizes: list[float] = []
    for word in sorted(words, key=lambda item: (item.baseline, item.x0)):
        placed = False
        for back in range(len(rows) - 1, max(len(rows) - 4, -1), -1):
            tolerance = 0.32 * min(sizes[back], word.size)
            if abs(word.baseline - baselines[back]) <= max(tolerance, 1.2):
                rows[back].append(word)
                if word.size > sizes[back]:
                    sizes[back], baselines[back] = word.size, word.baseline
                placed = True
                break
        if not placed:
            rows.append([word])
            baselines.append(word.baseline)
            sizes.append(word.size)
    return rows


def _apart(rows: list[list[Word]]) -> list[list[Word]]:
    """Rows whose words are printed over each other are taken apart by their exact baselines."""
    result: list[list[Word]] = []
    for row in rows:
        ordered = sorted(row, key=lambda word: word.x0)
        clash = any(
            a.x1 - b.x0 > 0.3 * min(a.x1 - a.x0, b.x1 - b.x0)
            and a.text != b.text
            and abs(a.baseline - b.baseline) > 0.4
            for a, b in itertools.pairwise(ordered)
        )
        if not clash:
            result.append(row)
            continue
        levels: dict[float, list[Word]] = {}
        for word in row:
            levels.setdefault(round(word.baseline * 2) / 2, []).append(word)
        result.extend(levels.values())
    return result


def _segments(words: list[Word]) -> list[Segment]:
    found: list[Segment] = []
    for row in _apart(_rows(words)):
        row.sort(key=lambda word: word.x0)
        _close_spaced_letters(row)
        _drop_double_print(row)
        run: list[Word] = []
        for word in row:
            if run and is_icon(word.text):
                # An icon amid a line opens a new item; it says nothing itself.
                found.append(_segment(run))
                run = []
                continue
            if run and _gap_ends_segment(run, word):
                found.append(_segment(run))
                run = []
            run.append(word)
        if run:
            found.append(_segment(run))
    return found


def _split_at_shared_edges(segments: list[Segment], is_label: Callable[[str], bool]) -> list[Segment]:
    """Cut a segment where a word starts at an edge that many segments start at: a narrow gutter of a table.

    The gap there must be wider than the segment's other gaps, or part two styles or a label
    from its content, so that running text stays whole.
    """
    edges = Counter(round(segment.x0) for segment in segments)
    shared = {x for x in edges if edges[x] + edges.get(x + 1, 0) + edges.get(x - 1, 0) >= 4}
    if not shared:
        return segments
    result: list[Segment] = []
    for segment in segments:
        words = segment.words
        if len(words) < 2:
            result.append(segment)
            continue
        gaps = [b.x0 - a.x1 for a, b in itertools.pairwise(words)]
        usual = sorted(gaps)[(len(gaps) - 1) // 2]
        start = 0
        for number, gap in enumerate(gaps):
            size = words[number].size
            here = round(words[number + 1].x0)
            near = here in shared or here + 1 in shared or here - 1 in shared
            if not near or gap <= 0.3 * size or here <= round(segment.x0) + 20:
                continue
            before, after = words[number], words[number + 1]
            restyled = before.bold != after.bold or before.font != after.font or before.color != after.color
            if (
                (gap > 0.42 * size and (gap > 1.45 * usual or len(gaps) == 1))
                or restyled
                or is_label(join_words(words[start : number + 1]))
            ):
                result.append(_segment(words[start : number + 1]))
                start = number + 1
        result.append(_segment(words[start:]) if start else segment)
    return result


def _gap_ends_segment(run: list[Word], word: Word) -> bool:
    right = max(item.x1 for item in run[-3:])
    gap = word.x0 - right
    size = max(min(run[-1].size, word.size), 5.0)
    if gap <= 0.06 * size and gap > -0.5 * size:
        word.glue = not word.spaced  # an italic's ink may reach over the space after it
        return False
    limit = (_SEGMENT_GAP_EM + 4 * min(max(run[-1].spacing, word.spacing), 1.0)) * size
    # A lone bullet or icon keeps its text, however wide the tab between them.
    if len(run) == 1 and len(run[0].text) == 1 and not run[0].text.isalnum():
        limit = 3.5 * size
    # Letter-spaced words have letter-spaced gaps between them.
    if len(word.text) > 1 and run[-1].glue:
        limit = max(limit, 1.4 * size)
    return gap > limit


def _segment(run: list[Word]) -> Segment:
    size = max(word.size for word in run)
    baseline = max((word for word in run), key=lambda word: (word.size, len(word.text))).baseline
    return Segment(run, min(word.x0 for word in run), max(word.x1 for word in run), baseline, size)


def _drop_double_print(row: list[Word]) -> None:
    """The same word printed twice at one place (shadow, fake bold) counts once."""
    index = 1
    while index < len(row):
        here, before = row[index], row[index - 1]
        if here.text == before.text and abs(here.x0 - before.x0) < 0.2 * here.size:
            del row[index]
        else:
            index += 1


def _close_spaced_letters(row: list[Word]) -> None:
    """`J O H N   D O E` set with letter spacing becomes words again.

    Letters of a word stand at one distance; the space between words is clearly wider.
    """
    start = 0
    while start < len(row):
        end = start
        while (
            end < len(row)
            and len(row[end].text) == 1
            and (row[end].text.isalpha() or row[end].text in "&.-'’")
            and (end == start or abs(row[end].size - row[start].size) < 0.2 * row[start].size)
            and (end == start or row[end].x0 - row[end - 1].x1 < 2.5 * row[start].size)
        ):
            end += 1
        if end - start >= 4 or (end - start == 3 and all(w.text.isupper() for w in row[start:end])):
            gaps = [row[i].x0 - row[i - 1].x1 for i in range(start + 1, end)]
            usual = sorted(gaps)[len(gaps) // 3]
            limit = max(usual * 1.5, usual + 0.12 * row[start].size)
            joined: list[Word] = []
            for i in range(start, end):
                word = row[i]
                if joined and gaps[i - start - 1] <= limit:
                    last = joined[-1]
                    last.text += word.text
                    last.x1, last.y0, last.y1 = word.x1, min(last.y0, word.y0), max(last.y1, word.y1)
                else:
                    joined.append(word)
            row[start:end] = joined
            start += len(joined)
        else:
            start = max(end, start + 1)


# --- columns ------------------------------------------------------------------------------------


def _split(segments: list[Segment], known: Gutters, depth: int, rules: list[tuple[float, float, float]]) -> list[Block]:
    if not segments:
        return []
    if len(segments) < 4 or depth > 8:
        return [Block(segments)]
    choice = _best_gutter(segments, known, rules)
    if choice is None:
        return [Block(segments)]
    x, top, bottom, kind = choice
    above = [s for s in segments if s.baseline < top - 0.01]
    below = [s for s in segments if s.baseline > bottom + 0.01]
    inside = [s for s in segments if top - 0.01 <= s.baseline <= bottom + 0.01]
    left = [s for s in inside if (s.x0 + s.x1) / 2 < x]
    right = [s for s in inside if (s.x0 + s.x1) / 2 >= x]
    if kind == "labels":
        known.labels.append(x)
        if not above and not below:
            return [Block(segments, label_gutter=x)]
        return [
            *_split(above, known, depth + 1, rules),
            Block(inside, label_gutter=x),
            *_split(below, known, depth + 1, rules),
        ]
    known.columns.append(x)
    sides = (left, right)
    if _mostly_right_to_left(inside):
        sides = (right, left)
    middle: list[Block] = []
    for number, side in enumerate(sides):
        parts = _split(side, known, depth + 1, rules)
        for part in parts:
            part.columnar = True
            part.side = part.side or number + 1
        middle.extend(parts)
    return [*_split(above, known, depth + 1, rules), *middle, *_split(below, known, depth + 1, rules)]


def _mostly_right_to_left(segments: list[Segment]) -> bool:
    text = "".join(word.text for segment in segments for word in segment.words)
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and sum(is_right_to_left(c) for c in letters) * 2 > len(letters)


def _candidates(segments: list[Segment]) -> list[float]:
    lefts = Counter(round(segment.x0 / 2) for segment in segments)
    rights = Counter(round(segment.x1 / 2) for segment in segments)
    margin = min(segment.x0 for segment in segments)
    found: set[float] = set()
    for number, count in lefts.items():
        if count + lefts.get(number + 1, 0) >= 3 and number * 2 > margin + 20:
            found.add(number * 2 - 2.5)
    for number, count in rights.items():
        if count + rights.get(number + 1, 0) >= 3:
            found.add(number * 2 + 3.5)
    # Section names often hang out to the left of their column's text: two of them show its edge.
    names = Counter(round(segment.x0 / 2) for segment in segments if segment.heading)
    for number, count in names.items():
        if count + names.get(number + 1, 0) >= 2 and number * 2 > margin + 20:
            found.add(number * 2 - 2.5)
    return sorted(found)


def _best_gutter(
    segments: list[Segment], known: Gutters, rules: list[tuple[float, float, float]]
) -> tuple[float, float, float, str] | None:
    best: tuple[float, tuple[float, float, float, str]] | None = None
    ordered = sorted(segments, key=lambda segment: segment.baseline)
    for x in sorted({*_candidates(segments), *known.columns}):
        ruled = [y for left, right, y in rules if left < x - 20 and right > x + 20]
        run: list[Segment] = []
        runs: list[list[Segment]] = []
        row_baseline = None
        pending: list[Segment] = []
        crossing = False
        for segment in [*ordered, None]:
            if segment is None or row_baseline is None or abs(segment.baseline - row_baseline) > 2.0:
                if crossing:
                    if run:
                        runs.append(run)
                    run = []
                else:
                    run = run + pending if run else list(pending)
                pending, crossing = [], False
                if segment is None:
                    break
                row_baseline = segment.baseline
            pending.append(segment)
            crossing = (
                crossing
                or (segment.x0 < x - 0.5 and segment.x1 > x + 0.5)
                # A name underlined over the whole width heads the whole width.
                or (segment.heading and any(0 < y - segment.baseline < 1.6 * segment.size for y in ruled))
            )
        if run:
            runs.append(run)
        groups = _within_rules(runs, ruled, x, known) if ruled else runs
        verdicts = [_judge(group, x, known) for group in groups]
        if any(verdict is not None and verdict[0] == "labels" for verdict in verdicts):
            # One section with labels here tells what the others have in the same place.
            told = Gutters(known.columns, [*known.labels, x])
            verdicts = [_judge(group, x, told) for group in groups]
        for group, judged in zip(groups, verdicts, strict=True):
            if judged is None:
                continue
            kind, worth = judged
            top, bottom = group[0].baseline, group[-1].baseline
            if kind == "columns":
                top = _columns_top(group, x)
            if best is None or worth > best[0]:
                best = (worth, (x, top, bottom, kind))
    return best[1] if best else None


def _columns_top(group: list[Segment], x: float) -> float:
    """Where the columns begin: at their first names, if those stand level and only dates stand beside what is above."""
    left = [segment for segment in group if segment.heading and segment.x1 <= x]
    right = [segment for segment in group if segment.heading and segment.x0 >= x]
    level = (one for one in left if any(abs(one.baseline - other.baseline) <= 2.2 for other in right))
    first = min(level, key=lambda segment: segment.baseline, default=None)
    if first is None:
        return group[0].baseline
    above = [segment for segment in group if segment.baseline < first.baseline - 2.2]
    sides = [[s for s in above if s.x1 <= x], [s for s in above if s.x0 >= x]]
    if any(side and all(s.label and any(c.isdigit() for c in s.text) for s in side) for side in sides):
        return first.baseline
    return group[0].baseline


def _within_rules(runs: list[list[Segment]], ruled: list[float], x: float, known: Gutters) -> list[list[Segment]]:
    """Runs cut at the lines drawn across the gutter: columns end at a rule over both, a label column does not."""
    result: list[list[Segment]] = []
    for group in runs:
        judged = _judge(group, x, known)
        inside = [y for y in ruled if group[0].baseline < y < group[-1].baseline]
        if judged is None or judged[0] != "columns" or not inside:
            result.append(group)
            continue
        # A name underlined by its rule stands below the cut.
        cuts = [
            min([y, *(s.baseline - 0.1 for s in group if s.heading and 0 < y - s.baseline < 1.6 * s.size)])
            for y in inside
        ]
        for low, high in itertools.pairwise([-1e9, *sorted(cuts), 1e9]):
            part = [segment for segment in group if low < segment.baseline <= high]
            if part:
                result.append(part)
    return result


def _judge(group: list[Segment], x: float, known: Gutters) -> tuple[str, float] | None:
    """What a gutter parts: ("columns" | "labels", worth), or None when it parts nothing."""
    left = [s for s in group if s.x1 <= x + 1]
    right = [s for s in group if s.x0 >= x - 1]
    if len(left) < 2 or len(right) < 2 or len(left) + len(right) < 6:
        return None
    left_edge, right_edge = max(s.x1 for s in left), min(s.x0 for s in right)
    if right_edge - left_edge < _GUTTER_POINTS:
        return None
    headings_left = sum(s.heading for s in left)
    headings_right = sum(s.heading for s in right)
    text_left = sum(len(s.text) for s in left)
    text_right = sum(len(s.text) for s in right)
    rows_left = _baselines(left)
    rows_right = _baselines(right)
    height = group[-1].baseline - group[0].baseline
    worth = height * min(len(rows_left), len(rows_right)) ** 0.5 + 3.0 * (right_edge - left_edge)
    labels_left = sum(s.label for s in left) / len(left)
    aligned_left = _aligned(rows_left, rows_right)
    aligned_right = _aligned(rows_right, rows_left)
    # Section names may be wider than the labels below them.
    label_edge = max((s.x1 for s in left if not s.heading), default=left_edge)
    narrow_left = label_edge - min(s.x0 for s in left) < 0.36 * (max(s.x1 for s in right) - min(s.x0 for s in left))
    average_left = text_left / len(left)
    if (
        narrow_left
        and labels_left >= 0.6
        and average_left < 26
        and text_left < 0.45 * text_right
        and (
            aligned_left >= 0.6
            or headings_right == 0
            or (labels_left >= 0.8 and headings_left >= 2)
            or labels_left >= 0.9
        )
    ):
        return "labels", worth * 0.5
    again = any(abs(x - other) < 12 for other in known.labels)
    light_left = narrow_left and average_left < 26 and (again or text_left < 0.45 * text_right)
    if light_left and _dates_open_clusters(left, rows_right, again=again):
        return "labels", worth * 0.5
    if _only_dates_beside(left, right):
        return None
    if headings_left and headings_right:
        if labels_left >= 0.75 and aligned_left >= 0.75:
            return "labels", worth * 0.5
        return "columns", worth * 2.0 + 100
    was_gutter = any(abs(x - other) < 12 for other in known.columns)
    if min(len(rows_left), len(rows_right)) < 3 and not was_gutter:
        return None
    few_aligned = aligned_right if len(rows_right) <= len(rows_left) else aligned_left
    if headings_left or headings_right:
        other_aligned = aligned_right if headings_left else aligned_left
        other_text = text_right if headings_left else text_left
        if other_aligned >= 0.7 and not (was_gutter and other_aligned < 0.85):
            return ("labels", worth * 0.4) if narrow_left and headings_left and labels_left >= 0.6 else None
        if other_text < 30 and not was_gutter:
            return None
        return "columns", worth * 1.5
    if few_aligned >= (0.85 if was_gutter else 0.5):
        return None
    if min(text_left, text_right) < 60 or min(len(rows_left), len(rows_right)) < 4:
        return None
    return "columns", worth


def _dates_open_clusters(left: list[Segment], rows_right: list[float], *, again: bool) -> bool:
    """Whether every cluster of a narrow left column opens with a date level with the text beside it.

    What follows below the date (a place, a few words on the field) is about the entry too. Where such a column
    stood before (`again`), one entry is enough, and the page's footer may follow.
    """
    tops = _clusters(sorted((s for s in left if not s.heading), key=lambda s: (s.baseline, s.x0)))
    dated = [
        top
        for top in tops
        if top.label
        and any(c.isdigit() for c in top.text)
        and any(abs(top.baseline - row) <= 2.2 for row in rows_right)
    ]
    return (len(dated) == len(tops) >= 2) or (again and len(dated) >= max(1, len(tops) - 1))


def _clusters(ordered: list[Segment]) -> list[Segment]:
    """The first segment of each group that stands close together."""
    tops: list[Segment] = []
    previous: Segment | None = None
    for segment in ordered:
        above = max(previous.baseline, previous.words[-1].baseline) if previous is not None else -1e9
        if segment.baseline - above > 3.2 * segment.size:
            tops.append(segment)
        previous = segment
    return tops


def _only_dates_beside(left: list[Segment], right: list[Segment]) -> bool:
    """Whether the right side is a header above the left one (a centred name) and short ends of its lines (dates).

    A short CV has no line long enough to cross the gap between titles and right-aligned dates.
    """
    first = min(segment.baseline for segment in left) - 2.2
    beside = [segment for segment in right if segment.baseline >= first]
    return (
        len(beside) < len(right)
        and not any(segment.heading for segment in beside)
        and all(len(segment.text) < 30 for segment in beside)
        and _aligned(_baselines(beside), _baselines(left)) >= 0.9
    )


def _baselines(segments: list[Segment]) -> list[float]:
    rows: list[float] = []
    for segment in sorted(segments, key=lambda s: s.baseline):
        if not rows or segment.baseline - rows[-1] > 2.0:
            rows.append(segment.baseline)
    return rows


def _aligned(rows: list[float], others: list[float]) -> float:
    """Share of `rows` that have a row of `others` on (nearly) the same baseline."""
    if not rows:
        return 0.0
    at = 0
    hits = 0
    for row in rows:
        while at < len(others) and others[at] < row - 2.2:
            at += 1
        hits += at < len(others) and abs(others[at] - row) <= 2.2
    return hits / len(rows)


def _chain(blocks: list[Block]) -> tuple[list[Block], int]:
    """Columns that go on over the page break are read as one: all of the sidebar, then all of the main column."""
    ordered: list[Block] = []
    position = 0
    columns = 2 if any(block.columnar for block in blocks) else 1
    while position < len(blocks):
        if not blocks[position].columnar:
            ordered.append(blocks[position])
            position += 1
            continue
        end = position
        while end < len(blocks) and blocks[end].columnar:
            end += 1
        # Columns of the next page join only when that page starts with them.
        group = blocks[position:end]
        sides = sorted({block.side for block in group})
        pages = {block.page for block in group}
        if len(pages) > 1:
            group = [block for side in sides for block in group if block.side == side]
        following = blocks[end] if end < len(blocks) else None
        if following is not None and len(sides) == 2 and following.page > max(pages):
            # A page without columns goes on where the column of its width stopped.
            first = [block for block in group if block.side == sides[0]]
            second = [block for block in group if block.side == sides[1]]
            if _overlap(first, following) > _overlap(second, following) + 0.25:
                group = second + first
        ordered.extend(group)
        position = end
    return ordered, columns


def _overlap(group: list[Block], block: Block) -> float:
    x0, x1 = min(item.x0 for item in group), max(item.x1 for item in group)
    common = min(x1, block.x1) - max(x0, block.x0)
    return max(common, 0.0) / max(max(x1, block.x1) - min(x0, block.x0), 1.0)


# --- lines --------------------------------------------------------------------------------------


def _lines_of(block: Block, column: int, *, right_to_left: bool) -> list[Line]:
    segments = block.segments
    if block.label_gutter is not None:
        segments = _join_labels(segments, block.label_gutter)
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (s.baseline, s.x0)):
        for back in range(len(rows) - 1, max(len(rows) - 3, -1), -1):
            row = rows[back]
            reference = max(row, key=lambda s: s.size)
            level = abs(segment.baseline - reference.baseline) <= max(0.32 * min(reference.size, segment.size), 1.2)
            if (level and not any(o.x0 < segment.x1 - 2 and segment.x0 < o.x1 - 2 for o in row)) or _centred_beside(
                reference, segment, row
            ):
                row.append(segment)
                break
        else:
            rows.append([segment])
    lines: list[Line] = []
    for row in rows:
        row.sort(key=lambda s: s.x0)
        cells = [segment.words for segment in row]
        text = " ".join(segment.text for segment in row)
        letters = [c for c in text if c.isalpha()]
        reads_left = letters and sum(is_right_to_left(c) for c in letters) * (20 if right_to_left else 2) > len(letters)
        if reads_left:
            cells = [_logical(cell) for cell in reversed(cells)]
        line = Line(cells=cells, page=block.page, column=column, side=block.side, mirrored=right_to_left)
        _strip_bullet(line)
        if not line.cells:
            continue
        line.measure()
        if not any(c.isalnum() for cell in line.cells for word in cell for c in word.text):
            continue  # a rule made of dashes or dots
        lines.append(line)
    _return_margin_cells(lines)
    right = sorted((line.x1 for line in lines), reverse=True)
    if right:
        edge = right[min(len(right) // 10, len(right) - 1)]
        left = min(line.x0 for line in lines)
        for line in lines:
            line.wraps = line.x1 > edge - 0.14 * max(edge - left, 1)
        prose = max((line.x1 for line in lines if len(line.cells) == 1), default=edge)
        for line in lines:
            line.room = max(prose - line.x1, 0.0)
    return lines


def _return_margin_cells(lines: list[Line]) -> None:
    """Dates set under a place in the right margin belong to the entry's header, not to the list item beside them."""
    header: Line | None = None
    since = 0
    for line in lines:
        if line.bullet or (header is not None and since and line.x0 > header.x0 + 3):
            since += 1
            cell = line.cells[-1]
            if (
                header is not None
                and since <= 4
                and len(line.cells) == 2
                and len(line.cells[0]) > 1
                and len(cell) <= 7
                and cell[0].x0 > max(w.x1 for w in line.cells[0])
                and (abs(cell[-1].x1 - header.x1) < 3 or abs(cell[0].x0 - header.cells[-1][0].x0) < 3)
                and len(header.cells) > 1
            ):
                header.cells.append(line.cells.pop())
                line.measure()
                header.measure()
        else:
            header, since = line, 0


def _centred_beside(reference: Segment, segment: Segment, row: list[Segment]) -> bool:
    """A cell of another size set on the same vertical centre as a bigger one, clear of it sideways."""
    if abs(reference.size - segment.size) < 0.15 * reference.size:
        return False
    if any(other.x0 < segment.x1 and segment.x0 < other.x1 for other in row):
        return False
    centre = reference.baseline - 0.35 * reference.size
    mine = segment.baseline - 0.35 * segment.size
    return abs(centre - mine) < 0.2 * min(reference.size, segment.size)


def _join_labels(segments: list[Segment], gutter: float) -> list[Segment]:
    """A label of several lines (`01/2015 –` over `12/2016`) becomes one cell beside its first content line.

    A section name in the label column that stands level with no content line is read before
    the content that begins beside it.
    """
    left = sorted((s for s in segments if (s.x0 + s.x1) / 2 < gutter), key=lambda s: (s.baseline, s.x0))
    right = [s for s in segments if (s.x0 + s.x1) / 2 >= gutter]
    rows = _baselines(right)
    joined: list[Segment] = []
    for segment in left:
        last = joined[-1] if joined else None
        if last is not None and segment.baseline - last.words[-1].baseline < 1.6 * segment.size:
            text = last.text
            beside = any(abs(segment.baseline - row) <= 2.2 for row in rows)
            open_end = text.rstrip()[-1:] in "-–—/(,&" or segment.text.lstrip()[:1] in "-–—"
            if (
                (open_end or not beside or _completes_date(text, segment.text))
                and abs(last.size - segment.size) < 1.0
                and last.heading == segment.heading
            ):
                last.words = [*last.words, *segment.words]
                last.x1 = max(last.x1, segment.x1)
                continue
        joined.append(
            Segment(list(segment.words), segment.x0, segment.x1, segment.baseline, segment.size, segment.heading)
        )
    _lift_headings(joined, rows)
    _lower_notes(joined, rows)
    return joined + right


def _mark_like_headings(segments: list[Segment]) -> None:
    """What is set exactly as the known section names are, and little else is, is one too, in the person's own words."""

    def style(segment: Segment) -> tuple[float, bool, int, str, bool]:
        word = max(segment.words, key=lambda w: len(w.text))
        return round(word.size * 2) / 2, word.bold, word.color, word.font, segment.text.isupper()

    styles = [style(segment) for segment in segments]
    named = Counter(kind for kind, segment in zip(styles, segments, strict=True) if segment.heading)
    all_of = Counter(styles)
    largest = max((kind[0] for kind in named if named[kind] >= 3), default=0.0)
    for kind, segment in zip(styles, segments, strict=True):
        if segment.heading and named[kind] == 1 and kind[0] < largest - 1.5 and not kind[1]:
            segment.heading = False  # one small plain word amid the text ("Education" as a field)
        if (
            named[kind] >= 3
            and all_of[kind] <= 2 * named[kind]
            and len(segment.words) <= 4
            and len(segment.text) < 40
            and not any(c.isdigit() for c in segment.text)
        ):
            segment.heading = segment.label = True


def _lift_headings(labels: list[Segment], rows: list[float]) -> None:
    """Put section names of a label column above the content beside them, whatever line they stand level with.

    A name opens the section at its own height, or, centred beside it, the one it stands in the middle of: the
    sections are parted by the widest white spaces of the content.
    """
    # Lines of one paragraph or entry; what parts sections is wider.
    gaps = sorted(b - a for a, b in itertools.pairwise(rows) if b - a <= 30)
    usual = gaps[len(gaps) // 2] if gaps else 12.0
    before = {row: row - above for above, row in itertools.pairwise(rows)}
    floor = -1e9
    target: float | None = None
    names = [segment for segment in labels if segment.heading]
    capitals = sum(segment.text.isupper() for segment in names) >= 2
    largest = max((segment.size for segment in names), default=0.0)
    for number, segment in enumerate(labels):
        if not segment.heading or (capitals and not segment.text.isupper()) or segment.size < largest - 0.9:
            if (
                target is not None
                and segment.label
                and any(c.isdigit() for c in segment.text)
                and labels[number - 1].heading
                and segment.baseline - labels[number - 1].words[-1].baseline < 2.4 * segment.size
                and not any(abs(segment.baseline - row) <= 2.2 for row in rows)
                and not any(other is not segment and abs(other.baseline - target) <= 2.2 for other in labels)
            ):
                segment.baseline = target  # the first entry's date, pushed down by the section's name above it
            target = None
            continue
        baseline, size = segment.baseline, segment.size
        numbered = (
            number > 0
            and _ORDINAL.fullmatch(labels[number - 1].text)
            and baseline - labels[number - 1].baseline < 3 * size
        )
        if numbered:
            baseline = labels[number - 1].baseline
        level = [row for row in rows if abs(row - baseline) <= max(0.6 * size, 2.2)]
        target = None
        if level and (level[0] not in before or before[level[0]] >= 1.15 * usual or abs(level[0] - baseline) <= 2.2):
            target = level[0]
        elif not level:
            below = [row for row in rows if baseline < row <= baseline + 1.6 * size]
            if below and before.get(below[0], 1e9) >= 1.15 * usual:
                target = below[0]
        after = next((row for row in rows if row > baseline), None)
        if target is None and not level and (after is None or before.get(after, 1e9) >= 1.4 * usual):
            floor = baseline  # it stands in the white space above its section
            continue
        if target is None:
            window = [row for row in rows if floor < row <= baseline and row in before]
            widest = max(window, key=lambda row: before[row], default=None)
            if widest is not None and before[widest] >= 1.4 * usual:
                target = widest
            elif rows and floor < rows[0] <= baseline and rows[0] > baseline - 6 * usual:
                target = rows[0]
        if target is None:
            continue
        segment.baseline = target - 0.7 * size
        if numbered:
            labels[number - 1].baseline = segment.baseline - 0.7 * size
        floor = target


def _lower_notes(labels: list[Segment], rows: list[float]) -> None:
    """What stands below a date in its column, level with no line (fields, tools), is read after the entry's text."""
    tops = _clusters(labels)
    bounds = [top.baseline for top in tops] + [1e9]
    for top, end in itertools.pairwise(bounds):
        first = next(label for label in labels if label.baseline == top)
        beside = [row for row in rows if top - 2.2 <= row < end - 6]
        if not beside or first.heading or not any(c.isdigit() for c in first.text) or abs(beside[0] - top) > 2.2:
            continue
        for label in labels:
            if (
                beside[0] + 6 < label.baseline < beside[-1]
                and not label.heading
                and not label.label
                and not any(c.isdigit() for c in label.text)
            ):
                label.baseline = beside[-1] + 0.5 * label.size


_ORDINAL = re.compile(r"\W*\d{1,2}\W*")


def _completes_date(first: str, second: str) -> bool:
    """Whether two label lines say together a date or period that the first alone does not (`Dec 2013 - Dec` / `2014`)."""  # noqa: E501
    if not any(c.isdigit() for c in second) or len(second) > 24:
        return False
    if re.fullmatch(r"\s*\d{4}\s*", first) and re.fullmatch(r"\s*\d{4}\s*", second):
        return False  # two entries' years, one below the other
    alone, both = ranges(first), ranges(f"{first} {second}")
    if any(not period.single for period in alone):
        return False
    return len(both) == 1 and (not alone or not both[0].single) and both[0].end > len(first)


def _logical(words: list[Word]) -> list[Word]:
    """Visual order of a right-to-left line → logical order; numbers and Latin runs keep theirs."""
    result: list[Word] = []
    run: list[Word] = []
    for word in reversed(words):
        if is_right_to_left(word.text) or not any(c.isalnum() for c in word.text):
            if not any(c.isalnum() for c in word.text) and run and not is_right_to_left(word.text):
                run.append(word)
                continue
            result.extend(_flush(run))
            run = []
            result.append(word)
        else:
            run.append(word)
    result.extend(_flush(run))
    for word in result:
        lead = re.match(r"[.,;:%!?،؛]+(?=\w)", word.text)
        if lead and not is_right_to_left(word.text):
            # A mark after Latin letters or digits is printed on their left here.
            word.text = word.text[lead.end() :] + lead.group()
    shape = "".join(c for word in result for c in word.text if c in "()")
    if shape.startswith(")") and shape.endswith("("):
        # Brackets stored as they look, not as they mean.
        for word in result:
            word.text = word.text.translate(_SWAPPED_BRACKETS)
    for number, word in enumerate(result):
        before = result[number - 1] if number else None
        word.glue = before is not None and max(word.x0 - before.x1, before.x0 - word.x1) <= 0.06 * word.size
    return result


def _flush(run: list[Word]) -> list[Word]:
    tail: list[Word] = []
    while run and not any(c.isalnum() for c in run[-1].text):
        tail.insert(0, run.pop())
    return [*reversed(run), *tail]


def _strip_bullet(line: Line) -> None:
    """Note and drop the mark that starts a list item."""
    cell = line.cells[0]
    word = cell[0]
    rest = len(cell) > 1 or len(line.cells) > 1
    if not rest and len(word.text) == 1:
        if word.text in _STRONG_BULLETS or is_icon(word.text):
            line.bullet = word.text in _STRONG_BULLETS
            line.cells = line.cells[1:]
        return
    first = word.text[0]
    if first in _STRONG_BULLETS or (is_icon(first) and len(word.text) == 1):
        after = cell[1] if len(cell) > 1 else line.cells[1][0] if len(line.cells) > 1 else word
        line.bullet = first in _STRONG_BULLETS or (word.x1 - word.x0 < 0.8 * word.size and not after.bold)
        if len(word.text) == 1:
            del cell[0]
        else:
            word.text = word.text[1:].lstrip()
        if cell:
            cell[0].glue = False
        else:
            line.cells = line.cells[1:]
    elif (
        word.text in BULLETS
        and len(word.text) == 1
        and rest
        and not (len(cell) > 1 and cell[1].glue)
        and not (word.text.isalpha() and len(cell) > 1 and _reads_on(word, cell[1]))
    ):
        line.bullet = True
        del cell[0]
        if not cell:
            line.cells = line.cells[1:]


def _reads_on(word: Word, after: Word) -> bool:
    """Whether a lone letter is a word of the sentence ("o tempo"): the same font, and no more than a space."""
    return word.font == after.font and after.x0 - word.x1 < 0.5 * word.size


def is_icon(text: str) -> bool:
    """Private-use code points and pictographs: glyphs of icon fonts."""
    return all(
        0xE000 <= ord(c) <= 0xF8FF
        or ord(c) >= 0xF0000
        or 0x1F300 <= ord(c) <= 0x1FAFF
        or 0x2600 <= ord(c) <= 0x27BF
        or 0x2190 <= ord(c) <= 0x21FF
        or 0x2300 <= ord(c) <= 0x23FF
        or ord(c) == 0xFE0F
        for c in text
    )


def _apply_marks(lines: list[Line], marks: dict[int, list[tuple[float, float]]]) -> None:
    """A drawn dot just left of a line, at the height of its letters, makes it a list item.

    Dots of a timeline stand beside headings and titles too: a column of dots that marks a bold
    line, or one bigger than the text, is decoration.
    """
    sizes = Counter(round(line.size * 2) / 2 for line in lines for _ in range(len(line.cells[0])))
    usual = sizes.most_common(1)[0][0] if sizes else 10.0
    columns: dict[int, list[Line]] = {}
    for line in lines:
        if line.bullet:
            continue
        word = next(line.words())
        for x, y in marks.get(line.page, ()):
            if (
                2 < (x - word.x1 if line.mirrored else word.x0 - x) < 2.4 * line.size
                and word.baseline - 0.75 * line.size < y < word.baseline + 0.1 * line.size
            ):
                columns.setdefault(round(x), []).append(line)
                break
    for x, marked in columns.items():
        beside = [*marked, *columns.get(x + 1, ()), *columns.get(x - 1, ())]
        if any((line.bold and len(line.cells[0]) < 12) or line.size > usual + 1.5 for line in beside):
            continue
        for line in marked:
            line.bullet = True


def _mark_artefacts(lines: list[Line], heights: dict[int, float]) -> None:
    """Page numbers, and what repeats at the edge of later pages."""
    seen: dict[str, Line] = {}
    heads: dict[int, Line] = {}
    for line in lines:
        if line.page not in heads or line.y0 < heads[line.page].y0 - 0.5:
            heads[line.page] = line
    for line in lines:
        height = heights.get(line.page, 0.0)
        text = join_words([word for cell in line.cells for word in cell])
        at_edge = line.y1 < 0.09 * height or line.y0 > 0.9 * height
        if not at_edge:
            continue
        if _PAGE_NUMBER.fullmatch(text) and len(heights) > 1 and not re.fullmatch(r"\d{4}", text.strip()):
            line.artefact = True
            continue
        key = re.sub(r"[\d\W]+", "", text.casefold())
        top = line.y1 < 0.09 * height
        first = seen.setdefault(f"{key} {top}", line)
        # The same words at another height are two entries' ("Amazon Web Services"), unless they head the page.
        level = abs(first.y0 - line.y0) < 3 or (top and first.page == 1 and heads.get(line.page) is line)
        if first.page != line.page and len(key) > 3 and level:
            line.artefact = True
            # A running footer is one on the first page too; the first page's top is the CV's own header.
            first.artefact = first.artefact or min(line.y0, first.y0) > 0.9 * height
        elif (
            re.search(r"(?i)\bpage\s+\d+\s+of\s+\d+\b|(?<!\d)\d{1,2}\s*/\s*\d{1,2}\s*$", text)
            and line.y0 > 0.91 * height
        ):
            line.artefact = True


def _measure_gaps(lines: list[Line]) -> None:
    previous: Line | None = None
    for line in lines:
        if previous is None or previous.column != line.column or previous.page != line.page:
            line.gap_above = 9.0 if previous is None or previous.page == line.page else 2.2
        else:
            line.gap_above = max(line.y1 - previous.y1, 0.0) / max(line.size, 1.0)
        previous = line


def usual_leading(lines: list[Line]) -> float:
    """The document's common distance from line to line, in units of the size."""
    gaps = [round(line.gap_above, 1) for line in lines if 0.8 <= line.gap_above <= 2.2]
    return median(gaps) if gaps else 1.3
