"""A CV being tailored: reordered lists and reworded strings over an untouched source.

Nothing is edited in place. Lists get a new order, single strings get a new wording with its
sources, and `build` makes the tailored resume with one claim for every string in it. So a
string without a recorded rewording *is* the source's, by construction.
"""

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from cvmaker_core.pointers import join_pointer, resolve_pointer, split_pointer, walk_strings
from cvmaker_core.schema.artefacts import Claim, Pointer, Source

SECTION_ORDER = "/meta/cvmaker/section_order"


@dataclass(frozen=True)
class Rewording:
    """What stands at a pointer instead of the source's words, and where that comes from."""

    text: str
    sources: tuple[Source, ...]
    engine: Literal["baseline", "model"]
    requirements: tuple[str, ...] = ()


@dataclass
class Draft:
    """All pointers given to a draft name the source; `moved` says where they end up."""

    source: dict[str, Any]
    stated_by_person: frozenset[Pointer] = frozenset()
    orders: dict[Pointer, list[int]] = field(default_factory=dict)
    rewordings: dict[Pointer, Rewording] = field(default_factory=dict)
    section_order: list[str] | None = None

    def reorder(self, pointer: Pointer, order: Sequence[int]) -> None:
        """Give the list at `pointer` a new order: source indices as they shall stand; absent ones are left out."""
        self.orders[pointer] = list(order)

    def reword(self, pointer: Pointer, rewording: Rewording) -> None:
        """Put other words at `pointer` (of a string that exists, or of a new key of an object)."""
        self.rewordings[pointer] = rewording

    @property
    def changed(self) -> bool:
        return bool(self.orders or self.rewordings or self.section_order is not None)

    def fork(self) -> "Draft":
        """A copy to try a step on."""
        return Draft(
            self.source,
            self.stated_by_person,
            {pointer: list(order) for pointer, order in self.orders.items()},
            dict(self.rewordings),
            None if self.section_order is None else list(self.section_order),
        )

    def moved(self, pointer: Pointer) -> Pointer | None:
        """Where a value of the source stands in the tailored resume; None if it was left out."""
        here, there = "", ""
        for part in split_pointer(pointer):
            order = self.orders.get(here)
            here += join_pointer(part)
            if order is None:
                there += join_pointer(part)
            elif int(part) in order:
                there += join_pointer(order.index(int(part)))
            else:
                return None
        return there

    def sources(self, pointers: Iterable[Pointer]) -> tuple[Source, ...]:
        """Source records for pointers into the CV."""
        return tuple(Source(kind=self._kind(pointer), pointer=pointer) for pointer in dict.fromkeys(pointers))

    def _kind(self, pointer: Pointer) -> Literal["cv", "person"]:
        return "person" if pointer in self.stated_by_person else "cv"

    def build(
        self, requirements: dict[Pointer, list[str]] | None = None
    ) -> tuple[dict[str, Any], dict[Pointer, Claim]]:
        """The tailored resume and a claim for every string in it.

        `requirements` says which requirements a string of the source is evidence for.
        """
        requirements = requirements or {}
        resume = self._arrange(self.source, "")
        claims: dict[Pointer, Claim] = {}
        for pointer, _ in walk_strings(self.source):
            target = self.moved(pointer)
            if target is None:
                continue
            kind = self._kind(pointer)
            claims[target] = Claim(
                sources=[Source(kind=kind, pointer=pointer)],
                engine="person" if kind == "person" else "copy",
                requirements=requirements.get(pointer, []),
            )
        for pointer, rewording in self.rewordings.items():
            target = self.moved(pointer)
            if target is None:
                continue
            _put(resume, target, rewording.text)
            claims[target] = Claim(
                sources=list(rewording.sources), engine=rewording.engine, requirements=list(rewording.requirements)
            )
        if self.section_order is not None:
            self._put_section_order(resume, claims)
        return resume, claims

    def _put_section_order(self, resume: dict[str, Any], claims: dict[Pointer, Claim]) -> None:
        assert self.section_order is not None
        extension = resume.setdefault("meta", {}).setdefault("cvmaker", {})
        extension["section_order"] = list(self.section_order)
        for pointer in [pointer for pointer in claims if pointer.startswith(SECTION_ORDER + "/")]:
            del claims[pointer]
        for index in range(len(self.section_order)):
            pointer = SECTION_ORDER + join_pointer(index)
            claims[pointer] = Claim(sources=[Source(kind="formula", pointer=SECTION_ORDER)], engine="baseline")

    def _arrange(self, value: Any, pointer: Pointer) -> Any:
        if isinstance(value, dict):
            return {key: self._arrange(item, pointer + join_pointer(key)) for key, item in value.items()}
        if isinstance(value, list):
            order = self.orders.get(pointer, range(len(value)))
            return [self._arrange(value[index], pointer + join_pointer(index)) for index in order]
        return copy.copy(value)


def _put(resume: dict[str, Any], pointer: Pointer, text: str) -> None:
    *parents, last = split_pointer(pointer)
    holder: Any = resume
    for part in parents:
        holder = holder[int(part)] if isinstance(holder, list) else holder.setdefault(part, {})
    if isinstance(holder, list):
        holder[int(last)] = text
    else:
        holder[last] = text


def text_at(resume: dict[str, Any], pointer: Pointer) -> str:
    """The string a pointer names; empty when there is none."""
    try:
        value = resolve_pointer(resume, pointer)
    except (KeyError, ValueError):
        return ""
    return value if isinstance(value, str) else ""


def entry_of(pointer: Pointer) -> Pointer:
    """The entry (job, project, degree …) that a pointer lies in: `/work/0/highlights/1` → `/work/0`."""
    parts = split_pointer(pointer)
    if parts[:1] == ["basics"] or len(parts) < 2:
        return pointer
    if parts[:3] == ["meta", "cvmaker", "sections"]:
        return join_pointer(*parts[:4])
    return join_pointer(*parts[:2])
