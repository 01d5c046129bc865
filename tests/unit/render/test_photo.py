"""Portraits are encoded anew, or refused."""

import base64
import io

import pytest
from cv_rendering.photo import SIZE, embed_photo
from cvmaker_core.errors import InputError
from PIL import Image


def data_url(kind: str, size: tuple[int, int] = (300, 400), **options: object) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", size, "#335577").save(buffer, kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_portrait_becomes_a_small_square_jpeg_without_metadata(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    resume, warnings = embed_photo({"basics": {"image": data_url(kind, exif=exif)}})
    assert not warnings
    recoded = base64.b64decode(resume["basics"]["image"].split(",")[1])
    assert b"taken at home" not in recoded
    with Image.open(io.BytesIO(recoded)) as image:
        assert (image.format, image.size) == ("JPEG", (SIZE, SIZE))


@pytest.mark.parametrize(
    "image",
    [
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/png;base64,AAAA",
        "data:image/png;base64," + base64.b64encode(b"%PDF-1.7").decode(),
        "data:text/html;base64,PGI+",
        "data:image/jpeg;base64," + "A" * 12_000_000,
    ],
)
def test_what_is_no_photo_is_refused(image: str) -> None:
    with pytest.raises(InputError) as error:
        embed_photo({"basics": {"image": image}})
    assert error.value.code == "bad_photo"


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(InputError) as error:
        embed_photo({"basics": {"image": data_url("PNG", (8000, 5100), compress_level=1)}})
    assert error.value.code == "bad_photo"


@pytest.mark.parametrize("image", ["https://example.org/me.jpg", "file:///etc/passwd", "me.png"])
def test_nothing_is_fetched(image: str) -> None:
    resume, warnings = embed_photo({"basics": {"name": "N", "image": image}})
    assert "image" not in resume["basics"]
    assert [warning.code for warning in warnings] == ["photo_not_embedded"]
