"""A JSON Resume attached to a PDF: believed only where the page says the same."""

import json
from typing import Any

from cvmaker_core.pointers import walk_strings
from cvmaker_core.schema.artefacts import Parsed, StageWarning
from cvmaker_core.text import fold

_SHARE_TO_TRUST = 0.9
"""Share of the attachment's text that must stand on the page; below it the file describes another document."""


def use_attachment(parsed: Parsed, data: bytes, warnings: list[StageWarning]) -> Parsed:
    """Compare an attached JSON Resume with what the page says.

    The page's own reading stays the result: every value keeps its place on the page. Where
    the attachment and the page agree this changes nothing; where they differ, a robot that
    believes the attachment would read another CV than a person, and the person is warned.
    Values the page shows and our reading missed are taken over with low confidence.
    """
    try:
        attached = json.loads(data)
    except (ValueError, RecursionError):
        return parsed
    if not isinstance(attached, dict) or not isinstance(attached.get("basics"), dict):
        return parsed
    page = fold(parsed.text)
    squeezed = "".join(c for c in page if c.isalnum())
    found = total = 0
    absent = 0
    for pointer, value in walk_strings(attached):
        if pointer.startswith(("/meta", "/$schema")) or _is_technical(pointer):
            continue
        key = "".join(c for c in fold(value) if c.isalnum())
        if len(key) < 3:
            continue
        total += 1
        if key in squeezed:
            found += 1
        else:
            absent += 1
    if not total:
        return parsed
    if found / total < _SHARE_TO_TRUST:
        warnings.append(
            StageWarning(
                code="attachment_differs",
                message=f"The PDF carries a JSON Resume of which {absent} of {total} values are not on the page; "
                "it was not used.",
                advice="Robots may read it instead of the page. Export the PDF anew.",
            )
        )
        return parsed
    _fill_gaps(parsed, attached)
    return parsed


def _is_technical(pointer: str) -> bool:
    return pointer.endswith(("Date", "/date", "/countryCode", "/network", "/image", "/url", "/phone", "/releaseDate"))


def _fill_gaps(parsed: Parsed, attached: dict[str, Any]) -> None:
    """Contact values the page shows and the reading missed."""
    basics = parsed.resume.setdefault("basics", {})
    for key in ("name", "label", "email"):
        value = attached["basics"].get(key)
        if not isinstance(value, str) or not value or basics.get(key):
            continue
        at = parsed.text.find(value)
        if at < 0:
            continue
        basics[key] = value
        from cvmaker_core.schema.artefacts import Span

        parsed.provenance[f"/basics/{key}"] = [Span(start=at, end=at + len(value))]
        parsed.confidence[f"/basics/{key}"] = 0.7
