"""Undoing a change of tailoring, when the person rejects it.

A change of a string holds the string before and after. A change of order names the list and
tells its items one a line, so it is undone by putting the items back into that order.
"""

from typing import Any

from cvmaker_core.pointers import join_pointer, resolve_pointer, set_pointer, split_pointer, walk_strings
from cvmaker_core.schema.artefacts import Change, Claim, Pointer

_NAMES = ("name", "title", "organization", "institution", "language")


def item_line(item: Any) -> str:
    """One line that stands for an item of a list."""
    if isinstance(item, dict):
        named = next((item[name] for name in _NAMES if isinstance(item.get(name), str) and item[name]), None)
        text = str(named) if named else ", ".join(str(keyword) for keyword in item.get("keywords") or [])
    else:
        text = str(item)
    return " ".join(text.split())


def undo_change(resume: dict[str, Any], claims: dict[Pointer, Claim], change: Change) -> bool:
    """Put back what stood before, in place, and move the claims along. False if its place is gone."""
    try:
        value = resolve_pointer(resume, change.pointer)
    except (KeyError, ValueError):
        return False
    if isinstance(value, list):
        return _put_in_order(resume, claims, change, value)
    if change.before:
        set_pointer(resume, change.pointer, change.before)
    else:
        *parents, last = split_pointer(change.pointer)
        holder = resolve_pointer(resume, join_pointer(*parents))
        if not isinstance(holder, dict):
            return False
        holder.pop(last)
        claims.pop(change.pointer, None)
        return True
    claim = claims.get(change.pointer)
    if claim:
        claims[change.pointer] = claim.model_copy(update={"engine": "copy", "requirements": []})
    return True


def _put_in_order(resume: dict[str, Any], claims: dict[Pointer, Claim], change: Change, items: list[Any]) -> bool:
    """Items by their lines; one whose line is new (it was reworded meanwhile) takes a place that is left."""
    places: dict[str, list[int]] = {}
    for place, line in enumerate(change.before.split("\n")):
        places.setdefault(line, []).append(place)
    wanted: list[int | None] = [places[line].pop(0) if places.get(line := item_line(item)) else None for item in items]
    free = iter(sorted(set(range(len(items))) - {place for place in wanted if place is not None}))
    targets = [next(free) if place is None else place for place in wanted]
    if sorted(targets) != list(range(len(items))):
        return False
    moved = {change.pointer + join_pointer(old): change.pointer + join_pointer(new) for old, new in enumerate(targets)}
    before = {pointer: claims.pop(pointer) for pointer, _ in walk_strings(items, change.pointer) if pointer in claims}
    for pointer, claim in before.items():
        parent = next(old for old in moved if pointer == old or pointer.startswith(old + "/"))
        claims[moved[parent] + pointer[len(parent) :]] = claim
    ordered: list[Any] = [None] * len(items)
    for item, target in zip(items, targets, strict=True):
        ordered[target] = item
    set_pointer(resume, change.pointer, ordered)
    return True
