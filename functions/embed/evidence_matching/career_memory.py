"""Career memory: what the owner's earlier CVs say about requirements that this one leaves open.

It is offered, never inserted.
"""

from collections.abc import Sequence
from typing import Any

from cvmaker_core.schema.artefacts import Match, MemoryOffer, Requirement
from cvmaker_core.text import fold

from evidence_matching.items import CvItem
from evidence_matching.matching import PARTLY_COVERAGE
from evidence_matching.terms import coverage, terms_of
from evidence_matching.vector_store import StoredItem, VectorStore

# One question costs a round trip: the heaviest open requirements are asked about.
MAX_QUESTIONS = 8
NEAREST = 5
MAX_OFFERS = 12
# An offer must speak of the requirement: by its words, or by a cosine well above what chance gives.
OFFERED_SIMILARITY = 0.5
_OPEN_STATES = {"missing", "adjacent", "partly"}


def open_requirements(requirements: Sequence[Requirement], matches: Sequence[Match]) -> list[Requirement]:
    """Requirements that the CV leaves open and that an item could fill, heaviest first."""
    states = {match.requirement_id: match.state for match in matches}
    return sorted(
        (r for r in requirements if states.get(r.id) in _OPEN_STATES and r.kind != "experience_years"),
        key=lambda r: (-r.weight, r.id),
    )[:MAX_QUESTIONS]


def recall(
    store: VectorStore,
    requirements: Sequence[Requirement],
    requirement_vectors: Any,
    *,
    job_id: str,
    items: Sequence[CvItem],
    language: str,
) -> list[MemoryOffer]:
    """Ask the store about open requirements.

    Parameters
    ----------
    requirements, requirement_vectors
        What is left open, and its unit vectors, one row each.
    items
        The present CV's items: what they say already is not offered.
    language
        Of the posting.

    Raises
    ------
    ProviderFailure
        If Pinecone does not answer.

    """
    present = {fold(item.text) for item in items}
    offers: dict[str, MemoryOffer] = {}
    for requirement, vector in zip(requirements, requirement_vectors, strict=True):
        wanted = terms_of(requirement.text, language)
        for found in store.query(vector, NEAREST, without_job=job_id):
            if found.job_id == job_id or fold(found.text) in present:
                continue
            said = coverage(wanted, terms_of(found.text, language))
            if said < PARTLY_COVERAGE and found.similarity < OFFERED_SIMILARITY:
                continue
            _keep_best(offers, requirement, found, max(found.similarity, min(said, 1.0)))
    chosen = sorted(offers.values(), key=lambda offer: (-offer.similarity, offer.pointer))[:MAX_OFFERS]
    return [offer for offer in chosen if not _says_the_same(offer, items)]


def _keep_best(offers: dict[str, MemoryOffer], requirement: Requirement, found: StoredItem, similarity: float) -> None:
    """The same sentence stands in many of a person's CVs: it is offered once, for the requirement it fits best."""
    key = fold(found.text)
    if key not in offers or offers[key].similarity < similarity:
        offers[key] = MemoryOffer(
            job_id=found.job_id,
            pointer=found.pointer,
            text=found.text,
            requirement_id=requirement.id,
            similarity=round(similarity, 3),
        )


def _says_the_same(offer: MemoryOffer, items: Sequence[CvItem]) -> bool:
    """A rewording of what the CV says already: nearly all words of the shorter are in the longer."""
    words = set(fold(offer.text).split())
    for item in items:
        have = set(fold(item.text).split())
        smaller = min(len(words), len(have))
        if smaller >= 4 and len(words & have) >= 0.85 * smaller:
            return True
    return False
