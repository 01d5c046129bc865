"""Numbers: each must follow from a number of the cited text, by reading, conversion, arithmetic or the dates."""

import itertools
from collections.abc import Iterator

from claim_verification.alignment import Alignment
from claim_verification.models import VerdictReason
from claim_verification.quantities import derived_quantities, follows
from claim_verification.source import Entry
from claim_verification.tokens import Quantity, Text, Token

_OF = frozenset(("of", "out", "the", "von", "den", "der", "sur", "de", "des", "las", "los", "van"))
_PERIOD = ("work", "volunteer", "projects", "education")


def check_numbers(a: Alignment) -> Iterator[VerdictReason]:
    """Numbers that rest on nothing."""
    for quantity in a.text.quantities:
        if not _true(a, quantity):
            code = "date" if quantity.kind == "year" else "number"
            yield VerdictReason(code, f"“{quantity.text}” does not follow from the cited text")


def _true(a: Alignment, claim: Quantity) -> bool:
    if claim.kind == "year" and _entry_year(a, claim):
        return True
    if claim.kind == "months" and _experience(a, claim):
        return True
    if claim.first and a.text.tokens[claim.first - 1].low in a.lexicon.sets["per_words"]:
        rate = tuple(token.key for token in a.text.tokens[claim.first - 1 : claim.last + 1])
        if rate in a.lexicon.classes and a.evidence.phrase_places(rate):
            return True  # "every two weeks" is "fortnightly"
    best: Quantity | None = None
    for number, text in enumerate(a.evidence.texts):
        for known in (*text.quantities, *derived_quantities(text, a.lexicon)):
            if (
                follows(claim, known)
                and _same_use(a, claim, known, number)
                and (best is None or (best.derived and not known.derived))
            ):
                best = known
                a.matched[id(claim)] = known
    if best is not None:
        return True
    if (
        claim.kind in ("time", "months")
        and claim.last == claim.first + 1
        and a.text.tokens[claim.first].low in ("one", "1")
    ):
        unit = a.text.tokens[claim.last]  # "within a day" is "within one day"; "Year 5" is no year
        spots = [spot for spot in a.evidence.by_key.get(unit.key, ()) if spot[0] < a.own]
        return any(all(t.numeric is None for t in a.statements[n].tokens[i + 1 : i + 2]) for n, i in spots)
    if claim.kind in ("multiple", "count") and _occurrences(a, claim):
        return True
    ends = claim.kind == "count" and (claim.role in ("from", "to") or claim.in_range) and not claim.comparator
    if any(
        q.number == claim.number and _other_base(a, claim, q, text) for text in a.statements for q in text.quantities
    ):
        return False
    if ends and not counted_words(a, claim):
        # "from 5 to 2", the unit having been named before
        known_ends = (q for text in a.statements for q in text.quantities if q.role in ("from", "to") or q.in_range)
        roles = (claim.role or ("from" if claim.in_range else ""), "")  # "(62 to 41)"
        return any(q.number == claim.value and q.role in roles and not q.comparator for q in known_ends)
    return claim.kind == "count" and (_listed(a, claim) or _one(a, claim) or _others_of_team(a, claim))


def _others_of_team(a: Alignment, claim: Quantity) -> bool:
    """“with three colleagues”: a team of four less the person."""
    noun = next(iter(counted_words(a, claim)), None)
    if noun is None or noun.low not in a.lexicon.sets["fellows"] or claim.comparator:
        return False
    return any(
        q.kind == "count"
        and q.value == claim.value + 1
        and not q.comparator
        and any(t.key in a.lexicon.sets["heads"] for t in text.tokens[max(0, q.first - 3) : q.first])
        for text in a.statements
        for q in text.quantities
    )


