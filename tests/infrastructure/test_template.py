"""The template and the state machine, as tools and as reviewers read them."""

import copy
import json
import os
import re
import subprocess
import sys
import tomllib
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
MANAGED_ALLOW_LIST = {
    "service-role/AWSLambdaBasicExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess",
    "service-role/AWSCodeDeployRoleForLambda",  # CodeDeploy's own, only with GradualDeployment: moves aliases
}


def load_template() -> dict[str, Any]:
    return yaml_parse((ROOT / "template.yaml").read_text())  # type: ignore[no-any-return]


def transform_template(parameters: dict[str, str]) -> dict[str, Any]:
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

    return transform(template, parameters, NoPolicies())  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def transformed() -> dict[str, Any]:
    return transform_template({})


@pytest.fixture(scope="module")
def transformed_for_production() -> dict[str, Any]:
    """With everything switched on that a deployer may switch on and that changes what the transformation makes."""
    return transform_template({"GradualDeployment": "true", "ApiProvisionedConcurrency": "1"})


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


def test_a_provider_that_says_slower_cannot_fail_a_job() -> None:
    """The stages stop waiting before the machine's attempts are used up, and the machine outlasts the waits."""
    from cvmaker_core.stage import WAITS_FOR_PROVIDER

    definition = yaml.safe_load(DEFINITION.read_text())
    waits = 0.0
    for name, state in definition["States"].items():
        if state["Type"] != "Task" or name == "RecordFailure":
            continue
        retries = {error: retry for retry in state["Retry"] for error in retry["ErrorEquals"]}
        assert retries["ProviderThrottled"] is retries["Lambda.TooManyRequestsException"], name
        others = sum(retry["MaxAttempts"] for retry in state["Retry"] if retry is not retries["ProviderThrottled"])
        assert retries["ProviderThrottled"]["MaxAttempts"] >= WAITS_FOR_PROVIDER + others, name
        waits = retries["ProviderThrottled"]["MaxDelaySeconds"] / 2 * WAITS_FOR_PROVIDER
    # Analyze, Embed and Tailor may each wait that long (full jitter: half of the longest wait on average).
    assert definition["TimeoutSeconds"] > 3 * waits


def test_time_outs_are_nested() -> None:
    """Lambda's time-out < the task's, or a slow answer would be taken for a lost one."""
    template = load_template()["Resources"]
    default = load_template()["Globals"]["Function"]["Timeout"]
    states = yaml.safe_load(DEFINITION.read_text())["States"]
    for state in states.values():
        if state["Type"] == "Task":
            name = re.search(r"\{(\w+)Arn\}", state["Parameters"]["FunctionName"])[1]  # type: ignore[index]
            assert template[name]["Properties"].get("Timeout", default) < state["TimeoutSeconds"]


# The folders of the bucket that each role uses. A stage that starts to use another one says so here.
PREFIXES = {
    "ConsoleDropFunctionRole": {"uploads", "jobs"},
    "IntakeFunctionRole": {"uploads", "jobs", "claims"},
    "ParseFunctionRole": {"uploads", "jobs", "spend"},
    "AnalyzeFunctionRole": {"uploads", "jobs", "spend"},
    "EmbedFunctionRole": {"jobs", "spend"},
    "TailorFunctionRole": {"jobs", "spend"},
    "RenderFunctionRole": {"jobs", "templates"},
    "CertifyFunctionRole": {"jobs"},
    "RecordFailureFunctionRole": {"jobs"},
    "SweeperFunctionRole": {"jobs", "claims"},
    "ApiFunctionRole": {"jobs", "uploads", "templates", "arrivals"},
    "ProposalsFunctionRole": {"jobs", "spend"},
    "SearchFunctionRole": {"spend"},
    "EraseFunctionRole": {"jobs", "uploads"},
}


# Any execution, of our own machine: by its name, or as CloudFormation makes that name.
EXECUTIONS = re.compile(r":execution:(\$\{CvPipeline\.Name\}|CvPipeline-\*):\*$")


def wildcards(transformed: dict[str, Any]) -> list[str]:
    """What roles may do beyond named actions on named resources, and the allow-list does not excuse."""
    found = []
    for role, statement in statements(transformed):
        actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
        found += [f"{role}: {action}" for action in actions if "*" in action]
        if "*" in resources and not set(actions) <= WILDCARD_ALLOW_LIST:
            found.append(f"{role}: {actions} on everything")
        for resource in resources:
            text = resource if isinstance(resource, str) else next(iter(resource.values()))
            text = text if isinstance(text, str) else json.dumps(text)
            if text != "*" and text.endswith((":*", "Bucket.Arn}/*", ":::*")) and not EXECUTIONS.search(text):
                found.append(f"{role}: {text}")
    return found


def used_prefixes(transformed: dict[str, Any]) -> dict[str, set[str]]:
    """The bucket's folders that each role reaches, by listing or by object."""
    used: dict[str, set[str]] = {}
    for role, statement in statements(transformed):
        actions = as_list(statement["Action"])
        if any(action.startswith("s3:List") for action in actions):
            paths = statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix", ["(everything)"])
        elif any(action.startswith("s3:") for action in actions):
            paths = [item["Fn::Sub"].partition("}/")[2] or "(everything)" for item in as_list(statement["Resource"])]
        else:
            continue
        used.setdefault(role, set()).update(path.split("/")[0] for path in paths)
    return used


