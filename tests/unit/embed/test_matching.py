"""States of requirements from facts and words; vectors rank and suggest, and prove nothing."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from cvmaker_core.schema.artefacts import Match
from doubles.providers_wire import vector
from evidence_matching import match
from evidence_matching.matching import rank, usual_nearness

from .conftest import AS_OF, analysis_of, requirement


def one(
    resume: dict[str, Any], text: str, kind: Any = "skill", title: str | None = None, language: str = "en"
) -> Match:
    return match(resume, analysis_of(requirement(text, kind), title=title, language=language), as_of=AS_OF).matches[0]


@pytest.mark.parametrize(
    ("text", "kind", "state"),
    [
        ("Python", "skill", "met"),
        ("K8s", "skill", "met"),
        ("Postgres", "skill", "met"),
        ("Java or Python", "skill", "met"),
        ("Python and Scala", "skill", "partly"),
        ("relational databases", "skill", "met"),
        ("MySQL", "skill", "adjacent"),
        ("Welding", "skill", "missing"),
        ("Coached junior engineers", "duty", "met"),
        ("At least 5 years of experience as a platform engineer", "experience_years", "met"),
        ("3+ years of backend experience", "experience_years", "met"),
        ("15 years of experience as an engineer", "experience_years", "partly"),
        ("10 years of experience in nursing", "experience_years", "missing"),
        ("Bachelor's degree in computer science", "degree", "met"),
        ("Master's degree in computer science", "degree", "partly"),
        ("Bachelor's degree in nursing", "degree", "partly"),
        ("PhD in physics", "degree", "missing"),
        ("Fluent English", "language", "met"),
        ("English C2", "language", "partly"),
        ("German", "language", "missing"),
        ("English or German", "language", "met"),
        ("English and German", "language", "partly"),
        ("CKA", "certificate", "met"),
        ("Certified Kubernetes Administrator", "certificate", "met"),
        ("Forklift licence", "certificate", "missing"),
    ],
)
def test_states(resume: dict[str, Any], text: str, kind: Any, state: str) -> None:
    found = one(resume, text, kind)
    assert (found.state, bool(found.reason)) == (state, True)
    assert bool(found.evidence) == (state != "missing")


def test_the_words_of_a_name_count_only_together() -> None:
    resume = {"certificates": [{"name": "Google Data Analytics Professional Certificate"}]}
    assert one(resume, "Google Analytics").state in {"adjacent", "missing"}
    assert one({"skills": [{"name": "Google Analytics 4"}]}, "Google Analytics").state == "met"


def test_a_listed_skill_is_shown_however_many_bullets_speak_of_it() -> None:
    bullets = [f"Moved service {number} to AWS" for number in range(8)]
    resume = {
        "work": [{"position": "Engineer", "highlights": bullets}],
        "skills": [{"name": "Cloud", "keywords": ["AWS"]}],
    }
    places = [item.pointer for item in one(resume, "AWS").evidence]
    assert places == [*(f"/work/0/highlights/{number}" for number in range(4)), "/skills/0/keywords/0"]


def test_a_degree_in_another_subject_is_nearer_than_a_lesser_one() -> None:
    def held(kind: str) -> float:
        resume = {"education": [{"institution": "Lund", "studyType": kind, "area": "Physics", "endDate": "2020"}]}
        return (
            one(resume, "Master's degree in nursing" if kind == "MSc" else "Master's degree in physics", "degree")
            .evidence[0]
            .similarity
        )

    assert held("MSc") == 0.8
    assert held("BSc") == 0.5


def test_evidence_points_at_the_words(resume: dict[str, Any]) -> None:
    pointers = [e.pointer for e in one(resume, "Kubernetes").evidence]
    assert {"/skills/0/keywords/1", "/work/0/highlights/0", "/certificates/0"} <= set(pointers)


@pytest.mark.parametrize(
    ("text", "language", "state"),
    [
        ("Mindestens fünf Jahre Berufserfahrung", "de", "met"),
        ("Minimum 20 ans d'expérience", "fr", "missing"),
        ("Al menos 3 años de experiencia", "es", "met"),
        ("6 months of experience", "en", "met"),
        ("mehrjährige Berufserfahrung", "de", "met"),
    ],
)
def test_years_in_several_languages(resume: dict[str, Any], text: str, language: str, state: str) -> None:
    assert one(resume, text, "experience_years", language=language).state == state


def test_two_jobs_at_once_count_once(resume: dict[str, Any]) -> None:
    twin = {"name": "Side", "position": "Platform Engineer", "startDate": "2021-03"}
    doubled = resume | {"work": [*resume["work"], twin]}
    text = "12 years of experience as an engineer"
    assert one(resume, text, "experience_years").state == one(doubled, text, "experience_years").state == "partly"


def test_an_unfinished_degree_is_not_held(resume: dict[str, Any]) -> None:
    studying = resume | {
        "education": [{"institution": "DTU", "studyType": "MSc", "area": "Computer Science", "endDate": "2027-06"}]
    }
    assert one(studying, "Master's degree in computer science", "degree").state == "partly"


def near(texts: Sequence[str]) -> Any:
    return np.asarray([vector("same") for _ in texts])


def far(texts: Sequence[str]) -> Any:
    return np.asarray([vector(f"{index}") for index, _ in enumerate(texts)])


def test_vectors_make_adjacent_and_never_met(resume: dict[str, Any]) -> None:
    analysis = analysis_of(requirement("Welding"), requirement("Python"), requirement("PhD in physics", "degree"))
    states = [m.state for m in match(resume, analysis, embed=near, as_of=AS_OF).matches]
    assert states == ["adjacent", "met", "missing"]
    assert {e.method for e in match(resume, analysis, embed=near, as_of=AS_OF).matches[0].evidence} == {"vector"}


def test_the_fit_and_what_is_met_are_the_same_with_and_without_vectors(resume: dict[str, Any]) -> None:
    analysis = analysis_of(
        requirement("Kubernetes"), requirement("Rust"), requirement("Fluent English", "language"),
        requirement("Mentor colleagues", "duty"), requirement("8 years of engineering experience", "experience_years"),
        title="Platform Engineer",
    )  # fmt: skip
    plain, ranked, other = (match(resume, analysis, embed=e, as_of=AS_OF) for e in (None, near, far))
    assert plain.fit == ranked.fit == other.fit
    proven = [[m.requirement_id for m in r.matches if m.state in {"met", "partly"}] for r in (plain, ranked, other)]
    assert proven[0] == proven[1] == proven[2]


def test_without_a_posting_there_is_nothing_to_match(resume: dict[str, Any]) -> None:
    from cvmaker_core.schema.artefacts import Analysis

    empty = match(resume, Analysis(), as_of=AS_OF)
    assert empty.fit is None
    assert empty.matches == []


@pytest.mark.parametrize(
    "resume", [{}, {"work": None, "skills": [None, "x"]}, {"basics": [], "education": [3], "meta": 1}]
)
def test_broken_resumes_are_survived(resume: dict[str, Any]) -> None:
    evidence = match(resume, analysis_of(requirement("Python"), requirement("MSc", "degree")), as_of=AS_OF)
    assert {m.state for m in evidence.matches} == {"missing"}


def test_a_text_that_lies_near_to_everything_gives_way() -> None:
    items = ["hub", "answer"]
    rows = [[0.6, 0.55], [0.6, 0.1], [0.6, 0.1], [0.6, 0.1]]
    usual = usual_nearness(rows)
    assert usual == pytest.approx([0.6, 0.2125])
    plain = rank("x", items, rows[0])
    assert plain[0] > plain[1]
    better = rank("x", items, rows[0], usual=usual)
    assert better[1] > better[0]
    assert usual_nearness(rows[:3]) is None
