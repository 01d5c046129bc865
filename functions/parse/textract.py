"""Amazon Textract as the parser's `Ocr`: one page, one call, errors the state machine can judge."""

from typing import Any

from cvmaker_core.aws import client
from cvmaker_core.errors import InputError, InternalError, ProviderThrottled, TransientError
from cvmaker_core.stage import StageRun

_THROTTLED = {"ProvisionedThroughputExceededException", "ThrottlingException", "LimitExceededException"}
_BAD_PAGE = {"UnsupportedDocumentException", "BadDocumentException", "DocumentTooLargeException"}
_PRICE_PER_PAGE = 0.0015
"""US dollars per page of DetectDocumentText, first million pages a month (AWS price list, us-east-1)."""
_TIMEOUT_SECONDS = 60.0


class TextractOcr:
    """Reads pages with `DetectDocumentText` and meters them on the run."""

    def __init__(self, run: StageRun) -> None:
        self._run = run

    def detect_document_text(self, png: bytes) -> dict[str, Any]:
        """The service's answer for one PNG page.

        Raises
        ------
        ProviderThrottled
            Textract asks us to slow down.
        TransientError
            It does not answer.
        InputError
            It cannot read the page, or text recognition is not available here.

        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = client("textract", _TIMEOUT_SECONDS).detect_document_text(Document={"Bytes": png})
        except ClientError as error:
            raise _translate(error) from None
        except BotoCoreError:
            raise TransientError("textract_unavailable", "Text recognition did not answer.") from None
        self._run.count("textract_pages")
        self._run.spend(textract=_PRICE_PER_PAGE)
        return answer


def _translate(error: Any) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _THROTTLED or status == 429:
        return ProviderThrottled("textract_throttled", "Text recognition is busy.", "The job tries again by itself.")
    if code in _BAD_PAGE:
        return InputError("unreadable_scan", "A scanned page cannot be read.", "Scan it again at 200 to 300 dpi.")
    if code in ("AccessDeniedException", "UnrecognizedClientException", "SubscriptionRequiredException"):
        return InternalError("textract_forbidden", "The function may not call text recognition.")
    if status == 501 or code == "OcrNotInstalled":
        return InputError(
            "ocr_unavailable",
            "The CV is a scan, and text recognition is not installed here.",
            "Install the optional OCR (see the README), or upload a PDF whose text can be selected.",
        )
    return TransientError("textract_failed", "Text recognition failed.")
