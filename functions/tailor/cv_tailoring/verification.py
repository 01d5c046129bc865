"""The truth check as the tailoring code uses it: one verifier for one CV."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from cvmaker_core.schema.artefacts import Pointer, Reason, Source
from cvmaker_core.text import words

from cv_tailoring.draft import text_at
from cv_tailoring.language_data import language_data

if TYPE_CHECKING:
    from claim_verification import ClaimVerifier


_BLANK = re.compile(r"\{\w+\}")
_QUOTED = re.compile(r"“([^”]*)”")


class Verifier(Protocol):
    """Says why a text does not follow from the places of the CV it cites; nothing when it does."""

    def objections(self, text: str, pointers: Sequence[Pointer], target: Pointer | None) -> list[Reason]: ...


class ClaimCheck:
    """`claim_verification` behind the protocol above; built when it is first asked, as the baseline rarely does."""

    def __init__(self, resume: dict[str, Any], as_of: date) -> None:
        self._resume = resume
        self._as_of = as_of
        self._verifier: ClaimVerifier | None = None
        self._number = 0

    def _claims(self) -> "ClaimVerifier":
        from claim_verification import ClaimVerifier

        if self._verifier is None:
            self._verifier = ClaimVerifier(self._resume, self._as_of)
        return self._verifier

    def reads(self, language: str | None) -> bool:
        """Whether the check knows the words of a language: it reads the one that the CV's own texts show."""
        return self._claims().language == language

    def copied_titles(self, text: str, pointers: Sequence[Pointer]) -> frozenset[str]:
        """Words of the titles among the cited values that stand whole in the text."""
        titles = (text_at(self._resume, pointer).strip() for pointer in pointers if pointer.endswith("/position"))
        return frozenset(word for title in titles if title and title in text for word in words(title))

    def objections(self, text: str, pointers: Sequence[Pointer], target: Pointer | None) -> list[Reason]:
        from claim_verification import Proposal

        self._number += 1
        verdict = self._claims().verify(
            Proposal(id=f"p{self._number}", source_ids=list(pointers), text=text, target=target)
        )
        if verdict.accepted:
            return []
        return [Reason(code=reason.code, detail=reason.detail) for reason in verdict.reasons] or [
            Reason(code="rejected", detail="The text does not follow from what it cites.")
        ]


def passes(verifier: Verifier, text: str, sources: Sequence[Source], target: Pointer | None) -> bool:
    """Whether a text follows from the CV places among its sources; frames and postings prove nothing of a person."""
    pointers = [source.pointer for source in sources if source.kind in {"cv", "person"}]
    return not verifier.objections(text, pointers, target)


def composed_holds(
    verifier: Verifier, text: str, sources: Sequence[Source], target: Pointer | None, language: str | None
) -> bool:
    """Whether a sentence of the baseline holds.

    A CV of a few English words, or with a form in another language, is read by the check in a language that is not
    the sentence's; it would refuse the words of the frame. Then the blanks, which are copies, stand on their own.
    Frames say nothing of a person by themselves, so an objection to their words alone does not count.
    """
    if language and isinstance(verifier, ClaimCheck) and not verifier.reads(language):
        return True
    pointers = [source.pointer for source in sources if source.kind in {"cv", "person"}]
    frame = _frame_words(language)
    titles = verifier.copied_titles(text, pointers) if isinstance(verifier, ClaimCheck) else frozenset()
    return all(_is_about(objection, frame, titles) for objection in verifier.objections(text, pointers, target))


@lru_cache(maxsize=16)
def _frame_words(language: str | None) -> frozenset[str]:
    """The words of our sentences' frames: a heading such as "Certificates" need not stand in the CV."""
    data = language_data(language)
    if data is None:
        return frozenset()
    frames = [*data.summary.model_dump().values(), *data.letter.model_dump().values()]
    return frozenset(word for frame in frames for word in words(_BLANK.sub(" ", frame)))


def _is_about(objection: Reason, frame: frozenset[str], titles: frozenset[str]) -> bool:
    """Whether an objection says no more than that the frame's own words are not the CV's.

    Nor does it count that a title is not the person's where it is a cited job's own, word for word: in a headline or
    behind "Current role:" nothing shows the check whose it is, but our frames give a job's title to its holder alone.
    """
    named = [word for quoted in _QUOTED.findall(objection.detail) for word in words(quoted)]
    allowed = frame if objection.code == "unsupported" else titles if objection.code == "title" else frozenset()
    return bool(named) and set(named) <= allowed
