"""The OpenAPI document: this function's routes, and the contract of those that other functions answer."""

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn, HTTPBearer, SecurityScheme
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
from cvmaker_core import __version__

from job_api.neighbour_models import Preview, ProposalRequest, Proposals, SearchRequest, SearchResults
from job_api.routes import ERRORS, NOT_FOUND, JobIdPath, answer_of, problem

DESCRIPTION = """\
Makes tailored CVs. A browser authenticates with a bearer: 32 random bytes in base64url that it makes and keeps
(or a token of the deployment's user pool); a server client with its API key. Errors are problem+json (RFC 9457).
"""
PUBLIC = {"/health"}


def openapi_document(app: APIGatewayRestResolver) -> dict[str, Any]:
    """OpenAPI 3.1 as plain JSON."""
    whole = APIGatewayRestResolver(enable_validation=True)
    _neighbours(whole)
    schemes: dict[str, SecurityScheme] = {
        "browserSecret": HTTPBearer(description="32 random bytes, base64url; or a JWT of the user pool."),
        "apiKey": APIKey.model_validate({"name": "x-api-key", "in": APIKeyIn.header}),
    }
    documents = [
        resolver.get_openapi_schema(
            title="CV Maker",
            version=__version__,
            description=DESCRIPTION,
            security_schemes=schemes,
            security=[{"browserSecret": [], "apiKey": []}, {"apiKey": []}],
        ).model_dump(mode="json", by_alias=True, exclude_none=True)
        for resolver in (app, whole)
    ]
    document, other = documents
    document["servers"] = [{"url": "/v1"}]
    document["paths"].update(other["paths"])
    document["paths"] = dict(sorted(document["paths"].items()))
    schemas = document["components"]["schemas"] | other["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(unused, None)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    for path in PUBLIC:
        for operation in document["paths"][path].values():
            operation["security"] = []
            # Nothing to validate, so nothing to refuse.
            operation["responses"].pop("422", None)
    for path, item in document["paths"].items():
        for operation in item.values():
            operation["responses"] = dict(sorted(operation["responses"].items()))
            for status in operation["responses"].keys() & {"302", "304"}:
                operation["responses"][status].pop("content", None)
            assert "HTTPValidationError" not in str(operation), path
    return document


def _neighbours(app: APIGatewayRestResolver) -> None:
    """Routes that need a heavy library are functions of their own; their contract is written here."""
    made: dict[int, OpenAPIResponse] = {413: problem("Too large."), 415: problem("Unsupported content type.")}

    @app.post(
        "/previews",
        summary="A PDF of a JSON Resume, from the very renderer that makes the final one",
        tags=["design"],
        operation_id="createPreview",
        responses={
            200: {
                "description": "The PDF. `X-Page-Count` tells its pages.",
                "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
            },
            **ERRORS,
            **made,
        },
    )
    def create_preview(body: Preview) -> Response[str]:
        raise NotImplementedError

    @app.post(
        "/jobs/<job_id>/proposals",
        summary="Verified alternatives for one item",
        tags=["writing"],
        operation_id="createProposals",
        responses={200: answer_of("Alternatives, each with its sources.", Proposals), **ERRORS, **NOT_FOUND, **made},
    )
    def create_proposals(job_id: JobIdPath, body: ProposalRequest) -> Response[str]:
        raise NotImplementedError

    @app.post(
        "/search",
        summary="Search all of the owner's CVs",
        tags=["memory"],
        operation_id="search",
        responses={200: answer_of("Items, most similar first.", SearchResults), **ERRORS, **made},
    )
    def search(body: SearchRequest) -> Response[str]:
        raise NotImplementedError
