"""A posting as a file: text, PDF, DOCX, or a screenshot read by OCR."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Protocol

from cvmaker_core.errors import InputError

from posting_analysis.cleaning import MAX_POSTING_CHARACTERS

# A posting is a few pages; what follows belongs to something else.
MAX_PAGES = 12
MAX_UNZIPPED_BYTES = 60 * 1024 * 1024
MAX_PIXELS = 60_000_000
# Textract's synchronous call takes 5 MB and 10,000 pixels a side; small type needs about 150 dpi.
MAX_PNG_BYTES = 4_500_000
TILE_HEIGHT = 2_600
CUT_SEARCH_ROWS = 300
MAX_WIDTH = 2_400
SCAN_DPI = 170
# Fewer letters on a page than this are a caption; the page is a picture.
MIN_PAGE_LETTERS = 25
# Type below this many points is not meant to be read by people.
MIN_POINTS = 1.5
_INVISIBLE_MODE = 3  # PDF text rendering mode: neither fill nor stroke


class Ocr(Protocol):
    """Textract's synchronous call: a PNG of one page in, its answer out."""

    def detect_document_text(self, png: bytes) -> dict[str, Any]: ...


def read_posting_document(data: bytes, suffix: str, ocr: Ocr | None = None) -> str:
    """The text of a posting file; `suffix` is txt, pdf, docx, png or jpg.

    Raises
    ------
    InputError
        `posting_empty`, `posting_encrypted`, `posting_damaged`, `posting_unsupported` or `posting_no_text`.

    """
    if not data:
        raise InputError("posting_empty", "The posting file is empty.", "Paste the text of the posting instead.")
    kind = _kind(data, suffix)
    if kind == "txt":
        return _decode(data)
    if kind == "pdf":
        text = _read_pdf(data, ocr)
    elif kind == "docx":
        text = _read_docx(data)
    else:
        text = _read_image(data, ocr)
    if len(re.findall(r"\w", text)) < MIN_PAGE_LETTERS:
        raise InputError(
            "posting_no_text", "No text could be read from the posting.", "Paste the text of the posting instead."
        )
    return text


def _kind(data: bytes, suffix: str) -> str:
    """What the bytes are; the name's suffix only decides for plain text."""
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff")):
        return "image"
    if suffix in {"pdf", "docx", "png", "jpg", "jpeg"}:
        raise InputError(
            "posting_damaged",
            "The posting file is not what its name says, or it is damaged.",
            "Paste the text of the posting instead.",
        )
    return "txt"


def _decode(data: bytes) -> str:
    """Text in UTF-8, UTF-16 or Windows' Western encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\x00" in data[:4096]:
        raise InputError(
            "posting_unsupported", "The posting file is no text.", "Paste the text of the posting instead."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _damaged() -> InputError:
    return InputError(
        "posting_damaged", "The posting file could not be opened.", "Paste the text of the posting instead."
    )


# --- PDF ---------------------------------------------------------------------------------------


def _read_pdf(data: bytes, ocr: Ocr | None) -> str:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).casefold():
            raise InputError(
                "posting_encrypted", "The posting is protected by a password.", "Paste its text instead."
            ) from None
        raise _damaged() from None
    try:
        parts: list[str] = []
        for number in range(min(len(document), MAX_PAGES)):
            page = document[number]
            text = _page_text(page)
            if len(re.findall(r"\w", text)) < MIN_PAGE_LETTERS and ocr is not None:
                text = _ocr_text(page.render(scale=SCAN_DPI / 72).to_pil(), ocr)
            parts.append(text)
            page.close()
            if sum(map(len, parts)) > 2 * MAX_POSTING_CHARACTERS:
                break
        return "\n".join(parts)
    except pypdfium2.PdfiumError:
        raise _damaged() from None
    finally:
        document.close()


def _page_text(page: Any) -> str:
    """The page's text without what is too small or switched off to be seen."""
    import pypdfium2.raw as pdfium

    text_page = page.get_textpage()
    try:
        text = str(text_page.get_text_range())
        count = text_page.count_chars()
        if count != len(text) or count > 4 * MAX_POSTING_CHARACTERS:
            return text.replace("\r\n", "\n").replace("\r", "\n")
        seen: list[str] = []
        for index, character in enumerate(text):
            if not character.isspace():
                if pdfium.FPDFText_GetFontSize(text_page.raw, index) < MIN_POINTS and not _scaled(text_page, index):
                    continue
                part = pdfium.FPDFText_GetTextObject(text_page.raw, index)
                if part and pdfium.FPDFTextObj_GetTextRenderMode(part) == _INVISIBLE_MODE:
                    continue
            seen.append(character)
        return "".join(seen).replace("\r\n", "\n").replace("\r", "\n")
    finally:
        text_page.close()


