"""The contract of `verify`: shapes of the source, what an entry lends, arithmetic, languages, the line format."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from claim_verification import ClaimVerifier, Proposal, verify_lines
from claim_verification.language import detect_language
from claim_verification.lexicon import load_lexicon
from claim_verification.quantities import follows
from claim_verification.tokens import analyse
from cvmaker_core.errors import InputError

RESUME: dict[str, Any] = {
    "basics": {"name": "Ada Quill", "label": "Data Engineer", "summary": "Data engineer."},
    "work": [
        {
            "name": "Brackwater Energy",
            "position": "Data Engineer",
            "location": "Hull",
            "startDate": "2020-01",
            "highlights": [
                "Moved 1,200 reports from Excel to PostgreSQL, cutting refresh time from 180 ms to 45 ms",
                "Error rate fell by 38% after a review of all jobs",
                "Helped plan the move to AWS",
            ],
        },
        {
            "name": "Orlop Shipping",
            "position": "Analyst",
            "startDate": "2016-01",
            "endDate": "2019-12",
            "highlights": ["Won the Harbour Prize for a port model"],
        },
    ],
    "education": [
        {"institution": "University of Hull", "area": "Statistics", "studyType": "MSc", "startDate": "2025-09"}
    ],
    "skills": [{"name": "Tools", "keywords": ["Kubernetes", "Python"]}],
    "languages": [
        {"language": "German", "fluency": "B1"},
        {"language": "English", "fluency": "Native"},
        {"language": "Dutch", "fluency": "A2"},
    ],
}
FIRST = "/work/0/highlights/0"
SECOND = "/work/0/highlights/1"


def verdict(text: str, *sources: str, resume: dict[str, Any] | None = None) -> list[str]:
    verifier = ClaimVerifier(resume or RESUME, date(2026, 1, 1))
    return [reason.code for reason in verifier.verify(Proposal("x", list(sources), text)).reasons]


@pytest.mark.parametrize(
    "wrap",
    [lambda r: r, lambda r: {"resume": r, "dates": {}}, lambda r: {"schema_version": "1.0", "data": {"resume": r}}],
)
def test_all_shapes_of_the_source(wrap: Any) -> None:
    assert verdict(RESUME["work"][0]["highlights"][0], FIRST, resume=wrap(RESUME)) == []
    assert verdict(RESUME["work"][0]["highlights"][0], "/work/0", resume=wrap(RESUME)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Migrated 1.2k reports from Excel to Postgres, reducing refresh time from 0.18 s to 45 ms",
        "Refresh time cut by 75% by moving twelve hundred reports from Excel to PostgreSQL",
        "At Brackwater Energy in Hull, moved 1,200 reports from Excel to PostgreSQL",
        "Moved 1,200 reports from Excel to PostgreSQL",
    ],
)
def test_arithmetic_aliases_and_context(text: str) -> None:
    assert verdict(text, FIRST) == []


@pytest.mark.parametrize(
    ("text", "sources", "code"),
    [
        ("Moved 1,300 reports from Excel to PostgreSQL", [FIRST], "number"),
        ("Moved 1,200 reports from PostgreSQL to Excel", [FIRST], "direction"),
        ("Error rate rose by 38% after a review of all jobs", [SECOND], "direction"),
        ("Error rate fell to 38% after a review of all jobs", [SECOND], "number"),
        ("Planned the move to AWS", ["/work/0/highlights/2"], "scope"),
        ("Led the move to AWS", ["/work/0/highlights/2"], "scope"),
        ("Won the Harbour Prize", [FIRST], "unsupported"),
        ("Moved 1,200 reports from Excel to MongoDB", [FIRST], "skill"),
        ("Error rate fell by 38% at Orlop Shipping", [SECOND], "moved"),
        ("Data engineer fluent in German", ["/basics/summary", "/languages/0"], "language_level"),
        ("Data engineer with an MSc in Statistics", ["/basics/summary", "/education/0"], "degree"),
        ("Senior Data Engineer at Brackwater Energy", ["/work/0"], "title"),
        ("Award-winning data engineer", ["/basics/summary"], "superlative"),
        ("Data engineer with 15 years of experience", ["/work/0", "/work/1"], "number"),
    ],
)
def test_lies_are_named(text: str, sources: list[str], code: str) -> None:
    assert code in verdict(text, *sources)


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("Data engineer with ten years of experience", ["/work/0", "/work/1"]),
        ("Data engineer with more than nine years of experience", ["/work/0", "/work/1"]),
        ("Data Engineer at Brackwater Energy since 2020", ["/work/0"]),
        ("Data engineer who speaks three languages", ["/basics/summary", "/languages/0"]),
        ("Data engineer currently studying for an MSc in Statistics", ["/basics/summary", "/education/0"]),
        ("Error rate fell by more than a third after a review of all jobs", [SECOND]),
        ("Data engineer working with Python and K8s", ["/basics/summary", "/skills/0"]),
    ],
)
def test_what_follows_is_honest(text: str, sources: list[str]) -> None:
    assert verdict(text, *sources) == []


PORT: dict[str, Any] = {
    "basics": {"name": "Ines Halloran"},
    "work": [
        {
            "name": "Quayside Freight",
            "position": "Port Team Supervisor",
            "startDate": "2018-09",
            "endDate": "2024-03",
            "highlights": [
                "Train six crane operators across two berths",
                "Signed leases worth £90k, saving 4% against the plan",
                "A new rota that halved the number of complaints about berth bookings",
                "Opened the second gate in April 2022 after a 30% increase in traffic",
                "Planning the switch from diesel to electric cranes",
                "Filed 80 reports, 15 of them translated into Dutch",
            ],
        }
    ],
    "skills": [{"name": "Tools", "level": "Basic", "keywords": ["Python", "SQL"]}],
}


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Opened the second gate in May 2022", 3),
        ("Opened the second gate in September 2022", 3),
        ("Opened the second gate as traffic increased to 30%", 3),
        ("Train six crane teams across two berths", 0),
        ("Signed leases, saving £90k against the plan", 1),
        ("A new rota that halved the number of berth bookings", 2),
        ("Switched cranes from diesel to electric", 4),
        ("Filed 80 reports and translated them into Dutch", 5),
    ],
)
def test_a_fact_stays_bound_to_what_it_was_said_of(text: str, source: int) -> None:
    assert verdict(text, f"/work/0/highlights/{source}", resume=PORT) != []


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("Opened the second gate in April 2022", ["/work/0/highlights/3"]),
        ("Opened the second gate in 2022", ["/work/0/highlights/3"]),
        ("Halved the number of complaints with a new rota", ["/work/0/highlights/2"]),
        ("Port Team Supervisor at Quayside Freight, September 2018 to March 2024", ["/work/0"]),
        ("Port Team Supervisor | Python", ["/work/0/position", "/skills/0/keywords/0"]),
        ("Train six crane operators", ["/work/0/highlights/0"]),
    ],
)
def test_what_is_bound_as_in_the_source_is_honest(text: str, sources: list[str]) -> None:
    assert verdict(text, *sources, resume=PORT) == []


@pytest.mark.parametrize(
    "text",
    [
        "Port Team Supervisor at Quayside Freight, September 2018 to present",
        "Port Team Supervisor at Quayside Freight, October 2018 to March 2024",
        "Current role: Port Team Supervisor at Quayside Freight",
    ],
)
def test_dates_of_an_entry_are_neither_moved_nor_left_open(text: str) -> None:
    assert verdict(text, "/work/0", resume=PORT) != []


def test_a_skill_keeps_the_level_of_its_group() -> None:
    assert verdict("Advanced Python and SQL", "/skills/0", resume=PORT).count("skill") == 2
    assert verdict("Supervised one port team supervisor", "/work/0/highlights/0", "/work/0/position", resume=PORT) != []


def test_skills_may_come_from_anywhere_but_not_be_swapped() -> None:
    assert verdict("Moved 1,200 reports from Excel to PostgreSQL with Python", FIRST) == []
    resume = {
        "work": [{"name": "A", "highlights": ["Wrote the parser in Go"]}],
        "skills": [{"keywords": ["Python", "Go"]}],
    }
    assert "skill" in verdict("Wrote the parser in Python", "/work/0/highlights/0", resume=resume)


@pytest.mark.parametrize(
    ("claim", "source", "true"),
    [
        ("about 2,000 calls", "2,000 calls", True),
        ("2,000 calls", "about 2,000 calls", False),
        ("up to 30 calls", "30 calls", False),
        ("30 calls", "up to 30 calls", False),
        ("over 30 calls", "42 calls", True),
        ("over 50 calls", "42 calls", False),
        ("half an hour", "30 minutes", True),
        ("a dozen calls", "12 calls", True),
        ("1.2 million calls", "1,200,000 calls", True),
        ("25 km", "25 miles", False),
        ("£3m", "€3m", False),
        ("12 months", "one year", True),
        ("twenty-five calls", "25 calls", True),
        ("three hundred and fifty calls", "350 calls", True),
    ],
)
def test_numbers(claim: str, source: str, true: bool) -> None:
    lexicon = load_lexicon("en")
    left, right = analyse(claim, lexicon).quantities, analyse(source, lexicon).quantities
    assert any(follows(a, b) for a in left for b in right) is true


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Led the team and wrote the report for the board", "en"),
        ("Leitung der Abteilung und Erstellung von Berichten für die Geschäftsführung", "de"),
        ("Gestion de la paie et des contrats pour les salariés de l'entreprise", "fr"),
        ("Gestión de los pedidos y de las facturas para el almacén", "es"),
        ("Руководил отделом продаж", "und"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_a_language_without_lexicon_is_strict_and_says_so() -> None:
    resume = {"work": [{"name": "Завод", "highlights": ["Сократил расходы на 12 процентов за два года"]}]}
    source = "/work/0/highlights/0"
    assert verdict("За два года сократил расходы на 12 процентов", source, resume=resume) == []
    assert verdict("Увеличил прибыль на 12 процентов", source, resume=resume) == ["language"]
    assert "number" in verdict("Сократил расходы на 15 процентов за два года", source, resume=resume)


def test_lines(tmp_path: Path) -> None:
    path = tmp_path / "proposals.jsonl"
    lines = [
        {"id": 1, "source_ids": [SECOND], "text": "Error rate fell by 38%", "target": "/work/0/highlights/0"},
        {"id": "b", "source_ids": [], "text": "Anything"},
    ]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    verdicts = [item.to_json() for item in verify_lines(RESUME, path)]
    assert [(item["id"], item["verdict"]) for item in verdicts] == [("1", "accept"), ("b", "reject")]
    assert verdicts[1]["reasons"][0]["code"] == "no_source"
    path.write_text("{}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        list(verify_lines(RESUME, path))
    assert caught.value.code == "proposals_invalid"
    assert "Line 1" in caught.value.message