def _occurrences(a: Alignment, claim: Quantity) -> bool:
    """“was downloaded 12,000 times” says “12,000 downloads”."""
    verb = a.text.tokens[claim.first - 1] if claim.first else None
    if claim.kind == "count":  # "nominated twice" says "two nominations"
        noun = next(iter(counted_words(a, claim)), None)
        return noun is not None and any(
            known.kind == "multiple"
            and known.value == claim.value
            and known.text.casefold() in ("twice", "thrice")
            and any(p.token in (known.first - 1, known.last + 1) for p in a.in_statements(noun))
            for text in a.statements
            for known in text.quantities
        )
    if verb is None or a.text.tokens[claim.last].key != "time" or claim.per:
        return False
    for text in a.statements:
        for known in text.quantities:
            if known.kind == "count" and known.number == claim.number and known.comparator == claim.comparator:
                noun = next(iter(_behind(a, text, known)), None)
                if noun is not None and noun.key in (verb.key, "occasion"):
                    a.matched[id(claim)] = known
                    return True
    return False


def _same_use(a: Alignment, claim: Quantity, known: Quantity, number: int) -> bool:
    text = a.evidence.texts[number]
    if claim.kind == "count" and claim.first and known.first and not known.derived:
        label, other = a.text.tokens[claim.first - 1], text.tokens[known.first - 1]
        if (
            label.key == other.key
            and claim.per == known.per
            and (
                (label.raw[:1].isupper() and not (label.initial and other.initial))
                or (_is_label(a, label) and claim.value == known.value)
            )
        ):
            return True  # a number that is part of a name: "Year 4", "line 4"
        if _is_label(a, label) and _other_label(text, label, claim):
            return False
    if known.role == "sum" and not _of_people(a, claim):
        return False
    if (
        not claim.role
        and known.role == "to"
        and claim.kind == "count"
        and _gained(a, claim)
        and _has_start(text, known)
    ):
        return False  # "from 3 to 28" is not "added 28"
    if not roles_agree(claim, known) or (
        claim.per and known.per and claim.per != known.per and not _months_both(claim, known)
    ):
        return False
    if (
        claim.role == "to"
        and not (known.role or known.in_range or known.derived or known.comparator)
        and _changes_by(a, text, known)
    ):
        return False  # "rose 28%" is not "rose to 28%"
    if claim.per and not known.per and claim.kind == "percent":
        return False
    if not known.derived and _other_base(a, claim, known, text):
        return False
    if claim.per and not known.per and not _rate_said(a, claim):
        return False
    if not known.derived and _governed_otherwise(a, claim, known, text, number):
        return False
    if (
        known.derived
        and known.role == "by"
        and claim.kind == "percent"
        and claim.role != "by"
        and not _of_change(a, claim)
    ):
        return False
    if (
        claim.first > 1
        and a.text.tokens[claim.first - 1].low in ("/", "of")
        and any(q.last in (claim.first - 2, claim.first - 3) for q in a.text.quantities)
    ):
        return True  # "4.6/5", "nine of twelve"
    return claim.kind != "count" or known.derived or _same_thing(a, claim, known, text, number)


def _governed_otherwise(a: Alignment, claim: Quantity, known: Quantity, text: Text, number: int) -> bool:
    """“contracts worth £410k, saving 7%” is not “saving £410k”: the word right before governs another number there."""
    mine, true = _governor(a, a.text, claim), _governor(a, text, known)
    if mine is None or true is None:
        return False
    spots = {p.token for p in a.places.get(mine.index, ()) if p.text == number and p.strength > 1}
    if not spots or true.index in spots:
        return False
    others = (_governor(a, text, q) for q in text.quantities if q is not known and q.value != known.value)
    return spots <= {other.index for other in others if other is not None}


def _governor(a: Alignment, text: Text, quantity: Quantity) -> Token | None:
    """The content word right before a number, its comparator and articles left out."""
    skipped = (
        a.lexicon.sets["articles"] | a.lexicon.sets["about_numbers"] | a.lexicon.sets["ordinals"] | {"first", "last"}
    )
    for token in reversed(text.tokens[max(0, quantity.first - 4) : quantity.first]):
        if token.quantity is quantity or token.low in skipped:
            continue
        return token if not token.mark and token.quantity is None and a.contentful(token) else None
    return None


