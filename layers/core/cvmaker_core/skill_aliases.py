"""One name for a skill that people write in many ways ("K8s", "kubernetes" → "Kubernetes").

The data is `lexicons/aliases_skills.txt`; its head says how it is written. An alias is another name of
the *same* thing, so a verifier may trust it; what a skill merely implies is never an alias.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from cvmaker_core.text import fold

_LEXICON = Path(__file__).parent / "lexicons" / "aliases_skills.txt"
_TOKEN = re.compile(r"\.?[^\W_]+(?:[.'&][^\W_]+)*[+#]*")
_LONGEST = 6
# What stands between two items of a list: "Python, Go and R", "C / C++", "Excel; Word".
_LIST_GAP = re.compile(r"\s*(?:[,;/|&·•+]|,?\s+(?:and|or|und|oder|et|ou|y|e|en|o|sowie)\s)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SkillMention:
    """A skill found in a text: half-open code-point range, the one name, and the words as written."""

    start: int
    end: int
    canonical: str
    surface: str


@dataclass(frozen=True, slots=True)
class _Lexicon:
    canonical: dict[tuple[str, ...], str]
    ambiguous: frozenset[tuple[str, ...]]
    classes: dict[str, tuple[str, ...]]
    surfaces: dict[str, tuple[str, ...]]
    before: frozenset[str]
    after: frozenset[str]


def _key(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(fold(text)))


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    canonical: dict[tuple[str, ...], str] = {}
    ambiguous: set[tuple[str, ...]] = set()
    classes: dict[str, tuple[str, ...]] = {}
    surfaces: dict[str, tuple[str, ...]] = {}
    context: dict[str, frozenset[str]] = {}
    current: tuple[str, ...] = ()
    for line in _LEXICON.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("# "):
            continue
        if line.startswith(("before:", "after:")):
            side, _, words = line.partition(":")
            context[side] = frozenset(words.split())
            continue
        if line.startswith("["):
            current = tuple(part.strip() for part in line.strip("[]").split(";"))
            continue
        names = [part.strip() for part in line.split("|")]
        head = names[0].removeprefix("~")
        key = _key(head)
        name = canonical.get(key, head)
        classes[name] = classes.get(name, ()) + current
        surfaces[name] = surfaces.get(name, ()) + tuple(item.removeprefix("~") for item in names)
        for item in names:
            item_key = _key(item.removeprefix("~"))
            canonical.setdefault(item_key, name)
            if item.startswith("~"):
                ambiguous.add(item_key)
    # A vendor's everyday-word product is one skill with its full name: ~Excel and Microsoft Excel.
    for key in [key for key in ambiguous if len(key) == 1]:
        for vendor in ("microsoft", "adobe", "apache", "autodesk", "hashicorp", "oracle"):
            full = canonical.get((vendor, *key))
            if full and canonical[key] != full:
                surfaces[full] = surfaces[full] + surfaces.pop(canonical[key], ())
                classes.pop(canonical[key], None)
                canonical[key] = full
                break
    return _Lexicon(canonical, frozenset(ambiguous), classes, surfaces, context["before"], context["after"])


def canonical_skill(text: str) -> str | None:
    """The one name of a skill written on its own (a keyword), or None when the lexicon does not hold it."""
    return _lexicon().canonical.get(_key(text))


def skill_classes(canonical: str) -> tuple[str, ...]:
    """What a skill is an instance of: `PostgreSQL` → relational database, database, … Always true of it."""
    return _lexicon().classes.get(canonical, ())


def all_classes() -> frozenset[str]:
    """Every class that some skill of the lexicon is an instance of."""
    return frozenset(name for names in _lexicon().classes.values() for name in names)


def skill_surfaces(canonical: str) -> tuple[str, ...]:
    """All names of one skill, the canonical one first."""
    return _lexicon().surfaces.get(canonical, ())


def find_skills(text: str) -> list[SkillMention]:
    """Skills in running text, left to right, longest names first, without overlaps.

    Everyday words ("go", "excel", "swift") count only where they are written as a name and stand in a
    list of skills or next to a word that makes them one.
    """
    lexicon = _lexicon()
    tokens = [(match.start(), match.end(), fold(match[0])) for match in _TOKEN.finditer(text)]
    found: list[tuple[SkillMention, bool]] = []
    index = 0
    while index < len(tokens):
        for length in range(min(_LONGEST, len(tokens) - index), 0, -1):
            span = tokens[index : index + length]
            key = tuple(token[2] for token in span)
            if key not in lexicon.canonical or not _joined(text, span):
                continue
            start, end = span[0][0], span[-1][1]
            mention = SkillMention(start, end, lexicon.canonical[key], text[start:end])
            unsure = key in lexicon.ambiguous
            if unsure and not mention.surface[:1].isupper():
                continue
            found.append((mention, unsure and not _marked(tokens, index, length)))
            index += length
            break
        else:
            index += 1
    mentions = _settle(text, found)
    if not mentions and len(found) == 1 and len(found[0][0].surface) == len(text.strip(" .")):
        return [found[0][0]]  # the whole text is the keyword
    return mentions


def _joined(text: str, span: list[tuple[int, int, str]]) -> bool:
    """Whether the tokens are parts of one name: only a space, hyphen or slash between them."""
    gaps = (" ", "-", "/", " / ", "\u00a0", "\u2010", "\u2011")
    return all(text[left[1] : right[0]] in gaps for left, right in pairwise(span))


def _marked(tokens: list[tuple[int, int, str]], index: int, length: int) -> bool:
    before = tokens[index - 1][2] if index else ""
    after = tokens[index + length][2] if index + length < len(tokens) else ""
    return before in _lexicon().before or after in _lexicon().after


def _settle(text: str, found: list[tuple[SkillMention, bool]]) -> list[SkillMention]:
    """Everyday words count when a list joins them to a sure skill, directly or through one another."""
    sure = [not unsure for _, unsure in found]
    changed = True
    while changed:
        changed = False
        for left in range(len(found) - 1):
            if sure[left] != sure[left + 1] and _LIST_GAP.fullmatch(text, found[left][0].end, found[left + 1][0].start):
                sure[left] = sure[left + 1] = changed = True
    return [mention for (mention, _), kept in zip(found, sure, strict=True) if kept]
