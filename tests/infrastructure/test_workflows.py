"""The workflows, as an attacker would read them. zizmor, checkov and a schema look too (`make security`)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_commit(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        used = re.search(r"uses: (\S+)(.*)", line)
        if used and not used[1].startswith("./"):
            assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40}", used[1]), line
            assert re.match(r" # v\d+\.\d+\.\d+$", used[2]), f"{line}: say which version that is"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_key_is_stored_and_nothing_may_write(path: Path) -> None:
    workflow = read(path)
    text = path.read_text(encoding="utf-8")
    assert workflow["permissions"] == {}, "each job asks for what it needs"
    assert "secrets." not in text
    assert "aws-access-key-id" not in text.lower()
    assert "pull_request_target" not in text
    for name, job in workflow["jobs"].items():
        rights = job["permissions"]
        assert rights["contents"] == "read"
        assert "write" not in {right for what, right in rights.items() if what != "id-token"}, name
        if "id-token" in rights:
            assert job["environment"] in {"dev", "prod"}, "a role is assumed in an environment only"
    for step in steps(workflow):
        assert "${{" not in step.get("run", ""), "no expression inside a script"
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_a_release_passes_through_dev_and_its_smoke_test() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "delivery.yml")["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"
    assert jobs["dev"]["needs"] == "test"
    assert jobs["prod"]["needs"] == "dev"
    for name in ("dev", "prod"):
        commands = [step["run"] for step in jobs[name]["steps"] if "run" in step]
        deployed = next(number for number, command in enumerate(commands) if " deploy " in command)
        assert commands[deployed + 1].startswith("make smoke"), "what was deployed is tried"
        published = [command for command in commands[deployed + 2 :] if "publish_web_app.py" in command]
        assert len(published) == 1, "the web app follows its API"
        assert f"--stack cvmaker-{name} " in published[0]
        assert "--if-manual" in published[0], "a deployment without a web app is released too"
        assert not any("build" in command.split() for command in commands), "deploy what was tested"
    built = read(ROOT / ".github" / "workflows" / "test.yml")["jobs"]["build"]["strategy"]["matrix"]["architecture"]
    assert built == ["arm64", "x86_64"]


def test_make_knows_what_the_workflows_call() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    called = {
        target
        for path in WORKFLOWS
        for step in steps(read(path))
        for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
    }
    assert {"test", "security", "build", "sbom", "smoke"} <= called
    for target in called:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_a_hot_fix_can_pass_an_alarm_that_is_on() -> None:
    """A gradual deployment is stopped by it, also the one that brings the fix."""
    workflow = read(ROOT / ".github" / "workflows" / "delivery.yml")
    # YAML reads the key `on` as true.
    assert workflow[True]["workflow_dispatch"]["inputs"]["at_once"]["default"] is False  # type: ignore[index]
    (deploy,) = (step for step in workflow["jobs"]["prod"]["steps"] if " deploy " in step.get("run", ""))
    assert "${AT_ONCE:+--parameter-overrides GradualDeployment=false}" in deploy["run"]
    assert "inputs.at_once" in deploy["env"]["AT_ONCE"]


POLICY = json.loads((ROOT / ".github" / "deployment-policy.json").read_text(encoding="utf-8"))
SERVICES = {"StepFunctions": "states", "Cognito": "cognito-idp"}


def test_the_deploying_role_reaches_every_service_of_the_stack() -> None:
    resources = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Resources"]
    kinds = {item["Type"].split("::")[1] for item in resources.values()} - {"Serverless"}
    kinds |= {"ApiGateway", "CodeDeploy", "CloudFormation", "IAM", "Lambda", "StepFunctions"}  # what SAM makes
    allowed = {action.split(":")[0] for item in POLICY["Statement"] for action in as_list(item["Action"])}
    assert {SERVICES.get(kind, kind.lower()) for kind in kinds} == allowed


def test_the_deploying_role_reads_no_document_and_makes_no_foreign_role() -> None:
    assert len(json.dumps(POLICY, separators=(",", ":"))) <= 6144, "IAM takes no longer managed policy"
    for statement in POLICY["Statement"]:
        actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
        assert not {"*", "iam:*", "s3:*"} & set(actions)
        for resource in resources:
            if any(action.startswith("iam:") for action in actions):
                assert re.match(r"arn:aws:iam::ACCOUNT:(role|policy)/STACK-", resource), resource
            if any(action.startswith("s3:") for action in actions):
                assert "documentsbucket" not in resource or not resource.endswith("/*")
        assert "secretsmanager:GetSecretValue" not in actions
        if "iam:PassRole" in actions:
            assert statement["Condition"]["StringEquals"]["iam:PassedToService"]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
