"""PDF → words with boxes, fonts, colours and links (pypdfium2).

Invisible, white-on-white, tiny, rotated and off-page text is reported and left out: a robot
must not read what a person cannot see.
"""

import ctypes
import io
import itertools
import re
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from cvmaker_core.errors import InputError
from cvmaker_core.schema.artefacts import HiddenText

from cv_parsing import limits
from cv_parsing.lexicon import lexicon, plain
from cv_parsing.model import Word

_CONTROL_LIGATURES = {0x1B: "ff", 0x1C: "fi", 0x1D: "fl", 0x1E: "ffi", 0x1F: "ffl"}
"""Where TeX's T1 encoding keeps its ligatures; fonts without a character map yield the bare codes."""
_LIGATURES = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_ARABIC_FORMS = range(0xFB50, 0xFEFF)
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi", "-sb", "medium")
_CONTRAST_FLOOR = 14
"""Difference of grey levels (of 255) below which text cannot be told from its ground."""
_TINY_POINTS = 2.5
_FONT_BOLD_WEIGHT = 600


@dataclass(slots=True)
class PdfPage:
    """One page's words in stream order, and what else the layout needs."""

    number: int
    width: float
    height: float
    words: list[Word] = field(default_factory=list)
    marks: list[tuple[float, float]] = field(default_factory=list)
    """Centres of small drawn dots and squares: list marks that are pictures, not letters."""
    rules: list[tuple[float, float, float]] = field(default_factory=list)
    """Horizontal lines drawn over a good part of the page: left end, right end and height."""
    image_area: float = 0.0
    """Largest image, as a share of the page."""


@dataclass(slots=True)
class PdfContent:
    pages: list[PdfPage]
    hidden: list[HiddenText]
    fonts: list[str]
    attachment: bytes | None = None
    image: str | None = None
    """The person's portrait as a `data:` URI."""
    ocr_layer: bool = False


@dataclass(slots=True)
class _Style:
    size: float
    bold: bool
    italic: bool
    color: int
    font: str
    hidden: str | None
    drop: float
    """Distance from the loose box's bottom up to the baseline."""
    spacing: float = 0.0
    """Letter spacing, in em."""


def open_pdf(data: bytes) -> "pdfium.PdfDocument":
    """Open a PDF.

    Raises
    ------
    InputError
        `encrypted` when it needs a password, `corrupt` when it cannot be read,
        `too_many_pages`, `not_a_cv` when it has no page.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == pdfium_c.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise InputError(
                "encrypted",
                "The PDF is protected by a password.",
                "Save a copy without a password and upload that.",
            ) from None
        if code == pdfium_c.FPDF_ERR_SECURITY:
            raise InputError(
                "encrypted",
                "The PDF uses a protection that cannot be opened.",
                "Print it to a new PDF and upload that.",
            ) from None
        raise InputError(
            "corrupt",
            "The PDF is damaged or incomplete and cannot be opened.",
            "Export it again from the program it was made with.",
        ) from None
    pages = len(document)
    if pages == 0:
        document.close()
        raise InputError("corrupt", "The PDF has no pages.", "Export it again from the program it was made with.")
    if pages > limits.MAX_PAGES:
        document.close()
        raise InputError(
            "too_many_pages",
            f"The PDF has {pages} pages; a CV may have up to {limits.MAX_PAGES}.",
            "Upload the CV alone, without certificates or portfolio.",
        )
    return document


def read_pdf(document: "pdfium.PdfDocument", *, with_attachment: bool, deadline: float) -> PdfContent:
    """All pages' words. `deadline` is a `time.monotonic()` value after which reading stops with an error."""
    hidden: Counter[tuple[int, str]] = Counter()
    fonts: Counter[str] = Counter()
    pages: list[PdfPage] = []
    ocr_layer = False
    image: str | None = None
    total = 0
    for index in range(len(document)):
        if time.monotonic() > deadline:
            raise InputError("too_complex", "The PDF takes too long to read.", "Export a simpler copy and upload that.")
        try:
            page = _upright(document, index)
        except pdfium.PdfiumError:
            raise InputError(
                "corrupt",
                "A page of the PDF is damaged and cannot be read.",
                "Export it again from the program it was made with.",
            ) from None
        try:
            result, was_ocr = _read_page(page, index + 1, hidden, fonts)
            if index == 0 and with_attachment:
                from cv_parsing.photo import portrait_on_page

                image = portrait_on_page(page, result.width, result.height)
        finally:
            page.close()
        ocr_layer = ocr_layer or was_ocr
        total += sum(len(word.text) for word in result.words)
        if total > limits.MAX_CHARACTERS:
            raise InputError("too_large", "The PDF holds far more text than a CV.", "Upload the CV alone.")
        pages.append(result)
    _settle_medium(pages, fonts)
    return PdfContent(
        pages=pages,
        hidden=[HiddenText(page=page, reason=reason, characters=n) for (page, reason), n in sorted(hidden.items())],
        fonts=[name for name, _ in fonts.most_common(12)],
        attachment=_json_attachment(document) if with_attachment else None,
        ocr_layer=ocr_layer,
        image=image,
    )


