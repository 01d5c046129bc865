"""DOCX → the block model, from the XML itself: paragraphs, layout tables, text boxes, content controls,
headers and footers, lists, hyperlinks and tracked changes.

Read with a hardened parser (no entities, no network, bounded size and depth); relationships
that point outside the package are links to show, never things to open.
"""

import contextlib
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any

from cvmaker_core.errors import InputError
from cvmaker_core.schema.artefacts import HiddenText
from lxml import etree  # type: ignore[import-untyped]

from cv_parsing import limits
from cv_parsing.dates import ranges
from cv_parsing.layout import BULLETS
from cv_parsing.lexicon import lexicon
from cv_parsing.model import Document, Line, Word

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_STRICT_W = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_MC_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TXBX = W + "txbxContent"
_SYMBOL_FONTS = ("symbol", "wingdings", "webdings", "fontawesome", "fontello", "material icons", "zapfdingbats")


@dataclass(slots=True)
class _Style:
    bold: bool = False
    italic: bool = False
    size: float = 11.0
    color: int = 0
    font: str = ""
    caps: bool = False
    hidden: bool = False
    heading: int = 0
    numbered: bool = False
    list_text: str | None = None
    indent: float = 0.0


@dataclass
class _Reader:
    archive: zipfile.ZipFile
    sizes: dict[str, int]
    document: Document = field(default_factory=lambda: Document(format="docx"))
    styles: dict[str, Any] = field(default_factory=dict)
    defaults: _Style = field(default_factory=_Style)
    links: dict[str, str] = field(default_factory=dict)
    numbering: dict[tuple[str, str], str] = field(default_factory=dict)
    hidden: int = 0
    budget: int = limits.MAX_XML_BYTES
    cache: dict[str, _Style] = field(default_factory=dict)
    tracked: bool = False
    main_links: str = "word/_rels/document.xml.rels"
    """The relationships of the part that holds the text."""

    def part(self, name: str) -> Any | None:
        """The root of an XML part, or None when there is none."""
        if name not in self.sizes:
            return None
        try:
            with self.archive.open(name) as stream:
                data = stream.read(self.budget + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
            raise _damaged() from None
        if len(data) > self.budget:
            raise InputError("zip_bomb", "The document unpacks to far more than a CV.", "Save it anew and upload that.")
        self.budget -= len(data)
        if b"<!DOCTYPE" in data[:4000] or b"<!ENTITY" in data:
            raise InputError(
                "corrupt", "The document holds declarations that Word never writes.", "Save it anew from Word."
            )
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
        )
        try:
            root = etree.fromstring(data.replace(_STRICT_W.encode(), W[1:-1].encode()), parser)
        except (etree.XMLSyntaxError, ValueError):
            raise _damaged() from None
        return root


def _damaged() -> InputError:
    return InputError("corrupt", "The Word document is damaged.", "Open it in Word, save it anew and upload that.")


