"""A cheap look at a document before anything heavy touches it."""

import pytest
from cvmaker_core.errors import InputError
from job_intake.inspection import inspect_source

LIMIT = 20 * 1024 * 1024
ZIP = b"PK\x03\x04 rest"


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\r\n junk %PDF-1.4", "pdf"),
        (ZIP, "docx"),
        (b'{"basics": {}}', "json"),
        ("Ada, Århus".encode(), "txt"),
    ],
)
def test_what_is_what_it_says_passes(head: bytes, suffix: str) -> None:
    assert inspect_source(head, len(head), suffix, LIMIT) == suffix


@pytest.mark.parametrize(
    ("head", "size", "suffix", "code"),
    [
        (b"", 0, "pdf", "empty_file"),
        (b"   \n", 4, "txt", "empty_file"),
        (b"%PDF-1.7", LIMIT + 1, "pdf", "too_large"),
        (b"Dear reader", 11, "pdf", "not_a_pdf"),
        (b"\xd0\xcf\x11\xe0old word", 12, "docx", "not_a_docx"),
        (b"%PDF-1.7", 8, "docx", "not_a_docx"),
        (ZIP, 9, "txt", "not_text"),
        (b"ab\x00\x01cd", 6, "md", "not_text"),
    ],
)
def test_what_is_not_is_refused_with_advice(head: bytes, size: int, suffix: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        inspect_source(head, size, suffix, LIMIT)
    assert caught.value.code == code
    assert caught.value.advice