def _upright(document: "pdfium.PdfDocument", index: int) -> "pdfium.PdfPage":
    """The page with its `/Rotate` carried out in its content (in memory): a turned page reads like any other."""
    page = document[index]
    turn = page.get_rotation()
    if not turn:
        return page
    left, bottom, right, top = page.get_cropbox()
    width, height = right - left, top - bottom
    if turn == 180:
        matrix = (-1.0, 0.0, 0.0, -1.0, right, top)
    elif turn == 90:
        matrix = (0.0, -1.0, 1.0, 0.0, -bottom, right)
    else:
        matrix = (0.0, 1.0, -1.0, 0.0, top, -left)
    if turn != 180:
        width, height = height, width
    unclipped = pdfium_c.FS_RECTF(-1e5, 1e5, 1e5, -1e5)
    pdfium_c.FPDFPage_TransFormWithClip(page.raw, pdfium_c.FS_MATRIX(*matrix), unclipped)
    pdfium_c.FPDFPage_TransformAnnots(page.raw, *matrix)
    page.set_mediabox(0, 0, width, height)
    page.set_cropbox(0, 0, width, height)
    page.set_rotation(0)
    page.close()
    return document[index]


def _settle_medium(pages: list[PdfPage], fonts: "Counter[str]") -> None:
    """A medium weight is bold beside a regular of its family; beside a bold and no regular it is the text's own."""
    families: dict[str, set[str]] = {}
    for name in fonts:
        family, _, style = name.partition("-")
        families.setdefault(family, set()).add(style.lower())
    plain_medium = {
        f"{family}-{style}"
        for family, styles in families.items()
        for style in ("Medium", "MediumItalic")
        if style.lower() in styles and "bold" in styles and not styles & {"regular", "roman", "book", "", "light"}
    }
    if plain_medium:
        for page in pages:
            for word in page.words:
                word.bold = word.bold and word.font not in plain_medium


def render_page(document: "pdfium.PdfDocument", index: int) -> bytes:
    """A page as PNG of at most 5 MB, for OCR (200 dpi first: what Textract recommends as a floor is 150)."""
    page = document[index]
    try:
        width, height = page.get_size()
        for dots in (200, 150, 110, 75):
            scale = min(dots / 72, 4000 / max(width, height, 1))
            image = page.render(scale=scale, grayscale=True).to_pil()
            buffer = io.BytesIO()
            image.save(buffer, format="PNG", optimize=False)
            if buffer.tell() <= limits.MAX_PNG_BYTES:
                return buffer.getvalue()
    finally:
        page.close()
    raise InputError("too_large", "A scanned page is too large to read.", "Scan it at 200 dpi and upload that.")


def _json_attachment(document: "pdfium.PdfDocument") -> bytes | None:
    """The first attached file whose name ends in .json, if it is small enough."""
    try:
        count = min(document.count_attachments(), 20)
        for index in range(count):
            attachment = document.get_attachment(index)
            if attachment.get_name().lower().endswith(".json"):
                data = bytes(attachment.get_data())
                if len(data) <= 2 * 1024 * 1024:
                    return data
    except (pdfium.PdfiumError, ValueError, UnicodeError):
        return None
    return None


class _Ink:
    """The page as painted, looked at only when a word may be invisible: is there anything to see where it stands?"""

    scale = 1.5

    def __init__(self, page: "pdfium.PdfPage") -> None:
        self.page = page
        self.rows: bytes | None = None
        self.stride = self.width = self.height = 0

    def _paint(self) -> None:
        bitmap = self.page.render(scale=self.scale, grayscale=True, may_draw_forms=False)
        self.rows = bytes(bitmap.buffer)
        self.stride, self.width, self.height = bitmap.stride, bitmap.width, bitmap.height

    def shows(self, word: Word) -> bool:
        if self.rows is None:
            self._paint()
        assert self.rows is not None
        x0, x1 = max(int(word.x0 * self.scale), 0), min(int(word.x1 * self.scale) + 1, self.width)
        top = word.baseline - 0.72 * word.size
        y0, y1 = max(int(top * self.scale), 0), min(int(word.baseline * self.scale) + 1, self.height)
        if x1 <= x0 or y1 <= y0:
            return False
        low, high = 255, 0
        for y in range(y0, y1):
            row = self.rows[y * self.stride + x0 : y * self.stride + x1]
            low, high = min(low, *row), max(high, *row)
        return high - low > _CONTRAST_FLOOR


