"""A proposal laid against the statements it cites: which of their words each of its words rests on.

The checks (`checks/`) work on this: what a cited word stands under in the source (a number, a helper's role, a
plan, a negation) must stand over the words of the proposal that rest on it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from claim_verification.evidence import EXACT, Place
from claim_verification.source import Cited, is_date_field
from claim_verification.tokens import Quantity, Token, analyse

if TYPE_CHECKING:
    from claim_verification.verifier import ClaimVerifier


class Alignment:
    """One proposal under test.

    Attributes
    ----------
    text
        The proposal, analysed.
    statements
        The cited statements; the entries' own facts (employer, title, place) follow them in `evidence.texts`.
    places
        Index of a proposal's token → the places it rests on, best first.
    matched
        id of a quantity of the proposal → the source's quantity that bears it out.
    """

    def __init__(self, verifier: "ClaimVerifier", text: str, cited: Cited) -> None:
        self.verifier = verifier
        self.source = verifier.source
        self.lexicon = verifier.lexicon
        self.cited = cited
        self.text = analyse(text, self.lexicon)
        self._reserve_numbers()
        self.words = [token for token in self.text.tokens if not token.mark]
        facts = {p: v for entry in cited.entries for p, v in entry.facts.items() if not is_date_field(p)}
        kept = {p: s for p, s in cited.statements.items() if p not in facts and not is_date_field(p)}
        self.statements = [verifier.analysed(p, s) for p, s in kept.items()]
        self.own = len(self.statements)
        self.evidence = verifier.evidence([*self.statements, *(verifier.analysed(p, v) for p, v in facts.items())])
        self.places: dict[int, list[Place]] = {}
        self.phrase_members: set[int] = set()
        self.matched: dict[int, Quantity | None] = {}
        self._align()

    def _reserve_numbers(self) -> None:
        """“an estimate of … £200k”: the word may stand apart from its number."""
        for start, _ in find_phrases(self.text.words, self.lexicon.restrict.get("estimate", ())):
            word = self.text.words[start]
            for quantity in self.text.quantities:
                first = self.text.tokens[quantity.first]
                if first.sentence == word.sentence and 0 < first.index - word.index <= 9 and not quantity.comparator:
                    quantity.comparator = "about"

    def _align(self) -> None:
        position = 0
        while position < len(self.words):
            token = self.words[position]
            if token.quantity is not None and token.quantity.kind != "multiple":
                position += 1
                continue
            length = self._phrase(position)
            if length:
                position += length
                continue
            self.places[token.index] = [place for place in self.evidence.places(token) if self._usable(token, place)]
            position += 1

    def _phrase(self, position: int) -> int:
        """Align several words that mean one thing; their number, or 0."""
        for length in range(min(self.lexicon.longest_phrase, len(self.words) - position), 1, -1):
            members = self.words[position : position + length]
            phrase = tuple(member.key for member in members)
            if phrase not in self.lexicon.classes or any(member.numeric is not None for member in members):
                continue
            places = [
                place
                for place in self.evidence.phrase_places(phrase)
                if place.text < self.own or self.evidence.texts[place.text].pointer.endswith("/studyType")
            ]
            if places:
                for member in members:
                    own = [place for place in self.evidence.places(member) if place.strength == EXACT]
                    self.places[member.index] = [*own, *places]
                    self.phrase_members.add(member.index)
                return length
        return 0

    def _usable(self, token: Token, place: Place) -> bool:
        """An entry's own facts give their very words and what those are, not verbs of the same meaning."""
        if place.text < self.own:
            other = self.evidence.token(place)
            if place.strength < EXACT and self._only_describes(token, other) and other.key[:4] != token.key[:4]:
                return False
            if (
                self.lexicon.language == "en"
                and place.strength < EXACT
                and not self._same_part(token, other, place.text)
            ):
                return False
            if (
                self.lexicon.language == "en"
                and place.strength < EXACT
                and token.low.endswith(("ed", "ing"))
                and token.key != other.key
                and not place.entailed
                and other.low.endswith(("er", "or", "ers", "ors", "ist", "ists"))
                and not other.initial
            ):
                return False  # "prosecuted" does not rest on "for the prosecutor"
            # "patient falls" (a noun) does not rest on "reduced errors" (a verb)
            return not (
                self.lexicon.language == "en"
                and place.strength < EXACT
                and token.low == token.key + "s"
                and token.key in self.lexicon.sets["up"] | self.lexicon.sets["down"]
                and (other.low.endswith(("ed", "ing")) or other.low in self.lexicon.irregular or other.low == "cut")
                and self.noun_before(token)
            )
        if (
            self.lexicon.language == "en"
            and token.low.endswith(("ed", "ing"))
            and self.evidence.token(place).low != token.low
        ):
            # an engineer's title is no deed, but a designer's "Logos and posters" were designed
            return place.entailed and self._by_trade(place)
        if self.evidence.texts[place.text].pointer.endswith("/studyType"):
            return place.strength > 1 or place.entailed  # "BS" is a bachelor's degree
        return place.strength == EXACT or place.entailed or token.key in self.lexicon.sets["titles"]

    def _only_describes(self, token: Token, other: Token) -> bool:
        """“a *production* environment”, “*transport* costs”: what describes the next noun is not the source's deed."""
        deed = other.low.endswith("ing") and not token.low.endswith(("ed", "ing"))
        if not (self.lexicon.kin(token.key) or deed) or token.index + 1 >= len(self.text.tokens):
            return False
        after = self.text.tokens[token.index + 1]
        return not after.mark and self.contentful(after) and not after.low.endswith(("ed", "ing"))

    def _by_trade(self, place: Place) -> bool:
        """A statement without a verb of its own is what the job's title does."""
        if (
            not self.evidence.texts[place.text].pointer.endswith("/position")
            or not self.statements
            or not self.statements[0].words
        ):
            return False
        first, sets = self.statements[0].words[0], self.lexicon.sets
        verbs = sets["weak"] | sets["strong"] | sets["strict"] | sets["lead"]
        return not (first.low.endswith(("ed", "ing")) or first.low in self.lexicon.irregular or first.low in verbs)

    def _same_part(self, token: Token, other: Token, number: int) -> bool:
        """English: leadership rests on leadership, and a verb not on a noun that only describes the next one."""
        lead = self.lexicon.sets["lead"]
        if token.key in lead - self.lexicon.sets["handling"] and other.key not in lead | self.lexicon.sets["leadlike"]:
            return False
        tokens = self.evidence.texts[number].tokens
        after = tokens[other.index + 1] if other.index + 1 < len(tokens) else None
        before = tokens[other.index - 1].low if other.index else "to"
        describes = (
            after is not None
            and self.contentful(after)
            and not other.low.endswith(("ed", "ing"))
            and before not in ("to", "and")
            and not other.initial
        )
        opens = token.initial or self.text.tokens[token.index - 1].low in (",", "and", "while", "by", ";")
        return not (describes and opens and token.low.endswith(("ed", "ing")))

    def noun_before(self, token: Token) -> bool:
        """Whether a content word stands right before it."""
        if not token.index or token.initial:
            return False
        before = self.text.tokens[token.index - 1]
        return not before.mark and before.quantity is None and self.contentful(before) and not before.initial

    # --- small questions the checks share -----------------------------------------------------

    def contentful(self, token: Token) -> bool:
        """A word that carries meaning of its own."""
        return (
            not token.mark
            and token.numeric is None
            and token.quantity is None
            and token.key not in self.lexicon.sets["function"]
            and token.low not in self.lexicon.sets["function"]
        )

    def in_statements(self, token: Token) -> list[Place]:
        """Where a word rests in the cited statements, facts of the entry left out."""
        return [place for place in self.places.get(token.index, ()) if place.text < self.own]

    def said_in_source(self, phrases: Iterable[tuple[str, ...]]) -> bool:
        """Whether a cited statement holds one of the phrases."""
        return any(find_phrases(text.words, phrases) for text in self.statements)

    def uses(self, number: int, scope: Iterable[Token]) -> int:
        """How many words of the proposal rest on these words of a statement."""
        indexes = {token.index for token in scope if token.key not in self.lexicon.sets["function"]}
        count = 0
        for index, places in self.places.items():
            if places and self.contentful(self.text.tokens[index]):
                best = [place for place in places if place.strength == places[0].strength and place.text < self.own]
                # a word that rests as well on something else does not draw on these
                count += bool(best) and all(place.text == number and place.token in indexes for place in best)
        for quantity in self.text.quantities:
            known = self.matched.get(id(quantity))
            if (
                known is not None
                and known in self.statements[number].quantities
                and known.first in {token.index for token in scope}
            ):
                count += 1
        return count

    def rests_on(self, number: int, words: Iterable[Token]) -> bool:
        """Whether a word of the proposal surely rests on one of these words of a statement."""
        indexes = {word.index for word in words if self.contentful(word)} or {word.index for word in words}
        if len(indexes) > 1:
            return all(self.rests_on(number, [word]) for word in words if word.index in indexes)
        return any(
            place.text == number and place.token in indexes and place.strength > 1
            for places in self.places.values()
            for place in places
        )

    def homes(self, clause: int, *, skip: Iterable[str] = ()) -> Counter[tuple[int, int]]:
        """(statement, clause) → how many words of the proposal's clause rest there."""
        found: Counter[tuple[int, int]] = Counter()
        skipped = frozenset(skip)
        for token in self.words:
            if token.clause != clause or not self.contentful(token) or token.key in skipped:
                continue
            for home in {(place.text, self.evidence.token(place).clause) for place in self.in_statements(token)}:
                found[home] += 1
        return found

    def matched_in(self, quantity: Quantity) -> int | None:
        """The statement whose number bears out this quantity."""
        known = self.matched.get(id(quantity))
        if known is None:
            return None
        for number, text in enumerate(self.statements):
            if any(known is other for other in text.quantities) or known.origin is text:
                return number
        return None


def find_phrases(tokens: list[Token], phrases: Iterable[tuple[str, ...]]) -> list[tuple[int, int]]:
    """(start, length) of every phrase found in the tokens; "=word" in a phrase means the written form."""
    heads = _by_head(phrases if isinstance(phrases, frozenset) else frozenset(phrases))
    found: list[tuple[int, int]] = []
    if not heads:
        return found
    for start, token in enumerate(tokens):
        candidates = (*heads.get(token.key, ()), *heads.get("=" + token.low, ()))
        longest = 0
        for phrase in candidates:
            if longest < len(phrase) <= len(tokens) - start and all(
                part == tokens[start + i].key or part == "=" + tokens[start + i].low for i, part in enumerate(phrase)
            ):
                longest = len(phrase)
        if longest:
            found.append((start, longest))
    return found


@lru_cache(maxsize=512)
def _by_head(phrases: frozenset[tuple[str, ...]]) -> dict[str, list[tuple[str, ...]]]:
    heads: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for phrase in phrases:
        heads[phrase[0]].append(phrase)
    return dict(heads)
