"""Plain text and Markdown → the block model."""

import re

from cvmaker_core.errors import InputError

from cv_parsing import limits
from cv_parsing.layout import BULLETS, join_words
from cv_parsing.model import Document, Line, Word

_BULLET = re.compile(rf"^\s*(?:[{re.escape(BULLETS.replace('o', '').replace('-', ''))}\-]|\d{{1,2}}[.)]|o)\s+(?=\S)")
_MARK = re.compile(r"(\*\*\*|\*\*|__|\*|(?<!\w)_|_(?!\w)|`)")
_LINK = re.compile(r"!?\[([^\]]*)\]\(\s*<?([^)\s>]*)>?[^)]*\)|<((?:https?://|mailto:)[^>\s]+)>")


def decode(data: bytes) -> str:
    """Text in UTF-8, UTF-16 or, failing both, Windows-1252 (what old editors write)."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_text(data: bytes, *, markdown: bool) -> Document:
    """Lines as they stand; in Markdown headings, emphasis, lists, links and tables are understood."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")
    if len(text) > limits.MAX_CHARACTERS:
        raise InputError("too_large", "The file holds far more text than a CV.", "Upload the CV alone.")
    document = Document(format="markdown" if markdown else "text")
    blank = 1
    longest = 0
    fenced = False
    front_matter = False
    raw_lines = text.split("\n")
    for number, raw in enumerate(raw_lines):
        line_text = "".join(c for c in raw if c == "\t" or ord(c) >= 32)
        if markdown and number == 0 and line_text.strip() == "---":
            front_matter = True
            continue
        if front_matter:
            front_matter = line_text.strip() not in ("---", "...")
            continue
        if not line_text.strip():
            blank += 1
            continue
        if markdown and re.match(r"\s*(```|~~~)", line_text):
            fenced = not fenced
            continue
        if re.fullmatch(r"\s*(?:[-=_*~#]\s?){3,}\s*", line_text):
            # A rule; under a line of text it makes that line a heading.
            if document.lines and not blank and re.fullmatch(r"\s*(?:=+|-+)\s*", line_text):
                titled = document.lines[-1]
                titled.heading_level = 1 if "=" in line_text else 2
            blank += 1
            continue
        if markdown and re.fullmatch(r"[\s|:\-]+", line_text) and "|" in line_text:
            continue
        line = _line(line_text, number, blank, markdown=markdown)
        if line is None:
            continue
        longest = max(longest, len(join_words([w for c in line.cells for w in c])))
        last = document.lines[-1] if document.lines else None
        if last is not None and last.bullet and not blank and not line.bullet and 0 < line.x0 == last.x0:
            # Set in under an item's words: the item goes on.
            last.cells[-1].extend(word for cell in line.cells for word in cell)
            continue
        document.lines.append(line)
        blank = 0
    _settle(document, longest)
    return document


def _line(text: str, number: int, blank: int, *, markdown: bool) -> Line | None:
    level = 0
    bullet = False
    if markdown:
        heading = re.match(r"\s{0,3}(#{1,6})\s+", text)
        if heading:
            level = len(heading[1])
            text = text[heading.end() :].rstrip("# ")
        text = re.sub(r"^\s*>\s?", "", text)
        definition = re.match(r"^:\s+(?=\S)", text)
        if definition:
            text = text[definition.end() :]
        text = re.sub(
            r"</?(?:b|i|em|strong|br|div|span|p|center|h\d|u|sup|sub|hr|small)\b[^>]*>", " ", text, flags=re.IGNORECASE
        )
    indent = len(text) - len(text.lstrip())
    match = _BULLET.match(text)
    if match and not level:
        bullet = not re.match(r"\s*\d", text)
        text = text[match.end() :] if bullet else text
        indent = match.end() if bullet else indent
    if markdown and text.strip().startswith("|"):
        cells_text = [cell.strip() for cell in text.strip().strip("|").split("|")]
    else:
        cells_text = re.split(r"\t+|\s{3,}(?=\S)", text.strip())
    cells: list[list[Word]] = []
    for cell in cells_text:
        words = _words(cell, markdown=markdown, level=level)
        if words:
            cells.append(words)
    if not cells:
        return None
    line = Line(cells=cells, block=None, pointer=None, bullet=bullet, heading_level=level)
    line.block = f"line/{number}"
    line.x0 = float(indent)
    line.gap_above = 1.2 + 1.2 * min(blank, 2)
    return line


def _words(text: str, *, markdown: bool, level: int) -> list[Word]:
    words: list[Word] = []
    size = {1: 16.0, 2: 14.0, 3: 12.0}.get(level, 10.0)
    bold = italic = False

    def add(piece: str, link: str | None) -> None:
        words.extend(Word(token, size=size, bold=bold, italic=italic, link=link) for token in piece.split())

    if not markdown:
        add(text, None)
        return words
    text = re.sub(r"\\([\\`*_{}\[\]()#+\-.!|])", r"\1", text)
    position = 0
    for match in [*_LINK.finditer(text), None]:
        chunk = text[position : match.start() if match else len(text)]
        at = 0
        for mark in [*_MARK.finditer(chunk), None]:
            piece = chunk[at : mark.start() if mark else len(chunk)]
            before = len(words)
            add(piece, None)
            if words and before and len(words) > before and at > 0 and piece[:1] and not piece[0].isspace():
                words[before].glue = (
                    not chunk[:at].rstrip("*_`").endswith((" ", "\t")) and chunk[:at].rstrip("*_`") != ""
                )
            if mark:
                if mark[1] in ("**", "__"):
                    bold = not bold
                elif mark[1] == "***":
                    bold, italic = not bold, not italic
                elif mark[1] != "`":
                    italic = not italic
                at = mark.end()
        if match:
            address = match[2] or match[3] or ""
            shown = match[1] if match[1] is not None else match[3].removeprefix("mailto:")
            add(re.sub(r"[*_`]", "", shown or ""), address or None)
            position = match.end()
    return words


def _settle(document: Document, longest: int) -> None:
    """Derive what a page would show: where lines are broken by an editor's margin."""
    for line in document.lines:
        words = list(line.words())
        line.size = words[0].size
        line.bold = sum(w.bold for w in words) * 2 > len(words)
        line.italic = sum(w.italic for w in words) * 2 > len(words)
        width = len(join_words(words))
        line.x1 = line.x0 + width
        line.wraps = 60 <= longest <= 110 and width > 0.8 * longest
