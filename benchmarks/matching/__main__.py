"""Requirements, evidence ranking and speed of Analyze and Embed: python -m benchmarks.matching [-v]."""

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.matching.ranking_score import score_ranking
from benchmarks.matching.requirements_score import REPOSITORY, Score, headline_agreement, load_postings, score_posting

VERBOSE = "-v" in sys.argv
SOFTWARE_CV = REPOSITORY / "tests" / "data" / "samples" / "ada-jensen.pdf"


def requirements_report() -> None:
    """Recall and precision by set; the misses of development postings with -v."""
    totals: dict[str, Score] = {}
    heads: dict[str, list[bool]] = {}
    for posting in load_postings():
        score = score_posting(posting)
        kind = "corpus" if "corpus" in posting.head else "own"
        for group in ("all", posting.head["set"], kind, f"language {posting.head['language']}"):
            totals.setdefault(group, Score()).add(score)
        for name, (_, _, agrees) in headline_agreement(posting).items():
            heads.setdefault(name, []).append(agrees)
        if VERBOSE and not posting.held_out:
            print(f"  {posting.name}: recall {score.recall:.2f}, precision {score.precision:.2f}")
            for line in score.missed:
                print(f"      missed  {line[:110]}")
            for line in score.extra:
                print(f"      extra   {line[:110]}")
    print(f"{'requirements':24}{'labels':>8}{'recall':>8}{'precision':>11}{'must':>7}{'kind':>7}")
    for group, total in totals.items():
        paired = max(1, total.paired)
        print(
            f"{group:24}{total.labels:8}{total.recall:8.3f}{total.precision:11.3f}"
            f"{total.must_agrees / paired:7.2f}{total.kind_agrees / paired:7.2f}"
        )
    print("headline: " + ", ".join(f"{name} {sum(found)}/{len(found)}" for name, found in heads.items()))


def sentence_encoder() -> Any:
    """The local embeddings, without HTTP; None where its wheels are not installed."""
    try:
        import numpy as np
        from cvmaker_local.embeddings_server import SentenceEncoder

        encoder = SentenceEncoder()
    except Exception as error:  # noqa: BLE001 - any reason means: rank by words alone
        print(f"(no local embeddings: {type(error).__name__})")
        return None
    known: dict[str, Any] = {}

    def embed(texts: Sequence[str]) -> Any:
        for text in texts:
            if text not in known:
                known[text] = np.asarray(encoder.encode(text)[0])
        return np.stack([known[text] for text in texts])

    return embed


def ranking_report(embed: Any) -> None:
    print(f"\n{'evidence ranking':28}{'cases':>7}{'MRR':>8}{'top 1':>8}{'top 3':>8}")
    for name, file_name in (
        ("given", "ranking_cases.json"),
        ("second (seen once)", "second_cases.json"),
        ("third (seen once)", "third_cases.json"),
        ("fourth (unseen)", "fourth_cases.json"),
    ):
        for label, function in (("vectors and words", embed), ("words alone", None)):
            if label == "vectors and words" and embed is None:
                continue
            score = score_ranking(file_name, function)
            shown = name if function is not None or embed is None else "   words alone"
            print(
                f"{shown:28}{len(score.ranks):7}{score.mean_reciprocal_rank:8.3f}{score.top(1):8.2f}{score.top(3):8.2f}"
            )
            if VERBOSE and function is not None:
                for line in score.misses:
                    print(f"      {line}")


def speed_report(embed: Any) -> None:
    """Warm milliseconds of both stages on a two-page CV, without S3, and import times in a fresh process."""
    from cv_parsing import parse_document
    from evidence_matching import match
    from posting_analysis import analyze

    parsed = parse_document(SOFTWARE_CV.read_bytes(), file_name="cv.pdf").parsed
    posting = (SOFTWARE_CV.parent / "platform-engineer.txt").read_text(encoding="utf-8")
    as_of = date(2026, 11, 1)
    analyze_times, match_times = [], []
    for _ in range(7):
        began = time.perf_counter()
        analysis = analyze(parsed.resume, parsed, posting, as_of=as_of)
        middle = time.perf_counter()
        match(parsed.resume, analysis, embed=embed, as_of=as_of)
        analyze_times.append(middle - began)
        match_times.append(time.perf_counter() - middle)
    print(f"\nwarm, ms: analyze {1000 * statistics.median(analyze_times):.0f}", end="")
    print(f", match with vectors at hand {1000 * statistics.median(match_times):.0f}")
    for folder, package in (("analyze", "posting_analysis"), ("embed", "evidence_matching")):
        code = f"import time; t = time.perf_counter(); import {package}; print(time.perf_counter() - t)"
        times = [
            float(
                subprocess.run(
                    [sys.executable, "-c", code],
                    cwd=Path(REPOSITORY, "functions", folder),
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout
            )
            for _ in range(3)
        ]
        print(f"import {package}: {1000 * statistics.median(times):.0f} ms")


if __name__ == "__main__":
    requirements_report()
    encoder = sentence_encoder()
    ranking_report(encoder)
    speed_report(encoder)
