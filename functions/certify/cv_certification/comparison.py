"""Compares what was sent (`resume.json`) with what our parser read back, field by field.

Entries are paired by their content, not by their index, so that one entry lost does not
make all later ones look wrong. A difference that is only one of form (a date to the
precision shown, a country's name for its code) is a named transform, not an error.
"""

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from cvmaker_core.countries import country_code
from cvmaker_core.pointers import join_pointer, resolve_pointer, split_pointer, walk_strings
from cvmaker_core.schema.artefacts import FieldCheck
from cvmaker_core.text import fold, normalise, words

from cv_certification.inspection import canonical_address

# Digits that identify a telephone number when one side lacks the country's prefix (ITU-T E.164 subscriber numbers).
SUBSCRIBER_DIGITS = 7


@cache
def field_rules() -> dict[str, Any]:
    """How fields are compared and weighed (`data/fields.json`)."""
    rules: dict[str, Any] = json.loads(files("cv_certification").joinpath("data/fields.json").read_text("utf-8"))
    return rules


def is_fact(pointer: str) -> bool:
    """Whether a wrong reading of this field misrepresents the person."""
    parts = split_pointer(pointer)
    return len(parts) >= 2 and parts[-1] in field_rules()["facts"].get(parts[0], ())


def is_date(pointer: str) -> bool:
    return pointer.rsplit("/", 1)[-1] in field_rules()["dates"]


def visible_resume(resume: dict[str, Any]) -> dict[str, Any]:
    """What a page shows of a JSON Resume: the standard sections, and our custom ones as lists of text."""
    shown = {name: value for name, value in resume.items() if name not in field_rules()["not_shown"]}
    if isinstance(shown.get("basics"), dict):
        shown["basics"] = {
            name: value for name, value in shown["basics"].items() if name not in field_rules()["not_shown"]
        }
    sections = _custom_sections(resume)
    if sections:
        shown["meta"] = {"cvmaker": {"sections": sections}}
    return shown


def _custom_sections(resume: dict[str, Any]) -> list[Any]:
    meta = resume.get("meta")
    extension = meta.get("cvmaker") if isinstance(meta, dict) else None
    sections = extension.get("sections") if isinstance(extension, dict) else None
    return sections if isinstance(sections, list) else []


def compare_values(pointer: str, sent: str, read: str) -> tuple[bool, str | None]:
    """Whether a reading says what was sent, and the transform by which it does (None: as written)."""
    if normalise(sent) == normalise(read):
        return True, None
    name = pointer.rsplit("/", 1)[-1]
    if is_date(pointer):
        return _same_date(sent, read), "date"
    if name == "phone":
        return _same_phone(sent, read), "phone"
    if name == "countryCode":
        return _same_country(sent, read), "country"
    if canonical_address(sent) == canonical_address(read) and name in {*field_rules()["addresses"], "username"}:
        return True, "address"
    if fold(sent) == fold(read):
        return True, "case"
    letters = "".join(sent.split()), "".join(read.split())
    if normalise(letters[0]) == normalise(letters[1]):
        return True, "spacing"
    if _without_hyphenation(sent) == _without_hyphenation(read):
        return True, "hyphenation"
    if name == "network":
        return re.sub(r"\W", "", fold(sent)) == re.sub(r"\W", "", fold(read)), "network"
    return False, None


def _same_date(sent: str, read: str) -> bool:
    """Equal as far as the page shows; a reading finer than what was sent is an invention."""
    return bool(read) and sent.startswith(read) and len(read) >= 4


def _same_phone(sent: str, read: str) -> bool:
    one, other = re.sub(r"\D", "", normalise(sent)), re.sub(r"\D", "", normalise(read))
    shorter, longer = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    return one == other or (len(shorter) >= SUBSCRIBER_DIGITS and longer.endswith(shorter))


def _same_country(sent: str, read: str) -> bool:
    """A page prints the country's name in its own language; a reading may keep the name or give the code."""
    return fold(country_code(sent) or sent) == fold(country_code(read) or read)


def _without_hyphenation(text: str) -> str:
    return re.sub(r"(?<=\w)-\s*(?=\w)", "", fold(text))


