"""PDF → words with boxes, fonts, colours and links (pypdfium2).

Invisible, white-on-white, tiny, rotated and off-page text is reported and left out: a robot
must not read what a person cannot see.
"""

import ctypes
import io
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
from cv_parsing.model import Word

_LIGATURES = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_ARABIC_FORMS = range(0xFB50, 0xFEFF)
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi", "-sb", "medium")
_CONTRAST_FLOOR = 0.04
"""Difference of luminance below which text cannot be told from its ground (WCAG calls 1.1:1 invisible)."""
_TINY_POINTS = 2.5
_FONT_BOLD_WEIGHT = 600


@dataclass(slots=True)
class PdfPage:
    """One page's words in stream order, and what else the layout needs."""

    number: int
    width: float
    height: float
    words: list[Word] = field(default_factory=list)
    rules: list[tuple[float, float, float, float]] = field(default_factory=list)
    image_area: float = 0.0
    """Largest image, as a share of the page."""


@dataclass(slots=True)
class PdfContent:
    pages: list[PdfPage]
    hidden: list[HiddenText]
    fonts: list[str]
    attachment: bytes | None = None
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
    total = 0
    for index in range(len(document)):
        if time.monotonic() > deadline:
            raise InputError("too_complex", "The PDF takes too long to read.", "Export a simpler copy and upload that.")
        try:
            page = document[index]
        except pdfium.PdfiumError:
            raise InputError(
                "corrupt",
                "A page of the PDF is damaged and cannot be read.",
                "Export it again from the program it was made with.",
            ) from None
        try:
            result, was_ocr = _read_page(page, index + 1, hidden, fonts)
        finally:
            page.close()
        ocr_layer = ocr_layer or was_ocr
        total += sum(len(word.text) for word in result.words)
        if total > limits.MAX_CHARACTERS:
            raise InputError("too_large", "The PDF holds far more text than a CV.", "Upload the CV alone.")
        pages.append(result)
    return PdfContent(
        pages=pages,
        hidden=[HiddenText(page=page, reason=reason, characters=n) for (page, reason), n in sorted(hidden.items())],
        fonts=[name for name, _ in fonts.most_common(12)],
        attachment=_json_attachment(document) if with_attachment else None,
        ocr_layer=ocr_layer,
    )


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


def _luminance(color: int) -> float:
    red, green, blue = (color >> 16) & 255, (color >> 8) & 255, color & 255
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


class _Ground:
    """What lies under the text: filled shapes and images in painting order, read only when doubt arises."""

    def __init__(self, page: "pdfium.PdfPage", result: PdfPage) -> None:
        self.page = page
        self.result = result
        self.shapes: list[tuple[float, float, float, float, int | None]] | None = None

    def load(self) -> None:
        shapes: list[tuple[float, float, float, float, int | None]] = []
        height = self.result.height
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        for number, item in enumerate(
            self.page.get_objects(
                filter=(pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_SHADING),
                max_depth=6,
            )
        ):
            if number > limits.MAX_OBJECTS_A_PAGE:
                break
            try:
                x0, y0, x1, y1 = item.get_bounds()
            except pdfium.PdfiumError:
                continue
            if item.type == pdfium_c.FPDF_PAGEOBJ_PATH:
                mode, stroke = ctypes.c_int(), ctypes.c_int()
                pdfium_c.FPDFPath_GetDrawMode(item.raw, mode, stroke)
                if mode.value == 0:
                    continue
                if not pdfium_c.FPDFPageObj_GetFillColor(item.raw, red, green, blue, alpha) or alpha.value < 40:
                    continue
                color: int | None = (red.value << 16) | (green.value << 8) | blue.value
            else:
                color = None
            shapes.append((x0, height - y1, x1, height - y0, color))
        self.shapes = shapes

    def hides(self, word: Word) -> bool:
        """Whether text of this colour cannot be seen where it stands."""
        if self.shapes is None:
            self.load()
        x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
        ground: int | None = 0xFFFFFF
        for x0, y0, x1, y1, color in self.shapes or ():
            if x0 - 1 <= x <= x1 + 1 and y0 - 1 <= y <= y1 + 1:
                ground = color
        if ground is None:
            return False
        return abs(_luminance(ground) - _luminance(word.color)) < _CONTRAST_FLOOR


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
    ground = _Ground(page, result)
    result.image_area = 0.0
    visible_characters = sum(len(word.text) for word in words)
    was_ocr = False
    if sum(len(word.text) for word in invisible) > max(40, visible_characters):
        # A scan with a text layer: the picture is what a person sees, the invisible text is what it says.
        result.image_area = _largest_image(page, width * height)
        if result.image_area > 0.5:
            words, was_ocr = words + invisible, True
            invisible = []
    elif visible_characters < 40:
        result.image_area = _largest_image(page, width * height)
    if invisible:
        hidden[number, "invisible"] += sum(len(word.text) for word in invisible)
    kept: list[Word] = []
    for word in words:
        if word.x1 < 0 or word.x0 > width or word.y1 < 0 or word.y0 > height:
            hidden[number, "off_page"] += len(word.text)
            continue
        if not was_ocr and _luminance(word.color) > 0.8 and ground.hides(word):
            hidden[number, "same_colour_as_background"] += len(word.text)
            continue
        kept.append(word)
    result.words = kept
    _attach_links(page, result, origin_x, origin_y)
    return result, was_ocr


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
            hidden = "transparent"
    if size < _TINY_POINTS and hidden is None:
        hidden = "tiny"
    font = pdfium_c.FPDFTextObj_GetFont(raw_object)
    key = ctypes.cast(font, ctypes.c_void_p).value or 0
    if key not in cache:
        cache[key] = _font_of(font)
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


