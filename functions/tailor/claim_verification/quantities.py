"""Numbers as claims: reading them, and deciding whether one follows from another."""

import itertools
from collections.abc import Iterator

from claim_verification.lexicon import Lexicon
from claim_verification.tokens import Quantity, Text, Token


def find_quantities(text: Text, lexicon: Lexicon) -> None:
    """Fill `text.quantities` and mark the tokens they cover."""
    tokens = text.tokens
    index = 0
    while index < len(tokens):
        quantity = _read(tokens, index, lexicon)
        if quantity is None:
            index += 1
            continue
        if quantity.number < 0:
            digits = (
                token.numeric for token in tokens[quantity.first : quantity.last + 1] if token.numeric is not None
            )
            quantity.number = next(digits, quantity.value)
        quantity.text = " ".join(token.raw for token in tokens[quantity.first : quantity.last + 1])
        for token in tokens[quantity.first : quantity.last + 1]:
            token.quantity = quantity
        text.quantities.append(quantity)
        index = quantity.last + 1
    for quantity in text.quantities:
        _context(quantity, text, lexicon)
    _lone_from(text, lexicon)
    for left, right in zip(text.quantities, text.quantities[1:], strict=False):
        between = tokens[left.last + 1 : right.first]
        if len(between) <= 1 and (
            not between
            or between[0].low in lexicon.sets["range"]
            or between[0].low in ("and", "und", "y", "et")
            or tokens[left.last].hyphen_after
        ):
            opener = tokens[left.first - 1].low if left.first else ""
            joined = bool(between) and between[0].low in ("and", "und", "y", "et")
            if left.role != "from" and (not joined or opener in ("between", "zwischen", "entre")):
                left.in_range = right.in_range = True
                if left.kind == "count" and right.kind != "year":
                    left.kind, left.value = _same_unit(left, right, tokens, lexicon)
            elif left.role == "from":
                right.role = "to"
                if left.kind == "count":
                    left.kind, left.value = _same_unit(left, right, tokens, lexicon)
        elif left.role == "from" and left.kind == "count" and right.role == "to":
            left.kind, left.value = _same_unit(left, right, tokens, lexicon)


def _lone_from(text: Text, lexicon: Lexicon) -> None:
    """“from” needs a “to”; alone, Romance “de” after a word of change means “by” (“une réduction de 22 %”)."""
    germanic = lexicon.language in ("en", "de", "nl")
    changes = lexicon.sets["up"] | lexicon.sets["down"] | lexicon.sets["improving"]
    for position, quantity in enumerate(text.quantities):
        if quantity.role != "from":
            continue
        home = text.tokens[quantity.first]
        partner = text.quantities[position + 1] if position + 1 < len(text.quantities) else None
        if (
            partner is not None
            and partner.first - quantity.last <= 7
            and text.tokens[partner.first].sentence == home.sentence
        ):
            before = text.tokens[partner.first - 1]
            if partner.role == "to" or before.low in lexicon.sets["range"]:
                continue
        earlier = text.quantities[:position] if germanic else []
        if any(other.role == "to" and text.tokens[other.first].sentence == home.sentence for other in earlier):
            continue  # "5.9%, up from 3.2%"
        if germanic and text.tokens[quantity.first - 1].low not in lexicon.sets["role_from"]:
            continue  # "instead of two days"
        window = [token for token in text.tokens[: quantity.first] if token.clause == home.clause]
        quantity.role = "by" if not germanic and any(token.key in changes for token in window) else ""


def _same_unit(left: Quantity, right: Quantity, tokens: list[Token], lexicon: Lexicon) -> tuple[str, float]:
    """“from 60 to 38 days”: the first number borrows the second one's unit."""
    if (
        right.kind in ("time", "months", "length", "mass", "bytes")
        or right.kind.startswith("money")
        or right.kind == "percent"
    ):
        words = [token.low for token in tokens[right.first : right.last + 1]]
        factor = 1.0
        for length in (2, 1):
            for start in range(len(words) - length + 1):
                unit = lexicon.units.get(tuple(words[start : start + length]))
                if unit and unit[0] == right.kind:
                    factor = unit[1]
        if right.kind.startswith("money") and right.number > 0 and right.value > right.number and left.value < 1000:
            factor = right.value / right.number  # "from 2.1 to £3.4m"
        return right.kind, left.value * factor
    return left.kind, left.value


