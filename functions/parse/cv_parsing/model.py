"""The one block model that every format is read into: words → lines, in reading order, over one text.

Coordinates are PDF points, origin top left, y downward. Formats without a page (DOCX,
Markdown, text) leave the boxes at zero and name the `block` a line came from instead.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from cvmaker_core.schema.artefacts import HiddenText, Span, StageWarning

_MIRROR = 2000.0


@dataclass(slots=True)
class Word:
    """Characters without a space between them, in one style."""

    text: str
    x0: float = 0.0
    y0: float = 0.0
    x1: float = 0.0
    y1: float = 0.0
    baseline: float = 0.0
    size: float = 10.0
    bold: bool = False
    italic: bool = False
    color: int = 0
    font: str = ""
    link: str | None = None
    confidence: float = 1.0
    spacing: float = 0.0
    """Letter spacing, in em."""
    spaced: bool = False
    """A space stands in the file between this word and the one before it, however close their ink."""
    glue: bool = False
    """No space stands between this word and the one before it (a change of style inside a word)."""
    start: int = 0
    """Offset into `Document.text`, set by `Document.build`."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(slots=True)
class Line:
    """One line in reading order. `cells` are runs of words that a wide gap or a table border parts."""

    cells: list[list[Word]]
    page: int = 1
    column: int = 0
    """Number of the text column in reading order: blocks never join across columns."""
    side: int = 0
    """0 for text over the full width, 1 and 2 for the columns of a page in reading order."""
    block: str | None = None
    pointer: str | None = None
    bullet: bool = False
    heading_level: int = 0
    """1–6 where the format itself says that this is a heading (Word style, Markdown)."""
    gap_above: float = 0.0
    """White space above, in units of the line's own size; large at the start of a column."""
    mirrored: bool = False
    """The text runs right to left: `x0` and `x1` count from the right, so that "indented" means the same."""
    wraps: bool = False
    """True when the line runs to its column's right edge, so that a sentence may go on below."""
    room: float | None = None
    """Space between the line's end and its column's right edge; None where there is no page."""
    x0: float = 0.0
    x1: float = 0.0
    y0: float = 0.0
    y1: float = 0.0
    size: float = 10.0
    bold: bool = False
    italic: bool = False
    color: int = 0
    font: str = ""
    start: int = 0
    end: int = 0
    text: str = ""
    artefact: bool = False
    """A running header, footer or page number."""
    row: str | None = None
    """Path of the table row, for formats with real tables."""

    def words(self) -> Iterator[Word]:
        for cell in self.cells:
            yield from cell

    def measure(self) -> None:
        """Box and prevailing style from the words."""
        words = list(self.words())
        self.x0 = min(word.x0 for word in words)
        self.x1 = max(word.x1 for word in words)
        if self.mirrored:
            self.x0, self.x1 = _MIRROR - self.x1, _MIRROR - self.x0
        self.y0 = min(word.y0 for word in words)
        self.y1 = max(word.y1 for word in words)
        weight = sum(len(word.text) for word in words) or 1
        self.bold = sum(len(word.text) for word in words if word.bold) * 2 > weight
        self.italic = sum(len(word.text) for word in words if word.italic) * 2 > weight
        sizes: dict[float, int] = {}
        colors: dict[int, int] = {}
        fonts: dict[str, int] = {}
        for word in words:
            sizes[round(word.size, 1)] = sizes.get(round(word.size, 1), 0) + len(word.text)
            colors[word.color] = colors.get(word.color, 0) + len(word.text)
            fonts[word.font] = fonts.get(word.font, 0) + len(word.text)
        self.size = max(sizes, key=lambda size: (sizes[size], size))
        self.color = max(colors, key=lambda color: colors[color])
        self.font = max(fonts, key=lambda font: fonts[font])


def runs_on(line: Line, following: Line) -> bool:
    """Whether a line was broken for want of space: the next one's first word would not have fitted."""
    if line.room is None or line.page != following.page or line.column != following.column:
        return line.wraps
    first = next(following.words())
    return first.x1 - first.x0 + 0.2 * line.size > line.room - 1.0


@dataclass(slots=True)
class Document:
    """A whole CV before anything is understood of it."""

    lines: list[Line] = field(default_factory=list)
    pages: int = 1
    columns: int = 1
    format: str = "pdf"
    scanned: bool = False
    fonts: list[str] = field(default_factory=list)
    hidden: list[HiddenText] = field(default_factory=list)
    warnings: list[StageWarning] = field(default_factory=list)
    attachment: bytes | None = None
    image: str | None = None
    """The person's photo as a `data:` URI."""
    text: str = ""
    _starts: list[int] = field(default_factory=list)

    def build(self) -> None:
        """Lay all lines out into `text` and give every word its offset there."""
        parts: list[str] = []
        at = 0
        for line in self.lines:
            line.start = at
            for cell_number, cell in enumerate(line.cells):
                for word_number, word in enumerate(cell):
                    if word_number or cell_number:
                        separator = "\t" if not word_number else "" if word.glue else " "
                        parts.append(separator)
                        at += len(separator)
                    word.start = at
                    parts.append(word.text)
                    at += len(word.text)
            line.end = at
            parts.append("\n")
            at += 1
        self.text = "".join(parts)
        self._starts = [line.start for line in self.lines]
        for line in self.lines:
            line.text = self.text[line.start : line.end]

    def spans(self, start: int, end: int, transform: str | None = None) -> list[Span]:
        """The contract's spans of a range of `text`: one for each page (or block) it touches."""
        found: list[Span] = []
        index = max(bisect_right(self._starts, start) - 1, 0)
        while index < len(self.lines) and self.lines[index].start < end:
            line = self.lines[index]
            index += 1
            lower, upper = max(start, line.start), min(end, line.end)
            if lower >= upper:
                continue
            if line.block is not None or line.pointer is not None:
                place = line.block if line.block is not None else line.pointer
                last = found[-1] if found else None
                if last is not None and place in (last.block, last.pointer):
                    last.end = upper
                else:
                    found.append(
                        Span(start=lower, end=upper, block=line.block, pointer=line.pointer, transform=transform)
                    )
                continue
            boxes = [word for word in line.words() if word.start < upper and word.end > lower]
            if not boxes:
                continue
            box = (
                round(min(word.x0 for word in boxes), 1),
                round(min(word.y0 for word in boxes), 1),
                round(max(word.x1 for word in boxes), 1),
                round(max(word.y1 for word in boxes), 1),
            )
            last = found[-1] if found else None
            if last is not None and last.page == line.page and last.bbox is not None:
                last.end = upper
                last.bbox = (
                    min(last.bbox[0], box[0]),
                    min(last.bbox[1], box[1]),
                    max(last.bbox[2], box[2]),
                    max(last.bbox[3], box[3]),
                )
            else:
                found.append(Span(start=lower, end=upper, page=line.page, bbox=box, transform=transform))
        return found
