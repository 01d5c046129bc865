"""The truth suite: what must be caught, what must pass. Figures and misses: benchmarks/truth."""

import json
from collections import Counter
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from claim_verification import ClaimVerifier, Proposal

SUITE = Path(__file__).parents[3] / "data" / "truth_suite"
HARD = {"number", "employer", "title", "date", "degree", "skill", "certificate", "award", "client"}


@lru_cache
def verifier(cv: str) -> ClaimVerifier:
    return ClaimVerifier(json.loads((SUITE / "cvs" / f"{cv}.json").read_text(encoding="utf-8")), date(2026, 11, 22))


def cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SUITE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def misses(name: str) -> tuple[list[dict[str, Any]], Counter[str]]:
    found, totals = [], Counter[str]()
    for case in cases(name):
        totals[case["label"]] += 1
        verdict = verifier(case["cv"]).verify(Proposal(case["id"], case["source_ids"], case["text"]))
        if verdict.accepted != (case["label"] == "honest"):
            found.append(case)
    return found, totals


# What the check reaches today, with a little room; lower these when it gets better, never raise them unseen.
@pytest.mark.parametrize(
    ("name", "lies_accepted", "honest_rejected"), [("development", 0.015, 0.08), ("held_out", 0.03, 0.11)]
)
def test_suite(name: str, lies_accepted: float, honest_rejected: float) -> None:
    found, totals = misses(name)
    lies = [case for case in found if case["label"] == "lie"]
    honest = [case for case in found if case["label"] == "honest"]
    assert [case["text"] for case in lies if case["kind"] in HARD] == []
    assert len(lies) <= lies_accepted * totals["lie"], [case["text"] for case in lies]
    assert len(honest) <= honest_rejected * totals["honest"], [case["text"] for case in honest]


@pytest.mark.parametrize(
    "name", [name for name, run in json.loads((SUITE / "blind.json").read_text()).items() if not run.get("untouched")]
)
def test_blind_batches_that_were_learnt_from(name: str) -> None:
    found, totals = misses(name)
    lies = [case["text"] for case in found if case["label"] == "lie"]
    honest = [case["text"] for case in found if case["label"] == "honest"]
    assert len(lies) <= 0.02 * totals["lie"], lies
    assert len(honest) <= 0.16 * totals["honest"], honest


def test_probes_of_arithmetic_scope_and_deeds() -> None:
    """One-line CVs with what may and may not be made of them; no lie passes, few honest variants are refused."""
    probes = json.loads((SUITE / "probes.json").read_text(encoding="utf-8"))
    refused, told, count = [], [], 0
    for probe in probes:
        job = {"name": "Acme", "position": probe["position"], "startDate": "2018-03", "endDate": "2021-06"}
        check = ClaimVerifier({"work": [{**job, "highlights": [probe["source"]]}]}, date(2026, 11, 22))
        for text in (*probe["honest"], *probe["lies"]):
            accepted = check.verify(Proposal("p", ["/work/0/highlights/0"], text)).accepted
            count += text in probe["honest"]
            if accepted and text in probe["lies"]:
                told.append((probe["source"], text))
            if not accepted and text in probe["honest"]:
                refused.append((probe["source"], text))
    assert told == []
    assert len(refused) <= 0.08 * count, refused


def test_probes_of_titles_employers_degrees_and_years() -> None:
    """One career, cited bullet by bullet and entry by entry."""
    data = json.loads((SUITE / "probes_career.json").read_text(encoding="utf-8"))
    check = ClaimVerifier(data["cv"], date(2026, 11, 22))

    def accepted(sources: list[str], text: str) -> bool:
        return check.verify(Proposal("p", sources, text)).accepted

    told = [text for p in data["probes"] for text in p["lies"] if accepted(p["source_ids"], text)]
    honest = [(p["source_ids"], text) for p in data["probes"] for text in p["honest"]]
    refused = [text for sources, text in honest if not accepted(sources, text)]
    assert told == []
    assert len(refused) <= 0.12 * len(honest), refused


def test_the_suite_is_large_and_mixed() -> None:
    everything = cases("development") + cases("held_out")
    assert len({case["id"] for case in everything}) == len(everything) >= 400
    assert sum(case["label"] == "honest" for case in everything) >= 250
    assert len({case["language"] for case in everything}) >= 4
    assert len({case["kind"] for case in everything}) >= 25


def test_honest_rewrites_are_really_reworded() -> None:
    """At least half of the honest cases change 30 % of their words or more."""
    changed = []
    for case in cases("development") + cases("held_out"):
        if case["label"] == "honest" and len(case["source_ids"]) == 1:
            source = verifier(case["cv"]).source.cite(case["source_ids"])
            assert source is not None
            old = set(" ".join(source.statements.values()).lower().split())
            new = case["text"].lower().split()
            changed.append(sum(word not in old for word in new) / len(new))
    assert sum(share >= 0.3 for share in changed) >= 0.5 * len(changed)
