"""Draw the gallery: the first page of every template, and one page in each of ten languages.

python -m benchmarks.render.gallery     (`make gallery`)

Writes docs/gallery/*.png and docs/gallery/README.md from the CVs in docs/gallery/samples, all invented.
"""

import base64
import io
import json
from pathlib import Path
from typing import Any

import cv_rendering
from cv_rendering.locales import load_locale

GALLERY = Path(__file__).resolve().parents[2] / "docs" / "gallery"
WIDTH = 620  # pixels: readable on a page of the documentation
MAXIMUM_BYTES = 150_000
# One template for each language, so that the gallery shows both.
LANGUAGES = {
    "de": "executive",
    "el": "academic",
    "ru": "compact",
    "ar": "creative",
    "he": "modern",
    "hi": "classic",
    "zh": "classic",
    "ja": "europass",
    "ko": "plain",
}


def main() -> None:
    lines = [
        "# Gallery",
        "",
        "Drawn by `make gallery` from invented CVs. `docs/templates.md` tells how to add a design.",
        "",
    ]
    for template in cv_rendering.list_templates():
        resume = sample("en")
        if template.photo:
            resume["basics"]["image"] = portrait()
        draw(resume, template.name, f"{template.name}.png")
        lines += [f"## {template.title}", "", template.description, "", f"![{template.title}]({template.name}.png)", ""]
    lines += ["## Languages", ""]
    for language, template_name in LANGUAGES.items():
        draw(sample(language), template_name, f"language-{language}.png")
        name = load_locale(language).name
        lines += [f"### {name} ({template_name})", "", f"![{name}](language-{language}.png)", ""]
    (GALLERY / "README.md").write_text("\n".join(lines), encoding="utf-8")


def sample(language: str) -> dict[str, Any]:
    resume: dict[str, Any] = json.loads((GALLERY / "samples" / f"{language}.json").read_text(encoding="utf-8"))
    return resume


def draw(resume: dict[str, Any], template: str, name: str) -> None:
    """The first page as a small PNG."""
    import pypdfium2
    from PIL import Image

    pdf = cv_rendering.render_file(resume, template=template, format="pdf")
    page = pypdfium2.PdfDocument(pdf)[0]
    large = page.render(scale=2 * WIDTH / page.get_width()).to_pil().convert("RGB")
    picture = large.resize((WIDTH, round(WIDTH * large.height / large.width)), Image.Resampling.LANCZOS)
    for colours in (255, 128, 64, 32):
        buffer = io.BytesIO()
        picture.quantize(colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
            buffer, "PNG", optimize=True
        )
        if buffer.tell() <= MAXIMUM_BYTES:
            break
    (GALLERY / name).write_bytes(buffer.getvalue())
    print(f"{name}: {buffer.tell() / 1000:.0f} kB")


def portrait() -> str:
    """A drawn portrait: no person's photo is needed to show where one stands."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (600, 800), "#cdd9e1")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((90, 470, 510, 1100), fill="#3a556e")
    pen.rectangle((255, 400, 345, 520), fill="#d9a982")
    pen.ellipse((190, 150, 410, 450), fill="#e3b68f")
    pen.pieslice((180, 130, 420, 410), 180, 360, fill="#4b3527")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


if __name__ == "__main__":
    main()
