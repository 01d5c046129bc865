"""CVs to render, of people who do not exist."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[3] / "docs" / "gallery" / "samples"


@pytest.fixture
def sample() -> Callable[[str], dict[str, Any]]:
    """A sample CV by language."""

    def read(language: str) -> dict[str, Any]:
        resume: dict[str, Any] = json.loads((SAMPLES / f"{language}.json").read_text(encoding="utf-8"))
        return resume

    return read


@pytest.fixture
def resume(sample: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return sample("en")


@pytest.fixture
def text_of() -> Callable[[bytes], str]:
    """The text of a PDF as pdfium extracts it."""
    import pypdfium2

    def read(pdf: bytes) -> str:
        document = pypdfium2.PdfDocument(pdf)
        return "\n".join(page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document)

    return read


@pytest.fixture
def picture_of() -> Callable[..., Any]:
    """A page of a PDF as a greyscale picture."""
    import pypdfium2

    def draw(pdf: bytes, page: int = 0, scale: float = 2) -> Any:
        return pypdfium2.PdfDocument(io.BytesIO(pdf))[page].render(scale=scale).to_pil().convert("L")

    return draw
