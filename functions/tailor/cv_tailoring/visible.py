"""`visibility` of a draft: core's formula on the resume as it would be built."""

from cvmaker_core.schema.artefacts import Analysis, EvidenceData
from cvmaker_core.visibility import visibility

from cv_tailoring.draft import Draft


def visibility_of(draft: Draft, analysis: Analysis, evidence: EvidenceData) -> int | None:
    """0-100, or None where there is no evidence to be seen."""
    if not draft.changed:
        return visibility(draft.source, analysis.requirements, evidence.matches)
    resume, claims = draft.build()
    return visibility(resume, analysis.requirements, evidence.matches, claims)
