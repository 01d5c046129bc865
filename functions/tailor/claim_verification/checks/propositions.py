"""What is said of the words: direction, reservation, agency, negation, number, quantity, cause."""

import itertools
from collections.abc import Iterator

from claim_verification.alignment import Alignment, find_phrases
from claim_verification.evidence import EXACT, Place
from claim_verification.models import VerdictReason
from claim_verification.tokens import Quantity, Text, Token

_WIDE = frozenset(("propose", "plan", "apply", "nominate", "supervised"))


def check_directions(a: Alignment) -> Iterator[VerdictReason]:
    """A change keeps its sign; where it starts and where it ends do not change places."""
    for quantity in a.text.quantities:
        known, home = a.matched.get(id(quantity)), a.matched_in(quantity)
        if known is None or home is None or quantity.kind in ("year", "ordinal"):
            continue
        above = _above(a.text, quantity), _above(a.statements[home], known)
        if set(above) == {1, -1}:
            yield VerdictReason("direction", f"“{quantity.text}” lies on the other side in the source")
        if above[1]:
            continue  # "20% above target": what it exceeds is no change
        said, true = _sign(a, a.text, quantity), _sign(a, a.statements[home], known)
        if said and true and said != true and not _bettered(a, quantity):
            yield VerdictReason("direction", f"“{quantity.text}” goes the other way in the source")
        elif (
            said
            and not true
            and quantity.role in ("by", "to")
            and not (known.derived or known.role or known.in_range or known.comparator)
        ):
            yield VerdictReason("direction", f"the source states “{quantity.text}” without a change")
    for start in a.text.quantities:
        for end in a.text.quantities:
            first, last = a.matched.get(id(start)), a.matched.get(id(end))
            if (
                start.role == "from"
                and end.role == "to"
                and first is not None
                and last is not None
                and (first.role, last.role) == ("to", "from")
            ):
                yield VerdictReason("direction", f"“{start.text}” and “{end.text}” have changed places")


_ABOVE = frozenset(("above", "over", "ahead", "beyond", "über", "por encima"))
_BELOW = frozenset(("below", "under", "behind", "short", "unter"))


def _above(text: Text, quantity: Quantity) -> int:
    """+1 for “20% above target”, -1 for “20% below target”, else 0."""
    after = text.tokens[quantity.last + 1] if quantity.last + 1 < len(text.tokens) else None
    low = after.low if after is not None else ""
    return 1 if low in _ABOVE else -1 if low in _BELOW else 0


def _phrasal(a: Alignment, text: Text, token: Token) -> bool:
    """“picked up by two papers”: the particle of a verb, no direction."""
    before = text.tokens[token.index - 1] if token.index else None
    if token.low not in ("up", "down") or before is None or before.mark or before.quantity is not None:
        return False
    moving = a.lexicon.sets["change"] | a.lexicon.sets["up"] | a.lexicon.sets["down"]
    return before.low.endswith(("ed", "ing")) and before.key not in moving


def _bettered(a: Alignment, quantity: Quantity) -> bool:
    """“three times faster”: better, not more."""
    after = a.text.tokens[quantity.last + 1 : quantity.last + 4]
    return quantity.kind == "multiple" and any(t.key in a.lexicon.sets["improving"] for t in after)


def _sign(a: Alignment, text: Text, quantity: Quantity) -> int:
    """+1, -1, or 0 where no word of direction governs the number."""
    home = text.tokens[quantity.first]
    best, sign = 99, 0
    for token in text.tokens:
        phrased = text is a.text and token.index in a.phrase_members
        phrased = phrased or _phrasal(a, text, token)
        near = not phrased and (0 < home.index - token.index <= 2 or 0 < token.index - quantity.last <= 1)
        up = token.key in a.lexicon.sets["up"] or (near and token.low == "up")
        down = token.key in a.lexicon.sets["down"] or (near and token.low == "down")
        if (
            up == down
            or token.sentence != home.sentence
            or (token.quantity is not None and token.quantity.kind != "multiple")
        ):
            continue
        distance = (
            abs(token.index - home.index) + 6 * abs(token.clause - home.clause) + (3 if token.index > home.index else 0)
        )
        if distance < best:
            best, sign = distance, 1 if up else -1
    ends = [q for q in text.quantities if q.kind == quantity.kind and (q.role in ("from", "to") or q.in_range)]
    if quantity.kind == "multiple" and best == 99 and quantity.text.casefold() in a.lexicon.multiples:
        return 1 if quantity.value > 1 else -1
    if best > 18 and len(ends) == 2 and quantity in ends and ends[0].role == "from":
        return 1 if ends[1].value > ends[0].value else -1
    return sign if best <= 18 else 0


def check_restrictions(a: Alignment) -> Iterator[VerdictReason]:
    """What the source says with a reservation (planned, helped, pilot, acting, …) keeps it."""
    kept = {kind: bool(find_phrases(a.words, phrases)) for kind, phrases in a.lexicon.restrict.items()}
    for number, text in enumerate(a.statements):
        for kind, phrases in a.lexicon.restrict.items():
            if kept[kind]:
                continue
            for start, length in find_phrases(text.words, phrases):
                marker = text.words[start : start + length]
                if any(word.quantity is not None for word in marker):
                    continue  # "some 40" is read with its number
                if a.rests_on(number, marker) or (kind == "plan" and _does_planning(text, start)):
                    continue
                scope = [
                    t
                    for t in text.words
                    if t.sentence == marker[0].sentence
                    and t not in marker
                    and (t.clause == marker[0].clause or kind in _WIDE)
                ]
                if kind == "acting" and (held := _held_title(a, text, marker[-1])):
                    scope = held  # "as deputy representative on the committee": the committee stands
                if _drawn_on(a, number, scope):
                    yield VerdictReason("hedge", f"the source says “{' '.join(word.raw for word in marker)}”")


def check_company_kept(a: Alignment) -> Iterator[VerdictReason]:
    """“Co-facilitate a group” is not “run a group”: what was done with another keeps the other."""
    together = a.lexicon.restrict.get("joint", frozenset())
    kept = find_phrases(a.words, together) or any(
        t.low.startswith("co-")
        or t.low in ("with", "jointly", "mit", "avec", "con")
        or t.key in a.lexicon.sets["assist"]
        for t in a.words
    )
    for number, text in enumerate(a.statements):
        for word in text.words:
            if kept or not word.low.startswith("co-") or a.evidence.by_key.get(word.key) is None:
                continue
            scope = [t for t in text.words if t.clause == word.clause and t is not word]
            if _drawn_on(a, number, scope):
                yield VerdictReason("hedge", f"the source says “{word.raw}”")


def _held_title(a: Alignment, text: Text, marker: Token) -> list[Token]:
    """The title right behind “deputy”, “acting”, …"""
    after = text.tokens[marker.index + 1 : marker.index + 3]
    return [t for t in after if t.key in a.lexicon.sets["titles"] and not t.mark]