_TIMES = ("times", "fold", "mal", "fois", "veces", "vezes", "volte", "keer")


def _word_value(token: Token, lexicon: Lexicon) -> float | None:
    low = token.low
    if low in lexicon.numbers:
        return lexicon.numbers[low]
    return _compound_number(low, lexicon) if lexicon.language in ("de", "nl") and len(low) > 6 else None


def _compound_number(low: str, lexicon: Lexicon) -> float | None:
    """Numbers written as one word: dreihundert, fünfundzwanzig, zweihundertfünfzig."""
    for scale in ("tausend", "duizend", "hundert", "honderd"):
        head, found, tail = low.partition(scale)
        if found:
            top = 1.0 if not head else lexicon.numbers.get(head) or _compound_number(head, lexicon)
            rest = 0.0 if not tail else lexicon.numbers.get(tail) or _compound_number(tail, lexicon)
            factor = 1000.0 if scale in ("tausend", "duizend") else 100.0
            return None if top is None or rest is None else top * factor + rest
    for joiner in ("und", "en", "ën"):
        head, found, tail = low.partition(joiner)
        small = {"ein": 1.0}.get(head, lexicon.numbers.get(head, 0.0))
        if found and 0 < small < 10 and lexicon.numbers.get(tail, 0.0) >= 20:
            return lexicon.numbers[tail] + small
    return None


_COMPOUND_UNITS = (
    ("köpfig", "count", 1),
    ("jährig", "months", 12),
    ("monatig", "months", 1),
    ("wöchig", "time", 604800),
    ("tägig", "time", 86400),
    ("stündig", "time", 3600),
)


def _compound_adjective(low: str, lexicon: Lexicon) -> tuple[float, str] | None:
    """“dreiköpfig” (three people), “zweijährig” (two years)."""
    for ending, kind, factor in _COMPOUND_UNITS:
        head, found, _ = low.partition(ending)
        if found and (value := lexicon.numbers.get(head) or _compound_number(head, lexicon)):
            return value * factor, kind
    return None


