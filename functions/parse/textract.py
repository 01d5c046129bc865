"""Amazon Textract as the parser's OCR: one page, one synchronous call."""

from collections.abc import Callable
from typing import Any

from cvmaker_core.aws import client
from cvmaker_core.errors import InputError, ProviderThrottled, TransientError

_THROTTLED = {"ProvisionedThroughputExceededException", "ThrottlingException", "LimitExceededException"}
_REFUSED = {"UnsupportedDocumentException", "BadDocumentException", "DocumentTooLargeException"}
TIMEOUT_SECONDS = 60.0


class TextractOcr:
    """Answers `Ocr.detect_document_text`; `count` is told of each page, because pages cost money."""

    def __init__(self, count: Callable[[str], None]) -> None:
        self._count = count

    def detect_document_text(self, png: bytes) -> dict[str, Any]:
        """The blocks of one page, given as PNG of at most 5 MB.

        Raises
        ------
        ProviderThrottled
            Textract asked us to slow down: the state machine waits and tries again.
        TransientError
            Textract did not answer.
        InputError
            Textract cannot read the page.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = client("textract", TIMEOUT_SECONDS).detect_document_text(Document={"Bytes": png})
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _THROTTLED:
                raise ProviderThrottled("ocr_throttled", "Text recognition is busy.") from None
            if code in _REFUSED:
                raise InputError(
                    "ocr_refused",
                    "The scanned pages could not be read by text recognition.",
                    "Upload the original document, or a cleaner scan.",
                ) from None
            raise TransientError("ocr_unavailable", "Text recognition did not answer.") from None
        except BotoCoreError:
            raise TransientError("ocr_unavailable", "Text recognition did not answer.") from None
        self._count("textract_pages")
        return answer