def _scaled(text_page: Any, index: int) -> bool:
    """Whether small type is enlarged by its matrix (a font of size 1 scaled by 11 is 11 points)."""
    left, bottom, right, top = text_page.get_charbox(index)
    return bool(top - bottom >= MIN_POINTS or right - left >= MIN_POINTS)


# --- DOCX --------------------------------------------------------------------------------------


def _read_docx(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MAX_UNZIPPED_BYTES:
                raise _damaged()
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        raise _damaged() from None
    if "word/document.xml" not in names:
        raise InputError(
            "posting_unsupported", "The posting file is no Word document.", "Paste the text of the posting instead."
        )
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
        lines = list(_docx_lines(document))
    except (KeyError, ValueError, AttributeError, OSError):
        raise _damaged() from None
    except Exception as error:
        if type(error).__module__.startswith(("lxml", "docx")):
            raise _damaged() from None
        raise
    return "\n".join(lines)


def _docx_lines(document: Any) -> Iterator[str]:
    """Paragraphs and table cells in their order; list items keep a mark, hidden runs are left out."""
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            for row in block.rows:
                seen: set[int] = set()
                for cell in row.cells:
                    if id(cell._tc) in seen:  # noqa: SLF001 - merged cells repeat one element
                        continue
                    seen.add(id(cell._tc))  # noqa: SLF001
                    yield from (_docx_line(paragraph) for paragraph in cell.paragraphs)
        else:
            yield _docx_line(block)


def _docx_line(paragraph: Any) -> str:
    text = "".join(run.text for run in paragraph.runs if not run.font.hidden) if paragraph.runs else paragraph.text
    style = (paragraph.style.name or "").casefold() if paragraph.style is not None else ""
    properties = paragraph._p.pPr  # noqa: SLF001 - python-docx has no public word for numbering
    numbered = properties is not None and properties.numPr is not None
    if text.strip() and (numbered or style.startswith(("list", "listen", "liste"))):
        return f"• {text.strip()}"
    if text.strip() and style.startswith(("heading", "title", "überschrift", "titre", "título", "titolo")):
        return f"## {text.strip()}"
    return str(text)


# --- images ------------------------------------------------------------------------------------


def _read_image(data: bytes, ocr: Ocr | None) -> str:
    from PIL import Image, UnidentifiedImageError

    if ocr is None:
        raise InputError(
            "posting_unsupported", "Pictures of postings cannot be read here.", "Paste the text of the posting instead."
        )
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise _damaged()
            return _ocr_text(picture.convert("RGB"), ocr)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError):
        raise _damaged() from None


def _ocr_text(picture: Any, ocr: Ocr) -> str:
    """Read a picture in tiles that a screenshot of a whole web page needs, cut where no line of text runs."""
    if picture.width > MAX_WIDTH:
        picture = picture.resize((MAX_WIDTH, round(picture.height * MAX_WIDTH / picture.width)))
    lines: list[str] = []
    top = 0
    while top < picture.height and len(lines) < 2_000:
        bottom = _blank_row(picture, top)
        answer = ocr.detect_document_text(_png(picture.crop((0, top, picture.width, bottom))))
        blocks = answer.get("Blocks") if isinstance(answer, dict) else None
        lines += [
            str(block.get("Text") or "")
            for block in blocks or []
            if isinstance(block, dict) and block.get("BlockType") == "LINE"
        ]
        top = bottom
    return "\n".join(lines)


def _blank_row(picture: Any, top: int) -> int:
    """Where to cut: the most uniform row near the tile's end."""
    if picture.height - top <= TILE_HEIGHT:
        return int(picture.height)
    grey = picture.convert("L")
    end = top + TILE_HEIGHT
    spreads = []
    for row in range(end - CUT_SEARCH_ROWS, end):
        low, high = grey.crop((0, row, picture.width, row + 1)).getextrema()
        spreads.append((high - low, -row))
    return -min(spreads)[1]


def _png(picture: Any) -> bytes:
    """A PNG within the service's limit; grey, then smaller, if colour makes it too large."""
    for mode, scale in (("RGB", 1.0), ("L", 1.0), ("L", 0.7), ("L", 0.5)):
        image = picture.convert(mode)
        if scale < 1:
            image = image.resize((max(1, int(image.width * scale)), max(1, int(image.height * scale))))
        buffer = io.BytesIO()
        image.save(buffer, "PNG", optimize=False)
        if buffer.tell() <= MAX_PNG_BYTES:
            break
    return buffer.getvalue()
