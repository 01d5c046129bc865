"""The facts of a PDF's structure that decide what robots and screen readers make of it."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

# Text below this size (points) is not read by a person.
SMALLEST_READABLE = 3.0
# A text object whose area of the page picture varies less than this (of 255) shows nothing to a person.
FAINTEST_CONTRAST = 12
# Pixels per point, and the longest side of a page picture (a page may claim to be 5 m wide).
FINEST_SCALE = 2.0
LARGEST_PICTURE = 3000
# More of the page than this (share of its area) under one image is no portrait but content.
LARGEST_PORTRAIT = 0.15
# Bytes of a glyph's program that draws nothing: a width and the end.
SHORTEST_OUTLINE = 4
# Structure trees are walked no deeper and no further than a CV could need (hostile files nest them).
DEEPEST_STRUCTURE = 60
MOST_ELEMENTS = 50_000


@dataclass
class Font:
    name: str
    embedded: bool
    maps_to_unicode: bool
    undefined_glyphs: int = 0


@dataclass
class Link:
    """A link annotation: where it leads, and the text that stands under it."""

    page: int
    target: str
    text: str
    described: bool


@dataclass
class Hidden:
    page: int
    reason: str
    characters: int


@dataclass
class Structure:
    """The tags: how many of each kind, the heading levels in order, figures without alternative text."""

    elements: dict[str, int] = field(default_factory=dict)
    headings: list[int] = field(default_factory=list)
    figures_without_text: int = 0


@dataclass
class Inspection:
    pages: int = 0
    encrypted: bool = False
    extraction_allowed: bool = True
    title: str = ""
    title_shown: bool = False
    language: str = ""
    marked: bool = False
    pdf_ua_part: str = ""
    pdf_a_part: str = ""
    tab_order_follows_structure: bool = True
    structure: Structure = field(default_factory=Structure)
    fonts: list[Font] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    has_text_layer_over_scan: bool = False
    pages_without_text: list[int] = field(default_factory=list)
    large_images: int = 0
    attachments: dict[str, bytes] = field(default_factory=dict)
    active_content: list[str] = field(default_factory=list)

    def attached_resume(self) -> tuple[bool, Any]:
        """Whether a JSON Resume is attached, and its value (None where it cannot be read)."""
        for name, body in sorted(self.attachments.items()):
            if name.lower().endswith(".json"):
                try:
                    value = json.loads(body)
                except (ValueError, RecursionError):
                    return True, None
                if isinstance(value, dict) and ("basics" in value or "work" in value):
                    return True, value
        return False, None


def inspect(pdf: bytes) -> Inspection:
    """Everything the checks ask about the file itself. Unreadable parts count as absent."""
    inspection = Inspection()
    _inspect_objects(pdf, inspection)
    _inspect_pages(pdf, inspection)
    return inspection


# --- the object graph, by pypdf -----------------------------------------------------------------


def _inspect_objects(pdf: bytes, inspection: Inspection) -> None:
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    # Each step alone may meet an object that is not what the standard says; the others still count.
    try:
        reader = pypdf.PdfReader(io.BytesIO(pdf))
        inspection.encrypted = reader.is_encrypted
        catalog = reader.root_object
    except Exception:  # noqa: BLE001
        return
    for step in (_read_catalog, _read_metadata, _read_permissions, _read_structure, _read_fonts, _read_attachments):
        try:
            step(reader, catalog, inspection)
        except Exception:  # noqa: BLE001, S112
            continue


def _read_catalog(reader: Any, catalog: Any, inspection: Inspection) -> None:
    inspection.pages = len(reader.pages)
    inspection.language = str(catalog.get("/Lang", "") or "")
    marks = _resolve(catalog.get("/MarkInfo")) or {}
    inspection.marked = bool(_plain(marks.get("/Marked", False)))
    preferences = _resolve(catalog.get("/ViewerPreferences")) or {}
    inspection.title_shown = bool(_plain(preferences.get("/DisplayDocTitle", False)))
    names = _resolve(catalog.get("/Names")) or {}
    if "/JavaScript" in names:
        inspection.active_content.append("JavaScript")
    action = _resolve(catalog.get("/OpenAction"))
    if isinstance(action, dict) and action.get("/S") in ("/JavaScript", "/Launch", "/URI"):
        inspection.active_content.append(str(action["/S"])[1:])
    if "/AcroForm" in catalog and (_resolve(catalog["/AcroForm"]) or {}).get("/Fields"):
        inspection.active_content.append("form fields")
    for page in reader.pages:
        annotations = _resolve(page.get("/Annots")) or []
        if annotations and page.get("/Tabs") != "/S":
            inspection.tab_order_follows_structure = False


def _read_metadata(reader: Any, catalog: Any, inspection: Inspection) -> None:
    information = reader.metadata or {}
    inspection.title = str(information.get("/Title", "") or "").strip()
    stream = _resolve(catalog.get("/Metadata"))
    if stream is None:
        return
    xmp = stream.get_data().decode("utf-8", "replace")
    inspection.pdf_ua_part = _xmp_value(xmp, "pdfuaid", "part")
    inspection.pdf_a_part = _xmp_value(xmp, "pdfaid", "part")
    if not inspection.title:
        title = re.search(r"<dc:title>.*?<rdf:li[^>]*>([^<]+)<", xmp, re.DOTALL)
        inspection.title = title[1].strip() if title else ""


def _xmp_value(xmp: str, prefix: str, name: str) -> str:
    match = re.search(rf"""{prefix}:{name}(?:=["']|>)\s*([0-9A-Za-z]+)""", xmp)
    return match[1] if match else ""


def _read_permissions(reader: Any, catalog: Any, inspection: Inspection) -> None:
    del catalog
    if reader.is_encrypted:
        encryption = _resolve(reader.trailer.get("/Encrypt")) or {}
        # Bit 5 of /P (ISO 32000-1, table 22): copy or otherwise extract text.
        inspection.extraction_allowed = bool(int(encryption.get("/P", -1)) & (1 << 4))


def _read_structure(reader: Any, catalog: Any, inspection: Inspection) -> None:
    del reader
    root = _resolve(catalog.get("/StructTreeRoot"))
    if root is None:
        return
    roles = {str(key): str(value) for key, value in (_resolve(root.get("/RoleMap")) or {}).items()}
    structure = inspection.structure
    for element in _walk_structure(root):
        kind = str(element.get("/S", ""))
        kind = roles.get(kind, kind).lstrip("/")
        structure.elements[kind] = structure.elements.get(kind, 0) + 1
        if heading := re.fullmatch(r"H([1-6])", kind):
            structure.headings.append(int(heading[1]))
        if kind == "Figure" and not (element.get("/Alt") or element.get("/ActualText")):
            structure.figures_without_text += 1


def _walk_structure(root: Any) -> Iterator[Any]:
    seen = 0
    stack: list[tuple[Any, int]] = [(root, 0)]
    while stack and seen < MOST_ELEMENTS:
        node, depth = stack.pop()
        seen += 1
        if depth:
            yield node
        if depth >= DEEPEST_STRUCTURE:
            continue
        children = _resolve(node.get("/K"))
        children = children if isinstance(children, list) else [children]
        stack.extend(
            (child, depth + 1)
            for child in map(_resolve, reversed(children))
            if isinstance(child, dict) and "/S" in child and child.get("/Type") not in ("/MCR", "/OBJR")
        )


def _read_fonts(reader: Any, catalog: Any, inspection: Inspection) -> None:
    del catalog
    seen: set[int] = set()
    for page in reader.pages:
        for font in _fonts_of(_resolve(page.get("/Resources")), depth=0):
            if id(font) in seen:
                continue
            seen.add(id(font))
            descendants = _resolve(font.get("/DescendantFonts")) or []
            inner = _resolve(descendants[0]) if descendants else font
            descriptor = _resolve(inner.get("/FontDescriptor")) or {}
            embedded = font.get("/Subtype") == "/Type3" or any(
                key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")
            )
            # A simple font with a standard encoding needs no map; a composite or Type 3 font does.
            needs_map = font.get("/Subtype") in ("/Type0", "/Type3") or not font.get("/Encoding")
            standard = not descriptor and font.get("/Subtype") == "/Type1"
            inspection.fonts.append(
                Font(
                    name=str(font.get("/BaseFont", font.get("/Name", "")))[1:],
                    embedded=embedded,
                    maps_to_unicode="/ToUnicode" in font or standard or not needs_map,
                    undefined_glyphs=count_undefined_glyphs(font, inner, descriptor),
                )
            )


def _fonts_of(resources: Any, depth: int) -> Iterator[Any]:
    if not isinstance(resources, dict) or depth > 4:
        return
    for font in (_resolve(resources.get("/Font")) or {}).values():
        resolved = _resolve(font)
        if isinstance(resolved, dict):
            yield resolved
    for form in (_resolve(resources.get("/XObject")) or {}).values():
        resolved = _resolve(form)
        if isinstance(resolved, dict) and resolved.get("/Subtype") == "/Form":
            yield from _fonts_of(_resolve(resolved.get("/Resources")), depth + 1)


def count_undefined_glyphs(font: Any, inner: Any, descriptor: Any) -> int:
    """How many characters of a CID-keyed font have no outline under the code that the pages use.

    In such a font a code names a CID, and the font's own charset says which glyph that is (ISO 32000-1, 9.7.4.2).
    Some writers put glyph numbers there: lenient readers show the text, strict ones blanks or other letters,
    and no text extraction can tell.
    """
    if inner.get("/Subtype") != "/CIDFontType0" or "/FontFile3" not in descriptor or "/ToUnicode" not in font:
        return 0
    from fontTools.cffLib import CFFFontSet
    from fontTools.ttLib import TTFont

    program = _resolve(descriptor["/FontFile3"]).get_data()
    if program[:4] == b"OTTO":
        outlines = TTFont(io.BytesIO(program), lazy=True)["CFF "].cff
    else:
        outlines = CFFFontSet()
        outlines.decompile(io.BytesIO(program), None)
    top = outlines[outlines.fontNames[0]]
    if not hasattr(top, "ROS"):
        return 0  # keyed by name: codes are glyph numbers
    glyphs = top.CharStrings
    undefined = 0
    for code, text in _codes(_resolve(font["/ToUnicode"]).get_data()):
        name = f"cid{code:05d}"
        drawn = name in glyphs and len(glyphs[name].bytecode or b"") > SHORTEST_OUTLINE
        undefined += not drawn and not text.isspace()
    return undefined


def _codes(character_map: bytes) -> Iterator[tuple[int, str]]:
    """The codes of a ToUnicode map (single characters) with their text."""
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", character_map, re.DOTALL):
        for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            yield int(code, 16), bytes.fromhex(text.decode().zfill(4)).decode("utf-16-be", "replace")


def _read_attachments(reader: Any, catalog: Any, inspection: Inspection) -> None:
    del catalog
    for name, bodies in reader.attachments.items():
        for body in bodies if isinstance(bodies, list) else [bodies]:
            inspection.attachments[str(name)] = bytes(body)


def _resolve(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _plain(value: Any) -> Any:
    value = _resolve(value)
    return getattr(value, "value", value)


# --- what is painted, by PDFium -----------------------------------------------------------------


def _inspect_pages(pdf: bytes, inspection: Inspection) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        inspection.pages = len(document)
        for number in range(len(document)):
            try:
                page = document[number]
            except pypdfium2.PdfiumError:
                inspection.pages_without_text.append(number + 1)
                continue
            try:
                _inspect_page(page, number + 1, inspection)
            finally:
                page.close()
    finally:
        document.close()


def _inspect_page(page: Any, number: int, inspection: Inspection) -> None:
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    area = max(1.0, width * height)
    covered = 0.0
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        x0, y0, x1, y1 = item.get_bounds()
        share = max(0.0, x1 - x0) * max(0.0, y1 - y0) / area
        covered = max(covered, share)
        inspection.large_images += share > LARGEST_PORTRAIT
    text_page = page.get_textpage()
    try:
        visible, hidden = 0, dict[str, int]()
        picture = PagePicture(page)
        for word in _words_of(text_page):
            reason = picture.why_hidden(word)
            if reason == "invisible" and covered > 0.7:
                inspection.has_text_layer_over_scan = True
                reason = ""
            if reason:
                hidden[reason] = hidden.get(reason, 0) + word.characters
            else:
                visible += word.characters
        inspection.hidden.extend(Hidden(number, reason, count) for reason, count in sorted(hidden.items()))
        if covered > 0.4 and visible < 40:
            inspection.pages_without_text.append(number)
        _read_links(page, number, text_page, inspection)
    finally:
        text_page.close()


@dataclass
class Word:
    """A run of characters without white space: its box in PDF points (origin bottom left)."""

    characters: int
    left: float
    bottom: float
    right: float
    top: float
    invisible: bool


def _words_of(text_page: Any) -> Iterator[Word]:
    import ctypes

    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    word: Word | None = None
    for index in range(text_page.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text_page.raw, index)
        blank = chr(code).isspace() if 0 < code < 0x110000 else True
        if blank or pdfium.FPDFText_IsGenerated(text_page.raw, index) == 1:
            if blank and word:
                yield word
                word = None
            continue
        # The loose box spans the line height: a full stop is as tall as its line.
        if not pdfium.FPDFText_GetLooseCharBox(text_page.raw, index, ctypes.byref(box)):
            continue
        item = pdfium.FPDFText_GetTextObject(text_page.raw, index)
        invisible = bool(item) and pdfium.FPDFTextObj_GetTextRenderMode(item) in (
            pdfium.FPDF_TEXTRENDERMODE_INVISIBLE,
            pdfium.FPDF_TEXTRENDERMODE_CLIP,
        )
        letter = int(chr(code).isalnum())
        same_line = word is not None and box.bottom < word.top and box.top > word.bottom
        if word is not None and (word.invisible != invisible or not same_line):
            yield word
            word = None
        if word is None:
            word = Word(letter, box.left, box.bottom, box.right, box.top, invisible)
        else:
            word.characters += letter
            word.left, word.bottom = min(word.left, box.left), min(word.bottom, box.bottom)
            word.right, word.top = max(word.right, box.right), max(word.top, box.top)
    if word:
        yield word


class PagePicture:
    """The page as a person sees it, in grey: text whose place shows one flat tone is unseen.

    This needs no knowledge of colours, covers, clips or transparency.
    """

    def __init__(self, page: Any) -> None:
        self.scale = min(FINEST_SCALE, LARGEST_PICTURE / max(1.0, *page.get_size()))
        picture = page.render(scale=self.scale, grayscale=True)
        self.pixels, self.stride = bytes(picture.buffer), picture.stride
        self.width, self.height = picture.width, picture.height
        self.left, self.bottom, self.right, self.top = page.get_bbox()
        # Boxes of turned pages would have to be turned too; CVs are not, so their tones are not judged.
        self.turned = page.get_rotation() != 0

    def why_hidden(self, word: Word) -> str:
        """A reason why a person cannot see this word, or an empty string."""
        if not word.characters:
            return ""
        if word.invisible:
            return "invisible"
        if word.right <= self.left or word.left >= self.right or word.top <= self.bottom or word.bottom >= self.top:
            return "outside_the_page"
        if word.top - word.bottom < SMALLEST_READABLE and word.right - word.left < word.characters * SMALLEST_READABLE:
            return "too_small"
        return "same_colour_as_its_ground" if not self.turned and self._is_flat(word) else ""

    def _is_flat(self, word: Word) -> bool:
        first_column = max(0, int((word.left - self.left) * self.scale))
        last_column = min(self.width, int((word.right - self.left) * self.scale) + 1)
        first_row = max(0, int((self.top - word.top) * self.scale))
        last_row = min(self.height, int((self.top - word.bottom) * self.scale) + 1)
        darkest, lightest = 255, 0
        for row in range(first_row, last_row):
            line = self.pixels[row * self.stride + first_column : row * self.stride + last_column]
            if line:
                darkest, lightest = min(darkest, min(line)), max(lightest, max(line))  # noqa: PLW3301 - bytes: fast
                if lightest - darkest >= FAINTEST_CONTRAST:
                    return False
        return lightest >= darkest


def _read_links(page: Any, number: int, text_page: Any, inspection: Inspection) -> None:
    import ctypes

    import pypdfium2.raw as pdfium

    for index in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        try:
            if pdfium.FPDFAnnot_GetSubtype(annotation) != pdfium.FPDF_ANNOT_LINK:
                continue
            target = _link_target(page, annotation)
            if not target:
                continue
            rectangle = pdfium.FS_RECTF()
            pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(rectangle))
            text = text_page.get_text_bounded(
                left=min(rectangle.left, rectangle.right),
                right=max(rectangle.left, rectangle.right),
                bottom=min(rectangle.bottom, rectangle.top),
                top=max(rectangle.bottom, rectangle.top),
            )
            described = bool(pdfium.FPDFAnnot_HasKey(annotation, b"Contents"))
            inspection.links.append(Link(number, target, " ".join(text.split()), described))
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _link_target(page: Any, annotation: Any) -> str:
    import ctypes

    import pypdfium2.raw as pdfium

    link = pdfium.FPDFAnnot_GetLink(annotation)
    action = pdfium.FPDFLink_GetAction(link) if link else None
    if not action or pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_URI:
        return ""
    length = pdfium.FPDFAction_GetURIPath(page.pdf.raw, action, None, 0)
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDFAction_GetURIPath(page.pdf.raw, action, buffer, length)
    return buffer.value.decode("utf-8", "replace")


def canonical_address(address: str) -> str:
    """An address as people compare it: no scheme, no `www.`, no trailing slash, unescaped, folded."""
    address = unquote(address.strip()).casefold()
    address = re.sub(r"^(?:https?://|mailto:|tel:)", "", address)
    return re.sub(r"^www\.", "", address).rstrip("/")
