"""Skills: aliases are the same thing, everyday words count only in context."""

import pytest
from cvmaker_core.skill_aliases import canonical_skill, find_skills, skill_classes, skill_surfaces


def names(text: str) -> list[str]:
    return [mention.canonical for mention in find_skills(text)]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("k8s", "Kubernetes"),
        ("JS", "JavaScript"),
        ("Postgres", "PostgreSQL"),
        ("Amazon Web Services", "AWS"),
        ("node js", "Node.js"),
        ("CI / CD", "CI/CD"),
        ("Excel", "Microsoft Excel"),
        ("Buchhaltung", "accounting"),
        ("C++", "C++"),
        ("c#", "C#"),
        ("R", "R"),
        ("basket weaving with eels", None),
    ],
)
def test_one_name(text: str, canonical: str | None) -> None:
    assert canonical_skill(text) == canonical


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rebuilt the order pipeline in Go and Kafka", ["Go", "Apache Kafka"]),
        ("Ready to go the extra mile and excel at a swift pace", []),
        ("Go to market strategy for Q3", []),
        ("Python, R, SQL", ["Python", "R", "SQL"]),
        ("Section R of the report", []),
        ("C/C++ and Java", ["C", "C++", "Java"]),
        ("Built Excel macros", ["Microsoft Excel"]),
        ("Word, Excel, PowerPoint", ["Microsoft Word", "Microsoft Excel", "Microsoft PowerPoint"]),
        ("Owned Kubernetes (K8s) on AWS.", ["Kubernetes", "Kubernetes", "AWS"]),
        ("Go", ["Go"]),
        ("JavaScript is not Java", ["JavaScript", "Java"]),
    ],
)
def test_in_running_text(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_spans_are_those_of_the_text() -> None:
    text = "Moved to Amazon Web Services, then K8s"
    assert [text[m.start : m.end] for m in find_skills(text)] == ["Amazon Web Services", "K8s"]
    assert [m.surface for m in find_skills(text)] == ["Amazon Web Services", "K8s"]


def test_related_is_not_same() -> None:
    assert canonical_skill("React") != canonical_skill("JavaScript")
    assert canonical_skill("Java") != canonical_skill("JavaScript")
    assert canonical_skill("CI") != canonical_skill("CI/CD")
    assert canonical_skill("accessibility") != canonical_skill("WCAG")


def test_breadth() -> None:
    from cvmaker_core import skill_aliases

    assert len(set(skill_aliases._lexicon().canonical.values())) >= 900
    assert "database" in skill_classes("PostgreSQL")
    assert "Postgres" in skill_surfaces("PostgreSQL")
