"""The formula: early and clear is visible; nothing else changes it."""

from typing import Any

from cvmaker_core.schema.artefacts import Claim, Evidence, Match, Requirement, Source
from cvmaker_core.visibility import page_lines, visibility

ASKED = [Requirement(id="r1", text="Kafka", kind="skill", must=True, weight=1, span=(0, 5))]


def held(pointer: str, state: Any = "met", job: str | None = None) -> list[Match]:
    evidence = [Evidence(pointer=pointer, job_id=job, method="lexical", similarity=1)]
    return [Match(requirement_id="r1", state=state, reason="", evidence=evidence)]


def cv(position: int, text: str = "Ran Kafka for billing") -> dict[str, Any]:
    """A job with 60 bullets of two lines, one of which speaks."""
    bullets = ["Something else that fills a line of the page and then a bit of the next one, as bullets do. " * 2] * 60
    bullets[position] = text
    return {"basics": {"name": "A"}, "work": [{"name": "X", "position": "Y", "highlights": bullets}]}


def test_higher_on_the_page_is_more_visible() -> None:
    places = [visibility(cv(i), ASKED, held(f"/work/0/highlights/{i}")) for i in (0, 20, 40, 59)]
    assert places == sorted(places, key=lambda v: -(v or 0))
    assert places[0] == 100
    assert (places[-1] or 0) < 40


def test_naming_it_is_clearer_than_implying_it() -> None:
    named = visibility(cv(0), ASKED, held("/work/0/highlights/0"))
    implied = visibility(cv(0, "Ran the message broker for billing"), ASKED, held("/work/0/highlights/0"))
    assert (named, implied) == (100, 80)


def test_only_proof_on_the_page_counts() -> None:
    assert visibility(cv(0), ASKED, held("/work/0/highlights/0", state="adjacent")) is None
    assert visibility(cv(0), ASKED, held("/work/0/highlights/0", job="earlier")) is None
    assert visibility(cv(0), [], held("/work/0/highlights/0")) is None


def test_evidence_that_was_left_out_is_not_seen() -> None:
    assert visibility(cv(0), ASKED, held("/work/7/highlights/0")) == 0


def test_a_tailored_cv_is_judged_through_its_claims() -> None:
    claim = {"/basics/summary": Claim(sources=[Source(kind="cv", pointer="/work/0/highlights/59")], engine="baseline")}
    tailored = cv(59) | {"basics": {"name": "A", "summary": "Runs Kafka."}}
    assert visibility(tailored, ASKED, held("/work/0/highlights/59"), claim) == 100


def test_the_stated_order_of_sections_is_followed() -> None:
    resume = cv(0) | {"skills": [{"name": "Tools", "keywords": ["Kafka"]}]}
    assert page_lines(resume)["/skills/0/keywords/0"][0] > 100
    resume["meta"] = {"cvmaker": {"section_order": ["skills", "work"]}}
    assert page_lines(resume)["/skills/0/keywords/0"][0] < 10
