"""The stage's one entry: posting and CV in, analysis out."""

from datetime import date
from typing import Any

from cvmaker_core.schema.artefacts import Analysis, Parsed, Posting, StageWarning

from posting_analysis.cleaning import prepare_posting
from posting_analysis.findings import find_findings
from posting_analysis.headline import read_headline
from posting_analysis.proposals import ProposedRequirement, merge_proposals
from posting_analysis.requirements import extract_candidates, weigh


def analyze(
    resume: dict[str, Any],
    parsed: Parsed | None,
    posting_text: str | None,
    *,
    proposals: list[ProposedRequirement] | None = None,
    as_of: date,
    warnings: list[StageWarning] | None = None,
) -> Analysis:
    """Requirements of the posting and findings about the CV.

    Parameters
    ----------
    resume
        The CV as JSON Resume.
    parsed
        What Parse found out about the page, for findings on layout; None for a CV that has no page.
    posting_text
        Text or HTML of the posting; None or blank without one.
    proposals
        A model's proposals; each is verified against the posting (see `proposals`).
    as_of
        The day the CV is judged on.
    warnings
        A list to which warnings about the posting are added.

    """
    posting: Posting | None = None
    requirements = []
    if posting_text and posting_text.strip():
        prepared = prepare_posting(posting_text)
        if warnings is not None:
            warnings.extend(prepared.warnings)
        text = prepared.text
        headline = read_headline(text)
        posting = Posting(
            title=headline.title,
            seniority=headline.seniority,
            employer=headline.employer,
            location=headline.location,
            language=headline.language,
            text=text,
        )
        candidates = extract_candidates(text)
        if proposals:
            candidates = merge_proposals(text, candidates, proposals)
        requirements = weigh(text, candidates)
        if not requirements and warnings is not None:
            warnings.append(
                StageWarning(
                    code="posting_no_requirements",
                    message="No requirements were found in the posting.",
                    advice="Paste the part of the job description that says what is asked of applicants.",
                )
            )
    return Analysis(
        posting=posting,
        requirements=requirements,
        findings=find_findings(resume, parsed, as_of=as_of, requirements=requirements),
    )