def check_prefixes(a: Alignment) -> Iterator[VerdictReason]:
    """“part-qualified” is not “qualified”, “co-” and “vice-” are not nothing."""
    for token in a.words:
        exact = [place for place in a.in_statements(token) if place.strength == EXACT]
        limits = [limit for place in exact if (limit := _limit(a, a.evidence.texts[place.text], place.token))]
        before = {t.low for t in a.text.tokens[max(0, token.index - 2) : token.index]}
        if exact and len(limits) == len(exact) and not before & set(limits) and not _limit(a, a.text, token.index):
            yield VerdictReason("hedge", f"the source says “{limits[0]}-{token.raw}”")


def _limit(a: Alignment, text: Text, index: int) -> str:
    before = text.tokens[index - 1] if index else None
    return before.low if before is not None and before.hyphen_after and before.low in a.lexicon.sets["limits"] else ""


def _does_planning(text: Text, start: int) -> bool:
    """“Planned and taught lessons”: planning is what was done, not what is still to come."""
    word = text.words[start]
    return word.initial or (
        start > 0 and text.words[start - 1].low in ("and", "und", "et", "y", "e", "en") and word.low.endswith("ed")
    )


def _drawn_on(a: Alignment, number: int, scope: list[Token]) -> bool:
    """Whether the proposal tells what these words tell, rather than sharing a stray word with them."""
    used = a.uses(number, scope)
    if len(a.statements) > 1:
        return used >= 3 or (used >= 2 and used * 2 >= sum(a.contentful(t) for t in scope))
    return used >= (1 if sum(a.contentful(t) for t in scope) <= 4 else 2)


def check_help(a: Alignment) -> Iterator[VerdictReason]:
    """Who helped, took part or belonged to a team did not do it alone."""
    lexicon = a.lexicon
    phrases = lexicon.phrases.get("assist_phrases", frozenset())

    def helps(tokens: list[Token]) -> bool:
        return any(t.key in lexicon.sets["assist"] for t in tokens) or bool(find_phrases(tokens, phrases))

    for number, text in enumerate(a.statements):
        for clause in sorted({t.clause for t in text.words}):
            members = [t for t in text.words if t.clause == clause]
            # the helping word governs the clause: it is among its first words
            if not helps(members[:4]) or not _drawn_on(
                a, number, [t for t in members if t.key not in lexicon.sets["assist"]]
            ):
                continue
            speaking = {
                token.clause
                for token in a.words
                if any(p.text == number and a.evidence.token(p).clause == clause for p in a.in_statements(token))
            }
            speaking = {c for c in speaking if not _tells_other_deed(a, c, number, clause)}
            if speaking and not any(helps([t for t in a.words if t.clause in (c, c - 1)]) for c in speaking):
                yield VerdictReason("scope", "the source tells of helping, not of doing it alone")


def _tells_other_deed(a: Alignment, mine: int, number: int, clause: int) -> bool:
    """Whether a clause of the proposal opens with what another clause of the statement opens with."""
    text = a.statements[number]
    head = next((t for t in a.words if t.clause == mine and a.contentful(t)), None)
    if head is None:
        return False
    openers = {
        next((t.index for t in text.words if t.clause == other and a.contentful(t)), -1)
        for other in {t.clause for t in text.words} - {clause}
    }
    places = [p for p in a.in_statements(head) if p.strength > 1]
    return bool(places) and all(p.text == number and p.token in openers for p in places)


def check_leading(a: Alignment) -> Iterator[VerdictReason]:
    """Who leads in the proposal leads the same thing in the source."""
    lead = a.lexicon.sets["lead"]
    for token in a.words:
        if token.key not in lead or token.quantity is not None:
            continue
        places = a.places.get(token.index, [])
        if not places or any(place.text >= a.own for place in places) or leads_event(a, token):
            continue
        after = a.text.tokens[token.index + 1] if token.index + 1 < len(a.text.tokens) else None
        if after is not None and not after.mark and all(_under(a, place) for place in places if place.strength > 1):
            yield VerdictReason("agent", f"“{token.raw}” is what others did in the source")
            continue
        clauses = a.homes(token.clause, skip=lead | a.lexicon.sets["assist"])
        homes = {(place.text, a.evidence.token(place).clause) for place in places}
        if clauses and not any(clauses.get(home) for home in homes):
            yield VerdictReason("scope", f"“{token.raw}” is said of something else in the source")


def leads_event(a: Alignment, token: Token) -> bool:
    """“led tours” for “guided tours”, “led a class” for “taught a class”: an event is led by who gives it."""
    if token.key != a.lexicon.key("lead") or a.lexicon.language != "en" or token.index + 1 >= len(a.text.tokens):
        return False
    events = a.lexicon.sets["led_events"]
    things = [t for t in a.text.tokens[token.index + 1 : token.index + 6] if t.clause == token.clause]
    giving = a.lexicon.sets["giving"]
    return any(t.key in events and a.in_statements(t) for t in things) and any(
        t.key in giving and (t.initial or t.low.endswith(("ed", "ing"))) for text in a.statements for t in text.words
    )


def check_led_things(a: Alignment) -> Iterator[VerdictReason]:
    """What is led stays whole: a "science week" is not "science", a group in a school not the school."""
    sets = a.lexicon.sets
    leads = sets["lead"] | sets["up"] | sets["down"]
    for token in a.words:
        if token.key in sets["up"] | sets["down"] and not token.low.endswith(("ed", "ing")) and token.low != "cut":
            continue
        if token.key not in leads or a.lexicon.language not in ("en", "de") or not a.in_statements(token):
            continue
        behind = [t for t in a.text.tokens[token.index + 1 : token.index + 6] if t.clause == token.clause]
        stop = next(
            (n for n, t in enumerate(behind) if t.low in ("in", "at", "with", "for", "to", "by", "from", "mit", "für")),
            5,
        )
        things = [t for t in behind[:stop] if a.contentful(t)]
        if not things or (behind[0].raw[:1].isupper() and a.lexicon.language == "en"):
            continue
        head = things[-1]
        owned = a.lexicon.language == "de" and a.places.get(head.index) and not a.in_statements(head)
        exact = [p for p in a.in_statements(head) if p.strength == EXACT]
        parted = exact and all(_describes(a, p) and not _kept_head(a, p) for p in exact) and len(things) == 1
        if parted and token.key not in sets["lead"]:  # less loss of stock is not less stock
            behind_it = [a.evidence.texts[p.text].tokens[p.token + 1] for p in exact]
            parted = all(t.key in sets["unwanted"] for t in behind_it)
        if owned and behind[0].low in a.lexicon.sets["articles"] | {"der", "des", "die", "das"}:
            yield VerdictReason("scope", f"“{token.raw} … {head.raw}”: the source leads something else")
        elif parted and stop < 5:
            yield VerdictReason("scope", f"“{token.raw} {head.raw}”: the source leads a part of it")


def _kept_head(a: Alignment, place: Place) -> bool:
    """Whether the noun that the word describes is said too."""
    after = a.evidence.texts[place.text].tokens[place.token + 1]
    return any(p.text == place.text and p.token == after.index for ps in a.places.values() for p in ps)


