"""One local stack a module (moto allows one a process at a time): the deployed system, serving many jobs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cvmaker_local.pipeline_run import PipelineRun
from pipeline_support import CORPUS, SAMPLES, Pipeline


@pytest.fixture(scope="module")
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
