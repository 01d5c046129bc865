"""POST /search: the owner's CVs by meaning. Reads the owner from the authorizer alone; touches no bucket."""

import base64
import json
import os
from typing import Any

from cvmaker_core.errors import CvMakerError, InputError
from cvmaker_core.observability import describe_exception, logger
from cvmaker_core.schema.jobs import CONSOLE_OWNER
from cvmaker_core.settings import EmbeddingSettings, settings
from evidence_matching.embedding_client import EmbeddingClient
from evidence_matching.memory_search import SearchRequest, SearchResults, search_memory
from evidence_matching.provider_errors import ProviderFailure, provider_warning
from pydantic import ValidationError
from vector_providers import embedding_configuration, store_configuration

# The gateway gives up after 29 seconds, Lambda after 25.
PROVIDER_SECONDS = 10.0
MAX_BODY_BYTES = 8_000


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway proxy event → `{"results", "warnings"}`, or problem+json."""
    del context
    logger.clear_state()
    try:
        return _answer(200, _search(_owner(event), _read(event)).model_dump(mode="json"))
    except CvMakerError as error:
        return _problem(422, error.code, error.message, error.advice)
    except ProviderFailure as failure:
        warning = failure.warning
        logger.warning("search failed", extra={"code": failure.code})
        status = 429 if failure.throttled else 503
        return _problem(status, failure.code, warning.message, warning.advice, retryable=True)
    except Exception as error:  # noqa: BLE001 - a boundary: nothing may leave with its own text
        logger.error("search crashed", extra=describe_exception(error))
        return _problem(500, "internal_error", "The search met a defect of ours.", "Try again.")


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


def _read(event: dict[str, Any]) -> SearchRequest:
    body = event.get("body") or ""
    if len(body) > MAX_BODY_BYTES:
        raise InputError("request_too_large", "The request is too large.", "Ask a shorter question.")
    try:
        if event.get("isBase64Encoded"):
            body = base64.b64decode(body, validate=True)
        return SearchRequest.model_validate_json(body)
    except ValidationError as error:
        places = sorted({".".join(map(str, issue["loc"])) or "body" for issue in error.errors()})[:5]
        raise InputError("bad_request", f"Not as expected: {', '.join(places)}.", "See the API description.") from None
    except ValueError:
        raise InputError("bad_request", "The request is not JSON.", "See the API description.") from None


def _answer(status: int, body: dict[str, Any], content_type: str = "application/json") -> dict[str, Any]:
    origin = os.environ.get("APP_ORIGIN", "")
    headers = {"Content-Type": content_type, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if origin:
        headers |= {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    return {
        "statusCode": status,
        "headers": headers,
        "body": json.dumps(body, ensure_ascii=False),
        "isBase64Encoded": False,
    }


def _problem(status: int, code: str, detail: str, advice: str, *, retryable: bool = False) -> dict[str, Any]:
    body = {
        "type": f"urn:cvmaker:problem:{code}",
        "title": {422: "Unprocessable Content", 429: "Too Many Requests", 503: "Service Unavailable"}.get(
            status, "Internal Server Error"
        ),
        "status": status,
        "code": code,
        "detail": detail,
        "advice": advice,
        "retryable": retryable,
    }
    return _answer(status, body, "application/problem+json")
