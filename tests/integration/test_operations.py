"""What an operator does to a deployment, done to the local stack: smoke test, support bundle, dead letters, re-runs."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from cvmaker_core.schema.jobs import JobReference
from cvmaker_local.pipeline_run import PipelineRun
from pipeline_support import ROOT, Pipeline

sys.path.insert(0, str(ROOT / "scripts"))
from dead_letters import letters
from dead_letters import run as handle_dead_letters
from deployed_stack import Deployment, NotFoundError
from run_again import Selection, code_of, select
from run_again import run as run_again
from smoke import Smoke
from support_bundle import SupportBundle

MARKER = "Zyxwold"  # in the CV, in the posting, in the file's name
CV = f"""{MARKER} Quellenberg
{MARKER.lower()}@example.org | +45 32 12 34 56

Experience

{MARKER} Engineering, Senior Engineer
January 2019 - March 2024
- Led the {MARKER} migration of 12 services to Kubernetes
- Cut costs by 30 percent

Education

University of {MARKER}, BSc Computer Science
2012 - 2015

Skills
Python, Kubernetes, {MARKER}
"""


# Everything that a deployer may switch on: the laptop must run what production runs.
EVERYTHING_ON = {
    "GradualDeployment": "true",
    "ApiProvisionedConcurrency": "1",
    "TransferAcceleration": "on",
    "ApiCacheGigabytes": "0.5",
    "FirewallRequestsPerFiveMinutes": "1000",
    "AlarmEmail": "operator@example.org",
    "MonthlyBudgetUsd": "10",
    "ApiAccessLogs": "on",
    "TracingMode": "Active",
}


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    with PipelineRun(parameters=EVERYTHING_ON) as run:
        yield Pipeline(run)


@pytest.fixture(scope="module")
def deployment(pipeline: Pipeline) -> Deployment:
    stack = pipeline.stack
    session = boto3.Session(aws_access_key_id="operator", aws_secret_access_key="operator", region_name=stack.region)
    found = Deployment("local", dict(stack.outputs), session, stack.endpoint_url)
    found._clients.update({name: stack.client(name) for name in ("s3", "stepfunctions", "sqs", "lambda")})
    return found


@pytest.fixture(scope="module")
def job(pipeline: Pipeline) -> JobReference:
    made = pipeline.submit(CV.encode(), "txt", posting=f"Engineer at {MARKER}. You must know Kubernetes.",
                           file_name=f"{MARKER}.txt", use_ai=False)  # fmt: skip
    assert pipeline.finish(made) == "done", pipeline.json(made, "error.json")
    return made


def test_the_smoke_test_passes_on_a_deployment_that_works(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    smoke = Smoke(pipeline.stack.api_url, pipeline.stack.api_key, patience=120)
    assert smoke.run() == 0, capsys.readouterr().out
    assert capsys.readouterr().out.count("ok ") == len(smoke.checks())


def test_the_smoke_test_fails_where_something_is_wrong(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    assert Smoke(pipeline.stack.api_url, "no such key", patience=5).run() == 1
    assert "FAILED" in capsys.readouterr().out


def test_a_support_bundle_says_everything_but_who(
    pipeline: Pipeline, deployment: Deployment, job: JobReference
) -> None:
    bundle = SupportBundle(deployment, job.job_id).collect()
    text = json.dumps(bundle)
    assert MARKER.lower() in json.dumps(pipeline.json(job, "parsed.json")).lower(), "the marker is in the job"
    assert MARKER.lower() not in text.lower()
    assert job.owner not in text
    assert bundle["status"] == "done"
    assert {"parsed.json", "cv.pdf", "certificate.json"} <= bundle["files"].keys()
    assert bundle["artefacts"]["parsed.json"]["usage"]["estimated_ms"] > 0
    assert bundle["artefacts"]["parsed.json"]["inputs"]["code"]
    assert bundle["artefacts"]["certificate.json"]["verdict"] in {"pass", "warn"}
    assert bundle["execution"]["status"] == "SUCCEEDED"
    names = [event.get("name") for event in bundle["execution"]["history"]]
    assert {"Intake", "Parse", "Render", "Certify"} <= set(names)


def test_a_job_is_found_without_its_owner(deployment: Deployment, job: JobReference) -> None:
    assert deployment.owner_of(job.job_id) == job.owner
    with pytest.raises(NotFoundError):
        deployment.owner_of("0" * 32)


def test_jobs_of_a_bad_release_run_again_and_only_those(
    pipeline: Pipeline, deployment: Deployment, job: JobReference, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)  # S3 tells times to the second
    version = code_of(pipeline.json(job, "resume.json"), "render")
    assert [item.job_id for item in select(deployment, Selection(made_by=("render", version)))] == [job.job_id]
    assert list(select(deployment, Selection(made_by=("render", "another")))) == []
    assert list(select(deployment, Selection(until=now - timedelta(days=1)))) == []
    assert list(select(deployment, Selection(failed=True))) == []
    assert run_again(deployment, Selection(made_by=("render", version)), per_second=50, dry_run=True) == 1
    before = pipeline.stack.executions()
    assert run_again(deployment, Selection(made_by=("render", version)), per_second=50, dry_run=False) == 1
    pipeline.stack.wait_for_executions(timeout=60)
    assert len(pipeline.stack.executions()) == len(before) + 1
    assert pipeline.finish(job) == "done"
    assert pipeline.json(job, "execution.json")["attempt"] == 2
    # The same command again would make the third attempt; the second one's name is taken.
    chosen = next(iter(select(deployment, Selection(since=now))))
    assert chosen.execution_name.endswith("-again-3")
    capsys.readouterr()


def test_a_dead_letter_is_listed_without_its_key_and_redriven_once(
    pipeline: Pipeline, deployment: Deployment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dead_letters.WAIT_SECONDS", 1)
    sqs, s3 = deployment.client("sqs"), deployment.client("s3")
    key = f"uploads/{MARKER} Quellenberg/cv.txt"
    dropped = {"source": "aws.s3", "detail": {"object": {"key": key, "sequencer": "1"}}}
    upload = {"detail": {"object": {"key": "uploads/owner-00001/job-00001/source.txt", "sequencer": "2"}}}
    function = deployment.client("lambda").list_functions()["Functions"]
    target = next(item["FunctionArn"] for item in function if "ConsoleDrop" in item["FunctionName"])
    s3.put_object(Bucket=deployment.bucket, Key="uploads/owner-00001/job-00001/source.md", Body=b"")  # no CV
    # As EventBridge writes one …
    sqs.send_message(
        QueueUrl=deployment.queue_url,
        MessageBody=json.dumps(upload),
        MessageAttributes={
            "TARGET_ARN": {"DataType": "String", "StringValue": deployment.state_machine_arn},
            "ERROR_CODE": {"DataType": "String", "StringValue": "THROTTLING"},
        },
    )
    # … and as Lambda's OnFailure does.
    failed: dict[str, Any] = {"functionArn": target, "condition": "RetriesExhausted"}
    body = {"requestContext": failed, "requestPayload": dropped, "responsePayload": {"errorType": "TransientError"}}
    sqs.send_message(QueueUrl=deployment.queue_url, MessageBody=json.dumps(body))
    pipeline.stack.wait_for_executions(timeout=60)
    before = len(pipeline.stack.executions())

    assert handle_dead_letters(deployment, redriving=False) == 2
    listed = capsys.readouterr().out
    assert "pipeline  job-00001  THROTTLING" in listed
    assert "TransientError" in listed
    assert MARKER not in listed, "a dropped file's name says who somebody is"
    assert handle_dead_letters(deployment, redriving=True) == 2
    assert list(letters(deployment)) == []
    deadline = time.monotonic() + 30
    while len(pipeline.stack.executions()) < before + 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    started = pipeline.stack.wait_for_executions(timeout=60)
    assert len(started) == before + 2, "one by the rule's target, one by the function that was asked again"
    assert all(MARKER not in item.input for item in started)


def test_deleting_the_bucket_leaves_nothing(pipeline: Pipeline) -> None:
    from delete_documents import delete_bucket

    s3 = pipeline.stack.client("s3")
    s3.create_bucket(Bucket="left-over", CreateBucketConfiguration={"LocationConstraint": pipeline.stack.region})
    for number in range(3):
        s3.put_object(Bucket="left-over", Key=f"jobs/a/{number}", Body=b"x")
    assert delete_bucket(s3, "left-over") == 3
    assert "left-over" not in {item["Name"] for item in s3.list_buckets()["Buckets"]}


def test_every_script_explains_itself() -> None:
    for name in ("smoke", "support_bundle", "dead_letters", "run_again", "delete_documents"):
        text = (Path(ROOT) / "scripts" / f"{name}.py").read_text(encoding="utf-8")
        assert f"scripts/{name}.py" in text.split('"""')[1], name