def roles_agree(claim: Quantity, known: Quantity) -> bool:
    """“by” is not “to”, “to” is not “from”."""
    if claim.kind in ("year", "ordinal"):
        return True
    if known.derived:
        return claim.role in ("", "by") if known.role == "by" else True
    if {claim.role, known.role} in ({"by", "to"}, {"by", "from"}):
        return False
    if claim.role == "by" and (
        (known.in_range and known.role != "by") or (known.kind == "percent" and known.value > 100 and not known.role)
    ):
        return False
    return {claim.role, known.role} != {"from", "to"} or known.in_range


def _has_start(text: Text, end: Quantity) -> bool:
    """Whether “from …” stands right before this “to …”."""
    return any(q.role == "from" and q.value > 0 and 0 < end.first - q.last <= 4 for q in text.quantities)


def _months_both(claim: Quantity, known: Quantity) -> bool:
    """Rates a month and a year convert."""
    return claim.per.startswith("months:") and known.per.startswith("months:")


def _is_label(a: Alignment, token: Token) -> bool:
    """A noun right before a number, which may be its name: "line 4"; not a verb ("treated 4")."""
    plain = token.low not in a.lexicon.sets["ordinals"] and not token.low.endswith(("ed", "ing")) and not token.initial
    return a.contentful(token) and token.numeric is None and plain


def _other_label(text: Text, label: Token, claim: Quantity) -> bool:
    """Whether the source numbers this thing otherwise: "line 9" for "line 4"."""
    numbers = [q.value for q in text.quantities if q.first and text.tokens[q.first - 1].key == label.key and not q.role]
    return bool(numbers) and claim.value not in numbers and not claim.role


def _other_base(a: Alignment, claim: Quantity, known: Quantity, text: Text) -> bool:
    """“31 to 12 per site” where the source counts per house."""
    mine, true = _base(a, a.text, claim), _base(a, text, known)
    if mine is None or true is None or mine.key == true.key:
        return False
    return not any(p.token == true.index and p.strength > 1 for p in a.places.get(mine.index, ()))


def _base(a: Alignment, text: Text, quantity: Quantity) -> Token | None:
    """The thing behind “per”, when it is no time."""
    ahead = text.tokens[quantity.last + 1 : quantity.last + 5]
    spot = next((n for n, t in enumerate(ahead) if t.low == "per"), None)
    base = ahead[spot + 1] if spot is not None and spot + 1 < len(ahead) else None
    timed = base is None or base.mark or (base.low,) in a.lexicon.units or base.key in a.lexicon.sets["time_nouns"]
    return None if timed else base


def _gained(a: Alignment, claim: Quantity) -> bool:
    """Whether the number is what came on top: "added 28", "28 new"."""
    window = (*a.text.tokens[max(0, claim.first - 2) : claim.first], *a.text.tokens[claim.last + 1 : claim.last + 2])
    return any(token.key in a.lexicon.sets["gained"] for token in window)


def _of_people(a: Alignment, claim: Quantity) -> bool:
    """Counts add up only to heads: three writers and a designer are four people, Windows 10 and 11 are no 21."""
    window = a.text.tokens[max(0, claim.first - 3) : claim.last + 4]
    return any(token.key in a.lexicon.sets["heads"] for token in window)


def _changes_by(a: Alignment, text: Text, known: Quantity) -> bool:
    """A bare number right behind a word of change, or before it ("a 40% increase"), is its size."""
    changes = a.lexicon.sets["up"] | a.lexicon.sets["down"] | a.lexicon.sets["improving"]
    home = text.tokens[known.first]
    if any(t.key in changes and not t.mark for t in text.tokens[known.last + 1 : known.last + 2]):
        return True
    changes = a.lexicon.sets["up"] | a.lexicon.sets["down"]
    return known.kind == "percent" and any(
        t.key in changes and t.clause == home.clause and t.index < home.index for t in text.tokens
    )


