"""The truth check: does a text follow from the places of the CV that it cites?

Each check answers with reasons; a text without reasons is accepted. Checks work on *alignment*: every word of
the proposal is led back to words of the cited statements (same word, same meaning, or something it is an
instance of), and what those words stand under there (a number, a direction, a helper's role, a plan, a
negation) must stand over them in the proposal too.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from cvmaker_core.schema.artefacts import Parsed
from cvmaker_core.skill_aliases import find_skills, skill_classes
from cvmaker_core.text import fold

from claim_verification.evidence import EXACT, Evidence, Place
from claim_verification.language import detect_language
from claim_verification.lexicon import Lexicon, load_lexicon
from claim_verification.models import Proposal, Verdict, VerdictReason
from claim_verification.quantities import derived_quantities, follows
from claim_verification.source import Cited, Source, is_date_field, same_text
from claim_verification.tokens import Quantity, Text, Token, analyse

Reasons = list[VerdictReason]


class ClaimVerifier:
    """Checks proposals against one CV. Build it once per CV; `verify` is cheap.

    Parameters
    ----------
    source
        Parsed data, its envelope, or a JSON Resume.
    as_of
        The day on which running jobs are counted up to; today where absent.
    """

    def __init__(self, source: Parsed | Mapping[str, Any], as_of: date | None = None) -> None:
        self.source = Source(source, as_of)
        sample = " ".join(text for _, text in self.source.all_texts())
        self.language = detect_language(sample)
        self.lexicon = load_lexicon(self.language)
        self._analysed: dict[tuple[str, str], Text] = {}
        self._anywhere = self._index_names()

    def verify(self, proposal: Proposal) -> Verdict:
        """Accept or reject one text, with every reason found."""
        text = proposal.text.strip()
        cited = self.source.cite(proposal.source_ids) if proposal.source_ids else None
        if cited is None or not (cited.statements or cited.entries):
            return self._verdict(
                proposal, [VerdictReason("no_source", "none of the cited places, or not all of them, exist in the CV")]
            )
        if not text:
            return self._verdict(proposal, [VerdictReason("empty", "there is no text")])
        if any(
            same_text(text, statement) for pointer, statement in cited.statements.items() if not is_date_field(pointer)
        ):
            return self._verdict(proposal, [])
        check = _Check(self, text, cited)
        return self._verdict(proposal, check.run())

    def _verdict(self, proposal: Proposal, reasons: Reasons) -> Verdict:
        unique = list(dict.fromkeys(reasons))
        return Verdict(proposal.id, "reject" if unique else "accept", unique)

    def analysed(self, pointer: str, statement: str) -> Text:
        """A statement's analysis, made once."""
        key = (pointer, statement)
        if key not in self._analysed:
            self._analysed[key] = analyse(statement, self.lexicon, pointer)
        return self._analysed[key]

    def _index_names(self) -> Evidence:
        return Evidence([self.analysed(pointer, text) for pointer, text in self.source.all_texts()], self.lexicon)

    @property
    def anywhere(self) -> Evidence:
        """The whole CV, for names and skills only."""
        return self._anywhere


