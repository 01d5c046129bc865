"""Reads template.yaml as CloudFormation does: SAM translation, state machine substitutions, what is left out locally.

The result is a CloudFormation template for moto, plus what moto has no use for: where each function's and layer's code
lies, the REST APIs, and schedules.
"""

from __future__ import annotations

import copy
import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

# Resource types (or prefixes, ending in "::") that this stack does not create, and why that changes nothing here.
LEFT_OUT: dict[str, str] = {
    "AWS::Amplify::": "web hosting: the local web server serves the front end",
    "AWS::Cognito::": "sign-in: user_pool.py speaks for it",
    "AWS::WAFv2::": "firewall",
    "AWS::Budgets::": "billing",
    "AWS::CE::": "billing",
    "AWS::CodeDeploy::": "gradual deployment",
    "AWS::CloudWatch::": "alarms and dashboards watch the deployed system",
    "AWS::Logs::": "function logs are files in the data folder",
    "AWS::XRay::": "tracing",
    "AWS::ResourceGroups::": "grouping in the console",
    "AWS::ApplicationInsights::": "console",
    "AWS::ApplicationAutoScaling::": "scaling",
    "AWS::SNS::": "alarm notifications to people",
    "AWS::S3::BucketPolicy": "denies plain HTTP and foreign accounts; there is neither here",
    "AWS::SQS::QueuePolicy": "the local event bus may always send to its dead-letter queue",
    "AWS::Lambda::Permission": "local services may always invoke",
    "AWS::Lambda::LayerVersion": "the runtime host puts layer folders on the path",
    "AWS::Lambda::EventInvokeConfig": "read by the local event bus",
    "AWS::ApiGateway::": "served by the local gateway from the same OpenAPI body",
}
# Created by moto, or by our own models where moto has none (see cloudformation.py).
SUPPORTED = {
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Function",
    "AWS::Lambda::Version",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::StateMachine",
}
# A left-out resource's `!Ref` and `!GetAtt` become these words; the API's is turned into its local address.
API_PLACEHOLDER = "localapi"
CODE_BUCKET = "local-code"


class TemplateError(Exception):
    """template.yaml cannot be run locally; the message says why."""


@dataclass(frozen=True)
class TranslatedTemplate:
    """`cloudformation` is for moto; the other parts keep what it leaves out. Values may hold intrinsic functions."""

    cloudformation: dict[str, Any]
    functions: dict[str, dict[str, Any]]
    layers: dict[str, Path]
    rest_apis: dict[str, dict[str, Any]]
    api_stages: list[dict[str, Any]]
    usage_plans: list[dict[str, Any]]
    api_keys: list[dict[str, Any]]
    schedules: list[dict[str, Any]]
    event_invoke: list[dict[str, Any]]
    left_out: dict[str, str]
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)


class NoManagedPolicies:
    """samtranslator asks for the list of AWS's managed policies; names are enough here."""

    def load(self) -> dict[str, str]:
        return {}


def left_out_reason(resource_type: str) -> str | None:
    """Why a type is not created here, or None when it is."""
    for prefix, reason in LEFT_OUT.items():
        if resource_type == prefix or (prefix.endswith("::") and resource_type.startswith(prefix)):
            return reason
    return None


def code_location(uri: Any, folder: Path, logical_id: str) -> Path:
    """The folder of a CodeUri or ContentUri."""
    if not isinstance(uri, str):
        raise TemplateError(f"{logical_id}: CodeUri must be a folder of this repository, not {uri!r}.")
    return (folder / uri).resolve()


def read_definition(properties: dict[str, Any], folder: Path) -> dict[str, Any] | None:
    """The state machine's definition, inline or from its file."""
    definition = properties.pop("Definition", None)
    uri = properties.pop("DefinitionUri", None)
    if definition is None and isinstance(uri, str):
        definition = yaml.safe_load((folder / uri).read_text(encoding="utf-8"))
    return definition if isinstance(definition, dict) else None


