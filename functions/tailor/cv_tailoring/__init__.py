"""Tailoring a CV to a posting: choose, order and reword, from the CV's own facts only."""

from cv_tailoring.alternatives import Alternative, AlternativeSet, propose_alternatives
from cv_tailoring.code_version import code_version
from cv_tailoring.proposals_by_model import Alternatives, Proposals, alternatives_proposer, prompt, proposer
from cv_tailoring.tailoring import tailor

__all__ = [
    "Alternative",
    "AlternativeSet",
    "Alternatives",
    "Proposals",
    "alternatives_proposer",
    "code_version",
    "prompt",
    "propose_alternatives",
    "proposer",
    "tailor",
]
