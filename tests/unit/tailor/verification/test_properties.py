"""Properties: the source's own words always pass, no text breaks the check, other places never lend facts."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from claim_verification import ClaimVerifier, Proposal
from hypothesis import given, settings
from hypothesis import strategies as st

CVS = sorted((Path(__file__).parents[3] / "data" / "truth_suite" / "cvs").glob("*.json"))
ADJECTIVES = ("quarterly", "monthly", "weekly", "legacy", "nightly", "surgical", "commercial", "digital", "annual")


def resumes() -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in CVS]


def bullets(resume: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (f"/work/{job}/highlights/{index}", text)
        for job, entry in enumerate(resume.get("work", []))
        for index, text in enumerate(entry.get("highlights", []))
    ]


def ok(verifier: ClaimVerifier, sources: list[str], text: str) -> bool:
    return verifier.verify(Proposal("p", sources, text)).accepted


@pytest.mark.parametrize("resume", resumes(), ids=[path.stem for path in CVS])
def test_the_sources_own_words_pass(resume: dict[str, Any]) -> None:
    verifier = ClaimVerifier(resume)
    for pointer, text in bullets(resume):
        for variant in (text, text + ".", text.rstrip("."), "  " + text.replace("-", "\u2011")):
            assert ok(verifier, [pointer], variant), variant
        assert ok(verifier, [pointer.rsplit("/highlights", 1)[0]], text), text


@pytest.mark.parametrize("resume", resumes()[:14], ids=[path.stem for path in CVS][:14])
def test_two_bullets_of_one_entry_pass_together(resume: dict[str, Any]) -> None:
    verifier = ClaimVerifier(resume)
    for (first, one), (second, two) in zip(bullets(resume), bullets(resume)[1:], strict=False):
        if first.split("/")[2] == second.split("/")[2]:
            assert ok(verifier, [first, second], f"{one.rstrip('.')}. {two}"), (one, two)


def test_dropping_an_adjective_that_reserves_nothing_passes() -> None:
    for resume in resumes():
        verifier = ClaimVerifier(resume)
        for pointer, text in bullets(resume):
            for adjective in ADJECTIVES:
                shorter = re.sub(rf"\b{adjective} ", "", text)
                if shorter != text:
                    assert ok(verifier, [pointer], shorter), shorter


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    verdict = VERIFIER.verify(Proposal("x", ["/work/0"], text))
    assert verdict.accepted or verdict.reasons


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["work", "basics", "highlights", "name", "startDate", "summary"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_no_source_breaks_it(document: Any) -> None:
    source = document if isinstance(document, dict) else {"work": document}
    verdict = ClaimVerifier(source).verify(Proposal("x", ["/work/0", "/basics/summary"], "Cut costs by 5%"))
    assert verdict.verdict in ("accept", "reject")


VERIFIER = ClaimVerifier(json.loads((CVS[0].parent / "backend.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "sources", [[], ["/work/9"], ["/work/0/highlights/77"], ["nonsense"], [""], ["/work/0/highlights/0", "/nowhere"]]
)
def test_without_a_source_nothing_passes(sources: list[str]) -> None:
    verdict = VERIFIER.verify(Proposal("x", sources, "Rewrote the settlement service in Go"))
    assert [reason.code for reason in verdict.reasons] == ["no_source"]


def test_fast_enough() -> None:
    source = "/work/0/highlights/0"
    text = "Reduced the nightly batch run from three hours to 25 minutes by rebuilding the settlement service in Go"
    VERIFIER.verify(Proposal("x", [source], text))
    started = time.process_time()
    for _ in range(50):
        VERIFIER.verify(Proposal("x", [source], text))
    assert (time.process_time() - started) / 50 <= 0.015  # 5 ms on a quiet machine
