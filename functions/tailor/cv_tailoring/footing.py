"""What a sentence of ours may be built on.

A value can stand on the page and still be no ground for a sentence: a title that the parser cut out of prose, a
skill that the person is only learning, a degree that is not finished, a certificate that has run out. Such values
stay where they are; nothing is composed of them. In doubt less is said. The words are in `cautions.json`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from cvmaker_core.pointers import split_pointer, walk_strings
from cvmaker_core.schema.artefacts import Parsed, ParsedDate, Pointer
from cvmaker_core.skill_aliases import canonical_skill, find_skills
from cvmaker_core.text import fold

from cv_tailoring.draft import text_at
from cv_tailoring.language_data import language_data, supported_languages

# Below this the parser itself doubts what a value is.
_SURE = 0.6
# Titles and employers are names; a longer one is prose that was taken for a name.
_LONGEST_NAME = 8
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
_DATE = re.compile(r"\b(?:(?P<month>0?[1-9]|1[0-2])[/.])?(?P<year>(?:19|20)\d{2})(?:-(?P<iso>\d{2}))?\b")
_NUMBER = r"\d{1,2}\s*\+?"


@lru_cache(maxsize=1)
def _cautions() -> dict[str, dict[str, list[str]]]:
    data: dict[str, dict[str, list[str]]] = json.loads(
        Path(__file__).with_name("cautions.json").read_text(encoding="utf-8")
    )
    return data


def _spoken(language: str | None) -> list[dict[str, list[str]]]:
    """The data of the CV's language and of English, which technical CVs mix into every language."""
    own = [language] if language in _cautions() and language not in {"en", "any"} else []
    return [_cautions()[name] for name in [*own, "en", "any"] if name]


@lru_cache(maxsize=64)
def _words(kind: str, language: str | None) -> frozenset[str]:
    found = {word for data in _spoken(language) for word in data.get(kind, [])}
    if kind in {"pronouns", "finite"} and language != "en":
        found -= set(_cautions().get(language or "", {}).get("loose_ends", []))  # Italian "i" is an article
    return frozenset(found)


@lru_cache(maxsize=64)
def _pattern(kind: str, language: str | None) -> re.Pattern[str]:
    parts = [part for data in _spoken(language) for part in data.get(kind, [])]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")


def balanced(text: str) -> bool:
    """Whether every bracket is closed: one that is not was cut off."""
    open_ones: list[str] = []
    for sign in re.sub(r"[:;]-?[()]", "", text):
        if sign in _BRACKETS:
            open_ones.append(_BRACKETS[sign])
        elif sign in _BRACKETS.values() and (not open_ones or open_ones.pop() != sign):
            return False
    return not open_ones


def _plain_words(text: str) -> list[str]:
    """Folded words without short words in capitals: IT, IS or MAN are names, unless everything is in capitals."""
    shouted = text.upper() == text
    found = _WORD.findall(text.replace("’", "'"))
    return ["" if word.isupper() and 1 < len(word) < 5 and not shouted else fold(word) for word in found]


