"""An uploaded JSON Resume: taken as it is, checked for shape, each string its own source."""

import json
import re
from typing import Any, Literal

from cvmaker_core.errors import InputError
from cvmaker_core.pointers import walk_strings
from cvmaker_core.schema.artefacts import Layout, Parsed, ParsedDate, Span, StageWarning
from cvmaker_core.schema.resume import Resume
from pydantic import ValidationError

from cv_parsing import limits
from cv_parsing.lexicon import language_of

_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_PRECISION: dict[int, Literal["year", "month", "day"]] = {4: "year", 7: "month", 10: "day"}


def _depth(value: Any, level: int = 0) -> int:
    if level > limits.MAX_JSON_DEPTH:
        return level
    if isinstance(value, dict):
        return max((_depth(item, level + 1) for item in value.values()), default=level)
    if isinstance(value, list):
        return max((_depth(item, level + 1) for item in value), default=level)
    return level


def read_json_resume(data: bytes) -> tuple[Parsed, list[StageWarning]]:
    """Parse an uploaded JSON Resume (or a `resume.json` of ours).

    Raises
    ------
    InputError
        `corrupt` for JSON that cannot be read, `not_a_cv` for JSON of another shape.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise InputError("corrupt", "The file is not valid JSON.", "Export your JSON Resume again.") from None
    if isinstance(document, dict) and "basics" not in document:
        inner = document.get("data", document)
        if isinstance(inner, dict):
            document = inner.get("resume", inner)
    known = ("basics", "work", "education", "skills", "projects", "volunteer", "languages", "certificates", "awards")
    if not isinstance(document, dict) or not any(document.get(key) for key in known):
        raise InputError(
            "not_a_cv",
            "The JSON file is not a JSON Resume.",
            "See jsonresume.org for the format, or upload a PDF or DOCX.",
        )
    if _depth(document) > limits.MAX_JSON_DEPTH:
        raise InputError("too_complex", "The JSON file is nested too deeply.", "Upload a plain JSON Resume.")
    try:
        resume = Resume.model_validate(document).to_json()
    except (ValidationError, RecursionError):
        raise InputError(
            "not_a_cv",
            "The JSON file does not follow the JSON Resume schema.",
            "Check it with a JSON Resume validator.",
        ) from None
    warnings: list[StageWarning] = []
    dates: dict[str, ParsedDate] = {}
    _settle_dates(resume, dates, warnings)
    resume.pop("$schema", None)
    lines: list[str] = []
    provenance: dict[str, list[Span]] = {}
    confidence: dict[str, float] = {}
    at = 0
    for pointer, value in walk_strings(resume):
        if pointer.startswith("/meta/") and not pointer.startswith("/meta/cvmaker/sections"):
            continue
        provenance[pointer] = [Span(start=at, end=at + len(value), pointer=pointer)]
        confidence[pointer] = 0.99
        lines.append(value)
        at += len(value) + 1
        if at > limits.MAX_CHARACTERS:
            raise InputError("too_large", "The JSON file holds far more text than a CV.", "Upload the CV alone.")
    text = "\n".join(lines) + "\n"
    return (
        Parsed(
            resume=resume,
            dates=dates,
            provenance=provenance,
            text=text,
            layout=Layout(pages=1, format="json", language=language_of(text)),
            confidence=confidence,
        ),
        warnings,
    )


def _settle_dates(resume: dict[str, Any], dates: dict[str, ParsedDate], warnings: list[StageWarning]) -> None:
    """ISO dates stay; "present" as an end becomes a running entry; anything else is left and reported."""
    odd = 0
    for section in ("work", "volunteer", "education", "projects"):
        for index, entry in enumerate(resume.get(section) or []):
            if not isinstance(entry, dict):
                continue
            for key in ("startDate", "endDate"):
                value = entry.get(key)
                pointer = f"/{section}/{index}/{key}"
                if value is None:
                    continue
                text = str(value).strip()
                found = _DATE.match(text)
                if found:
                    entry[key] = found.group()
                    dates[pointer] = ParsedDate(text=text, precision=_PRECISION[len(found.group())], state="closed")
                elif key == "endDate" and text.casefold() in ("present", "now", "current", "ongoing", "today", "heute"):
                    del entry[key]
                    dates[pointer] = ParsedDate(text=text, state="running")
                else:
                    odd += 1
                    dates[pointer] = ParsedDate(text=text, state="unknown")
            if entry.get("startDate") and "endDate" not in entry and section != "education":
                dates.setdefault(f"/{section}/{index}/endDate", ParsedDate(text="", state="running"))
    if odd:
        warnings.append(
            StageWarning(
                code="dates_not_iso",
                message=f"{odd} dates are not written as YYYY-MM-DD.",
                advice="Write them as YYYY, YYYY-MM or YYYY-MM-DD.",
            )
        )
