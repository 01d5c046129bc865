"""The template and the state machine, as tools and as reviewers read them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = ROOT / "statemachine" / "cv_pipeline.asl.yaml"
ENVIRONMENT = {**os.environ, "AWS_DEFAULT_REGION": "eu-west-1", "SAM_CLI_TELEMETRY": "0"}

# Services that know no resource-level permissions. Anything else with Resource "*" fails.
WILDCARD_ALLOW_LIST = {
    "textract:DetectDocumentText",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
}

# SAM attaches these to every function; both are AWS's own and hold no data permission.
MANAGED_ALLOW_LIST = {"service-role/AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess"}


def load_template() -> dict[str, Any]:
    return yaml_parse((ROOT / "template.yaml").read_text())  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def transformed() -> dict[str, Any]:
    """The template as CloudFormation will see it."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    template = load_template()
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = {"Bucket": "code", "Key": "function.zip"}
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            properties["ContentUri"] = {"Bucket": "code", "Key": "layer.zip"}
        if resource["Type"] == "AWS::Serverless::StateMachine":
            properties["DefinitionUri"] = {"Bucket": "code", "Key": "definition.yaml"}

    class NoPolicies(ManagedPolicyLoader):  # type: ignore[misc]
        def __init__(self) -> None:
            pass

        def load(self) -> dict[str, str]:
            return {}

    return transform(template, {}, NoPolicies())  # type: ignore[no-any-return]