def substitute_definition(text: str, substitutions: dict[str, Any]) -> Any:
    """``${Name}`` in a definition → the substitution's value, which may be an intrinsic function."""
    parts: list[Any] = []
    position = 0
    for match in re.finditer(r"\$\{(\w+)\}", text):
        if match[1] not in substitutions:
            raise TemplateError(
                f"The state machine uses ${{{match[1]}}}, which DefinitionSubstitutions does not define."
            )
        parts += [text[position : match.start()], substitutions[match[1]]]
        position = match.end()
    parts.append(text[position:])
    return {"Fn::Join": ["", parts]}


def translate(path: Path, parameters: dict[str, str], region: str) -> TranslatedTemplate:
    """Translate a SAM template and sort its resources.

    Parameters
    ----------
    path
        template.yaml; code and definitions are found relative to it.
    parameters
        Values for its Parameters; defaults hold for the rest.

    Raises
    ------
    TemplateError
        A code folder is missing, or a resource can neither be created nor left out.
    """
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.utils.py27hash_fix import to_py27_compatible_template, undo_mark_unicode_str_in_template
    from samtranslator.yaml_helper import yaml_parse

    folder = path.resolve().parent
    # It warns of features that only its service version has.
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    source: dict[str, Any] = yaml_parse(path.read_text(encoding="utf-8"))
    declared = source.get("Parameters") or {}
    code: dict[str, Path] = {}
    layers: dict[str, Path] = {}
    definitions: dict[str, dict[str, Any]] = {}
    global_function = (source.get("Globals") or {}).get("Function") or {}
    for logical_id, resource in source["Resources"].items():
        properties = resource.setdefault("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            uri = properties.get("CodeUri", global_function.get("CodeUri"))
            if "InlineCode" not in properties:
                code[logical_id] = code_location(uri, folder, logical_id)
                properties["CodeUri"] = {"Bucket": CODE_BUCKET, "Key": logical_id}
            # Gradual deployments need CodeDeploy; the alias that they move is kept.
            properties.pop("DeploymentPreference", None)
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            layers[logical_id] = code_location(properties.get("ContentUri"), folder, logical_id)
            properties["ContentUri"] = {"Bucket": CODE_BUCKET, "Key": logical_id}
        elif resource["Type"] == "AWS::Serverless::StateMachine":
            definition = read_definition(properties, folder)
            if definition is None:
                raise TemplateError(f"{logical_id}: no Definition or DefinitionUri.")
            definitions[logical_id] = definition
            properties["Definition"] = {"StartAt": "Placeholder", "States": {"Placeholder": {"Type": "Succeed"}}}
    (source.get("Globals") or {}).get("Function", {}).pop("DeploymentPreference", None)
    values = {name: parameters.get(name, declaration.get("Default")) for name, declaration in declared.items()}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise TemplateError(f"Parameters without a value: {', '.join(missing)}.")
    translator = Translator({}, Parser(), boto_session=OfflineSession(region))
    to_py27_compatible_template(source, values)  # logical ids with the hashes that the cloud would give
    translated = undo_mark_unicode_str_in_template(translator.translate(source, parameter_values=values))
    cloudformation: dict[str, Any] = json.loads(json.dumps(translated))
    for logical_id, definition in definitions.items():
        properties = cloudformation["Resources"][logical_id]["Properties"]
        # As SAM left them: `!Ref Function.Alias` is now the alias's own resource.
        substitutions = properties.pop("DefinitionSubstitutions", None) or {}
        properties["DefinitionString"] = substitute_definition(json.dumps(definition), substitutions)
    return sort_resources(cloudformation, code, layers, declared)


class OfflineSession:
    """The only thing the translator wants of a boto3 session: the region."""

    def __init__(self, region: str) -> None:
        self.region_name = region

    def get_partition_for_region(self, region_name: str) -> str:
        return "aws-cn" if region_name.startswith("cn-") else "aws"


def sort_resources(
    cloudformation: dict[str, Any], code: dict[str, Path], layers: dict[str, Path], declared: dict[str, Any]
) -> TranslatedTemplate:
    """Split the translated template into what moto creates and what this package serves."""
    result = TranslatedTemplate(
        cloudformation=copy.deepcopy(cloudformation),
        functions={},
        layers={},
        rest_apis={},
        api_stages=[],
        usage_plans=[],
        api_keys=[],
        schedules=[],
        event_invoke=[],
        left_out={},
        parameters=declared,
    )
    resources = result.cloudformation["Resources"]
    for logical_id, resource in cloudformation["Resources"].items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        reason = left_out_reason(kind)
        if reason is None and kind not in SUPPORTED:
            raise TemplateError(f"{logical_id} is a {kind}, which the local stack neither creates nor leaves out.")
        if reason is not None:
            result.left_out[logical_id] = f"{kind}: {reason}"
            del resources[logical_id]
        if kind == "AWS::Lambda::Function":
            result.functions[logical_id] = {**properties, "_code": code.get(logical_id)}
            resources[logical_id]["Properties"] = function_for_moto(properties)
        elif kind == "AWS::Lambda::LayerVersion":
            key = properties["Content"]["S3Key"]
            result.layers[logical_id] = layers[key]
        elif kind == "AWS::ApiGateway::RestApi":
            result.rest_apis[logical_id] = resource
        elif kind == "AWS::ApiGateway::Stage":
            result.api_stages.append(resource)
        elif kind == "AWS::ApiGateway::UsagePlan":
            result.usage_plans.append(resource)
        elif kind == "AWS::ApiGateway::ApiKey":
            result.api_keys.append({"LogicalId": logical_id, **resource})
        elif kind == "AWS::Scheduler::Schedule":
            result.schedules.append(resource)
        elif kind == "AWS::Lambda::EventInvokeConfig":
            result.event_invoke.append(resource)
    placeholders = {name: API_PLACEHOLDER if name in result.rest_apis else f"local-{name}" for name in result.left_out}
    whole = replace_references(result.cloudformation, placeholders)
    for resource in whole["Resources"].values():
        depends = resource.get("DependsOn")
        if depends:
            kept = [name for name in ([depends] if isinstance(depends, str) else depends) if name not in placeholders]
            resource.pop("DependsOn")
            if kept:
                resource["DependsOn"] = kept
    result.cloudformation.clear()
    result.cloudformation.update(whole)
    for collection in (result.functions, result.rest_apis):
        for logical_id, value in collection.items():
            path = value.pop("_code", None)
            collection[logical_id] = replace_references(value, placeholders)
            if path is not None:
                collection[logical_id]["_code"] = path
    for items in (result.api_stages, result.usage_plans, result.api_keys, result.schedules, result.event_invoke):
        items[:] = [replace_references(item, placeholders) for item in items]
    return result


def function_for_moto(properties: dict[str, Any]) -> dict[str, Any]:
    """Moto needs the resource, not the code: the runtime host runs that from its folder."""
    kept = {
        name: value
        for name, value in properties.items()
        if name in ("FunctionName", "Handler", "Runtime", "Role", "Timeout", "MemorySize", "Environment", "Description")
    }
    return {**kept, "Code": {"ZipFile": "# served by the runtime host"}}


def replace_references(value: Any, placeholders: dict[str, str]) -> Any:
    """Intrinsic references to left-out resources become their placeholder words."""
    if isinstance(value, list):
        return [replace_references(item, placeholders) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (function, argument), *_ = value.items()
        if function == "Ref" and argument in placeholders:
            return placeholders[argument]
        if function == "Fn::GetAtt":
            target, _, attribute = (
                argument.partition(".") if isinstance(argument, str) else (argument[0], "", argument[1])
            )
            if target in placeholders:
                return f"{placeholders[target]}-{attribute}"
            return {"Fn::GetAtt": [target, attribute]}
        if function == "Fn::Sub":
            return replace_in_sub(argument, placeholders)
    return {key: replace_references(item, placeholders) for key, item in value.items()}


def replace_in_sub(argument: Any, placeholders: dict[str, str]) -> dict[str, Any]:
    text, variables = (argument, {}) if isinstance(argument, str) else (argument[0], argument[1])

    def replace(match: re.Match[str]) -> str:
        target, _, attribute = match[1].partition(".")
        if target in variables or target not in placeholders:
            return match[0]
        return placeholders[target] + (f"-{attribute}" if attribute else "")

    text = re.sub(r"\$\{([\w.:]+)\}", replace, text)
    return {"Fn::Sub": [text, replace_references(variables, placeholders)] if variables else text}


def map_strings(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON-like value with every string changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [map_strings(item, change) for item in value]
    if isinstance(value, dict):
        return {key: map_strings(item, change) for key, item in value.items()}
    return value
