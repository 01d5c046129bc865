"""Whatever a person uploads ends in a CV or in a typed error that says what to do."""

import io
import json
import zipfile

import pypdf
import pytest
from cv_parsing import limits, parse_document
from cvmaker_core.errors import InputError

from .making import make_pdf, pdf_text, simple_cv


def code_of(data: bytes, file_name: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        parse_document(data, file_name=file_name)
    assert caught.value.message
    assert caught.value.advice
    return caught.value.code


def encrypted() -> bytes:
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(simple_cv())))
    writer.encrypt("open", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in names:
            target.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "file_name", "code"),
    [
        (b"", "cv.pdf", "empty_file"),
        (b"\n \n", "cv.txt", "empty_file"),
        (b"<!DOCTYPE html><html><body>Jane</body></html>", "cv.pdf", "corrupt"),
        (b"<html><body>Jane</body></html>", "cv.html", "unsupported_format"),
        (b"%PDF-1.7\nnothing more", "cv.pdf", "corrupt"),
        (simple_cv()[:400], "cv.pdf", "corrupt"),
        (b"PK\x03\x04" + b"\0" * 40, "cv.docx", "truncated"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "cv.doc", "unsupported_format"),
        (b"{\\rtf1 Jane}", "cv.rtf", "unsupported_format"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "cv.png", "unsupported_format"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "cv.jpg", "unsupported_format"),
        (archive("mimetype", "content.xml"), "cv.odt", "unsupported_format"),
        (archive("Index/Document.iwa"), "cv.pages", "unsupported_format"),
        (archive("a.txt"), "cv.zip", "unsupported_format"),
        (bytes(range(256)) * 10, None, "unsupported_format"),
        (b'{"basics": ', "cv.json", "corrupt"),
        (b'{"hello": "world"}', "cv.json", "not_a_cv"),
        (b'{"work": "nowhere"}', "cv.json", "not_a_cv"),
        (b"The quick brown fox jumps over the lazy dog. " * 30, "story.txt", "not_a_cv"),
        (b"%PDF-" + b"0" * (limits.MAX_BYTES + 1), "cv.pdf", "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_cannot_be_read_says_so(data: bytes, file_name: str | None, code: str) -> None:
    assert code_of(data, file_name) == code


def test_a_password_is_named() -> None:
    assert code_of(encrypted()) == "encrypted"


def test_a_book_is_refused() -> None:
    page = [pdf_text(60, 700, "Chapter")]
    assert code_of(make_pdf([page] * (limits.MAX_PAGES + 1))) == "too_many_pages"


def test_an_empty_page_has_no_text_layer() -> None:
    assert code_of(make_pdf([["0 0 1 rg 10 10 500 700 re f"]])) == "no_text_layer"


def test_deep_json_is_refused() -> None:
    deep = json.dumps({"basics": {"name": "A"}, "work": []})[:-1] + ', "x": ' + "[" * 5000 + "]" * 5000 + "}"
    assert code_of(deep.encode(), "cv.json") in ("too_complex", "corrupt")


def test_errors_never_quote_the_document() -> None:
    with pytest.raises(InputError) as caught:
        parse_document(b"My secret diary, dear diary. " * 40, file_name="diary.txt")
    assert "secret" not in str(caught.value)
    assert "diary" not in str(caught.value)
