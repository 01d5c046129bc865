"""A part of the fault matrix that covers every kind of fault at every service and every stage at least once.

In full: `python -m benchmarks.faults`.
"""

from collections.abc import Iterator

import pytest
from fault_harness import Harness, Place, covering_subset

CELLS = 12


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    with Harness() as running:
        yield running


@pytest.fixture(scope="module")
def places(harness: Harness) -> list[Place]:
    return harness.places()


def test_every_stage_and_service_is_observed(places: list[Place]) -> None:
    """The matrix is made of what the stages really call; a stage that calls something new is in it by itself."""
    assert {place.service for place in places} == {"s3", "lambda", "secretsmanager", "textract", "openai", "pinecone"}
    assert {place.stage.removesuffix("Function") for place in places} == {
        "Intake",
        "Parse",
        "Analyze",
        "Embed",
        "Tailor",
        "Render",
        "Certify",
        "RecordFailure",
    }


@pytest.mark.parametrize("number", range(CELLS))
def test_a_job_survives(harness: Harness, places: list[Place], number: int) -> None:
    place, kind = covering_subset(places, CELLS)[number]
    cell = harness.play(place, kind)
    assert cell.survived, f"{place.stage}: {place.label} {kind}: {cell.outcome}: {cell.problems}"
