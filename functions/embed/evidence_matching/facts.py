"""The facts a fit rests on: years, degrees, languages, certificates, titles. No wording of a bullet changes them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from cvmaker_core.human_languages import find_languages, language_level
from cvmaker_core.text import fold, normalise

from evidence_matching.terms import lexicon, skills_of, terms_of

_NUMBER_WORDS: dict[str, int] = lexicon("terms")["number_words"]
_YEARS = re.compile(
    r"(?<![\w.])(?P<low>\d{1,2}(?:[.,]5)?|" + "|".join(_NUMBER_WORDS) + r")\s*(?:\+|plus)?"
    r"(?:\s*(?:[-–—]|to|or|bis|oder|à|a|o)\s*(?:\d{1,2}|\w+))?\s*\+?\s*"
    r"(?P<unit>years?|yrs?|jahren?|ans?|années?|años?|jaar|ann[oi]|anos?|months?|monaten?|mois|meses|maanden|mesi)(?!\w)"
    r"|(?<!\w)(?P<vague>mehrjährige[rn]?|langjährige[rn]?|\w+jährige)(?!\w)",
    re.IGNORECASE,
)
_MONTH_UNITS = ("month", "monat", "mois", "mes", "maand")
# Words of a years requirement that name no field: "5 years of relevant experience in a similar role".
_NO_FIELD = frozenset(lexicon("terms")["no_field"])


# --- time ------------------------------------------------------------------------------------


def month_number(text: str, *, end: bool) -> int | None:
    """A JSON Resume date as a count of months; a bare year is its January, or its December as an end."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-\d{2})?", text.strip()) if isinstance(text, str) else None
    if not match:
        return None
    month = int(match[2]) if match[2] else (12 if end else 1)
    return int(match[1]) * 12 + month - 1


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of working life: months, both inclusive."""

    pointer: str
    start: int
    end: int


def work_spans(resume: dict[str, Any], as_of: date) -> list[Span]:
    """Dated jobs; one without an end runs until `as_of`, unless the CV leaves it open; nothing later counts."""
    today = as_of.year * 12 + as_of.month - 1
    spans: list[Span] = []
    for index, entry in enumerate(resume.get("work") or []):
        if not isinstance(entry, dict):
            continue
        start = month_number(entry.get("startDate") or "", end=False)
        until = entry.get("endDate") or (entry.get("startDate") if entry.get("endDateUnknown") else None)
        end = month_number(until, end=True) if until else today
        if start is None or end is None or start > today:
            continue
        spans.append(Span(f"/work/{index}", start, max(start, min(end, today))))
    return spans


def months_covered(spans: Iterable[Span]) -> int:
    """Months of the union of spans: two jobs at once count once."""
    total = 0
    reached = -1
    for span in sorted(spans, key=lambda s: s.start):
        start = max(span.start, reached + 1)
        if span.end >= start:
            total += span.end - start + 1
            reached = span.end
    return total


def years_asked(text: str) -> float | None:
    """The least number of years a requirement names ("3-5 years" → 3, "6 months" → 0.5)."""
    found = _YEARS.search(normalise(text))
    if not found:
        return None
    if found["vague"]:
        word = found["vague"].casefold()
        return float(next((n for name, n in _NUMBER_WORDS.items() if word.startswith(name)), 3))
    low = found["low"].casefold()
    number = float(_NUMBER_WORDS.get(low) or low.replace(",", "."))
    return number / 12 if found["unit"].casefold().startswith(_MONTH_UNITS) else number


_THE_LIKE = re.compile(
    r"(?<!\w)(?:similar|same|comparable|equivalent|similaires?|comparables?|équivalent\w*|vergleichbar\w*|ähnlich\w*"
    r"|gleichwertig\w*|similar(?:es)?|soortgelijk\w*|vergelijkbar\w*|analog\w*|simil[ei])(?!\w)",
    re.IGNORECASE,
)


def asks_for_the_like(text: str) -> bool:
    """Whether years are asked for "in a similar position": then the posting's own title is their field."""
    return bool(_THE_LIKE.search(text))


def field_of_years(text: str, language: str) -> dict[str, float]:
    """Stems of what the years should be in; empty when any work counts."""
    rest = _YEARS.sub(" ", normalise(text))
    return terms_of(" ".join(w for w in re.findall(r"[\w+#.-]+", fold(rest)) if w not in _NO_FIELD), language).stems


