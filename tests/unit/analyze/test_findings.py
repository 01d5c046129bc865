"""Findings: each rule fires where it should, and not beside it."""

from datetime import date
from typing import Any

import pytest
from cvmaker_core.pointers import resolve_pointer
from cvmaker_core.schema.artefacts import HiddenText, Layout, Parsed, Requirement, Span, TextRange
from posting_analysis.findings import find_findings, finding_table

TODAY = date(2026, 11, 1)


def cv(**changes: Any) -> dict[str, Any]:
    """A CV without fault."""
    bullets = [
        "Led the move of 40 shops to a new till system, on time and 5 % under budget",
        "Cut complaints about waiting by a third with a second counter at noon",
        "Trained 12 colleagues who now run their own shifts across the region without supervision",
    ]
    resume: dict[str, Any] = {
        "basics": {
            "name": "Mara Velde",
            "email": "mara.velde@example.org",
            "phone": "+45 32 12 34 56",
            "location": {"city": "Odense"},
            "summary": "Shop manager who has opened four stores and kept every one of them above plan for five years.",
        },
        "work": [
            {"name": "Nord", "position": "Manager", "startDate": "2021-03", "highlights": bullets},
            {
                "name": "Syd",
                "position": "Deputy",
                "startDate": "2017-01",
                "endDate": "2021-02",
                "highlights": [
                    "Planned rotas for 25 people and cut overtime by 18 % within the first year of doing it"
                ],
            },
        ],
        "education": [{"institution": "UCL", "area": "Retail", "startDate": "2014", "endDate": "2016"}],
        "skills": [{"name": "Retail", "keywords": ["Rota planning", "Inventory", "Excel", "Coaching"]}],
        "languages": [{"language": "Danish", "fluency": "Native"}],
    }
    return resume | changes


def codes(resume: dict[str, Any], parsed: Parsed | None = None, **more: Any) -> set[str]:
    found = find_findings(resume, parsed, as_of=TODAY, **more)
    for finding in found:
        resolve_pointer(resume, finding.pointer.rsplit("/", 1)[0] if finding.pointer else "")
        assert "{" not in finding.message
        assert finding.advice
    return {finding.code for finding in found}


def job(**changes: Any) -> dict[str, Any]:
    return cv()["work"][0] | changes


def parsed(**changes: Any) -> Parsed:
    layout = Layout(
        pages=changes.pop("pages", 1),
        **{k: changes.pop(k) for k in ("columns", "scanned", "hidden_text") if k in changes},
    )
    return Parsed(resume={}, layout=layout, **changes)


def test_a_good_cv_has_no_findings() -> None:
    # The short sample has fewer words than a real CV: the only thing to be said against it.
    assert codes(cv()) <= {"too_few_words"}


@pytest.mark.parametrize(
    ("code", "resume"),
    [
        ("no_name", cv(basics=cv()["basics"] | {"name": ""})),
        ("no_email", cv(basics={k: v for k, v in cv()["basics"].items() if k != "email"})),
        ("email_unprofessional", cv(basics=cv()["basics"] | {"email": "sexy.baby69@example.org"})),
        ("email_malformed", cv(basics=cv()["basics"] | {"email": "\ue0bemara@example.org"})),
        ("no_phone", cv(basics={k: v for k, v in cv()["basics"].items() if k != "phone"})),
        ("no_location", cv(basics={k: v for k, v in cv()["basics"].items() if k != "location"})),
        ("no_summary", cv(basics={k: v for k, v in cv()["basics"].items() if k != "summary"})),
        ("summary_long", cv(basics=cv()["basics"] | {"summary": "word " * 140})),
        ("no_work", cv(work=[])),
        ("no_skills", cv(skills=[])),
        ("too_many_skills", cv(skills=[{"name": "All", "keywords": [f"Skill {i}" for i in range(80)]}])),
        ("passive_bullet", cv(work=[job(highlights=["Responsible for the tills and 3 people"])])),
        ("no_outcome", cv(work=[job(highlights=["Opened the shop", "Served customers", "Closed the shop at night"])])),
        ("first_person", cv(work=[job(highlights=["I raised turnover by 12 %"])])),
        ("buzzword", cv(work=[job(highlights=["Team player with 9 years of thinking outside the box"])])),
        ("tense_mixed", cv(work=[job(endDate="2024-01", highlights=["Managed 9 people", "Develop the window displays"])])),  # noqa: E501
        ("long_bullet", cv(work=[job(highlights=["word " * 60])])),
        ("short_bullet", cv(work=[job(highlights=["Tills", "Opened 4 shops"])])),
        ("duplicate_bullet", cv(work=[job(highlights=["Opened 4 shops in two years there"] * 2)])),
        ("too_many_words", cv(work=[job(highlights=["Opened 3 shops and " + "word " * 40] * 40)])),
        ("too_many_bullets", cv(work=[job(highlights=[f"Opened shop number {i} in the west" for i in range(12)])])),
        ("no_bullets", cv(work=[job(highlights=[])])),
        ("no_title", cv(work=[job(position=None)])),
        ("no_employer", cv(work=[job(name=None)])),
        ("no_dates", cv(work=[job(startDate=None)])),
        ("end_before_start", cv(work=[job(endDate="2019-01")])),
        ("future_date", cv(work=[job(startDate="2027-05")])),
        ("overlap", cv(work=[job(), job(name="Vest", startDate="2020-01", endDate="2022-06")])),
        ("gap", cv(work=[job(startDate="2022-06"), cv()["work"][1]])),
        ("mixed_precision", cv(work=[job(startDate="2021"), job(startDate="2019-04", endDate="2020-12"), job(startDate="2015")])),  # noqa: E501
        ("not_newest_first", cv(work=[job(startDate="2010-01", endDate="2012-01"), job(startDate="2015-01", endDate="2019-01")])),  # noqa: E501
    ],
)  # fmt: skip
def test_a_rule_fires(code: str, resume: dict[str, Any]) -> None:
    assert code in codes(resume)
    assert code not in codes(cv())


