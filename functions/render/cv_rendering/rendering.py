"""The public functions of Render: what a stage, the command line and a preview call."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from cvmaker_core.errors import InputError
from cvmaker_core.hashing import content_hash
from cvmaker_core.schema.artefacts import CoverLetter, Posting, StageWarning
from cvmaker_core.schema.jobs import DesignOptions

from cv_rendering.characters import check_characters
from cv_rendering.design import Design, resolve_design
from cv_rendering.document import Document, Letter, build_document, build_letter
from cv_rendering.photo import embed_photo
from cv_rendering.template_catalogue import DEFAULT_TEMPLATE
from cv_rendering.visible import remove_pointers, visible_resume

FORMATS = ("pdf", "html", "docx", "txt", "md")
PageTarget = Literal["one", "two", "natural"]


@dataclass
class RenderResult:
    """Everything one CV was rendered to.

    `files` maps file names to bytes (`cv.pdf`, …); `resume` is the final JSON Resume, exactly
    what is visible; `dropped` names what page fit left out, as pointers into the resume given.
    """

    files: dict[str, bytes]
    resume: dict[str, Any]
    dropped: list[str] = field(default_factory=list)
    pages: int = 0
    warnings: list[StageWarning] = field(default_factory=list)


class _Source:
    """The resume as it was given, and its visible part without whatever is left out."""

    def __init__(
        self, resume: dict[str, Any], template: str, options: DesignOptions | None, language: str | None
    ) -> None:
        if not isinstance(resume, dict):
            raise InputError("not_a_resume", "A JSON Resume is an object.", "See jsonresume.org/schema.")
        self.given = resume
        self.design = resolve_design(template, options, language or _own_language(resume))
        self.warnings: list[StageWarning] = []
        self._photo: str | None = None
        self._whole = self._first_projection()

    def _first_projection(self) -> dict[str, Any]:
        visible = visible_resume(self.given, self.design)
        if set(visible) <= {"meta"}:
            raise InputError("empty_resume", "There is nothing to print in this CV.", "Add at least a name and a job.")
        visible, photo_warnings = embed_photo(visible)
        self._photo = visible.get("basics", {}).get("image")
        visible, warnings = check_characters(visible)
        self.warnings = [*photo_warnings, *warnings]
        return visible

    def project(self, dropped: Sequence[str] = ()) -> dict[str, Any]:
        """The visible resume without the values that pointers (into the given resume) name."""
        if not dropped:
            return self._whole
        remaining = deepcopy(self.given)
        remove_pointers(remaining, dropped)
        visible, _ = check_characters(visible_resume(remaining, self.design))
        if "image" in visible.get("basics", {}):
            del visible["basics"]["image"]
            if self._photo:
                visible["basics"]["image"] = self._photo
        return visible


def render_all(
    resume: dict[str, Any],
    *,
    template: str = DEFAULT_TEMPLATE,
    options: DesignOptions | None = None,
    page_target: PageTarget = "natural",
    may_drop: Iterable[str] = (),
    cover_letter: CoverLetter | None = None,
    language: str | None = None,
    posting: Posting | None = None,
) -> RenderResult:
    """Render a CV (and its letter) to every format from one final resume.

    Parameters
    ----------
    resume
        JSON Resume; only what the design shows of it is printed.
    template, options
        The design, by name, and the person's choices within it.
    page_target
        "one" and "two" are reached by density, then by leaving out what `may_drop` allows,
        in its order; never a job, a date, or readable size. `options.pages`, if given, wins.
    may_drop
        Pointers into `resume`, least relevant first.
    cover_letter, posting
        A verified letter, and the posting for its recipient and subject.
    language
        Of the text (BCP 47); headings follow it unless `options.locale` says otherwise.

    Raises
    ------
    InputError
        For an option that is not valid, an empty resume, a bad photo, or a letter (Ll, Lo, …)
        that no font has.

    """
    from cv_rendering.page_fit import fit_pages

    source = _Source(resume, template, options, language)
    target: PageTarget = (options.pages if options else None) or page_target
    fitted = fit_pages(source.project, source.design, target, list(may_drop))
    document = build_document(fitted.resume, fitted.design)
    files = {f"cv.{name}": _write(name, document, fitted.design) for name in FORMATS if name != "pdf"}
    files["cv.pdf"] = fitted.pdf()
    if cover_letter is not None and (paragraphs := _letter_paragraphs(cover_letter)):
        letter = build_letter(
            fitted.resume,
            fitted.design,
            paragraphs,
            employer=posting.employer if posting else None,
            title=posting.title if posting else None,
        )
        for name in ("pdf", "docx", "txt"):
            files[f"cover-letter.{name}"] = _write_letter(name, letter, fitted.design)
    return RenderResult(
        files=files,
        resume=fitted.resume,
        dropped=fitted.dropped,
        pages=fitted.pages,
        warnings=[*source.warnings, *fitted.warnings],
    )


def render_file(
    resume: dict[str, Any],
    *,
    template: str = DEFAULT_TEMPLATE,
    format: str,  # noqa: A002 - the word every caller expects
    options: DesignOptions | None = None,
    language: str | None = None,
) -> bytes:
    """Render one format: pdf, html, docx, txt or md.

    Raises
    ------
    InputError
        As `render_all`, and for an unknown format.

    """
    if format not in FORMATS:
        raise InputError("unknown_format", "That format cannot be written.", "Choose one of: " + ", ".join(FORMATS))
    source = _Source(resume, template, options, language)
    target = (options.pages if options else None) or "natural"
    if target == "natural" and format != "pdf":
        visible = source.project()
        return _write(format, build_document(visible, source.design), source.design)
    from cv_rendering.page_fit import fit_pages

    fitted = fit_pages(source.project, source.design, target)
    if format == "pdf":
        return fitted.pdf()
    return _write(format, build_document(fitted.resume, fitted.design), fitted.design)


def preview_pdf(
    resume: dict[str, Any],
    *,
    template: str = DEFAULT_TEMPLATE,
    options: DesignOptions | None = None,
    language: str | None = None,
) -> bytes:
    """The PDF as it will be, for the editor: the same renderer, so the preview *is* the PDF."""
    return render_file(resume, template=template, format="pdf", options=options, language=language)


def with_record(resume: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """The resume as `resume.json` holds it: still a bare JSON Resume, with the artefact's envelope in its meta."""
    meta = resume.get("meta", {})
    return {**resume, "meta": {**meta, "cvmaker": {**meta.get("cvmaker", {}), "artefact": record}}}