def statements(transformed: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, statement)
        for name, resource in transformed["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
        for policy in resource["Properties"].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def test_cfn_lint_with_serverless_rules_finds_nothing() -> None:
    done = run(str(Path(sys.executable).parent / "cfn-lint"), "--config-file", "tests/infrastructure/cfn-lint.yaml")
    assert done.returncode == 0, done.stdout


def test_sam_validate_lint() -> None:
    done = run(str(ROOT / "local" / "sam.sh"), "validate", "--lint")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_state_machine_is_valid_states_language(tmp_path: Path) -> None:
    text = re.sub(r"\$\{(\w+)Arn\}", r"arn:aws:lambda:eu-west-1:123456789012:function:\1:live", DEFINITION.read_text())
    target = tmp_path / "definition.json"
    target.write_text(json.dumps(yaml.safe_load(text)))
    done = run(str(Path(sys.executable).parent / "statelint"), str(target))
    assert done.returncode == 0, done.stdout


def test_every_substitution_is_given_and_used() -> None:
    used = set(re.findall(r"\$\{(\w+)\}", DEFINITION.read_text()))
    given = set(load_template()["Resources"]["CvPipeline"]["Properties"]["DefinitionSubstitutions"])
    assert used == given


def test_every_task_has_a_timeout_retry_and_catch() -> None:
    states = yaml.safe_load(DEFINITION.read_text())["States"]
    for name, state in states.items():
        if state["Type"] == "Task":
            assert state["TimeoutSeconds"], name
            assert state["Catch"][0]["ErrorEquals"] == ["States.ALL"], name
            retried = {error for retry in state["Retry"] for error in retry["ErrorEquals"]}
            assert "TransientError" in retried or "States.ALL" in retried, name
            assert not retried & {"InputError", "InternalError"}, "input errors never retry"


def test_time_outs_are_nested() -> None:
    """Lambda's time-out < the task's, or a slow answer would be taken for a lost one."""
    template = load_template()["Resources"]
    default = load_template()["Globals"]["Function"]["Timeout"]
    states = yaml.safe_load(DEFINITION.read_text())["States"]
    for state in states.values():
        if state["Type"] == "Task":
            name = re.search(r"\{(\w+)Arn\}", state["Parameters"]["FunctionName"])[1]  # type: ignore[index]
            assert template[name]["Properties"].get("Timeout", default) < state["TimeoutSeconds"]


def test_no_wildcard_outside_the_allow_list(transformed: dict[str, Any]) -> None:
    for role, statement in statements(transformed):
        actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
        assert not any("*" in action for action in actions), f"{role}: {actions}"
        if "*" in resources:
            assert set(actions) <= WILDCARD_ALLOW_LIST, f"{role}: {actions}"
        for resource in resources:
            text = resource if isinstance(resource, str) else json.dumps(resource)
            assert not text.endswith((":*", "bucket/*")) or "execution:" in text, f"{role}: {text}"


def test_no_role_reads_the_whole_bucket(transformed: dict[str, Any]) -> None:
    for role, statement in statements(transformed):
        actions = as_list(statement["Action"])
        if any(action.startswith("s3:List") for action in actions):
            prefixes = statement["Condition"]["StringLike"]["s3:prefix"]
            assert all(prefix.split("/")[0] in {"jobs", "uploads", "claims", "templates"} for prefix in prefixes), role
        elif any(action.startswith("s3:") for action in actions):
            for resource in as_list(statement["Resource"]):
                path = resource["Fn::Sub"].split("}/", 1)[1]
                assert path.split("/")[0] in {"jobs", "uploads", "claims", "templates"}, f"{role}: {path}"


def test_a_stage_writes_only_its_own_artefacts(transformed: dict[str, Any]) -> None:
    owns = {
        "ParseFunctionRole": {"parsed.json", "readback.json"},
        "AnalyzeFunctionRole": {"analysis.json"},
        "EmbedFunctionRole": {"evidence.json"},
        "TailorFunctionRole": {"tailored.json"},
        "RenderFunctionRole": {"resume.json", "cv.*", "cover-letter.*"},
        "CertifyFunctionRole": {"receipt.json", "certificate.json"},
        "RecordFailureFunctionRole": {"error.json"},
        "PreviewFunctionRole": set(),
        "ProposalsFunctionRole": set(),
        "SearchFunctionRole": set(),
        "AuthorizerFunctionRole": set(),
    }
    writes: dict[str, set[str]] = {role: set() for role in owns}
    for role, statement in statements(transformed):
        if role in owns and "s3:PutObject" in as_list(statement["Action"]):
            writes[role] |= {item["Fn::Sub"].rsplit("/", 1)[1] for item in as_list(statement["Resource"])}
    assert writes == owns


def test_only_known_managed_policies(transformed: dict[str, Any]) -> None:
    for name, resource in transformed["Resources"].items():
        if resource["Type"] == "AWS::IAM::Role":
            for arn in resource["Properties"].get("ManagedPolicyArns", []):
                text = json.dumps(arn)
                assert any(allowed in text for allowed in MANAGED_ALLOW_LIST), f"{name}: {text}"


def test_every_function_has_a_log_group_with_retention(transformed: dict[str, Any]) -> None:
    resources = transformed["Resources"]
    functions = {name: item for name, item in resources.items() if item["Type"] == "AWS::Lambda::Function"}
    assert len(functions) >= 15
    for name, item in functions.items():
        group = item["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        assert resources[group]["Properties"]["RetentionInDays"], name


def test_the_bucket_is_closed(transformed: dict[str, Any]) -> None:
    bucket = transformed["Resources"]["DocumentsBucket"]["Properties"]
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["BucketEncryption"]
    statement = transformed["Resources"]["DocumentsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_preflight_needs_neither_key_nor_authorizer(transformed: dict[str, Any]) -> None:
    paths = transformed["Resources"]["Api"]["Properties"]["Body"]["paths"]
    assert len(paths) >= 9
    for path, methods in paths.items():
        security = methods["options"].get("security") or []
        assert not any("api_key" in item or "Owner" in item for item in security), path


def test_every_route_but_two_asks_who_you_are(transformed: dict[str, Any]) -> None:
    paths = transformed["Resources"]["Api"]["Properties"]["Body"]["paths"]
    open_routes = {
        path
        for path, methods in paths.items()
        for method, operation in methods.items()
        if method != "options" and not any("Owner" in item for item in operation.get("security", []))
    }
    assert open_routes == {"/health", "/openapi.json"}


def test_secrets_are_empty_in_the_template() -> None:
    for resource in load_template()["Resources"].values():
        if resource["Type"] == "AWS::SecretsManager::Secret":
            assert json.loads(resource["Properties"]["SecretString"]) == {"api_key": ""}
