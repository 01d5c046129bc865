"""POST /search: the owner's CVs by meaning. Reads the owner from the authorizer alone; touches no bucket."""

from typing import Any

from cvmaker_core.errors import CvMakerError
from cvmaker_core.observability import describe_exception, logger
from cvmaker_core.proxy_route import json_answer, problem_answer, read_body
from cvmaker_core.schema.jobs import CONSOLE_OWNER
from cvmaker_core.settings import EmbeddingSettings, settings
from evidence_matching.embedding_client import EmbeddingClient
from evidence_matching.memory_search import SearchRequest, SearchResults, search_memory
from evidence_matching.provider_errors import ProviderFailure, provider_warning
from vector_providers import embedding_configuration, store_configuration

# The gateway gives up after 29 seconds, Lambda after 25.
PROVIDER_SECONDS = 10.0
MAX_BODY_BYTES = 8_000


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
    return search_memory(request, owner=owner, client=EmbeddingClient(embeddings), memory=memory)


def _owner(event: dict[str, Any]) -> str:
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    owner = authorizer.get("owner")
    if not isinstance(owner, str) or not owner:
        raise RuntimeError("the route has no authorizer")
    return owner
