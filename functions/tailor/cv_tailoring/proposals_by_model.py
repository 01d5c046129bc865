"""Asking a model for proposals: what it is shown, what it may answer, and with which words it is asked.

Its answer has no field for employers, titles, dates or degrees, so it cannot change them.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from cvmaker_core.contact_details import private_values
from cvmaker_core.hostile_text import addresses_a_machine
from cvmaker_core.language_model import JobBudget, LanguageModel, ModelOutcome, Prompt, load_prompt
from cvmaker_core.pointers import join_pointer
from cvmaker_core.schema.artefacts import Pointer
from pydantic import BaseModel, ConfigDict, Field

from cv_tailoring.draft import text_at
from cv_tailoring.relevance import Relevance

_PROMPTS = Path(__file__).with_name("prompts")
_MOST_BULLETS = 24
_LONGEST_TEXT = 700
_MOST_REQUIREMENTS = 25
_ANSWER_TOKENS = 6000
_ALTERNATIVES_TOKENS = 2000


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ProposedText(_Closed):
    """One proposal."""

    source_ids: list[str] = Field(description="Ids of the texts this follows from; for a bullet, its own id first.")
    text: str
    requirement_ids: list[str]
    reason: str


class Proposals(_Closed):
    """A model's answer for a whole CV."""

    bullets: list[ProposedText]
    summary: ProposedText | None
    headline: ProposedText | None
    cover_letter: list[ProposedText]


class ProposedAlternative(_Closed):
    """Another wording of one text."""

    kind: Literal["shorter", "outcome_first", "closer"]
    source_ids: list[str]
    text: str


class Alternatives(_Closed):
    """A model's answer for one text."""

    alternatives: list[ProposedAlternative]


Propose: TypeAlias = Callable[[dict[str, Any]], ModelOutcome[Proposals]]
ProposeAlternatives: TypeAlias = Callable[[dict[str, Any]], ModelOutcome[Alternatives]]


@lru_cache(maxsize=4)
def prompt(name: str) -> Prompt:
    """A prompt of this stage by file name."""
    return load_prompt(_PROMPTS / f"{name}.md")


def proposer(
    model: LanguageModel, resume: dict[str, Any], budget: JobBudget, remaining_seconds: Callable[[], float]
) -> Propose:
    """A `propose` for `tailor` that asks a model within the job's budget."""

    def propose(material: dict[str, Any]) -> ModelOutcome[Proposals]:
        return model.ask(
            prompt("tailor"),
            material,
            Proposals,
            budget=budget,
            max_output_tokens=_ANSWER_TOKENS,
            remaining_seconds=remaining_seconds(),
            private=private_values(resume),
        )

    return propose


def alternatives_proposer(
    model: LanguageModel, resume: dict[str, Any], budget: JobBudget, remaining_seconds: Callable[[], float]
) -> ProposeAlternatives:
    """The same for one text."""

    def propose(material: dict[str, Any]) -> ModelOutcome[Alternatives]:
        return model.ask(
            prompt("alternatives"),
            material,
            Alternatives,
            budget=budget,
            max_output_tokens=_ALTERNATIVES_TOKENS,
            remaining_seconds=remaining_seconds(),
            private=private_values(resume),
        )

    return propose


def material_for(resume: dict[str, Any], relevance: Relevance, language: str | None) -> dict[str, Any]:
    """What the model is shown: texts with ids, most relevant bullets only, and the requirements with their state."""
    bullets = _chosen_bullets(resume, relevance)
    entries = []
    for section in ("work", "projects", "volunteer"):
        for index, entry in enumerate(resume.get(section) or []):
            pointer = join_pointer(section, index)
            own = [
                _text(bullet, text_at(resume, bullet), relevance)
                for bullet in bullets
                if bullet.startswith(pointer + "/")
            ]
            if own or section == "work":
                entries.append(
                    {
                        "id": pointer,
                        "what": entry.get("position") or entry.get("name") or "",
                        "where": entry.get("name") or entry.get("organization") or entry.get("entity") or "",
                        "from": entry.get("startDate") or "",
                        "to": entry.get("endDate") or "",
                        "texts": own,
                    }
                )
    return {
        "language": language or "unknown",
        "headline": _text("/basics/label", text_at(resume, "/basics/label"), relevance),
        "summary": _text("/basics/summary", text_at(resume, "/basics/summary"), relevance),
        "entries": entries,
        "skills": [
            {"id": join_pointer("skills", index), "name": group.get("name"), "keywords": group.get("keywords") or []}
            for index, group in enumerate(resume.get("skills") or [])
        ],
        "requirements": requirements_for(relevance),
    }


def requirements_for(relevance: Relevance, only: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """The requirements as a model sees them, heaviest first."""
    identities = relevance.by_weight(relevance.requirements if only is None else only)[:_MOST_REQUIREMENTS]
    return [
        {
            "id": identity,
            "text": _plain(relevance.requirements[identity].text),
            "must": relevance.requirements[identity].must,
            "state": relevance.states.get(identity, "missing"),
        }
        for identity in identities
    ]


def _plain(text: str) -> str:
    """A posting's words for a model: bounded, and nothing that is meant for the model."""
    return "" if addresses_a_machine(text) else text[:_LONGEST_TEXT]


def _text(pointer: Pointer, text: str, relevance: Relevance) -> dict[str, Any]:
    return {"id": pointer, "text": text[:_LONGEST_TEXT], "proves": relevance.proves.get(pointer, [])}


def _chosen_bullets(resume: dict[str, Any], relevance: Relevance) -> list[Pointer]:
    """The most relevant texts of entries (bullets, and the prose of an entry that has none), in the CV's order."""
    found: list[Pointer] = []
    for section in ("work", "projects", "volunteer"):
        for index, entry in enumerate(resume.get(section) or []):
            places = range(len(entry.get("highlights") or []))
            own = [join_pointer(section, index, "highlights", place) for place in places]
            prose = "description" if section == "projects" else "summary"
            if entry.get(prose):
                own.append(join_pointer(section, index, prose))
            found += own
    chosen = set(sorted(found, key=lambda pointer: -relevance.weight(pointer))[:_MOST_BULLETS])
    return [pointer for pointer in found if pointer in chosen]