def _luminance(color: int) -> float:
    red, green, blue = (color >> 16) & 255, (color >> 8) & 255, color & 255
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def _read_page(
    page: "pdfium.PdfPage", number: int, hidden: "Counter[tuple[int, str]]", fonts: "Counter[str]"
) -> tuple[PdfPage, bool]:
    width, height = page.get_size()
    result = PdfPage(number=number, width=width, height=height)
    origin_x, origin_y = _page_origin(page)
    textpage = page.get_textpage()
    try:
        words, invisible = _read_words(textpage, result, origin_x, origin_y, hidden, fonts)
    finally:
        textpage.close()
    ink = _Ink(page)
    visible_characters = sum(len(word.text) for word in words)
    was_ocr = False
    shown: list[Word] = []
    if invisible:
        # Invisible text over ink: the text layer of a scan, or letters that are drawn as outlines.
        seen_boxes = [(word.x0, word.x1, word.baseline - 0.6 * word.size, word.baseline) for word in words]
        for word in invisible:
            if _overlaps(word, seen_boxes) or not ink.shows(word):
                hidden[number, "invisible"] += len(word.text)
            else:
                shown.append(word)
        was_ocr = sum(len(word.text) for word in shown) > max(40, 2 * visible_characters)
        if was_ocr:
            was_ocr = _largest_image(page, width * height) > 0.5
        else:
            for word in shown:
                word.bold = True  # drawn outlines under transparent text: how Chromium prints a bold it lacks
    elif visible_characters < 40:
        result.image_area = _largest_image(page, width * height)
    kept: list[Word] = []
    for word in words:
        if word.x1 < 0 or word.x0 > width or word.y1 < 0 or word.y0 > height:
            hidden[number, "off_page"] += len(word.text)
            continue
        if _luminance(word.color) > 0.8 and not ink.shows(word):
            hidden[number, "same_colour_as_background"] += len(word.text)
            continue
        kept.append(word)
    kept.extend(shown)
    result.words = kept
    result.marks, result.rules = _drawn_marks(page, height, origin_x, origin_y)
    _attach_links(page, result, origin_x, origin_y)
    return result, was_ocr


def _overlaps(word: Word, boxes: list[tuple[float, float, float, float]]) -> bool:
    """Whether another, visible word stands where this one does."""
    x, y = (word.x0 + word.x1) / 2, word.baseline - 0.3 * word.size
    return any(x0 <= x <= x1 and y0 <= y <= y1 for x0, x1, y0, y1 in boxes)


def _drawn_marks(
    page: "pdfium.PdfPage", height: float, origin_x: float, origin_y: float
) -> tuple[list[tuple[float, float]], list[tuple[float, float, float]]]:
    """Small dots and squares, and long horizontal rules."""
    marks: list[tuple[float, float]] = []
    rules: list[tuple[float, float, float]] = []
    for number, item in enumerate(page.get_objects(filter=(pdfium_c.FPDF_PAGEOBJ_PATH,), max_depth=6)):
        if number > 4000:
            break
        try:
            x0, y0, x1, y1 = item.get_bounds()
        except pdfium.PdfiumError:
            continue
        wide, tall = x1 - x0, y1 - y0
        if 1.2 <= wide <= 7.6 and 1.2 <= tall <= 7.6 and 0.7 <= wide / tall <= 1.45:
            marks.append(((x0 + x1) / 2 - origin_x, height - ((y0 + y1) / 2 - origin_y)))
        elif tall <= 4 and wide >= 200:
            rules.append((x0 - origin_x, x1 - origin_x, height - ((y0 + y1) / 2 - origin_y)))
    return marks, rules


def _page_origin(page: "pdfium.PdfPage") -> tuple[float, float]:
    try:
        left, bottom, _right, _top = page.get_cropbox()
    except pdfium.PdfiumError:
        return 0.0, 0.0
    return left, bottom


