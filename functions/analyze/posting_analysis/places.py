"""Whether a few words name a place: by lists of cities and countries, or by their form ("Omaha, NE")."""

import re
from functools import cache
from pathlib import Path

from cvmaker_core.countries import country_code
from cvmaker_core.text import fold

_DATA = Path(__file__).parent / "lexicons" / "places.txt"
# A city with the code of its state or country: "Omaha, NE", "Utrecht, NL", "Austin, TX 78701".
_WITH_CODE = re.compile(
    r"[A-ZÀ-Þ][\w'’.]+(?:[ -][A-ZÀ-Þ][\w'’.]+){0,3}, ?[A-Z]{2}(?: \d{5})?(?:, (?:USA?|UK|[A-ZÀ-Þ]\w+))?"
)
# A postal code in front of a name: "80331 München", "1012 AB Amsterdam", "75008 Paris".
_POSTAL = re.compile(r"(?:[A-Z]{1,2}-)?\d{4,5}(?: [A-Z]{2})? [A-ZÀ-Þ][\w'’.-]+(?:[ -][\w'’.-]+){0,3}")


@cache
def _known() -> frozenset[str]:
    lines = _DATA.read_text(encoding="utf-8").splitlines()
    return frozenset(fold(name) for line in lines if not line.startswith("#") for name in line.split(","))


def is_known_place(words: str) -> bool:
    """Whether the words are a known city, region or country, or a comma-separated line of them."""
    parts = [part.strip(" .") for part in re.split(r",|/", words) if part.strip(" .")]
    if not parts:
        return False
    first = re.sub(
        r"^(?:greater|central|inner|near|north|south|east|west) |\s\d+e?$| \(.*\)$", "", fold(parts[0])
    ).strip()
    return first in _known() or (len(first) > 3 and country_code(first) is not None)


def has_form_of_place(words: str) -> bool:
    """Whether the words have a form that only places have."""
    return bool(_WITH_CODE.fullmatch(words) or _POSTAL.fullmatch(words))


def is_place(words: str) -> bool:
    return is_known_place(words) or has_form_of_place(words)
