"""Reads the text of a PDF with several independent engines, as applicant tracking systems do.

Robots differ in the engine and in the order: some take text as the file's content stream
lists it, others sort it by place on the page, row by row. A CV must survive both, so each
extraction says which order it stands for.
"""

import importlib.metadata
import io
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from cvmaker_core.errors import InputError

Order: TypeAlias = Literal["stream", "geometry"]

# A CV of more pages is not read to its end by anyone; the limit bounds time and memory.
MAXIMUM_PAGES = 100
# pdfplumber takes about 0.1 s a page: beyond this the other engines speak alone.
PDFPLUMBER_PAGES = 30


@dataclass(frozen=True)
class Extraction:
    """The text one engine reads, page by page. `pages` is empty when the engine failed."""

    name: str
    version: str
    order: Order
    pages: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.pages)


def check_is_readable(pdf: bytes) -> None:
    """Refuse what no robot could open.

    Raises
    ------
    InputError
        `empty_file`, `not_a_pdf`, `encrypted`, `corrupt`, `empty_pdf` or `too_many_pages`.

    """
    import pypdfium2
    import pypdfium2.raw as pdfium

    if not pdf.strip():
        raise InputError("empty_file", "The file is empty.", "Export the CV again and check the new file.")
    if b"%PDF-" not in pdf[:1024]:
        raise InputError(
            "not_a_pdf", "The file is not a PDF, whatever its name says.", "Export the CV as PDF and check that file."
        )
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        if pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise InputError(
                "encrypted",
                "The PDF asks for a password, so no robot can read it.",
                "Save a copy without a password and send that one.",
            ) from None
        raise InputError(
            "corrupt", "The PDF is damaged and cannot be opened.", "Export the CV again; the file may be cut short."
        ) from None
    try:
        pages = len(document)
    finally:
        document.close()
    if pages == 0:
        raise InputError("empty_pdf", "The PDF has no pages.", "Export the CV again.")
    if pages > MAXIMUM_PAGES:
        raise InputError(
            "too_many_pages",
            f"The PDF has {pages} pages; at most {MAXIMUM_PAGES} are checked.",
            "Check the CV alone, without attachments such as a portfolio.",
        )


def extract_with_pdfium(pdf: bytes) -> Iterable[str]:
    """PDFium, the engine of Chrome: stream order, spaces from gaps."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        for number in range(len(document)):
            page = document[number]
            text_page = page.get_textpage()
            # U+FFFE is how PDFium marks a hyphen at a line end that it takes for a division.
            yield text_page.get_text_range().replace("\r\n", "\n").replace("\ufffe", "-")
            text_page.close()
            page.close()
    finally:
        document.close()


def extract_with_pypdf(pdf: bytes) -> Iterable[str]:
    """pypdf: the content stream as written, a pure Python reading."""
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings quote the document
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    for page in reader.pages:
        yield page.extract_text()


def extract_with_pdfplumber(pdf: bytes) -> Iterable[str]:
    """Characters by pdfminer, which pdfplumber sorts into rows across the whole page width."""
    import logging

    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        for page in document.pages[:PDFPLUMBER_PAGES]:
            yield page.extract_text(x_tolerance_ratio=0.15) or ""
            page.close()


def extract_with_poppler(pdf: bytes) -> Iterable[str]:
    """Poppler's pdftotext, where it is installed."""
    command = shutil.which("pdftotext")
    if command is None:
        raise FileNotFoundError("pdftotext")
    result = subprocess.run(  # noqa: S603 -- fixed arguments, the document goes in by stdin
        [command, "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, timeout=60, check=True
    )
    return result.stdout.decode("utf-8", "replace").rstrip("\f").split("\f")


def poppler_version() -> str | None:
    """The version of the installed pdftotext, or None."""
    command = shutil.which("pdftotext")
    if command is None:
        return None
    result = subprocess.run([command, "-v"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    lines = (result.stderr or result.stdout).split()
    return next((word for word in lines if word[:1].isdigit()), "unknown")


Extract: TypeAlias = Callable[[bytes], Iterable[str]]
ENGINES: tuple[tuple[str, str, Order, Extract], ...] = (
    ("pypdfium2", "pypdfium2", "stream", extract_with_pdfium),
    ("pypdf", "pypdf", "stream", extract_with_pypdf),
    ("pdfplumber", "pdfplumber", "geometry", extract_with_pdfplumber),
)


def extract_all(pdf: bytes, *, with_poppler: bool = True) -> list[Extraction]:
    """What every engine at hand reads. An engine that cannot read the file yields no pages."""
    extractions = [
        Extraction(name, importlib.metadata.version(package), order, _read(extract, pdf))
        for name, package, order, extract in ENGINES
    ]
    if with_poppler and (version := poppler_version()):
        extractions.append(Extraction("poppler", version, "geometry", _read(extract_with_poppler, pdf)))
    return extractions


def _read(extract: Extract, pdf: bytes) -> tuple[str, ...]:
    try:
        return tuple(extract(pdf))
    # A robot's engine may stumble over anything in a foreign file: that is a finding, not our failure.
    except Exception:  # noqa: BLE001
        return ()
