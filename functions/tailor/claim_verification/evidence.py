"""Where a word of a proposal is supported in the statements it cites."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from cvmaker_core.skill_aliases import skill_classes

from claim_verification.lexicon import Lexicon
from claim_verification.tokens import SEPARABLE, Text, Token

EXACT, CLASS, SENSE = 3, 2, 1
_PARTICLES = frozenset(("up", "out", "down", "off", "in", "right", "together", "over"))

_ELECTRONIC = ("electronic", "digital", "online", "email")  # what "e-" stands for


@dataclass(frozen=True, slots=True)
class Place:
    """A token of a cited text that supports a word, and how surely."""

    text: int
    token: int
    strength: int
    entailed: bool = False


class Evidence:
    """An index over analysed texts: which words are said, in which words of the same meaning."""

    def __init__(self, texts: list[Text], lexicon: Lexicon) -> None:
        self.texts = texts
        self.lexicon = lexicon
        self._definite = lexicon.sets["lead"] | lexicon.sets["strict"] | lexicon.sets["definite"]
        self.by_key: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.by_class: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self.by_implied: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
        self.by_sense: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.by_broader: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.by_initials: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.by_kin: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.by_joined: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.skills: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, text in enumerate(texts):
            self._index(number, text)

    def _index(self, number: int, text: Text) -> None:
        tokens = [token for token in text.tokens if not token.mark]
        lexicon = self.lexicon
        for position, token in enumerate(tokens):
            place = (number, token.index)
            self.by_key[token.key].append(place)
            self.by_joined[token.low.replace("-", "")].append(place)
            if token.numeric is None and lexicon.thesaurus and (senses := lexicon.thesaurus.senses(token.key)):
                for sense in senses[0]:
                    self.by_sense[sense].append(place)
                for sense in senses[1]:
                    self.by_broader[sense].append(place)
            phrase: tuple[str, ...] = ()
            for length in range(1, lexicon.longest_phrase + 1):
                if position + length > len(tokens):
                    break
                phrase = (*phrase, tokens[position + length - 1].key)
                if phrase in lexicon.classes:
                    for number_of_class in lexicon.classes[phrase]:
                        self.by_class[number_of_class].append(place)
                if phrase in lexicon.entails:
                    for implied in lexicon.entails[phrase]:
                        self.by_implied[implied].append(place)
                if length == 1:
                    for verb in lexicon.kin(token.key):
                        self.by_kin[verb].append(place)
                        for number_of_class in lexicon.classes.get((verb,), ()):
                            self.by_class[number_of_class].append(place)
                if length == 2:
                    self.by_joined[token.low + tokens[position + 1].low].append(place)
            for gap in (2, 3, 4):  # "rolled it out", "put the error right"
                if position + gap < len(tokens) and tokens[position + gap].low in _PARTICLES:
                    for number_of_class in lexicon.classes.get((token.key, tokens[position + gap].key), ()):
                        self.by_class[number_of_class].append(place)
            if lexicon.language == "de" and token.low.isalpha() and (token.raw.islower() or token.initial):
                self._index_separable(tokens, position, place)
            for length in range(2, 6):
                words = tokens[position : position + length]
                if len(words) == length and all(word.raw[:1].isalpha() for word in words):
                    self.by_joined["".join(word.low[0] for word in words)].append(place) if all(
                        word.raw[0].isupper() for word in words
                    ) else None
            said = [
                word for word in text.words if word.index >= token.index and word.key not in lexicon.sets["function"]
            ]
            for length in range(3, 6):  # "education, health and care" → EHC
                if len(said) >= length and said[0] is token and all(w.raw[:1].isalpha() for w in said[:length]):
                    self.by_initials["".join(word.low[0] for word in said[:length])].append(place)
        for mention in text.skills:
            self.skills[mention.canonical].append((number, _token_at(text, mention.start)))
            for name in skill_classes(mention.canonical):
                for word in name.split():
                    self.by_implied[(lexicon.key(word),)].append((number, _token_at(text, mention.start)))

    def _index_separable(self, tokens: list[Token], position: int, place: tuple[int, int]) -> None:
        """“leitete zwei Auszubildende an” is “Anleitung”: the verb with the particle at its clause's end."""
        for ahead in range(position + 1, min(position + 7, len(tokens))):
            if tokens[ahead].clause != tokens[position].clause:
                return
            last = ahead + 1 == len(tokens) or tokens[ahead + 1].clause != tokens[ahead].clause
            joint = ahead + 1 < len(tokens) and tokens[ahead + 1].low in ("und", "sowie")
            if tokens[ahead].low in SEPARABLE and (last or joint):
                key = self.lexicon.key(tokens[ahead].low + tokens[position].low)
                self.by_key[key].append(place)
                for number_of_class in self.lexicon.classes.get((key,), ()):
                    self.by_class[number_of_class].append(place)
                return

    def places(self, token: Token) -> list[Place]:
        """Support for one word, best first."""
        found: dict[tuple[int, int], int] = {}
        lexicon = self.lexicon
        for place in self.by_key.get(token.key, ()):
            found[place] = EXACT
        if len(token.low) > 4:
            for place in self.by_joined.get(token.low.replace("-", ""), ()):
                found.setdefault(place, EXACT)
        elif token.raw.isupper() and len(token.raw) > 1:
            for place in (*self.by_joined.get(token.low, ()), *self.by_initials.get(token.low, ())):
                found.setdefault(place, EXACT)
        self._classed((token.key,), found)
        for place in self.by_kin.get(token.key, ()):
            found.setdefault(place, CLASS)
        if token.low.startswith("e-") and any(word in self.by_key for word in _ELECTRONIC):
            for place in self.by_key.get(lexicon.key(token.low[2:]), ()):
                found.setdefault(place, CLASS)
        for verb in lexicon.kin(token.key):
            self._classed((verb,), found)
            for place in (*self.by_key.get(verb, ()), *self.by_kin.get(verb, ())):
                found.setdefault(place, CLASS)
        if lexicon.thesaurus and token.key not in self._definite and (senses := lexicon.thesaurus.senses(token.key)):
            for sense in senses[0]:
                for place in (*self.by_sense.get(sense, ()), *self.by_broader.get(sense, ())):
                    if place not in found and not self._contrasted(token.key, place):
                        found[place] = SENSE
        if not found and lexicon.language != "en":
            for place in self._same_stem(token):
                found[place] = SENSE
        entailed = set(self.by_implied.get((token.key,), ()))
        places = [Place(text, index, strength, (text, index) in entailed) for (text, index), strength in found.items()]
        return sorted(places, key=lambda place: -place.strength)

    def _same_stem(self, token: Token) -> Iterator[tuple[int, int]]:
        """Languages without a thesaurus: words of one stem ("Konstruktion" and "konstruierte")."""
        sets = self.lexicon.sets
        key = token.key
        if (
            len(key) < 5
            or token.numeric is not None
            or key in sets["function"]
            or key in sets["definite"] | sets["lead"]
        ):
            return
        for other, places in self.by_key.items():
            if len(other) < 5 or other[:5] != key[:5] or (key, other) in self.lexicon.contrast:
                continue
            common = _common_start(key, other)
            near = common >= 0.7 * min(len(key), len(other)) and max(len(key), len(other)) - common <= 5
            if near and (key in sets["titles"]) == (other in sets["titles"]):
                yield from places

    def phrase_places(self, phrase: tuple[str, ...]) -> list[Place]:
        """Support for several words that mean one thing ("set up", "per week")."""
        found: dict[tuple[int, int], int] = {}
        self._classed(phrase, found)
        return [Place(text, index, strength) for (text, index), strength in found.items()]

    def says(self, key: str) -> bool:
        """Whether the cited texts hold this word or one of its class."""
        found: dict[tuple[int, int], int] = {}
        self._classed((key,), found)
        return bool(found) or key in self.by_key

    def _classed(self, phrase: tuple[str, ...], found: dict[tuple[int, int], int]) -> None:
        for number in self.lexicon.classes.get(phrase, ()):
            for place in self.by_class.get(number, ()):
                if len(phrase) > 1 or not self._contrasted(phrase[0], place):
                    found.setdefault(place, CLASS)
        for place in self.by_implied.get(phrase, ()):
            found.setdefault(place, CLASS)

    def _contrasted(self, key: str, place: tuple[int, int]) -> bool:
        other = self.texts[place[0]].tokens[place[1]].key
        return (key, other) in self.lexicon.contrast

    def token(self, place: Place) -> Token:
        return self.texts[place.text].tokens[place.token]


def _common_start(left: str, right: str) -> int:
    """How many letters two words have in common at their beginning."""
    length = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        length += 1
    return length


def _token_at(text: Text, start: int) -> int:
    best = 0
    for token in text.tokens:
        if token.start <= start:
            best = token.index
    return best
