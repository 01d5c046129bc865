"""The truth check of every text somebody writes about a CV. Knows no model and no AWS; see docs/verifier.md."""

from claim_verification.lines import verify_lines
from claim_verification.models import Proposal, Verdict, VerdictReason
from claim_verification.verifier import ClaimVerifier

__all__ = ["ClaimVerifier", "Proposal", "Verdict", "VerdictReason", "verify_lines"]
