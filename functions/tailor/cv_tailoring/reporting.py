"""What was changed and why, in words for the person (`reasons.json`)."""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from cvmaker_core.changes import item_line
from cvmaker_core.hostile_text import addresses_a_machine
from cvmaker_core.pointers import resolve_pointer, split_pointer
from cvmaker_core.schema.artefacts import Change, Note, Pointer

from cv_tailoring.arrangement import sections_of
from cv_tailoring.draft import SECTION_ORDER, Draft, text_at
from cv_tailoring.relevance import Relevance

_NAMED = 3
_LONGEST_REQUIREMENT = 60
_UNSAFE = re.compile(r"https?://|www\.|[<>{}\[\]`|\\]|!\[|\n")


@lru_cache(maxsize=1)
def _reasons() -> dict[str, str]:
    texts: dict[str, str] = json.loads(Path(__file__).with_name("reasons.json").read_text(encoding="utf-8"))
    return texts


def reason(code: str, **values: str) -> str:
    return _reasons()[code].format(**values)


def _why(code: str, **values: str) -> dict[str, Any]:
    """A change's reason in English, and as a code for other languages."""
    return {"reason": reason(code, **values), "note": Note(code=code, parameters=values)}


def quotable(text: str) -> bool:
    """Whether words of a posting may be repeated: short, one line, no markup or link (they may be hostile)."""
    whole = text.count("(") == text.count(")")
    short = whole and 0 < len(text.strip()) <= _LONGEST_REQUIREMENT
    return short and not _UNSAFE.search(text) and not addresses_a_machine(text)


def name_requirements(relevance: Relevance, identities: list[str]) -> str:
    """The heaviest few requirements by the posting's own words; musts say so."""
    names = []
    for identity in identities:
        requirement = relevance.requirements[identity]
        if quotable(requirement.text):
            names.append(f"“{requirement.text.strip()}”" + (" (required)" if requirement.must else ""))
    return ", ".join(dict.fromkeys(names[:_NAMED]))


def describe_changes(draft: Draft, relevance: Relevance, codes: dict[Pointer, str]) -> list[Change]:
    """Every reordered list and reworded string, by its place in the tailored resume.

    A reordered list is told by its items, one a line. `codes` names the reason of a rewording.
    """
    changes: list[Change] = []
    if draft.section_order is not None:
        changes.append(_section_change(draft, relevance))
    for pointer, rewording in draft.rewordings.items():
        before = text_at(draft.source, pointer)
        target = draft.moved(pointer)
        if target is None or before == rewording.text:
            continue
        code = codes.get(pointer, "reworded")
        names = name_requirements(relevance, list(rewording.requirements))
        if not names and code in {"reworded", "headline", "summary"}:
            code = "reworded_plain" if code == "reworded" else f"{code}_new"
        changes.append(Change(pointer=target, before=before, after=rewording.text, **_why(code, requirements=names)))
    for pointer, order in draft.orders.items():
        target = draft.moved(pointer)
        items = resolve_pointer(draft.source, pointer)
        if target is None or len(order) != len(items):
            continue
        changes.append(
            Change(
                pointer=target,
                before="\n".join(item_line(item) for item in items),
                after="\n".join(item_line(items[index]) for index in order),
                **_order_reason(relevance, pointer, order),
            )
        )
    return changes


def _order_reason(relevance: Relevance, pointer: Pointer, order: list[int]) -> dict[str, Any]:
    parts = split_pointer(pointer)
    if pointer == "/skills":
        code = "skill_groups"
    elif parts[-1] == "keywords":
        code = "keywords"
    else:
        code = "bullets" if parts[-1] == "highlights" else "entries"
    names = name_requirements(relevance, relevance.proven_within([f"{pointer}/{order[0]}"]))
    if names:
        return _why(code, requirements=names)
    return _why("bullets_adjacent" if code == "bullets" else "entries_adjacent")


def _section_change(draft: Draft, relevance: Relevance) -> Change:
    assert draft.section_order is not None
    before = sections_of(draft.source)
    risen = [
        name
        for place, name in enumerate(draft.section_order)
        if before.index(name) > place and relevance.weight(f"/{name}") > 0
    ]
    names = name_requirements(relevance, relevance.proven_within([f"/{name}" for name in risen]))
    return Change(
        pointer=SECTION_ORDER,
        before="\n".join(before),
        after="\n".join(draft.section_order),
        **(_why("section_order", what=", ".join(risen), requirements=names) if names else _why("section_order_plain")),
    )
