"""Draws each template's first page, from the real renderer, for the web app's picker (`frontend/public/templates/`).

Run it when a template changes its looks. The person in `thumbnail_resume.json` is invented.
"""

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in ("layers/core", "layers/weasyprint", "functions/render")]
TARGET = ROOT / "frontend" / "public" / "templates"
WIDTH = 420


def main() -> None:
    """One WebP a template."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    import pypdfium2
    from cv_rendering import list_templates, preview_pdf

    resume = json.loads((ROOT / "scripts" / "thumbnail_resume.json").read_text(encoding="utf-8"))
    TARGET.mkdir(parents=True, exist_ok=True)
    for template in list_templates():
        page = pypdfium2.PdfDocument(preview_pdf(resume, template=template.name))[0]
        picture = page.render(scale=2 * WIDTH / page.get_width()).to_pil()
        picture.resize((WIDTH, round(WIDTH * picture.height / picture.width))).save(
            TARGET / f"{template.name}.webp", quality=82, method=6
        )
        print(f"drew {template.name}")


if __name__ == "__main__":
    main()
