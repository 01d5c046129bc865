"""The truth check as the tailoring code uses it: one verifier for one CV."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from cvmaker_core.schema.artefacts import Pointer, Reason, Source


class Verifier(Protocol):
    """Says why a text does not follow from the places of the CV it cites; nothing when it does."""

    def objections(self, text: str, pointers: Sequence[Pointer], target: Pointer | None) -> list[Reason]: ...


class ClaimCheck:
    """`claim_verification` behind the protocol above; loaded when it is first asked."""

    def __init__(self, resume: dict[str, Any], as_of: date) -> None:
        from claim_verification import ClaimVerifier

        self._verifier = ClaimVerifier(resume, as_of)
        self._number = 0

    def objections(self, text: str, pointers: Sequence[Pointer], target: Pointer | None) -> list[Reason]:
        from claim_verification import Proposal

        self._number += 1
        verdict = self._verifier.verify(
            Proposal(id=f"p{self._number}", source_ids=list(pointers), text=text, target=target)
        )
        if verdict.verdict == "accept":
            return []
        return [Reason(code=reason.code, detail=reason.detail) for reason in verdict.reasons] or [
            Reason(code="rejected", detail="The text does not follow from what it cites.")
        ]


def passes(verifier: Verifier, text: str, sources: Sequence[Source], target: Pointer | None) -> bool:
    return not verifier.objections(text, [source.pointer for source in sources], target)
