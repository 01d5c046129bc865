"""The stage's one entry point: bytes of a CV → `Parsed`."""

import re
import time
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from cvmaker_core.errors import InputError
from cvmaker_core.schema.artefacts import Parsed, StageWarning

from cv_parsing import limits
from cv_parsing.dates import ranges
from cv_parsing.detection import detect_format
from cv_parsing.entries import place_score
from cv_parsing.layout import order_lines
from cv_parsing.lexicon import lexicon, plain
from cv_parsing.model import Document

Mode = Literal["parse", "readback"]


class Ocr(Protocol):
    """What reads scanned pages: Amazon Textract, or whatever answers its call."""

    def detect_document_text(self, png: bytes) -> dict[str, Any]:
        """A `DetectDocumentText` response for one page given as PNG (at most 5 MB)."""
        ...


@dataclass(slots=True)
class ParseResult:
    """What `parse_document` returns: the artefact's data and what the person should know."""

    parsed: Parsed
    warnings: list[StageWarning] = field(default_factory=list)


def parse_document(
    data: bytes, *, file_name: str | None = None, mode: Mode = "parse", ocr: Ocr | None = None
) -> ParseResult:
    """Read a CV in any supported format.

    `file_name` only helps to tell Markdown from text and to word errors. Mode `readback`
    reads the page as a robot would: attachments are ignored and OCR is never called.

    Raises
    ------
    InputError
        `empty_file`, `too_large`, `unsupported_format`, `encrypted`, `corrupt`, `truncated`,
        `too_many_pages`, `too_complex`, `zip_bomb`, `no_text_layer`, `not_a_cv`.
    """
    deadline = time.monotonic() + limits.MAX_SECONDS
    kind = detect_format(data, file_name)
    warnings: list[StageWarning] = []
    if kind == "json":
        from cv_parsing.json_resume import read_json_resume

        return ParseResult(*read_json_resume(data))
    if kind == "pdf":
        parsed = _parse_pdf(data, mode, ocr, warnings, deadline)
    elif kind == "docx":
        from cv_parsing.docx_reading import read_docx
        from cv_parsing.semantics import understand

        document = read_docx(data)
        warnings.extend(document.warnings)
        _require_text(document)
        parsed = understand(document)
    else:
        from cv_parsing.semantics import understand
        from cv_parsing.text_reading import read_text

        document = read_text(data, markdown=kind == "markdown")
        _require_text(document)
        parsed = understand(document)
    _require_cv(parsed)
    warnings.extend(_doubts(parsed))
    return ParseResult(parsed, warnings)


def _parse_pdf(data: bytes, mode: Mode, ocr: Ocr | None, warnings: list[StageWarning], deadline: float) -> Parsed:
    from cv_parsing.pdf_reading import open_pdf, read_pdf
    from cv_parsing.semantics import understand

    pdf = open_pdf(data)
    try:
        content = read_pdf(pdf, with_attachment=mode == "parse", deadline=deadline)
        pages = [(page.number, page.width, page.height, page.words) for page in content.pages]
        scanned = content.ocr_layer
        if scanned:
            from cv_parsing.ocr_reading import level_rows

            for page in content.pages:
                level_rows(page.words)
        missing = [
            page for page in content.pages if sum(len(word.text) for word in page.words) < 25 and page.image_area > 0.35
        ]
        readable = sum(len(word.text) for page in content.pages for word in page.words)
        mostly_pictures = bool(missing) and (readable < 120 or len(missing) == len(content.pages))
        if mostly_pictures and (mode == "readback" or ocr is None):
            raise InputError(
                "no_text_layer",
                "The PDF is a scan: it holds pictures of pages, but no text.",
                "Upload the original document, or turn on text recognition (OCR) and try again.",
            )
        if missing and ocr is not None and mode == "parse":
            from cv_parsing.ocr_reading import words_from_textract
            from cv_parsing.pdf_reading import render_page

            for page in missing[: limits.MAX_OCR_PAGES]:
                response = ocr.detect_document_text(render_page(pdf, page.number - 1))
                words = words_from_textract(response, page.width, page.height)
                pages[page.number - 1] = (page.number, page.width, page.height, words)
            scanned = True
            warnings.append(
                StageWarning(
                    code="scanned",
                    message="The CV is a scan; its text was recognised and may hold errors.",
                    advice="Check the result, or upload the original document.",
                )
            )
            if len(missing) > limits.MAX_OCR_PAGES:
                warnings.append(
                    StageWarning(
                        code="pages_skipped",
                        message=f"Only the first {limits.MAX_OCR_PAGES} scanned pages were read.",
                        advice="Upload a shorter scan.",
                    )
                )
    finally:
        pdf.close()
    words_of = lexicon()
    reading = order_lines(
        pages,
        lambda text: words_of.section_of(text) is not None and not words_of.is_weak_section(text),
        _is_label,
        {page.number: page.marks for page in content.pages},
        {page.number: page.rules for page in content.pages},
    )
    document = Document(
        lines=reading.lines,
        pages=len(pages),
        columns=reading.columns,
        format="pdf",
        scanned=scanned,
        fonts=content.fonts,
        hidden=content.hidden,
        image=content.image,
    )
    _require_text(document)
    parsed = understand(document)
    if content.hidden:
        total = sum(item.characters for item in content.hidden)
        if total > 20:
            warnings.append(
                StageWarning(
                    code="hidden_text",
                    message="The PDF holds text that a reader cannot see; it was not used.",
                    advice="Remove it: recruiters' systems may treat it as deception.",
                )
            )
    if content.attachment is not None and mode == "parse":
        from cv_parsing.attachment import use_attachment

        parsed = use_attachment(parsed, content.attachment, warnings)
    return parsed


