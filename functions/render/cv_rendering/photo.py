"""A portrait: taken only from a `data:` URL, checked, cropped and encoded anew."""

import base64
import binascii
import io
import re
from typing import Any

from cvmaker_core.errors import InputError
from cvmaker_core.schema.artefacts import StageWarning

_DATA_URL = re.compile(r"data:image/(?:jpeg|jpg|png|webp);base64,([A-Za-z0-9+/=\s]+)", re.IGNORECASE)
MAXIMUM_BYTES = 8_000_000
# 40 megapixels: a phone's camera. More is refused before any pixel is decoded.
MAXIMUM_PIXELS = 40_000_000
# 30 mm at 300 dots per inch is 354 pixels; a third more keeps zoomed screens sharp.
SIZE = 480


def embed_photo(resume: dict[str, Any]) -> tuple[dict[str, Any], list[StageWarning]]:
    """Replace `basics.image` by a small square JPEG, without the original's metadata.

    A web address is left out with a warning: rendering fetches nothing.

    Raises
    ------
    InputError
        For a `data:` URL that is too large, or is no JPEG, PNG or WebP.

    """
    image = resume.get("basics", {}).get("image")
    if not image:
        return resume, []
    basics = dict(resume["basics"])
    resume = {**resume, "basics": basics}
    if not image.lower().startswith("data:"):
        del basics["image"]
        return resume, [
            StageWarning(
                code="photo_not_embedded",
                message="The photo is a web address; nothing is fetched, so it is left out.",
                advice="Give the photo itself, as a JPEG or PNG.",
            )
        ]
    basics["image"] = _recoded(image)
    return resume, []


def _recoded(data_url: str) -> str:
    from PIL import Image, ImageOps

    match = _DATA_URL.fullmatch(data_url) if len(data_url) <= MAXIMUM_BYTES * 4 // 3 + 100 else None
    if not match:
        raise InputError(
            "bad_photo", "The photo is too large or of a kind that is not supported.", "Use a JPEG or PNG up to 8 MB."
        )
    try:
        with Image.open(
            io.BytesIO(base64.b64decode(match[1], validate=False)), formats=("JPEG", "PNG", "WEBP")
        ) as opened:
            if opened.width * opened.height > MAXIMUM_PIXELS:
                raise InputError("bad_photo", "The photo has too many pixels.", "Use one of at most 40 megapixels.")
            opened.draft("RGB", (SIZE, SIZE))
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, binascii.Error, Image.DecompressionBombError) as error:
        raise InputError("bad_photo", "The photo cannot be read.", "Save it again as JPEG or PNG.") from error
    paper = Image.new("RGBA", upright.size, "white")
    paper.alpha_composite(upright)
    square = ImageOps.fit(paper.convert("RGB"), (SIZE, SIZE), centering=(0.5, 0.35))
    buffer = io.BytesIO()
    square.save(buffer, "JPEG", quality=86, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
