"""The words CVs are written with, in many languages (`lexicons/*.json`), folded and indexed once a process."""

import functools
import json
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cvmaker_core.countries import country_names
from cvmaker_core.text import fold

LEXICON_FOLDER = Path(__file__).with_name("lexicons")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")
_EDGES = re.compile(r"^[\W\d_]+|[\W_]+$")
_SPLIT_HEADING = re.compile(
    r"\s*(?:[/|·•+、・]|,|&|(?<=\s)(?:and|und|et|y|e|en|och|oraz|i|и|та|και|ve|及|与|和|と|및|و)(?=\s))\s*"
)


@functools.lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """Folded, accents kept off Latin letters, so that `EXPERIENCE` set in small capitals or without accents matches."""
    folded = fold(text)
    if folded.isascii():
        return folded
    decomposed = unicodedata.normalize("NFD", folded)
    out = []
    latin = False
    for letter in decomposed:
        if unicodedata.combining(letter):
            if latin:
                continue
        else:
            latin = letter < "\u0250" or "\u0370" <= letter <= "\u03ff" or "\u1f00" <= letter <= "\u1fff"
        out.append(letter)
    return unicodedata.normalize("NFC", "".join(out)).replace("ς", "σ")


def has_cjk(text: str) -> bool:
    return bool(_CJK.search(text))


@dataclass(slots=True)
class Lexicon:
    """Everything the parser knows of words. All keys are `plain`."""

    sections: dict[str, str] = field(default_factory=dict)
    weak_sections: set[str] = field(default_factory=set)
    body_labels: set[str] = field(default_factory=set)
    months: dict[str, int] = field(default_factory=dict)
    seasons: set[str] = field(default_factory=set)
    present: set[str] = field(default_factory=set)
    since: set[str] = field(default_factory=set)
    until: set[str] = field(default_factory=set)
    expected: set[str] = field(default_factory=set)
    range_words: set[str] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)
    titles_cjk: tuple[str, ...] = ()
    seniority: set[str] = field(default_factory=set)
    organisations: set[str] = field(default_factory=set)
    organisations_cjk: tuple[str, ...] = ()
    degrees: set[str] = field(default_factory=set)
    degrees_cjk: tuple[str, ...] = ()
    institutions: set[str] = field(default_factory=set)
    institutions_cjk: tuple[str, ...] = ()
    score_labels: set[str] = field(default_factory=set)
    course_labels: set[str] = field(default_factory=set)
    area_links: set[str] = field(default_factory=set)
    skill_leads: set[str] = field(default_factory=set)
    date_leads: set[str] = field(default_factory=set)
    honours: set[str] = field(default_factory=set)
    at_words: set[str] = field(default_factory=set)
    fluency: set[str] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    labels: dict[str, str] = field(default_factory=dict)
    document_titles: set[str] = field(default_factory=set)
    employment_types: set[str] = field(default_factory=set)
    stop_words: dict[str, set[str]] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)
    regions: set[str] = field(default_factory=set)
    region_codes: set[str] = field(default_factory=set)
    cities: set[str] = field(default_factory=set)
    networks: dict[str, str] = field(default_factory=dict)
    field_labels: dict[str, str] = field(default_factory=dict)
    """What a form writes before a job's fields ("Designation:") → title, company, place or period."""
    validity: set[str] = field(default_factory=set)
    """What stands before a certificate's dates: when it was issued and until when it holds."""
    town_openings: set[str] = field(default_factory=set)
    """First words of towns' names ("San", "New"): what stands before the rest is no name of an employer."""
    academic_posts: set[str] = field(default_factory=set)
    """Sections of these names hold positions, which are employment too."""
    column_titles: set[str] = field(default_factory=set)
    """What the first row of a table of jobs or studies says of its columns."""

    # --- section names ------------------------------------------------------------------------

    def section_of(self, text: str) -> str | None:
        """The kind of section a heading names, or None.

        Joint headings ("Awards and Publications") take the first part that is known.
        """
        key = heading_key(text)
        if not key or len(key) > 60 or text.rstrip()[-1:] in ".,;":
            return None
        found = self.sections.get(key)
        if found:
            return found
        if has_cjk(key):
            squeezed = key.replace(" ", "")
            if found := self.sections.get(squeezed):
                return found
            key = squeezed
        parts = [part for part in _SPLIT_HEADING.split(key) if part]
        if any(part in self.document_titles for part in parts):
            return None
        if len(parts) >= 2:
            kinds = [self.sections.get(part) for part in parts]
            if all(kinds):
                main = [kind for kind in kinds if kind not in ("custom", "courses", "contact", "summary")]
                return main[0] if main else kinds[0]
            if kinds[0] and kinds[0] not in ("contact", "custom") and len(parts) == 2 and len(key.split()) <= 5:
                return kinds[0]
        return None

    def is_weak_section(self, text: str) -> bool:
        """Whether a heading's words also occur as labels and names, so that its style must prove it."""
        return heading_key(text) in self.weak_sections

    # --- scores of single fragments -----------------------------------------------------------

    def has_word(self, text: str, words: set[str], cjk: tuple[str, ...] = ()) -> bool:
        return self.count_words(text, words, cjk) > 0

    def count_words(self, text: str, words: set[str], cjk: tuple[str, ...] = ()) -> int:
        key = plain(text)
        tokens = _tokens(key)
        hits = 0
        for size in (3, 2, 1):
            for at in range(len(tokens) - size + 1):
                if " ".join(tokens[at : at + size]) in words:
                    hits += 1
        if cjk and has_cjk(key):
            hits += sum(word in key for word in cjk)
        return hits

    def is_place_part(self, text: str) -> bool:
        key = plain(text).strip(" .")
        return (
            key in self.countries or key in self.regions or key in self.cities or text.strip(" .") in self.region_codes
        )


