"""Embed: requirements meet their evidence; the CV joins its owner's career memory → `evidence.json`."""

import evidence_matching
from cvmaker_core.code_version import code_version
from cvmaker_core.errors import ProviderThrottled
from cvmaker_core.hashing import content_hash
from cvmaker_core.schema.artefacts import Analysis, Parsed, Tokens
from cvmaker_core.schema.jobs import CONSOLE_OWNER
from cvmaker_core.settings import EmbeddingSettings, settings
from cvmaker_core.stage import StageRun, stage_handler
from evidence_matching.evidence_run import Throttled, gather_evidence
from evidence_matching.provider_errors import provider_warning
from vector_providers import embedding_configuration, store_configuration

# So often is a provider asked again that is down (not merely busy), or whose vectors would be paid for once more.
BRIEF_RETRIES = 2
# Kept for matching by words and for writing the artefact, whatever the providers do.
RESERVED_SECONDS = 15.0


@stage_handler("embed")
def handler(run: StageRun) -> None:
    """Read `parsed.json` and `analysis.json`, write `evidence.json`."""
    parsed = Parsed.model_validate(run.artefact("parsed.json").data)
    analysis = Analysis.model_validate(run.artefact("analysis.json").data)
    request = run.request()
    configuration = settings(EmbeddingSettings)
    seconds = run.remaining_seconds() - RESERVED_SECONDS
    may_ask = run.may_spend()
    embeddings = embedding_configuration(configuration, seconds) if may_ask else None
    remembers = may_ask and run.job.owner != CONSOLE_OWNER
    memory = store_configuration(configuration, seconds) if remembers else None
    code = code_version(evidence_matching.__file__)
    inputs = {
        "parsed": content_hash(parsed.resume),
        "analysis": content_hash(analysis.model_dump(mode="json", exclude={"findings"})),
        "as_of": request.as_of.isoformat(),
        "code": code,
        "embeddings": f"{embeddings.model}/{embeddings.dimensions}/{embeddings.usable}" if embeddings else "",
        "memory": str(bool(memory)),
    }
    if run.reuse("evidence.json", inputs):
        return
    if remembers and memory is None:
        run.warnings.append(provider_warning("memory_no_key"))
    try:
        found = gather_evidence(
            parsed.resume,
            analysis,
            job_id=run.job.job_id,
            owner=run.job.owner,
            as_of=request.as_of,
            embeddings=embeddings,
            memory=memory,
            max_usd=request.max_usd,
            may_retry=run.event.retry_count < BRIEF_RETRIES,
            may_wait=run.may_wait,
            repeated=run.event.attempt > 1 or run.event.retry_count > 0,
            is_deleted=lambda: run.store.is_deleted(run.job),
        )
    except Throttled:
        raise ProviderThrottled("provider_throttled", "A provider of vectors asked us to slow down.") from None
    run.spend(Tokens(embedding=found.embedding_tokens), openai=found.embedding_usd)
    run.count("embedding_requests", found.embedding_requests)
    run.count("pinecone_read_units", found.vector_reads)
    run.count("pinecone_write_units", found.vector_writes)
    run.write_artefact(
        "evidence.json",
        found.evidence,
        inputs=inputs,
        engine={"name": "rules", "version": code, **found.engine},
        warnings=found.warnings,
    )
