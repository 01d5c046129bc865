"""A person's portrait, where the CV shows one: found, told from logos and codes, made small and free of metadata."""

import base64
import io
from typing import TYPE_CHECKING, Any

from cv_parsing import limits

if TYPE_CHECKING:
    import pypdfium2 as pdfium

_SIDE = 480
"""Pixels along the longer side: more than a portrait of 35 mm needs in print at 300 dots per inch."""
_SHAPES = (0.75, 1.7)
"""Height over width: portraits are upright or square; banners and name logos are wide."""


def portrait(data: bytes) -> str | None:
    """A `data:` URI (JPEG) of an image file that may be a portrait, or None."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > limits.MAX_IMAGE_PIXELS:
                return None
            opened.draft("RGB", (_SIDE, _SIDE))
            return _encoded(opened)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def portrait_on_page(page: "pdfium.PdfPage", width: float, height: float) -> str | None:
    """The portrait on a PDF's page: the largest picture of a portrait's size and shape in the upper part."""
    import pypdfium2 as pdfium
    import pypdfium2.raw as pdfium_c

    found: list[tuple[float, Any]] = []
    for number, item in enumerate(page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
        if number >= 30:
            break
        try:
            left, bottom, right, top = item.get_bounds()
        except pdfium.PdfiumError:
            continue
        across, up = right - left, top - bottom
        if (
            min(across, up) >= 36
            and across <= 0.45 * width
            and up <= 0.4 * height
            and _SHAPES[0] <= up / across <= _SHAPES[1]
            and bottom > 0.35 * height
        ):
            found.append((across * up, item))
    for _, item in sorted(found, key=lambda pair: -pair[0])[:3]:
        try:
            pixels = item.get_px_size()
            if min(pixels) < 60 or pixels[0] * pixels[1] > limits.MAX_IMAGE_PIXELS:
                continue
            image = _small_jpeg(item, pixels) or item.get_bitmap(render=False).to_pil()
            if all(_black(image, x, y) for x in (0, -1) for y in (0, -1)):
                # What a mask leaves out is often stored as black: take it as it is painted.
                image = item.get_bitmap(render=True, scale_to_original=True).to_pil()
        except (pdfium.PdfiumError, ValueError, OSError):
            continue
        encoded = _encoded(image)
        if encoded:
            return encoded
    return None


def _black(image: Any, x: int, y: int) -> bool:
    x, y = x % image.width, y % image.height
    return bool(image.crop((x, y, x + 1, y + 1)).convert("RGB").getpixel((0, 0)) == (0, 0, 0))


def _small_jpeg(item: Any, pixels: tuple[int, int]) -> Any:
    """A camera's picture stored as JPEG, decoded no larger than is kept: whole it costs more than the CV's text."""
    from PIL import Image

    if pixels[0] * pixels[1] < 4 * _SIDE * _SIDE or item.get_filters() != ["DCTDecode"]:
        return None
    image = Image.open(io.BytesIO(bytes(item.get_data())), formats=("JPEG",))
    if image.mode != "RGB" or image.size != tuple(pixels):
        return None  # grey, CMYK and indexed ones need what the page says of their colours
    image.draft("RGB", (_SIDE, _SIDE))
    image.load()
    return image


def _encoded(image: Any) -> str | None:
    from PIL import Image

    if min(image.size) < 60 or not _SHAPES[0] <= image.height / image.width <= _SHAPES[1] or not _is_photograph(image):
        return None
    if image.mode in ("RGBA", "LA", "P", "PA"):
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image.convert("RGBA"))
        image = paper
    small = image.convert("RGB")
    small.thumbnail((_SIDE, _SIDE))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=86, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _is_photograph(image: Any) -> bool:
    """Photographs have many shades and no ground of one colour; logos, icons and codes have few."""
    from PIL import Image

    shades = image.convert("L").resize((64, 64), Image.Resampling.NEAREST).histogram()
    used = sum(count > 0 for count in shades)
    return bool(used >= 60 and max(shades) < 0.6 * 64 * 64)
