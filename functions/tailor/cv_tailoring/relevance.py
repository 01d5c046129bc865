"""How much each value of the CV says about what the posting asks for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cvmaker_core.pointers import resolve_pointer, walk_strings
from cvmaker_core.schema.artefacts import Analysis, EvidenceData, Match, Pointer, Requirement
from cvmaker_core.skill_aliases import canonical_skill, find_skills
from cvmaker_core.text import fold

# Of a requirement's weight, what evidence for it is worth. "Adjacent" orders, but never counts as proof.
STATE_FACTOR = {"met": 1.0, "partly": 0.6, "adjacent": 0.3, "missing": 0.0}
# Evidence comes best first; what follows says the same again.
LATER_EVIDENCE = 0.25
_LONGEST_NAME = 60


@dataclass
class Relevance:
    """Weights, which requirements (heaviest first) a pointer proves, and how near it is to each.

    Pointers name the source CV.
    """

    requirements: dict[str, Requirement]
    states: dict[str, str]
    weights: dict[Pointer, float] = field(default_factory=dict)
    proves: dict[Pointer, list[str]] = field(default_factory=dict)
    nearness: dict[tuple[str, Pointer], float] = field(default_factory=dict)

    def weight(self, pointer: Pointer) -> float:
        """Of the value at a pointer with all that lies in it."""
        return sum(weight for other, weight in self.weights.items() if _within(other, pointer))

    def proven_within(self, pointers: Iterable[Pointer]) -> list[str]:
        """Requirement ids proven by the values at the pointers or inside them, heaviest first."""
        wanted = list(pointers)
        found = {
            identity
            for other, identities in self.proves.items()
            if any(_within(other, pointer) for pointer in wanted)
            for identity in identities
        }
        return self.by_weight(found)

    def by_weight(self, identities: Iterable[str]) -> list[str]:
        """Heaviest first; equal ones in the posting's order."""
        order = {identity: place for place, identity in enumerate(self.requirements)}
        return sorted(identities, key=lambda identity: (-self.requirements[identity].weight, order[identity]))

    def evidence(self, identity: str) -> list[Pointer]:
        """Where a requirement is proven."""
        return [pointer for pointer, identities in self.proves.items() if identity in identities]

    def is_met(self, identity: str) -> bool:
        return self.states.get(identity) == "met"


def _within(pointer: Pointer, ancestor: Pointer) -> bool:
    return pointer == ancestor or pointer.startswith(ancestor + "/")


def weigh(resume: dict[str, Any], analysis: Analysis, evidence: EvidenceData) -> Relevance:
    """Relevance of every value of a CV for one posting. Only this CV's own evidence counts."""
    requirements = {requirement.id: requirement for requirement in analysis.requirements}
    matches = [match for match in evidence.matches if match.requirement_id in requirements]
    relevance = Relevance(requirements, {match.requirement_id: match.state for match in matches})
    weights: dict[Pointer, float] = defaultdict(float)
    proves: dict[Pointer, set[str]] = defaultdict(set)
    skills = _skills_of(resume)
    for match in matches:
        requirement = requirements[match.requirement_id]
        value = requirement.weight * STATE_FACTOR[match.state]
        pointers = _own_evidence(resume, match)
        if match.state in {"met", "partly"}:
            named = canonical_skill(requirement.text)
            pointers |= {pointer: 1.0 for pointer in skills.get(named or "", []) if pointer not in pointers}
        for rank, (pointer, similarity) in enumerate(pointers.items()):
            # A keyword of the skills section says it as well wherever the ranking put it.
            later = 0 if pointer.startswith("/skills/") else LATER_EVIDENCE * rank
            weights[pointer] += value * similarity / (1 + later)
            relevance.nearness[match.requirement_id, pointer] = similarity
            if match.state in {"met", "partly"}:
                proves[pointer].add(match.requirement_id)
    relevance.weights = dict(weights)
    relevance.proves = {pointer: relevance.by_weight(identities) for pointer, identities in proves.items()}
    return relevance


def _own_evidence(resume: dict[str, Any], match: Match) -> dict[Pointer, float]:
    found: dict[Pointer, float] = {}
    for item in match.evidence:
        if item.job_id is not None or item.pointer in found:
            continue
        try:
            if resolve_pointer(resume, item.pointer) == "":
                continue
        except (KeyError, ValueError):
            continue
        found[item.pointer] = min(max(item.similarity, 0.0), 1.0)
    return found


def _skills_of(resume: dict[str, Any]) -> dict[str, list[Pointer]]:
    """Canonical skill → where the skills section names it."""
    found: dict[str, list[Pointer]] = defaultdict(list)
    for pointer, text in walk_strings(resume.get("skills") or [], "/skills"):
        name = canonical_skill(text)
        if name and not pointer.endswith("/level"):
            found[name].append(pointer)
    return found


def shown_names(resume: dict[str, Any], relevance: Relevance, identity: str) -> list[tuple[str, Pointer]]:
    """The CV's own short words for what a skill requirement names, and where they stand.

    Only what the CV says is ever shown: the posting's words are not the person's. A requirement
    may name several skills ("React, Redux or Vue"); those the CV has are listed, in its order.
    """
    requirement = relevance.requirements[identity]
    wanted = list(dict.fromkeys(mention.canonical for mention in find_skills(requirement.text)))
    whole = canonical_skill(requirement.text)
    if whole:
        wanted = [whole]
    sought = fold(requirement.text)
    # A keyword of the skills section is a name already; a bullet has to be searched for one.
    pointers = sorted(relevance.evidence(identity), key=lambda pointer: not pointer.startswith("/skills"))
    found: dict[str, tuple[str, Pointer]] = {}
    for pointer in pointers:
        try:
            value = resolve_pointer(resume, pointer)
        except (KeyError, ValueError):
            continue
        for leaf, text in walk_strings(value, pointer):
            if leaf.endswith("/level"):
                continue
            name = canonical_skill(text)
            if name in wanted or (not wanted and fold(text) == sought and len(text) <= _LONGEST_NAME):
                found.setdefault(name or sought, (_cased(text.strip(), name), leaf))
                continue
            for mention in find_skills(text):
                if mention.canonical in wanted:
                    found.setdefault(mention.canonical, (_cased(mention.surface, mention.canonical), leaf))
    return sorted(found.values(), key=lambda item: _place(item, wanted))


def _cased(shown: str, name: str | None) -> str:
    """A skill that a design prints in capitals (PYTHON) as it is written elsewhere."""
    return name if name and shown.isupper() and fold(name) == fold(shown) else shown


def _place(item: tuple[str, Pointer], wanted: list[str]) -> int:
    name = canonical_skill(item[0])
    return wanted.index(name) if name in wanted else len(wanted)