def _read(tokens: list[Token], index: int, lexicon: Lexicon) -> Quantity | None:
    token = tokens[index]
    low = token.low
    currency = ""
    first = index
    if low in lexicon.money and index + 1 < len(tokens) and tokens[index + 1].numeric is not None:
        currency = lexicon.money[low]
        index += 1
        token = tokens[index]
        low = token.low
    last = index
    value: float
    exact_digits = token.numeric is not None
    if token.numeric is not None:
        value = token.numeric
    elif lexicon.language == "de" and (compound := _compound_adjective(low, lexicon)):
        return Quantity(compound[0], compound[1], index, index, "")
    elif low.endswith("fold") and (times := lexicon.numbers.get(low.removesuffix("fold").rstrip("-"))):
        return Quantity(times, "multiple", index, index, low)
    elif low in lexicon.multiples:
        return Quantity(lexicon.multiples[low], "multiple", index, index, low)
    elif (
        low in lexicon.sets["articles"]
        and (unit := lexicon.units.get((tokens[index + 1].low,) if index + 1 < len(tokens) else ()))
        and (rest := tuple(t.low for t in tokens[index + 2 : index + 5]))
        in (("and", "a", "half"), ("and", "a", "quarter"))
    ):
        return Quantity(unit[1] * (1.5 if rest[2] == "half" else 1.25), unit[0], index, index + 4, "")
    elif (
        low in lexicon.sets["articles"]
        and index + 1 < len(tokens)
        and (unit := lexicon.units.get((tokens[index + 1].low,)))
        and unit[0] in ("time", "months")
        and index
        and any(tuple(t.low for t in tokens[max(0, index - n) : index]) in lexicon.comparators for n in (1, 2))
        and tokens[index - 1].low not in ("from", "some", "once")
    ):
        return Quantity(unit[1], unit[0], index, index + 1, "")  # "under an hour"
    elif (fraction := _fraction(tokens, index, lexicon)) is not None:
        return fraction
    elif (number := _word_value(token, lexicon)) is not None:
        value = number
    elif (
        low in lexicon.scales
        and not token.glued
        and lexicon.scales[low] >= 10
        and len(low) > 2
        and _counts_as_one(tokens, index, lexicon)
    ):
        value = lexicon.scales[low]
        if index and tokens[index - 1].low in lexicon.sets["articles"]:
            first = index - 1
        return _unit(tokens, Quantity(value, "count", first, index, ""), currency, lexicon)
    else:
        return None
    if low in ("one", "eins", "uno") and not exact_digits and not _counts_one(tokens, index):
        return None
    # 350 written out, twenty-five, two dozen, 1.6 million
    while last + 1 < len(tokens):
        after = tokens[last + 1]
        joiner = after.low in ("and", "und", "y", "et", "e", "en") and not exact_digits and value >= 100
        ahead = tokens[last + 2] if joiner and last + 2 < len(tokens) else None
        if (
            after.low in lexicon.scales
            and (lexicon.scales[after.low] >= 100 or after.low == "dozen" or after.glued)
            and _is_scale(tokens, last + 1, exact_digits, lexicon)
        ):
            scale = lexicon.scales[after.low]
            value = (
                value * scale if value < scale or exact_digits else (value // scale) * scale + (value % scale) * scale
            )
            last += 1
        elif (
            not exact_digits
            and (small := _word_value(after, lexicon)) is not None
            and small < value
            and (value % 100 == 0 or (value % 10 == 0 and small < 10 and value % 100 >= 20))
        ):
            value += small
            last += 1
        elif ahead is not None and (small := _word_value(ahead, lexicon)) is not None and small < 100:
            value += small
            last += 2
        else:
            break
    following = tokens[last + 1] if last + 1 < len(tokens) else None
    if (
        first > 1
        and tokens[first - 1].low in ("by", "par", "durch", "por", "per")
        and tokens[first - 2].low.startswith(("divid", "divis", "multipl"))
    ):
        return Quantity(value, "multiple", first, last, "")  # "divisé par trois"
    if (
        following is not None
        and (following.low in _TIMES or (following.glued and following.low == "x"))
        and not currency
    ):
        return Quantity(value, "multiple", first, last + 1, "")
    if following is not None and exact_digits and following.low in ("st", "nd", "rd", "th") and following.glued:
        return Quantity(value, "ordinal", first, last + 1, "")
    if following is not None and following.raw == "+":
        return _unit(tokens, Quantity(value, "count", first, last + 1, "", comparator="min"), currency, lexicon)
    quantity = Quantity(value, "count", first, last, "")
    if first == last and low in lexicon.sets["about_numbers"]:
        quantity.comparator = "about"  # "une soixantaine"
    return _unit(tokens, quantity, currency, lexicon)


def _is_scale(tokens: list[Token], index: int, exact_digits: bool, lexicon: Lexicon) -> bool:
    """“24 m” is metres, “24m” and “£24 m” are millions; words such as “million” are always scales."""
    token = tokens[index]
    if len(token.low) > 2:
        return True
    if not exact_digits:
        return False
    if token.low == "m":
        before = tokens[index - 2].low if index >= 2 else ""
        after = tokens[index + 1].low if index + 1 < len(tokens) else ""
        return (
            before in lexicon.money
            or after in lexicon.money
            or (token.glued and before != "of" and after not in ("long", "of", "deep", "wide", "high", "tall"))
        )
    return True


def _counts_as_one(tokens: list[Token], index: int, lexicon: Lexicon) -> bool:
    """“a dozen services”, “a million users”; not “a range of hundreds”."""
    return index > 0 and tokens[index - 1].low in lexicon.sets["articles"]


def _counts_one(tokens: list[Token], index: int) -> bool:
    """“one” counts only before a noun; “one of the best” does not."""
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    return after is not None and not after.mark and after.low not in ("of", "another", "von", "der", "de")


def _fraction(tokens: list[Token], index: int, lexicon: Lexicon) -> Quantity | None:
    token = tokens[index]
    low = token.low
    after = tokens[index + 1].low if index + 1 < len(tokens) else ""
    top = _word_value(token, lexicon) if token.numeric is None else token.numeric
    if (
        top is not None
        and top < 10
        and after in lexicon.fractions
        and (after.endswith("s") or top == 1 or lexicon.language != "en")
        and top * lexicon.fractions[after] < 1  # "seven quarters" are spans of three months
    ):
        return Quantity(100 * top * lexicon.fractions[after], "percent", index, index + 1, "")
    if low in ("quarter", "half") and token.hyphen_after and (unit := lexicon.units.get((after,))):
        return Quantity(lexicon.fractions[low] * unit[1], unit[0], index, index + 1, "")  # "quarter-hour"
    if low in lexicon.fractions and (lexicon.language != "en" or not low.endswith("s")):
        first = index
        # "a quarter of an hour" is a time, "each quarter" a date
        if index and tokens[index - 1].low in lexicon.sets["articles"]:
            first = index - 1
        previous = tokens[first - 1].low if first else ""
        if (
            first == index
            and low in ("quarter", "third", "fifth", "sixth", "eighth", "tenth", "second", "viertel")
            and previous != "by"
        ):
            return None
        if low == "quarter" and first != index and previous and tokens[first - 1].quantity is not None:
            return None  # "3 articles a quarter"
        share = lexicon.fractions[low]
        rest = [tokens[place].low for place in range(index + 1, min(index + 5, len(tokens)))]
        skip = [
            word for word in rest if word not in lexicon.sets["articles"] and word not in ("of", "de", "d'une", "d")
        ]
        if skip and (skip[0],) in lexicon.units and rest[0] in {*lexicon.sets["articles"], "of", "de", skip[0]}:
            kind, factor = lexicon.units[(skip[0],)]
            if kind in ("time", "months", "length"):
                return Quantity(share * factor, kind, first, index + 1 + rest.index(skip[0]), "")
        return Quantity(100 * share, "percent", first, index, "")
    return None


def _unit(tokens: list[Token], quantity: Quantity, currency: str, lexicon: Lexicon) -> Quantity:
    place = quantity.last + 1
    if place < len(tokens) and tokens[place].low in lexicon.money and not currency:
        currency = lexicon.money[tokens[place].low]
        quantity.last = place
    elif place + 1 < len(tokens) and tokens[place].low in ("d", "d'", "de") and tokens[place + 1].low in lexicon.money:
        currency = lexicon.money[tokens[place + 1].low]
        quantity.last = place + 1
    elif place < len(tokens) and tokens[place].low.startswith("d'") and tokens[place].low[2:] in lexicon.money:
        currency = lexicon.money[tokens[place].low[2:]]
        quantity.last = place
    if currency:
        quantity.kind = "money:" + currency
        return quantity
    for length in (2, 1):
        words = tuple(token.low for token in tokens[place : place + length])
        unit = lexicon.units.get(words) if len(words) == length else None
        if unit is None:
            continue
        if words == ("m",) and quantity.value >= 1e6:
            continue
        kind, factor = unit
        if (
            kind in ("time", "months")
            and lexicon.language == "en"
            and words[0].endswith("s") is False
            and not tokens[place].glued
            and quantity.value != 1.0
            and not tokens[quantity.last].hyphen_after
            and words[0] not in ("ms", "h", "s", "min", "hr")
        ):
            # "20 day trips" is no duration unless hyphenated; still read as one
            pass
        quantity.kind, quantity.number, quantity.value = kind, quantity.value, quantity.value * factor
        quantity.last = place + length - 1
        rest = tuple(token.low for token in tokens[quantity.last + 1 : quantity.last + 4])
        rest = rest[:2] if rest[:2] in (("et", "demie"), ("y", "media")) else rest
        if kind == "time" and factor == 3600 and rest in (("and", "a", "half"), ("et", "demie"), ("y", "media")):
            quantity.value += 1800
            quantity.last += len(rest)
        return quantity
    if quantity.kind == "count" and 1950 <= quantity.value <= 2060 and quantity.first == quantity.last:
        before = tokens[quantity.first - 1] if quantity.first else None
        after = tokens[place] if place < len(tokens) else None
        digits = tokens[quantity.first].raw
        noun_follows = (
            after is not None
            and not after.mark
            and after.raw[:1].islower()
            and after.key not in lexicon.sets.get("function", ())
        )
        if digits.isdigit() and (
            not noun_follows or (before is not None and before.low in lexicon.sets["year_before"]) or before is None
        ):
            quantity.kind = "year"
    return quantity


def _only_place(quantity: Quantity, text: Text, lexicon: Lexicon) -> bool:
    """Romance “en cinco grupos”, “a cinco grupos”: where, not by or to how much, as no word of change stands before."""
    if lexicon.language not in ("es", "fr", "pt", "it") or quantity.kind != "count":
        return False
    if any(other.role == "from" for other in text.quantities):
        return False
    changes = ("up", "down", "improving", "change")
    ahead = text.tokens[: quantity.first]
    return not any(token.key in lexicon.sets[name] for token in ahead for name in changes)


# What came before, in a change: "6 minutes instead of 10", "94%, compared with 87%".
_RATHER_THAN = (
    ("instead", "of"), ("rather", "than"), ("down", "from"), ("up", "from"), ("compared", "to"), ("compared", "with"),
    ("as", "against"), ("lieu", "de"), ("lugar", "de"), ("vez", "de"),
)  # fmt: skip


def _context(quantity: Quantity, text: Text, lexicon: Lexicon) -> None:
    """Comparator, role and rate of a quantity from the words around it."""
    tokens = text.tokens
    place = quantity.first - 1
    longest = max((len(key) for key in lexicon.comparators), default=0)
    for phrase in _RATHER_THAN:
        if place >= 1 and tuple(token.low for token in tokens[place - 1 : place + 1]) == phrase:
            quantity.role = "from"
            for other in text.quantities:
                if other.kind == "count" != quantity.kind and other.last == place - 2:
                    other.kind, other.value = _same_unit(other, quantity, tokens, lexicon)  # "41 instead of 62 days"
                elif quantity.kind == "count" != other.kind and other.last == place - 2:
                    quantity.kind, quantity.value = _same_unit(
                        quantity, other, tokens, lexicon
                    )  # "6 minutes instead of 10"
                if (
                    other is not quantity
                    and other.kind in (quantity.kind, "time", "months")
                    and not other.role
                    and tokens[other.first].sentence == tokens[quantity.first].sentence
                ):
                    other.role = "to"
    if place >= 0 and tokens[place].low in lexicon.sets["formerly"]:
        quantity.role = "from"  # "five days (previously nine)"
        for other in text.quantities:
            if other.last < place and other.kind in (quantity.kind, "time") and not other.role:
                other.role = "to"
                if quantity.kind != other.kind:
                    quantity.kind, quantity.value = _same_unit(quantity, other, tokens, lexicon)
    if place > 0 and tokens[place].low in lexicon.sets["articles"] and (tokens[place - 1].low,) in lexicon.comparators:
        place -= 1  # "about a dozen"
    for length in range(min(longest, place + 1), 0, -1):
        words = tuple(token.low for token in tokens[place - length + 1 : place + 1])
        if words in lexicon.comparators and not (words == ("from",) or lexicon.comparators[words] == "from"):
            quantity.comparator = quantity.comparator or lexicon.comparators[words]
            for token in tokens[place - length + 1 : place + 1]:
                token.quantity = token.quantity or quantity
            place -= length
            break
    while place >= 0 and tokens[place].low in (
        *lexicon.sets["articles"],
        "further",
        "another",
        "total",
        "rund",
        "etwa",
    ):
        place -= 1
    article = tokens[quantity.first - 1].low if quantity.first else ""
    ahead_of = tokens[quantity.first - 2].low if quantity.first > 1 else ""
    if (
        quantity.kind == "percent"
        and article in ("un", "um")
        and lexicon.language in ("es", "pt")
        and ahead_of not in ("de", "a", "del", "al", "desde", "hasta", "para", "até")
    ):
        changes = lexicon.sets["up"] | lexicon.sets["down"]
        home = tokens[quantity.first].clause
        if any(token.key in changes and token.clause == home for token in tokens[: quantity.first]):
            quantity.role = "by"  # "reduje un 9 %"
    if place >= 0 and not quantity.role:
        before = tokens[place].low
        for role in ("by", "to", "from"):
            if before in lexicon.sets.get("role_" + role, ()) and (
                role == "from" or not _only_place(quantity, text, lexicon)
            ):
                quantity.role = role
    behind = [t.low for t in tokens[quantity.last + 1 : quantity.last + 3]]
    more = behind[:1] != [] and (behind[0] in lexicon.sets["comparatives"] or behind == ["de", "moins"])
    if more and quantity.kind not in ("multiple", "percent", "year", "ordinal") and not quantity.role:
        quantity.role = "by"  # "six minutes less"
    ahead = quantity.last + 1
    for offset in range(ahead, min(ahead + 6, len(tokens))):
        token = tokens[offset]
        if (token.quantity is not None and token.quantity is not quantity) or (token.mark and token.raw != "/"):
            break
        unit = tokens[offset + 1] if offset + 1 < len(tokens) else None
        if (
            (token.low in lexicon.sets.get("per_words", ()) or token.raw == "/")
            and unit is not None
            and (kind := lexicon.units.get((unit.low,)))
            and kind[0] in ("time", "months")
            and not (offset + 2 < len(tokens) and tokens[offset + 2].raw.isdigit())  # "im Jahr 2022"
            and (offset == ahead or tokens[offset - 1].low not in ("within", "in", "over", "of", "during", "inside"))
        ):
            quantity.per = _rate(kind)
            break


def _rate(unit: tuple[str, float]) -> str:
    return f"{unit[0]}:{unit[1]:g}"


def derived_quantities(text: Text, lexicon: Lexicon) -> Iterator[Quantity]:
    """What follows by arithmetic from the quantities of one statement."""
    for quantity in (*_derive(text), *_spoken_units(text, lexicon.units, lexicon.sets["articles"])):
        quantity.origin = text
        yield quantity


def _derive(text: Text) -> Iterator[Quantity]:
    quantities = text.quantities
    for position, start in enumerate(quantities):
        for end in quantities[max(0, position - 2) : position + 3]:
            if end is not start and start.kind == end.kind and _pair(start, end) and start.value and end.value:
                yield from _change(start, end)
    for quantity in quantities:
        if quantity.kind == "percent" and quantity.value > 100:
            yield Quantity(
                quantity.value - 100, "percent", quantity.first, quantity.last, quantity.text, role="by", derived=True
            )
        if quantity.kind == "multiple":
            change = abs(quantity.value - 1) * 100
            yield Quantity(change, "percent", quantity.first, quantity.last, quantity.text, role="by", derived=True)
        if quantity.kind == "percent" and quantity.value in (50.0, 100.0) and quantity.role in ("by", ""):
            yield Quantity(
                0.5 if quantity.value == 50 else 2.0,
                "multiple",
                quantity.first,
                quantity.last,
                quantity.text,
                derived=True,
            )
    counts = [
        quantity
        for quantity in quantities
        if quantity.kind == "count" and not quantity.role and quantity.value < 10000 and not quantity.comparator
    ]
    for left, right in itertools.pairwise(counts):
        if text.tokens[left.first].sentence == text.tokens[right.first].sentence and right.first - left.last <= 5:
            yield Quantity(
                left.value + right.value,
                "count",
                left.first,
                right.last,
                f"{left.text} + {right.text}",
                role="sum",
                derived=True,
            )


def _spoken_units(
    text: Text, units: "dict[tuple[str, ...], tuple[str, float]]", articles: frozenset[str]
) -> Iterator[Quantity]:
    """“in a year”, “within a day”: one of the unit."""
    for token in text.tokens[2:]:
        unit = units.get((token.low,))
        before, opener = text.tokens[token.index - 1].low, text.tokens[token.index - 2].low
        if (
            unit
            and unit[0] in ("time", "months")
            and before in articles
            and opener in ("in", "within", "over", "during", "inside", "innerhalb", "en", "dans", "binnen")
        ):
            yield Quantity(unit[1], unit[0], token.index - 1, token.index, f"{before} {token.raw}")


def _pair(start: Quantity, end: Quantity) -> bool:
    return (start.role == "from" and end.role == "to") or (start.in_range and end.in_range and start.first < end.first)


def _change(start: Quantity, end: Quantity) -> Iterator[Quantity]:
    first, last, text = start.first, end.last, f"{start.text} → {end.text}"
    difference = abs(end.value - start.value)
    kind = "points" if start.kind == "percent" else start.kind
    yield Quantity(difference, kind, first, last, text, role="by", derived=True)
    yield Quantity(100 * difference / abs(start.value), "percent", first, last, text, role="by", derived=True)
    yield Quantity(end.value / start.value, "multiple", first, last, text, derived=True)
    if end.value < start.value:
        yield Quantity(start.value / end.value, "multiple", first, last, text, derived=True)


def follows(claim: Quantity, source: Quantity) -> bool:
    """Whether the claimed number is true when the source's number is, words such as "over" and "up to" included."""
    stated, true = claim.value, source.value * _per_year(claim, source)
    if claim.kind == "count" and source.kind == "year":
        return stated == true and not claim.comparator  # "the 2018 conference"
    if claim.kind == "count" and source.kind == "multiple":
        return bool(claim.per) and claim.per == source.per and stated == true  # "twice a week": "two … per week"
    if claim.kind == "year" and source.kind == "count" and not source.comparator:
        return stated == true  # "the 2023 agreement" → "the agreement of 2023"
    if claim.kind != source.kind:
        return {claim.kind, source.kind} == {"months", "time"} and _spans(claim, source)
    if claim.kind in ("year", "ordinal"):
        return stated == true
    if claim.kind == "multiple" and stated < 1 and true < 1:
        stated, true = 1 / stated, 1 / true  # "more than halved" is a larger cut
    if (
        claim.comparator == "gt"
        and claim.kind in ("time", "months")
        and not source.comparator
        and abs(stated - true) <= 1e-6 * true
    ):
        return True  # "over two years" also says "in the course of two years"
    same = abs(stated - true) <= max(1e-9, 1e-6 * abs(true))
    close = same or (abs(stated - true) <= 0.06 * abs(true) and _digits(stated) <= _digits(true))
    rounded = source.derived and (
        abs(stated - true) <= (0.5 if any(char.isdigit() for char in claim.text) else 1)  # "a third" for 33.9 %
        if claim.kind in ("percent", "points")
        else abs(stated - true) <= 0.02 * abs(true)
    )
    how, known = claim.comparator, source.comparator
    if how == "gt" and claim.kind in ("time", "months") and known in ("", "gt") and stated < 0.6 * true:
        return False  # "over eight months" is also "in the course of": 18 months are not that
    if not known and not any(char.isdigit() for char in source.text) and claim.kind == "percent":
        rounded = rounded or abs(stated - true) <= 0.5  # "a third" is 33 %
    if known == "about":
        return {
            "": False,
            "about": close,
            "near": close or same,
            "gt": stated <= 0.9 * true,
            "min": stated <= 0.9 * true,
            "lt": stated >= 1.1 * true,
        }.get(how, False)
    if known == "within":
        return (
            same
            if how in ("", "within", "max")
            else (how == "lt" and true <= stated <= 1.35 * true) or (how == "about" and close)
        )
    if known == "gt" and how == "within" and (claim.kind in ("time", "months") or claim.value == 1):
        return same  # "over nine months": in the course of them
    if known in ("gt", "min"):
        return {"": same, "about": same, "gt": stated <= true * (1 + 1e-9), "min": stated <= true * (1 + 1e-9)}.get(
            how, False
        )
    if known == "max":
        return {"max": same, "lt": true <= stated <= 1.35 * true, "within": same}.get(how, False)
    if known == "lt":
        return {"lt": true <= stated <= 1.35 * true, "max": same, "within": same, "near": same}.get(how, False)
    if known == "near":
        return {"near": same, "about": close, "lt": same}.get(how, False)
    if how == "":
        return same or rounded
    if how == "about":
        return close
    if how == "gt":
        return stated < true
    if how == "min":
        return stated <= true * (1 + 1e-9)
    if how == "lt":
        return true < stated <= 2 * true or (source.derived and same)
    if how == "near":
        return 0.85 * stated <= true < stated or same
    if how == "within":
        return true <= stated <= 1.35 * true
    return how == "max" and same and source.in_range


def _per_year(claim: Quantity, source: Quantity) -> float:
    """“$14k a month” → “$168k a year”: how many of the source's months the claim's span has; else 1."""
    if claim.per == source.per or not (claim.per.startswith("months:") and source.per.startswith("months:")):
        return 1.0
    return float(claim.per.partition(":")[2]) / float(source.per.partition(":")[2])


def _digits(value: float) -> int:
    """Significant digits: 2000 → 1, 1998 → 4. An approximation is rounder than what it stands for."""
    return len(f"{abs(value):.6g}".replace(".", "").strip("0")) or 1


def _spans(claim: Quantity, source: Quantity) -> bool:
    """Months against weeks and days: equal within the length of a month."""
    day = 86400.0
    days = [
        quantity.value * 30.44 if quantity.kind == "months" else quantity.value / day for quantity in (claim, source)
    ]
    return abs(days[0] - days[1]) <= 0.02 * days[1] and days[1] >= 28
