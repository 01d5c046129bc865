"""What a stage tells CloudWatch: figures by stage, never a word of a document."""

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from cvmaker_core import observability
from cvmaker_core.errors import InputError, ProviderThrottled, TransientError
from cvmaker_core.job_store import JobStore
from cvmaker_core.schema.artefacts import Tokens
from cvmaker_core.settings import settings
from cvmaker_core.stage import StageRun, stage_handler

EVENT = {
    "owner": "b1234567",
    "job_id": "j1234567",
    "execution_arn": "arn:aws:states:eu-west-1:123456789012:execution:CvPipeline:execution-name-1",
}
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 30_000)


@pytest.fixture(autouse=True)
def _fresh_settings() -> None:
    settings.cache_clear()


def emitted(output: str) -> list[dict[str, Any]]:
    """The EMF documents among the lines a function printed."""
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return [line for line in lines if "_aws" in line]


def run(work: Any, capsys: pytest.CaptureFixture[str], raises: type[Exception] | None = None) -> list[dict[str, Any]]:
    capsys.readouterr()
    handler = stage_handler("tailor")(work)
    if raises:
        with pytest.raises(raises):
            handler(EVENT, CONTEXT)
    else:
        handler(EVENT, CONTEXT)
    return emitted(capsys.readouterr().out)


def test_a_stage_sends_its_figures_under_its_own_name(store: JobStore, capsys: pytest.CaptureFixture[str]) -> None:
    def work(job: StageRun) -> None:
        job.spend(Tokens(input=900, output=100), openai=0.004)
        observability.measure("ProposalsRejected", 3)

    (line,) = run(work, capsys)
    assert line["stage"] == "tailor"
    assert line["Tokens"] == [1000]
    assert line["Usd"] == [0.004]
    assert line["ProposalsRejected"] == [3]
    assert {"Duration", "ColdStart", "Warnings"} <= line.keys()
    dimensions = line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    assert [sorted(names) for names in dimensions] == [["service", "stage"]]


def test_stages_without_a_provider_send_no_money_and_no_tokens(
    store: JobStore, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = run(lambda _: None, capsys)
    assert not {"Usd", "Tokens"} & line.keys(), "each name of a metric costs"


@pytest.mark.parametrize(
    ("error", "metric"),
    [
        (InputError("encrypted", "It is encrypted."), "StageRefused"),
        (ProviderThrottled("slow", "Slower."), "StageThrottled"),
        (TransientError("storage_unavailable", "No answer."), "StageFailed"),
    ],
)
def test_what_is_the_persons_affair_is_no_failure_of_ours(
    store: JobStore, capsys: pytest.CaptureFixture[str], error: Exception, metric: str
) -> None:
    def work(job: StageRun) -> None:
        job.spend(openai=0.01)
        raise error

    (line,) = run(work, capsys, raises=type(error))
    sent = {item["Name"] for item in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert sent == {metric, "Usd"}, "and the money is gone all the same"


def test_detail_can_be_switched_off_and_alarms_still_see(
    store: JobStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observability, "_DETAILED", False)
    assert run(lambda _: None, capsys) == []

    def work(job: StageRun) -> None:
        job.spend(openai=0.01)

    (line,) = run(work, capsys)
    assert [item["Name"] for item in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]] == ["Usd"]


def test_every_line_names_the_job_and_its_execution(store: JobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(observability.logger.registered_handler, "stream", written)
    stage_handler("tailor")(lambda _: None)(EVENT, CONTEXT)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert lines
    for line in lines:
        assert (line["job_id"], line["execution"]) == ("j1234567", "execution-name-1")
