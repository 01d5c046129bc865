"""Hand-written PDFs: every operator is in the test's own hands, so each hazard can be made on purpose."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest


@dataclass
class PdfPage:
    """Lines as (x, y, text), in the order of the content stream; `extra` operators come after them."""

    lines: list[tuple[float, float, str]] = field(default_factory=list)
    size: float = 10
    extra: str = ""
    links: list[tuple[tuple[float, float, float, float], str]] = field(default_factory=list)


def show(x: float, y: float, text: str, size: float = 10, before: str = "") -> str:
    """Operators that show one line of text."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT {before} /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({escaped}) Tj ET\n"


def build_pdf(pages: list[PdfPage], catalog: str = "", info: str = "") -> bytes:
    """A PDF of the pages, in Helvetica with WinAnsi encoding."""
    objects: list[bytes] = []

    def add(body: str | bytes) -> int:
        objects.append(body.encode("latin-1") if isinstance(body, str) else body)
        return len(objects)

    tree = add("")
    font = add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids = []
    for page in pages:
        content = "".join(show(x, y, text, page.size) for x, y, text in page.lines) + page.extra
        stream = content.encode("cp1252")
        body = add(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        annotations = []
        for rectangle, target in page.links:
            corners = " ".join(map(str, rectangle))
            action = f"/A << /S /URI /URI ({target}) >>"
            annotations.append(
                add(f"<< /Type /Annot /Subtype /Link /Rect [{corners}] {action} /Contents (Link) /Border [0 0 0] >>")
            )
        references = " ".join(f"{number} 0 R" for number in annotations)
        kids.append(
            add(
                f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 595 842] /Contents {body} 0 R "
                f"/Resources << /Font << /F1 {font} 0 R >> >> /Annots [{references}] /Tabs /S >>"
            )
        )
    objects[tree - 1] = (
        f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>".encode()
    )
    root = add(f"<< /Type /Catalog /Pages {tree} 0 R {catalog} >>")
    information = add(f"<< {info} >>")
    output = io.BytesIO(b"")
    output.write(b"%PDF-1.7\n")
    offsets = []
    for number, item in enumerate(objects, 1):
        offsets.append(output.tell())
        output.write(b"%d 0 obj\n%s\nendobj\n" % (number, item))
    start = output.tell()
    output.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        output.write(b"%010d 00000 n \n" % offset)
    output.write(
        b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, root, information, start)
    )
    return output.getvalue()


@pytest.fixture(scope="session")
def page() -> type[PdfPage]:
    return PdfPage


@pytest.fixture(scope="session")
def make_pdf() -> Callable[..., bytes]:
    return build_pdf


@pytest.fixture(scope="session")
def shown() -> Callable[..., str]:
    return show
