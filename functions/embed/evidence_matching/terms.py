"""Words of requirements and of CV items made comparable: stems, and the workplace concepts they stand for."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cvmaker_core.skill_aliases import canonical_skill, find_skills, skill_classes
from cvmaker_core.text import fold, words

_LEXICONS = Path(__file__).parent / "lexicons"
# A word that stands in half of all postings says little by itself.
WEAK_WEIGHT = 0.4
# Two texts that speak of one concept in different words agree less surely than in the same words.
CONCEPT_CREDIT = 0.75
_SNOWBALL = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "nl": "dutch", "it": "italian",
    "pt": "portuguese", "sv": "swedish", "da": "danish", "no": "norwegian", "fi": "finnish", "ru": "russian",
    "ro": "romanian", "hu": "hungarian",
}  # fmt: skip


@lru_cache(maxsize=8)
def lexicon(name: str) -> dict[str, Any]:
    """One of the lexicons beside this module."""
    data: dict[str, Any] = json.loads((_LEXICONS / f"{name}.json").read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=8)
def _stemmer(language: str) -> Any:
    import snowballstemmer  # type: ignore[import-untyped]

    return snowballstemmer.stemmer(_SNOWBALL.get(language, "english"))


@lru_cache(maxsize=20_000)
def stem(word: str, language: str) -> str:
    """The Snowball stem of a folded word."""
    return str(_stemmer(language).stemWord(word)) if word.isalpha() else word


@lru_cache(maxsize=1)
def _stop() -> tuple[frozenset[str], frozenset[str]]:
    data = lexicon("terms")
    return frozenset(data["stopwords"]), frozenset(data["empty"])


@lru_cache(maxsize=8)
def _weak(language: str) -> frozenset[str]:
    return frozenset(stem(word, language) for word in lexicon("terms")["weak"])


@lru_cache(maxsize=1)
def _concepts() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)") for name, patterns in lexicon("concepts").items()
    }


@dataclass(frozen=True, slots=True)
class Terms:
    """What a text is about: weighted stems, concepts, and named skills with their classes."""

    stems: dict[str, float]
    concepts: frozenset[str]
    skills: frozenset[str]
    classes: frozenset[str]


@lru_cache(maxsize=4096)
def concepts_of(text: str) -> frozenset[str]:
    """The concepts a text speaks of."""
    folded = fold(text)
    return frozenset(name for name, pattern in _concepts().items() if pattern.search(folded))


@lru_cache(maxsize=4096)
def skills_of(text: str) -> frozenset[str]:
    """Canonical skills named in a text, or that it is a name of."""
    whole = canonical_skill(text)
    return frozenset([mention.canonical for mention in find_skills(text)] + ([whole] if whole else []))


@lru_cache(maxsize=4096)
def terms_of(text: str, language: str) -> Terms:
    """Read a text. `language` is an ISO 639-1 code; unknown ones are stemmed as English."""
    stopwords, empty = _stop()
    stems: dict[str, float] = {}
    for word in words(text):
        if word in stopwords or len(word) < 2:
            continue
        root = stem(word, language)
        if word in empty:
            continue
        stems[root] = WEAK_WEIGHT if root in _weak(language) else 1.0
    skills = skills_of(text)
    classes = frozenset(name.casefold() for skill in skills for name in skill_classes(skill))
    return Terms(stems, concepts_of(text), skills, classes)


def coverage(wanted: Terms, offered: Terms) -> float:
    """Share (0 to 1) of what is wanted that an item speaks of: by stem, by skill, or in part by concept."""
    total = sum(wanted.stems.values())
    if not total:
        return 0.0
    found = sum(weight for root, weight in wanted.stems.items() if root in offered.stems)
    literal = found / total
    named = len(wanted.skills & offered.skills) / len(wanted.skills) if wanted.skills else 0.0
    shared = wanted.concepts & offered.concepts
    conceptual = CONCEPT_CREDIT * len(shared) / len(wanted.concepts) if wanted.concepts else 0.0
    best = max(literal, named, conceptual)
    # Evidence of a second kind adds what the first left open, but never makes it whole.
    rest = (1 - best) * 0.5 * (literal + conceptual + named - best)
    return min(1.0, best + rest)
