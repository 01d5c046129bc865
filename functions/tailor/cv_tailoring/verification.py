"""The truth check as the tailoring code uses it: one verifier for one CV."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from cvmaker_core.schema.artefacts import Pointer, Reason, Source

if TYPE_CHECKING:
    from claim_verification import ClaimVerifier


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

    def objections(self, text: str, pointers: Sequence[Pointer], target: Pointer | None) -> list[Reason]:
        from claim_verification import ClaimVerifier, Proposal

        if self._verifier is None:
            self._verifier = ClaimVerifier(self._resume, self._as_of)
        self._number += 1
        verdict = self._verifier.verify(
            Proposal(id=f"p{self._number}", source_ids=list(pointers), text=text, target=target)
        )
        if verdict.accepted:
            return []
        return [Reason(code=reason.code, detail=reason.detail) for reason in verdict.reasons] or [
            Reason(code="rejected", detail="The text does not follow from what it cites.")
        ]


def passes(verifier: Verifier, text: str, sources: Sequence[Source], target: Pointer | None) -> bool:
    return not verifier.objections(text, [source.pointer for source in sources], target)