class _Check:
    """One proposal under test."""

    def __init__(self, verifier: ClaimVerifier, text: str, cited: Cited) -> None:
        self.verifier = verifier
        self.source = verifier.source
        self.lexicon = verifier.lexicon
        self.cited = cited
        self.text = analyse(text, self.lexicon)
        self.statements = [verifier.analysed(p, s) for p, s in cited.statements.items() if not is_date_field(p)]
        facts = {
            p: v
            for entry in cited.entries
            for p, v in entry.facts.items()
            if p not in cited.statements and not is_date_field(p)
        }
        self.own = len(self.statements)
        self.evidence = Evidence([*self.statements, *(verifier.analysed(p, v) for p, v in facts.items())], self.lexicon)
        self.places: dict[int, list[Place]] = {}
        self.matched: dict[int, Quantity | None] = {}
        self.phrase_members: set[int] = set()

    def run(self) -> Reasons:
        if self.lexicon.strict:
            return [*self._numbers(), *self._verbatim()]
        self._align()
        reasons = [*self._numbers(), *self._words()]
        reasons += [
            *self._directions(), *self._restrictions(), *self._leading(), *self._negation(), *self._plurals(),
            *self._quantifiers(), *self._swaps(), *self._causes(), *self._titles(), *self._degrees(), *self._languages(),
            *self._present(), *self._merged(),
        ]  # fmt: skip
        return reasons

    # --- alignment --------------------------------------------------------------------------

    def _align(self) -> None:
        tokens = [token for token in self.text.tokens if not token.mark]
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.quantity is not None and not self._ordinary(token):
                position += 1
                continue
            for length in range(min(self.lexicon.longest_phrase, len(tokens) - position), 1, -1):
                members = tokens[position : position + length]
                phrase = tuple(member.key for member in members)
                places = self.evidence.phrase_places(phrase) if all(m.numeric is None for m in members) else []
                if places:
                    for member in members:
                        self.places[member.index] = places
                        self.phrase_members.add(member.index)
                    position += length
                    break
            else:
                self.places[token.index] = self.evidence.places(token)
                position += 1

    def _ordinary(self, token: Token) -> bool:
        """Words such as "double" and "half" that are also said of no number."""
        return token.quantity is not None and token.quantity.kind == "multiple"

    # --- words ------------------------------------------------------------------------------

    def _words(self) -> Reasons:
        reasons: Reasons = []
        lexicon = self.lexicon
        skills = self._skill_tokens(reasons)
        for token in self.text.tokens:
            if (
                token.mark
                or token.index in skills
                or (token.quantity is not None and not self._ordinary(token))
                or token.numeric is not None
            ):
                continue
            if self.places.get(token.index):
                continue
            superlative = token.key in lexicon.sets["superlative"]
            if not superlative and (token.key in lexicon.sets["function"] or token.low in lexicon.sets["function"]):
                continue
            if self._named_anywhere(token):
                continue
            if not superlative and token.key in lexicon.sets["framing"]:
                continue
            if self._follows_otherwise(token):
                continue
            reasons.append(VerdictReason(self._code(token), f"“{token.raw}” does not follow from the cited text"))
        return reasons

    def _code(self, token: Token) -> str:
        lexicon = self.lexicon
        if token.key in lexicon.sets["superlative"]:
            return "superlative"
        if token.key in lexicon.sets["lead"]:
            return "scope"
        if (token.key,) in lexicon.phrases.get("seniority", ()) or token.key in lexicon.sets["titles"]:
            return "title"
        if any((token.key,) in phrases for phrases in lexicon.quantifier.values()):
            return "quantifier"
        if self._name_like(token):
            return "name"
        return "unsupported"

    def _name_like(self, token: Token) -> bool:
        if re.search(r"\d|[+#.]|[^\W\d_][A-Z]", token.raw):
            return True
        return token.raw[:1].isupper() and not token.initial and self.lexicon.language != "de"

    def _skill_tokens(self, reasons: Reasons) -> set[int]:
        """Skills named in the text must be in the CV, by any of their names, or be what one of its skills is."""
        covered: set[int] = set()
        said = Counter(mention.canonical for mention in find_skills(self.text.raw))
        for mention in find_skills(self.text.raw):
            indexes = {token.index for token in self.text.tokens if mention.start <= token.start < mention.end}
            known = mention.canonical in self.verifier.anywhere.skills
            if not known:
                continue
            covered |= indexes
            if mention.canonical not in self.evidence.skills and (gone := self._replaced(mention.canonical, said)):
                reasons.append(VerdictReason("skill", f"“{mention.surface}” stands where the source says “{gone}”"))
        return covered

    def _replaced(self, skill: str, said: Mapping[str, int]) -> str | None:
        """A skill of the same kind that the cited text names and the proposal no longer does."""
        kinds = set(skill_classes(skill)[:1])
        for other in self.evidence.skills:
            if (
                other not in said
                and kinds & set(skill_classes(other)[:1])
                and not any(place[0] >= self.own for place in self.evidence.skills[other])
            ):
                return other
        return None

    def _named_anywhere(self, token: Token) -> bool:
        """A name that stands in the CV, but not one that belongs to another entry."""
        if not self._name_like(token) and not token.raw[:1].isupper():
            return False
        places = self.verifier.anywhere.by_key.get(token.key, [])
        texts = self.verifier.anywhere.texts
        for number, index in places:
            pointer = texts[number].pointer
            other = texts[number].tokens[index]
            if not (other.raw[:1].isupper() or re.search(r"\d", other.raw)):
                continue
            root = "/".join(pointer.split("/")[:3])
            entry = self.source.entries.get(root)
            if entry is not None and entry not in self.cited.entries:
                if pointer in entry.facts and entry.section in ("work", "volunteer", "education", "projects"):
                    continue
                if (
                    pointer in entry.statements
                    and (other.initial or self.lexicon.language == "de")
                    and entry.section not in ("skills",)
                ):
                    continue
            return True
        return False

    def _follows_otherwise(self, token: Token) -> bool:
        key = token.key
        if key == self.lexicon.key("new"):
            return any(p for p in self.places.values() if p) and self._near_verb_of_making(token)
        if (
            key
            in self.lexicon.sets["up"]
            | self.lexicon.sets["down"]
            | self.lexicon.sets["improving"]
            | self.lexicon.sets["change"]
        ):
            return bool(self._changing())
        return False

    def _near_verb_of_making(self, token: Token) -> bool:
        making = (
            self.lexicon.key("introduce"),
            self.lexicon.key("create"),
            self.lexicon.key("build"),
            self.lexicon.key("develop"),
        )
        return any(self.evidence.says(verb) for verb in making)

    def _changing(self) -> list[Quantity]:
        """Quantities of the cited text that are a change, so that words of direction may describe them."""
        return [
            q
            for text in self.statements
            for q in text.quantities
            if q.role in ("by", "to", "from") or q.in_range or q.kind == "multiple"
        ]

    def _verbatim(self) -> Reasons:
        """No lexicon: only words of the CV, nearly as they stand."""
        known = set(self.evidence.by_key)
        novel = [t.raw for t in self.text.tokens if not t.mark and t.numeric is None and t.key not in known]
        if novel:
            return [
                VerdictReason(
                    "language", f"no lexicon for this language, so only the source's words can be checked: “{novel[0]}”"
                )
            ]
        return []

    # --- numbers ----------------------------------------------------------------------------

    def _numbers(self) -> Reasons:
        reasons: Reasons = []
        for quantity in self.text.quantities:
            if not self._true_number(quantity):
                reasons.append(
                    VerdictReason(
                        "date" if quantity.kind == "year" else "number",
                        f"“{quantity.text}” does not follow from the cited text",
                    )
                )
        return reasons

    def _true_number(self, claim: Quantity) -> bool:
        if claim.kind == "year" and self._entry_year(claim):
            return True
        if claim.kind in ("months", "count") and self._experience(claim):
            return True
        best: Quantity | None = None
        for number, text in enumerate(self.evidence.texts):
            for known in (*text.quantities, *derived_quantities(text)):
                if not follows(claim, known) or not _roles_agree(claim, known):
                    continue
                if claim.per and known.per and claim.per != known.per:
                    continue
                if claim.per and not known.per and not self._rate_said(claim, text):
                    continue
                if claim.kind == "count" and not known.derived and not self._same_thing(claim, known, number):
                    continue
                if best is None or (best.derived and not known.derived):
                    best = known
                    self.matched[id(claim)] = known
        if best is not None:
            return True
        return claim.kind == "count" and self._counted(claim)

    def _rate_said(self, claim: Quantity, text: Text) -> bool:
        """ "11,000 a night" also says "nightly"; the word itself is checked as a word."""
        return any(
            self.places.get(t.index)
            for t in self.text.tokens[claim.last + 1 : claim.last + 6]
            if (t.low,) in self.lexicon.units
        )

    def _same_thing(self, claim: Quantity, known: Quantity, number: int) -> bool:
        """Whether the number still counts what it counted: no other number of the source stands nearer to its noun."""
        noun = self._counted_words(self.text, claim)
        text = self.evidence.texts[number]
        rivals = [q for q in text.quantities if q.kind == "count" and q is not known and q.value != claim.value]
        if not noun or not rivals:
            return True
        own = votes = 0
        for token in noun:
            places = [
                place.token
                for place in self.places.get(token.index, ())
                if place.text == number and place.strength >= 2
            ]
            if not places:
                continue
            votes += 1
            near = min(places, key=lambda place: _distance(place, known))
            if all(_distance(near, known) <= min(_distance(place, rival) for place in places) for rival in rivals):
                own += 1
        return votes == 0 or own > 0

    def _counted_words(self, text: Text, quantity: Quantity) -> list[Token]:
        found: list[Token] = []
        for token in text.tokens[quantity.last + 1 : quantity.last + 5]:
            if token.mark or token.quantity not in (None, quantity) or token.key in self.lexicon.sets["function"]:
                break
            found.append(token)
        return found

    def _entry_year(self, claim: Quantity) -> bool:
        """A year of a cited entry's dates, said as its beginning, its end or its span; or the only year it lasted."""
        year = int(claim.value)
        before = self.text.tokens[claim.first - 1].low if claim.first else ""
        for entry in self.cited.entries:
            start, end = entry.start, entry.end
            years = {day.year for day in (start, end) if day}
            if year not in years:
                continue
            if entry.section not in ("work", "volunteer", "projects", "education"):
                return True
            opening = (
                before
                in (
                    "since",
                    "from",
                    "between",
                    "seit",
                    "von",
                    "ab",
                    "depuis",
                    "de",
                    "desde",
                    "dal",
                    "sinds",
                    "joined",
                    "started",
                )
                or before in _MONTHS
            )
            closing = (
                before
                in (
                    "until",
                    "till",
                    "to",
                    "bis",
                    "jusqu'en",
                    "hasta",
                    "-",
                    "and",
                    "und",
                    "et",
                    "y",
                    "à",
                    "a",
                    "até",
                    "al",
                    "tot",
                )
                or before in _MONTHS
            )
            span = any(q is not claim and q.kind == "year" for q in self.text.quantities)
            if (
                start
                and start.year == year
                and (opening or (span and year != (end.year if end else -1)) or self._joined(claim))
            ):
                return not (before in ("since", "seit", "depuis", "desde") and not entry.running)
            if end and end.year == year and (closing or span or entry.section == "education"):
                return True
            if start and end and start.year == end.year == year:
                return True
            if entry.section == "education" and end is None and before not in ("in",):
                return True
        return False

    def _joined(self, claim: Quantity) -> bool:
        window = {token.key for token in self.text.tokens if token.clause == self.text.tokens[claim.first].clause}
        words = ("join", "start", "promote", "begin", "appoint", "started", "promoted", "joined")
        return any(self.lexicon.key(word) in window for word in words)

    def _experience(self, claim: Quantity) -> bool:
        """Years computed from dates: of the cited jobs, or of all jobs when the text speaks of experience at large."""
        if claim.kind != "months" or claim.value < 12:
            return False
        jobs = [entry for entry in self.cited.entries if entry.section in ("work", "volunteer", "projects")]
        whole = [entry for entry in self.source.entries.values() if entry.section == "work"]
        if not jobs or (len(jobs) == 1 and not self.cited.whole_entries and not self._of_tenure(claim)):
            candidates = [whole] if not jobs else []
        else:
            candidates = [jobs]
        for entries in candidates:
            months = self.source.months_of(entries)
            if months <= 0:
                continue
            stated, how = claim.value, claim.comparator
            if how in ("gt", "min") and stated <= months + 0.5 and stated >= months - 36:
                return True
            if how in ("", "about") and months - 11.9 <= stated <= months + (1 if how == "" else 6):
                return True
            if how == "near" and months < stated <= months + 6:
                return True
            if how == "lt" and months < stated <= months + 12:
                return True
        return False

    def _of_tenure(self, claim: Quantity) -> bool:
        return not any(
            place.text < self.own for places in self.places.values() for place in places if place.strength == EXACT
        )

    def _counted(self, claim: Quantity) -> bool:
        """A count of things the CV lists: three languages, four sites."""
        noun = {token.key for token in self._counted_words(self.text, claim)}
        languages = [entry for entry in self.source.entries.values() if entry.section == "languages"]
        if self.lexicon.key(_LANGUAGE_WORD.get(self.lexicon.language, "language")) in noun:
            return claim.value == len(languages) and claim.comparator == ""
        for text in self.statements:
            for size in _list_sizes(text, self.lexicon):
                if (
                    claim.value == size
                    and not claim.comparator
                    and any(self.places.get(t.index) for t in self._counted_words(self.text, claim))
                ):
                    return True
        return False

    # --- propositions -----------------------------------------------------------------------

    def _directions(self) -> Reasons:
        """A change keeps its sign."""
        reasons: Reasons = []
        for quantity in self.text.quantities:
            known = self.matched.get(id(quantity))
            if known is None:
                continue
            said = self._sign(self.text, quantity)
            text = next(
                (
                    t
                    for t in self.statements
                    if known in t.quantities or any(_same_span(known, q) for q in derived_quantities(t))
                ),
                None,
            )
            if text is None:
                continue
            true = self._sign(text, known)
            if said and true and said != true:
                reasons.append(VerdictReason("direction", f"“{quantity.text}” goes the other way in the source"))
            elif (
                said
                and not true
                and not known.derived
                and known.role == ""
                and quantity.role != ""
                and not known.in_range
                and quantity.kind not in ("year", "ordinal")
            ):
                reasons.append(VerdictReason("direction", f"the source states “{quantity.text}” without a change"))
        ends = [
            (a, b)
            for a in self.text.quantities
            for b in self.text.quantities
            if a.role == "from" and b.role == "to" and b.first > a.first
        ]
        for start, end in ends:
            first, last = self.matched.get(id(start)), self.matched.get(id(end))
            if first is not None and last is not None and (first.role, last.role) == ("to", "from"):
                reasons.append(VerdictReason("direction", f"“{start.text}” and “{end.text}” have changed places"))
        return reasons

    def _sign(self, text: Text, quantity: Quantity) -> int:
        """+1, -1, or 0 where no word of direction governs the number."""
        home = text.tokens[min(quantity.first, len(text.tokens) - 1)]
        best, sign = 99, 0
        for token in text.tokens:
            up = token.key in self.lexicon.sets["up"]
            down = token.key in self.lexicon.sets["down"]
            if up == down or (token.quantity is not None and token.quantity.kind != "multiple"):
                continue
            distance = (
                abs(token.index - home.index)
                + 6 * abs(token.clause - home.clause)
                + (3 if token.index > home.index else 0)
            )
            if token.sentence == home.sentence and distance < best:
                best, sign = distance, 1 if up else -1
        if quantity.kind == "multiple" and best == 99:
            return 1 if quantity.value > 1 else -1
        return sign if best <= 18 else 0

    def _clause_places(self, clause: int, *, verbs: bool = True) -> Counter[tuple[int, int]]:
        """Which clauses of the cited statements a clause of the proposal speaks of, by shared words."""
        found: Counter[tuple[int, int]] = Counter()
        for token in self.text.tokens:
            if token.clause != clause or token.mark or token.key in self.lexicon.sets["function"]:
                continue
            if not verbs and (token.key in self.lexicon.sets["lead"] or token.key in self.lexicon.sets["assist"]):
                continue
            homes = {
                (place.text, self.evidence.token(place).clause)
                for place in self.places.get(token.index, ())
                if place.text < self.own
            }
            for home in homes:
                found[home] += 1
        return found

    def _restrictions(self) -> Reasons:
        """What the source says with a reservation (planned, helped, pilot, acting, up to …) keeps it."""
        reasons: Reasons = []
        proposal = [token for token in self.text.tokens if not token.mark]
        kept = {kind: bool(_phrases_in(proposal, phrases)) for kind, phrases in self.lexicon.restrict.items()}
        helped = self._helps(proposal)
        used: Counter[tuple[int, int]] = Counter()
        for clause in {token.clause for token in proposal}:
            used.update(self._clause_places(clause))
        for number, text in enumerate(self.statements):
            for kind, phrases in self.lexicon.restrict.items():
                for start, length in _phrases_in([t for t in text.tokens if not t.mark], phrases):
                    words = [t for t in text.tokens if not t.mark][start : start + length]
                    if kept[kind] or self._said(number, words):
                        continue
                    if kind == "joint" and words[0].key == self.lexicon.key("with"):
                        continue
                    scope = [
                        t
                        for t in text.tokens
                        if not t.mark
                        and t.sentence == words[0].sentence
                        and t not in words
                        and (t.clause == words[0].clause or kind in _WIDE)
                    ]
                    if self._uses(number, scope) >= self._enough(kind, scope):
                        reasons.append(VerdictReason("hedge", f"the source says “{' '.join(w.raw for w in words)}”"))
            for clause in {t.clause for t in text.tokens}:
                members = [t for t in text.tokens if t.clause == clause and not t.mark]
                if (
                    self._helps(members)
                    and not helped
                    and self._first_is_help(members)
                    and self._uses(number, members) >= 1
                ):
                    reasons.append(VerdictReason("scope", "the source tells of helping, not of doing it alone"))
        return reasons

    def _enough(self, kind: str, scope: list[Token]) -> int:
        return 1 if len(scope) <= 4 else 2

    def _said(self, number: int, words: list[Token]) -> bool:
        """Whether a word of the proposal rests on one of these words."""
        indexes = {word.index for word in words}
        return any(
            place.text == number and place.token in indexes and place.strength >= 2
            for places in self.places.values()
            for place in places
        )

    def _uses(self, number: int, scope: list[Token]) -> int:
        indexes = {t.index for t in scope if t.key not in self.lexicon.sets["function"]}
        return sum(
            any(place.text == number and place.token in indexes for place in places)
            for index, places in self.places.items()
            if self.text.tokens[index].key not in self.lexicon.sets["function"]
        )

    def _helps(self, tokens: list[Token]) -> bool:
        return any(t.key in self.lexicon.sets["assist"] for t in tokens) or bool(
            _phrases_in(tokens, self.lexicon.phrases.get("assist_phrases", frozenset()))
        )

    def _first_is_help(self, tokens: list[Token]) -> bool:
        """The helping word governs the clause: it is among its first words."""
        return self._helps([t for t in tokens if not t.mark][:4])

    def _leading(self) -> Reasons:
        """Who leads in the proposal leads the same thing in the source."""
        reasons: Reasons = []
        for token in self.text.tokens:
            if token.key not in self.lexicon.sets["lead"] or token.mark:
                continue
            places = [
                p
                for p in self.places.get(token.index, ())
                if self.evidence.token(p).key in self.lexicon.sets["lead"] or p.strength >= 2
            ]
            if not places:
                continue
            if any(p.text >= self.own for p in places):
                continue
            clauses = self._clause_places(token.clause, verbs=False)
            if not clauses:
                continue
            homes = {(p.text, self.evidence.token(p).clause) for p in places}
            if not any(clauses.get(home) for home in homes):
                reasons.append(VerdictReason("scope", f"“{token.raw}” is said of something else in the source"))
        return reasons

    def _negation(self) -> Reasons:
        """What the source denies is not affirmed, and the reverse."""
        reasons: Reasons = []
        negation = self.lexicon.sets["negation"]
        denied = [t for t in self.text.tokens if t.key in negation or t.low.endswith("n't")]
        for number, text in enumerate(self.statements):
            for word in text.tokens:
                if word.key not in negation or word.quantity is not None:
                    continue
                scope = [t for t in text.tokens if t.clause == word.clause and t.index > word.index and not t.mark][:5]
                if self._uses(number, scope[:4]) and not denied and not self._said(number, [word]):
                    reasons.append(
                        VerdictReason("negation", f"the source says “{word.raw} {' '.join(t.raw for t in scope[:2])}”")
                    )
        for token in denied:
            if (
                not self.places.get(token.index)
                and not any(t.key in negation for s in self.statements for t in s.tokens)
                and token.quantity is None
            ):
                reasons.append(VerdictReason("negation", f"“{token.raw}” is not in the source"))
        return reasons

    def _plurals(self) -> Reasons:
        """ "a project" is not "projects"."""
        reasons: Reasons = []
        for token in self.text.tokens:
            if token.mark or not self._plural(token) or token.index in self.phrase_members:
                continue
            places = [p for p in self.places.get(token.index, ()) if p.text < self.own]
            exact = [p for p in places if p.strength == EXACT] or places
            if exact and all(self._single(p) for p in exact):
                reasons.append(
                    VerdictReason("plural", f"the source speaks of one “{self.evidence.token(exact[0]).raw}”")
                )
        return reasons

    def _plural(self, token: Token) -> bool:
        return _is_plural(token, self.lexicon.language)

    def _single(self, place: Place) -> bool:
        """An indefinite singular noun: "a", "one", "an" before it, with at most three words between."""
        text = self.evidence.texts[place.text]
        token = text.tokens[place.token]
        if self._plural(token):
            return False
        following = text.tokens[place.token + 1] if place.token + 1 < len(text.tokens) else None
        for back in range(place.token - 1, max(-1, place.token - 5), -1):
            before = text.tokens[back]
            if before.mark or before.low in _PREPOSITIONS:
                return False
            if before.low in _SINGULAR or (
                before.quantity is not None and before.quantity.value == 1 and before.quantity.kind == "count"
            ):
                return (
                    following is None
                    or following.mark
                    or following.key in self.lexicon.sets["function"]
                    or following.quantity is not None
                    or _participle(following, self.lexicon)
                )
        return False

    def _quantifiers(self) -> Reasons:
        """All, every, company-wide, many: only where the source says so."""
        reasons: Reasons = []
        tokens = [t for t in self.text.tokens if not t.mark]
        source = [t for s in self.evidence.texts for t in s.tokens if not t.mark]
        for kind, phrases in self.lexicon.quantifier.items():
            for start, length in _phrases_in(tokens, phrases):
                words = tokens[start : start + length]
                if all(word.quantity is not None for word in words):
                    continue
                if kind == "all" and _in_rate(tokens, start, self.lexicon):
                    continue
                if _phrases_in(source, phrases) and all(
                    self.places.get(w.index) or w.key in self.lexicon.sets["function"] for w in words
                ):
                    continue
                if kind == "many" and self._plural_source(tokens[start + length :]):
                    continue
                if all(self.places.get(w.index) and w.index in self.phrase_members for w in words):
                    continue
                reasons.append(
                    VerdictReason("quantifier", f"“{' '.join(w.raw for w in words)}” is wider than the source")
                )
        return reasons

    def _plural_source(self, following: list[Token]) -> bool:
        for token in following[:3]:
            places = [p for p in self.places.get(token.index, ()) if p.text < self.own]
            if places and _is_plural(token, self.lexicon.language):
                return any(_is_plural(self.evidence.token(p), self.lexicon.language) for p in places)
        return False

    def _swaps(self) -> Reasons:
        """From and to keep their sides; who trained whom stays so."""
        reasons: Reasons = []
        for token in self.text.tokens:
            side = _side(self.text, token)
            if not side or token.mark or not self._contentful(token):
                continue
            sides = {
                _side(self.statements[p.text], self.statements[p.text].tokens[p.token])
                for p in self.places.get(token.index, ())
                if p.text < self.own and p.strength >= 2
            }
            if sides and sides <= {"from", "to"} and side not in sides:
                reasons.append(VerdictReason("direction", f"“{token.raw}” stands on the other side in the source"))
        if any(t.low in ("me",) for t in self.text.tokens) and not any(
            t.low == "me" for s in self.statements for t in s.tokens
        ):
            reasons.append(VerdictReason("agent", "the person has become the object"))
        for token in self.text.tokens:
            if token.key not in self.lexicon.sets["interpersonal"]:
                continue
            for place in self.places.get(token.index, ()):
                if place.text >= self.own or place.strength < EXACT:
                    continue
                source = self.statements[place.text]
                here, there = _passive(self.text, token), _passive(source, source.tokens[place.token])
                if here is not there and not _participle_noun(self.text, token):
                    reasons.append(VerdictReason("agent", f"who is the one to “{token.raw}” has changed"))
                break
        return reasons

    def _contentful(self, token: Token) -> bool:
        return token.key not in self.lexicon.sets["function"] and token.numeric is None and token.quantity is None

    def _causes(self) -> Reasons:
        """A cause is claimed only where the source puts the two side by side."""
        reasons: Reasons = []
        tokens = [t for t in self.text.tokens if not t.mark]
        for start, length in _phrases_in(tokens, self.lexicon.phrases.get("causal", frozenset())):
            before, after = tokens[:start], tokens[start + length :]
            left = {p.text for t in before for p in self.places.get(t.index, ()) if p.text < self.own}
            right = {p.text for t in after for p in self.places.get(t.index, ()) if p.text < self.own}
            if left and right and not left & right:
                reasons.append(
                    VerdictReason(
                        "causal",
                        f"“{' '.join(t.raw for t in tokens[start : start + length])}” joins what the source does not",
                    )
                )
        return reasons

    def _merged(self) -> Reasons:
        """With several statements cited: a number stays with the statement it belongs to."""
        reasons: Reasons = []
        if len(self.statements) < 2:
            return reasons
        for quantity in self.text.quantities:
            known = self.matched.get(id(quantity))
            if known is None or quantity.kind == "year":
                continue
            home = next((n for n, t in enumerate(self.statements) if known in t.quantities), None)
            if home is None:
                continue
            clause = self.text.tokens[quantity.first].clause
            words = [t for t in self.text.tokens if t.clause == clause and self._contentful(t) and not t.mark]
            texts = [{p.text for p in self.places.get(t.index, ()) if p.text < self.own} for t in words]
            placed = [t for t in texts if t]
            if placed and not any(home in t for t in placed):
                reasons.append(VerdictReason("merged", f"“{quantity.text}” belongs to another statement"))
        return reasons

    # --- people: titles, degrees, languages, now --------------------------------------------

    def _titles(self) -> Reasons:
        """A title with its rank must be one the person held."""
        reasons: Reasons = []
        tokens = [t for t in self.text.tokens if not t.mark]
        titles = [[t.key for t in analyse(title, self.lexicon).tokens if not t.mark] for title in self.source.titles()]
        seniority = self.lexicon.phrases.get("seniority", frozenset())
        statements = [[t.key for t in s.tokens if not t.mark] for s in self.evidence.texts]
        for position, token in enumerate(tokens):
            if token.key not in self.lexicon.sets["titles"]:
                continue
            rank = [
                t for t in tokens[max(0, position - 3) : position] if (t.key,) in seniority and t.clause == token.clause
            ]
            for word in rank:
                if not any(_near(keys, word.key, token.key, 4) for keys in (*titles, *statements)):
                    reasons.append(VerdictReason("title", f"“{word.raw} {token.raw}” is no title of the source"))
        return reasons

    def _degrees(self) -> Reasons:
        """A degree in progress is not a degree held."""
        reasons: Reasons = []
        open_degrees = [e for e in self.cited.entries if e.section == "education" and e.running]
        if not open_degrees:
            return reasons
        tokens = [t for t in self.text.tokens if not t.mark]
        in_progress = bool(
            _phrases_in(tokens, self.lexicon.restrict.get("attempt", frozenset()))
            or _phrases_in(tokens, self.lexicon.restrict.get("plan", frozenset()))
        )
        for entry in open_degrees:
            keys = {
                t.key
                for value in entry.facts.values()
                for t in analyse(value, self.lexicon).tokens
                if self._contentful(t)
            }
            if not in_progress and sum(t.key in keys for t in tokens) >= 1:
                reasons.append(VerdictReason("degree", "the degree is still in progress"))
        return reasons

    def _languages(self) -> Reasons:
        """A language keeps its level."""
        reasons: Reasons = []
        levels = self.lexicon.groups.get("levels", ())
        tokens = [t for t in self.text.tokens if not t.mark]
        entries = [e for e in self.source.entries.values() if e.section == "languages"]
        for position, token in enumerate(tokens):
            if token.key not in self.lexicon.sets["languages"] or (
                self.lexicon.language == "en" and not token.raw[:1].isupper()
            ):
                continue
            window = [t for t in tokens[max(0, position - 4) : position + 6]]
            nearer = [
                t
                for t in window
                if not any(
                    o is not token
                    and o.key in self.lexicon.sets["languages"]
                    and abs(tokens.index(o) - tokens.index(t)) < abs(position - tokens.index(t))
                    for o in window
                )
            ]
            said = {band for band, phrases in enumerate(levels) if _phrases_in(nearer, phrases)}
            entry = next(
                (
                    e
                    for e in entries
                    if any(
                        self.lexicon.key(w) == token.key
                        for v in e.facts.values()
                        for w in re.findall(r"[^\W\d_]+", fold(v))
                    )
                ),
                None,
            )
            if entry is None or not said:
                continue
            fluency = [t for v in entry.facts.values() for t in analyse(v, self.lexicon).tokens if not t.mark]
            true = {band for band, phrases in enumerate(levels) if _phrases_in(fluency, phrases)}
            if said and (not true or max(said) > max(true)):
                reasons.append(
                    VerdictReason("language_level", f"the level of “{token.raw}” is higher than the source's")
                )
        bilingual = [t for t in tokens if t.low in ("bilingual", "zweisprachig", "bilingue", "bilingüe")]
        if bilingual and not any(
            t.key == bilingual[0].key
            for e in entries
            for v in e.facts.values()
            for t in analyse(v, self.lexicon).tokens
        ):
            reasons.append(VerdictReason("language_level", "“bilingual” is not in the source"))
        return reasons

    def _present(self) -> Reasons:
        """ "Currently" only of what still runs."""
        tokens = [t for t in self.text.tokens if not t.mark]
        found = _phrases_in(tokens, self.lexicon.phrases.get("now", frozenset()))
        jobs = [e for e in self.cited.entries if e.section in ("work", "volunteer", "projects", "education")]
        if found and jobs and not any(e.running for e in jobs):
            word = tokens[found[0][0]]
            if not any(t.key == word.key for s in self.statements for t in s.tokens):
                return [VerdictReason("tense", f"“{word.raw}”: the cited entry has ended")]
        return []


