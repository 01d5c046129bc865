"""What single-stage commands use in this process: the same engines that the local servers offer over HTTP."""

import importlib.util
import os
from collections.abc import Callable
from typing import Any

from cvmaker_core.language_model import JobBudget, LanguageModelConfiguration, language_model
from cvmaker_core.schema.jobs import JobRequest
from cvmaker_core.settings import ModelSettings, read_settings

NO_DEADLINE_SECONDS = 120.0


class LocalOcr:
    """Reads scanned pages with the optional rapidocr, in the shape of Textract's answer."""

    def __init__(self) -> None:
        from cvmaker_local.textract import LocalTextract

        def no_bucket(bucket: str, key: str) -> bytes:
            raise FileNotFoundError(f"{bucket}/{key}")

        self._textract = LocalTextract(no_bucket)

    def detect_document_text(self, png: bytes) -> dict[str, Any]:
        """A `DetectDocumentText` response for one page given as PNG."""
        return self._textract.detect(png)


def local_ocr() -> LocalOcr | None:
    """OCR, if rapidocr is installed (`make setup-ocr`)."""
    return LocalOcr() if importlib.util.find_spec("rapidocr") else None


def local_embedder() -> Callable[[list[str]], Any] | None:
    """Texts to unit vectors, one row each; None if the embedded model is not installed."""
    from cvmaker_local.embeddings_server import ModelUnavailableError, SentenceEncoder

    try:
        encoder = SentenceEncoder()
    except (ModelUnavailableError, ImportError):
        return None

    def embed(texts: list[str]) -> Any:
        import numpy as np

        return np.stack([encoder.encode(text)[0] for text in texts])

    return embed


def model_proposer(request: JobRequest, resume: dict[str, Any]) -> Any:
    """Asks the model for which the environment holds a key or an address; None without one, or without leave."""
    from cv_tailoring.proposals_by_model import proposer

    settings = read_settings(ModelSettings)
    configuration = LanguageModelConfiguration(
        api_key=os.environ.get("OPENAI_API_KEY", ""),
        base_url=settings.openai_base_url,
        model=settings.openai_model,
        timeout_seconds=settings.openai_timeout_seconds,
        reasoning_effort=settings.openai_reasoning_effort,
        usd_per_million_input=settings.openai_usd_per_million_input,
        usd_per_million_output=settings.openai_usd_per_million_output,
    )
    if not (request.use_ai and configuration.usable):
        return None
    budget = JobBudget(max_usd=request.max_usd, max_tokens=settings.prompt_token_budget)
    return proposer(language_model(configuration), resume, budget, lambda: NO_DEADLINE_SECONDS)
