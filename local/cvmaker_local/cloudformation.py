"""CloudFormation resources that moto's CloudFormation lacks, and stable physical names.

Importing this module imports moto's CloudFormation (about a second) and registers the models.
"""

# ruff: noqa: ARG001, ARG002, ARG003, ARG005 - the signatures are moto's

from __future__ import annotations

import hashlib
from typing import Any

from moto.awslambda.models import LambdaVersion
from moto.awslambda.utils import get_backend
from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel
from moto.secretsmanager.models import secretsmanager_backends


class KnownByArn:
    """What the resources below share: `Ref` and every attribute are the ARN."""

    def __init__(self, arn: str) -> None:
        self.arn = arn

    @property
    def physical_resource_id(self) -> str:
        return self.arn

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Name"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in ("AliasArn", "Id")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return self.arn


class FunctionAlias(KnownByArn, CloudFormationModel):  # type: ignore[misc]
    """`AWS::Lambda::Alias`: its `Ref` is the qualified ARN."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Lambda::Alias"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> FunctionAlias:
        properties = cloudformation_json["Properties"]
        alias = get_backend(account_id, region_name).create_alias(
            name=resource_name,
            function_name=properties["FunctionName"],
            function_version=str(properties.get("FunctionVersion", "$LATEST")),
            description=properties.get("Description", ""),
            routing_config="",
        )
        return cls(alias.arn)


class Secret(KnownByArn, CloudFormationModel):  # type: ignore[misc]
    """`AWS::SecretsManager::Secret`: its `Ref` is the ARN."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SecretsManager::Secret"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Secret:
        properties = cloudformation_json["Properties"]
        backend = secretsmanager_backends[account_id][region_name]
        backend.create_secret(
            name=resource_name,
            secret_string=properties.get("SecretString", "{}"),
            secret_binary=None,
            description=properties.get("Description"),
            tags=None,
            kms_key_id=None,
            client_request_token=None,
            replica_regions=None,
            force_overwrite=False,
        )
        return cls(backend.secrets[resource_name].arn)


def version_arn(version: LambdaVersion) -> str:
    return f"{version.function_arn}:{version.version}"


def create_version(
    cls: type[LambdaVersion],
    /,
    resource_name: str,
    cloudformation_json: dict[str, Any],
    account_id: str,
    region_name: str,
    **kwargs: Any,
) -> LambdaVersion:
    """`AWS::Lambda::Version` with the attributes that an alias needs (`Version`) and its ARN as `Ref`."""
    name = cloudformation_json["Properties"]["FunctionName"]
    function = get_backend(account_id, region_name).publish_version(name)
    version = cls({"Version": function.version})
    version.function_arn = f"arn:aws:lambda:{region_name}:{account_id}:function:{name}"
    return version


def stable_name(resource_type: str, stack_name: str, logical_id: str) -> str:
    """Physical names that are the same after a restart, so that data on disk still belongs to its bucket."""
    suffix = hashlib.sha256(f"{stack_name}/{logical_id}".encode()).hexdigest()[:12]
    name = f"{stack_name}-{logical_id}-{suffix}"
    return name[-63:].lower() if resource_type == "AWS::S3::Bucket" else name[-64:].lstrip("-")


def register() -> None:
    """Make moto use the models and names above. Idempotent."""
    LambdaVersion.create_from_cloudformation_json = classmethod(create_version)
    LambdaVersion.physical_resource_id = property(version_arn)
    LambdaVersion.has_cfn_attr = classmethod(lambda cls, attr: attr == "Version")
    LambdaVersion.get_cfn_attribute = lambda self, attribute_name: str(self.version)
    parsing.generate_resource_name = stable_name
    for cached in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cached.cache_clear()