def test_no_wildcard_outside_the_allow_list(transformed_for_production: dict[str, Any]) -> None:
    assert wildcards(transformed_for_production) == []


def test_a_role_reaches_the_folders_it_uses_and_no_other(transformed: dict[str, Any]) -> None:
    assert used_prefixes(transformed) == PREFIXES


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "Action": "s3:*", "Resource": {"Fn::Sub": "${DocumentsBucket.Arn}/jobs/*"}},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "${DocumentsBucket.Arn}/*"}},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-west-1:1:*"},
        {"Effect": "Allow", "Action": "states:StopExecution", "Resource": "arn:aws:states:eu-west-1:1:execution:*"},
    ],
    ids=["all actions", "all resources", "whole bucket", "all keys", "everybody's executions"],
)
def test_these_checks_see_a_role_that_may_too_much(transformed: dict[str, Any], statement: dict[str, Any]) -> None:
    spoilt = copy.deepcopy(transformed)
    policies = spoilt["Resources"]["EmbedFunctionRole"]["Properties"]["Policies"]
    policies[0]["PolicyDocument"]["Statement"].append(statement)
    assert wildcards(spoilt)


def test_these_checks_see_a_folder_that_a_stage_does_not_use(transformed: dict[str, Any]) -> None:
    spoilt = copy.deepcopy(transformed)
    statement = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": {"Fn::Sub": "${DocumentsBucket.Arn}/uploads/*"},
    }
    policies = spoilt["Resources"]["EmbedFunctionRole"]["Properties"]["Policies"]
    policies[0]["PolicyDocument"]["Statement"].append(statement)
    assert used_prefixes(spoilt) != PREFIXES


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
            written = {item["Fn::Sub"] for item in as_list(statement["Resource"])}
            # The ledger of what was spent is everybody's who pays.
            writes[role] |= {item.rsplit("/", 1)[1] for item in written if not item.endswith("/spend/*")}
    assert writes == owns


def test_only_known_managed_policies(transformed_for_production: dict[str, Any]) -> None:
    for name, resource in transformed_for_production["Resources"].items():
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


def test_gradual_deployments_roll_back_on_alarms(
    transformed: dict[str, Any], transformed_for_production: dict[str, Any]
) -> None:
    def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
        return {name: item for name, item in template["Resources"].items() if item["Type"] == kind}

    assert not of_type(transformed, "AWS::CodeDeploy::DeploymentGroup"), "a development deployment is quick"
    groups = of_type(transformed_for_production, "AWS::CodeDeploy::DeploymentGroup")
    functions = of_type(transformed_for_production, "AWS::Lambda::Function")
    assert len(groups) == len(functions)
    alarms = {"JobsFailedAlarm", "FailureRecordingAlarm", "ApiServerErrorsAlarm"}
    for group in groups.values():
        watched = group["Properties"]["AlarmConfiguration"]["Alarms"]
        assert {item["Name"]["Ref"] for item in watched} == alarms
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["Properties"]["AutoRollbackConfiguration"]["Events"]
    for name in alarms:
        assert "Condition" not in transformed_for_production["Resources"][name], "a release always has its alarms"
    for alias in of_type(transformed_for_production, "AWS::Lambda::Alias").values():
        assert "CodeDeployLambdaAliasUpdate" in alias["UpdatePolicy"]


def test_everybody_calls_a_function_by_its_alias(transformed: dict[str, Any]) -> None:
    """Or a release would reach that caller at once, and roll back for all but him."""
    for name, item in transformed["Resources"].items():
        if item["Type"] == "AWS::Lambda::Permission":
            assert item["Properties"]["FunctionName"]["Ref"].endswith("Aliaslive"), name
        if item["Type"] == "AWS::Events::Rule":
            for target in item["Properties"]["Targets"]:
                called = json.dumps(target["Arn"])
                assert "Aliaslive" in called or "CvPipeline" in called, name


def test_production_is_released_gradually_and_development_at_once() -> None:
    configuration = tomllib.loads((ROOT / "samconfig.toml").read_text())
    overrides = {
        name: configuration[name]["deploy"]["parameters"]["parameter_overrides"] for name in ("default", "prod")
    }
    assert "GradualDeployment=true" in overrides["prod"]
    assert "GradualDeployment" not in overrides["default"]


def test_secrets_are_empty_in_the_template() -> None:
    for resource in load_template()["Resources"].values():
        if resource["Type"] == "AWS::SecretsManager::Secret":
            assert json.loads(resource["Properties"]["SecretString"]) == {"api_key": ""}


def test_no_environment_holds_a_secret(transformed: dict[str, Any]) -> None:
    """Environments are shown in the console and in every description of a function."""
    common = set(load_template()["Globals"]["Function"]["Environment"]["Variables"])
    for name, item in transformed["Resources"].items():
        if item["Type"] != "AWS::Lambda::Function":
            continue
        for variable, value in item["Properties"]["Environment"]["Variables"].items():
            if variable in common or variable == "WEB_API_KEY":  # public: every browser sends it
                continue
            if re.search(r"SECRET|PASSWORD|TOKEN(?!_BUDGET)|KEY", variable):
                assert variable.endswith("_SECRET_ARN"), f"{name}: {variable}"
                assert value["Ref"].endswith("Secret"), f"{name}: {variable} is not the secret's ARN"
