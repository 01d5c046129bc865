"""Embed: a CV's evidence for a posting's requirements, its vectors, and the owner's career memory. Imports no AWS."""

from evidence_matching.fit import FIT_VERSION
from evidence_matching.matching import match

__all__ = ["FIT_VERSION", "match"]
