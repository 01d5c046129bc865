"""The catalogue of templates: those of this release, and those a deployer put into the bucket."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from cvmaker_core.job_store import JobStore
from pydantic import ValidationError

from job_api.models import TEMPLATE_NAME, TemplateDescription, TemplateList

MANIFEST = "template.json"


@cache
def released_catalogue() -> TemplateList:
    """From `data/templates.json`, which `scripts/generate_api_documents.py` makes from the renderer's own manifests."""
    text = files("job_api").joinpath("data/templates.json").read_text(encoding="utf-8")
    return TemplateList.model_validate_json(text)


def added_templates(store: JobStore, prefix: str) -> list[TemplateDescription]:
    """Templates under `{prefix}{name}/template.json` in the bucket; a broken manifest hides only itself."""
    found = []
    for item in store.list_prefix(prefix):
        name, _, file = item.key[len(prefix) :].partition("/")
        if file != MANIFEST or not re.match(TEMPLATE_NAME, name):
            continue
        try:
            manifest: dict[str, Any] = json.loads(store.read(item.key))
            found.append(TemplateDescription.model_validate({"title": name} | manifest | {"name": name}))
        except (ValueError, ValidationError, TypeError):
            continue
    return found
