"""The state machine of the template, really executed: every way in, every Retry, every Catch.

The stages are scripted (tests/data/scripted_stage); machine, Lambda runtime, error names and RecordFailure are real.
"""

import json
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cvmaker_local.stack import LocalStack

ROOT = Path(__file__).resolve().parents[2]
SCRIPTED = {
    "Intake": "intake",
    "Parse": "parse",
    "Analyze": "analyze",
    "Embed": "embed",
    "Tailor": "tailor",
    "Render": "render",
    "Certify": "certify",
}
PATH = ["intake", "parse", "analyze", "embed", "tailor", "render", "readback", "certify"]
OWNER = "owner0001"
# A scripted stage keeps its book in the bucket; Intake's own Lambda is scripted too, so all need the same.
SCRIPTED_POLICY = """      Policies:
        - Version: "2012-10-17"
          Statement:
            - {Effect: Allow, Action: s3:ListBucket, Resource: !GetAtt DocumentsBucket.Arn}
            - {Effect: Allow, Action: s3:GetObject, Resource: !Sub "${DocumentsBucket.Arn}/scripts/*"}
            - {Effect: Allow, Action: s3:PutObject, Resource: !Sub "${DocumentsBucket.Arn}/calls/*"}
"""


def scripted_template(text: str) -> str:
    """The real template with the stages' code replaced, and time-outs a test can wait for."""
    for name, stage in SCRIPTED.items():
        start = text.index(f"\n  {name}Function:\n")
        end = text.index(f"\n  {name}LogGroup:", start)
        body = text[start:end]
        body = re.sub(r"CodeUri: .*", f"CodeUri: {ROOT}/tests/data/scripted_stage", body)
        body = re.sub(r"\n      Timeout: .*", "", body)
        body = re.sub(r"\n      Environment: .*", "", body)
        body = re.sub(r"\n      Policies:\n(        .*\n)+", f"\n{SCRIPTED_POLICY}", body)
        body = body.replace(
            "    Properties:\n",
            f"    Properties:\n      Timeout: 2\n      Environment: {{Variables: {{SCRIPTED_STAGE: {stage}}}}}\n",
            1,
        )
        text = text[:start] + body + text[end:]
    text = text.replace("ContentUri: layers", f"ContentUri: {ROOT}/layers")
    text = text.replace("CodeUri: functions", f"CodeUri: {ROOT}/functions")
    return text.replace("DefinitionUri: statemachine", f"DefinitionUri: {ROOT}/statemachine")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    template = tmp_path_factory.mktemp("scripted") / "template.yaml"
    template.write_text(scripted_template((ROOT / "template.yaml").read_text()))
    with LocalStack(template, prestart=False) as running:
        yield running


class Outcome:
    """What became of one execution."""

    def __init__(self, stack: LocalStack, script: dict[str, Any]) -> None:
        job_id = secrets.token_hex(8)
        s3 = stack.client("s3")
        s3.put_object(Bucket=stack.bucket, Key=f"scripts/{job_id}.json", Body=json.dumps(script).encode())
        arn = stack.client("stepfunctions").start_execution(
            stateMachineArn=stack.state_machine_arn,
            name=job_id,
            input=json.dumps({"owner": OWNER, "job_id": job_id}),
        )["executionArn"]
        self.status = stack.wait_for_execution(arn, 90).status
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=stack.bucket, Prefix=f"calls/{job_id}/")
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        self.calls = Counter(key.split("/")[2] for key in keys)
        self.events = {
            key.split("/")[2]: json.loads(s3.get_object(Bucket=stack.bucket, Key=key)["Body"].read())
            for key in sorted(keys)
        }
        self.history = json.dumps(stack.execution_history(arn), default=str)
        files = stack.job_files(OWNER, job_id)
        self.error = (
            json.loads(s3.get_object(Bucket=stack.bucket, Key=f"jobs/{OWNER}/{job_id}/error.json")["Body"].read())
            if "error.json" in files
            else None
        )


SCRIPTS: dict[str, dict[str, Any]] = {
    "all is well": {},
    "not ours": {"claim": {"claimed": False}},
    "no posting": {"claim": {"has_posting": False}},
    "rerender": {"claim": {"kind": "rerender"}},
    "retailor": {"claim": {"kind": "retailor"}},
    "bad input": {"parse": ["InputError"]},
    "defect": {"tailor": ["InternalError"]},
    "deleted": {"embed": ["JobDeleted"]},
    "intake refuses": {"intake": ["InputError"]},
    "throttled": {"embed": ["ProviderThrottled"]},
    "two time-outs": {"tailor": ["timeout", "timeout"]},
    **{f"passing fault in {stage}": {stage: ["TransientError"]} for stage in PATH},
    **{f"killed in {stage}": {stage: ["exit"]} for stage in PATH},
    "slow once": {"analyze": ["timeout"]},
    "killed twice": {"render": ["exit", "exit"]},
}