@pytest.mark.parametrize(
    ("code", "page"),
    [
        ("scanned", parsed(scanned=True)),
        ("columns", parsed(columns=2)),
        ("hidden_text", parsed(hidden_text=[HiddenText(reason="white", characters=40)])),
        ("too_long", parsed(pages=6)),
        ("icon_glyphs", parsed(text="\ue0be mail \ue0b0 phone")),
        ("references_line", parsed(text="References available upon request")),
        ("personal_data", parsed(text="Date of birth: 1 May 1990")),
        ("unread_text", parsed(text="x" * 1000, unparsed=[TextRange(start=0, end=600)])),
        ("text_boxes", parsed(provenance={"/work/0/name": [Span(start=0, end=1, block="textbox/1")]})),
        ("contact_in_header", parsed(provenance={"/basics/email": [Span(start=0, end=1, block="header/0")]})),
    ],
)
def test_hazards_of_the_page_are_reported(code: str, page: Parsed) -> None:
    assert code in codes(cv(), page)
    assert code not in codes(cv(), parsed(text="Mara Velde"))


def test_every_code_of_the_table_is_tested() -> None:
    import inspect

    source = inspect.getsource(inspect.getmodule(test_every_code_of_the_table_is_tested))  # type: ignore[arg-type]
    assert [code for code in finding_table() if f'"{code}"' not in source] == []


def test_study_explains_a_gap_and_years_alone_make_none() -> None:
    study = {"institution": "UCL", "area": "Law", "startDate": "2021-01", "endDate": "2022-06"}
    work = [job(startDate="2022-06"), cv()["work"][1] | {"endDate": "2021-01"}]
    assert "gap" not in codes(cv(work=work, education=[study]))
    assert "gap" not in codes(cv(work=[job(startDate="2022"), cv()["work"][1] | {"endDate": "2021"}]))


def test_a_name_is_no_nickname() -> None:
    assert "email_unprofessional" not in codes(
        cv(basics=cv()["basics"] | {"name": "Honey Sharma", "email": "honey.sharma@x.org"})
    )


def test_keywords_of_the_posting() -> None:
    def asked(text: str) -> Requirement:
        return Requirement(id="r1", text=text, kind="skill", must=True, weight=1, span=(0, 1))

    assert "keyword_gap" in codes(cv(), requirements=[asked("Kubernetes")])
    held = cv(skills=[{"name": "Tools", "keywords": ["K8s"]}])
    assert "keyword_alias" in codes(held, requirements=[asked("Kubernetes")])
    assert not {"keyword_gap", "keyword_alias"} & codes(held, requirements=[asked("K8s")])


@pytest.mark.parametrize(
    "resume", [{}, {"work": None}, {"work": [None, "x", {"highlights": [None, 3]}]}, {"basics": []}]
)
def test_broken_resumes_are_survived(resume: dict[str, Any]) -> None:
    assert find_findings(resume, None, as_of=TODAY)