def _largest_image(page: "pdfium.PdfPage", area: float) -> float:
    largest = 0.0
    for number, item in enumerate(page.get_objects(filter=(pdfium_c.FPDF_PAGEOBJ_IMAGE,), max_depth=6)):
        if number > 500:
            break
        try:
            x0, y0, x1, y1 = item.get_bounds()
        except pdfium.PdfiumError:
            continue
        largest = max(largest, abs(x1 - x0) * abs(y1 - y0) / max(area, 1))
    return largest


def _style_of(raw_object: Any, raw_page: Any, index: int, cache: dict[int, tuple[str, bool, bool]]) -> _Style:
    matrix = pdfium_c.FS_MATRIX()
    hidden: str | None = None
    scale = 1.0
    if pdfium_c.FPDFText_GetMatrix(raw_page, index, matrix):
        scale = (matrix.c**2 + matrix.d**2) ** 0.5
        if abs(matrix.b) > 0.35 * max(abs(matrix.a), 1e-6) and abs(matrix.b) > 1e-4:
            hidden = "rotated"
    size = pdfium_c.FPDFText_GetFontSize(raw_page, index) * (scale or 1.0)
    mode = pdfium_c.FPDFTextObj_GetTextRenderMode(raw_object)
    if mode in (pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP):
        hidden = "invisible"
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    color = 0
    getter = (
        pdfium_c.FPDFPageObj_GetStrokeColor
        if mode == pdfium_c.FPDF_TEXTRENDERMODE_STROKE
        else pdfium_c.FPDFPageObj_GetFillColor
    )
    if getter(raw_object, red, green, blue, alpha):
        color = (red.value << 16) | (green.value << 8) | blue.value
        if alpha.value < 12:
            hidden = "invisible"
    if size < _TINY_POINTS and hidden is None:
        hidden = "tiny"
    font = pdfium_c.FPDFTextObj_GetFont(raw_object)
    key = ctypes.cast(font, ctypes.c_void_p).value or 0
    if key not in cache:
        cache[key] = _font_of(font)
        if not cache[key][0]:
            # Fonts drawn glyph by glyph (Type 3) have no name; that they differ is told by a number.
            cache[key] = (f"unnamed-{len(cache)}", *cache[key][1:])
    name, bold, italic = cache[key]
    if mode == pdfium_c.FPDF_TEXTRENDERMODE_FILL_STROKE:
        bold = True
    return _Style(size, bold, italic, color, name, hidden, 0.0)


def _font_of(font: Any) -> tuple[str, bool, bool]:
    length = pdfium_c.FPDFFont_GetBaseFontName(font, None, 0)
    name = ""
    if 0 < length < 512:
        buffer = ctypes.create_string_buffer(length)
        pdfium_c.FPDFFont_GetBaseFontName(font, buffer, length)
        name = buffer.value.decode("utf-8", "replace")
    if len(name) > 7 and name[6] == "+" and name[:6].isalpha():
        name = name[7:]
    low = name.lower()
    angle = ctypes.c_int()
    slanted = bool(pdfium_c.FPDFFont_GetItalicAngle(font, angle)) and angle.value not in (0, 1)
    weight = pdfium_c.FPDFFont_GetWeight(font)
    bold = any(part in low for part in _BOLD_NAMES) or weight >= _FONT_BOLD_WEIGHT
    # Computer Modern and its kin say weight in their own short names: cmbx, sfbx, lmbx …
    if low[:4] in ("cmbx", "sfbx", "cmb1", "lmbx") or low.startswith(("ecbx", "nimbussanl-bold", "cmssbx")):
        bold = True
    if "light" in low or "thin" in low or "regular" in low:
        bold = False
    italic = slanted or "italic" in low or "oblique" in low or low[:4] in ("cmti", "cmsl", "sfti", "sfsl")
    return name, bold, italic


@dataclass(slots=True)
class _Letter:
    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    baseline: float
    style: _Style
    space: int
    """What the stream says stands before it: 0 nothing, 1 a space pdfium inferred, 2 a real space."""
    owner: int


_SPACES = frozenset((0x20, 0xA0, 0x09, 0x0A, 0x0D, 0x3000, 0x2002, 0x2003, 0x2004, 0x2005, 0x2009, 0x200A, 0x202F, 0))

_DRAWN_ACCENTS = {
    0x60: "\u0300",
    0xB4: "\u0301",
    0x2C6: "\u0302",
    0x2DC: "\u0303",
    0xAF: "\u0304",
    0x2D8: "\u0306",
    0x2D9: "\u0307",
    0xA8: "\u0308",
    0x2DA: "\u030a",
    0x2DD: "\u030b",
    0x2C7: "\u030c",
    0xB8: "\u0327",
    0x2DB: "\u0328",
}
"""Accents as characters of their own, and the combining mark each stands for (Unicode's compatibility mappings)."""


