"""Months and "to present": a month may be left out of a date, but it may not become another one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from claim_verification.alignment import Alignment
from claim_verification.models import VerdictReason
from claim_verification.source import is_date_field
from claim_verification.tokens import Text, Token


@dataclass(frozen=True, slots=True)
class _Month:
    """A month as said or dated; `year` 0 where none stands by it, `side` "start" or "end" of an entry, else ""."""

    number: int
    year: int
    side: str = ""


def check_months(a: Alignment) -> Iterator[VerdictReason]:
    """Every month of the proposal is one of the cited text or of the cited entries' dates, with its own year."""
    said = list(_months(a, a.text))
    if not said:
        return
    true = [
        month
        for pointer, text in a.cited.statements.items()
        if not is_date_field(pointer)
        for _, month in _months(a, a.verifier.analysed(pointer, text))
    ]
    for entry in a.cited.entries:
        for day in entry.dates:
            if len(day) >= 7 and day[5:7].isdigit():
                side = "end" if entry.facts.get(f"{entry.pointer}/endDate") == day else "start"
                true.append(_Month(int(day[5:7]), int(day[:4]), side))
    for token, month in said:
        if not any(_agree(month, other) for other in true):
            yield VerdictReason("date", f"“{token.raw}” is no month of the cited text or its dates")


def check_still_running(a: Alignment) -> Iterator[VerdictReason]:
    """“October 2019 to present” of what has ended."""
    periods = [entry for entry in a.cited.entries if entry.section in ("work", "volunteer", "projects", "education")]
    if not periods or any(entry.running or not _ended(entry.end, a.source.as_of) for entry in periods):
        return
    sets = a.lexicon.sets
    for token in a.words:
        before = a.text.tokens[max(0, token.index - 2) : token.index]
        if (
            token.low in sets["present_ends"]
            and any(t.low in sets["range"] | sets["closing"] for t in before)
            and not any(other.low == token.low for text in a.statements for other in text.words)
        ):
            yield VerdictReason("date", f"“{token.raw}”: the cited entry has ended")


def _ended(end: date | None, today: date) -> bool:
    return end is not None and end <= today


def _agree(claim: _Month, true: _Month) -> bool:
    if claim.number != true.number or (claim.side == "start" and true.side == "end"):
        return False
    return not claim.year or not true.year or claim.year == true.year


def _months(a: Alignment, text: Text) -> Iterator[tuple[Token, _Month]]:
    """Months' names that stand as dates: “May 2020”, “in March”; not “may”, “march” or a person called April."""
    sets = a.lexicon.sets
    for token in text.words:
        number = a.lexicon.months.get(token.low.rstrip("."))
        if number is None or (a.lexicon.language in ("en", "de") and not token.raw[:1].isupper()):
            continue
        behind = text.tokens[token.index + 1 : token.index + 4]
        year = next((int(t.quantity.value) for t in behind if t.quantity is not None and t.quantity.kind == "year"), 0)
        before = text.tokens[token.index - 1] if token.index else None
        dated = before is not None and (
            before.low in sets["year_before"] | sets["opening"] | sets["closing"] | sets["range"]
            or before.numeric is not None
        )
        if year or dated:
            opens = before is not None and before.low in sets["opening"] - sets["closing"] - {"between", "from", "von"}
            yield token, _Month(number, year, "start" if opens else "")
