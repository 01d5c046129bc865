"""What stands on the page and is still no ground for a sentence of ours."""

import copy
from datetime import date
from typing import Any

import pytest
from cv_tailoring import tailor
from cv_tailoring.career import read_career
from cv_tailoring.footing import Footing, balanced
from cv_tailoring.language_data import language_of
from cvmaker_core.schema.artefacts import (
    Analysis,
    Evidence,
    EvidenceData,
    Layout,
    Match,
    Parsed,
    ParsedDate,
    Posting,
    Requirement,
)
from cvmaker_core.schema.jobs import JobRequest
from evidence_matching.matching import LESSER_DEGREE, OTHER_SUBJECT

AS_OF = date(2026, 11, 1)


def footing(resume: dict[str, Any] | None = None, language: str = "en", **more: Any) -> Footing:
    return Footing(resume or {}, AS_OF, language=language, **more)


def career(work: list[dict[str, Any]], **resume: Any) -> Any:
    whole = {"work": work, **resume}
    return read_career(whole, {}, footing(whole))


def composed(resume: dict[str, Any], kind: str, wanted: str, *pointers: str, **parsed: Any) -> str:
    """Headline, summary and letter for a posting with one requirement that these places meet."""
    requirement = Requirement(id="r1", text=wanted, kind=kind, must=True, weight=1.0, span=(0, 1))  # type: ignore[arg-type]
    nearness = parsed.pop("nearness", 1.0)
    found = [Evidence(pointer=pointer, method="lexical", similarity=nearness) for pointer in pointers]
    state = parsed.pop("state", "met" if pointers else "missing")
    tailored, _ = tailor(
        Parsed(resume=resume, layout=Layout(pages=1, language="en"), **parsed),
        Analysis(posting=Posting(language="en", text=wanted), requirements=[requirement]),
        EvidenceData(matches=[Match(requirement_id="r1", state=state, reason="", evidence=found)]),
        request=JobRequest(as_of=AS_OF),
    )
    basics = tailored.resume.get("basics") or {}
    letter = tailored.cover_letter.paragraphs if tailored.cover_letter else []
    said = [sentence.text for paragraph in letter for sentence in paragraph.sentences]
    return "\n".join([basics.get("label", ""), basics.get("summary", ""), *said])


# --- degrees and certificates ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("degree", "dates", "said"),
    [
        ({"startDate": "2018-09", "endDate": "2021-06"}, {}, True),
        ({"startDate": "2024-09", "endDate": "2028-06"}, {}, False),
        ({"startDate": "2024-09"}, {}, False),
        ({"startDate": "2024-09", "endDate": "2026"}, {"/education/0/endDate": "expected"}, False),
        ({"endDate": "2021", "score": "not completed"}, {}, False),
    ],
)
def test_only_a_finished_degree_is_stated(degree: dict[str, Any], dates: dict[str, Any], said: bool) -> None:
    resume = {"education": [{"institution": "Lund", "studyType": "BSc", "area": "Physics", **degree}]}
    states = {pointer: ParsedDate(text="", state=state) for pointer, state in dates.items()}
    assert ("BSc, Physics" in composed(resume, "degree", "degree in physics", "/education/0", dates=states)) is said


@pytest.mark.parametrize(("nearness", "said"), [(OTHER_SUBJECT, True), (LESSER_DEGREE, False)])
def test_a_degree_of_the_level_asked_for_is_stated_with_its_own_subject_and_a_lesser_one_not(
    nearness: float, said: bool
) -> None:
    resume = {"education": [{"institution": "Lund", "studyType": "BSc", "area": "Physics", "endDate": "2020"}]}
    stated = composed(resume, "degree", "degree", "/education/0", state="partly", nearness=nearness)
    assert ("BSc, Physics" in stated) is said


@pytest.mark.parametrize(
    ("certificate", "text", "said"),
    [
        ({"name": "CISSP", "date": "2024-01"}, "CISSP, issued 2024, expires 2031", True),
        ({"name": "CISSP"}, "CISSP (expired)", False),
        ({"name": "CISSP"}, "CISSP, valid until 03/2023", False),
        ({"name": "CISSP Issued 2020 Expires"}, "", False),
        ({"name": "CISSP", "date": "2027-05"}, "", False),
    ],
)
def test_a_certificate_that_has_run_out_is_not_advertised(certificate: dict[str, Any], text: str, said: bool) -> None:
    resume = {"certificates": [certificate]}
    assert ("CISSP" in composed(resume, "certificate", "CISSP", "/certificates/0", text=text)) is said


# --- titles, employers and cut values ---------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["Software Engineer I", "IT Manager", "Head of Data (Nordics)", "The New York Times", "Acme Inc.", "Series A"],
)
def test_names_are_names(text: str) -> None:
    assert footing().is_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "And I am always looking for new exciting and",
        "That Other Job You Had",
        "Also with a short description",
        "We build tools for everyone",
        "Junior Data Analyst (former",
        "Manager of",
        "one two three four five six seven eight nine",
    ],
)
def test_prose_is_no_title(text: str) -> None:
    assert not footing().is_name(text)
    resume = {"work": [{"position": text, "name": "Acme", "startDate": "2015-01", "highlights": ["Ran Docker"]}]}
    assert text not in composed(resume, "skill", "Docker", "/work/0/highlights/0")


