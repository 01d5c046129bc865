"""Textract's call on this machine."""

import base64
import importlib.util
import io
from typing import Any

import pytest
from cvmaker_local.textract import LocalTextract
from PIL import Image, ImageDraw, ImageFont


def detect(document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return LocalTextract(lambda bucket, key: {("b", "k"): b"\x89PNG\r\n\x1a\n"}[bucket, key])({"Document": document})


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({}, "InvalidParameterException"),
        ({"Bytes": "not base64!"}, "InvalidParameterException"),
        ({"Bytes": base64.b64encode(b"%PDF-1.7").decode()}, "UnsupportedDocumentException"),
        ({"Bytes": base64.b64encode(b"\xff\xd8\xff" + b"x" * 5_300_000).decode()}, "DocumentTooLargeException"),
        ({"S3Object": {"Bucket": "b", "Name": "absent"}}, "InvalidS3ObjectException"),
    ],
)
def test_typed_refusals(document: dict[str, Any], code: str) -> None:
    status, answer = detect(document)
    assert (status, answer["__type"]) == (400, code)


def test_without_the_optional_package_the_answer_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    status, answer = detect({"S3Object": {"Bucket": "b", "Name": "k"}})
    assert status == 400
    assert "rapidocr" in answer["Message"]


def test_reads_a_page() -> None:
    if importlib.util.find_spec("rapidocr") is None:
        pytest.skip("the optional package rapidocr is not installed")
    picture = Image.new("RGB", (900, 200), "white")
    ImageDraw.Draw(picture).text((40, 60), "Senior Engineer 2021", "black", ImageFont.load_default(60))
    content = io.BytesIO()
    picture.save(content, "PNG")
    status, answer = detect({"Bytes": base64.b64encode(content.getvalue()).decode()})
    assert status == 200
    lines = [block for block in answer["Blocks"] if block["BlockType"] == "LINE"]
    words = [block["Text"] for block in answer["Blocks"] if block["BlockType"] == "WORD"]
    assert " ".join(line["Text"] for line in lines).replace(" ", "") == "SeniorEngineer2021"
    assert words
    box = lines[0]["Geometry"]["BoundingBox"]
    assert 0.02 < box["Left"] < 0.08
    assert 0.2 < box["Top"] < 0.5