_MONTHS = frozenset(
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december", "januar", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember", "janvier", "février", "mars", "avril", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre", "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"]
)
_LANGUAGE_WORD = {
    "de": "Sprachen",
    "fr": "langues",
    "es": "idiomas",
    "pt": "idiomas",
    "it": "lingue",
    "nl": "talen",
    "en": "languages",
}
_SINGULAR = frozenset(["a", "an", "one", "single", "ein", "eine", "einen", "einem", "einer", "eines", "un", "une", "una", "uno", "um", "uma", "een", "d'un", "d'une"])
_PREPOSITIONS = frozenset(
    ["of", "in", "on", "at", "by", "for", "from", "to", "with", "and", "or", "von", "für", "mit", "und", "in", "bei", "de", "du", "des", "pour", "et", "à", "en", "y", "para", "con"]
)
_WIDE = frozenset(("propose", "plan", "apply"))


def _roles_agree(claim: Quantity, known: Quantity) -> bool:
    """ "by" is not "to", "to" is not "from"."""
    if claim.kind in ("year", "ordinal"):
        return True
    if known.derived:
        return claim.role in ("", "by") if known.role == "by" else True
    if {claim.role, known.role} in ({"by", "to"}, {"by", "from"}):
        return False
    if claim.role == "by" and known.in_range:
        return False
    if claim.role == "by" and known.kind == "percent" and known.value > 100 and known.role == "":
        return False
    return {claim.role, known.role} != {"from", "to"} or known.in_range


