"""Makes small documents for the parser's tests: PDFs from drawing operators, DOCX through python-docx."""

import io
import zlib
from collections.abc import Iterable
from typing import Any


def pdf_text(x: float, y: float, text: str, size: float = 10, font: str = "F1", before: str = "") -> str:
    """A drawing operator that shows `text` (Latin-1) with its baseline at (x, y), origin bottom left."""
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"q {before} BT /{font} {size} Tf {x} {y} Td ({escaped}) Tj ET Q"


def make_pdf(
    pages: Iterable[Iterable[str]], *, links: Iterable[tuple[tuple[float, float, float, float], str]] = ()
) -> bytes:
    """A PDF whose pages hold the given operators; F1 is Helvetica, F2 its bold. Links go on the first page."""
    objects: list[bytes] = [b"", b""]
    page_numbers: list[int] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    regular = add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    bold = add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>")
    annotations = [
        add(
            b"<< /Type /Annot /Subtype /Link /Rect [%f %f %f %f] /Border [0 0 0] /A << /S /URI /URI (%s) >> >>"
            % (*box, address.encode())
        )
        for box, address in links
    ]
    for number, operators in enumerate(pages):
        stream = zlib.compress("\n".join(operators).encode("latin-1"))
        content = add(b"<< /Length %d /Filter /FlateDecode >> stream\n%s\nendstream" % (len(stream), stream))
        annots = (
            b"/Annots [" + b" ".join(b"%d 0 R" % n for n in annotations) + b"]" if annotations and not number else b""
        )
        page_numbers.append(
            add(
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] %s /Contents %d 0 R"
                b" /Resources << /Font << /F1 %d 0 R /F2 %d 0 R >> >> >>" % (annots, content, regular, bold)
            )
        )
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    kids = b" ".join(b"%d 0 R" % n for n in page_numbers)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(page_numbers))
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj %s endobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


def simple_cv(extra: Iterable[str] = ()) -> bytes:
    """One page: name, contact, two jobs with right-aligned dates, a degree and skills."""
    lines = [
        pdf_text(60, 740, "Marta Quillfeather", 22, "F2"),
        pdf_text(60, 722, "Senior Harbour Engineer"),
        pdf_text(60, 706, "marta@quillfeather.example | +44 20 7946 0958 | Bristol, United Kingdom"),
        pdf_text(60, 672, "Experience", 14, "F2"),
        pdf_text(60, 652, "Lead Engineer", 11, "F2"),
        pdf_text(440, 652, "March 2019 - Present"),
        pdf_text(60, 638, "Tidewater Docks Ltd"),
        pdf_text(70, 622, "\x95 Rebuilt the crane schedule and cut waiting by 31 %."),
        pdf_text(70, 608, "\x95 Led nine people across three quays."),
        pdf_text(60, 584, "Junior Engineer", 11, "F2"),
        pdf_text(440, 584, "June 2014 - February 2019"),
        pdf_text(60, 570, "Lockgate Partners"),
        pdf_text(70, 554, "\x95 Surveyed forty lock gates."),
        pdf_text(60, 520, "Education", 14, "F2"),
        pdf_text(60, 500, "BEng in Civil Engineering", 11, "F2"),
        pdf_text(440, 500, "2010 - 2014"),
        pdf_text(60, 486, "University of Exeter"),
        pdf_text(60, 452, "Skills", 14, "F2"),
        pdf_text(60, 434, "AutoCAD, Python, Hydraulics"),
        *extra,
    ]
    return make_pdf([lines])


def docx_bytes(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()