def _of_change(a: Alignment, claim: Quantity) -> bool:
    """Whether a bare percentage is said of a change: "a 70% cut", "more than halved"; not "half of the pupils"."""
    lexicon = a.lexicon
    changes = lexicon.sets["up"] | lexicon.sets["down"] | lexicon.sets["improving"]
    before = a.text.tokens[max(0, claim.first - 4) : claim.first]
    after = a.text.tokens[claim.last + 1 : claim.last + 3]
    if any(token.key in changes for token in (*before, *after)):
        return True
    if after and after[0].low in ("of", "de", "der", "von", "des"):
        return False
    clause = a.text.tokens[claim.first].clause
    return any(token.key in changes for token in a.words if token.clause == clause)


def _rate_said(a: Alignment, claim: Quantity) -> bool:
    """“11,000 a night” also says “nightly”; the word itself is checked as a word."""
    return any(
        any(a.evidence.token(place).quantity is None for place in a.places.get(t.index, ()))  # "three years" is no rate
        for t in a.text.tokens[claim.last + 1 : claim.last + 6]
        if (t.low,) in a.lexicon.units
    )


def counted_words(a: Alignment, quantity: Quantity) -> list[Token]:
    """The words a number stands before: "28 night-shift pickers"."""
    return _behind(a, a.text, quantity)


def _behind(a: Alignment, text: Text, quantity: Quantity) -> list[Token]:
    found: list[Token] = []
    for token in text.tokens[quantity.last + 1 : quantity.last + 7]:
        if token.raw == "," and not found:
            break  # "in a team of four, …"
        if token.raw in ("'", ",") or token.low in ("and", "or", "und", "et", "y", "e"):
            continue
        if token.mark or token.quantity not in (None, quantity) or token.key in a.lexicon.sets["function"]:
            break
        found.append(token)
    return found


def _same_thing(a: Alignment, claim: Quantity, known: Quantity, text: Text, number: int) -> bool:
    """Whether the number still counts what it counted: no other number of the source stands nearer to its noun."""
    noun = counted_words(a, claim)
    if noun and noun[0].key in a.lexicon.sets["heads"] and a.text.tokens[claim.last].hyphen_after:
        counts = _behind(a, text, known)
        if counts and is_person(a, counts[-1]):
            return True  # "22 pickers" → "a 22-person picking team"
    pair = ("from", "to") if known.role in ("from", "to") else ()
    rivals = [
        q
        for q in text.quantities
        if q.kind == "count"
        and q is not known
        and q.value != claim.value
        and q.role not in pair
        and not _share_of(text, known, q)
        and not (q.first and text.tokens[q.first - 1].raw.isupper())  # "ISO 9001" counts nothing
    ]
    counted = {t.index for t in _behind(a, text, known)}
    behind = _behind(a, text, known)
    plain = not behind or behind[0].low.endswith(("ing", "ed"))
    if plain and known.first > 1 and text.tokens[known.first - 1].low in ("of", "von", "de"):
        counted |= {known.first - 2}  # "a kitchen of nine"
    resting = [p for t in noun for p in a.places.get(t.index, ()) if p.text == number and p.strength > 1]
    if noun and counted and resting and not known.role and not any(p.token in counted for p in resting):
        return False  # "a team of three" is not "three teams"
    if noun and behind and not known.role and _head_moved(a, noun, counted, number):
        return False
    if not noun or not rivals:
        return True
    own = votes = 0
    for token in noun:
        places = [place.token for place in a.places.get(token.index, ()) if place.text == number and place.strength > 1]
        if places:
            votes += 1
            nearest = min(_distance(place, known) for place in places)
            own += all(nearest <= min(_distance(place, rival) for place in places) for rival in rivals)
    return votes == 0 or own * 2 >= votes or (own > 0 and votes < 3)  # one stray word of two decides nothing