def _distance(place: int, quantity: Quantity) -> int:
    """How far a word is from a number; words after it count as nearer, since numbers stand before their nouns."""
    if place > quantity.last:
        return place - quantity.last
    return 3 + quantity.first - place


def _same_span(left: Quantity, right: Quantity) -> bool:
    return (left.first, left.last, left.kind, left.value) == (right.first, right.last, right.kind, right.value)


def _phrases_in(tokens: list[Token], phrases: Iterable[tuple[str, ...]]) -> list[tuple[int, int]]:
    """(start, length) of every phrase found in the tokens."""
    wanted = phrases if isinstance(phrases, (set, frozenset)) else frozenset(phrases)
    longest = max((len(p) for p in wanted), default=0)
    keys = [t.key for t in tokens]
    found = []
    for start in range(len(keys)):
        for length in range(min(longest, len(keys) - start), 0, -1):
            if tuple(keys[start : start + length]) in wanted:
                found.append((start, length))
                break
    return found


def _near(keys: list[str], first: str, second: str, window: int) -> bool:
    places = [i for i, key in enumerate(keys) if key == first]
    return any(second in keys[i + 1 : i + 1 + window] for i in places)


def _is_plural(token: Token, language: str) -> bool:
    low = token.low
    if language == "en":
        return (
            len(low) > 3
            and low.endswith("s")
            and not low.endswith(("ss", "us", "is", "'s", "ics", "ous"))
            and token.key != low
        )
    if language in ("fr", "es", "pt"):
        return len(low) > 3 and low.endswith(("s", "x")) and low != token.key
    return False


