"""What the heavy API routes (previews, proposals, search) share: functions of their own, without a resolver."""

import base64
import json
import os
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cvmaker_core.errors import InputError

Body = TypeVar("Body", bound=BaseModel)


def read_body(event: dict[str, Any], model: type[Body], *, limit: int, advice: str) -> Body:
    """The body of an API Gateway proxy event, validated; `limit` in characters, `advice` for who exceeds it.

    Raises
    ------
    InputError
        `request_too_large`, `bad_request` (naming the fields, never their values).

    """
    body = event.get("body") or ""
    if len(body) > limit:
        raise InputError("request_too_large", "The request is too large.", advice)
    try:
        if event.get("isBase64Encoded"):
            body = base64.b64decode(body, validate=True)
        return model.model_validate_json(body)
    except ValidationError as error:
        places = sorted({".".join(map(str, issue["loc"])) or "body" for issue in error.errors()})[:5]
        raise InputError("bad_request", f"Not as expected: {', '.join(places)}.", "See the API description.") from None
    except ValueError:
        raise InputError("bad_request", "The request is not JSON.", "See the API description.") from None


def answer_headers(content_type: str) -> dict[str, str]:
    """Headers of every answer: not stored, not sniffed, readable by the one origin of the web app."""
    headers = {"Content-Type": content_type, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    origin = os.environ.get("APP_ORIGIN", "")
    return headers | {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin else headers


def json_answer(status: int, body: dict[str, Any], content_type: str = "application/json") -> dict[str, Any]:
    """A proxy response with a JSON body."""
    return {
        "statusCode": status,
        "headers": answer_headers(content_type),
        "body": json.dumps(body, ensure_ascii=False),
        "isBase64Encoded": False,
    }


def problem_answer(status: int, code: str, detail: str, advice: str, *, retryable: bool = False) -> dict[str, Any]:
    """RFC 9457 problem details, in the shape of the API's own problems."""
    body = {
        "type": f"urn:cvmaker:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "advice": advice,
        "retryable": retryable,
    }
    return json_answer(status, body, "application/problem+json")