def manages_things(a: Alignment, token: Token) -> bool:
    """“managed bookings” for “looked after bookings”: handling of things, not leadership of people."""
    if a.lexicon.language != "en" or token.key != "manage" or token.low in ("manager", "managers", "management"):
        return False
    clause = [t for t in a.words if t.clause == token.clause and t.index > token.index and a.contentful(t)][:5]
    persons = a.lexicon.sets["titles"] | a.lexicon.sets["heads"] | a.lexicon.sets["interpersonal"]
    if not clause or any(t.key in persons for t in clause) or not any(a.in_statements(t) for t in clause):
        return False
    homes = a.homes(token.clause)
    if not homes:
        return False
    (number, home), _ = homes.most_common(1)[0]
    text = a.statements[number]
    source = [t for t in text.words if t.clause == home]
    tending = next((t for t in source[:3] if t.key in a.lexicon.sets["tending"]), None)
    if tending is None:
        return False
    mine, true = _object(a, a.text, token.index), _object(a, text, tending.index + (tending.low in ("look", "looked")))
    kept = {t.index for t in true}
    return any(p.text == number and p.token in kept for t in mine for p in a.in_statements(t))


def _under(a: Alignment, place: Place) -> bool:
    """“under supervision”, “under the direction of”: done to the person."""
    tokens = a.evidence.texts[place.text].tokens
    return any(
        t.low in ("under", "unter", "sous", "bajo", "sob", "sotto", "onder")
        for t in tokens[max(0, place.token - 2) : place.token]
    )


_NONE_OF_THEM = frozenset(("neither", "none", "nobody", "nothing", "keinen", "keine", "aucun", "aucune", "ninguno"))


def check_negation(a: Alignment) -> Iterator[VerdictReason]:
    """What the source denies is not affirmed, and the reverse."""
    negation = a.lexicon.sets["negation"]

    def denies(tokens: list[Token]) -> list[Token]:
        return [t for t in tokens if (t.key in negation or t.low.endswith("n't")) and t.quantity is None]

    open_ended = (a.lexicon.restrict.get("plan", frozenset()), a.lexicon.restrict.get("attempt", frozenset()))
    averting = a.lexicon.sets["averting"]
    denied = [*denies(a.words), *(t for t in a.words if t.key in averting)] or [
        a.words[start] for phrases in open_ended for start, _ in find_phrases(a.words, phrases)
    ]
    for number, text in enumerate(a.statements):
        for word in denies(text.words):
            scope = [t for t in text.words if t.clause == word.clause and t.index > word.index][:7]
            if word.low in _NONE_OF_THEM and not any(a.contentful(t) for t in scope):  # "recommended neither"
                scope = [t for t in text.words if t.clause == word.clause and t is not word]
            if a.uses(number, scope) and not denied and not a.rests_on(number, [word]):
                yield VerdictReason("negation", f"the source says “{word.raw} {' '.join(t.raw for t in scope[:2])}”")
    for token in denies(a.words):
        if not a.places.get(token.index) and not any(
            denies(text.words) or any(t.low in a.lexicon.sets["nobody"] for t in text.words) for text in a.statements
        ):
            yield VerdictReason("negation", f"“{token.raw}” is not in the source")


def check_plurals(a: Alignment) -> Iterator[VerdictReason]:
    """“a project” is not “projects”."""
    for token in a.words:
        before = a.text.tokens[token.index - 1].low if token.index else ""
        plural = is_plural(token, a.lexicon.language) or before in a.lexicon.sets["plural_articles"]
        if not plural or token.quantity is not None:
            continue
        exact = [place for place in a.in_statements(token) if place.strength == EXACT]
        if token.index in a.phrase_members and not exact:
            continue
        regular = any(
            t.low.endswith("ly") and (t.key,) in a.lexicon.classes for t in a.words if 0 < token.index - t.index <= 3
        )
        if regular and token.key in a.lexicon.sets["event_nouns"]:
            continue  # "a weekly call" is held many times
        if token.key in a.lexicon.sets["time_nouns"] | a.lexicon.sets["mass_nouns"] or any(
            a.evidence.token(place).low == token.low and before not in a.lexicon.sets["plural_articles"]
            for place in exact
        ):
            continue
        if before in a.lexicon.sets["plural_articles"] and any(
            _before(a, place) in a.lexicon.sets["plural_articles"] for place in exact
        ):
            continue
        if exact and all(_single(a, place) for place in exact):
            yield VerdictReason("plural", f"the source speaks of one “{a.evidence.token(exact[0]).raw}”")


def _before(a: Alignment, place: Place) -> str:
    tokens = a.evidence.texts[place.text].tokens
    return tokens[place.token - 1].low if place.token else ""


def is_plural(token: Token, language: str) -> bool:
    """A plural by its ending, for languages where an ending tells."""
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


def _single(a: Alignment, place: Place) -> bool:
    """A singular noun with an article or owner before it, and no noun behind it that it would only describe."""
    lexicon = a.lexicon
    text = a.evidence.texts[place.text]
    token = text.tokens[place.token]
    if is_plural(token, lexicon.language) or token.low.endswith(("ing", "ed")):
        return False
    after = text.tokens[place.token + 1] if place.token + 1 < len(text.tokens) else None
    head = (
        after is None
        or after.mark
        or not a.contentful(after)
        or after.low.endswith(("ed", "ing"))
        or after.low in lexicon.irregular
        or after.low in ("worth", "able", "available", "together", "jointly", "alongside", "each", "every", "not")
        or lexicon.language in ("fr", "es", "pt")
    )
    if head and token.key in lexicon.sets["count_nouns"] and _telegraphic(a, text, place.token):
        return True
    for back in range(place.token - 1, max(-1, place.token - 6), -1):
        before = text.tokens[back]
        if before.hyphen_after and before.quantity is not None and back == place.token - 1:
            return False  # "85-home"
        if before.low in lexicon.sets["singular"] or before.low.endswith("'s") or _one_of(before):
            previous = text.tokens[back - 1] if back else None
            if before.low == "the" and any(
                (t.low,) in lexicon.classes and t.low.endswith("ly") for t in text.tokens[back + 1 : place.token]
            ):
                return False  # "the weekly rota": one every week
            return head and not (
                previous is not None and previous.low in ("without", "no", "ohne", "sans", "sin", "per")
            )
        opener = text.tokens[back - 1].low if back else ""
        barrier = (
            before.low.endswith("ing")
            and before.low not in lexicon.sets["ing_nouns"]
            and opener not in lexicon.sets["singular"]
        )
        verb = before.low.endswith("ed") and before.low != before.key  # not "bed"
        verb = verb and opener not in lexicon.sets["articles"]  # "a mixed class"
        if before.mark or before.low in lexicon.sets["prepositions"] or verb or barrier:
            return False
    return False


def _telegraphic(a: Alignment, text: Text, index: int) -> bool:
    """“Implemented new payment platform using …”: the article is left out, the noun is one all the same."""
    for back in range(index - 1, max(-1, index - 5), -1):
        before = text.tokens[back]
        if before.mark or before.quantity is not None or before.low in a.lexicon.sets["prepositions"]:
            return False
        if before.low.endswith("ed") or before.low in a.lexicon.irregular:
            return True
    return False


def _one_of(token: Token) -> bool:
    return token.quantity is not None and token.quantity.value == 1 and token.quantity.kind == "count"


