"""The threat model's promises are tests that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
CITED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))
ROWS = [line for line in TEXT.split("## Accepted")[0].splitlines() if re.match(r"\| [STRIDE]\d+ ", line)]


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize(("path", "name"), CITED, ids=lambda part: part.rsplit("/", 1)[-1])
def test_a_cited_test_exists(path: str, name: str) -> None:
    assert (ROOT / path).is_file()
    assert name in names_in(path)


def test_every_threat_names_a_test() -> None:
    assert len(ROWS) >= 30
    for row in ROWS:
        assert re.search(r"`tests/[\w/]+\.py::test_\w+`", row.split(" | ")[-1]), row[:60]


def test_every_kind_of_threat_was_thought_of() -> None:
    assert {row[2] for row in ROWS} == set("STRIDE")
    numbers = [row.split("|")[1].strip() for row in ROWS]
    assert len(numbers) == len(set(numbers))