def _read_words(
    textpage: "pdfium.PdfTextPage",
    result: PdfPage,
    origin_x: float,
    origin_y: float,
    hidden: "Counter[tuple[int, str]]",
    fonts: "Counter[str]",
) -> tuple[list[Word], list[Word]]:
    """(visible, invisible) words: runs of characters on one baseline, cut at spaces and gaps."""
    raw = textpage.raw
    count = pdfium_c.FPDFText_CountChars(raw)
    if count > limits.MAX_CHARACTERS_A_PAGE:
        raise InputError("too_large", "A page holds far more text than a CV.", "Upload the CV alone.")
    get_unicode = pdfium_c.FPDFText_GetUnicode
    get_object = pdfium_c.FPDFText_GetTextObject
    get_box = pdfium_c.FPDFText_GetLooseCharBox
    get_origin = pdfium_c.FPDFText_GetCharOrigin
    is_generated = pdfium_c.FPDFText_IsGenerated
    address_of = ctypes.addressof
    box = pdfium_c.FS_RECTF()
    origin = (ctypes.c_double(), ctypes.c_double())
    styles: dict[int, _Style] = {}
    font_cache: dict[int, tuple[str, bool, bool]] = {}
    style: _Style | None = None
    last_object = -1
    visible: list[Word] = []
    invisible: list[Word] = []
    run: list[_Letter] = []
    space = 0
    accent = 0

    bidirectional = False
    marks: list[tuple[str, float, float]] = []
    centres: dict[int, list[float]] = {}

    def flush() -> None:
        nonlocal bidirectional
        bidirectional = bidirectional or any(_is_rtl(letter.text) for letter in run)
        for letters in _cut_right_to_left(run) if bidirectional else _cut_run(run, _spacing_beside(run, visible)):
            first = letters[0]
            spaced = not bidirectional and first is not run[0] and first.space == 2
            raw_text = "".join(letter.text for letter in letters)
            if first.style.font.startswith(("LinLibertine", "LinBiolinum", "Libertinus")):
                raw_text = raw_text.translate(_LIBERTINE)
            text = _clean(raw_text)
            if text and _ICON_FONT.search(first.style.font):
                # The letter an icon font's glyph is stored under says nothing. Words there are said of it
                # (ActualText): kept where they tell what kind of contact follows, else nobody sees them.
                if len(set(text)) == 1:
                    text = "".join(c if 0xE000 <= ord(c) <= 0xF8FF else chr(0xE000 + ord(c) % 0x1000) for c in text)
                elif not _names_contact(text):
                    text = "\ue000"
            if not text:
                continue
            x0, x1 = min(c.x0 for c in letters), max(c.x1 for c in letters)
            word = Word(
                text=text,
                x0=x0 - origin_x,
                x1=x1 - origin_x,
                y0=result.height - (max(c.top for c in letters) - origin_y),
                y1=result.height - (min(c.bottom for c in letters) - origin_y),
                baseline=result.height - (first.baseline - origin_y),
                size=first.style.size,
                bold=first.style.bold,
                italic=first.style.italic,
                color=first.style.color,
                font=first.style.font,
                spacing=first.style.spacing,
                spaced=spaced,
            )
            if first.style.hidden == "invisible":
                invisible.append(word)
            elif first.style.hidden:
                hidden[result.number, first.style.hidden] += len(text)
            else:
                fonts[first.style.font] += len(text)
                visible.append(word)
                if bidirectional and len(text) == len(letters):
                    centres[id(word)] = [(c.x0 + c.x1) / 2 for c in letters]
        run.clear()

    for index in range(count):
        code = get_unicode(raw, index)
        if code in _SPACES or code == 0xFFFD:
            if code in {0, 65533}:
                code = _shape_of_unmapped(raw, index)
            else:
                space = max(space, 1 if is_generated(raw, index) else 2)
                continue
            if not code:
                continue
        raw_object = get_object(raw, index)
        if not raw_object:
            continue
        address = address_of(raw_object.contents)
        if address != last_object:
            found = styles.get(address)
            if found is None:
                found = _style_of(raw_object, raw, index, font_cache)
                get_box(raw, index, box)
                get_origin(raw, index, origin[0], origin[1])
                found.drop = origin[1].value - box.bottom
                styles[address] = found
            style = found
            last_object = address
        assert style is not None
        if not get_box(raw, index, box):
            continue
        x0, x1, bottom = box.left, box.right, box.bottom
        here = bottom + style.drop
        if code < 0x20 and code != 0x02:
            letter = _CONTROL_LIGATURES.get(code, "")
        else:
            letter = "-" if code in (0x02, 0xFFFE) else chr(code) if code < 0x110000 else ""
        if code in _DRAWN_ACCENTS:
            # Fonts without accented letters (TeX's own, by default) draw an accent of its own over the plain letter,
            # before or after it; pdfium may hand it out far behind. Over no letter it is a mark like any other.
            middle, near = (x0 + x1) / 2, 0.2 * style.size
            below = next((c for c in reversed(run) if abs((c.x0 + c.x1) / 2 - middle) < near), None)
            if below is not None and abs(below.baseline - here) < 0.6 * style.size and _accented(below.text, code):
                below.text = _accented(below.text, code)
                continue
            follower = index + 1
            while follower < count and get_unicode(raw, follower) in _SPACES and is_generated(raw, follower):
                follower += 1
            if follower < count and get_box(raw, follower, box):
                base = get_unicode(raw, follower)
                if abs((box.left + box.right) / 2 - middle) < near and _accented(chr(base), code):
                    accent = code
                    continue
                get_box(raw, index, box)
        if accent:
            letter, accent = _accented(letter, accent) or letter, 0
        if run and 0x0300 <= code <= 0x08FF and unicodedata.combining(letter):
            # A vowel sign or accent stands above or below its letter, at a height of its own.
            marks.append((letter, (x0 + x1) / 2, result.height - (here - origin_y)))
            continue
        if run:
            last = run[-1]
            size = style.size
            gap = max(x0 - last.x1, last.x0 - x1)
            if (
                letter == last.text
                and address != last.owner
                and abs(x0 - last.x0) < 0.15 * size
                and abs(here - last.baseline) < 0.15 * size
            ):
                continue  # the same letter printed twice: how some programs make bold
            restyled = last.style is not style and (
                last.style.font != style.font
                or (abs(last.style.size - size) > 0.3 and (space > 0 or gap > 0.25 * size))
            )
            if (
                restyled
                or abs(here - last.baseline) > 0.25 * size
                or gap > 1.2 * size
                or (x0 < last.x0 - 0.5 * size and gap < -2 * size)
            ):
                flush()
                space = 2
        run.append(_Letter(letter, x0, x1, box.top, bottom, here, style, space, address))
        space = 0
    flush()
    _place_marks(visible, centres, marks, origin_x)
    return _join_tex_logos(visible), invisible


