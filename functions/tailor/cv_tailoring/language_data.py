"""Words of the languages we can write in, from `locales/*.json`."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

_FOLDER = Path(__file__).with_name("locales")
_WORD = re.compile(r"[^\W\d_]+")
_ENOUGH_WORDS = 4
# What stands where no language was recognised (ISO 639-2 und, mul, zxx).
_NO_LANGUAGE = {"unknown", "und", "mul", "zxx", "xx"}


class SummaryWords(BaseModel):
    """Sentences of a summary. Each is left out when one of its facts is missing."""

    model_config = ConfigDict(frozen=True)

    years: str
    current: str
    recent: str
    skills: str
    languages: str
    certificates: str


class LetterWords(BaseModel):
    """Sentences of a cover letter; the salutation and closing are the template's."""

    model_config = ConfigDict(frozen=True)

    opening_title_employer: str
    opening_title: str
    opening_plain: str
    years: str
    current: str
    recent: str
    evidence: str
    evidence_first_person: str = ""
    evidence_same_job: str = ""
    evidence_again: str = ""
    skills: str
    gaps: str
    thanks: str


class Wording(BaseModel):
    """Safe wording: what may be dropped from a bullet without changing what it says."""

    model_config = ConfigDict(frozen=True)

    first_person: tuple[str, ...] = ()
    past_verbs: tuple[str, ...] = ()
    fillers: tuple[str, ...] = ()
    shorter: dict[str, str] = {}
    outcome_verbs: dict[str, str] = {}
    gerunds: dict[str, str] = {}


class LanguageData(BaseModel):
    """Everything of one language."""

    model_config = ConfigDict(frozen=True)

    language: str
    list_and: str
    summary: SummaryWords
    letter: LetterWords
    wording: Wording = Wording()
    number_words: tuple[str, ...]
    function_words: tuple[str, ...]


@lru_cache(maxsize=1)
def supported_languages() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


@lru_cache(maxsize=16)
def language_data(language: str | None) -> LanguageData | None:
    """The words of a language (BCP 47; only its primary part counts), or None when we have none."""
    primary = (language or "").split("-")[0].casefold()
    if primary not in supported_languages():
        return None
    return LanguageData.model_validate_json((_FOLDER / f"{primary}.json").read_bytes())


def guess_language(text: str) -> str | None:
    """The supported language whose function words a text uses most; None when none stands out."""
    words = [word.casefold() for word in _WORD.findall(text)]
    counts: dict[str, int] = {}
    for language in supported_languages():
        data = language_data(language)
        assert data is not None
        common = set(data.function_words)
        counts[language] = sum(word in common for word in words)
    best = sorted(counts.items(), key=lambda item: -item[1])[:2]
    if len(words) < _ENOUGH_WORDS or not best or best[0][1] == 0 or best[0][1] == best[1][1]:
        return None
    return best[0][0]


def language_of(resume: dict[str, Any], detected: str | None, posting: str | None = None) -> str | None:
    """The language a CV is written in: what Parse found, else what its prose looks like, else the posting's.

    Parse reads section headings too (`meta.cvmaker.language`). A short CV of names and dates has no prose
    to know it by; its person applies in the posting's language.
    """
    stated = ((resume.get("meta") or {}).get("cvmaker") or {}).get("language")
    for found in (stated, detected):
        language = str(found or "").split("-")[0].casefold()
        if language and language not in _NO_LANGUAGE:
            return language
    prose = [str((resume.get("basics") or {}).get("summary") or "")]
    for entry in resume.get("work") or []:
        prose += [str(entry.get("summary") or ""), *map(str, entry.get("highlights") or [])]
    guessed = guess_language(" ".join(prose))
    if guessed or not posting or posting.casefold() in _NO_LANGUAGE:
        return guessed
    return posting.split("-")[0].casefold()


def join_names(names: list[str], data: LanguageData) -> str:
    """Names in a row, as the language writes them: A, B and C."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {data.list_and} {names[-1]}"


def fill(template: str, **facts: str | int) -> str:
    """A sentence of a template and its facts; a fact that ends in a full stop ("S.A.") ends the sentence."""
    text = template.format(**facts)
    return text[:-1] if text.endswith("..") and not text.endswith("...") else text
