"""The lexicons of all languages, compiled once and together: a German posting may head its lists in English.

`lexicons/<language>.json` hold regular expressions (matched without regard to case) under the same
names in every language; `lexicons/common.json` holds what no language owns.
"""

import json
import re
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

Section: TypeAlias = Literal["must", "nice", "duties", "skip", "neutral"]

LANGUAGES = ("en", "de", "fr", "es", "nl", "it", "pt")
_LEXICONS = Path(__file__).parent / "lexicons"
_SECTIONS: tuple[Section, ...] = ("neutral", "nice", "must", "duties", "skip")


def _whole_words(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?:(?<=\s)|(?!\w))", re.IGNORECASE)


def _any_apostrophe(pattern: str) -> str:
    """Let a straight apostrophe stand for the typographic one too, outside character classes."""
    return re.sub(r"(?<!\[)'(?!’)", "['’]", pattern)


@lru_cache(maxsize=32)
def _joining(words: tuple[str, ...]) -> re.Pattern[str]:
    listed = "|".join(sorted(set(words), key=len, reverse=True))
    return re.compile(rf"\s{{0,6}},?\s{{1,6}}(?:{listed})\s{{1,6}}(?=\S)", re.IGNORECASE)


class Vocabulary:
    """Compiled patterns by use. Attributes are compiled when first asked for."""

    def __init__(self) -> None:
        self.languages: dict[str, dict[str, Any]] = {
            code: json.loads((_LEXICONS / f"{code}.json").read_text(encoding="utf-8")) for code in LANGUAGES
        }
        self.common: dict[str, Any] = json.loads((_LEXICONS / "common.json").read_text(encoding="utf-8"))

    def _all(self, name: str) -> list[str]:
        return [_any_apostrophe(p) for lexicon in self.languages.values() for p in lexicon[name]]

    def _labels(self, name: str) -> re.Pattern[str]:
        return re.compile(
            rf"^[\W_]*(?:{'|'.join(self._all(name))})[*_]*\s*[:：][*_]*\s*(?P<value>\S.*)$",
            re.IGNORECASE | re.MULTILINE,
        )

    # --- headings ----------------------------------------------------------------------------

    @cached_property
    def headings(self) -> dict[Section, re.Pattern[str]]:
        return {
            section: re.compile(
                "|".join(p for lexicon in self.languages.values() for p in lexicon["headings"][section]), re.IGNORECASE
            )
            for section in _SECTIONS
        }

    @cached_property
    def loose_headings(self) -> dict[Section, re.Pattern[str]]:
        return {
            section: re.compile(rf"(?<!\w)(?:{'|'.join(self.common['loose_headings'][section])})", re.IGNORECASE)
            for section in _SECTIONS[1:]
        }

    # --- cues --------------------------------------------------------------------------------

    @cached_property
    def must_cue(self) -> re.Pattern[str]:
        return _whole_words(self._all("must_cues"))

    @cached_property
    def nice_cue(self) -> re.Pattern[str]:
        return _whole_words(self._all("nice_cues"))

    @cached_property
    def want_opener(self) -> re.Pattern[str]:
        return _whole_words(self._all("want_openers"))

    @cached_property
    def duty_opener(self) -> re.Pattern[str]:
        return _whole_words(self._all("duty_openers"))

    @cached_property
    def noise(self) -> re.Pattern[str]:
        return re.compile("|".join(self._all("noise")), re.IGNORECASE)

    @cached_property
    def injection(self) -> re.Pattern[str]:
        return re.compile("|".join(self.common["injection"]), re.IGNORECASE)

    @cached_property
    def asks_nothing(self) -> re.Pattern[str]:
        """A whole clause that takes a wish back: "no degree required"."""
        return re.compile(rf"(?:{'|'.join(map(_any_apostrophe, self.common['asks_nothing']))})", re.IGNORECASE)

    @cached_property
    def goes_on(self) -> re.Pattern[str]:
        """How a clause begins that belongs to the wish before it: "or equivalent in the federal service"."""
        return re.compile(rf"(?:{'|'.join(self.common['goes_on'])})", re.IGNORECASE)

    @cached_property
    def concession(self) -> re.Pattern[str]:
        """What stands in front of a wish and grants the contrary: "While you may not know Photoshop, …"."""
        return re.compile("|".join(self.common["concessions"]), re.IGNORECASE)

    @cached_property
    def any_language(self) -> re.Pattern[str]:
        """A human language that is asked for without its name: "another language is a plus"."""
        return _whole_words(self.common["any_language"])

    @cached_property
    def describes(self) -> re.Pattern[str]:
        """How a sentence begins whose subject is the firm, wherever its language puts the verb."""
        return re.compile(rf"(?:{'|'.join(self.common['describes'])})", re.IGNORECASE)

    @cached_property
    def site_chrome(self) -> re.Pattern[str]:
        """Whole lines that are a web page's own: they say nothing of the job."""
        return re.compile(rf"(?:{'|'.join(self.common['site_chrome'])})", re.IGNORECASE)

    @cached_property
    def organisation(self) -> re.Pattern[str]:
        """Words that name a kind of employer: in the head of a posting they tell it from a place."""
        return _whole_words([*self.common["legal_forms"], *self.common["organisation_words"]])

    @cached_property
    def told_of_a_person(self) -> re.Pattern[str]:
        """How a clause begins that tells of a person rather than names a skill."""
        return re.compile(rf"(?:{'|'.join(self.common['told_of_a_person'])})(?!\w)", re.IGNORECASE)

    @cached_property
    def heading_words(self) -> frozenset[str]:
        return frozenset(self.common["heading_words"])

    def joints(self, language: str) -> frozenset[str]:
        """The words that join a list in one language and in English, as they are written."""
        return frozenset(word.replace("\\", "") for name in ("and", "or") for word in self._joints(language, name))

    # --- trimming ----------------------------------------------------------------------------

    @cached_property
    def lead_in(self) -> re.Pattern[str]:
        return re.compile(rf"(?:{'|'.join(self._all('lead_in'))})(?:(?<=['’\s])|(?!\w))[\s,:]*", re.IGNORECASE)

    @cached_property
    def tail(self) -> re.Pattern[str]:
        return re.compile(rf"[\s,(]{{0,6}}(?<!\w)(?:{'|'.join(self._all('tail'))})[\s.)!]{{0,6}}$", re.IGNORECASE)

    @cached_property
    def list_intro(self) -> re.Pattern[str]:
        return re.compile(
            rf"[\s,]{{0,6}}(?<!\w)(?:{'|'.join(self.common['skill_list_intro'])})(?!\w):?\s{{0,6}}", re.IGNORECASE
        )

    def conjunction(self, language: str) -> re.Pattern[str]:
        """What joins the items of a list. "of", "o" or "en" join in one language and mean other things in the next."""
        return _joining((*self._joints(language, "and"), *self._joints(language, "or")))

    def alternative(self, language: str) -> re.Pattern[str]:
        """What joins the options of a choice."""
        return _joining(tuple(self._joints(language, "or")))

    def _joints(self, language: str, name: str) -> list[str]:
        return [*self.common["joints"]["en"][name], *self.common["joints"].get(language, {}).get(name, [])]

    @cached_property
    def preposition(self) -> re.Pattern[str]:
        return _whole_words(self.common["prepositions"])

    @cached_property
    def english_verb(self) -> re.Pattern[str]:
        """A duty's verb in any of its forms: "design", "designs", "designing"."""
        forms = [
            rf"{verb[:-1]}(?:e|es|ing)" if verb.endswith("e") else rf"{verb}(?:s|es|[a-z]?ing)?"
            for verb in sorted(self.languages["en"]["duty_verbs"], key=len, reverse=True)
        ]
        return re.compile(rf"(?:[a-z]+ly |also |then |help (?:to )?|be )?(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE)

    # --- kinds -------------------------------------------------------------------------------

    @cached_property
    def years(self) -> re.Pattern[str]:
        numbers = "|".join(sorted({re.escape(w) for lex in self.languages.values() for w in lex["number_words"]}))
        units = "|".join(lexicon["years"] for lexicon in self.languages.values())
        number = rf"(?:\d{{1,2}}(?:[.,]5)?|{numbers})"
        return re.compile(
            rf"(?<![\w€$£])(?:{number}\s*(?:\+|plus)?\s*(?:[-–—]|to|bis|à|a|or|oder|until)?\s*(?:{number})?\s*\+?\s*"
            rf"(?:{units})(?!\w)|mehrjährige[rn]?(?!\w)|langjährige[rn]?(?!\w)|\w+jährige[rn]? (?=\w*erfahrung))",
            re.IGNORECASE,
        )

    @cached_property
    def experience(self) -> re.Pattern[str]:
        return _whole_words(self._all("experience_words"))

    @cached_property
    def degree(self) -> re.Pattern[str]:
        return _whole_words(self._all("degree"))

    @cached_property
    def certificate(self) -> re.Pattern[str]:
        return _whole_words(self._all("certificate"))

    @cached_property
    def language_word(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{'|'.join(self._all('language_words'))}|[abc][12])(?!\w)", re.IGNORECASE)

    @cached_property
    def soft(self) -> re.Pattern[str]:
        return _whole_words(self._all("soft"))

    @cached_property
    def generic(self) -> frozenset[str]:
        return frozenset(self.common["generic_items"])

    @cached_property
    def fixed_pair(self) -> re.Pattern[str]:
        """Two words that a conjunction joins for good: "in Wort und Schrift"."""
        return _whole_words(self.common["fixed_pairs"])

    @cached_property
    def abbreviations(self) -> frozenset[str]:
        return frozenset(self.common["abbreviations"])

    @cached_property
    def nobody(self) -> frozenset[str]:
        """What may stand behind "About" and is no employer's name, folded."""
        return frozenset(self.common["nobody"])

    @cached_property
    def function_words(self) -> frozenset[str]:
        """Articles, pronouns and prepositions of all languages: no name consists of one."""
        return frozenset(word for lexicon in self.languages.values() for word in lexicon["stopwords"]) | {
            "se",
            "he",
            "she",
        }

    @cached_property
    def month(self) -> re.Pattern[str]:
        """The name of a month, as it follows a day's ordinal in German: "15. Januar"."""
        return re.compile(rf"(?:{'|'.join(self.common['months_after_ordinals'])})\b")

    @cached_property
    def camel_case(self) -> frozenset[str]:
        return frozenset(word.casefold() for word in self.common["camel_case"])

    # --- headline ----------------------------------------------------------------------------

    @cached_property
    def title_label(self) -> re.Pattern[str]:
        return self._labels("title_labels")

    @cached_property
    def employer_label(self) -> re.Pattern[str]:
        return self._labels("employer_labels")

    @cached_property
    def location_label(self) -> re.Pattern[str]:
        return self._labels("location_labels")

    @cached_property
    def title_noun(self) -> re.Pattern[str]:
        return _whole_words(self._all("title_nouns"))

    @cached_property
    def gender_marker(self) -> re.Pattern[str]:
        return re.compile(rf"\s*(?:{'|'.join(self.common['gender_markers'])})", re.IGNORECASE)

    @cached_property
    def legal_form(self) -> re.Pattern[str]:
        return _whole_words(self.common["legal_forms"])

    @cached_property
    def seniority(self) -> dict[str, re.Pattern[str]]:
        merged: dict[str, list[str]] = {}
        for lexicon in self.languages.values():
            for level, patterns in lexicon["seniority"].items():
                merged.setdefault(level, []).extend(patterns)
        return {level: _whole_words(patterns) for level, patterns in merged.items()}

    def seeking(self, language: str) -> list[re.Pattern[str]]:
        """Sentences that name the employer and the job, in one language."""
        return [re.compile(p, re.IGNORECASE) for p in self.languages[language]["seeking"]]

    def location_patterns(self, language: str) -> list[re.Pattern[str]]:
        """Phrases that name the place, in one language. Case matters: places are capitalised."""
        return [re.compile(p) for p in self.languages[language]["location_patterns"]]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The one vocabulary of this process."""
    return Vocabulary()
