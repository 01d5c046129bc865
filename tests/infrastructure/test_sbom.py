"""The bill of materials says what is shipped; a licence nobody has looked at stops it."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cvmaker_local.dependencies import read_requirements

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    specification = importlib.util.spec_from_file_location("write_sbom", ROOT / "scripts" / "write_sbom.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def documents(sbom: ModuleType) -> dict[str, dict[str, Any]]:
    return sbom.bills()  # type: ignore[no-any-return]


def test_every_function_and_layer_has_one(documents: dict[str, dict[str, Any]]) -> None:
    rooms = {path.parent.name for path in ROOT.glob("functions/*/app.py")}
    assert set(documents) == rooms | {"core", "weasyprint"}


def test_it_names_what_is_locked_with_the_hashes(documents: dict[str, dict[str, Any]]) -> None:
    components = {item["name"]: item for item in documents["render"]["components"]}
    for wanted in read_requirements(ROOT / "functions" / "render" / "requirements.in"):
        assert components[wanted.name]["version"] == str(wanted.specifier).removeprefix("==")
        assert components[wanted.name]["properties"], "without a hash nobody can say what was shipped"
    assert not {"colorama", "brotlicffi"} & components.keys(), "what is for other systems is not shipped"
    assert len(documents["weasyprint"]["components"]) > 20


def test_every_licence_is_one_we_allow(sbom: ModuleType, documents: dict[str, dict[str, Any]]) -> None:
    refused = {key: value[0] for key, value in sbom.licences(documents).items() if not sbom.is_allowed(value[0])}
    assert refused == {}


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("unknown", False),
    ],
)
def test_what_is_allowed(sbom: ModuleType, licence: str, allowed: bool) -> None:
    assert sbom.is_allowed(licence) is allowed
