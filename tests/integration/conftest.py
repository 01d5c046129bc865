"""One local stack for all integration tests: it is the deployed system, so it serves many jobs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cvmaker_local.pipeline_run import PipelineRun
from pipeline_support import CORPUS, SAMPLES, Pipeline


@pytest.fixture(scope="session")
def pipeline() -> Iterator[Pipeline]:
    with PipelineRun() as run:
        yield Pipeline(run)


@pytest.fixture(scope="session")
def posting() -> str:
    return (SAMPLES / "platform-engineer.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def corpus() -> Path:
    if not CORPUS.exists():
        pytest.skip("the corpus is not beside the repository (../shared/corpus)")
    return CORPUS