def _accented(letter: str, accent: int) -> str:
    """The letter with a drawn accent on it; empty where the two make no letter."""
    base = {"\u0131": "i", "\u0237": "j"}.get(letter, letter)
    both = unicodedata.normalize("NFC", base + _DRAWN_ACCENTS[accent]) if base.isalpha() else ""
    return both if len(both) == 1 else ""


def _join_tex_logos(words: list[Word]) -> list[Word]:
    """The logos of TeX and LaTeX, whose letters stand at several heights and sizes, are one word each."""
    result: list[Word] = []
    at = 0
    while at < len(words):
        text, last = "", at
        if words[at].text in ("L", "LA", "T"):
            while last < len(words) and last - at < 5:
                here = words[last]
                before = words[last - 1]
                if last > at and not -0.6 * before.size < here.x0 - before.x1 < 0.12 * before.size:
                    break
                text += here.text
                last += 1
                if "X" in here.text:
                    break
        match = re.fullmatch(r"(LA)?TEX(\W*)", text)
        if match and last - at > 1:
            word = words[at]
            word.text = ("La" if match[1] else "") + "TeX" + match[2]
            word.x1 = words[last - 1].x1
            result.append(word)
            at = last
        else:
            result.append(words[at])
            at += 1
    return result


def _spacing_beside(run: list[_Letter], words: list[Word]) -> float:
    """Letter spacing, in points, of the word just before a run of the same font: two letters alone do not show it."""
    if not run or not words or len(run) > 3:
        return 0.0
    before, style = words[-1], run[0].style
    near = -0.1 < (run[0].x0 - before.x1) / max(style.size, 1.0) < 2.5
    return before.spacing * before.size if before.font == style.font and near else 0.0


