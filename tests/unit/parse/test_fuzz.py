"""Broken and hostile bytes: a result or a typed error, never anything else, and always soon."""

import os
import time

import docx
from cv_parsing import parse_document
from cvmaker_core.errors import InputError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .making import docx_bytes, simple_cv

PDF = simple_cv()
# `make fuzz` tries many more.
SETTINGS = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "60")), deadline=None, suppress_health_check=list(HealthCheck)
)


def docx_seed() -> bytes:
    document = docx.Document()
    document.add_heading("Ada Sorrel", 0)
    document.add_paragraph("ada@sorrel.example")
    table = document.add_table(rows=2, cols=2)
    table.rows[0].cells[0].text = "Experience"
    document.add_paragraph("Painter, Studio Nord, 2015 - 2019", style="List Bullet")
    return docx_bytes(document)


DOCX = docx_seed()
JSON = (
    b'{"basics": {"name": "Ada Sorrel", "email": "ada@sorrel.example"}, "work": [{"name": "N", "startDate": "2015"}]}'
)


def survive(data: bytes, file_name: str | None = None) -> None:
    started = time.monotonic()
    try:
        result = parse_document(data, file_name=file_name)
    except InputError:
        return
    text = result.parsed.text
    for spans in result.parsed.provenance.values():
        for span in spans:
            assert 0 <= span.start <= span.end <= len(text)
    assert time.monotonic() - started < 10


def mutate(seed: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    data = bytearray(seed)
    for where, length, replacement in edits:
        at = where % (len(data) + 1)
        data[at : at + length] = replacement
    return bytes(data)


edits = st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 40), st.binary(max_size=20)), min_size=1, max_size=6)


@SETTINGS
@given(edits)
def test_mutated_pdf(changes: list[tuple[int, int, bytes]]) -> None:
    survive(mutate(PDF, changes), "cv.pdf")


@SETTINGS
@given(edits)
def test_mutated_docx(changes: list[tuple[int, int, bytes]]) -> None:
    survive(mutate(DOCX, changes), "cv.docx")


@SETTINGS
@given(edits)
def test_mutated_json(changes: list[tuple[int, int, bytes]]) -> None:
    survive(mutate(JSON, changes), "cv.json")


WORDS = st.sampled_from(
    ["Experience", "Education", "Skills:", "2019 - Present", "01/2015", "•", "Acme GmbH", "Engineer", "a@b.example", "\t",  # noqa: E501
     "\n\n", "# ", "| a | b |", "München, Germany", "+49 30 123456", "至今", "工作经历", "العربية", "עברית", "(", ")", ",", " – "]  # noqa: E501
)  # fmt: skip


@SETTINGS
@given(st.lists(WORDS | st.text(max_size=30), max_size=60), st.sampled_from(["cv.txt", "cv.md"]))
def test_any_text(pieces: list[str], file_name: str) -> None:
    survive(b"Ada Sorrel\nada@sorrel.example\n" + " ".join(pieces).encode("utf-8", "replace"), file_name)


@SETTINGS
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    survive(data)
