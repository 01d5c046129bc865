"""What goes into the truth check and what comes out."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

VerdictWord: TypeAlias = Literal["accept", "reject"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text somebody wrote, and the places of the CV it claims to follow from.

    `source_ids` are JSON Pointers: a leaf, an object such as `/work/0`, or `/basics/summary`.
    `target` is the pointer the text is for; it helps nothing into the text.
    """

    id: str
    source_ids: list[str]
    text: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class VerdictReason:
    """Why a proposal fails: a stable `code`, and a `detail` that names the words concerned."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`accept` with no reasons, or `reject` with at least one."""

    id: str
    verdict: VerdictWord
    reasons: list[VerdictReason] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        return self.verdict == "accept"

    def to_json(self) -> dict[str, Any]:
        """The output line of `cvmaker verify`."""
        return {
            "id": self.id,
            "verdict": self.verdict,
            "reasons": [{"code": reason.code, "detail": reason.detail} for reason in self.reasons],
        }