def _place_marks(
    words: list[Word], centres: dict[int, list[float]], marks: list[tuple[str, float, float]], origin_x: float
) -> None:
    """Put vowel signs after the letters they stand at."""
    for mark, x, y in marks:
        best: tuple[float, Word, int] | None = None
        for word in words:
            places = centres.get(id(word))
            if not places or abs(word.baseline - y) > 1.3 * word.size or not word.x0 - 2 <= x - origin_x <= word.x1 + 2:
                continue
            at = min(range(len(places)), key=lambda i: abs(places[i] - x))
            distance = abs(places[at] - x)
            if best is None or distance < best[0]:
                best = (distance, word, at)
        if best is not None:
            _, word, at = best
            marked = centres[id(word)]
            word.text = word.text[: at + 1] + mark + word.text[at + 1 :]
            marked.insert(at + 1, marked[at])


def _shape_of_unmapped(raw: Any, index: int) -> int:
    """A glyph without a character: a flat bar at half height is a hyphen or dash; anything else stays unknown (0)."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    x, y = ctypes.c_double(), ctypes.c_double()
    matrix = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFText_GetCharBox(raw, index, left, right, bottom, top):
        return 0
    pdfium_c.FPDFText_GetCharOrigin(raw, index, x, y)
    pdfium_c.FPDFText_GetMatrix(raw, index, matrix)
    size = pdfium_c.FPDFText_GetFontSize(raw, index) * ((matrix.c**2 + matrix.d**2) ** 0.5 or 1.0)
    width, tall = right.value - left.value, top.value - bottom.value
    middle = (top.value + bottom.value) / 2 - y.value
    if size > 0 and 0 < tall < 0.16 * size and width > 0.14 * size and 0.12 * size < middle < 0.5 * size:
        return 0x2013 if width > 0.42 * size else 0x2D
    return 0


def _cut_run(run: list[_Letter], beside: float = 0.0) -> list[list[_Letter]]:
    """Letters of one run → words. `beside` is the letter spacing of the word before, for runs too short to show it.

    Letter-spaced text has a gap after every letter; there only gaps clearly wider than the
    usual one part words. Elsewhere a space, said or inferred, or a gap of an eighth of an em does.
    """
    if not run:
        return []
    gaps = [max(b.x0 - a.x1, a.x0 - b.x1) / max(b.style.size, 1.0) for a, b in itertools.pairwise(run)]
    inner = sorted(gap for gap, letter in zip(gaps, run[1:], strict=False) if letter.space < 2)
    usual = (
        inner[len(inner) // 2] if len(inner) >= 3 or (len(inner) == 2 and all(c.text.isupper() for c in run)) else 0.0
    )
    if not usual and beside:
        usual = beside / max(run[0].style.size, 1.0)
    spaced = usual > 0.055
    real = sum(letter.space == 2 for letter in run)
    if spaced:
        run[0].style.spacing = max(run[0].style.spacing, usual)
    words: list[list[_Letter]] = [[run[0]]]
    for gap, before, letter in zip(gaps, run, run[1:], strict=False):
        old, new = before.style, letter.style
        # A capital before smaller letters of the same font is a small-capitals word, not two words.
        ratio = new.size / max(old.size, 0.1)
        resized = abs(new.size - old.size) > 0.3 and not (
            new.font == old.font and 0.6 < ratio < 1.67 and before.text.isalpha() and letter.text.isalpha()
        )
        restyled = old is not new and (
            new.bold != old.bold
            or new.italic != old.italic
            or new.font != old.font
            or resized
            or new.hidden != old.hidden
        )
        if letter.space == 2:
            parted = True
        elif spaced:
            parted = gap > max(usual * 1.7, usual + (0.3 if real else 0.13))
        else:
            # Large names are set with narrow word spaces: a capital after a small letter then tells.
            capital = before.text.islower() and letter.text.isupper()
            parted = gap > (0.08 if capital else 0.13) or (letter.space == 1 and gap > 0.07)
        if parted or restyled:
            words.append([letter])
        else:
            words[-1].append(letter)
    return words


def _is_rtl(text: str) -> bool:
    return bool(text) and unicodedata.bidirectional(text[0]) in ("R", "AL")


def _cut_right_to_left(run: list[_Letter]) -> list[list[_Letter]]:
    """Words of a page that holds right-to-left text, each in logical order.

    The stream's own order and spaces cannot be trusted there (programs write either order),
    so letters are taken from where they stand: right to left, numbers and Latin left to right.
    """
    words: list[list[_Letter]] = []
    for letter in sorted(run, key=lambda item: -item.x1):
        if words:
            last = words[-1][-1]
            old, new = last.style, letter.style
            same = old is new or (old.bold == new.bold and old.font == new.font and abs(old.size - new.size) < 0.3)
            gap = (min(item.x0 for item in words[-1][-2:]) - letter.x1) / max(letter.style.size, 1.0)
            if same and gap < 0.13:
                words[-1].append(letter)
                continue
        words.append([letter])
    mixed = any(_is_rtl(letter.text) for letter in run)
    result: list[list[_Letter]] = []
    for word in words:
        ordered: list[_Letter] = []
        latin: list[_Letter] = []
        for letter in word:
            if _is_rtl(letter.text):
                ordered.extend(_left_to_right(latin, mixed=mixed))
                latin = []
                ordered.append(letter)
            else:
                latin.append(letter)
        ordered.extend(_left_to_right(latin, mixed=mixed))
        result.append(ordered)
    return result


def _left_to_right(letters: list[_Letter], *, mixed: bool) -> list[_Letter]:
    """Latin letters and digits turned back to left to right; marks at their edges belong to the line's direction."""
    solid = [i for i, letter in enumerate(letters) if letter.text.isalnum()]
    if not solid:
        return letters
    if not mixed:
        return letters[::-1]
    first, last = solid[0], solid[-1] + 1
    return [*letters[:first], *letters[first:last][::-1], *letters[last:]]