def check_quantifiers(a: Alignment) -> Iterator[VerdictReason]:
    """All, every, company-wide, many: only where the source says so."""
    source = [token for text in a.evidence.texts for token in text.words]
    framed = {
        place
        for start, length in find_phrases(a.words, a.lexicon.phrases.get("framing_phrases", ()))
        for place in range(start, start + length)
    }
    for kind, phrases in a.lexicon.quantifier.items():
        in_source = bool(find_phrases(source, phrases))
        for start, length in find_phrases(a.words, phrases):
            words = a.words[start : start + length]
            if start in framed:
                continue  # "tout en gérant"
            if all(word.quantity is not None for word in words):
                continue
            if kind == "all" and (_in_rate(a, start) or per_thing(a, start)):
                if _new_rate(a, start):
                    yield VerdictReason("quantifier", f"“{words[0].raw} …” is a rate the source does not state")
                    continue
                if once := _once_only(a, start):
                    yield VerdictReason("quantifier", f"the source tells of one “{once}”")
                continue
            rests = all(a.places.get(word.index) for word in words)
            if rests and length == 1 and any(a.evidence.token(p).low == "both" for p in a.places[words[0].index]):
                continue  # "both of which" → "each"
            if in_source and all(a.places.get(w.index) or not a.contentful(w) for w in words):
                continue
            if (kind == "many" and _plural_source(a, a.words[start + length :])) or (
                rests and all(w.index in a.phrase_members for w in words)
            ):
                continue
            yield VerdictReason("quantifier", f"“{' '.join(word.raw for word in words)}” is wider than the source")
    yield from _ladder(a)
    yield from _across(a)


def _across(a: Alignment) -> Iterator[VerdictReason]:
    """“across the school” needs a source that speaks of the school as where it was done, not of a “school year”."""
    ladder = {key for words in a.lexicon.groups.get("ladder", ()) for (key,) in words}
    for position, token in enumerate(a.words[:-1]):
        if token.low not in ("across", "throughout") or a.lexicon.language != "en":
            continue
        ahead = [t for t in a.words[position + 1 : position + 4] if t.clause == token.clause and a.contentful(t)]
        if not ahead or ahead[0].key not in ladder:
            continue
        if len(ahead) > 1 and ahead[1].index == ahead[0].index + 1:
            continue  # "across the school year"
        exact = [p for p in a.places.get(ahead[0].index, ()) if p.strength > 1]
        if exact and all(_describes(a, p) or p.text >= a.own for p in exact):
            yield VerdictReason("scope", f"“{token.raw} … {ahead[0].raw}” is wider than the source")


def _describes(a: Alignment, place: Place) -> bool:
    """Whether the source's word only describes the noun behind it ("school year")."""
    tokens = a.evidence.texts[place.text].tokens
    after = tokens[place.token + 1] if place.token + 1 < len(tokens) else None
    return after is not None and not after.mark and (a.contentful(after) or after.quantity is not None)


def _in_rate(a: Alignment, start: int) -> bool:
    """“every week”, “each summer Sunday”: a rate, not a claim about all; “all four years” is one."""
    if a.words[start].low not in a.lexicon.sets["per_words"]:
        return False
    ahead = a.words[start + 1 : start + 4]
    return any(
        ((t.low,) in a.lexicon.units and t.raw.islower())
        or t.key in a.lexicon.sets["time_nouns"]
        or t.low in ("other", "nuit", "noche", "turno")
        for t in ahead
    )


EACH = frozenset(("each", "every", "chaque", "cada", "jede", "jeder", "jedes", "jedem", "jeden", "ogni", "elke"))


def per_thing(a: Alignment, start: int) -> bool:
    """“at each edition” where the source says “per edition”."""
    ahead = a.words[start + 1 : start + 3]
    return a.words[start].low in a.lexicon.sets["per_words"] | EACH and any(
        _before(a, place) in (a.lexicon.sets["per_words"] | {"par", "por", "pro", "per", "je"}) - {"a", "an"}
        for token in ahead
        for place in a.in_statements(token)
    )


def _new_rate(a: Alignment, start: int) -> bool:
    """“every night” where the source names nights but states no such rate."""
    times = [t for t in a.words[start + 1 : start + 3] if t.key in a.lexicon.sets["time_nouns"]]
    time = times[-1] if times else None
    if time is None or a.words[start + 1] not in times:
        return False  # "every fourth week" is judged as a number
    exact = [p for p in a.in_statements(time) if p.strength == EXACT]
    return bool(exact) and all(_of_other_noun(a, p) for p in exact)


def _of_other_noun(a: Alignment, place: Place) -> bool:
    """“night” of “night shifts”: it only describes, and no rate stands before it."""
    tokens = a.evidence.texts[place.text].tokens
    after = tokens[place.token + 1] if place.token + 1 < len(tokens) else None
    before = tokens[place.token - 1].low if place.token else ""
    own = tokens[place.token].quantity
    if own is not None and own.kind in ("time", "months"):
        return True  # "one week in five"
    if place.token and tokens[place.token - 1].quantity is not None:
        return True  # "three mornings a week"
    return (
        after is not None
        and after.low.endswith("s")
        and a.contentful(after)
        and before not in a.lexicon.sets["per_words"]
    )


def _once_only(a: Alignment, start: int) -> str:
    """A time of which the source has one ("in its first winter"), told as recurring ("each winter")."""
    for token in a.words[start + 1 : start + 3]:
        for place in a.in_statements(token):
            source = a.evidence.token(place)
            before = a.evidence.texts[place.text].tokens[max(0, place.token - 1) : place.token]
            if place.strength == EXACT and before and before[0].low in a.lexicon.sets["ordinals"]:
                return f"{before[0].raw} {source.raw}"
    return ""


def _plural_source(a: Alignment, following: list[Token]) -> bool:
    """“several supplier contracts” where the source has contracts in the plural."""
    for token in following[:3]:
        places = a.in_statements(token)
        if places and is_plural(token, a.lexicon.language):
            return any(is_plural(a.evidence.token(place), a.lexicon.language) for place in places)
    return False


def _ladder(a: Alignment) -> Iterator[VerdictReason]:
    """A team's thing does not become the company's."""
    ladder = {key: step for step, words in enumerate(a.lexicon.groups.get("ladder", ())) for (key,) in words}
    true = [ladder[t.key] for text in a.statements for t in text.words if t.key in ladder]
    for token in a.words:
        step = ladder.get(token.key) if not token.low.endswith("ing") else None
        owned = step is not None and (token.low.endswith("'s") or not token.raw[:1].isupper())
        titled = any(t.key in a.lexicon.sets["titles"] for t in a.words if 0 < t.index - token.index <= 2)
        if owned and not titled and true and step is not None and step > max(true) and not a.in_statements(token):
            yield VerdictReason("scope", f"“{token.raw}” is wider than the source")


def check_attributes(a: Alignment) -> Iterator[VerdictReason]:
    """What describes a thing does not turn into its opposite: “wrong postcodes” → “correct postcodes”."""
    for token in a.words:
        after = a.text.tokens[token.index + 1] if token.index + 1 < len(a.text.tokens) else None
        if after is None or after.mark or not a.contentful(after):
            continue
        for place in a.in_statements(after):
            text = a.statements[place.text]
            before = text.tokens[place.token - 1] if place.token else None
            if place.strength == EXACT and before is not None and (token.key, before.key) in a.lexicon.contrast:
                yield VerdictReason("direction", f"“{token.raw} {after.raw}”: the source says “{before.raw}”")


