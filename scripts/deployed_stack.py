"""A deployment as an operator's scripts see it: the outputs of its stack, and clients for its services.

Everything goes through boto3 as the environment sets it up (profile, region; `AWS_ENDPOINT_URL` for a local stack).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError


class NotFoundError(Exception):
    """There is no such stack or job; the message says what was looked for."""


@dataclass
class Deployment:
    """One stack. `outputs` as template.yaml names them."""

    name: str
    outputs: dict[str, str]
    session: Any = field(default_factory=boto3.Session)
    endpoint_url: str | None = None

    @classmethod
    def named(cls, name: str) -> "Deployment":
        """The stack of that name in the account and region of the environment.

        Raises
        ------
        NotFoundError
            If there is none, or AWS cannot be reached.

        """
        session = boto3.Session()
        try:
            stack = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        except (ClientError, BotoCoreError, IndexError) as error:
            raise NotFoundError(
                f"No stack {name} here ({type(error).__name__}): check AWS_PROFILE and region."
            ) from None
        return cls(name, {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}, session)

    def client(self, service: str) -> Any:
        """A boto3 client, made once."""
        if service not in self._clients:
            self._clients[service] = self.session.client(service, endpoint_url=self.endpoint_url)
        return self._clients[service]

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    @property
    def bucket(self) -> str:
        return self.outputs["DocumentsBucketName"]

    @property
    def state_machine_arn(self) -> str:
        return self.outputs["StateMachineArn"]

    @property
    def queue_url(self) -> str:
        return self.outputs["UndeliveredEventsUrl"]

    def execution_arn(self, name: str) -> str:
        """The ARN of an execution of the pipeline by its name."""
        return self.state_machine_arn.replace(":stateMachine:", ":execution:") + ":" + name

    def resources(self, kind: str) -> dict[str, str]:
        """Logical → physical id of the stack's resources of one type."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.name)
        return {
            item["LogicalResourceId"]: item["PhysicalResourceId"]
            for page in pages
            for item in page["StackResourceSummaries"]
            if item["ResourceType"] == kind
        }

    # --- jobs --------------------------------------------------------------------------------

    def objects(self, prefix: str) -> Iterator[dict[str, Any]]:
        """Every object under a prefix, as S3 lists it."""
        for page in self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            yield from page.get("Contents", [])

    def owners(self) -> Iterator[str]:
        """Every owner that has jobs."""
        paginator = self.client("s3").get_paginator("list_objects_v2")
        for page in paginator.paginate(Bucket=self.bucket, Prefix="jobs/", Delimiter="/"):
            yield from (item["Prefix"].split("/")[1] for item in page.get("CommonPrefixes", []))

    def jobs(self) -> Iterator[tuple[str, str, dict[str, dict[str, Any]]]]:
        """Every job: owner, id, files by name. One listing for all, in key order."""
        current: tuple[str, str] | None = None
        files: dict[str, dict[str, Any]] = {}
        for item in self.objects("jobs/"):
            _, owner, job_id, name = item["Key"].split("/", 3)
            if current is not None and current != (owner, job_id):
                yield (*current, files)
                files = {}
            current = (owner, job_id)
            files[name] = item
        if current is not None:
            yield (*current, files)

    def owner_of(self, job_id: str) -> str:
        """Whose job it is: an execution that the API started is named like its job, else all owners are looked through.

        Raises
        ------
        NotFoundError
            If nobody has such a job.

        """
        try:
            described = self.client("stepfunctions").describe_execution(executionArn=self.execution_arn(job_id))
            return str(json.loads(described["input"])["owner"])
        except (ClientError, KeyError, ValueError):
            pass
        s3 = self.client("s3")
        for owner in self.owners():
            if s3.list_objects_v2(Bucket=self.bucket, Prefix=f"jobs/{owner}/{job_id}/", MaxKeys=1).get("KeyCount"):
                return owner
        raise NotFoundError(f"Nobody has a job {job_id} (deleted, expired, or of another deployment).")

    def read_json(self, key: str) -> Any:
        """A JSON object of the bucket."""
        return json.loads(self.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read())