def _read_words(
    textpage: "pdfium.PdfTextPage",
    result: PdfPage,
    origin_x: float,
    origin_y: float,
    hidden: "Counter[tuple[int, str]]",
    fonts: "Counter[str]",
) -> tuple[list[Word], list[Word]]:
    """Words in stream order: characters that follow each other on one baseline without a gap."""
    raw = textpage.raw
    count = pdfium_c.FPDFText_CountChars(raw)
    if count > limits.MAX_CHARACTERS_A_PAGE:
        raise InputError("too_large", "A page holds far more text than a CV.", "Upload the CV alone.")
    get_unicode = pdfium_c.FPDFText_GetUnicode
    get_object = pdfium_c.FPDFText_GetTextObject
    get_box = pdfium_c.FPDFText_GetLooseCharBox
    get_origin = pdfium_c.FPDFText_GetCharOrigin
    box = pdfium_c.FS_RECTF()
    origin = (ctypes.c_double(), ctypes.c_double())
    styles: dict[int, _Style] = {}
    font_cache: dict[int, tuple[str, bool, bool]] = {}
    style: _Style | None = None
    last_object = -1
    page_height = result.height
    visible: list[Word] = []
    invisible: list[Word] = []
    current: list[tuple[str, float, float]] = []
    letter_object = -1
    box_top = box_bottom = baseline = 0.0

    def close() -> None:
        nonlocal current
        if not current or style is None:
            current = []
            return
        letters = [letter for letter, _, _ in current]
        text = _clean("".join(letters))
        if text:
            word = Word(
                text=text,
                x0=min(x0 for _, x0, _ in current) - origin_x,
                x1=max(x1 for _, _, x1 in current) - origin_x,
                y0=page_height - (box_top - origin_y),
                y1=page_height - (box_bottom - origin_y),
                baseline=page_height - (baseline - origin_y),
                size=style.size,
                bold=style.bold,
                italic=style.italic,
                color=style.color,
                font=style.font,
            )
            if style.hidden == "invisible":
                invisible.append(word)
            elif style.hidden:
                hidden[result.number, style.hidden] += len(text)
            else:
                fonts[style.font] += len(text)
                visible.append(word)
        current = []

    for index in range(count):
        code = get_unicode(raw, index)
        if code in (0x20, 0xA0, 0x09, 0x0A, 0x0D, 0x3000, 0x2002, 0x2003, 0x2009, 0x200A, 0x202F, 0):
            # Generated spaces are pdfium's guess from gaps; ours comes from the boxes below. A real space parts words.
            if code and (code not in (0x20, 0x0A, 0x0D) or not pdfium_c.FPDFText_IsGenerated(raw, index)):
                close()
            continue
        raw_object = get_object(raw, index)
        address = ctypes.cast(raw_object, ctypes.c_void_p).value
        if address is None:
            continue
        letter = "-" if code in (0x02, 0xFFFE) else chr(code) if code < 0x110000 else ""
        if address != last_object:
            new_style = styles.get(address)
            if new_style is None:
                new_style = _style_of(raw_object, raw, index, font_cache)
                get_box(raw, index, box)
                get_origin(raw, index, origin[0], origin[1])
                new_style.drop = origin[1].value - box.bottom
                styles[address] = new_style
            if style is not None and (
                new_style.bold != style.bold
                or new_style.italic != style.italic
                or new_style.font != style.font
                or abs(new_style.size - style.size) > 0.3
                or new_style.hidden != style.hidden
            ):
                close()
            style = new_style
            last_object = address
        assert style is not None
        if not get_box(raw, index, box):
            continue
        x0, x1, bottom, top = box.left, box.right, box.bottom, box.top
        here = bottom + style.drop
        if current:
            _, last_x0, last_x1 = current[-1]
            size = style.size
            gap = max(x0 - last_x1, last_x0 - x1)
            if letter == current[-1][0] and address != letter_object and abs(x0 - last_x0) < 0.15 * size and abs(here - baseline) < 0.15 * size:
                continue  # the same letter printed twice: how some programs make bold
            if abs(here - baseline) > 0.25 * size or gap > 0.2 * size or (x0 < last_x0 - 0.5 * size and gap < -2 * size):
                close()
        if not current:
            box_top, box_bottom, baseline = top, bottom, here
        box_top, box_bottom = max(box_top, top), min(box_bottom, bottom)
        current.append((letter, x0, x1))
        letter_object = address
    close()
    return visible, invisible


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