def _head_moved(a: Alignment, noun: list[Token], counted: set[int], number: int) -> bool:
    """“eight support agents” of a team lead is not “eight support teams”: only the entry's title says "team"."""
    phrase = list(itertools.takewhile(lambda t: t.low not in a.lexicon.sets["prepositions"], noun))
    head, *others = reversed(phrase or noun)
    places = a.places.get(head.index)
    if not others or not places or any(place.text < a.own for place in places):
        return False
    return any(place.text == number and place.token in counted for t in others for place in a.places.get(t.index, ()))


def is_person(a: Alignment, token: Token) -> bool:
    """Whether a noun names people: a trade of the lexicon, or a worker by the thesaurus."""
    if token.key in a.lexicon.sets["titles"] | a.lexicon.sets["heads"]:
        return True
    thesaurus = a.lexicon.thesaurus
    senses, worker = (thesaurus.senses(token.key), thesaurus.senses("worker")) if thesaurus else (None, None)
    return senses is not None and worker is not None and bool(senses[1] & worker[0])


def _share_of(text: Text, part: Quantity, whole: Quantity) -> bool:
    """“seven of the eight quarters”: both numbers count quarters."""
    between = text.tokens[part.last + 1 : whole.first]
    return bool(between) and len(between) <= 3 and all(token.low in _OF for token in between)


def _distance(place: int, quantity: Quantity) -> int:
    """How far a word is from a number; numbers stand before their nouns, so words behind count as nearer."""
    return place - quantity.last if place > quantity.last else 3 + quantity.first - place


def named_entries(a: Alignment) -> list[Entry]:
    """Cited entries whose employer or institution the proposal names; all of them where it names none."""
    named = []
    for entry in a.cited.entries:
        names = [v for p, v in entry.facts.items() if p.endswith(("/name", "/organization", "/institution"))]
        keys = [{t.key for t in a.verifier.analysed(entry.pointer, name).words if a.contentful(t)} for name in names]
        if any(
            (group and group <= {t.key for t in a.words})
            or any(t.key in group and t.raw[:1].isupper() and _at(a, t) for t in a.words)
            for group in keys
        ):
            named.append(entry)
    return named or a.cited.entries


def _at(a: Alignment, token: Token) -> bool:
    """Whether the word is said as a place of work, not as a kind of place ("in care homes")."""
    before = [t.low for t in a.text.tokens[max(0, token.index - 3) : token.index]]
    return bool(set(before) & {"at", "with", "for", "bei", "chez", "from", "für", "since"}) or token.initial


def _entry_year(a: Alignment, claim: Quantity) -> bool:
    """A year of a cited entry's dates, said as its beginning, its end or its span; or the only year it lasted."""
    year = int(claim.value)
    before = a.text.tokens[claim.first - 1] if claim.first else None
    word = before.low if before is not None else ""
    lexicon = a.lexicon
    month = word in lexicon.months
    entries = [*named_entries(a), *(entry for entry in a.cited.entries if entry.section not in _PERIOD)]
    dated = any(q.kind == "year" for text in a.statements for q in text.quantities)
    for entry in entries:
        start, end = entry.start, entry.end
        if entry.section not in _PERIOD:
            if start and start.year == year:
                return True
            continue
        if dated and not a.cited.whole_entries:
            continue  # the statement has years of its own
        others = [q for q in a.text.quantities if q is not claim and q.kind == "year"]
        if start and start.year == year:
            begins = (
                word in lexicon.sets["opening"] or month or _begins(a, claim) or any(q.value > year for q in others)
            )
            same = [
                e
                for e in a.cited.entries
                if e.running and e.facts.get(f"{e.pointer}/name") == entry.facts.get(f"{entry.pointer}/name")
            ]
            if begins and (entry.running or same or word not in ("since", "seit", "depuis", "sinds")):
                return True
            if end and end.year == year:
                return True
        if (
            end
            and end.year == year
            and (
                word in lexicon.sets["closing"] or word == "-" or month or bool(others) or entry.section == "education"
            )
        ):
            return True
        if entry.section == "education" and start and start.year == year and end is None:
            return True
    return False


