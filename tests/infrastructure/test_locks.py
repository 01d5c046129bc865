"""What is deployed is what was reviewed: every package pinned, every file of it known by its hash."""

import re
from pathlib import Path

import pytest
from cvmaker_local.dependencies import read_requirements

ROOT = Path(__file__).resolve().parents[2]
WANTED = sorted([*ROOT.glob("functions/*/requirements.in"), *ROOT.glob("layers/core/requirements.in")])
DEVELOPMENT = {item.name: str(item.specifier) for item in read_requirements(ROOT / "requirements-dev.txt")}


@pytest.mark.parametrize("wanted", WANTED, ids=lambda path: path.parent.name)
def test_a_lock_holds_what_is_wanted_with_hashes(wanted: Path) -> None:
    lock = wanted.with_suffix(".txt")
    locked = {item.name: str(item.specifier) for item in read_requirements(lock)}
    for item in read_requirements(wanted):
        assert str(item.specifier).startswith("=="), f"{item.name} is not pinned"
        assert locked[item.name] == str(item.specifier), "run make lock"
    entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8"))
    for entry in entries[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]


@pytest.mark.parametrize("wanted", WANTED, ids=lambda path: path.parent.name)
def test_what_is_deployed_is_what_tests_ran_with(wanted: Path) -> None:
    for item in read_requirements(wanted.with_suffix(".txt")):
        assert DEVELOPMENT[item.name] == str(item.specifier), f"{item.name}: run make lock"


def test_every_function_has_a_lock() -> None:
    functions = {path for path in (ROOT / "functions").iterdir() if (path / "app.py").exists()}
    assert functions == {path.parent for path in WANTED} - {ROOT / "layers" / "core"}