@dataclass
class Comparison:
    """`fields` as the certificate shows them; the rest tells the checks what kind of loss it was."""

    fields: dict[str, FieldCheck] = field(default_factory=dict)
    transforms: Counter[str] = field(default_factory=Counter)
    wrong_facts: list[str] = field(default_factory=list)
    wrong_prose: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    read_pointers: dict[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """The share of fields read as sent (0 to 1)."""
        return sum(check.ok for check in self.fields.values()) / len(self.fields) if self.fields else 1.0


def compare_resumes(sent: dict[str, Any], read: dict[str, Any]) -> Comparison:
    """Every string and date of the sent CV against the reading; facts of the reading that nobody sent.

    `invented` holds pointers into the reading.
    """
    sent, read = visible_resume(sent), visible_resume(read)
    comparison = Comparison()
    pairs = _pair(sent, read)
    regrouped = _regrouped(pairs, sent, read)
    singles = _single_dates(pairs)
    for pointer, value, candidate, read_pointer in pairs:
        if candidate is not None:
            comparison.read_pointers[pointer] = read_pointer
        ok, transform = compare_values(pointer, value, candidate) if candidate is not None else (False, None)
        if not ok and pointer in regrouped:
            ok, transform = True, "regrouped"
        if not ok and pointer in singles:
            ok, transform = True, "single date"
        if ok and transform:
            comparison.transforms[transform] += 1
        if not ok:
            (comparison.wrong_facts if is_fact(pointer) else comparison.wrong_prose).append(pointer)
        comparison.fields[pointer] = FieldCheck(sent=value, read=candidate, ok=ok)
    answered = set(comparison.read_pointers.values())
    comparison.invented = [pointer for pointer, _ in walk_strings(read) if is_fact(pointer) and pointer not in answered]
    return comparison


def _regrouped(pairs: list[tuple[str, str, str | None, str]], sent: Any, read: Any) -> set[str]:
    """Pointers whose phrase was read whole, but divided elsewhere among the fields that share it."""
    found = {
        pointer
        for section in field_rules()["regrouped_sections"]
        if _phrase(sent, [section]) == _phrase(read, [section])
        for pointer, _ in walk_strings(sent.get(section), f"/{section}")
    }
    partners = {pointer.rsplit("/", 1)[0]: other.rsplit("/", 1)[0] for pointer, _, _, other in pairs if other}
    for here, there in partners.items():
        try:
            one, other = resolve_pointer(sent, here), resolve_pointer(read, there)
        except (KeyError, ValueError):
            continue
        if not isinstance(one, dict) or not isinstance(other, dict):
            continue
        families = [*field_rules()["families"], *field_rules()["families_of"].get("".join(here.split("/")[1:2]), ())]
        for family in families:
            phrase = _phrase(one, family)
            if phrase and phrase == _phrase(other, family):  # the same words, whoever took which
                found.update(
                    here + join_pointer(name) + pointer for name in family for pointer, _ in walk_strings(one.get(name))
                )
    return found


def _single_dates(pairs: list[tuple[str, str, str | None, str]]) -> set[str]:
    """Starts and ends that a page prints as one date, since they are the same month: either reading answers both."""
    dates = {pointer: (sent, read) for pointer, sent, read, _ in pairs if is_date(pointer)}
    found = set()
    for start, (sent, read) in dates.items():
        end = start.removesuffix("startDate") + "endDate"
        if not start.endswith("/startDate") or end not in dates or dates[end][0][:7] != sent[:7]:
            continue
        readings = {start: read, end: dates[end][1]}
        right = [pointer for pointer, value in readings.items() if value and _same_date(sent[:7], value)]
        missing = [pointer for pointer, value in readings.items() if not value]
        if right and missing:
            found.update(missing)
    return found


def _phrase(entry: dict[str, Any], family: list[str]) -> list[str]:
    """The words of a family's fields, without their order: "San Jose, CA 95112" names the code last, others first."""
    values = [value for name in family for _, value in walk_strings(entry.get(name))]
    if "countryCode" in family:
        # A country's name that was read as a region is still the country of the code that was sent.
        # Named twice (as region and as country), it is printed once.
        values = list(dict.fromkeys(country_code(value) or value for value in values))
    left_out = field_rules()["connectives"] if "studyType" in family else ()
    return sorted(word for value in values for word in words(value) if word not in left_out)


def _pair(sent: dict[str, Any], read: dict[str, Any]) -> list[tuple[str, str, str | None, str]]:
    """(pointer, sent value, read value or None, pointer of the reading) for every string that was sent."""
    pairs: list[tuple[str, str, str | None, str]] = []
    _pair_values(sent, read, "", "", pairs)
    return pairs


def _pair_values(sent: Any, read: Any, here: str, there: str, pairs: list[tuple[str, str, str | None, str]]) -> None:
    if isinstance(sent, str):
        if sent.strip():
            pairs.append((here, sent, read if isinstance(read, str) and read else None, there))
    elif isinstance(sent, dict):
        for key, value in sent.items():
            part = join_pointer(key)
            inner = read.get(key) if isinstance(read, dict) else None
            _pair_values(value, inner, here + part, there + part, pairs)
    elif isinstance(sent, list):
        others = read if isinstance(read, list) else []
        partners = _align(sent, others, here)
        for index, value in enumerate(sent):
            partner = partners.get(index)
            _pair_values(
                value,
                others[partner] if partner is not None else None,
                here + join_pointer(index),
                there + join_pointer(partner) if partner is not None else "",
                pairs,
            )
    elif isinstance(sent, int | float) and not isinstance(sent, bool):
        _pair_values(str(sent), None if read is None else str(read), here, there, pairs)


def _align(sent: list[Any], read: list[Any], pointer: str) -> dict[int, int]:
    """Which entry of the reading answers each sent one: most values in common first, then order."""
    holders: dict[str, list[int]] = defaultdict(list)
    for index, entry in enumerate(read):
        for value in set(_comparable(entry, pointer)):
            holders[value].append(index)
    scores: list[tuple[float, int, int]] = []
    for index, entry in enumerate(sent):
        shared: dict[int, float] = defaultdict(float)
        values = _comparable(entry, pointer)
        for value in set(values):
            for other in holders.get(value, ())[:50]:
                # A value that many entries hold says little about which one it is.
                shared[other] += 1 / len(holders[value])
        scores.extend((-weight, abs(index - other), index * len(read) + other) for other, weight in shared.items())
    partners: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, code in sorted(scores):
        index, other = divmod(code, len(read))
        if index not in partners and other not in taken:
            partners[index] = other
            taken.add(other)
    # What shares nothing is paired by its order among the rest: a misread entry is shown beside its source.
    rest = [other for other in range(len(read)) if other not in taken]
    for index in range(len(sent)):
        if index not in partners and rest:
            partners[index] = rest.pop(0)
    return partners


def _comparable(entry: Any, pointer: str) -> list[str]:
    if isinstance(entry, str):
        return [fold(entry)]
    values = []
    for name, value in walk_strings(entry):
        # Years alone pair dates of differing precision.
        values.append(f"{name}={value[:4]}" if is_date(pointer + name) else fold(value))
    return values