def check_wholes(a: Alignment) -> Iterator[VerdictReason]:
    """A figure of a department is not one of the firm: “turnover of the *bookshop*” where only its name says so."""
    for token in a.words:
        places = a.places.get(token.index, [])
        if not places or not token.raw.islower() or not a.contentful(token) or any(p.text < a.own for p in places):
            continue
        if not all(a.evidence.texts[p.text].pointer.endswith(("/name", "/organization")) for p in places):
            continue
        before = [t.low for t in a.text.tokens[max(0, token.index - 2) : token.index]]
        figure = any(
            q.kind in ("percent", "points") or q.kind.startswith("money")
            for q in a.text.quantities
            if a.matched.get(id(q))
        )
        if figure and set(before) & {"of", "de", "du", "des", "del", "der"}:
            yield VerdictReason("scope", f"“{token.raw}”: the source's figure is not of all of it")


def check_sides(a: Alignment) -> Iterator[VerdictReason]:
    """From and to keep their sides, before stays before; who did what to whom stays so."""
    for left, right in a.lexicon.opposed:
        for mine, other in ((left, right), (right, left)):
            said = find_phrases(a.words, mine)
            if said and not find_phrases(a.words, other) and not a.said_in_source(mine) and a.said_in_source(other):
                yield VerdictReason("direction", f"“{a.words[said[0][0]].raw}” is the reverse of the source")
    for token in a.words:
        side = _side(a.text, token, a.lexicon.language)
        if side and a.contentful(token):
            places = [place for place in a.in_statements(token) if place.strength == EXACT]
            sides = {_side(a.statements[place.text], a.evidence.token(place), a.lexicon.language) for place in places}
            if sides and sides <= {"from", "to"} and side not in sides:
                yield VerdictReason("direction", f"“{token.raw}” stands on the other side in the source")
    if (
        any(t.low == "me" for t in a.words)
        and a.lexicon.language == "en"
        and not any(t.low == "me" for s in a.statements for t in s.words)
    ):
        yield VerdictReason("agent", "the person has become the object")
    if (
        any(t.low == "my" for t in a.words[2:])
        and a.lexicon.language == "en"
        and any(t.low in ("their", "his", "her") for s in a.statements for t in s.words)
    ):
        yield VerdictReason("agent", "what belongs to others has become the person's")
    for token in a.words:
        if token.key not in a.lexicon.sets["interpersonal"] or (
            token.low.endswith("s") and token.index and not token.initial
        ):
            continue
        places = [place for place in a.in_statements(token) if place.strength == EXACT]
        if (
            places
            and all(
                _passive(a, a.statements[p.text], a.evidence.token(p)) is not _passive(a, a.text, token) for p in places
            )
            and not _nominal(token)
        ):
            yield VerdictReason("agent", f"who is the one to “{token.raw}” has changed")


def check_agents(a: Alignment) -> Iterator[VerdictReason]:
    """“led by X, with Y” is not “led by Y, with X”: who stands behind “by” stands there in the source."""
    for token in a.words:
        if a.lexicon.language == "de" or (not token.raw[:1].isupper() and not any(c.isdigit() for c in token.raw)):
            continue
        if _preposition(a, a.text, token.index) not in a.lexicon.sets["by_agent"]:
            continue
        exact = [p for p in a.in_statements(token) if p.strength == EXACT]
        linked = [_preposition(a, a.statements[p.text], p.token) for p in exact]
        if exact and all(word in ("from", "with", "for", "to", "von", "mit", "de", "con", "avec") for word in linked):
            others = {t.low for p in exact for t in a.statements[p.text].words}
            if others & a.lexicon.sets["by_agent"] - set(linked):
                yield VerdictReason("agent", f"“{token.raw}” is not the one it was done by")


def check_company(a: Alignment) -> Iterator[VerdictReason]:
    """“trained with constables” is not “trained constables”."""
    for token in a.words:
        verb = a.lexicon.language == "en" and token.low.endswith(("ed", "ing"))
        if verb and token.key in a.lexicon.sets["interpersonal"] and _with_behind(a.text, token):
            exact = [place for place in a.in_statements(token) if place.strength == EXACT]
            if exact and not any(_with_behind(a.statements[p.text], a.evidence.token(p)) for p in exact):
                yield VerdictReason("agent", f"who is the one to “{token.raw}” has changed")


def _with_behind(text: Text, token: Token) -> bool:
    after = text.tokens[token.index + 1] if token.index + 1 < len(text.tokens) else None
    return after is not None and after.low in ("with", "alongside", "under", "mit", "avec", "con", "com", "met")


def _side(text: Text, token: Token, language: str) -> str:
    """“from” or “to” when the word stands right behind one of them (with at most two words between)."""
    replaced = _replaced(text, token)
    if replaced:
        return replaced
    romance = text.tokens[token.index - 1].low if token.index and token.raw[:1].isupper() else ""
    if language == "en":
        romance = ""  # "a" is an article
    if romance in ("de", "do", "da", "del"):
        return "from"
    if romance in ("à", "a", "vers", "para", "al"):
        return "to"
    for back in range(token.index - 1, max(-1, token.index - 4), -1):
        before = text.tokens[back]
        if before.low in ("from", "off", "von", "aus", "desde"):
            return "from"
        if before.low in ("to", "into", "onto", "auf", "nach", "zu", "hacia"):
            return "to"
        if before.mark or before.quantity is not None:
            return ""
    return ""


def _replaced(text: Text, token: Token) -> str:
    """“Replaced a cron job with a queue”: the job is what was, the queue what came."""
    verb = next((t for t in text.words if t.low.startswith(("replac", "swap", "ersetz", "remplac", "reemplaz"))), None)
    if verb is None or token.index < verb.index or token.clause != verb.clause:
        return ""
    link = next(
        (t for t in text.words if t.index > verb.index and t.low in ("with", "for", "by", "durch", "par", "por")), None
    )
    if link is None or link.clause != verb.clause or token is link or token is verb:
        return ""
    if token.index < link.index:
        return "from"
    return "to" if token.index - link.index <= 5 else ""


def _passive(a: Alignment, text: Text, token: Token) -> bool:
    """Done to the person: "was trained", "trained by the director"."""
    before = [t.low for t in text.tokens[max(0, token.index - 2) : token.index]]
    after = text.tokens[token.index + 1] if token.index + 1 < len(text.tokens) else None
    by = (
        after is not None
        and after.low in a.lexicon.sets["by_agent"]
        and (a.lexicon.language != "de" or token.low.startswith("ge"))
    )
    receiver = any(word in a.lexicon.sets["auxiliary"] for word in before)
    people_first = token.index > 0 and text.tokens[token.index - 1].low in ("i", "and")
    if a.lexicon.language == "en" and token.low == token.key:
        return False  # "time to hire by a third": the bare verb has no doer behind "by"
    return (receiver or by or _reduced_relative(a, text, token)) and not people_first


