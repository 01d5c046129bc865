"""Human languages by their names in the languages that postings and CVs are written in.

Analyze recognises a language requirement with it, Embed compares it with the CV's languages.
Levels follow the Common European Framework (Council of Europe): A1 = 1 … C2 = 6; a word such as
"fluent" is read as the lowest level that people commonly mean by it.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_LEXICONS = Path(__file__).parent / "lexicons"


@dataclass(frozen=True, slots=True)
class LanguageMention:
    """A language named in a text: half-open code-point range and ISO 639-1 code (or `sign`)."""

    start: int
    end: int
    code: str


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    data: dict[str, list[str]] = json.loads((_LEXICONS / "human_languages.json").read_text(encoding="utf-8"))
    parts = [f"(?P<{code}>{'|'.join(names)})" for code, names in data.items()]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _levels() -> list[tuple[int, re.Pattern[str]]]:
    data: dict[str, list[str]] = json.loads((_LEXICONS / "language_levels.json").read_text(encoding="utf-8"))
    return [
        (int(level), re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)) for level, words in data.items()
    ]


def find_languages(text: str) -> list[LanguageMention]:
    """Languages named in a text, left to right."""
    return [LanguageMention(match.start(), match.end(), str(match.lastgroup)) for match in _names().finditer(text)]


def language_level(text: str) -> int | None:
    """The level (1 to 6) a text states, the highest when it states several; None when it states none."""
    stated = [level for level, pattern in _levels() if pattern.search(text)]
    return max(stated) if stated else None
