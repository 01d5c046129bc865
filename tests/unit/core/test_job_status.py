"""A job's status is read off its files."""

import pytest
from cvmaker_core.job_status import derive_status

BASE = {"request.json", "execution.json"}


@pytest.mark.parametrize(
    ("files", "status"),
    [
        (set(), "queued"),
        ({"request.json"}, "queued"),
        (BASE, "parsing"),
        (BASE | {"parsed.json"}, "analyzing"),
        (BASE | {"parsed.json", "analysis.json"}, "embedding"),
        (BASE | {"parsed.json", "analysis.json", "evidence.json"}, "tailoring"),
        (BASE | {"evidence.json", "tailored.json"}, "rendering"),
        (BASE | {"tailored.json", "resume.json", "cv.pdf"}, "certifying"),
        (BASE | {"resume.json", "readback.json", "receipt.json"}, "certifying"),
        (BASE | {"certificate.json"}, "done"),
        (BASE | {"parsed.json", "error.json"}, "failed"),
        (BASE | {"certificate.json", "error.json"}, "done"),
        (BASE | {"certificate.json", "deleted.json"}, "deleted"),
    ],
)
def test_status(files: set[str], status: str) -> None:
    assert derive_status(files) == status


def test_without_a_posting_nothing_is_tailored() -> None:
    assert derive_status(BASE | {"evidence.json"}, has_posting=False) == "rendering"


def test_a_rerender_begins_with_rendering() -> None:
    assert derive_status(BASE, kind="rerender") == "rendering"
