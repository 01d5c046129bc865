"""A CV, a posting and the two providers."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from cvmaker_core.schema.artefacts import Analysis, Posting, Requirement
from doubles.providers_wire import DIMENSIONS, ProvidersServer
from evidence_matching.embedding_client import EmbeddingConfiguration
from evidence_matching.vector_store import StoreConfiguration

AS_OF = date(2026, 11, 1)


def requirement(
    text: str, kind: Any = "skill", *, must: bool = True, number: int = 1, weight: float = 0.1
) -> Requirement:
    return Requirement(id=f"r{number}", text=text, kind=kind, must=must, weight=weight, span=(0, len(text)))


def analysis_of(*requirements: Requirement, title: str | None = None, language: str = "en") -> Analysis:
    numbered = [r.model_copy(update={"id": f"r{i}"}) for i, r in enumerate(requirements, start=1)]
    return Analysis(posting=Posting(title=title, language=language, text=""), requirements=numbered)


@pytest.fixture
def resume() -> dict[str, Any]:
    return {
        "basics": {
            "name": "Mara Velde",
            "email": "mara@velde.example",
            "phone": "+45 32 12 34 56",
            "label": "Platform engineer",
            "summary": "Mara Velde keeps payment systems up; write to mara@velde.example.",
            "profiles": [{"network": "GitHub", "username": "maravelde", "url": "https://github.com/maravelde"}],
        },
        "work": [
            {
                "name": "Nordbank",
                "position": "Senior Platform Engineer",
                "startDate": "2021-03",
                "highlights": [
                    "Moved 40 services to Kubernetes with Terraform and halved deployment time",
                    "Coached four junior engineers through pairing and weekly reviews",
                ],
            },
            {
                "name": "Sydshop",
                "position": "Backend Engineer",
                "startDate": "2017-01",
                "endDate": "2021-02",
                "highlights": ["Wrote the order service in Python on PostgreSQL"],
            },
        ],
        "education": [
            {"institution": "DTU", "studyType": "Bachelor", "area": "Software Engineering", "endDate": "2016"}
        ],
        "skills": [{"name": "Tools", "keywords": ["Python", "Kubernetes", "Git"]}],
        "languages": [{"language": "Danish", "fluency": "Native"}, {"language": "English", "fluency": "C1"}],
        "certificates": [{"name": "Certified Kubernetes Administrator (CKA)", "issuer": "CNCF"}],
    }


@pytest.fixture
def server() -> Iterator[ProvidersServer]:
    with ProvidersServer() as running:
        yield running


def embedding_configuration(server: ProvidersServer, **changes: Any) -> EmbeddingConfiguration:
    values = {
        "api_key": "k",
        "base_url": f"{server.base_url}/v1",
        "model": "words",
        "dimensions": DIMENSIONS,
        "timeout_seconds": 1.0,
    }
    return EmbeddingConfiguration(**{**values, **changes})  # type: ignore[arg-type]


def store_configuration(server: ProvidersServer, **changes: Any) -> StoreConfiguration:
    values = {
        "api_key": "k",
        "control_plane_url": server.base_url,
        "cloud": "aws",
        "region": "eu-west-1",
        "index_prefix": "cvmaker",
        "timeout_seconds": 1.0,
    }
    return StoreConfiguration(**{**values, **changes})  # type: ignore[arg-type]
