"""JSON Resume, Markdown, text, scans and attachments."""

import io
import json
from typing import Any

import pypdf
import pytest
from cv_parsing import parse_document
from cv_parsing.ocr_reading import words_from_textract
from cvmaker_core.errors import InputError
from cvmaker_core.pointers import resolve_pointer

from .making import simple_cv

MARKDOWN = """# Noor Halvorsen
noor@halvorsen.example | Oslo, Norway | [GitHub](https://github.com/halvorsen)

## Experience
**Data Engineer**, Fjord Analytics AS
Jan 2019 – Present
- Built the *warehouse*.
- Wrote 40 dbt models.

## Education
**University of Bergen** — MSc in Statistics
2016 - 2018

## Skills
- Languages: Python, SQL
- Tools: dbt, Airflow
"""


def test_markdown() -> None:
    parsed = parse_document(MARKDOWN.encode(), file_name="cv.md").parsed
    resume = parsed.resume
    assert resume["basics"]["name"] == "Noor Halvorsen"
    assert resume["basics"]["profiles"][0]["network"] == "GitHub"
    (job,) = resume["work"]
    assert (job["name"], job["position"], job["startDate"]) == ("Fjord Analytics AS", "Data Engineer", "2019-01")
    assert job["highlights"] == ["Built the warehouse.", "Wrote 40 dbt models."]
    assert resume["education"][0]["institution"] == "University of Bergen"
    assert [s["name"] for s in resume["skills"]] == ["Languages", "Tools"]


def test_plain_text() -> None:
    text = MARKDOWN.replace("#", "").replace("*", "").replace("[GitHub](https://github.com/halvorsen)", "")
    text = text.replace("Experience", "EXPERIENCE").replace("Education", "EDUCATION").replace("Skills", "SKILLS")
    resume = parse_document(text.encode(), file_name="cv.txt").parsed.resume
    assert resume["basics"]["name"] == "Noor Halvorsen"
    assert resume["work"][0]["startDate"] == "2019-01"
    assert len(resume["work"][0]["highlights"]) == 2


def test_json_resume_is_its_own_source() -> None:
    given = {
        "basics": {"name": "Ada Sorrel", "email": "ada@sorrel.example"},
        "work": [{"name": "Nord", "position": "Painter", "startDate": "2015-04-01", "endDate": "Present"}],
        "x-own": {"kept": "yes"},
    }
    parsed = parse_document(json.dumps(given).encode(), file_name="cv.json").parsed
    assert "endDate" not in parsed.resume["work"][0]
    assert parsed.dates["/work/0/endDate"].state == "running"
    assert parsed.resume["x-own"] == {"kept": "yes"}
    for pointer, (span,) in parsed.provenance.items():
        assert parsed.text[span.start : span.end] == resolve_pointer(parsed.resume, pointer)
        assert span.pointer == pointer


def textract_page(lines: list[tuple[float, float, float, str]]) -> dict[str, Any]:
    """A DetectDocumentText answer: (left, top, height, text), as shares of the page."""
    blocks: list[dict[str, Any]] = []
    for number, (left, top, height, text) in enumerate(lines):
        words = []
        at = left
        for position, word in enumerate(text.split()):
            width = 0.011 * len(word) * height / 0.014
            name = f"w{number}.{position}"
            box = {"Left": at, "Top": top, "Width": width, "Height": height}
            blocks.append(
                {"BlockType": "WORD", "Id": name, "Text": word, "Confidence": 98, "Geometry": {"BoundingBox": box}}
            )
            words.append(name)
            at += width + 0.006
        box = {"Left": left, "Top": top, "Width": at - left, "Height": height}
        blocks.append({"BlockType": "LINE", "Id": f"l{number}", "Text": text, "Confidence": 98,
                       "Geometry": {"BoundingBox": box}, "Relationships": [{"Type": "CHILD", "Ids": words}]})  # fmt: skip  # noqa: E501
    return {"Blocks": blocks, "DocumentMetadata": {"Pages": 1}}


SCAN = [
    (0.1, 0.05, 0.03, "Ilse Brandhorst"),
    (0.1, 0.09, 0.014, "ilse@brandhorst.example +49 30 5550188"),
    (0.1, 0.14, 0.02, "EXPERIENCE"),
    (0.1, 0.17, 0.014, "Nurse, St. Anna Hospital"),
    (0.6, 0.17, 0.014, "May 2012 - June 2018"),
    (0.1, 0.22, 0.02, "SKILLS"),
    (0.1, 0.25, 0.014, "Triage, Wound care, Excel"),
]


class FakeEngine:
    """Answers as Textract does, and remembers what it was asked."""

    def __init__(self) -> None:
        self.pages: list[bytes] = []

    def detect_document_text(self, png: bytes) -> dict[str, Any]:
        self.pages.append(png)
        return textract_page(SCAN)


def scanned_pdf() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("L", (850, 1100), 230).save(out, format="PDF", resolution=100)
    return out.getvalue()


def test_a_scan_is_read_by_ocr() -> None:
    engine = FakeEngine()
    result = parse_document(scanned_pdf(), ocr=engine)
    assert engine.pages[0].startswith(b"\x89PNG")
    resume = result.parsed.resume
    assert resume["basics"]["name"] == "Ilse Brandhorst"
    assert resume["basics"]["phone"] == "+49 30 5550188"
    assert resume["work"][0]["startDate"] == "2012-05"
    assert result.parsed.layout.scanned
    assert [warning.code for warning in result.warnings if warning.code == "scanned"]


@pytest.mark.parametrize("mode", ["parse", "readback"])
def test_a_scan_without_ocr_says_so(mode: Any) -> None:
    engine = FakeEngine() if mode == "readback" else None
    with pytest.raises(InputError) as caught:
        parse_document(scanned_pdf(), mode=mode, ocr=engine)
    assert caught.value.code == "no_text_layer"
    assert engine is None or engine.pages == []


def test_lines_without_words_are_spread() -> None:
    page = textract_page([(0.1, 0.1, 0.02, "Ilse Brandhorst")])
    page["Blocks"] = [b | {"Relationships": []} for b in page["Blocks"] if b["BlockType"] == "LINE"]
    words = words_from_textract(page, 612, 792)
    assert [word.text for word in words] == ["Ilse", "Brandhorst"]
    assert words[0].x1 < words[1].x0


def with_attachment(data: bytes, attached: dict[str, Any]) -> bytes:
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(data)))
    writer.add_attachment("resume.json", json.dumps(attached).encode())
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_an_attachment_that_says_something_else_is_not_believed() -> None:
    lie = {"basics": {"name": "Someone Else", "label": "Chief of Everything", "summary": "Won a Nobel Prize twice"}}
    result = parse_document(with_attachment(simple_cv(), lie))
    assert result.parsed.resume["basics"]["name"] == "Marta Quillfeather"
    assert [warning.code for warning in result.warnings] == ["attachment_differs"]


def test_an_attachment_that_agrees_is_silent_and_readback_ignores_it() -> None:
    truth = {"basics": {"name": "Marta Quillfeather", "email": "marta@quillfeather.example"}}
    assert parse_document(with_attachment(simple_cv(), truth)).warnings == []
    lie = {"basics": {"name": "Someone Else", "label": "Chief of Everything"}}
    assert parse_document(with_attachment(simple_cv(), lie), mode="readback").warnings == []
