"""One CV and one posting, both our own, that the tests of tailoring share."""

from typing import Any

import pytest
from cvmaker_core.schema.artefacts import (
    Analysis,
    Evidence,
    EvidenceData,
    Fit,
    Layout,
    Match,
    Parsed,
    Posting,
    Requirement,
)

RESUME: dict[str, Any] = {
    "basics": {
        "name": "Mara Lindqvist",
        "label": "Platform Engineer",
        "email": "mara@lindqvist.example",
        "phone": "+46 70 123 45 67",
        "summary": "I like calm systems and people who sleep at night.",
        "location": {"city": "Malmö", "countryCode": "SE"},
    },
    "work": [
        {
            "name": "Havsbris Logistics",
            "position": "Platform Engineer",
            "startDate": "2020-02",
            "highlights": [
                "Helped the support desk with 30 tickets a week",
                "Moved 14 services to Kubernetes, cutting deployment time from 40 to 6 minutes",
                "I wrote the on-call handbook",
                "• Organised the  team library",
            ],
        },
        {
            "name": "Nordkust Data",
            "position": "System Administrator",
            "startDate": "2015-06",
            "endDate": "2020-01",
            "highlights": [
                "Maintained 60 Linux servers",
                "Automated backups with Ansible, saving 9 hours a week",
            ],
        },
    ],
    "education": [{"institution": "Lund University", "studyType": "BSc", "area": "Computer Science"}],
    "skills": [
        {"name": "Office", "keywords": ["Word", "Excel"]},
        {"name": "Infrastructure", "keywords": ["Linux", "Ansible", "Terraform", "Kubernetes"]},
    ],
    "languages": [{"language": "Swedish", "fluency": "native"}, {"language": "English", "fluency": "C1"}],
    "interests": [{"name": "Rowing"}],
    "references": [{"name": "Åke Holm", "reference": "A pleasure."}],
}

POSTING = (
    "Site Reliability Engineer at Fjordline Systems. You need Kubernetes and Terraform. "
    "A degree in computer science. Fluent English. Rust is a must. Ansible is a plus."
)

REQUIREMENTS = (
    ("r1", "Kubernetes", "skill", True, 0.3),
    ("r2", "Terraform", "skill", True, 0.2),
    ("r3", "degree in computer science", "degree", True, 0.15),
    ("r4", "English", "language", True, 0.15),
    ("r5", "Rust", "skill", True, 0.1),
    ("r6", "Ansible", "skill", False, 0.1),
)

EVIDENCE = {
    "r1": ("met", ("/work/0/highlights/1", "/skills/1/keywords/3")),
    "r2": ("met", ("/skills/1/keywords/2",)),
    "r3": ("met", ("/education/0",)),
    "r4": ("met", ("/languages/1",)),
    "r5": ("missing", ()),
    "r6": ("met", ("/work/1/highlights/1", "/skills/1/keywords/1")),
}


def parsed_of(resume: dict[str, Any]) -> Parsed:
    return Parsed(resume=resume, layout=Layout(pages=1, format="json", language="en"))


@pytest.fixture
def parsed() -> Parsed:
    return parsed_of(RESUME)


@pytest.fixture
def analysis() -> Analysis:
    requirements = []
    for identity, text, kind, must, weight in REQUIREMENTS:
        start = POSTING.casefold().index(text.casefold().split()[0])
        requirements.append(
            Requirement(
                id=identity,
                text=text,
                kind=kind,  # type: ignore[arg-type]
                must=must,
                weight=weight,
                span=(start, start + len(text)),
            )
        )
    posting = Posting(title="Site Reliability Engineer", employer="Fjordline Systems", language="en", text=POSTING)
    return Analysis(posting=posting, requirements=requirements)


@pytest.fixture
def evidence() -> EvidenceData:
    matches = [
        Match(
            requirement_id=identity,
            state=state,  # type: ignore[arg-type]
            reason="",
            evidence=[Evidence(pointer=pointer, method="lexical", similarity=1.0) for pointer in pointers],
        )
        for identity, (state, pointers) in EVIDENCE.items()
    ]
    return EvidenceData(matches=matches, fit=Fit(value=74, version="1"))
