"""How well the truth check tells honest rewrites from lies: `make bench` runs this.

Prints, per set, what share of lies was accepted (by kind) and of honest rewrites rejected (by language), the time a
text takes, and the misses themselves with --misses. The blind batches were each run once before anything was changed
for them; what that run gave is data (`blind.json`) and is printed beside today's figure. Exit status 1 when a
fabricated number, employer, title, date, degree or skill was accepted, except in a batch that was left as first run.
"""

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "layers" / "core"), str(ROOT / "functions" / "tailor"), str(Path(__file__).parent)]

from claim_verification import ClaimVerifier, Proposal  # noqa: E402
from mutations import mutate  # noqa: E402

SUITE = ROOT / "tests" / "data" / "truth_suite"
AS_OF = date(2026, 11, 22)
HARD = ("number", "employer", "title", "date", "degree", "skill")


def load(name: str) -> list[dict[str, Any]]:
    """Cases of one suite file."""
    return [json.loads(line) for line in (SUITE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def blind_figures() -> dict[str, dict[str, Any]]:
    """What each blind batch gave when it was run for the first time, before anything was changed for it."""
    figures: dict[str, dict[str, Any]] = json.loads((SUITE / "blind.json").read_text(encoding="utf-8"))
    return figures


def mutations() -> list[dict[str, Any]]:
    """Cases made from every English CV of the suite."""
    resumes = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((SUITE / "cvs").glob("*.json"))
    }
    sets = ("development", "held_out", *blind_figures())
    foreign = {case["cv"] for name in sets for case in load(name) if case["language"] != "en"}
    return [case for name, resume in resumes.items() if name not in foreign for case in mutate(name, resume)]


def judge(cases: Iterable[dict[str, Any]]) -> tuple[list[tuple[dict[str, Any], bool, str]], list[float]]:
    """(case, accepted, reasons) for each case, and milliseconds of processor time for each."""
    verifiers: dict[str, ClaimVerifier] = {}
    results, times = [], []
    for case in cases:
        name = case["cv"]
        if name not in verifiers:
            verifiers[name] = ClaimVerifier(
                json.loads((SUITE / "cvs" / f"{name}.json").read_text(encoding="utf-8")), AS_OF
            )
        started = time.process_time()
        verdict = verifiers[name].verify(Proposal(case["id"], case["source_ids"], case["text"]))
        times.append((time.process_time() - started) * 1000)
        results.append((case, verdict.accepted, "; ".join(f"{r.code}: {r.detail}" for r in verdict.reasons)))
    return results, times


def report(name: str, cases: list[dict[str, Any]], *, misses: bool) -> dict[str, Any]:
    """Print one set's table; the figures."""
    results, times = judge(cases)
    lies = [(case, accepted) for case, accepted, _ in results if case["label"] == "lie"]
    honest = [(case, accepted) for case, accepted, _ in results if case["label"] == "honest"]
    hard = [case for case, accepted in lies if accepted and case["kind"] in HARD]
    other = [case for case, accepted in lies if accepted and case["kind"] not in HARD]
    rejected = [case for case, accepted in honest if not accepted]
    count_hard = sum(case["kind"] in HARD for case, _ in lies)
    print(f"\n{name}: {len(results)} cases, {len(lies)} lies, {len(honest)} honest")
    print(f"  hard facts fabricated and accepted   {len(hard)}/{count_hard}")
    soft = len(lies) - count_hard
    print(f"  other fabrications accepted          {len(other)}/{soft} = {_share(len(other), soft)}")
    print(
        f"  honest rewrites rejected             {len(rejected)}/{len(honest)} = {_share(len(rejected), len(honest))}"
    )
    print(f"  misses by kind                       {dict(Counter(case['kind'] for case in (*hard, *other)))}")
    by_language = Counter(case["language"] for case, _ in honest)
    wrong = Counter(case["language"] for case in rejected)
    shares = {language: f"{wrong[language]}/{count}" for language, count in by_language.items()}
    print(f"  honest rejected by language          {shares}")
    slowest = sorted(times)[int(len(times) * 0.99)]
    print(
        f"  processor milliseconds a text        median {statistics.median(times):.2f}, 99th percentile {slowest:.2f}"
    )
    if misses:
        for case, accepted, why in results:
            if accepted != (case["label"] == "honest"):
                print(f"    {case['label']:6} {case['kind']:10} {case['id']}: {case['text']} [{why}]")
    return {
        "set": name,
        "hard": len(hard),
        "other": len(other) / max(1, len(lies) - count_hard),
        "honest": len(rejected) / max(1, len(honest)),
    }


def first_run(figures: dict[str, Any]) -> str:
    """One line: a blind batch's figures as recorded."""
    hard, other, refused = figures["hard"], figures["other"], figures["honest_refused"]
    return (
        f"  when first run ({figures['run']}): hard facts accepted {hard[0]}/{hard[1]}, other lies "
        f"{other[0]}/{other[1]} = {_share(*other)}, honest rejected {refused[0]}/{refused[1]} = {_share(*refused)}"
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(1, whole):.1f} %"


def main() -> int:
    """Run all sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--misses", action="store_true", help="print every miss of the development set and the mutations"
    )
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    figures = [
        report("development", load("development"), misses=options.misses),
        report("held out", load("held_out"), misses=False),
        report("mutations", mutations(), misses=options.misses),
    ]
    for name, recorded in blind_figures().items():
        figures.append(report(name, load(name), misses=options.misses) | {"first_run": recorded})
        print(first_run(recorded))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return int(any(figure["hard"] for figure in figures if not figure.get("first_run", {}).get("untouched")))


if __name__ == "__main__":
    sys.exit(main())
