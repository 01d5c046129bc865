"""Tailoring a CV to a posting: choose, order and reword, from the CV's own facts only."""

from cv_tailoring.code_version import code_version
from cv_tailoring.proposals_by_model import Proposals, prompt, proposer
from cv_tailoring.tailoring import tailor

__all__ = ["Proposals", "code_version", "prompt", "proposer", "tailor"]
