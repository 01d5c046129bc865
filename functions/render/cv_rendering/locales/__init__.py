"""Words a CV needs around its content, by language: one JSON file each, beside this module."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from cvmaker_core.errors import InputError

_FOLDER = Path(__file__).parent
DEFAULT_LANGUAGE = "en"
DATE_FORMATS = ("MMM YYYY", "MMMM YYYY", "MM/YYYY", "YYYY-MM", "YYYY")


@dataclass(frozen=True)
class Locale:
    """One language: headings, month names, the form of a date, and a few fixed words."""

    language: str
    name: str
    direction: Literal["ltr", "rtl"]
    months_long: tuple[str, ...]
    months_short: tuple[str, ...]
    month_year: str
    date_format: str
    list_separator: str
    headings: dict[str, str]
    labels: dict[str, str]


def languages() -> list[str]:
    """Codes of all languages that have headings and months."""
    return sorted(path.stem for path in _FOLDER.glob("*.json"))


@cache
def load_locale(language: str) -> Locale:
    """The locale of a language tag: `pt-BR` is served by `pt`, Norwegian `no` and `nn` by `nb`.

    Raises
    ------
    InputError
        If the language has no locale file; the advice lists those that have.

    """
    code = language.replace("_", "-").split("-")[0].lower()
    code = {"no": "nb", "nn": "nb", "iw": "he", "in": "id"}.get(code, code)
    path = _FOLDER / f"{code}.json"
    if not code.isalpha() or not path.is_file():
        raise InputError(
            "unknown_language",
            "There are no headings and month names for this language.",
            "Choose one of: " + ", ".join(languages()) + ".",
        )
    data = json.loads(path.read_text(encoding="utf-8"))
    for months in ("months_long", "months_short"):
        data[months] = tuple(data[months])
    return Locale(**data)


def closest_locale(language: str | None) -> Locale:
    """As `load_locale`, but English for an unknown or absent language."""
    try:
        return load_locale(language or DEFAULT_LANGUAGE)
    except InputError:
        return load_locale(DEFAULT_LANGUAGE)