def _reduced_relative(a: Alignment, text: Text, token: Token) -> bool:
    """“six baristas, all later promoted to …”: a participle behind “all” or a number, with no object."""
    if a.lexicon.language != "en" or not token.low.endswith("ed"):
        return False
    after = text.tokens[token.index + 1] if token.index + 1 < len(text.tokens) else None
    if after is not None and not after.mark and after.low not in a.lexicon.sets["prepositions"]:
        return False
    back = [
        t
        for t in text.tokens[max(0, token.index - 3) : token.index]
        if t.clause == token.clause and not t.low.endswith("ly")
    ]
    return any(t.low in ("all", "both", "each", "later", "since") or t.quantity is not None for t in back[-2:])


def _nominal(token: Token) -> bool:
    return token.low.endswith(("ion", "ing", "ment", "ship", "er", "or", "ung"))


def check_objects(a: Alignment) -> Iterator[VerdictReason]:
    """What was done to a part is not done to the whole: a stand at a fair is not the fair.

    English only, one statement: the proposal opens with a verb, rests on the statement's first clause, and has lost
    every word of what the statement's verb acts on.
    """
    if a.lexicon.language != "en" or len(a.statements) != 1 or a.cited.whole_entries or len(a.words) < 3:
        return
    verb = a.words[0]
    text = a.statements[0]
    if (
        not (
            verb.low.endswith("ed")
            or verb.low in a.lexicon.irregular
            or verb.low == "responsible"
            or (verb.low == verb.key and verb.key in a.lexicon.sets["light"])
            or verb.key in a.lexicon.sets["lead"]
        )
        or not text.words
    ):
        return
    opens = text.words[0]
    if (
        opens.key in a.lexicon.sets["assist"]
        or opens.low in a.lexicon.sets["auxiliary"]
        or opens.low in ("was", "were")
    ):
        return  # `check_help` asks whether the help is kept
    particles = ("up", "out", "down", "off", "in", "on", "after", "part", "down")
    zone: list[Token] = []
    opening = 2 if [t.low for t in text.words[:2]] == ["responsible", "for"] else 1
    for position, token in enumerate(text.words[opening:], opening):
        if token.low == "of" and zone:
            continue
        if position == 1 and token.low in particles:
            if token.low in ("part", "after"):
                return
            continue
        if (
            token.clause != text.words[0].clause
            or (token.low in a.lexicon.sets["prepositions"] and token.low != "and")
            or token.mark
        ):
            break
        zone.append(token)
    nouns = [token for token in zone if a.contentful(token)]
    if not nouns or len(nouns) > 8:
        return
    if (
        any(
            place.text == 0 and place.token == text.words[0].index
            for n in a.phrase_members
            for place in a.places.get(n, ())
        )
        and verb.low != text.words[0].low
    ):
        return  # a phrase such as "kept in touch" is said otherwise
    indexes = {token.index for token in nouns}
    kept = any(
        place.token in indexes and place.text == 0 and place.strength > 1
        for t in a.words
        for place in a.places.get(t.index, ())
        if place.strength == a.places[t.index][0].strength
    )
    numbers = any(q.first in {t.index for t in zone} for q in text.quantities)
    later = [token for token in text.words if token.index > zone[-1].index and token.clause == text.words[0].clause]
    if a.places.get(verb.index) and all(
        place.text or text.tokens[place.token].clause != text.words[0].clause for place in a.places[verb.index]
    ):
        return  # it opens with another of the statement's deeds
    if not kept and not numbers and a.uses(0, later) >= 1:
        yield VerdictReason("scope", f"what the source's “{text.words[0].raw}” acts on is gone")


def check_causes(a: Alignment) -> Iterator[VerdictReason]:
    """A cause is claimed only where the source puts the two side by side."""
    for start, length in find_phrases(a.words, a.lexicon.phrases.get("causal", ())):
        before, after = a.words[:start], a.words[start + length :]
        left = {place.text for t in before for place in a.in_statements(t) if a.contentful(t)}
        right = {place.text for t in after for place in a.in_statements(t) if a.contentful(t)}
        if left and right and not left & right:
            words = " ".join(t.raw for t in a.words[start : start + length])
            yield VerdictReason("causal", f"“{words}” joins what the source does not")


def check_merged(a: Alignment) -> Iterator[VerdictReason]:
    """With several statements cited, a number stays with its statement, and an honour with its giver."""
    if len(a.statements) > 1:
        for quantity in a.text.quantities:
            home = a.matched_in(quantity)
            if home is None or quantity.kind == "year":
                continue
            clause = a.text.tokens[quantity.first].clause
            words = [t for t in a.words if t.clause == clause and a.contentful(t)]
            texts = [{place.text for place in a.in_statements(t)} for t in words]
            placed = [found for found in texts if found]
            known = a.matched[id(quantity)]
            homes = {home} | {
                number
                for number, text in enumerate(a.statements)
                if known and any((q.kind, q.value) == (known.kind, known.value) for q in text.quantities)
            }
            if placed and all(sum(number in found for found in placed) * 2 < len(placed) for number in homes):
                yield VerdictReason("merged", f"“{quantity.text}” belongs to another statement")
        yield from _spliced(a)
    yield from _moved(a)


def _spliced(a: Alignment) -> Iterator[VerdictReason]:
    """Numbers of two statements in one clause: “a dashboard that saves 12 managers four hours”."""
    homes: list[tuple[Quantity, int]] = []
    for quantity in a.text.quantities:
        home = a.matched_in(quantity)
        known = a.matched.get(id(quantity))
        if home is None or known is None or quantity.kind == "year":
            continue
        others = [text for n, text in enumerate(a.statements) if n != home]
        if not any((q.kind, q.value) == (known.kind, known.value) for text in others for q in text.quantities):
            homes.append((quantity, home))
    for (left, first), (right, second) in itertools.pairwise(homes):
        between = a.text.tokens[left.last + 1 : right.first]
        joints = (",", ";", ":", "and", "und", "et", "y", "e", "(", "while", "plus", "-", "–")
        together = a.text.tokens[left.first].sentence == a.text.tokens[right.first].sentence
        if first != second and together and len(between) <= 5 and not any(t.low in joints for t in between):
            yield VerdictReason("merged", f"“{left.text} … {right.text}” are numbers of two statements")


def _moved(a: Alignment) -> Iterator[VerdictReason]:
    """“Rookie of the Year at X”: what stands before “at X” must be an entry of X's."""
    texts = a.evidence.texts
    employers = {
        n
        for n in range(a.own, len(texts))
        if texts[n].pointer.endswith(("/name", "/organization", "/institution", "/awarder"))
    }
    for position, token in enumerate(a.words[2:], 2):
        if (
            a.words[position - 1].low not in ("at", "bei", "chez", "en", "for", "für", "from", "em", "presso", "bij")
            or not token.raw[:1].isupper()
        ):
            continue
        givers = {
            _root(texts[place.text].pointer) for place in a.places.get(token.index, ()) if place.text in employers
        }
        thing = a.words[position - 2]
        capital = thing.raw[:1].isupper()
        exact = [
            p
            for p in a.places.get(thing.index, ())
            if p.strength == EXACT and a.evidence.token(p).raw[:1].isupper() == capital
        ]
        roots = {_root(texts[place.text].pointer) for place in exact}
        if givers and roots and not givers & roots and not any(r.startswith(("/basics", "/skills")) for r in roots):
            yield VerdictReason("moved", f"“{thing.raw}” does not belong to “{token.raw}”")