def _begins(a: Alignment, claim: Quantity) -> bool:
    clause = a.text.tokens[claim.first].clause
    words = {a.lexicon.key(word) for word in ("join", "start", "promote", "begin", "appoint", "promoted")}
    return any(token.key in words for token in a.words if token.clause == clause)


def _experience(a: Alignment, claim: Quantity) -> bool:
    """Years computed from dates: of the cited jobs, or of all jobs when only the profile is cited."""
    if claim.value < 12:
        return False
    jobs = [entry for entry in named_entries(a) if entry.section in ("work", "volunteer", "projects")]
    if jobs and not a.cited.whole_entries:
        return False  # a single bullet's time is its own
    if not jobs:
        jobs = [entry for entry in a.source.entries.values() if entry.section == "work"]
    if not _of_tenure(a, claim):
        return False
    for keys in _fields(a, claim):
        jobs = [
            job
            for job in jobs
            if keys
            & {
                t.key
                for v in (*job.facts.values(), *job.statements.values())
                for t in a.verifier.analysed(job.pointer, v).words
            }
        ]
    jobs = _in_field(a, claim, jobs)
    months = a.source.months_of(jobs)
    stated = claim.value
    if months <= 0:
        return False
    return {
        "gt": stated <= months,
        "min": stated <= months + 0.5,
        "near": months < stated <= months + 6,
        "lt": months < stated <= months + 12,
        "about": abs(months - stated) <= 6,
    }.get(claim.comparator, stated - 1 <= months < stated + 12)


def _in_field(a: Alignment, claim: Quantity, jobs: list[Entry]) -> list[Entry]:
    """The jobs that the field behind the years is said in: "eight years in software *testing*"; all where none is."""
    tokens = a.text.tokens
    link = next((t for t in tokens[claim.last + 1 : claim.last + 5] if t.low in ("in", "en", "dans", "im")), None)
    if link is None:
        return _of_kind(a, claim, jobs)
    field = []
    for token in tokens[link.index + 1 : link.index + 9]:
        if token.raw in ".;:" or (
            token.low in a.lexicon.sets["prepositions"] and token.low not in ("and", "und", "et", "y", "e", "en", "in")
        ):
            break
        if not token.mark and a.contentful(token) and token.key not in a.lexicon.sets["framing"]:
            field.append(token)
    last = [t for t in field if (n := t.index + 1) >= len(tokens) or tokens[n] not in field] or field
    known_heads: set[int] = set()
    related = []
    for job in jobs:
        statements = [v for p, v in job.facts.items() if not p.endswith("/location")] + list(job.statements.values())
        known = a.verifier.evidence([a.verifier.analysed(job.pointer, v) for v in statements])
        found = {t.index for t in last if known.places(t)}
        known_heads |= found
        if found:
            related.append(job)
    # a field of which no job speaks may be any of theirs
    return related if related and len(known_heads) == len(last) else jobs


def _of_kind(a: Alignment, claim: Quantity, jobs: list[Entry]) -> list[Entry]:
    """“ten years of project *coordination* experience”: the jobs that this is said in; all where none is."""
    behind = a.text.tokens[claim.last + 1 : claim.last + 7]
    end = next((n for n, t in enumerate(behind) if t.low in ("experience", "practice")), 0)
    if end < 2 or behind[0].low not in ("of", "'"):
        return jobs
    head = behind[end - 1]
    if head.mark or not a.contentful(head) or head.key in a.lexicon.sets["framing"]:
        return jobs
    related = []
    for job in jobs:
        texts = [a.verifier.analysed(job.pointer, v) for v in (*job.facts.values(), *job.statements.values())]
        if any(place.strength > 1 for place in a.verifier.evidence(texts).places(head)):
            related.append(job)
    return related or jobs


