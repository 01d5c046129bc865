"""What the fit promises: monotone, blind to wording, the same for every engine."""

import copy
from typing import Any

import pytest
from cvmaker_core.schema.artefacts import Fit, Requirement
from evidence_matching import FIT_VERSION, match
from evidence_matching.evidence_run import gather_evidence

from .conftest import AS_OF, analysis_of, requirement

ASKED: list[Requirement] = [
    requirement("Python"),
    requirement("Kafka"),
    requirement("project management"),
    requirement("Terraform and Ansible"),
    requirement("cloud platforms"),
    requirement("10 years of experience in platform engineering", "experience_years", weight=0.12),
    requirement("Master's degree in computer science", "degree"),
    requirement("English and German", "language"),
    requirement("PMP certification", "certificate"),
    requirement("Mentor junior engineers", "duty", weight=0.05),
    requirement("Excellent communication", "soft", weight=0.04),
    requirement("Git", must=False, weight=0.04),
]


def fit(resume: dict[str, Any], title: str = "Platform Engineer") -> Fit:
    result = match(resume, analysis_of(*ASKED, title=title), as_of=AS_OF).fit
    assert result is not None
    return result


def added(resume: dict[str, Any], section: str, value: dict[str, Any]) -> dict[str, Any]:
    changed = copy.deepcopy(resume)
    changed.setdefault(section, []).append(value)
    return changed


FACTS: list[tuple[str, dict[str, Any]]] = [
    ("skills", {"name": "More", "keywords": ["Kafka"]}),
    ("skills", {"name": "Ansible"}),
    ("skills", {"name": "Project management"}),
    ("skills", {"name": "AWS"}),
    ("skills", {"name": "Knitting"}),
    ("languages", {"language": "German", "fluency": "B2"}),
    ("languages", {"language": "German", "fluency": "A1"}),
    ("education", {"institution": "DTU", "studyType": "MSc", "area": "Computer Science", "endDate": "2018"}),
    ("education", {"institution": "KU", "studyType": "BA", "area": "History", "endDate": "2012"}),
    ("certificates", {"name": "Project Management Professional (PMP)"}),
    ("work", {"name": "Early", "position": "Platform Engineer", "startDate": "2012-01", "endDate": "2016-12"}),
    ("work", {"name": "Cafe", "position": "Waiter", "startDate": "2010-01", "endDate": "2011-12"}),
    ("work", {"name": "Now", "position": "Advisor", "startDate": "2024-01", "highlights": ["Ran Kafka in production"]}),
    ("volunteer", {"organization": "Club", "position": "Coach", "highlights": ["Coached juniors in Ansible"]}),
    ("projects", {"name": "Till", "keywords": ["Kafka", "Terraform"]}),
]


@pytest.mark.parametrize(("section", "value"), FACTS)
def test_a_true_fact_never_lowers_it(resume: dict[str, Any], section: str, value: dict[str, Any]) -> None:
    assert fit(added(resume, section, value)).value >= fit(resume).value


def test_it_rises_step_by_step_to_the_end(resume: dict[str, Any]) -> None:
    values = [fit(resume).value]
    for section, value in FACTS:
        resume = added(resume, section, value)
        values.append(fit(resume).value)
    assert values == sorted(values)
    assert values[-1] > values[0] + 20


@pytest.mark.parametrize(
    "rewording",
    [
        {"/work/0/highlights/1": "Four juniors were guided week by week"},
        {"/work/0/highlights/0": "With Terraform, brought 40 services onto K8s; deployments now take half the time"},
        {"/work/1/highlights/0": "PostgreSQL and Python: built the service for orders"},
        {"/basics/summary": "A different opening altogether."},
        {"/basics/label": "Reliability person"},
    ],
)
def test_other_words_do_not_change_it(resume: dict[str, Any], rewording: dict[str, str]) -> None:
    from cvmaker_core.pointers import set_pointer

    changed = copy.deepcopy(resume)
    for pointer, text in rewording.items():
        set_pointer(changed, pointer, text)
    assert fit(changed) == fit(resume)


def test_order_does_not_change_it(resume: dict[str, Any]) -> None:
    changed = copy.deepcopy(resume)
    changed["work"][0]["highlights"].reverse()
    changed["skills"][0]["keywords"].reverse()
    assert fit(changed) == fit(resume)


def test_it_is_explained_and_versioned(resume: dict[str, Any]) -> None:
    result = fit(resume)
    assert result.version == FIT_VERSION
    assert 0 < result.parts["judged"] <= 1
    assert 0 <= result.value <= 100


@pytest.mark.parametrize("asked", [[], [requirement("Be kind", "soft")]])
def test_nothing_judged_is_no_fit_whatever_the_title(resume: dict[str, Any], asked: list[Requirement]) -> None:
    title = resume["work"][0]["position"]
    assert match(resume, analysis_of(*asked, title=title), as_of=AS_OF).fit is None
    run = gather_evidence(
        resume,
        analysis_of(*asked, title=title),
        job_id="job",
        owner="owner",
        as_of=AS_OF,
        embeddings=None,
        memory=None,
    )
    assert [warning.code for warning in run.warnings] == ["fit_not_judged"]


def test_years_without_a_position_point_at_the_entry(resume: dict[str, Any]) -> None:
    for entry in resume["work"]:
        entry.pop("position", None)
    analysis = analysis_of(requirement("1 year of experience", "experience_years"))
    evidence = match(resume, analysis, as_of=AS_OF).matches[0].evidence
    assert evidence
    assert all(item.pointer.count("/") == 2 for item in evidence)
