"""HTML: one self-contained file, the same page as the PDF."""

from cv_rendering.design import Design
from cv_rendering.document import Document
from cv_rendering.page_html import html_for_screen


def write_html(document: Document, design: Design) -> bytes:
    """A CV as HTML in UTF-8."""
    return html_for_screen(document, design).encode()
