"""Amazon Textract as the reader of pictured postings: one tile, one synchronous call."""

from collections.abc import Callable
from typing import Any

from cvmaker_core.aws import client
from cvmaker_core.errors import InputError, ProviderThrottled, TransientError

_BUSY = {"ProvisionedThroughputExceededException", "ThrottlingException", "LimitExceededException"}
_NO_PICTURE = {"UnsupportedDocumentException", "BadDocumentException", "DocumentTooLargeException"}
TIMEOUT_SECONDS = 60.0


class TextractOcr:
    """Answers `Ocr.detect_document_text`; `count` is told of each picture, because pictures cost money."""

    def __init__(self, count: Callable[[str], None]) -> None:
        self._count = count

    def detect_document_text(self, png: bytes) -> dict[str, Any]:
        """The blocks of one picture.

        Raises
        ------
        ProviderThrottled
            Textract asked us to slow down: the state machine waits and tries again.
        TransientError
            Textract did not answer.
        InputError
            Textract cannot read the picture.

        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = client("textract", TIMEOUT_SECONDS).detect_document_text(Document={"Bytes": png})
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _BUSY:
                raise ProviderThrottled("ocr_throttled", "Text recognition is busy.") from None
            if code in _NO_PICTURE:
                raise InputError(
                    "posting_no_text",
                    "The picture of the posting could not be read.",
                    "Paste the text of the posting instead.",
                ) from None
            raise TransientError("ocr_unavailable", "Text recognition did not answer.") from None
        except BotoCoreError:
            raise TransientError("ocr_unavailable", "Text recognition did not answer.") from None
        self._count("textract_pages")
        return answer
