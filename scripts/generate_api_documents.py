"""Writes the documents that are derived from code: `docs/openapi.json` and the API's catalogue of templates.

Run it after changing a route, a model or a template (`make generate`); the tests fail on drift, and on a change of
the API that would break a client.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OPENAPI = ROOT / "docs" / "openapi.json"
CATALOGUE = ROOT / "functions" / "api" / "job_api" / "data" / "templates.json"


def current_openapi() -> dict[str, Any]:
    """The API as the code has it."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    from job_api.openapi_document import openapi_document
    from job_api.routes import build_resolver
    from job_api.settings import ApiSettings

    def no_services() -> Any:
        raise AssertionError("a document needs no services")

    return openapi_document(build_resolver(ApiSettings(documents_bucket="documents"), no_services))


def current_catalogue() -> dict[str, Any]:
    """Templates, fonts and locales as the renderer has them."""
    from cv_rendering.locales import DATE_FORMATS
    from cv_rendering.template_catalogue import font_pairs, list_templates

    locales = ROOT / "functions" / "render" / "cv_rendering" / "locales"
    return {
        "templates": [
            {
                "name": template.name,
                "title": template.title,
                "description": template.description,
                "audience": template.audience,
                "accent": template.accent,
                "fonts": template.fonts,
                "photo": template.photo,
                "thumbnail": f"/templates/{template.name}.webp",
            }
            for template in list_templates()
        ],
        "fonts": [{"name": pair.name, "description": pair.description} for pair in font_pairs().values()],
        "locales": sorted(path.stem for path in locales.glob("*.json")),
        "date_formats": list(DATE_FORMATS),
    }


def write(path: Path, document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=False) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    sys.path[:0] = [str(ROOT / folder) for folder in ("layers/core", "functions/api", "functions/render")]
    write(OPENAPI, current_openapi())
    write(CATALOGUE, current_catalogue())