def _participle(token: Token, lexicon: Lexicon) -> bool:
    return token.low.endswith(("ed", "ing")) or token.low in lexicon.irregular


def _in_rate(tokens: list[Token], start: int, lexicon: Lexicon) -> bool:
    """ "every week", "each month": a rate, not a claim about all."""
    return any(
        (t.low,) in lexicon.units or t.low in ("night", "shift", "other", "two", "quarter")
        for t in tokens[start + 1 : start + 3]
    )


def _side(text: Text, token: Token) -> str:
    """ "from" or "to" when the word stands right behind one of them (with its article and one word between)."""
    for back in range(token.index - 1, max(-1, token.index - 4), -1):
        before = text.tokens[back]
        if before.low in ("from", "off", "von", "aus", "desde"):
            return "from"
        if before.low in ("to", "into", "onto", "auf", "nach", "zu", "hacia"):
            return "to"
        if before.mark or before.quantity is not None:
            return ""
    return ""


def _passive(text: Text, token: Token) -> bool:
    """Done to the person: "was trained", "trained by the director" (and not "followed by")."""
    before = [t.low for t in text.tokens[max(0, token.index - 2) : token.index]]
    after = text.tokens[token.index + 1] if token.index + 1 < len(text.tokens) else None
    auxiliary = any(
        word in ("was", "were", "been", "being", "got", "is", "be", "am", "wurde", "été", "fui", "fue", "sido")
        for word in before
    )
    by = after is not None and after.low in ("by", "von", "par", "por", "durch")
    return auxiliary or by


def _participle_noun(text: Text, token: Token) -> bool:
    return token.low.endswith(("ion", "ing", "ment", "ship", "er", "or"))


def _list_sizes(text: Text, lexicon: Lexicon) -> list[int]:
    """Lengths of the enumerations in a statement: "a, b and c" → 3."""
    sizes = []
    commas = 0
    for token in text.tokens:
        if token.raw == ",":
            commas += 1
        elif token.low in ("and", "und", "et", "y", "e") and token.mark is False:
            sizes.append(commas + 2)
            commas = 0
        elif token.raw in ".;:":
            commas = 0
    return sizes