@pytest.fixture(scope="module")
def outcomes(stack: LocalStack) -> dict[str, Outcome]:
    """All scripts, several at a time: most of their time is waiting to retry."""
    with ThreadPoolExecutor(8) as pool:
        futures = {name: pool.submit(Outcome, stack, script) for name, script in SCRIPTS.items()}
        return {name: future.result() for name, future in futures.items()}


def test_the_whole_path(outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes["all is well"]
    assert outcome.status == "SUCCEEDED"
    assert outcome.calls == Counter(PATH)


def test_a_stage_gets_keys_only(outcomes: dict[str, Outcome]) -> None:
    event = outcomes["all is well"].events["tailor"]
    assert set(event) == {"owner", "job_id", "kind", "has_posting", "attempt", "retry_count", "execution_arn"}


def test_whoever_loses_the_claim_ends_quietly(outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes["not ours"]
    assert (outcome.status, outcome.calls, outcome.error) == ("SUCCEEDED", Counter(["intake"]), None)


@pytest.mark.parametrize(
    ("script", "path"),
    [
        ("no posting", [stage for stage in PATH if stage != "tailor"]),
        ("rerender", ["intake", "render", "readback", "certify"]),
        ("retailor", [stage for stage in PATH if stage != "parse"]),
    ],
)
def test_routing(outcomes: dict[str, Outcome], script: str, path: list[str]) -> None:
    assert outcomes[script].status == "SUCCEEDED"
    assert outcomes[script].calls == Counter(path)


@pytest.mark.parametrize(
    ("script", "stage"),
    [("bad input", "parse"), ("defect", "tailor"), ("deleted", "embed"), ("intake refuses", "intake")],
)
def test_what_is_not_transient_is_never_retried_and_always_recorded(
    outcomes: dict[str, Outcome], script: str, stage: str
) -> None:
    outcome = outcomes[script]
    assert outcome.status == "FAILED"
    assert outcome.calls[stage] == 1
    assert outcome.error is not None
    assert outcome.error["code"] == "scripted"
    assert outcome.error["advice"] == "Nothing to do."


@pytest.mark.parametrize("stage", PATH)
@pytest.mark.parametrize("fault", ["passing fault", "killed"])
def test_a_passing_fault_or_a_killed_process_is_survived(outcomes: dict[str, Outcome], fault: str, stage: str) -> None:
    outcome = outcomes[f"{fault} in {stage}"]
    assert outcome.status == "SUCCEEDED"
    assert outcome.calls[stage] == 2
    assert outcome.error is None


def test_throttling_waits_longer_and_tells_the_stage_so(outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes["throttled"]
    assert outcome.status == "SUCCEEDED"
    assert outcome.events["embed"]["retry_count"] == 1


def test_a_slow_answer_is_given_one_more_chance(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["slow once"].status == "SUCCEEDED"
    assert outcomes["slow once"].calls["analyze"] == 2


@pytest.mark.parametrize(
    ("script", "stage", "code"),
    [("two time-outs", "tailor", "stage_timed_out"), ("killed twice", "render", "stage_crashed")],
)
def test_a_document_that_exhausts_a_stage_ends_in_words(
    outcomes: dict[str, Outcome], script: str, stage: str, code: str
) -> None:
    outcome = outcomes[script]
    assert outcome.status == "FAILED"
    assert outcome.calls[stage] == 2
    assert outcome.error is not None
    assert outcome.error["code"] == code


def test_an_aborted_execution_is_recorded_by_the_rule(stack: LocalStack) -> None:
    job_id = secrets.token_hex(8)
    s3, machines = stack.client("s3"), stack.client("stepfunctions")
    script = json.dumps({"parse": ["timeout", "timeout"]}).encode()
    s3.put_object(Bucket=stack.bucket, Key=f"scripts/{job_id}.json", Body=script)
    arn = machines.start_execution(
        stateMachineArn=stack.state_machine_arn, name=job_id, input=json.dumps({"owner": OWNER, "job_id": job_id})
    )["executionArn"]
    machines.stop_execution(executionArn=arn)
    stack.wait_for_job(OWNER, job_id, 30)
    error = json.loads(s3.get_object(Bucket=stack.bucket, Key=f"jobs/{OWNER}/{job_id}/error.json")["Body"].read())
    assert error["code"] == "job_aborted"


def test_the_same_name_starts_once(stack: LocalStack) -> None:
    machines = stack.client("stepfunctions")
    job_id = secrets.token_hex(8)
    stack.client("s3").put_object(Bucket=stack.bucket, Key=f"scripts/{job_id}.json", Body=b"{}")
    arguments = {"stateMachineArn": stack.state_machine_arn, "name": job_id}
    machines.start_execution(**arguments, input=json.dumps({"owner": OWNER, "job_id": job_id}))
    with pytest.raises(machines.exceptions.ExecutionAlreadyExists):
        machines.start_execution(**arguments, input=json.dumps({"owner": OWNER, "job_id": job_id, "x": 1}))
