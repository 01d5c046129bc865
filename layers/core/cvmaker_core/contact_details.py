"""Contact details: what never leaves for a model provider or a vector store.

Two layers, because neither suffices: the values the CV itself names as contact details are
removed wherever they occur, and anything that looks like an e-mail address, a link or a
telephone number is removed too.
"""

import re
from collections.abc import Iterable
from typing import Any

PLACEHOLDER = "[removed]"

_EMAIL = re.compile(r"[\w.+%-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>()\"']+", re.IGNORECASE)
# A telephone number is international (+…), has an area code in parentheses, or is in groups of three or more
# digits with separators. Years ("2018 - 2024"), amounts ("1,200,000") and plain counts are none of these.
_PHONE = re.compile(
    r"\+\d[\d\s().\u00a0/-]{6,18}\d"
    r"|\(0?\d{2,4}\)\s?\d[\d\s.\u00a0-]{4,12}\d"
    r"|(?<![\d.,/-])0\d{1,4}[\s/-]\d[\d\s-]{4,12}\d(?![\d%])"
    r"|(?<![\d.,-])\d{3}[.\s-]\d{3}[.\s-]\d{4}(?![\d%])"
)
_PRIVATE_FIELDS = ("name", "email", "phone", "url", "image")


def private_values(resume: dict[str, Any]) -> list[str]:
    """The strings of a JSON Resume that say who and where the person is, longest first.

    City, region and country stay: a posting may ask for them, and they name nobody.
    """
    basics = resume.get("basics") or {}
    location = basics.get("location") or {}
    found = [basics.get(field) for field in _PRIVATE_FIELDS]
    found += [location.get("address"), location.get("postalCode")]
    for profile in basics.get("profiles") or []:
        found += [profile.get("url"), profile.get("username")]
    found += [reference.get("name") for reference in resume.get("references") or []]
    return sorted({text for text in found if isinstance(text, str) and len(text.strip()) >= 4}, key=len, reverse=True)


def redact(text: str, private: Iterable[str] = ()) -> str:
    """The text with contact details replaced by a placeholder."""
    for value in private:
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", PLACEHOLDER, text, flags=re.IGNORECASE)
    for pattern in (_EMAIL, _LINK, _PHONE):
        text = pattern.sub(PLACEHOLDER, text)
    return text


def redact_value(value: Any, private: Iterable[str] = ()) -> Any:
    """`redact` on every string of a JSON value."""
    private = list(private)
    if isinstance(value, str):
        return redact(value, private)
    if isinstance(value, list):
        return [redact_value(item, private) for item in value]
    if isinstance(value, dict):
        return {key: redact_value(item, private) for key, item in value.items()}
    return value