def _is_label(text: str) -> bool:
    """Dates and the names of personal details stand beside content; so do section names (judged elsewhere)."""
    if len(text) > 46:
        return False
    if re.fullmatch(r"\W*\d{1,2}\W*", text):
        return True
    found = ranges(text) if any(c.isdigit() for c in text) else []
    if found:
        rest = len(text) - sum(period.end - period.start for period in found)
        return rest <= 14
    if lexicon().section_of(text) is not None:
        return True
    key = plain(text).strip(" :")
    if key in lexicon().languages or key in lexicon().present:
        return True
    return lexicon().labels.get(key, "profile") != "profile" or (len(text) < 32 and place_score(text) >= 1.6)


def _require_text(document: Document) -> None:
    if sum(len(word.text) for line in document.lines for word in line.words()) < 15:
        raise InputError(
            "no_text_layer" if document.format == "pdf" else "empty_file",
            "The document holds no readable text.",
            "Upload a CV whose text can be selected and copied.",
        )
    if len(document.lines) > limits.MAX_LINES:
        raise InputError("too_large", "The document holds far more text than a CV.", "Upload the CV alone.")


def _require_cv(parsed: Parsed) -> None:
    """A CV shows a person: a way to reach them, or at least two parts of a career."""
    resume = parsed.resume
    basics = resume.get("basics") or {}
    parts = [key for key in ("work", "education", "skills", "projects", "languages", "volunteer") if resume.get(key)]
    contact = [key for key in ("email", "phone", "profiles", "url") if basics.get(key)]
    if not parts and (not contact or not basics.get("name")):
        raise InputError(
            "not_a_cv",
            "This does not look like a CV: no contact details and no work, education or skills were found.",
            "Upload your CV. If it is one, use common section names such as Experience and Education.",
        )
    if not parts and len(parsed.text.split()) > 150 and not contact:
        raise InputError("not_a_cv", "This does not look like a CV.", "Upload your CV.")


def _doubts(parsed: Parsed) -> list[StageWarning]:
    """What the person should check."""
    warnings: list[StageWarning] = []
    basics = parsed.resume.get("basics") or {}
    if not basics.get("name"):
        warnings.append(StageWarning(code="name_not_found", message="No name was found.", advice="Add it by hand."))
    if not basics.get("email") and not basics.get("phone"):
        warnings.append(
            StageWarning(
                code="contact_not_found",
                message="No e-mail address or phone number was found.",
                advice="Add one by hand, and to the document: robots look for it in the text.",
            )
        )
    if not parsed.resume.get("work") and not parsed.resume.get("education"):
        warnings.append(
            StageWarning(
                code="no_history",
                message="Neither work nor education was recognised.",
                advice="Name the sections Experience and Education.",
            )
        )
    total = len(parsed.text.split()) or 1
    lost = sum(len(parsed.text[item.start : item.end].split()) for item in parsed.unparsed)
    if lost > 0.15 * total:
        warnings.append(
            StageWarning(
                code="text_not_understood",
                message="Part of the text could not be assigned to a field.",
                advice="Look through it below the result; nothing of it is lost.",
            )
        )
    unsure = [pointer for pointer, value in parsed.confidence.items() if value < 0.65]
    if len(unsure) >= 5:
        warnings.append(
            StageWarning(
                code="low_confidence",
                message=f"{len(unsure)} values are uncertain.",
                advice="Check the values marked as uncertain.",
            )
        )
    return warnings
