"""POST /search: the owner's CVs by meaning. The owner is the authorizer's; of the bucket, only the spending ledger."""

from typing import Any

from cvmaker_core.errors import CvMakerError
from cvmaker_core.job_store import JobStore
from cvmaker_core.observability import describe_exception, logger
from cvmaker_core.prices import embedding_usd
from cvmaker_core.proxy_route import json_answer, problem_answer, read_body
from cvmaker_core.schema.artefacts import StageWarning
from cvmaker_core.schema.jobs import CONSOLE_OWNER
from cvmaker_core.settings import EmbeddingSettings, StageSettings, settings
from cvmaker_core.spending import DailySpending
from evidence_matching.embedding_client import EmbeddingClient
from evidence_matching.memory_search import SearchRequest, SearchResults, search_memory
from evidence_matching.provider_errors import ProviderFailure, provider_warning
from vector_providers import embedding_configuration, store_configuration

# The gateway gives up after 29 seconds, Lambda after 25.
PROVIDER_SECONDS = 10.0
MAX_BODY_BYTES = 8_000
_DAY_SPENT = StageWarning(
    code="daily_limit_reached",
    message="The service has spent what it may on artificial intelligence today, so nothing was searched.",
    advice="Search again tomorrow (UTC).",
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway proxy event → `{"results", "warnings"}`, or problem+json."""
    del context
    logger.clear_state()
    try:
        request = read_body(event, SearchRequest, limit=MAX_BODY_BYTES, advice="Ask a shorter question.")
        return json_answer(200, _search(_owner(event), request).model_dump(mode="json"))
    except CvMakerError as error:
        return problem_answer(422, error.code, error.message, error.advice)
    except ProviderFailure as failure:
        warning = failure.warning
        logger.warning("search failed", extra={"code": failure.code})
        status = 429 if failure.throttled else 503
        return problem_answer(status, failure.code, warning.message, warning.advice, retryable=True)
    except Exception as error:  # noqa: BLE001 - a boundary: nothing may leave with its own text
        logger.error("search crashed", extra=describe_exception(error))
        return problem_answer(500, "internal_error", "The search met a defect of ours.", "Try again.")


def _search(owner: str, request: SearchRequest) -> SearchResults:
    configuration = settings(EmbeddingSettings)
    embeddings = embedding_configuration(configuration, PROVIDER_SECONDS)
    memory = store_configuration(configuration, PROVIDER_SECONDS)
    if owner == CONSOLE_OWNER:
        return SearchResults()  # drops from the console have no memory
    if memory is None:
        return SearchResults(warnings=[provider_warning("memory_no_key")])
    if not embeddings.usable:
        return SearchResults(warnings=[provider_warning("embeddings_no_key")])
    deployment = settings(StageSettings)
    spending = DailySpending(JobStore(deployment.documents_bucket), deployment.daily_usd_limit)
    if spending.is_exhausted():
        return SearchResults(warnings=[_DAY_SPENT])
    client = EmbeddingClient(embeddings)
    try:
        return search_memory(request, owner=owner, client=client, memory=memory)
    finally:
        # The question is paid for even where the vector database then fails. An own server costs nothing.
        price = 0.0 if embeddings.base_url else embedding_usd(embeddings.model, client.tokens) or 0.0
        # A question costs less than the ledger's unit, a millionth of a dollar: rounded up, or none would ever count.
        spending.record(max(price, 1e-6) if price else 0.0)


def _owner(event: dict[str, Any]) -> str:
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    owner = authorizer.get("owner")
    if not isinstance(owner, str) or not owner:
        raise RuntimeError("the route has no authorizer")
    return owner