@cache
def version() -> str:
    """A hash of this package's code, templates and locales: what a rendering depends on beside its input."""
    folder = Path(__file__).parent
    kinds = (".py", ".j2", ".css", ".toml", ".json")
    return content_hash(
        {
            str(path.relative_to(folder)): content_hash(path.read_bytes())
            for path in _files(folder)
            if path.suffix in kinds
        }
    )[:12]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def warm_up() -> None:
    """Import the engine and load fonts, at cold start rather than in the first request."""
    from cv_rendering.formats import pdf

    pdf.engine()


def _own_language(resume: dict[str, Any]) -> str | None:
    value: Any = resume
    for key in ("meta", "cvmaker", "language"):
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def _write(name: str, document: Document, design: Design) -> bytes:
    if name == "html":
        from cv_rendering.formats.html import write_html

        return write_html(document, design)
    if name == "docx":
        from cv_rendering.formats.docx import write_docx

        return write_docx(document, design)
    if name == "txt":
        from cv_rendering.formats.text import write_text

        return write_text(document)
    from cv_rendering.formats.markdown import write_markdown

    return write_markdown(document)


def _write_letter(name: str, letter: Letter, design: Design) -> bytes:
    if name == "pdf":
        from cv_rendering.formats.pdf import write_letter_pdf

        return write_letter_pdf(letter, design)
    if name == "docx":
        from cv_rendering.formats.docx import write_letter_docx

        return write_letter_docx(letter, design)
    from cv_rendering.formats.text import write_letter_text

    return write_letter_text(letter)


def _letter_paragraphs(cover_letter: CoverLetter) -> list[str]:
    from cv_rendering.cleaning import clean_text

    paragraphs = (" ".join(sentence.text for sentence in paragraph.sentences) for paragraph in cover_letter.paragraphs)
    return [text for paragraph in paragraphs if (text := clean_text(paragraph))]
