"""The corpus as a whole: nothing gets worse, provenance is exact, and the known failures may only shrink."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
from cv_parsing import parse_document
from cvmaker_core.errors import InputError
from cvmaker_core.pointers import walk_strings
from cvmaker_core.text import fold

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT.parent / "shared" / "corpus"
KNOWN = json.loads((ROOT / "tests" / "data" / "parse" / "known_failures.json").read_text("utf-8"))
FLOOR = 0.85
"""Core F1 that every file with a sound text layer reaches, unless it is listed."""
UNSOUND = ("scan", "broken")
pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus (../shared/corpus) is not on this machine")


def scorer() -> Any:
    specification = importlib.util.spec_from_file_location("score_parse", CORPUS / "score_parse.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def parsed() -> dict[str, dict[str, Any]]:
    """Every document of the corpus that can be read, by file name."""
    found = {}
    for path in sorted([*(CORPUS / "dev" / "pdf").iterdir(), *(CORPUS / "dev" / "docx").iterdir()]):
        try:
            found[path.name] = parse_document(path.read_bytes(), file_name=path.name).parsed.model_dump(mode="json")
        except InputError as error:
            found[path.name] = {"error": error.code}
    return found


def sound_truths() -> list[Path]:
    rows = (CORPUS / "dev" / "MANIFEST.tsv").read_text("utf-8").splitlines()
    header = rows[0].split("\t")
    family = {Path(r.split("\t")[0]).name: r.split("\t")[header.index("family")] for r in rows[1:]}
    truths = sorted((CORPUS / "dev" / "truth").glob("*.json"))
    return [path for path in truths if family.get(path.name.removesuffix(".json")) not in UNSOUND]


def test_files_reach_the_floor_unless_listed(parsed: dict[str, dict[str, Any]]) -> None:
    score = scorer()
    listed = {entry["file"]: entry for entry in KNOWN["entries"]}
    below: dict[str, float] = {}
    total: dict[str, list[int]] = {}
    for path in sound_truths():
        name = path.name.removesuffix(".json")
        scores = score.score_file(json.loads(path.read_text("utf-8")), score.flatten(parsed[name]))
        for field, triple in scores.items():
            total[field] = [a + b for a, b in zip(total.get(field, [0, 0, 0]), triple, strict=True)]
        core = score.core(scores)
        if core < FLOOR:
            below[name] = round(core, 2)
        if name in listed:
            assert core >= listed[name]["core"] - 0.03, f"{name} got worse: {core:.2f}"
    assert set(below) <= set(listed), f"new failures: { {k: v for k, v in below.items() if k not in listed} }"
    assert set(listed) <= set(below), f"fixed, take off the list: {sorted(set(listed) - set(below))}"
    assert score.core(total) >= KNOWN["core_floor"]


def test_the_list_of_known_failures_only_shrinks() -> None:
    assert len(KNOWN["entries"]) <= KNOWN["limit"]
    assert all(entry["reason"] for entry in KNOWN["entries"])


def test_every_value_equals_its_source(parsed: dict[str, dict[str, Any]]) -> None:
    """Normalised, without spaces and hyphens (hyphenation), unless a named transform says how it differs."""

    def plain(text: str) -> str:
        return re.sub(r"[\s\-]", "", fold(text))

    named = {"date", "country", "network", "phone", "link", "line_break"}
    for name, data in parsed.items():
        if "error" in data:
            continue
        for pointer, value in walk_strings(data["resume"]):
            if pointer.startswith("/meta/cvmaker/section_order") or pointer == "/meta/cvmaker/language":
                continue
            if pointer == "/basics/image":
                continue  # a picture: no text is its source
            spans = data["provenance"].get(pointer)
            assert spans, f"{name} {pointer} has no source"
            transforms = {span["transform"] for span in spans if span["transform"]}
            assert transforms <= named
            if not transforms:
                said = " ".join(data["text"][span["start"] : span["end"]] for span in spans)
                assert plain(said) == plain(value), f"{name} {pointer}"


def test_every_word_is_in_a_field_or_unparsed(parsed: dict[str, dict[str, Any]]) -> None:
    covered = words = 0
    for data in parsed.values():
        if "error" in data:
            continue
        text = data["text"]
        held = bytearray(len(text))
        for spans in [*data["provenance"].values(), data["unparsed"]]:
            for span in spans:
                held[span["start"] : span["end"]] = b"\1" * (span["end"] - span["start"])
        for match in re.finditer(r"\S*\w\S*", text):
            words += 1
            covered += any(held[match.start() : match.end()])
    assert covered / words >= 0.98


def test_broken_files_say_what_is_wrong(parsed: dict[str, dict[str, Any]]) -> None:
    codes = {name: data.get("error") for name, data in parsed.items() if "malformed" in name or "encrypted" in name}
    assert codes["malformed_empty.pdf"] == "empty_file"
    assert codes["malformed_html.pdf"] == "corrupt"
    assert codes["malformed_truncated.docx"] == "truncated"
    assert codes["encrypted_user-password.pdf"] == "encrypted"
    assert codes["malformed_truncated.pdf"] in (None, "corrupt")
