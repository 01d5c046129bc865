"""Judging proposals: each is checked against what it cites, and only then stands in the CV.

A rejected proposal changes nothing: the source's own words stay, and the person can read what
was proposed and why it was refused. A model's own reasons are never shown as ours.
"""

import re
from collections.abc import Sequence
from typing import Any

from cvmaker_core.contact_details import PLACEHOLDER
from cvmaker_core.pointers import resolve_pointer, split_pointer
from cvmaker_core.schema.artefacts import Pointer, Reason, Rejection, Sentence
from cvmaker_core.text import fold

from cv_tailoring.cover_letter import LETTER
from cv_tailoring.draft import Draft, Rewording, entry_of, text_at
from cv_tailoring.language_data import LanguageData, guess_language
from cv_tailoring.profile import LABEL, SUMMARY
from cv_tailoring.proposals_by_model import Proposals, ProposedText
from cv_tailoring.relevance import Relevance
from cv_tailoring.verification import Verifier
from cv_tailoring.wording import loses_number

_LONGEST = {"bullet": 400, "summary": 900, "headline": 110, "sentence": 400}
_LONGEST_REJECTED = 400
_MOST_SENTENCES = 8
_MARKUP = re.compile(
    r"https?://|www\.|!?\[[^\]]*\]\(|<[a-z/!]|```|[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\u200b-\u200f]"
)
_REWORDABLE = ("highlights", "summary", "description")
_ENOUGH_WORDS = 6


class Review:
    """Goes through a model's proposals for one draft."""

    def __init__(
        self,
        draft: Draft,
        relevance: Relevance,
        verifier: Verifier,
        words: LanguageData | None,
    ) -> None:
        self.draft = draft
        self.relevance = relevance
        self.verifier = verifier
        self.words = words
        self.rejected: list[Rejection] = []
        self.codes: dict[Pointer, str] = {}
        self.accepted = 0
        self.letter: list[Sentence] = []

    @property
    def resume(self) -> dict[str, Any]:
        return self.draft.source

    def apply(self, proposals: Proposals) -> None:
        """Take what holds, record what does not."""
        done: set[Pointer] = set()
        for proposal in proposals.bullets:
            self._bullet(proposal, done)
        if proposals.summary:
            self._field(proposals.summary, SUMMARY, "summary")
        if proposals.headline:
            self._field(proposals.headline, LABEL, "headline")
        for proposal in proposals.cover_letter[:_MOST_SENTENCES]:
            if self._holds(proposal, LETTER, "sentence"):
                self.letter.append(
                    Sentence(text=proposal.text.strip(), sources=list(self.draft.sources(proposal.source_ids)))
                )

    def _bullet(self, proposal: ProposedText, done: set[Pointer]) -> None:
        cited = [pointer for pointer in proposal.source_ids if self._is_text(pointer)]
        if not cited or len({entry_of(pointer) for pointer in proposal.source_ids}) != 1:
            self._reject(
                proposal, [Reason(code="sources", detail="A bullet cites itself and its own entry, nothing else.")]
            )
            return
        target, *others = dict.fromkeys(cited)
        merged = [pointer for pointer in others if "/highlights/" in pointer]
        if done & {target, *merged}:
            self._reject(proposal, [Reason(code="duplicate", detail="This bullet was already reworded.")])
            return
        if fold(proposal.text) == fold(text_at(self.resume, target)):
            return
        if not self._holds(proposal, target, "bullet"):
            return
        if any(loses_number(text_at(self.resume, pointer), proposal.text, self.words) for pointer in [target, *merged]):
            self._reject(
                proposal, [Reason(code="number_lost", detail="The text counted something and no longer does.")]
            )
            return
        if merged:
            if "/highlights/" not in target or not self._merge(proposal, target, merged):
                return
            self.codes[target] = "merged"
        done |= {target, *merged}
        self._reword(target, proposal)

    def _merge(self, proposal: ProposedText, target: Pointer, merged: list[Pointer]) -> bool:
        """A merged bullet replaces its sources, so none of their numbers may be missing from it."""
        numbers = {
            number for pointer in [target, *merged] for number in re.findall(r"\d+", text_at(self.resume, pointer))
        }
        if not numbers <= set(re.findall(r"\d+", proposal.text)):
            self._reject(proposal, [Reason(code="number_lost", detail="A merged bullet keeps every number.")])
            return False
        parent = target.rsplit("/", 1)[0]
        length = len(resolve_pointer(self.resume, parent))
        gone = {int(split_pointer(pointer)[-1]) for pointer in merged}
        order = self.draft.orders.get(parent, list(range(length)))
        self.draft.reorder(parent, [index for index in order if index not in gone])
        return True

    def _field(self, proposal: ProposedText, target: Pointer, kind: str) -> None:
        if fold(proposal.text) != fold(text_at(self.resume, target)) and self._holds(proposal, target, kind):
            self._reword(target, proposal)

    def _reword(self, target: Pointer, proposal: ProposedText) -> None:
        self.accepted += 1
        proven = self.relevance.proven_within(proposal.source_ids)
        self.draft.reword(
            target,
            Rewording(
                " ".join(proposal.text.split()),
                self.draft.sources(proposal.source_ids),
                "model",
                tuple(identity for identity in proven if identity in proposal.requirement_ids),
            ),
        )
        self.codes.setdefault(target, "reworded")

    def _holds(self, proposal: ProposedText, target: Pointer, kind: str) -> bool:
        reasons = form_objections(proposal.text, _LONGEST[kind], self.words)
        if not reasons:
            reasons = self.verifier.objections(proposal.text, proposal.source_ids, target)
        if reasons:
            self._reject(proposal, reasons)
        return not reasons

    def _reject(self, proposal: ProposedText, reasons: Sequence[Reason]) -> None:
        self.rejected.append(
            Rejection(
                text=proposal.text[:_LONGEST_REJECTED],
                source_ids=[pointer[:_LONGEST_REJECTED] for pointer in proposal.source_ids[:20]],
                reasons=list(reasons),
            )
        )

    def _is_text(self, pointer: Pointer) -> bool:
        parts = split_pointer(pointer) if pointer.startswith("/") else []
        named = len(parts) in {3, 4} and parts[0] in {"work", "projects", "volunteer"} and parts[2] in _REWORDABLE
        return named and bool(text_at(self.resume, pointer))


def form_objections(text: str, longest: int, words: LanguageData | None) -> list[Reason]:
    """What is wrong with a text before its truth is asked about."""
    if not text.strip():
        return [Reason(code="empty", detail="There is no text.")]
    if len(text) > longest:
        return [Reason(code="too_long", detail=f"More than {longest} characters.")]
    if _MARKUP.search(text) or PLACEHOLDER in text or "\n" in text.strip():
        return [Reason(code="form", detail="Links, markup and line breaks do not belong here.")]
    language = guess_language(text) if len(text.split()) >= _ENOUGH_WORDS else None
    if words and language and language != words.language:
        return [Reason(code="language", detail="The text is not in the CV's language.")]
    return []
