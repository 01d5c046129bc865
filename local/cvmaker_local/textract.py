"""Textract's ``DetectDocumentText``, answered by rapidocr (optional) on this machine."""

from __future__ import annotations

import base64
import binascii
import importlib.util
import io
import threading
import uuid
from collections.abc import Callable
from typing import Any

MAXIMUM_IMAGE_BYTES = 5 * 1024 * 1024  # synchronous Textract's limit for Bytes
IMAGE_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class TextractError(Exception):
    """A typed answer with status 400; `code` is Textract's exception name."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class LocalTextract:
    """Callable: request → (status, response).

    Parameters
    ----------
    read_object
        Reads (bucket, key) for requests that name an S3 object.
    """

    def __init__(self, read_object: Callable[[str, str], bytes]) -> None:
        self.read_object = read_object
        self._engine: Any = None
        self._lock = threading.Lock()

    def __call__(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        try:
            return 200, self.detect(self.image(request.get("Document") or {}))
        except TextractError as error:
            return 400, {"__type": error.code, "Message": error.message, "message": error.message}

    def image(self, document: dict[str, Any]) -> bytes:
        if "Bytes" in document:
            try:
                content = base64.b64decode(document["Bytes"], validate=True)
            except (binascii.Error, TypeError) as error:
                raise TextractError("InvalidParameterException", "Request has invalid parameters") from error
            if len(content) > MAXIMUM_IMAGE_BYTES:
                raise TextractError("DocumentTooLargeException", "The document is larger than 5 MB.")
        elif "S3Object" in document:
            place = document["S3Object"]
            try:
                content = self.read_object(place["Bucket"], place["Name"])
            except Exception as error:
                raise TextractError(
                    "InvalidS3ObjectException", "Unable to get object metadata from S3. Check object key and region."
                ) from error
        else:
            raise TextractError("InvalidParameterException", "Request has invalid parameters")
        if not content.startswith(IMAGE_SIGNATURES):
            raise TextractError("UnsupportedDocumentException", "Request has unsupported document format")
        return content

    def engine(self) -> Any:
        if self._engine is None:
            if importlib.util.find_spec("rapidocr") is None:
                raise TextractError(
                    "UnsupportedDocumentException",
                    "Scanned pages cannot be read on this machine: the optional package rapidocr is not installed "
                    "(`make setup-ocr`).",
                )
            from rapidocr import RapidOCR

            self._engine = RapidOCR(params={"Global.log_level": "error"})
        return self._engine

    def detect(self, image: bytes) -> dict[str, Any]:
        """Lines and words with Textract's geometry: boxes as fractions of the page, confidence in per cent."""
        from PIL import Image

        with self._lock:  # one page at a time: the engine uses all cores
            result = self.engine()(image)
        with Image.open(io.BytesIO(image)) as picture:
            width, height = picture.size
        blocks: list[dict[str, Any]] = []
        page: dict[str, Any] = {
            "BlockType": "PAGE",
            "Id": str(uuid.uuid4()),
            "Geometry": geometry(0.0, 0.0, 1.0, 1.0),
            "Relationships": [{"Type": "CHILD", "Ids": []}],
        }
        found = [] if result.boxes is None else zip(result.boxes, result.txts, result.scores, strict=True)
        for box, text, score in found:
            left = min(float(point[0]) for point in box) / width
            right = max(float(point[0]) for point in box) / width
            top = min(float(point[1]) for point in box) / height
            bottom = max(float(point[1]) for point in box) / height
            place = geometry(left, top, right - left, bottom - top)
            line = block("LINE", text, float(score), place)
            words = split_words(text, float(score), place["BoundingBox"])
            line["Relationships"] = [{"Type": "CHILD", "Ids": [word["Id"] for word in words]}]
            page["Relationships"][0]["Ids"].append(line["Id"])
            blocks += [line, *words]
        return {
            "DocumentMetadata": {"Pages": 1},
            "Blocks": [page, *blocks],
            "DetectDocumentTextModelVersion": "local-rapidocr",
        }


def split_words(text: str, score: float, box: dict[str, float]) -> list[dict[str, Any]]:
    """A line's words; their boxes share the line's width by their number of characters."""
    words, position = [], 0
    for word in text.split():
        start = text.index(word, position)
        position = start + len(word)
        character = box["Width"] / len(text)
        place = geometry(box["Left"] + character * start, box["Top"], character * len(word), box["Height"])
        words.append({**block("WORD", word, score, place), "TextType": "PRINTED"})
    return words


def block(kind: str, text: str, score: float, place: dict[str, Any]) -> dict[str, Any]:
    return {"BlockType": kind, "Id": str(uuid.uuid4()), "Text": text, "Confidence": score * 100, "Geometry": place}


def geometry(left: float, top: float, width: float, height: float) -> dict[str, Any]:
    corners = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    return {
        "BoundingBox": {"Left": left, "Top": top, "Width": width, "Height": height},
        "Polygon": [{"X": x, "Y": y} for x, y in corners],
    }
