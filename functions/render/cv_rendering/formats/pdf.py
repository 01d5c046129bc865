"""PDF by WeasyPrint: tagged (PDF/UA-1), the same bytes for the same input, fetching nothing.

PDF/A-3a on request (`Design.archival`); WeasyPrint takes one variant, so its metadata then
claims PDF/UA by an extension of ours. The visible JSON Resume is attached as `resume.json`.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cv_rendering.design import Design
from cv_rendering.document import Document, Letter
from cv_rendering.native import layer_root
from cv_rendering.page_html import html_for_letter, html_for_print, template_css
from cv_rendering.readable_text import mark_spelling

# A PDF's attachment must carry a date; a fixed one keeps the bytes the same from day to day.
_ATTACHMENT_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_PDF_UA_CLAIM = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
    '<rdf:Description rdf:about="" pdfuaid:part="1"/></rdf:RDF>'
)


@dataclass
class Layout:
    """Pages laid out, not yet written: what page fit measures."""

    rendered: Any
    design: Design

    @property
    def pages(self) -> int:
        return len(self.rendered.pages)

    @property
    def last_page_fill(self) -> float:
        """How far down the last page reaches, 0 to 1 of its text height."""
        page = self.rendered.pages[-1]
        box = page._page_box  # noqa: SLF001 - the only place where WeasyPrint keeps it
        lowest = max((_bottom(child) for child in box.children[:1]), default=0.0)
        return float(max(0.0, min(1.0, (lowest - box.content_box_y()) / box.height)))

    def write(self, resume: dict[str, Any] | None) -> bytes:
        """The PDF, with the visible resume attached."""
        return engine().write(self, resume)


class Engine:
    """WeasyPrint, loaded once, with fonts and style sheets kept warm between documents."""

    def __init__(self) -> None:
        self.root = layer_root()
        self._import_weasyprint()
        mark_spelling()
        import ssl

        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher

        # A context of its own spares loading the CA certificates, which nothing here uses.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.fetcher = URLFetcher(allowed_protocols=["data"], allow_redirects=False, ssl_context=context)
        self.fonts = FontConfiguration()
        self._style_sheets: dict[str, Any] = {}
        self._has_collections = False

    @staticmethod
    def _import_weasyprint() -> None:
        """Import without the garbage collector looking on: a third of the time."""
        import gc

        was_enabled = gc.isenabled()
        gc.disable()
        try:
            import weasyprint  # noqa: F401
        finally:
            if was_enabled:
                gc.enable()

    def layout(self, html: str, design: Design) -> Layout:
        """Lay pages out."""
        import weasyprint

        if not self._has_collections and _needs_collections(html):
            self._add_collections()
        source = weasyprint.HTML(string=html, url_fetcher=self.fetcher)
        options = {
            "pdf_variant": "pdf/a-3a" if design.archival else "pdf/ua-1",
            "pdf_tags": True,
        }
        rendered = source.render(stylesheets=self._css(design), font_config=self.fonts, **options)
        return Layout(rendered, design)

    def write(self, layout: Layout, resume: dict[str, Any] | None) -> bytes:
        """Write a PDF."""
        import weasyprint

        document = layout.rendered
        if resume is not None:
            document.metadata.attachments = [
                weasyprint.Attachment(
                    string=json.dumps(resume, ensure_ascii=False, indent=1),
                    name="resume.json",
                    description="JSON Resume of this CV",
                    relationship="Source",
                    created=_ATTACHMENT_DATE,
                    modified=_ATTACHMENT_DATE,
                    url_fetcher=self.fetcher,
                )
            ]
        options: dict[str, Any] = {"pdf_variant": "pdf/ua-1", "pdf_tags": True}
        if layout.design.archival:
            claim = base64.b64encode(_PDF_UA_CLAIM.encode()).decode()
            options = {"pdf_variant": "pdf/a-3a", "xmp_metadata": [f"data:application/rdf+xml;base64,{claim}"]}
        written: bytes = document.write_pdf(**options)
        return written

    def _css(self, design: Design) -> list[Any]:
        """The template's style sheets, parsed once for each design."""
        import weasyprint

        sheets = []
        for css in template_css(design):
            if css not in self._style_sheets:
                if len(self._style_sheets) > 200:  # many accents in one warm process
                    self._style_sheets.clear()
                self._style_sheets[css] = weasyprint.CSS(string=css, font_config=self.fonts, url_fetcher=self.fetcher)
            sheets.append(self._style_sheets[css])
        return sheets

    def _add_collections(self) -> None:
        """Register the CJK collections, when the first CV needs them: scanning them takes time and memory."""
        from weasyprint.text.ffi import ffi, fontconfig, pangoft2

        self._has_collections = True
        if self.root is None:
            return
        for path in sorted((self.root / "fonts" / "collections").glob("*.ttc")):
            fontconfig.FcConfigAppFontAddFile(self.fonts._config, str(path).encode())  # noqa: SLF001
        pangoft2.pango_fc_font_map_config_changed(ffi.cast("PangoFcFontMap *", self.fonts.font_map))


@cache
def engine() -> Engine:
    """The process's engine; the first call imports WeasyPrint."""
    return Engine()


def layout_document(document: Document, design: Design) -> Layout:
    """Lay a CV out."""
    return engine().layout(html_for_print(document, design), design)


def write_letter_pdf(letter: Letter, design: Design) -> bytes:
    """A cover letter as PDF."""
    return engine().layout(html_for_letter(letter, design), design).write(None)


def _needs_collections(html: str) -> bool:
    """Whether a text has Chinese, Japanese or Korean characters."""
    return any(
        "\u2e80" <= character <= "\u9fff"
        or "\uac00" <= character <= "\ud7ff"
        or "\uf900" <= character <= "\ufaff"
        or "\uff00" <= character <= "\uffef"
        or "\u1100" <= character <= "\u11ff"
        or character >= "\U00020000"
        for character in html
        if character > "\u1000"
    )


def _bottom(box: Any) -> float:
    """The lowest edge of the text within a box."""
    children: Iterable[Any] = getattr(box, "children", ())
    bottoms = [_bottom(child) for child in children]
    if bottoms:
        return max(bottoms)
    return float(box.position_y + (box.height if isinstance(box.height, int | float) else 0))