def _tokens(key: str) -> list[str]:
    return [
        token.strip(".,;:()[]\"'") if not re.search(r"\w\.\w", token) else token.strip(",;:()[]")
        for token in re.split(r"[\s/|·•–—]+|(?<=\w)-(?=\w)", key)
        if token.strip(".,;:()[]\"'-")
    ]


def heading_key(text: str) -> str:
    """A heading without numbering, marks and colons, folded."""
    return " ".join(_EDGES.sub("", plain(text)).split())


def _load(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return data


_SETS = (
    "seasons", "present", "since", "until", "expected", "range_words", "titles", "seniority", "organisations",
    "degrees", "institutions", "score_labels", "course_labels", "area_links", "skill_leads", "date_leads", "honours",
    "at_words", "fluency", "languages", "document_titles", "employment_types", "weak_sections", "body_labels",
)  # fmt: skip
_SUBSTRINGS = ("titles", "organisations", "degrees", "institutions")


@functools.cache
def lexicon() -> Lexicon:
    """The merged lexicon of all languages (English first: it wins where two languages disagree)."""
    result = Lexicon()
    files = sorted(LEXICON_FOLDER.glob("??.json"), key=lambda path: (path.stem != "en", path.stem))
    loose: dict[str, list[str]] = {name: [] for name in _SUBSTRINGS}
    for path in files:
        data = _load(path)
        for kind, names in data["sections"].items():
            for name in names:
                result.sections.setdefault(heading_key(name), kind)
        for number, names in enumerate(data.get("months", ())):
            for name in names:
                result.months.setdefault(plain(name), number + 1)
        for name in _SETS:
            values = data.get(name, ())
            getattr(result, name).update(plain(value) for value in values)
            if name in _SUBSTRINGS and data["language"] in ("zh", "ja", "ko"):
                loose[name].extend(plain(value) for value in values if has_cjk(value) and len(value) > 1)
        for kind, names in data.get("labels", {}).items():
            for name in names:
                result.labels.setdefault(plain(name), kind)
        result.stop_words[data["language"]] = {plain(word) for word in data.get("stop_words", ())}
    for name in _SUBSTRINGS:
        setattr(result, name + "_cjk", tuple(dict.fromkeys(loose[name])))
    common = _load(LEXICON_FOLDER / "common.json")
    for code, names in common["countries"].items():
        for name in names:
            result.countries.setdefault(plain(name), code)
    result.regions = {plain(name) for name in common["regions"]}
    _add_country_names(result)
    result.region_codes = set(common["region_codes"])
    result.cities = {plain(name) for name in common["cities"]}
    result.networks = common["networks"]
    result.field_labels = {plain(name): kind for kind, names in common["field_labels"].items() for name in names}
    result.validity = {plain(name) for name in common["validity"]}
    result.town_openings = {plain(name) for name in common["town_openings"]}
    result.academic_posts = {plain(name) for name in common["academic_posts"]}
    result.column_titles = {plain(name) for name in common["column_titles"]}
    result.fluency.update(common["cefr"])
    return result


_NO_COUNTRY = {"chad", "jordan", "island"}
"""A given name, a family name, and what Iceland is called in German but much else in English."""


def _add_country_names(result: Lexicon) -> None:
    """The world's countries in the languages of our locales, but for names that are also regions' ("Georgia")."""
    for names in country_names().values():
        for code, name in names.items():
            key = plain(name)
            if key in result.regions or key in _NO_COUNTRY or len(key) < (2 if has_cjk(key) else 4):
                continue
            result.countries.setdefault(key, code)


def language_of(text: str) -> str | None:
    """The language most of the text is written in, by script and function words; None when it is too short to say."""
    sample = text[:12_000]
    counts = {
        "ja": len(re.findall(r"[\u3040-\u30ff]", sample)),
        "ko": len(re.findall(r"[\uac00-\ud7af]", sample)),
        "he": len(re.findall(r"[\u0590-\u05ff]", sample)),
        "ar": len(re.findall(r"[\u0600-\u06ff]", sample)),
        "el": len(re.findall(r"[\u0370-\u03ff]", sample)),
    }
    han = len(re.findall(r"[\u4e00-\u9fff]", sample))
    letters = sum(c.isalpha() for c in sample) or 1
    if letters < 20:
        return None
    if counts["ja"] > 0.04 * letters and counts["ja"] + han > 0.15 * letters:
        return "ja"
    best = max(counts, key=lambda code: counts[code])
    if counts[best] > 0.25 * letters:
        return best
    if han > 0.15 * letters:
        return "zh"
    tokens = re.findall(r"[^\W\d_]+", plain(sample))
    words = lexicon().stop_words
    scores = {
        code: sum(token in known for token in tokens)
        for code, known in words.items()
        if code not in ("zh", "ja", "ko", "he", "ar", "el")
    }
    top = max(scores, key=lambda code: scores[code])
    return top if scores[top] >= max(3, 0.02 * len(tokens)) else None
