"""The order and the sentences as the person who sends them reads them."""

from typing import Any

import pytest
from cv_tailoring import tailor
from cvmaker_core.schema.artefacts import Analysis, Evidence, EvidenceData, Layout, Match, Parsed, Posting, Requirement
from cvmaker_core.schema.jobs import JobRequest

from .test_footing import AS_OF


def made(resume: dict[str, Any], *asked: tuple[str, str, list[str]], language: str = "en", state: str = "met") -> Any:
    requirements, matches = [], []
    for number, (kind, text, pointers) in enumerate(asked):
        requirements.append(
            Requirement(id=f"r{number}", text=text, kind=kind, must=True, weight=1 / len(asked), span=(0, 1))  # type: ignore[arg-type]
        )
        evidence = [Evidence(pointer=pointer, method="lexical", similarity=1.0) for pointer in pointers]
        matches.append(Match(requirement_id=f"r{number}", state=state, reason="", evidence=evidence))  # type: ignore[arg-type]
    tailored, _ = tailor(
        Parsed(resume=resume, layout=Layout(pages=1, language=language)),
        Analysis(posting=Posting(language=language, text="x"), requirements=requirements),
        EvidenceData(matches=matches),
        request=JobRequest(as_of=AS_OF),
    )
    return tailored


def letter(tailored: Any) -> str:
    return "\n".join(" ".join(s.text for s in paragraph.sentences) for paragraph in tailored.cover_letter.paragraphs)


WORK = [
    {
        "name": "Feldt AB",
        "position": "Analyst",
        "startDate": "2018-01",
        "highlights": ["Cut stock by 18% in a year", "Kept the wiki", "Wrote reports in SQL", "Built a model in dbt"],
    }
]


def test_only_what_proves_something_moves_up_and_a_figure_holds_its_place_against_little() -> None:
    weak = ("duty", "reports", ["/work/0/highlights/2"])
    others = [("skill", name, []) for name in ("Rust", "Go", "Perl")]
    bullets = made({"work": WORK}, weak, *others, state="adjacent").resume["work"][0]["highlights"]
    assert bullets == ["Cut stock by 18% in a year", "Wrote reports in SQL", "Kept the wiki", "Built a model in dbt"]
    strong = ("skill", "dbt", ["/work/0/highlights/3"])
    bullets = made({"work": WORK}, strong, ("skill", "Rust", [])).resume["work"][0]["highlights"]
    assert bullets == ["Built a model in dbt", "Cut stock by 18% in a year", "Kept the wiki", "Wrote reports in SQL"]


def test_work_that_proves_more_goes_before_education_and_interests_last() -> None:
    resume = {
        "education": [{"institution": "Lund", "studyType": "BSc", "courses": [f"Course {n}" for n in range(20)]}],
        "interests": [{"name": "Rowing"}],
        "work": WORK,
        "meta": {"cvmaker": {"section_order": ["education", "interests", "work"]}},
    }
    order = made(resume, ("skill", "dbt", ["/work/0/highlights/3"])).resume["meta"]["cvmaker"]["section_order"]
    assert [name for name in order if name != "summary"] == ["work", "education", "interests"]


def test_a_number_of_years_alone_is_no_summary() -> None:
    resume = {"basics": {"label": "Analyst"}, "work": [{"position": "Analyst", "startDate": "2018-01"}]}
    asked = ("experience_years", "5 years of experience", ["/work/0/position"])
    assert "summary" not in made(resume, asked).resume["basics"]
    resume["basics"]["summary"] = "I like tidy numbers."
    assert made(resume, asked).resume["basics"]["summary"] == "I like tidy numbers. 8 years of professional experience."


def test_a_name_read_as_a_headline_is_no_title() -> None:
    resume = {"basics": {"name": "Jo Feldt", "label": "Jo Feldt"}, "work": WORK}
    assert made(resume, ("skill", "dbt", ["/work/0/highlights/3"])).resume["basics"]["label"].startswith("Analyst")


def test_capitals_of_a_design_are_not_repeated() -> None:
    resume = {"basics": {"label": "Analyst"}, "skills": [{"name": "TOOLS", "keywords": ["PYTHON", "SQL", "DBT"]}]}
    asked = [("skill", name, [f"/skills/0/keywords/{n}"]) for n, name in enumerate(("Python", "SQL", "dbt"))]
    assert made(resume, *asked).resume["basics"]["label"] == "Analyst | Python, SQL, dbt"


@pytest.mark.parametrize(
    ("fluency", "said"), [("A2 A2 A2 A2 A2", "German (A2)"), ("B2 B1 B2 B1 B1", "German."), ("C1", "German (C1)")]
)
def test_levels_of_a_europass_table_are_said_once_or_not_at_all(fluency: str, said: str) -> None:
    resume = {"basics": {"label": "Analyst"}, "languages": [{"language": "German", "fluency": fluency}]}
    assert said in made(resume, ("language", "German", ["/languages/0"])).resume["basics"]["summary"]


def test_the_first_language_of_the_cv_needs_no_telling() -> None:
    resume = {"basics": {"label": "Analyst"}, "languages": [{"language": "English", "fluency": "native"}]}
    assert "summary" not in made(resume, ("language", "English", ["/languages/0"])).resume["basics"]


def test_the_letter_says_nothing_twice() -> None:
    resume = {"work": WORK, "skills": [{"name": "Tools", "keywords": ["SQL", "dbt", "Tableau"]}]}
    asked = [
        ("skill", "SQL", ["/work/0/highlights/2", "/skills/0/keywords/0"]),
        ("skill", "dbt", ["/work/0/highlights/3", "/skills/0/keywords/1"]),
        ("skill", "Tableau", ["/skills/0/keywords/2"]),
    ]
    text = letter(made(resume, *asked))
    assert "I also bring Tableau." in text
    assert text.count("SQL") == text.count("dbt") == text.count("In this role") == 1


def test_a_jobs_own_title_stands_in_headline_and_summary() -> None:
    work = [{**WORK[0], "position": "Senior Software Engineer", "highlights": ["Ran Postgres and Redis for a bank"]}]
    resume = {"work": work, "skills": [{"name": "Tools", "keywords": ["PostgreSQL", "Redis", "AWS"]}]}
    asked = [("skill", name, [f"/skills/0/keywords/{n}"]) for n, name in enumerate(("PostgreSQL", "Redis", "AWS"))]
    basics = made(resume, *asked).resume["basics"]
    assert basics["label"] == "Senior Software Engineer | PostgreSQL, Redis, AWS"
    assert "Current role: Senior Software Engineer at Feldt AB." in basics["summary"]