def read_docx(data: bytes) -> Document:
    """Words of a DOCX in the order a person reads them.

    Raises
    ------
    InputError
        `truncated`, `corrupt`, `zip_bomb`, `too_large`.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise InputError(
            "truncated", "The document is damaged or was cut off on its way.", "Upload it again, or export it anew."
        ) from None
    with archive:
        entries = archive.infolist()
        if len(entries) > limits.MAX_ZIP_ENTRIES:
            raise InputError("zip_bomb", "The document holds too many parts.", "Save it anew and upload that.")
        total = sum(entry.file_size for entry in entries)
        if total > limits.MAX_ZIP_BYTES or any(
            entry.file_size > 200 * max(entry.compress_size, 1) and entry.file_size > 4 * 1024 * 1024
            for entry in entries
        ):
            raise InputError("zip_bomb", "The document unpacks to far more than a CV.", "Save it anew and upload that.")
        if any(entry.flag_bits & 1 for entry in entries):
            raise InputError("encrypted", "The document is protected by a password.", "Save it without a password.")
        reader = _Reader(archive, {entry.filename: entry.file_size for entry in entries})
        main = _main_part(reader)
        root = reader.part(main)
        if root is None:
            raise _damaged()
        folder, _, name = main.rpartition("/")
        reader.main_links = f"{folder}/_rels/{name}.rels"
        _read_styles(reader)
        _read_numbering(reader)
        body = root.find(W + "body")
        if body is None:
            raise _damaged()
        _read_headers(reader, root, "header")
        reader.links = _relationships(reader, reader.main_links)
        _Walker(reader, "body").container(body)
        _read_headers(reader, root, "footer")
        reader.document.image = _photo(reader)
    if reader.hidden:
        reader.document.hidden = [HiddenText(reason="hidden", characters=reader.hidden)]
    if len(reader.document.lines) > limits.MAX_LINES:
        raise InputError("too_large", "The document holds far more text than a CV.", "Upload the CV alone.")
    _settle(reader.document)
    return reader.document


def _main_part(reader: _Reader) -> str:
    """The part that holds the text: usually `word/document.xml`, but Word for the web writes `document2.xml` too."""
    root = reader.part("_rels/.rels")
    for item in root if root is not None else ():
        if isinstance(item.tag, str) and str(item.get("Type", "")).endswith("/officeDocument"):
            target = str(item.get("Target", "")).lstrip("/")
            if target.startswith("word/") and target in reader.sizes and ".." not in target:
                return target
    return "word/document.xml"


def _relationships(reader: _Reader, name: str) -> dict[str, str]:
    """Targets of hyperlinks; nothing else of the relationships is used."""
    root = reader.part(name)
    found: dict[str, str] = {}
    if root is None:
        return found
    for item in root:
        if not isinstance(item.tag, str):
            continue
        if str(item.get("Type", "")).endswith("/hyperlink"):
            target = str(item.get("Target", ""))
            if target.lower().startswith(("http://", "https://", "mailto:", "tel:")) and len(target) < 2048:
                found[str(item.get("Id"))] = target
    return found


def _read_headers(reader: _Reader, root: Any, kind: str) -> None:
    names = _header_parts(reader, kind)
    used: list[str] = []
    for reference in root.iter(W + f"{kind}Reference"):
        target = names.get(str(reference.get(R + "id")))
        if target and target not in used:
            used.append(target)
    seen: set[str] = set()
    for number, name in enumerate(used[:6]):
        part = reader.part("word/" + name)
        if part is None:
            continue
        reader.links = _relationships(reader, f"word/_rels/{name}.rels")
        before = len(reader.document.lines)
        _Walker(reader, f"{kind}/{number}").container(part)
        text = " ".join(w.text for line in reader.document.lines[before:] for w in line.words())
        if text in seen or re.fullmatch(
            r"(?i)\W*(?:page|seite|página|pagina|стр\.?)?\W*\d*\W*(?:of|von|de|/)?\W*\d*\W*", text
        ):
            del reader.document.lines[before:]
        seen.add(text)


def _header_parts(reader: _Reader, kind: str) -> dict[str, str]:
    root = reader.part(reader.main_links)
    found: dict[str, str] = {}
    if root is None:
        return found
    for item in root:
        if not isinstance(item.tag, str):
            continue
        target = str(item.get("Target", ""))
        inside = item.get("TargetMode") != "External" and re.fullmatch(r"[\w.-]+\.xml", target)
        if inside and str(item.get("Type", "")).endswith("/" + kind):
            found[str(item.get("Id"))] = target
    return found


# --- styles -------------------------------------------------------------------------------------


def _on(element: Any | None) -> bool | None:
    if element is None:
        return None
    return str(element.get(W + "val", "true")).lower() not in ("0", "false", "off", "none")


def _apply_run(style: _Style, properties: Any | None) -> None:
    if properties is None:
        return
    for name, key in (("b", "bold"), ("i", "italic"), ("caps", "caps"), ("vanish", "hidden")):
        value = _on(properties.find(W + name))
        if value is not None:
            setattr(style, key, value)
    if (small := _on(properties.find(W + "smallCaps"))) is not None and small:
        style.caps = True
    size = properties.find(W + "sz")
    if size is not None:
        with contextlib.suppress(ValueError):
            style.size = max(float(size.get(W + "val", "22")) / 2, 1.0)
    color = properties.find(W + "color")
    if color is not None:
        shade = str(color.get(W + "val", "auto"))
        style.color = int(shade, 16) if re.fullmatch(r"[0-9A-Fa-f]{6}", shade) else 0
    fonts = properties.find(W + "rFonts")
    if fonts is not None:
        style.font = str(fonts.get(W + "ascii") or fonts.get(W + "hAnsi") or style.font)


def _apply_paragraph(style: _Style, properties: Any | None, reader: _Reader) -> None:
    if properties is None:
        return
    outline = properties.find(W + "outlineLvl")
    if outline is not None:
        value = str(outline.get(W + "val", "9"))
        style.heading = int(value) + 1 if value.isdigit() and int(value) < 6 else 0
    numbering = properties.find(W + "numPr")
    if numbering is not None:
        number = numbering.find(W + "numId")
        level = numbering.find(W + "ilvl")
        name = str(number.get(W + "val")) if number is not None else "0"
        if name != "0":
            style.numbered = True
            style.list_text = reader.numbering.get((name, str(level.get(W + "val")) if level is not None else "0"))
        else:
            style.numbered = False
    indent = properties.find(W + "ind")
    if indent is not None:
        with contextlib.suppress(ValueError):
            style.indent = float(indent.get(W + "left") or indent.get(W + "start") or 0) / 20


def _read_styles(reader: _Reader) -> None:
    root = reader.part("word/styles.xml")
    if root is None:
        return
    defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    reader.defaults = _Style(size=10.0)
    _apply_run(reader.defaults, defaults)
    for style in root.iter(W + "style"):
        reader.styles[str(style.get(W + "styleId"))] = style


def _style(reader: _Reader, name: str | None, kind: str = "paragraph") -> _Style:
    """A named style with what it is based on."""
    key = f"{kind}:{name}"
    if key in reader.cache:
        found = reader.cache[key]
    else:
        chain: list[Any] = []
        at = name
        if at is None and kind == "paragraph":
            at = next(
                (
                    i
                    for i, s in reader.styles.items()
                    if s.get(W + "default") == "1" and s.get(W + "type") == "paragraph"
                ),
                None,
            )
        while at in reader.styles and len(chain) < 12:
            element = reader.styles[at]
            chain.append(element)
            based = element.find(W + "basedOn")
            at = str(based.get(W + "val")) if based is not None else None
        found = _copy(reader.defaults)
        for element in reversed(chain):
            _apply_run(found, element.find(W + "rPr"))
            _apply_paragraph(found, element.find(W + "pPr"), reader)
            title = element.find(W + "name")
            label = str(title.get(W + "val", "")).lower() if title is not None else ""
            if heading := re.match(r"heading (\d)", label):
                found.heading = int(heading[1])
        reader.cache[key] = found
    return _copy(found)


def _copy(style: _Style) -> _Style:
    return _Style(
        style.bold, style.italic, style.size, style.color, style.font, style.caps, style.hidden, style.heading,
        style.numbered, style.list_text, style.indent,
    )  # fmt: skip


def _read_numbering(reader: _Reader) -> None:
    root = reader.part("word/numbering.xml")
    if root is None:
        return
    abstract: dict[str, dict[str, str]] = {}
    for item in root.iter(W + "abstractNum"):
        levels: dict[str, str] = {}
        for level in item.iter(W + "lvl"):
            form = level.find(W + "numFmt")
            levels[str(level.get(W + "ilvl"))] = str(form.get(W + "val")) if form is not None else "bullet"
        abstract[str(item.get(W + "abstractNumId"))] = levels
    for item in root.iter(W + "num"):
        reference = item.find(W + "abstractNumId")
        if reference is None:
            continue
        for level, form in abstract.get(str(reference.get(W + "val")), {}).items():
            reader.numbering[str(item.get(W + "numId")), level] = form


# --- walking --------------------------------------------------------------------------------------


class _Walker:
    """Reads block after block of one story (body, header, text box), naming each by its path."""

    def __init__(self, reader: _Reader, path: str, column: int = 0) -> None:
        self.reader = reader
        self.path = path
        self.count = 0
        self.column = column
        self.boxes = 0

    def container(self, element: Any, depth: int = 0) -> None:
        if depth > limits.MAX_XML_DEPTH:
            raise InputError("too_complex", "The document is nested too deeply.", "Save it anew in a simpler layout.")
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if child.tag == W + "p":
                self.paragraph(child)
            elif child.tag == W + "tbl":
                self.table(child, depth)
            elif child.tag in (W + "del", W + "moveFrom"):
                self.reader.tracked = True
            elif child.tag in (W + "sdt", W + "sdtContent", W + "ins", W + "moveTo", W + "customXml", W + "smartTag"):
                self.container(child, depth + 1)

    def table(self, table: Any, depth: int) -> None:
        """A layout table: rows of cells; a cell with a story of its own is read as a column."""
        number = self.count
        self.count += 1
        rows: list[list[Any]] = []
        for row in table.iter(W + "tr"):
            if _nearest_table(row) is not table:
                continue
            rows.append(list(_cells(row)))
        base = f"table/{number}" if self.path == "body" else f"{self.path}/table/{number}"
        if self._by_columns(rows, base, depth):
            return
        for row_number, cells in enumerate(rows):
            stories: list[list[Line]] = []
            for cell_number, cell in enumerate(cells):
                before = len(self.reader.document.lines)
                walker = _Walker(self.reader, f"{base}/{row_number}/{cell_number}", self.column)
                walker.container(cell, depth + 1)
                stories.append(self.reader.document.lines[before:])
                del self.reader.document.lines[before:]
            self._place(stories, f"{base}/{row_number}")

    def _by_columns(self, rows: list[list[Any]], base: str, depth: int) -> bool:
        """A layout table whose columns each hold sections of their own is read column by column."""
        if len(rows) < 2 or max(len(cells) for cells in rows) < 2:
            return False
        words = lexicon()
        placed: dict[int, list[tuple[int, int, Any]]] = {}
        headings: dict[int, int] = {}
        for row_number, cells in enumerate(rows):
            at = 0
            for cell_number, cell in enumerate(cells):
                placed.setdefault(at, []).append((row_number, cell_number, cell))
                for paragraph in cell.iter(W + "p"):
                    text = "".join(node.text or "" for node in paragraph.iter(W + "t")).strip()
                    if 2 < len(text) < 40 and words.section_of(text) and not words.is_weak_section(text):
                        headings[at] = headings.get(at, 0) + 1
                span = cell.find(f"{W}tcPr/{W}gridSpan")
                value = str(span.get(W + "val", "1")) if span is not None else "1"
                at += int(value) if value.isdigit() else 1
        if len(headings) < 2:
            return False
        starts = sorted(headings)
        sides = {start: max(i for i, s in enumerate(starts) if s <= start or i == 0) for start in placed}
        for side in range(len(starts)):
            cells_here = sorted(
                (entry for start, entries in placed.items() if sides[start] == side for entry in entries),
                key=lambda entry: (entry[0], entry[1]),
            )
            before = len(self.reader.document.lines)
            for row_number, cell_number, cell in cells_here:
                _Walker(self.reader, f"{base}/{row_number}/{cell_number}", self.column).container(cell, depth + 1)
            for line in self.reader.document.lines[before:]:
                line.side = side + 1
                line.column = before + side
        self.reader.document.columns = max(self.reader.document.columns, 2)
        return True

    def _place(self, stories: list[list[Line]], row: str) -> None:
        filled = [story for story in stories if story]
        if not filled:
            return
        lines = self.reader.document.lines
        if len(filled) == 1:
            lines.extend(filled[0])
            return
        shortest = min(len(story) for story in filled)
        longest = max(len(story) for story in filled)
        if longest <= 3 or (shortest <= 3 and len(filled[0]) <= 3 and longest <= 40 and _is_label_story(filled[0])):
            # A table row: cells side by side. The first line of each cell makes one line.
            depth = _rows_within(filled)
            for level in range(depth):
                beside = [story[level] for story in filled if level < len(story)]
                for other in beside[1:]:
                    beside[0].cells.extend(other.cells)
                beside[0].row = row
                lines.append(beside[0])
            for story in filled:
                lines.extend(story[depth:])
            return
        for number, story in enumerate(filled):
            for line in story:
                line.side = number + 1
                line.column = len(lines) + number
            lines.extend(story)
        self.reader.document.columns = max(self.reader.document.columns, 2)

    def paragraph(self, paragraph: Any) -> None:
        reader = self.reader
        properties = paragraph.find(W + "pPr")
        named = None
        if properties is not None and (style := properties.find(W + "pStyle")) is not None:
            named = str(style.get(W + "val"))
        base = _style(reader, named)
        _apply_paragraph(base, properties, reader)
        cells: list[list[Word]] = [[]]
        lines: list[list[list[Word]]] = [cells]
        state = {"open": False}
        boxes: list[Any] = []
        self._runs(paragraph, base, lines, state, None, boxes)
        number = self.count
        self.count += 1
        block = f"{self.path}/{number}"
        for box in boxes[:400]:
            self.boxes += 1
            before = len(reader.document.lines)
            _Walker(reader, f"textbox/{number}.{self.boxes}", self.column).container(box)
            for line in reader.document.lines[before:]:
                line.column = 1000 + number * 50 + self.boxes
        gap = 1.3 + _space_before(properties)
        for part, cell_list in enumerate(lines):
            kept = [cell for cell in cell_list if cell]
            if not kept:
                continue
            line = Line(cells=kept, block=block, column=self.column)
            line.heading_level = base.heading
            line.bullet = base.numbered and part == 0 and base.list_text in (None, "bullet", "decimal")
            line.x0 = base.indent
            first = kept[0][0]
            mark = first.text[0]
            if (
                (mark in BULLETS or 0xF000 <= ord(mark) <= 0xF0FF)
                and len(first.text) == 1
                and (len(kept[0]) > 1 or len(kept) > 1)
            ):
                line.bullet = True
                kept[0].pop(0)
                if not kept[0]:
                    kept.pop(0)
            elif mark in "•●▪◦‣➢✓" and len(first.text) > 1:
                line.bullet = True
                first.text = first.text[1:]
            if line.heading_level and line.bullet:
                line.bullet = False
            line.gap_above = gap if part == 0 else 1.2
            reader.document.lines.append(line)

    def _runs(
        self,
        element: Any,
        base: _Style,
        lines: list[list[list[Word]]],
        state: dict[str, bool],
        link: str | None,
        boxes: list[Any],
        depth: int = 0,
    ) -> None:
        if depth > 40:
            raise InputError("too_complex", "The document is nested too deeply.", "Save it anew in a simpler layout.")
        for child in element:
            if not isinstance(child.tag, str):
                continue
            tag = child.tag
            if tag == W + "r":
                self._run(child, base, lines, state, link, boxes, depth)
            elif tag == W + "hyperlink":
                target = self.reader.links.get(str(child.get(R + "id")))
                self._runs(child, base, lines, state, target or link, boxes, depth + 1)
            elif tag in (W + "del", W + "moveFrom"):
                self.reader.tracked = True
            elif tag in (
                W + "ins",
                W + "moveTo",
                W + "smartTag",
                W + "sdt",
                W + "sdtContent",
                W + "fldSimple",
                W + "customXml",
                W + "bdo",
                W + "dir",
            ):
                self._runs(child, base, lines, state, link, boxes, depth + 1)

    def _run(
        self,
        run: Any,
        base: _Style,
        lines: list[list[list[Word]]],
        state: dict[str, bool],
        link: str | None,
        boxes: list[Any],
        depth: int,
    ) -> None:
        properties = run.find(W + "rPr")
        style = _copy(base)
        if properties is not None:
            named = properties.find(W + "rStyle")
            if named is not None and str(named.get(W + "val")) in self.reader.styles:
                element = self.reader.styles[str(named.get(W + "val"))]
                _apply_run(style, element.find(W + "rPr"))
            _apply_run(style, properties)
        for child in run:
            if not isinstance(child.tag, str):
                continue
            tag = child.tag
            if tag == W + "t":
                self._text(child.text or "", style, lines, state, link)
            elif tag in (W + "tab", W + "ptab"):
                lines[-1].append([])
                state["open"] = False
            elif tag in (W + "br", W + "cr"):
                lines.append([[]])
                state["open"] = False
            elif tag == W + "noBreakHyphen":
                self._text("-", style, lines, state, link)
            elif tag == W + "sym":
                state["open"] = False
            elif tag in (W + "drawing", W + "pict") or tag.endswith("}AlternateContent"):
                boxes.extend(_text_boxes(child))
            elif tag == W + "hyperlink":  # not allowed here, but converters write it and Word shows it
                target = self.reader.links.get(str(child.get(R + "id")))
                self._runs(child, style, lines, state, target or link, boxes, depth + 1)

    def _text(
        self, text: str, style: _Style, lines: list[list[list[Word]]], state: dict[str, bool], link: str | None
    ) -> None:
        if style.hidden or style.size < 2.5:
            self.reader.hidden += len(text.strip())
            return
        if any(name in style.font.lower() for name in _SYMBOL_FONTS):
            text = "".join(c for c in text if c.isascii() is False and not 0xE000 <= ord(c) <= 0xF8FF)
        for number, piece in enumerate(re.split(r"([ \u00a0\u2002\u2003\u2009\n\r]+|\t|\s{3,})", text)):
            if piece == "\t":
                lines[-1].append([])
                state["open"] = False
                continue
            if number % 2:
                if piece:
                    state["open"] = False
                continue
            piece = "".join(  # noqa: PLW2901
                c for c in piece if c not in "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f" and ord(c) >= 32
            )
            if not piece:
                continue
            cell = lines[-1][-1]
            shown = piece.upper() if style.caps else piece
            if state["open"] and cell:
                last = cell[-1]
                if (
                    (last.bold, last.italic) == (style.bold, style.italic)
                    and last.size == style.size
                    and last.link == link
                ):
                    last.text += shown
                    continue
            cell.append(
                Word(
                    shown, size=style.size, bold=style.bold, italic=style.italic, color=style.color, font=style.font,
                    link=link, glue=bool(state["open"] and cell),
                )
            )  # fmt: skip
            state["open"] = True


def _nearest_table(element: Any) -> Any:
    parent = element.getparent()
    while parent is not None and parent.tag != W + "tbl":
        parent = parent.getparent()
    return parent


def _cells(row: Any) -> list[Any]:
    found: list[Any] = []
    for child in row:
        if not isinstance(child.tag, str):
            continue
        if child.tag == W + "tc":
            found.append(child)
        elif child.tag in (W + "sdt", W + "sdtContent", W + "ins"):
            found.extend(_cells(child))
    return found


def _rows_within(stories: list[list[Line]]) -> int:
    """How many rows a table row really holds: cells of as many paragraphs each, one of them all dates."""
    columns = stories[1:] if len(stories[0]) == 1 else stories
    depths = {len(story) for story in columns}
    if len(depths) != 1 or any(line.bullet for story in columns for line in story):
        return 1
    dated = any(
        all(ranges(text) and len(text) < 40 for text in (" ".join(w.text for w in line.words()) for line in story))
        for story in columns
    )
    return depths.pop() if dated else 1


def _is_label_story(story: list[Line]) -> bool:
    text = " ".join(word.text for line in story for word in line.words())
    return len(text) <= 60


def _space_before(properties: Any | None) -> float:
    """Extra white space above a paragraph, in units of a usual line."""
    if properties is None:
        return 0.0
    spacing = properties.find(W + "spacing")
    if spacing is None:
        return 0.0
    try:
        return min(float(spacing.get(W + "before") or 0) / 240, 2.0)
    except ValueError:
        return 0.0


def _text_boxes(element: Any) -> list[Any]:
    """Stories of text boxes inside a drawing; the fallback copy of each is skipped."""
    found: list[Any] = []
    for box in element.iter(_TXBX):
        parent: Any = box.getparent()  # lxml is untyped
        fallback = False
        nested = False
        while parent is not None and parent is not element:
            fallback = fallback or parent.tag == _MC_FALLBACK
            nested = nested or parent.tag == _TXBX
            parent = parent.getparent()
        if element.tag == _MC_FALLBACK:
            fallback = True
        if not fallback and not nested:
            found.append(box)
    return found


def _photo(reader: _Reader) -> str | None:
    """The first picture of the document that may be a portrait."""
    tried = 0
    for name, size in reader.sizes.items():
        if not name.startswith("word/media/") or name.lower().rpartition(".")[2] not in ("png", "jpg", "jpeg"):
            continue
        if not 1_500 < size <= limits.MAX_IMAGE_BYTES or tried >= 4:
            continue
        tried += 1
        try:
            data = reader.archive.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
            continue
        from cv_parsing.photo import portrait

        if found := portrait(data):
            return found
    return None


def _settle(document: Document) -> None:
    """Prevailing style of each line; paragraphs never wrap: each is whole."""
    for line in document.lines:
        indent = line.x0
        line.measure()
        line.x0 = indent
        line.x1 = indent + len(" ".join(w.text for w in line.words()))