def _root(pointer: str) -> str:
    return "/".join(pointer.split("/")[:3])


def check_deeds(a: Alignment) -> Iterator[VerdictReason]:
    """“prepared the introduction of …” is not “introduced …”: a deed named in the source, but not done there."""
    if a.lexicon.language != "en":
        return
    sets = a.lexicon.sets
    done = sets["light"] | sets["making"] | sets["lead"] | sets["framing"] | sets["tending"] | sets["handling"]
    done -= sets["before_deeds"]
    for token in a.words:
        before = a.text.tokens[token.index - 1].low if token.index else ""
        if not _participle(a, token) or not (token.initial or before in ("and", ",", "while")):
            continue
        places = [p for p in a.in_statements(token) if p.strength >= a.places[token.index][0].strength]
        if not places or not all(_names_deed(a, token, p) for p in places):
            continue
        heads = []
        for place in places:
            text = a.statements[place.text]
            clause = a.evidence.token(place).clause
            head = next((t for t in text.words if t.clause == clause and a.contentful(t)), None)
            heads.append((place, head))
        if all(
            head is not None
            and head.index < place.token
            and (_participle(a, head) or head.low == head.key or (head.initial and head.low.endswith("ing")))
            and not a.lexicon.kin(head.key)
            and head.key not in done
            and not _said_there(a, place.text, head)
            for place, head in heads
        ):
            verb = heads[0][1]
            yield VerdictReason("scope", f"the source says “{verb.raw if verb else ''}”, not “{token.raw}”")


def _names_deed(a: Alignment, token: Token, place: Place) -> bool:
    """Whether the source only names what the proposal says was done: "the introduction", "the move"."""
    other = a.evidence.token(place)
    tokens = a.evidence.texts[place.text].tokens
    before = tokens[place.token - 1].low if place.token else ""
    bare = other.low == other.key and other.low != token.low and before in a.lexicon.sets["articles"]
    return bare or bool(a.lexicon.kin(other.key))


def _said_there(a: Alignment, number: int, head: Token) -> bool:
    spots = (p for places in a.places.values() for p in places if p.strength > 1)
    return any(p.text == number and p.token == head.index for p in spots)


def check_light_verbs(a: Alignment) -> Iterator[VerdictReason]:
    """“after an audit” is not “carried out an audit”: a circumstance does not become the deed."""
    for position, token in enumerate(a.words):
        if (
            a.lexicon.language != "en"
            or token.key not in a.lexicon.sets["light"]
            or not token.low.endswith(("ed", "ing"))
        ):
            continue
        head: Token | None = None
        for word in a.words[position + 1 : position + 7]:
            if word.clause != token.clause or (word.low in a.lexicon.sets["prepositions"] and word.low != "out"):
                break
            head = word if a.contentful(word) else head
        exact = [place for place in a.in_statements(head) if place.strength == EXACT] if head is not None else []
        if head is not None and exact and all(_circumstance(a, place) for place in exact):
            yield VerdictReason("scope", f"“{head.raw}” is a circumstance in the source, not a deed")


def _circumstance(a: Alignment, place: Place) -> bool:
    tokens = a.evidence.texts[place.text].tokens
    if tokens[place.token].low.endswith("ing") and tokens[place.token].low not in a.lexicon.sets["ing_nouns"]:
        return False  # "after interviewing 15 customers": the person did it
    for back in range(place.token - 1, max(-1, place.token - 5), -1):
        low = tokens[back].low
        if low in ("after", "following", "before", "during", "despite", "at", "under", "since"):
            return True
        if tokens[back].mark or low in a.lexicon.sets["prepositions"] or low.endswith("ed"):
            return False
    return False


def check_doers(a: Alignment) -> Iterator[VerdictReason]:
    """What the person did is not told as done by others: "built …" → "… built by three teams"."""
    yield from _taken_from_others(a)
    for token in a.words:
        after = a.text.tokens[token.index + 1] if token.index + 1 < len(a.text.tokens) else None
        if after is None or after.low != "by" or a.lexicon.language != "en" or not _participle(a, token):
            continue
        doers = [t for t in a.text.tokens[after.index + 1 : after.index + 5] if not t.mark and a.contentful(t)]
        exact = [p for p in a.in_statements(token) if p.strength == EXACT]
        if not exact or not doers or doers[0].low.endswith("ing"):
            continue
        own = all(_opens(a.statements[p.text], p.token) for p in exact)
        others = [p for t in doers for p in a.in_statements(t) if p.strength == EXACT]
        if own and others and not any(_behind_by(a, a.statements[p.text], p.token, token.key) for p in others):
            yield VerdictReason("agent", f"“{token.raw}” is what the person did, not others")


def _taken_from_others(a: Alignment) -> Iterator[VerdictReason]:
    """“apprentices who passed” does not become “trained apprentices and passed”."""
    if a.lexicon.language != "en":
        return
    others = ("who", "whom", "whose", "which", "that", "both", "all", "each", "them", "they", "with")
    for token in a.words:
        before = a.text.tokens[token.index - 1].low if token.index else ""
        if not _participle(a, token) or not (token.initial or before in ("and", "then", "also")):
            continue
        exact = [p for p in a.in_statements(token) if p.strength == EXACT]
        ahead = [t.low for t in a.words if t.index < token.index and t.sentence == token.sentence]
        if (
            exact
            and not set(ahead) & set(others)
            and all(
                _of_relative(a.statements[p.text], p.token) or _of_itself(a, a.statements[p.text], p.token)
                for p in exact
            )
        ):
            yield VerdictReason("agent", f"“{token.raw}” is what others did in the source")


def _of_relative(text: Text, index: int) -> bool:
    """Whether a verb stands right behind “who” (one or two words between)."""
    return any(t.low in ("who", "whom") for t in text.tokens[max(0, index - 3) : index])


def _of_itself(a: Alignment, text: Text, index: int) -> bool:
    """“the intranet, which launched in May”: what a thing did, with no object behind."""
    before = text.tokens[index - 1].low if index else ""
    after = text.tokens[index + 1] if index + 1 < len(text.tokens) else None
    sets = a.lexicon.sets
    if text.tokens[index].key in sets["up"] | sets["down"] | sets["improving"] | sets["change"]:
        return False  # what grew was made to grow
    return before == "which" and (after is None or after.mark or after.low in a.lexicon.sets["prepositions"])


def _participle(a: Alignment, token: Token) -> bool:
    return token.low.endswith("ed") or token.low in a.lexicon.irregular


def _opens(text: Text, index: int) -> bool:
    return index == 0 or text.tokens[index - 1].low in ("and", ",", ";", ".")


def _behind_by(a: Alignment, text: Text, index: int, verb: str) -> bool:
    """Whether the source too has this verb done "by" the noun at `index`; any verb where none stands before "by"."""
    for token in reversed(text.tokens[max(0, index - 5) : index]):
        if token.low in ("by", "through", "via"):
            before = text.tokens[token.index - 1] if token.index else None
            return before is None or not _participle(a, before) or before.key == verb
    return False


