"""A model's proposals for requirements, merged with what the rules found and verified against the posting.

A proposal survives only where its quotation stands in the posting, word for word, in a place that
asks something of applicants. So instructions hidden in a posting cannot add a requirement that the
posting does not state, and nothing a model says can remove one.
"""

import re

from cvmaker_core.schema.artefacts import RequirementKind
from cvmaker_core.text import fold
from pydantic import BaseModel, ConfigDict, Field

from posting_analysis.requirements import Candidate
from posting_analysis.segmentation import statements
from posting_analysis.vocabulary import vocabulary

MAX_PROPOSED_WORDS = 40


class ProposedRequirement(BaseModel):
    """One requirement as a model proposes it; `quote` must stand in the posting."""

    model_config = ConfigDict(extra="forbid")

    quote: str = Field(description="The exact words of the posting that state the requirement, as short as possible.")
    kind: RequirementKind
    must: bool = Field(description="False when the posting calls it preferred, desirable or a plus.")


class ProposedRequirements(BaseModel):
    """The answer asked of the model."""

    model_config = ConfigDict(extra="forbid")

    requirements: list[ProposedRequirement]


def merge_proposals(text: str, found: list[Candidate], proposed: list[ProposedRequirement]) -> list[Candidate]:
    """Candidates of both, in the order of the posting.

    Where a proposal and a found candidate speak of the same words, the rules' candidate stays and
    so does its kind; the proposal decides `must` only from wish to must, never the other way.
    """
    allowed = [s for s in statements(text) if s.section != "skip" and not vocabulary().injection.search(s.of(text))]
    merged = list(found)
    for proposal in proposed:
        span = locate(text, proposal.quote)
        if span is None or not any(s.start <= span[0] and span[1] <= s.end for s in allowed):
            continue
        start, end = span
        if any(candidate.start < end and start < candidate.end for candidate in merged):
            continue
        if vocabulary().noise.search(text[start:end]):
            continue
        merged.append(Candidate(start, end, proposal.kind, proposal.must))
    return sorted(merged, key=lambda candidate: (candidate.start, candidate.end))


def locate(text: str, quote: str) -> tuple[int, int] | None:
    """Where a quotation stands in the text, whatever its spaces, dashes and quotation marks; None if it does not."""
    words = re.findall(r"\w+|[^\w\s]", fold(quote))
    if not words or len(words) > MAX_PROPOSED_WORDS:
        return None
    pattern = r"[\s\W]{0,4}".join(re.escape(word) if word[0].isalnum() else r"\W?" for word in words)
    match = re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE)
    if match is None or not re.search(r"\w", match[0]):
        return None
    return match.start(), match.end()
