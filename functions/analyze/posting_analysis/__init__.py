"""Analyze: a posting becomes requirements, a CV becomes findings. Deterministic; imports no AWS and no model SDK."""

from posting_analysis.analysis import analyze
from posting_analysis.cleaning import prepare_posting
from posting_analysis.documents import read_posting_document

__all__ = ["analyze", "prepare_posting", "read_posting_document"]
