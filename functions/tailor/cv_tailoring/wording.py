"""Changes of wording that cannot change what is said."""

import re
from collections.abc import Iterator
from typing import Any

from cvmaker_core.pointers import join_pointer
from cvmaker_core.schema.artefacts import Pointer
from cvmaker_core.text import words

from cv_tailoring.language_data import LanguageData

_BULLET_GLYPH = re.compile(r"^\s*[•·▪▸►‣◦●○∙➢➤✓✔\-–—*]\s+(?=\S)")
_SPACES = re.compile(r"[ \t\u00a0]+")
_DIGITS = re.compile(r"\d")


def bullets_of(resume: dict[str, Any]) -> Iterator[tuple[Pointer, str]]:
    """Every bullet of jobs, volunteer posts and projects."""
    for section in ("work", "volunteer", "projects"):
        for index, entry in enumerate(resume.get(section) or []):
            for place, text in enumerate(entry.get("highlights") or []):
                if isinstance(text, str):
                    yield join_pointer(section, index, "highlights", place), text


def tidy(text: str) -> str:
    """Without a stray bullet sign and doubled spaces; a plain first word gets its capital. Words stay as they are."""
    tidied = _SPACES.sub(" ", _BULLET_GLYPH.sub("", text)).strip()
    first = tidied.split(" ", 1)[0]
    # "iOS", "npm-based" or "k8s" are spelled that way; a plain lower-case word is not.
    if first.isalpha() and first.islower() and len(first) > 3:
        tidied = tidied[0].upper() + tidied[1:]
    return tidied if words(tidied) == words(_BULLET_GLYPH.sub("", text)) else text


def without_first_person(text: str, data: LanguageData | None) -> str:
    """Without the first person (“I built” → “Built”), where a known verb of a past deed follows; else the text."""
    if data is None:
        return text
    for opening in data.wording.first_person:
        rest = text.removeprefix(opening)
        if rest == text or not rest:
            continue
        verb = rest.split(" ", 1)[0].rstrip(",").casefold()
        if verb in data.wording.past_verbs:
            return rest[0].upper() + rest[1:]
    return text


def loses_number(before: str, after: str, data: LanguageData | None) -> bool:
    """Whether a text that counted something no longer counts anything."""
    if not _DIGITS.search(before) or _DIGITS.search(after):
        return False
    counted = set(data.number_words) if data else set()
    return not counted & set(words(after))
