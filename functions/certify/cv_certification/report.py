"""The certificate for people: one page that shows what the robot sees beside what the person sees.

The report quotes the document, so it goes to the person alone: never to logs or metrics.
"""

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from cvmaker_core.schema.artefacts import Certificate, FieldCheck

from cv_certification.certificate import check_table
from cv_certification.extraction import Extraction, extract_all

# Wide enough to be read on a screen, small enough for a report of several pages.
PICTURE_WIDTH_PIXELS = 900
# A report is read by a person: of a longer document the first pages are shown.
SHOWN_PAGES = 6


@dataclass(frozen=True)
class PageView:
    """One page: its picture (PNG) and the text a robot takes from it."""

    number: int
    picture: bytes
    text: str


@dataclass(frozen=True)
class CheckView:
    """One check in words. `state`: ok, note, hazard or wrong."""

    code: str
    state: str
    words: str
    detail: str


@dataclass(frozen=True)
class HumanReport:
    """Everything the report shows, ready for any format."""

    verdict: str
    summary: str
    wrong_fields: dict[str, FieldCheck]
    checks: tuple[CheckView, ...]
    extractors: dict[str, tuple[str, float]]
    pages: tuple[PageView, ...]

    def to_html(self) -> str:
        """One self-contained HTML page."""
        template = Template(files("cv_certification").joinpath("data/report.html").read_text("utf-8"))
        return template.substitute(
            verdict=escape(self.verdict),
            summary=escape(self.summary),
            fields=_table(
                ("Field", "Meant", "Read"),
                ((name, field.sent, field.read or "nothing") for name, field in self.wrong_fields.items()),
            )
            if self.wrong_fields
            else "<p>None.</p>",
            checks=_checks(self.checks),
            extractors=_table(
                ("Program", "Version", "Agrees with another"),
                ((name, version, f"{value:.1%}") for name, (version, value) in self.extractors.items()),
            ),
            pages="\n".join(map(_page, self.pages)),
        )


def human_report(
    certificate: Certificate, pdf: bytes, *, extractions: Sequence[Extraction] | None = None
) -> HumanReport:
    """What the robot sees, for the person: findings in words, and each page beside its text.

    `extractions` are the engines' texts, if the caller has them already; the first that could read is shown.
    """
    texts = list(extractions) if extractions is not None else extract_all(pdf, with_poppler=False)
    shown = next((extraction for extraction in texts if extraction.pages), None)
    wrong = {pointer: field for pointer, field in certificate.fields.items() if not field.ok}
    return HumanReport(
        verdict=certificate.verdict,
        summary=_summary(certificate, len(wrong)),
        wrong_fields=wrong,
        checks=tuple(_in_words(certificate)),
        extractors={name: (item.version, item.agreement) for name, item in certificate.extractors.items()},
        pages=tuple(
            PageView(number, picture, shown.pages[number - 1] if shown and number <= len(shown.pages) else "")
            for number, picture in enumerate(page_pictures(pdf), 1)
        ),
    )


def page_pictures(pdf: bytes) -> Iterable[bytes]:
    """The first pages as PNG."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        for number in range(min(len(document), SHOWN_PAGES)):
            page = document[number]
            scale = PICTURE_WIDTH_PIXELS / max(1.0, page.get_width(), page.get_height() / 2)
            picture = page.render(scale=scale).to_pil()
            output = io.BytesIO()
            # Few colours are enough to show a CV, and keep the report small.
            picture.convert("P", palette=1, colors=64).save(output, "PNG", optimize=True)
            page.close()
            yield output.getvalue()
    finally:
        document.close()


def _summary(certificate: Certificate, wrong: int) -> str:
    total = len(certificate.fields)
    read = f"{total - wrong} of {total} fields are read as they were meant. " if total else ""
    broken = [check for check in certificate.checks if not check.ok and check_table()[check.code]["severity"] != "info"]
    return read + (
        f"{len(broken)} of {len(certificate.checks)} checks need attention." if broken else "All checks hold."
    )


def _in_words(certificate: Certificate) -> Iterable[CheckView]:
    """The gravest first, each with what to do; then the checks that hold."""
    gravity = {"fail": 0, "warn": 1, "info": 2}
    for check in sorted(
        certificate.checks, key=lambda check: (check.ok, gravity[check_table()[check.code]["severity"]])
    ):
        row = check_table()[check.code]
        if check.ok:
            yield CheckView(check.code, "ok", row["meaning"], check.detail)
        else:
            state = {"fail": "wrong", "warn": "hazard"}.get(row["severity"], "note")
            yield CheckView(check.code, state, row["advice"], check.detail)


def _checks(checks: Iterable[CheckView]) -> str:
    marks = {"ok": "✓ holds", "note": "· note", "hazard": "! hazard", "wrong": "✗ wrong"}
    rows = "".join(
        f'<tr><td class="mark {item.state}">{marks[item.state]}</td><td>{escape(item.words)} '
        f'<span class="advice">{escape(item.detail)}</span></td><td><code>{escape(item.code)}</code></td></tr>'
        for item in checks
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(item)}</th>" for item in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(item)}</td>" for item in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _page(page: PageView) -> str:
    picture = base64.b64encode(page.picture).decode()
    return (
        f'<div class="page"><img alt="Page {page.number} as a person sees it" src="data:image/png;base64,{picture}">'
        f"<pre>{escape(page.text)}</pre></div>"
    )