_ICON_FONT = re.compile(
    r"(?i)awesome|academicons|fontello|glyphicons|icomoon|octicons|remixicon|material\W?icons|simple\W?icons"
)


def _names_contact(text: str) -> bool:
    key = plain(text).strip(" :")
    if re.search(r"[@/\d]", text):
        return True  # an address or number that has taken the visible one's place in the text layer
    return lexicon().labels.get(key) in ("phone", "email", "url") or key in (
        plain(network) for network in lexicon().networks
    )


"""Fonts that hold icons alone: their glyphs stand for things, whatever letters they are stored under."""
_LIBERTINE = {0xE051 + i: chr(ord("a") + i) for i in range(26)} | {0xE03C: "tt", 0xE039: "ft", 0xE03D: "tz"}
"""Where the Linux Libertine family keeps small capitals and some ligatures (its own private-use code points)."""


def _clean(text: str) -> str:
    """Ligatures and presentation forms taken apart, controls dropped."""
    if text.isascii() and text.isprintable():
        return text
    out: list[str] = []
    for letter in text:
        if letter in _LIGATURES:
            out.append(_LIGATURES[letter])
        elif ord(letter) in _ARABIC_FORMS:
            out.append(unicodedata.normalize("NFKC", letter))
        elif letter in "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f" or (
            unicodedata.category(letter) in ("Cc", "Cs", "Cn") and not letter.isspace()
        ):
            continue
        else:
            out.append(letter)
    return unicodedata.normalize("NFC", "".join(out)).strip()


def _attach_links(page: "pdfium.PdfPage", result: PdfPage, origin_x: float, origin_y: float) -> None:
    """Give words the address of the link annotation they stand in (http, https, mailto and tel alone)."""
    position = ctypes.c_int(0)
    link = pdfium_c.FPDF_LINK()
    rectangle = pdfium_c.FS_RECTF()
    document = page.pdf
    for _ in range(400):
        if not pdfium_c.FPDFLink_Enumerate(page.raw, position, link):
            break
        action = pdfium_c.FPDFLink_GetAction(link)
        if not action or pdfium_c.FPDFAction_GetType(action) != pdfium_c.PDFACTION_URI:
            continue
        length = pdfium_c.FPDFAction_GetURIPath(document.raw, action, None, 0)
        if not 0 < length < 2048:
            continue
        buffer = ctypes.create_string_buffer(length)
        pdfium_c.FPDFAction_GetURIPath(document.raw, action, buffer, length)
        address = buffer.value.decode("utf-8", "replace").strip()
        if not address.lower().startswith(("http://", "https://", "mailto:", "tel:")):
            continue
        if not pdfium_c.FPDFLink_GetAnnotRect(link, rectangle):
            continue
        x0, x1 = rectangle.left - origin_x - 1, rectangle.right - origin_x + 1
        y0 = result.height - (max(rectangle.top, rectangle.bottom) - origin_y) - 1
        y1 = result.height - (min(rectangle.top, rectangle.bottom) - origin_y) + 1
        for word in result.words:
            x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
            if x0 <= x <= x1 and y0 <= y <= y1:
                word.link = address
