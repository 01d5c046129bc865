"""Names of countries in the languages of our locales (`countries.json`): to print a code, and to know a name again."""

import json
from functools import cache
from pathlib import Path

from cvmaker_core.text import fold

_DATA = Path(__file__).with_name("countries.json")


@cache
def country_names() -> dict[str, dict[str, str]]:
    """Language (ISO 639-1) → code (ISO 3166-1 alpha-2) → name."""
    table: dict[str, dict[str, str]] = json.loads(_DATA.read_text(encoding="utf-8"))
    return {language: names for language, names in table.items() if not language.startswith("_")}


def country_name(code: str, language: str) -> str:
    """A country's name in that language (BCP 47), or the code as given when none is known."""
    return country_names().get(language.split("-", maxsplit=1)[0].lower(), {}).get(code.upper(), code)


def country_code(name: str) -> str | None:
    """The code of a country named in any of the languages, or of a code; None for no country, or one of two."""
    return _codes().get(_key(name))


def _key(name: str) -> str:
    return fold(name).strip(" .")


@cache
def _codes() -> dict[str, str]:
    meanings: dict[str, set[str]] = {}
    for names in country_names().values():
        for code, name in names.items():
            meanings.setdefault(_key(code), set()).add(code)
            meanings.setdefault(_key(name), set()).add(code)
    return {name: next(iter(codes)) for name, codes in meanings.items() if len(codes) == 1}
