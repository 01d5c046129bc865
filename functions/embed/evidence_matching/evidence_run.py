"""The stage without AWS: vectors, evidence, memory, and every failure of a provider as a warning."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cvmaker_core.contact_details import private_values
from cvmaker_core.prices import embedding_usd
from cvmaker_core.schema.artefacts import Analysis, EvidenceData, StageWarning

from evidence_matching.career_memory import open_requirements, recall
from evidence_matching.embedding_client import EmbeddingClient, EmbeddingConfiguration
from evidence_matching.items import cv_items
from evidence_matching.matching import match
from evidence_matching.provider_errors import ProviderFailure, provider_warning
from evidence_matching.vector_store import StoreConfiguration, VectorStore, vector_id

# Kinds worth finding again in another CV. Summaries repeat what their entries say.
REMEMBERED = frozenset(
    {"bullet", "skill", "certificate", "project", "education", "language", "award", "publication", "title", "other"}
)
CHARACTERS_PER_TOKEN = 3
THROTTLED = "embeddings_throttled"


@dataclass
class EvidenceRun:
    """What one run found and used."""

    evidence: EvidenceData
    warnings: list[StageWarning] = field(default_factory=list)
    embedding_tokens: int = 0
    embedding_requests: int = 0
    embedding_usd: float = 0.0
    vector_reads: int = 0
    vector_writes: int = 0
    engine: dict[str, Any] = field(default_factory=dict)


class Throttled(Exception):
    """A provider asked to slow down, and there is time to do so: run the stage again later."""


def gather_evidence(
    resume: dict[str, Any],
    analysis: Analysis,
    *,
    job_id: str,
    owner: str,
    as_of: date,
    embeddings: EmbeddingConfiguration | None,
    memory: StoreConfiguration | None,
    max_usd: float = 1.0,
    may_retry: bool = False,
    may_wait: bool = False,
    repeated: bool = False,
    is_deleted: Callable[[], bool] = lambda: False,
) -> EvidenceRun:
    """Evidence for one CV; with `embeddings` better ranked, with `memory` remembered and compared with earlier CVs.

    Parameters
    ----------
    embeddings, memory
        None where the person or the deployment wants none; no warning is given then.
    may_retry
        Whether a provider that is overloaded, or throttled after vectors were paid for, may be asked again soon.
    may_wait
        Whether throttled embeddings, for which nothing was paid yet, may be asked again however long it takes.
    repeated
        Whether an earlier attempt may have written vectors of this job.
    is_deleted
        Whether the person deleted the job meanwhile: its vectors, just written, are then taken back, since the
        eraser may have looked before they came.

    Raises
    ------
    Throttled
        Only with `may_retry` or `may_wait`.

    """
    client = EmbeddingClient(embeddings, private_values(resume)) if embeddings else None
    warnings: list[StageWarning] = []
    usable = client is not None and _may_embed(client, resume, analysis, max_usd, warnings)
    evidence = EvidenceData()
    if client and usable:
        try:
            evidence = match(resume, analysis, embed=client, as_of=as_of)
        except ProviderFailure as failure:
            usable = False
            if failure.throttled and (may_retry or (may_wait and failure.code == THROTTLED and not client.tokens)):
                raise Throttled from None
            warnings.append(failure.warning)
    if not usable:
        evidence = match(resume, analysis, as_of=as_of)
    if analysis.posting is not None and evidence.fit is None:
        warnings.append(
            StageWarning(
                code="fit_not_judged",
                message="The facts of the CV can judge nothing that the posting asks for, so there is no fit.",
                advice="Paste the whole job description, with its requirements.",
            )
        )
    run = EvidenceRun(evidence, warnings)
    if client and usable and memory:
        store = VectorStore(memory, owner, client.configuration.model, client.dimensions)
        try:
            _remember(
                store,
                client,
                run,
                resume,
                analysis,
                job_id=job_id,
                as_of=as_of,
                repeated=repeated,
                is_deleted=is_deleted,
            )
        except ProviderFailure as failure:
            if failure.throttled and may_retry:
                raise Throttled from None
            run.warnings.append(failure.warning)
    if client:
        run.embedding_tokens = client.tokens
        run.embedding_requests = client.requests
        run.embedding_usd = _usd(client)
    run.engine = {
        "embeddings": client.configuration.model if client and usable else None,
        "memory": bool(memory and usable),
    }
    return run


def _may_embed(
    client: EmbeddingClient, resume: dict[str, Any], analysis: Analysis, max_usd: float, warnings: list[StageWarning]
) -> bool:
    """Key and budget, before anything is sent."""
    if not client.configuration.usable:
        warnings.append(provider_warning("embeddings_no_key"))
        return False
    texts = [item.text for item in cv_items(resume)] + [requirement.text for requirement in analysis.requirements]
    tokens = sum(len(text.encode()) for text in texts) // CHARACTERS_PER_TOKEN + 2 * len(texts)
    price = embedding_usd(client.configuration.model, tokens) or 0.0
    if not client.configuration.base_url and price > max_usd:
        warnings.append(provider_warning("embeddings_over_budget"))
        return False
    return True


def _usd(client: EmbeddingClient) -> float:
    """What was spent; a server of one's own costs nothing here."""
    return embedding_usd(client.configuration.model, client.tokens) or 0.0


def _remember(
    store: VectorStore,
    client: EmbeddingClient,
    run: EvidenceRun,
    resume: dict[str, Any],
    analysis: Analysis,
    *,
    job_id: str,
    as_of: date,
    repeated: bool,
    is_deleted: Callable[[], bool],
) -> None:
    """First ask what earlier CVs say, then write this one's items for the next."""
    items = [item for item in cv_items(resume) if item.kind in REMEMBERED]
    if not items:
        return
    try:
        wanted = open_requirements(analysis.requirements, run.evidence.matches)
        if wanted:
            language = (analysis.posting.language if analysis.posting else None) or "en"
            asked = client([requirement.text for requirement in wanted])
            run.evidence.career_memory = recall(store, wanted, asked, job_id=job_id, items=items, language=language)
        texts = [client.clean(item.text) for item in items]
        written = {vector_id(job_id, text) for text in texts}
        store.upsert(job_id, items, texts, client(texts), as_of)
        if repeated:
            store.remove_others(job_id, written)
        if is_deleted():
            store.remove(written)
    finally:
        run.vector_reads, run.vector_writes = store.reads, store.writes