def test_what_the_parser_doubts_is_not_built_on() -> None:
    resume = {"work": [{"position": "Engineer", "name": "Acme", "highlights": ["Ran Docker"]}]}
    assert "Acme" in composed(resume, "skill", "Docker", "/work/0/highlights/0")
    assert "Acme" not in composed(resume, "skill", "Docker", "/work/0/highlights/0", confidence={"/work/0/name": 0.4})


def test_a_headline_that_was_cut_stays_as_it_is() -> None:
    resume = {"basics": {"label": "Junior Data Analyst (former"}, "skills": [{"name": "Docker"}]}
    assert composed(resume, "skill", "Docker", "/skills/0/name").startswith("Junior Data Analyst (former\n")


def test_a_cut_bullet_and_its_rest_keep_their_places() -> None:
    bullets = ["Sold tea", "Moved servers to the", "cloud with Docker", "Ran Docker"]
    assert footing().cut(bullets) == {1, 2}
    assert not balanced("a (b")
    assert balanced("a (b [c]) d")


# --- experience -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position", "employer", "counts"),
    [
        ("Nurse", "City Hospital", True),
        ("Member of Technical Staff", "Acme", True),
        ("PhD student", "Lund University", False),
        ("Member", "Robotics Society", False),
        ("President", "Chess Club", False),
        ("President", "Acme", True),
        ("Volunteer", "Red Cross", False),
        ("Software Engineering Intern", "Acme", False),
    ],
)
def test_only_employment_counts_as_experience(position: str, employer: str, counts: bool) -> None:
    work = [{"position": position, "name": employer, "startDate": "2015-01", "endDate": "2020-01"}]
    assert (career(work).years == 5) is counts


def test_where_the_person_states_years_none_are_computed() -> None:
    work = [{"position": "Nurse", "name": "Hospital", "startDate": "2010-01", "endDate": "2020-01"}]
    assert career(work).years == 10
    assert career(work, basics={"summary": "Nurse with over twelve years of experience."}).years == 0


def test_a_job_whose_end_is_unknown_counts_a_month_and_is_not_running() -> None:
    found = career([{"position": "Nurse", "name": "Hospital", "startDate": "2010-01", "endDateUnknown": True}])
    assert found.years == 0
    assert not found.latest.running


def test_the_latest_job_is_by_date_and_must_say_what_and_where() -> None:
    old = {"position": "Clerk", "name": "Bank", "startDate": "2001-01", "endDate": "2003-01"}
    undated = {"position": "Cook", "name": "Inn"}
    new = {"position": "Nurse", "name": "Hospital", "startDate": "2010-01", "endDateUnknown": True}
    assert career([undated, old, new]).latest.position == "Nurse"
    assert career([{**new, "position": ""}, old]).latest is None


# --- skills -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "group",
    [
        {"name": "Currently learning", "keywords": ["Rust"]},
        {"name": "Currently learning: Rust"},
        {"name": "Languages", "level": "Beginner", "keywords": ["Rust"]},
        {"name": "Languages", "keywords": ["Rust (basic)"]},
        {"name": "Exposure to", "keywords": ["Rust"]},
    ],
)
def test_what_is_only_being_learnt_is_not_advertised(group: dict[str, Any]) -> None:
    resume = {"basics": {"label": "Engineer"}, "skills": [group]}
    place = "/skills/0/keywords/0" if "keywords" in group else "/skills/0/name"
    assert "Rust" not in composed(resume, "skill", "Rust", place)


@pytest.mark.parametrize("name", ["Machine learning", "Visual Basic", "Learning management systems"])
def test_names_that_hold_such_words_are_skills_all_the_same(name: str) -> None:
    resume = {"skills": [{"name": "Skills", "keywords": [name]}]}
    assert footing(resume).may_name_skill(name, "/skills/0/keywords/0")


@pytest.mark.parametrize(
    ("language", "level"), [("de", "Grundkenntnisse"), ("fr", "Notions"), ("es", "Básico"), ("nl", "Basiskennis")]
)
def test_beginnings_are_known_in_other_languages(language: str, level: str) -> None:
    resume = {"skills": [{"name": "Java", "level": level}]}
    assert not footing(resume, language).may_name_skill("Java", "/skills/0/name")


# --- letter, summary, language ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "named"),
    [
        ("skill", "Rust", True),
        ("skill", "the ability to keep many plates", False),
        ("language", "Danish", True),
        ("certificate", "PMP", True),
        ("certificate", "all of the papers we need for", False),
    ],
)
def test_gaps_are_named_not_quoted(kind: str, text: str, named: bool) -> None:
    assert (text in composed({"basics": {"name": "A"}}, kind, text)) is named


def test_no_summary_is_written_that_proves_nothing() -> None:
    resume = {"work": [{"position": "Painter", "name": "Studio", "startDate": "2015-01", "endDate": "2020-06"}]}
    assert "years of professional experience.\n" not in composed(copy.deepcopy(resume), "skill", "Rust").split("I ")[0]


def test_a_cv_without_prose_is_in_the_headings_or_the_postings_language() -> None:
    assert language_of({}, "unknown", "en-GB") == "en"
    assert language_of({"meta": {"cvmaker": {"language": "de"}}}, "unknown", "en") == "de"
    assert language_of({}, None, None) is None
