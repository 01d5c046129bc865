"""What stands first: bullets, entries, skills and sections ordered by what the posting asks for.

Order is all that changes here. Jobs, degrees and volunteer posts keep their chronology: a CV
that shuffles them looks as if it hid something, and every reader and robot expects dates to run.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from cvmaker_core.pointers import join_pointer, resolve_pointer
from cvmaker_core.schema.artefacts import Pointer
from cvmaker_core.visibility import DEFAULT_ORDER

from cv_tailoring.draft import Draft
from cv_tailoring.footing import Footing
from cv_tailoring.relevance import Relevance

# Sections of entries that carry bullets.
_ENTRY_SECTIONS = ("work", "volunteer", "projects")
# Sections whose entries may change places: none of them tells a career.
_FREE_SECTIONS = ("projects", "certificates", "languages", "interests")
_CAREER = ("work", "education")
# A difference of weight below this is noise of the ranking, not a reason to move something.
_NOISE = 1e-6
# What a bullet with a figure is worth, in the weight of an average requirement: less than one proven, more than a hint.
FIGURE_WEIGHT = 0.6

Step: TypeAlias = Callable[[Draft, Relevance, Footing], None]


def _by_weight(relevance: Relevance, pointers: list[Pointer], hold: Sequence[float] = ()) -> list[int]:
    """Indices, heaviest first; equal weights keep their order.

    With `hold`, what proves something moves up past what weighs less with its hold, and nothing else moves.
    """
    weights = [relevance.weight(pointer) for pointer in pointers]
    if hold:
        order: list[int] = []
        for index, weight in enumerate(weights):
            place = len(order)
            while place and weight > weights[order[place - 1]] + hold[order[place - 1]] + _NOISE:
                place -= 1
            order.insert(place, index)
        return order
    return sorted(range(len(pointers)), key=lambda index: -round(weights[index] / _NOISE))


def _hold(order: list[int], held: set[int]) -> list[int]:
    """The order with some indices at their own places."""
    moving = iter(index for index in order if index not in held)
    return [index if index in held else next(moving) for index in range(len(order))]


def _reorder(
    draft: Draft,
    relevance: Relevance,
    footing: Footing,
    pointer: Pointer,
    values: list[Any],
    hold: Sequence[float] = (),
) -> None:
    """Heaviest first, but what the parser cut off keeps its place: elsewhere it would make no sense at all."""
    length = len(values)
    order = _by_weight(relevance, [pointer + join_pointer(index) for index in range(length)], hold)
    order = _hold(order, footing.cut(values))
    if order != list(range(length)):
        draft.reorder(pointer, order)


_FIGURE = re.compile(r"(?<![\w.])(?!(?:19|20)\d\d(?!\d))\d")


def order_bullets(draft: Draft, relevance: Relevance, footing: Footing) -> None:
    """Within each job and project, the bullets that prove most come first.

    A result in figures speaks for itself: it gives way only to what clearly proves a requirement.
    """
    weights = [requirement.weight for requirement in relevance.requirements.values()]
    figure = FIGURE_WEIGHT * sum(weights) / len(weights) if weights else 0.0
    for section in _ENTRY_SECTIONS:
        for index, entry in enumerate(draft.source.get(section) or []):
            bullets = entry.get("highlights") or []
            hold = [figure if _FIGURE.search(str(bullet)) else 0.0 for bullet in bullets]
            _reorder(draft, relevance, footing, join_pointer(section, index, "highlights"), bullets, hold)


def order_entries(draft: Draft, relevance: Relevance, footing: Footing) -> None:
    """Projects, certificates, languages and interests: what proves something first."""
    for section in _FREE_SECTIONS:
        entries = draft.source.get(section) or []
        names = [entry.get("name") or entry.get("language") for entry in entries]
        _reorder(draft, relevance, footing, join_pointer(section), names)
        for index, entry in enumerate(draft.source.get(section) or []):
            keywords = entry.get("keywords") or []
            _reorder(draft, relevance, footing, join_pointer(section, index, "keywords"), keywords)


def order_skills(draft: Draft, relevance: Relevance, footing: Footing) -> None:
    """Groups that hold what is asked for first, and in each group those keywords first.

    Keywords never change groups: a group's name and level are said of every keyword in it.
    """
    groups = draft.source.get("skills") or []
    strongest = [
        max((relevance.weight(pointer) for pointer in _group_pointers(index, group)), default=0.0)
        for index, group in enumerate(groups)
    ]
    order = sorted(
        range(len(groups)),
        key=lambda index: (
            -round(strongest[index] / _NOISE),
            -round(relevance.weight(join_pointer("skills", index)) / _NOISE),
        ),
    )
    order = _hold(order, footing.cut(group.get("name") for group in groups))
    if order != list(range(len(groups))):
        draft.reorder("/skills", order)
    for index, group in enumerate(groups):
        _reorder(draft, relevance, footing, join_pointer("skills", index, "keywords"), group.get("keywords") or [])


def _group_pointers(index: int, group: dict[str, Any]) -> list[Pointer]:
    keywords = [join_pointer("skills", index, "keywords", place) for place in range(len(group.get("keywords") or []))]
    return [join_pointer("skills", index, "name"), *keywords]


def sections_of(resume: dict[str, Any]) -> list[str]:
    """The sections a CV has, in its own order where Parse knows it, else in the usual one."""
    extension = (resume.get("meta") or {}).get("cvmaker") or {}
    custom = [section.get("name", "") for section in extension.get("sections") or []]
    own = ["summary" if name == "basics" else name for name in extension.get("section_order") or []]
    present = [name for name in DEFAULT_ORDER if resume.get(name)]
    if (resume.get("basics") or {}).get("summary"):
        present.insert(0, "summary")
    everything = dict.fromkeys([*own, *present, *custom])
    return [name for name in everything if name in present or name in custom or name == "summary"]


def order_sections(draft: Draft, relevance: Relevance, _footing: Footing) -> None:
    """Skills right after the summary when they hold evidence; then the career; then whatever proves something.

    Work, projects and education keep the order in which the person put them; without evidence to
    bring forward, so does everything.
    """
    resume = draft.source
    before = sections_of(resume)
    weight = {name: relevance.weight(_section_pointer(resume, name)) for name in before}

    def tier(name: str) -> int:
        if name == "summary":
            return 0
        if name == "references":
            return 6
        if name == "interests":
            return 5 if weight[name] <= 0 else 4
        if name == "skills" and weight[name] > 0:
            return 1
        if name in _CAREER or (name == "projects" and weight[name] > 0):
            return 2
        return 3 if weight[name] > 0 or name == "projects" else 4

    # Whoever is asked for experience is read for it first: work that proves more than what stands before it goes ahead.
    overtaken = {
        name for name in (*_CAREER, "projects") if name != "work" and weight.get(name, 0) < weight.get("work", 0)
    }

    def rank(name: str) -> tuple[int, bool]:
        return tier(name), name in overtaken

    after = sorted(before, key=rank)
    if any(weight[name] > 0 and after.index(name) < before.index(name) for name in after):
        draft.section_order = after


def _section_pointer(resume: dict[str, Any], name: str) -> Pointer:
    if name == "summary":
        return "/basics/summary"
    for index, section in enumerate(((resume.get("meta") or {}).get("cvmaker") or {}).get("sections") or []):
        if section.get("name") == name:
            return join_pointer("meta", "cvmaker", "sections", index)
    return join_pointer(name)


def rank_droppable(resume: dict[str, Any], relevance: Relevance) -> list[Pointer]:
    """What may be left out when the page is full, least relevant first. Pointers name the source.

    Never a job, a degree, a date or a person's details; never the last bullet of one of the two
    latest jobs; never the only evidence of something the posting requires. The list holds as a
    whole: if everything on it is dropped, each such requirement still has evidence.
    """
    candidates = _droppable(resume)
    kept_evidence = {
        identity: set(relevance.evidence(identity))
        for identity, requirement in relevance.requirements.items()
        if requirement.must
    }
    bullets_left = {
        join_pointer("work", index, "highlights"): len(entry.get("highlights") or [])
        for index, entry in enumerate((resume.get("work") or [])[:2])
    }
    ranked: list[Pointer] = []
    for pointer in sorted(candidates, key=lambda pointer: _drop_key(resume, relevance, pointer)):
        parent = pointer.rsplit("/", 1)[0]
        if bullets_left.get(parent) == 1:
            continue
        inside = {other for other in relevance.proves if other == pointer or other.startswith(pointer + "/")}
        if any(evidence and evidence <= inside for evidence in kept_evidence.values()):
            continue
        for evidence in kept_evidence.values():
            evidence.difference_update(inside)
        if parent in bullets_left:
            bullets_left[parent] -= 1
        ranked.append(pointer)
    return ranked


def _droppable(resume: dict[str, Any]) -> list[Pointer]:
    found: list[Pointer] = []
    for section in ("references", "interests", "awards", "publications", "volunteer", "projects", "certificates"):
        for index, entry in enumerate(resume.get(section) or []):
            bullets = entry.get("highlights") or [] if section in _ENTRY_SECTIONS else []
            found += [join_pointer(section, index, "highlights", place) for place in range(len(bullets))]
            found.append(join_pointer(section, index))
    for index, entry in enumerate(resume.get("work") or []):
        found += [
            join_pointer("work", index, "highlights", place) for place in range(len(entry.get("highlights") or []))
        ]
    for index, entry in enumerate(resume.get("education") or []):
        found += [
            join_pointer("education", index, "courses", place) for place in range(len(entry.get("courses") or []))
        ]
    for index, group in enumerate(resume.get("skills") or []):
        found += [join_pointer("skills", index, "keywords", place) for place in range(len(group.get("keywords") or []))]
    sections = ((resume.get("meta") or {}).get("cvmaker") or {}).get("sections") or []
    for index, section in enumerate(sections):
        items = section.get("items") or []
        found += [join_pointer("meta", "cvmaker", "sections", index, "items", place) for place in range(len(items))]
    return found


# Where weights are equal (mostly: nothing is proven), what a reader misses least goes first.
_LEAST_MISSED = ("references", "interests", "meta", "publications", "awards", "volunteer", "education", "skills")


def _drop_key(resume: dict[str, Any], relevance: Relevance, pointer: Pointer) -> tuple[float, int, int, int]:
    section, *rest = pointer.strip("/").split("/")
    missed = _LEAST_MISSED.index(section) if section in _LEAST_MISSED else len(_LEAST_MISSED)
    numbers = int(any(sign.isdigit() for sign in str(_value(resume, pointer))))
    age = -int(rest[0]) if rest and rest[0].isdigit() else 0
    return (round(relevance.weight(pointer), 6), missed, numbers, age)


def _value(resume: dict[str, Any], pointer: Pointer) -> Any:
    try:
        return resolve_pointer(resume, pointer)
    except KeyError:
        return ""


STEPS: dict[str, Step] = {
    "sections": order_sections,
    "skills": order_skills,
    "bullets": order_bullets,
    "entries": order_entries,
}