class Footing:
    """Judges the values of one CV."""

    def __init__(
        self,
        resume: dict[str, Any],
        as_of: date,
        *,
        language: str | None = None,
        dates: Mapping[Pointer, ParsedDate] | None = None,
        confidence: Mapping[Pointer, float] | None = None,
        text: str = "",
    ) -> None:
        self.resume = resume
        self.as_of = as_of
        self.language = language
        self.dates = dates or {}
        self.confidence = confidence or {}
        self._lines = [fold(line) for line in text.splitlines()]
        self._learning = self._skills_being_learnt()

    @classmethod
    def of(cls, parsed: Parsed, resume: dict[str, Any], as_of: date, language: str | None) -> "Footing":
        return cls(resume, as_of, language=language, dates=parsed.dates, confidence=parsed.confidence, text=parsed.text)

    def _says(self, kind: str, text: str) -> bool:
        return bool(_pattern(kind, self.language).search(fold(text)))

    # --- any text ---------------------------------------------------------------------------------

    def whole(self, text: str) -> bool:
        """Not cut off: brackets closed, and no article, preposition or conjunction at the end."""
        words = _plain_words(text)
        if not words or not balanced(text):
            return False
        closed = text.rstrip().endswith((".", "!", "?"))
        # A last capital names something: Series A, Engineer I.
        named = len(_WORD.findall(text)[-1]) == 1 and _WORD.findall(text)[-1].isupper()
        return closed or named or words[-1] not in _words("loose_ends", self.language)

    def cut(self, texts: Iterable[Any]) -> set[int]:
        """Places in a list that must stay: what was cut off, and what follows it, which may be its rest."""
        values = list(texts)
        broken = {index for index, text in enumerate(values) if isinstance(text, str) and not self.whole(text)}
        return broken | {index + 1 for index in broken if index + 1 < len(values)}

    def sure(self, pointer: Pointer) -> bool:
        return self.confidence.get(pointer, 1.0) >= _SURE

    def is_name(self, text: str) -> bool:
        """Whether a text can be a title or an employer, rather than a piece of prose."""
        words = _plain_words(text)
        if not words or len(words) > _LONGEST_NAME or not self.whole(text) or "\n" in text:
            return False
        pronouns, finite = _words("pronouns", self.language), _words("finite", self.language)
        ends = {words[0], "" if words[-1] == "i" else words[-1]}  # Engineer I
        if ends & (pronouns | _words("openers", self.language)) or words[-1] in finite:
            return False
        return not any(left in pronouns and right for left, right in pairwise(words)) and not set(words) & finite

    def named_at(self, pointer: Pointer) -> str:
        """The title or employer at a pointer; empty when it is none, or the parser doubts it."""
        text = text_at(self.resume, pointer).strip()
        return text if text and self.sure(pointer) and self.is_name(text) else ""

    # --- jobs -------------------------------------------------------------------------------------

    def is_work(self, entry: Mapping[str, Any]) -> bool:
        """Not a membership, a course of study or an honorary post that stands among the jobs."""
        position, employer = str(entry.get("position") or ""), str(entry.get("name") or "")
        if self._says("not_work", position) or (not position and self._says("not_work", employer)):
            return False
        return not (self._says("society", employer) and self._says("office", position))

    def is_employment(self, entry: Mapping[str, Any]) -> bool:
        """Work that counts as professional experience: training on the job does not."""
        position = str(entry.get("position") or "").strip()
        return bool(position) and self.is_work(entry) and not self._says("training", position)

    def states_years(self) -> bool:
        """Whether the person says how many years: then that figure stands, and we compute none."""
        known = [data for name in supported_languages() if (data := language_data(name))]
        numbers = {word for data in known for word in data.number_words}
        spelled = "|".join(map(re.escape, sorted(numbers, key=len, reverse=True)))
        years = "|".join(_cautions()["any"]["years_words"])
        pattern = re.compile(rf"(?<!\w)(?:{_NUMBER}|{spelled})\W*(?:\w+\W+){{0,2}}?(?:{years})(?!\w)")
        basics = self.resume.get("basics") or {}
        sections = ((self.resume.get("meta") or {}).get("cvmaker") or {}).get("sections") or []
        said = [str(basics.get("summary") or ""), str(basics.get("label") or "")]
        return any(pattern.search(fold(text)) for text in [*said, *(text for _, text in walk_strings(sections))])

    # --- skills -----------------------------------------------------------------------------------

    def _skills_being_learnt(self) -> frozenset[str]:
        found: set[str] = set()
        for group in self.resume.get("skills") or []:
            name, level = str(group.get("name") or ""), str(group.get("level") or "")
            whole_group = self._says("learning", name) or self._says("learning", level)
            for text in [name, *map(str, group.get("keywords") or [])]:
                if whole_group or self._says("learning", text):
                    found |= {fold(text), *_canonical(text)}
        return frozenset(found)

    def may_name_skill(self, name: str, pointer: Pointer) -> bool:
        """Not something the person calls a beginning or an interest, nor a torn piece of text."""
        section = split_pointer(pointer)[0]
        if section == "interests" or not self.whole(name) or not self.sure(pointer):
            return False
        if {fold(name), *_canonical(name)} & self._learning:
            return False
        return not self._says("learning", text_at(self.resume, pointer))

    # --- degrees and certificates -----------------------------------------------------------------

    def is_held(self, entry: Pointer) -> bool:
        """Whether a degree is finished: not running, not expected, and nothing says otherwise."""
        state = self.dates.get(entry + "/endDate")
        if state is not None and state.state in {"running", "expected"}:
            return False
        start, end = text_at(self.resume, entry + "/startDate"), text_at(self.resume, entry + "/endDate")
        if (start and not end and state is None) or _later(end or start, self.as_of):
            return False
        return not any(self._says("unfinished", text) for text in self._texts(entry))

    def is_valid(self, entry: Pointer) -> bool:
        """Whether a certificate may be advertised: held, not run out, and its name is a name."""
        name = text_at(self.resume, entry + "/name").strip()
        if not self.whole(name) or not self.sure(entry + "/name") or self._says("debris", name):
            return False
        states = {self.dates[key].state for key in (entry + "/date", entry + "/endDate") if key in self.dates}
        if "expected" in states or _later(text_at(self.resume, entry + "/date"), self.as_of):
            return False
        lines = [line for line in self._lines if fold(name) in line]
        return not any(self._run_out(text) or self._says("unfinished", text) for text in [*self._texts(entry), *lines])

    def _run_out(self, text: str) -> bool:
        if self._says("expired", text):
            return True
        said = _pattern("expiry", self.language).search(fold(text))
        if not said:
            return False
        last = list(_DATE.finditer(fold(text), said.end()))[:1]
        return not last or not _later_or_now(last[0], self.as_of)

    def _texts(self, entry: Pointer) -> list[str]:
        section, index, *_ = split_pointer(entry)
        values = self.resume.get(section) or []
        value = values[int(index)] if index.isdigit() and int(index) < len(values) else {}
        return [text for pointer, text in walk_strings(value) if not pointer.endswith("/url")]


def _canonical(text: str) -> set[str]:
    whole = canonical_skill(text)
    return {whole} if whole else {mention.canonical for mention in find_skills(text)}


def _later(value: str, as_of: date) -> bool:
    """Whether a date of the resume (YYYY[-MM[-DD]]) lies after a day; a bare year of that day's year does not."""
    return bool(re.match(r"\d{4}", value)) and value[:10] > as_of.isoformat()[: len(value[:10])]


def _later_or_now(found: re.Match[str], as_of: date) -> bool:
    month = found["iso"] or found["month"]
    year = int(found["year"])
    return (year, int(month)) >= (as_of.year, as_of.month) if month else year > as_of.year


__all__ = ["Footing", "balanced"]
