"""`fit` (0-100): how much of a posting the facts of a CV support. `docs/fit-and-visibility.md` explains it.

It rests on facts alone (dates, degrees, languages, certificates, titles, named skills), so no
rewording, model, vector or earlier CV changes it, and adding a true fact never lowers it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cvmaker_core.schema.artefacts import Fit, Requirement

from evidence_matching.facts import title_similarity

FIT_VERSION = "2"

STATE_VALUE = {"met": 1.0, "partly": 0.5, "adjacent": 0.0, "missing": 0.0}
# The title is judged like one more requirement that weighs as much as a tenth of all others.
TITLE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Judgement:
    """What facts say of one requirement. `only_if_met`: facts can confirm it but not refute it."""

    state: str
    only_if_met: bool = False


def compute_fit(
    requirements: Sequence[Requirement],
    judgements: Sequence[Judgement | None],
    *,
    title: str,
    titles_held: Sequence[str],
    language: str,
) -> Fit | None:
    """The weighted share of what facts can judge that they support.

    A requirement that no fact can judge (a duty, a character trait) is left out of both sides of
    the fraction; `parts.judged` says how much of the posting's weight was judged. Where no
    requirement was judged there is no fit: a title alone says nothing of what is asked for.
    """
    everything = sum(requirement.weight for requirement in requirements) or 1.0
    supported = judged = 0.0
    counts = {"met": 0, "partly": 0, "missing": 0}
    for requirement, judgement in zip(requirements, judgements, strict=True):
        if judgement is None or (judgement.only_if_met and judgement.state != "met"):
            continue
        judged += requirement.weight
        supported += requirement.weight * STATE_VALUE[judgement.state]
        counts[judgement.state] = counts.get(judgement.state, 0) + 1
    if not judged:
        return None
    share = judged / everything
    best_title = max((title_similarity(title, held, language) for held in titles_held), default=0.0) if title else None
    if best_title is not None:
        judged += TITLE_SHARE * everything
        supported += TITLE_SHARE * everything * best_title
    return Fit(
        value=round(100 * supported / judged),
        version=FIT_VERSION,
        parts={"judged": round(share, 3), "title": None if best_title is None else round(best_title, 3), **counts},
    )