def _of_tenure(a: Alignment, claim: Quantity) -> bool:
    """The years are those of a career: experience is spoken of, or an employer, a title or a trade stands by."""
    window = a.text.tokens[max(0, claim.first - (12 if a.cited.whole_entries else 3)) : claim.last + 9]
    if any(token.key in a.lexicon.sets["tenure"] for token in window):
        return True
    behind = a.text.tokens[claim.last + 1].low if claim.last + 1 < len(a.text.tokens) else ""
    if a.cited.whole_entries and claim.first <= 3 and behind in ("in", "as", "im", "als", "dans", "en", "como"):
        return True  # "more than ten years in logistics"
    return any(place.text >= a.own for token in window for place in a.places.get(token.index, ()))


def _fields(a: Alignment, claim: Quantity) -> Iterator[set[str]]:
    """What the years were spent with: skills and titles right behind them ("eight years of Python", "as a nurse")."""
    from cvmaker_core.skill_aliases import skill_surfaces

    ahead: list[Token] = []
    for token in a.text.tokens[claim.last + 1 : claim.last + 8]:
        if token.mark or token.sentence != a.text.tokens[claim.last].sentence:
            break
        ahead.append(token)
    if not ahead:
        return
    for mention in a.text.skills:
        if ahead[0].start <= mention.start <= ahead[-1].start:
            yield {t.key for name in skill_surfaces(mention.canonical) for t in a.verifier.analysed("", name).words}
    for token in ahead:
        if token.key in a.lexicon.sets["titles"] and not token.low.endswith("ing"):
            yield {token.key}


def _one(a: Alignment, claim: Quantity) -> bool:
    """“one designer” says what “a designer” says."""
    if claim.value != 1 or claim.comparator:
        return False
    nouns = counted_words(a, claim)
    return bool(nouns) and any(a.in_statements(token) for token in nouns)


def _listed(a: Alignment, claim: Quantity) -> bool:
    """A count of things the CV lists: three languages, four sites."""
    nouns = counted_words(a, claim)
    if claim.comparator or not nouns:
        return False
    if claim.value == _own_list(a, claim):
        return True
    for entry_section, name in (("languages", "language_noun"),):
        if any(token.key in a.lexicon.sets[name] for token in nouns):
            return claim.value == sum(entry.section == entry_section for entry in a.source.entries.values())
    for number, text in enumerate(a.statements):
        rests = any(place.text == number for token in nouns for place in a.in_statements(token))
        if rests and claim.value in _list_sizes(text):
            return True
    return False


def _own_list(a: Alignment, claim: Quantity) -> int:
    """How many things the proposal itself lists behind the number, in brackets or behind a colon; words check them."""
    tokens = a.text.tokens
    start = next((t.index for t in tokens[claim.last + 1 : claim.last + 4] if t.raw in ("(", ":")), None)
    if start is None:
        return 0
    items, filled = 0, False
    for token in tokens[start + 1 :]:
        if token.mark and token.raw != ",":
            break
        if token.quantity is not None:
            return 0
        if token.raw == "," or token.low in ("and", "und", "et", "y", "e", "en"):
            items, filled = items + filled, False
        elif a.contentful(token):
            filled = True
    return items + filled


def _list_sizes(text: Text) -> list[int]:
    """Lengths of the enumerations in a statement: "a, b and c" → 3."""
    sizes: list[int] = []
    commas = 0
    for token in text.tokens:
        if token.raw == ",":
            commas += 1
        elif token.low in ("and", "und", "et", "y", "e", "en"):
            if commas:
                sizes.append(commas + 2)
            commas = 0
        elif token.raw in (".", ":", ";"):
            commas = 0
    return sizes
