"""POST /previews: a JSON Resume and a template in, the PDF out. Has no access to any bucket."""

import base64
import json
import os
from typing import Any

import cv_rendering
from cvmaker_core.errors import CvMakerError, InputError
from cvmaker_core.observability import describe_exception, logger
from cvmaker_core.schema.jobs import DesignOptions
from pydantic import BaseModel, ConfigDict, ValidationError

# API Gateway answers with at most 6 MB from Lambda, base64 included.
MAXIMUM_PDF_BYTES = 4_500_000
# A CV with a photo is well under this; more would only be laid out until the time is up.
MAXIMUM_REQUEST_BYTES = 5_000_000

cv_rendering.warm_up()


class PreviewRequest(BaseModel):
    """The body of `POST /previews`."""

    model_config = ConfigDict(extra="forbid")

    resume: dict[str, Any]
    template: str = "classic"
    options: DesignOptions = DesignOptions()
    language: str | None = None


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway proxy event → PDF (base64), or problem+json."""
    del context
    logger.clear_state()
    try:
        request = _read(event)
        pdf = cv_rendering.preview_pdf(
            request.resume, template=request.template, options=request.options, language=request.language
        )
        if len(pdf) > MAXIMUM_PDF_BYTES:
            raise InputError("preview_too_large", "The PDF is too large for a preview.", "Start a job to get it.")
    except CvMakerError as error:
        return _problem(422, error.code, error.message, error.advice)
    except Exception as error:  # noqa: BLE001 - a boundary: nothing may leave with its own text
        logger.error("preview crashed", extra=describe_exception(error))
        return _problem(500, "internal_error", "The preview met a defect of ours.", "Try again.")
    return {
        "statusCode": 200,
        "headers": {
            **_headers(),
            "Content-Type": "application/pdf",
            "Content-Disposition": 'inline; filename="cv.pdf"',
        },
        "body": base64.b64encode(pdf).decode(),
        "isBase64Encoded": True,
    }


def _read(event: dict[str, Any]) -> PreviewRequest:
    body = event.get("body") or ""
    if len(body) > MAXIMUM_REQUEST_BYTES:
        raise InputError("request_too_large", "The request is too large.", "Use a smaller photo.")
    try:
        if event.get("isBase64Encoded"):
            body = base64.b64decode(body, validate=True)
        return PreviewRequest.model_validate_json(body)
    except ValidationError as error:
        places = sorted({".".join(map(str, issue["loc"])) or "body" for issue in error.errors()})[:5]
        raise InputError("bad_request", f"Not as expected: {', '.join(places)}.", "See the API description.") from None
    except ValueError:
        raise InputError("bad_request", "The request is not JSON.", "See the API description.") from None


def _headers() -> dict[str, str]:
    origin = os.environ.get("APP_ORIGIN", "")
    common = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return {**common, "Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin else common


def _problem(status: int, code: str, message: str, advice: str) -> dict[str, Any]:
    problem = {"type": "about:blank", "title": message, "status": status, "code": code, "detail": advice}
    return {
        "statusCode": status,
        "headers": {**_headers(), "Content-Type": "application/problem+json"},
        "body": json.dumps(problem, ensure_ascii=False),
        "isBase64Encoded": False,
    }
