"""Reaching one page or two without losing what matters."""

import re
from typing import Any

import cv_rendering
import pypdfium2
import pytest
from cvmaker_core.pointers import resolve_pointer
from cvmaker_core.schema.jobs import DesignOptions


def resume_of(jobs: int) -> dict[str, Any]:
    """Five jobs fill a page; six need a denser one; nine are too many for it."""
    sentence = "Improved the throughput of the packing line by changing the order of steps and training the shift."
    work = [
        {
            "name": f"Company {i}",
            "position": "Engineer",
            "startDate": f"{2020 - i}-01",
            "endDate": f"{2020 - i}-12",
            "highlights": [f"{sentence} ({i}.{k})" for k in range(5)],
        }
        for i in range(jobs)
    ]
    return {"basics": {"name": "Ada Example", "summary": sentence * 3}, "work": work, "interests": [{"name": "Chess"}]}


@pytest.fixture
def long_resume() -> dict[str, Any]:
    return resume_of(9)


def pages(result: cv_rendering.RenderResult) -> int:
    return len(pypdfium2.PdfDocument(result.files["cv.pdf"]))


def test_density_comes_before_leaving_anything_out() -> None:
    natural = cv_rendering.render_all(resume_of(6))
    assert pages(natural) == natural.pages == 2
    result = cv_rendering.render_all(resume_of(6), page_target="one", may_drop=["/interests"])
    assert pages(result) == 1
    assert result.dropped == []


def test_then_the_least_relevant_go_in_their_order(long_resume: dict[str, Any]) -> None:
    ranked = ["/interests", *(f"/work/{i}/highlights/{k}" for i in range(8, -1, -1) for k in range(4, 0, -1))]
    result = cv_rendering.render_all(long_resume, page_target="one", may_drop=ranked)
    assert pages(result) == 1
    assert result.dropped == ranked[: len(result.dropped)]
    assert 0 < len(result.dropped) < len(ranked)
    kept = str(result.resume)
    for pointer in result.dropped[1:]:
        assert resolve_pointer(long_resume, pointer) not in kept
    assert "interests" not in result.resume
    for name in ("cv.txt", "cv.md", "cv.html"):
        text = " ".join(re.sub(r"</?span[^>]*>", "", result.files[name].decode()).split())
        assert resolve_pointer(long_resume, result.dropped[1]) not in text
        assert resolve_pointer(long_resume, ranked[len(result.dropped)]) in text
    # One fewer would not have done.
    fewer = cv_rendering.render_all(long_resume, page_target="one", may_drop=result.dropped[:-1])
    assert fewer.pages > 1


def test_jobs_dates_and_the_person_are_never_left_out(long_resume: dict[str, Any]) -> None:
    forbidden = ["/work/0", "/work", "/work/1/startDate", "/work/2/name", "/work/2/position", "/basics", "/basics/name"]
    forbidden += ["/education", "/education/0", "", "/meta", "/work/0/highlights/0/x"]
    result = cv_rendering.render_all(long_resume, page_target="one", may_drop=forbidden)
    assert result.dropped == []
    assert len(result.resume["work"]) == 9
    assert result.resume["work"][1]["startDate"] == "2019-01"
    assert [warning.code for warning in result.warnings] == ["page_target_not_reached"]


def test_the_persons_own_choice_of_pages_wins(long_resume: dict[str, Any]) -> None:
    result = cv_rendering.render_all(long_resume, page_target="one", options=DesignOptions(pages="two"))
    assert result.pages == 2
    assert not result.warnings


def test_a_stray_end_is_taken_back() -> None:
    from cv_rendering.design import resolve_design
    from cv_rendering.document import build_document
    from cv_rendering.formats.pdf import layout_document
    from cv_rendering.visible import visible_resume

    design = resolve_design("classic")
    stray = 0
    for lines in range(1, 14):
        resume = {**resume_of(3), "awards": [{"title": f"Award {i}"} for i in range(lines)]}
        layout = layout_document(build_document(visible_resume(resume, design), design), design)
        if layout.pages == 2 and layout.last_page_fill < 0.1:
            stray += 1
            assert cv_rendering.render_all(resume).pages == 1
    assert stray, "some length leaves a few lines on a second page"
