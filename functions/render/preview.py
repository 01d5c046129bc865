"""POST /previews: a JSON Resume and a template in, the PDF out. Has no access to any bucket."""

import base64
from typing import Any

import cv_rendering
from cvmaker_core.errors import CvMakerError, InputError
from cvmaker_core.observability import describe_exception, logger
from cvmaker_core.proxy_route import answer_headers, problem_answer, read_body
from cvmaker_core.schema.jobs import DesignOptions
from pydantic import BaseModel, ConfigDict

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
        request = read_body(event, PreviewRequest, limit=MAXIMUM_REQUEST_BYTES, advice="Use a smaller photo.")
        pdf = cv_rendering.preview_pdf(
            request.resume, template=request.template, options=request.options, language=request.language
        )
        if len(pdf) > MAXIMUM_PDF_BYTES:
            raise InputError("preview_too_large", "The PDF is too large for a preview.", "Start a job to get it.")
    except CvMakerError as error:
        return problem_answer(422, error.code, error.message, error.advice)
    except Exception as error:  # noqa: BLE001 - a boundary: nothing may leave with its own text
        logger.error("preview crashed", extra=describe_exception(error))
        return problem_answer(500, "internal_error", "The preview met a defect of ours.", "Try again.")
    return {
        "statusCode": 200,
        "headers": {
            **answer_headers("application/pdf"),
            "Content-Disposition": 'inline; filename="cv.pdf"',
        },
        "body": base64.b64encode(pdf).decode(),
        "isBase64Encoded": True,
    }
