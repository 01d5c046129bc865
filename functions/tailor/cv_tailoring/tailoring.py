"""Tailoring one CV to one posting.

The baseline orders and selects, and composes a headline, a summary and a letter of facts. A
model, if there is one, proposes; `review` decides. Both work on a `Draft`, so that what is not
proven stays the person's own words.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from cvmaker_core.hostile_text import addresses_a_machine
from cvmaker_core.pointers import set_pointer, walk_strings
from cvmaker_core.schema.artefacts import (
    Analysis,
    EvidenceData,
    Parsed,
    Pointer,
    Source,
    StageWarning,
    Tailored,
    Visibility,
)
from cvmaker_core.schema.jobs import JobRequest

from cv_tailoring.arrangement import STEPS, rank_droppable
from cv_tailoring.career import read_career
from cv_tailoring.cover_letter import write_letter
from cv_tailoring.draft import Draft, Rewording
from cv_tailoring.footing import Footing
from cv_tailoring.language_data import language_data, language_of
from cv_tailoring.profile import write_headline, write_summary
from cv_tailoring.proposals_by_model import Propose, material_for
from cv_tailoring.relevance import weigh
from cv_tailoring.reporting import describe_changes
from cv_tailoring.review import Review
from cv_tailoring.verification import ClaimCheck, Verifier, composed_holds, passes
from cv_tailoring.visible import visibility_of
from cv_tailoring.wording import bullets_of, tidy, without_first_person

Step: TypeAlias = Callable[[Draft], None]
_FEWEST_LETTER_SENTENCES = 2


def tailor(
    parsed: Parsed,
    analysis: Analysis,
    evidence: EvidenceData,
    *,
    request: JobRequest,
    propose: Propose | None = None,
    verifier: Verifier | None = None,
) -> tuple[Tailored, list[StageWarning]]:
    """The tailored CV, and what the person should know.

    Parameters
    ----------
    parsed, analysis, evidence
        The artefacts' data. Evidence of earlier jobs (career memory) is never used here.
    request
        `as_of` is the day for years and running jobs.
    propose
        Asks a model; None means the baseline alone.
    verifier
        The truth check; by default `claim_verification` on this CV.

    """
    resume, stated = source_of(parsed)
    evident, orders = without_orders(resume)
    verifier = verifier or ClaimCheck(evident, request.as_of)
    relevance = weigh(evident, analysis, evidence)
    language = language_of(resume, parsed.layout.language, analysis.posting.language if analysis.posting else None)
    words = language_data(language)
    footing = Footing.of(parsed, evident, request.as_of, language)
    career = read_career(evident, parsed.dates, footing)
    warnings: list[StageWarning] = [_orders_warning(len(orders))] if orders else []
    codes: dict[Pointer, str] = {}

    def check(text: str, sources: Sequence[Source], target: Pointer) -> bool:
        return passes(verifier, text, sources, target)

    def holds(text: str, sources: Sequence[Source], target: Pointer) -> bool:
        return composed_holds(verifier, text, sources, target, language)

    def visibility(draft: Draft) -> int | None:
        return visibility_of(draft, analysis, evidence)

    draft = Draft(resume, stated)
    before = visibility(draft)
    codes |= _tidy_bullets(draft, words, check)
    steps: list[Step] = [
        *(lambda draft, step=step: step(draft, relevance, footing) for step in STEPS.values()),
        lambda draft: write_headline(draft, relevance, career, footing, holds),
    ]
    if words:
        steps.append(lambda draft: write_summary(draft, relevance, career, words, footing, holds))
    elif analysis.requirements:
        warnings.append(_language_warning())
    if analysis.requirements:
        draft = _climb(draft, steps, visibility)
    codes |= {"/basics/label": "headline", "/basics/summary": "summary"}

    letter_body = None
    rejected = []
    if propose and analysis.requirements:
        outcome = propose(material_for(evident, relevance, language))
        if outcome.warning:
            warnings.append(outcome.warning)
        if outcome.value:
            reviewed = draft.fork()
            review = Review(reviewed, relevance, verifier, words)
            review.apply(outcome.value)
            draft = _without_loss(draft, reviewed, visibility, before)
            codes |= review.codes
            rejected = review.rejected
            if len(review.letter) >= _FEWEST_LETTER_SENTENCES:
                letter_body = review.letter

    letter = (
        write_letter(draft, relevance, analysis, career, words, footing, holds, body=letter_body)
        if words and analysis.requirements
        else None
    )
    after = visibility(draft)
    built, claims = draft.build(relevance.proves)
    tailored = Tailored(
        resume=built,
        claims=claims,
        changes=describe_changes(draft, relevance, codes),
        may_drop=[moved for pointer in rank_droppable(resume, relevance) if (moved := draft.moved(pointer))],
        rejected=rejected,
        fit=evidence.fit.value if evidence.fit else None,
        visibility=Visibility(before=before, after=after) if before is not None and after is not None else None,
        cover_letter=letter,
    )
    return tailored, warnings


def without_orders(resume: dict[str, Any]) -> tuple[dict[str, Any], list[Pointer]]:
    """A copy in which texts that address a machine are empty, and where they stood.

    They stay on the page, being the person's visible words, but no model sees them and nothing rests on them.
    """
    found = [pointer for pointer, text in walk_strings(resume) if addresses_a_machine(text)]
    if not found:
        return resume, []
    resume = copy.deepcopy(resume)
    for pointer in found:
        set_pointer(resume, pointer, "")
    return resume, found


def source_of(parsed: Parsed) -> tuple[dict[str, Any], frozenset[Pointer]]:
    """The CV to work on, and which of its strings the person stated."""
    resume = dict(parsed.resume)
    extension = dict((resume.get("meta") or {}).get("cvmaker") or {})
    stated = frozenset(extension.pop("stated_by_person", None) or [])
    if stated:
        resume["meta"] = {**resume["meta"], "cvmaker": extension}
    return resume, stated


def _orders_warning(number: int) -> StageWarning:
    return StageWarning(
        code="text_addresses_a_machine",
        message=f"{number} text(s) of the CV speak to a machine instead of a reader; they count for nothing.",
        advice="Remove them: recruiters see them too.",
    )


def _language_warning() -> StageWarning:
    return StageWarning(
        code="language_not_supported",
        message="We cannot write in this CV's language yet: its own summary stays, and there is no cover letter.",
        advice="Order and selection follow the posting all the same.",
    )


def _tidy_bullets(draft: Draft, words: Any, check: Callable[..., bool]) -> dict[Pointer, str]:
    """Safe wording, bullet by bullet; returns the reason code of each changed one."""
    codes: dict[Pointer, str] = {}
    for pointer, text in bullets_of(draft.source):
        if pointer in draft.stated_by_person:
            continue
        tidied = tidy(text)
        spoken = without_first_person(tidied, words)
        sources = draft.sources([pointer])
        if spoken != tidied and check(spoken, sources, pointer):
            draft.reword(pointer, Rewording(spoken, sources, "baseline"))
            codes[pointer] = "first_person"
        elif tidied != text:
            draft.reword(pointer, Rewording(tidied, sources, "baseline"))
            codes[pointer] = "tidied"
    return codes


def _climb(draft: Draft, steps: list[Step], visibility: Callable[[Draft], int | None]) -> Draft:
    """Take each step that does not hide evidence: tailoring never makes a CV less visible.

    A step that hides something at first may be right once the summary says it, so what was refused is tried again.
    """
    reached = visibility(draft)
    refused: list[Step] = []
    for again in (False, True):
        for step in refused if again else steps:
            tried = draft.fork()
            step(tried)
            seen = visibility(tried)
            if seen is None or reached is None or seen >= reached:
                draft, reached = tried, seen
            elif not again:
                refused.append(step)
    return draft


def _without_loss(
    draft: Draft, reviewed: Draft, visibility: Callable[[Draft], int | None], before: int | None
) -> Draft:
    """The reviewed draft, less those rewordings that hide evidence below where the CV started."""
    seen = visibility(reviewed)
    if before is None or seen is None or seen >= before:
        return reviewed
    for pointer, rewording in list(reviewed.rewordings.items()):
        if rewording.engine == "model" and pointer in draft.rewordings:
            reviewed.rewordings[pointer] = draft.rewordings[pointer]
    seen = visibility(reviewed)
    return reviewed if seen is not None and seen >= before else draft


__all__ = ["source_of", "tailor"]
