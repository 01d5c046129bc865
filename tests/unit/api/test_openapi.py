"""The committed OpenAPI is what the code says, is valid, and keeps its promises to clients."""

import importlib.util
import json
import subprocess
from typing import Any

import pytest

from .conftest import ROOT, Api

HTTP_METHODS = ("get", "put", "post", "delete")


def generator() -> Any:
    path = ROOT / "scripts" / "generate_api_documents.py"
    specification = importlib.util.spec_from_file_location("generate_api_documents", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def committed() -> Any:
    return json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))


def breaking_changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What would break a client: lost routes, answers, fields; new duties; narrower choices."""
    found = []
    for path, item in before["paths"].items():
        for method in HTTP_METHODS:
            if method not in item:
                continue
            now = after["paths"].get(path, {}).get(method)
            if now is None:
                found.append(f"{method} {path} is gone")
                continue
            successes = {status for status in item[method]["responses"] if status.startswith(("2", "3"))}
            found += [f"{method} {path} no longer answers {status}" for status in successes - now["responses"].keys()]
            known = {parameter["name"] for parameter in item[method].get("parameters", [])}
            for parameter in now.get("parameters", []):
                if parameter.get("required") and parameter["name"] not in known:
                    found.append(f"{method} {path} now requires {parameter['name']}")
    schemas, schemas_now = before["components"]["schemas"], after["components"]["schemas"]
    for name, schema in schemas.items():
        now = schemas_now.get(name)
        if now is None:
            found.append(f"{name} is gone")
            continue
        for field, definition in schema.get("properties", {}).items():
            if field not in now.get("properties", {}):
                found.append(f"{name}.{field} is gone")
            elif definition.get("type") != now["properties"][field].get("type"):
                found.append(f"{name}.{field} has another type")
            elif set(definition.get("enum", [])) - set(now["properties"][field].get("enum", [])):
                found.append(f"{name}.{field} has lost a choice")
        is_request = schema.get("additionalProperties") is False
        new_duties = set(now.get("required", [])) - set(schema.get("required", []))
        lost_promises = set(schema.get("required", [])) - set(now.get("required", []))
        found += [f"{name}.{field} is now required" for field in new_duties if is_request]
        found += [f"{name}.{field} is no longer promised" for field in lost_promises if not is_request]
    return found


def test_the_committed_documents_are_up_to_date() -> None:
    """Run `python scripts/generate_api_documents.py` and commit the result if this fails."""
    made = generator()
    assert made.current_openapi() == committed()
    catalogue = json.loads((ROOT / "functions/api/job_api/data/templates.json").read_text(encoding="utf-8"))
    assert made.current_catalogue() == catalogue


def test_nothing_committed_breaks_clients_of_the_main_branch() -> None:
    """Compares with the version this branch started from; a wanted break raises the API's version (`/v2`)."""
    base = next((ref for ref in ("origin/main", "main") if _shows(ref)), None)
    if base is None:
        pytest.skip("no main branch with docs/openapi.json to compare with")
    before = json.loads(_git("show", f"{base}:docs/openapi.json"))
    assert breaking_changes(before, generator().current_openapi()) == []


def test_the_break_detector_detects() -> None:
    document = committed()

    def changed(change: Any) -> list[str]:
        copy = json.loads(json.dumps(document))
        change(copy)
        return breaking_changes(document, copy)

    assert changed(lambda new: None) == []
    assert changed(lambda new: new["paths"].pop("/search"))
    assert changed(lambda new: new["paths"]["/jobs"]["post"]["responses"].pop("201"))
    assert changed(lambda new: new["components"]["schemas"]["JobView"]["properties"].pop("links"))
    assert changed(lambda new: new["components"]["schemas"]["JobView"]["required"].remove("status"))
    assert changed(lambda new: new["components"]["schemas"]["JobCreation"].update(required=["posting"]))
    assert changed(lambda new: new["components"]["schemas"]["JobView"]["properties"]["status"]["enum"].pop())
    assert not changed(
        lambda new: new["components"]["schemas"]["JobView"]["properties"].update(more={"type": "string"})
    )


def test_every_template_has_its_picture() -> None:
    """Run `python scripts/generate_template_thumbnails.py` after adding a template."""
    catalogue = json.loads((ROOT / "functions/api/job_api/data/templates.json").read_text(encoding="utf-8"))
    for template in catalogue["templates"]:
        picture = ROOT / "frontend" / "public" / template["thumbnail"].lstrip("/")
        assert picture.read_bytes()[8:12] == b"WEBP", picture


def test_it_is_valid_openapi() -> None:
    validator = pytest.importorskip("openapi_spec_validator")
    validator.validate(committed())


def test_it_names_every_route_of_the_template() -> None:
    import re

    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    routes = set(
        re.findall(r'Type: Api, Properties: \{RestApiId: !Ref Api, Path: "?([^",]+)"?, Method: (\w+)', template)
    )
    assert routes
    ours = {
        (re.sub(r"\{\w+\}", "{}", path), method.upper())
        for path, item in committed()["paths"].items()
        for method in HTTP_METHODS
        if method in item
    }
    assert {(re.sub(r"\{\w+\}", "{}", path), method) for path, method in routes} - {("/openapi.json", "GET")} == ours


def test_every_error_is_a_problem() -> None:
    for path, item in committed()["paths"].items():
        for method in HTTP_METHODS:
            for status, response in item.get(method, {}).get("responses", {}).items():
                if status >= "400":
                    assert list(response["content"]) == ["application/problem+json"], (method, path, status)


def test_the_api_serves_it(api: Api) -> None:
    assert api("GET", "/openapi.json", owner=None).body == committed()


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def _shows(reference: str) -> bool:
    try:
        _git("cat-file", "-e", f"{reference}:docs/openapi.json")
    except (subprocess.CalledProcessError, FileNotFoundError):
        return False
    return True