# --- degrees ---------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _degree_levels() -> dict[int, re.Pattern[str]]:
    return {
        int(level): re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)
        for level, patterns in lexicon("degrees")["levels"].items()
    }


@lru_cache(maxsize=1)
def _families() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)
        for name, patterns in lexicon("degrees")["field_families"].items()
    }


def degree_level_asked(text: str) -> int:
    """The lowest level (1 school … 6 doctorate) that satisfies a requirement; 4, a first degree, when it names none."""
    levels = [level for level, pattern in _degree_levels().items() if pattern.search(text)]
    if (
        4 in levels
        and len(levels) > 1
        and not re.search(
            r"bachelor|undergraduate|b\.?\s?sc|b\.?a\.?/|licen[cs]|grado|hochschul|studium|first", text, re.IGNORECASE
        )
    ):
        levels.remove(4)  # "advanced university degree (Master's or higher)": "degree" is no level beside one
    return min(levels) if levels else 4


def degree_level_held(text: str) -> int | None:
    """The highest level an education entry names, or None."""
    levels = [level for level, pattern in _degree_levels().items() if pattern.search(text)]
    return max(levels) if levels else None


def families_of(text: str) -> frozenset[str]:
    """Families of subjects a text names."""
    return frozenset(name for name, pattern in _families().items() if pattern.search(text))


# --- languages -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpokenLanguage:
    pointer: str
    codes: frozenset[str]
    level: int | None


def spoken_languages(resume: dict[str, Any]) -> list[SpokenLanguage]:
    """The CV's languages with their levels."""
    found: list[SpokenLanguage] = []
    for index, entry in enumerate(resume.get("languages") or []):
        if not isinstance(entry, dict):
            continue
        name, fluency = str(entry.get("language") or ""), str(entry.get("fluency") or "")
        codes = frozenset(mention.code for mention in find_languages(f"{name} {fluency}"))
        found.append(SpokenLanguage(f"/languages/{index}", codes, language_level(f"{name} {fluency}")))
    return found


def languages_asked(text: str) -> tuple[frozenset[str], bool, int | None]:
    """Codes a requirement names, whether all of them are wanted, and the level."""
    mentions = find_languages(text)
    codes = frozenset(mention.code for mention in mentions)
    either = bool(re.search(r"(?<!\w)(?:or|oder|ou|o|of|another|one of|any)(?!\w)|/", text, re.IGNORECASE))
    return codes, not either, language_level(text)


# --- certificates ----------------------------------------------------------------------------

_CERTIFICATE_WORDS = frozenset(lexicon("terms")["certificate_words"])


def certificate_words(text: str) -> frozenset[str]:
    """What tells one certificate from another."""
    named = (w for w in re.findall(r"[\w+#]+", fold(text)) if w not in _CERTIFICATE_WORDS)
    return frozenset(w for w in named if len(w) > 1)  # "B" is a class of licence and the first letter of "B.Eng."


def acronyms(text: str) -> frozenset[str]:
    """Names such as NMC, CKA, PMP, written in capitals."""
    return frozenset(re.findall(r"(?<![A-Za-z])[A-Z][A-Z0-9]{2,7}(?![A-Za-z])", text))


# --- titles ----------------------------------------------------------------------------------

_SENIORITY = frozenset(lexicon("terms")["rank_words"])


def title_similarity(asked: str, held: str, language: str) -> float:
    """How much of a posting's title a held title covers, without rank: 1 all, 0 nothing."""
    wanted = set(terms_of(_without_rank(asked), language).stems) | _compound(asked)
    have = set(terms_of(_without_rank(held), language).stems) | _compound(held)
    if not wanted:
        return 0.0
    share = len(wanted & have) / len(wanted)
    same_skill = skills_of(asked) & skills_of(held)
    return min(1.0, share + (0.25 if same_skill and share else 0.0))


def _without_rank(title: str) -> str:
    return " ".join(word for word in re.findall(r"[\w+#./-]+", title) if fold(word) not in _SENIORITY)


def _compound(title: str) -> set[str]:
    """`Softwareentwickler` and `Frontend-Entwickler` share their last part."""
    return {f"*{fold(word)[-9:]}" for word in re.findall(r"[^\W\d_]{11,}", title)}