_OF_WHICH = ("of which", "of whom", "of them", "of these", "wovon", "davon", "dont", "de los cuales", "de ellos")


def check_parts(a: Alignment) -> Iterator[VerdictReason]:
    """“found three checks, two of which were removed” is not “removed three checks”."""
    for number, text in enumerate(a.statements):
        for part in text.quantities:
            behind = " ".join(t.low for t in text.tokens[part.last + 1 : part.last + 4])
            before = " ".join(t.low for t in text.tokens[max(0, part.first - 3) : part.first])
            counted = part.kind == "count" or part.kind.startswith("money")
            if not counted or not (behind.startswith(_OF_WHICH) or before.endswith(_OF_WHICH)):
                continue
            sentence = text.tokens[part.first].sentence
            zone = {t.index for t in text.words if t.sentence == sentence and t.index > part.last}
            if any(a.matched.get(id(q)) is part for q in a.text.quantities):
                continue
            for quantity in a.text.quantities:
                known = a.matched.get(id(quantity))
                clause = a.text.tokens[quantity.first].clause
                if known is None or known is part or known not in text.quantities or quantity.kind != part.kind:
                    continue
                drawn = [
                    token
                    for token in a.words
                    if (token.clause == clause or _takes_up(a, token, clause))
                    and a.contentful(token)
                    and (exact := [p for p in a.in_statements(token) if p.strength == EXACT])
                    and all(p.text == number and p.token in zone for p in exact)
                ]
                if drawn:
                    yield VerdictReason("number", f"“{drawn[0].raw}” holds of {part.text} in the source")


def _takes_up(a: Alignment, token: Token, clause: int) -> bool:
    """“wrote 120 articles and translated *them*”: a following part of the sentence that speaks of all of them."""
    part = [t for t in a.words if t.clause == token.clause]
    return (
        token.clause == clause + 1
        and not any(t.quantity is not None for t in part)
        and any(t.low in ("them", "these", "those", "all", "each", "sie", "alle", "tous", "todos") for t in part)
    )


def check_workplaces(a: Alignment) -> Iterator[VerdictReason]:
    """To work for a council is not to work at it: a body the source serves does not become the employer."""
    for token in a.words:
        if a.lexicon.language == "en" and a.contentful(token) and _preposition(a, a.text, token.index) == "for":
            exact = [p for p in a.in_statements(token) if p.strength == EXACT]
            if exact and all(_acts(a, a.statements[p.text], p.token) for p in exact):
                yield VerdictReason("client", f"“for … {token.raw}”: the source does not say for whom")
        if token.key not in a.lexicon.sets["bodies"] or _preposition(a, a.text, token.index) != "at":
            continue
        exact = [p for p in a.in_statements(token) if p.strength == EXACT]
        if exact and all(_preposition(a, a.statements[p.text], p.token) in ("for", "to", "with") for p in exact):
            yield VerdictReason("employer", f"“at … {token.raw}”: the source does not place the person there")


def _acts(a: Alignment, text: Text, index: int) -> bool:
    """Whether the noun is the one who does something: "which two papers followed up"."""
    after = text.tokens[index + 1] if index + 1 < len(text.tokens) else None
    relative = any(t.low in ("which", "that", "who") for t in text.tokens[max(0, index - 4) : index])
    return relative and after is not None and (after.low.endswith("ed") or after.low in a.lexicon.irregular)


def _preposition(a: Alignment, text: Text, index: int) -> str:
    """The preposition that governs a noun, at most three words before it."""
    for token in reversed(text.tokens[max(0, index - 4) : index]):
        if token.mark:
            return ""
        if token.low in a.lexicon.sets["prepositions"]:
            return token.low
    return ""


def check_objects_moved(a: Alignment) -> Iterator[VerdictReason]:
    """“won places at the final” is not “won the final”: what a verb acts on stays what it acts on."""
    if a.lexicon.language != "en":
        return
    for token in a.words:
        if token.initial or not _participle(a, token):
            continue  # the opening verb is judged by `check_objects`
        exact = [p for p in a.in_statements(token) if p.strength == EXACT]
        mine = _object(a, a.text, token.index)
        if not mine or len(exact) != 1 or a.evidence.token(exact[0]).low != token.low:
            continue
        text = a.statements[exact[0].text]
        true = _object(a, text, exact[0].token)
        if not true:
            continue
        kept = {t.index for t in true}
        last = max(kept)
        clause = text.tokens[exact[0].token].clause
        spots = [[p.token for p in a.in_statements(t) if p.text == exact[0].text and p.strength > 1] for t in mine]
        if all(spots) and all(
            s not in kept and s > last and text.tokens[s].clause == clause for found in spots for s in found
        ):
            yield VerdictReason("scope", f"what the source's “{token.raw}” acts on has changed")


def _object(a: Alignment, text: Text, index: int) -> list[Token]:
    """Content words right behind a verb, up to the next preposition, verb or mark."""
    found: list[Token] = []
    for token in text.tokens[index + 1 : index + 7]:
        if token.mark or (
            token.low in a.lexicon.sets["prepositions"] and token.low not in ("a", "an", "per", "and", "or")
        ):
            break
        if a.contentful(token):
            found.append(token)
    return found


def check_measures(a: Alignment) -> Iterator[VerdictReason]:
    """“the number of enquiries” is not “the number of bookings”: what is measured stays what is measured."""
    for token in a.words:
        mine = _measured(a, a.text, token.index)
        exact = [p for p in a.in_statements(token) if p.strength == EXACT]
        if not mine or not exact:
            continue
        kept = [{t.index for t in _measured(a, a.statements[p.text], p.token)} for p in exact]
        if not all(kept) or not all(a.in_statements(t) for t in mine):
            continue  # words that rest on nothing are judged as words
        if not any(
            p.text == home.text and p.token in indexes
            for t in mine
            for p in a.in_statements(t)
            for home, indexes in zip(exact, kept, strict=True)
        ):
            yield VerdictReason("number", f"“{token.raw} of {mine[0].raw}” is not what the source measures")


def _measured(a: Alignment, text: Text, index: int) -> list[Token]:
    """The content words behind “number of”, “share of”, …; none where the word is no measure."""
    link = text.tokens[index + 1].low if index + 1 < len(text.tokens) else ""
    if text.tokens[index].low not in a.lexicon.sets["measures"] or link not in ("of", "von", "der", "de", "des", "d'"):
        return []
    found = _object(a, text, index + 1)  # "complaints about bookings": complaints are measured
    about = next((t.index for t in text.tokens[index + 2 :] if t.low in ("about", "regarding", "among")), None)
    return [t for t in found if about is None or t.index < about]


PROPOSITION_CHECKS = (
    check_directions, check_restrictions, check_prefixes, check_company_kept, check_help, check_leading,
    check_led_things, check_negation, check_plurals, check_quantifiers, check_attributes, check_wholes, check_sides,
    check_agents, check_company, check_objects, check_deeds, check_light_verbs, check_causes, check_merged,
    check_parts, check_doers, check_workplaces, check_objects_moved,
    check_measures,
)  # fmt: skip
