"""What a deployment may spend in a day: above it jobs go on without artificial intelligence, and say so."""

from collections.abc import Iterator

import pytest
from cvmaker_local.http_server import HttpServer
from cvmaker_local.pipeline_run import PipelineRun
from doubles.providers_application import ProvidersApplication
from fault_harness import CV, POSTING
from pipeline_support import Pipeline

# One answer of the double costs more than this.
LIMIT = "0.0001"


@pytest.fixture(scope="module")
def providers() -> ProvidersApplication:
    return ProvidersApplication()


@pytest.fixture(scope="module")
def limited(providers: ProvidersApplication) -> Iterator[Pipeline]:
    server = HttpServer()
    server.start(providers)
    parameters = {"OpenAiModel": "gpt-4.1-mini", "DailyUsdLimit": LIMIT}
    with PipelineRun(
        openai_api_key="sk-double",
        openai_base_url=f"{server.url}/v1",
        pinecone_api_key="",
        parameters=parameters,
    ) as run:
        yield Pipeline(run)
    server.stop()


def warnings(pipeline: Pipeline, job: object, name: str) -> set[str]:
    return {warning["code"] for warning in pipeline.json(job, name)["warnings"]}  # type: ignore[arg-type]


def test_above_the_daily_limit_jobs_go_on_without_a_model(limited: Pipeline, providers: ProvidersApplication) -> None:
    import json

    def run_job() -> tuple[object, str]:
        job = limited.submit(json.dumps(CV).encode(), "json", POSTING)
        return job, limited.finish(job)

    first, status = run_job()
    assert status == "done"
    assert "daily_limit_reached" not in warnings(limited, first, "analysis.json")
    asked = dict(providers.answered)
    assert asked["ProposedRequirements"] == 1
    for pool in limited.stack.host.pools.values():
        pool.reap(float("inf"))  # a warm process remembers the sum for a minute
    second, status = run_job()
    assert status == "done"
    assert dict(providers.answered) == asked, "nobody was asked, so nothing was spent"
    for name in ("analysis.json", "tailored.json"):
        assert "daily_limit_reached" in warnings(limited, second, name)
    assert limited.json(second, "receipt.json")["data"]["usd"]["openai"] == 0  # type: ignore[arg-type]
    ledger = limited.stack.client("s3").list_objects_v2(Bucket=limited.stack.bucket, Prefix="spend/")
    assert ledger["KeyCount"] >= 1
    # The ledger's own objects are no uploads: no job was made of them.
    console = limited.stack.client("s3").list_objects_v2(Bucket=limited.stack.bucket, Prefix="jobs/console/")
    assert console["KeyCount"] == 0
