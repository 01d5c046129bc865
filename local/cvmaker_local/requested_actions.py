"""What a request to the AWS endpoint asks for, in IAM's words: actions, resources and condition keys.

Who asks is in the access key: each function process gets one that names its function (see `runtime_host`).
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from cvmaker_local.signatures import ACCESS_KEY

SCOPE = re.compile(r"Credential=(?P<key>[^/,]+)/\d+/[^/]+/(?P<service>[\w-]+)/")
PRESIGNED = re.compile(r"(?:^|&)X-Amz-Credential=(?P<key>[^&%/]+)", re.IGNORECASE)
# X-Amz-Target's word for a service → IAM's, and the parameter that names the resource.
TARGETS = {
    "secretsmanager": ("secretsmanager", "SecretId"),
    "AWSStepFunctions": ("states", ""),
    "Textract": ("textract", ""),
    "AmazonSQS": ("sqs", ""),
}
STATES_RESOURCE = {
    "StartExecution": "stateMachineArn",
    "StopExecution": "executionArn",
    "DescribeExecution": "executionArn",
}
LISTING_ARGUMENTS = {
    "list-type",
    "prefix",
    "delimiter",
    "max-keys",
    "continuation-token",
    "start-after",
    "encoding-type",
    "fetch-owner",
    "x-id",
}
SUBRESOURCES = {"tagging": "ObjectTagging", "acl": "ObjectAcl", "attributes": "ObjectAttributes"}


@dataclass(frozen=True)
class RequestedAction:
    """One action on one resource."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def access_key(environ: Mapping[str, Any]) -> str:
    """The access key that signed a request, in its header or its presigned URL; empty for none."""
    found = SCOPE.search(environ.get("HTTP_AUTHORIZATION", "")) or PRESIGNED.search(environ.get("QUERY_STRING", ""))
    return found["key"] if found else ""


def key_of_process(logical_id: str, number: int) -> str:
    """The access key of one process of a function."""
    return f"{ACCESS_KEY}_{logical_id}_{number}"


def function_of_key(key: str) -> str | None:
    """The logical id of the function that a key belongs to; None for the stack's own."""
    prefix, _, rest = key.partition("_")
    return rest.rpartition("_")[0] if prefix == ACCESS_KEY and rest else None


def s3_actions(
    method: str,
    bucket: str,
    key: str,
    query: str,
    headers: Mapping[str, Any],
    deleted: Iterable[tuple[str, str]] = (),
) -> list[RequestedAction]:
    """The actions of an S3 request; `deleted` are the keys and versions of a DeleteObjects request."""
    arguments = parse_qs(query, keep_blank_values=True)
    bucket_arn = f"arn:aws:s3:::{bucket}"
    context = {"aws:SecureTransport": "true"}
    if not key:
        if deleted:
            return [
                RequestedAction(f"s3:DeleteObject{'Version' if version else ''}", f"{bucket_arn}/{name}", context)
                for name, version in deleted
            ]
        listing = {"versions": "s3:ListBucketVersions", "uploads": "s3:ListBucketMultipartUploads"}
        named = next((listing[name] for name in listing if name in arguments), None)
        if named is None and method in ("GET", "HEAD") and not set(arguments) - LISTING_ARGUMENTS:
            named = "s3:ListBucket"
        context["s3:prefix"] = arguments.get("prefix", [""])[0]
        return [RequestedAction(named or f"s3:{method.title()}Bucket", bucket_arn, context)]
    verb = {"GET": "Get", "HEAD": "Get", "DELETE": "Delete"}.get(method, "Put")
    name = next((SUBRESOURCES[part] for part in SUBRESOURCES if part in arguments), "Object")
    version = "Version" if "versionId" in arguments and name == "Object" else ""
    wanted = [RequestedAction(f"s3:{verb}{name}{version}", f"{bucket_arn}/{key}", context)]
    copied = str(headers.get("HTTP_X_AMZ_COPY_SOURCE", "")).lstrip("/")
    if copied and verb == "Put":
        wanted.append(RequestedAction("s3:GetObject", f"arn:aws:s3:::{copied.split('?', 1)[0]}", context))
    return wanted


def service_action(environ: Mapping[str, Any], body: bytes) -> RequestedAction:
    """The action of a request to another service than S3 and Lambda."""
    target, _, operation = str(environ.get("HTTP_X_AMZ_TARGET", "")).partition(".")
    if target in TARGETS:
        service, parameter = TARGETS[target]
        parameter = parameter or STATES_RESOURCE.get(operation, "")
        try:
            resource = str(json.loads(body or b"{}").get(parameter) or "*")
        except ValueError:
            resource = "*"
        return RequestedAction(f"{service}:{operation}", resource)
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    found = re.search(rb"(?:^|&)Action=(\w+)", body)
    service = scope["service"] if scope else "unknown"
    return RequestedAction(f"{service}:{found[1].decode() if found else operation}", "*")


def read_body(environ: dict[str, Any]) -> bytes:
    """The whole request body, also when it is chunked."""
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return bytes(stream.read())
    length = environ.get("CONTENT_LENGTH")
    return bytes(stream.read(int(length))) if length else b""


def decode_path(text: str) -> str:
    """WSGI hands paths as Latin-1; S3 keys are UTF-8."""
    return text.encode("latin-1", "replace").decode("utf-8", "replace")


def replace_body(environ: dict[str, Any], body: bytes) -> None:
    """Let the body, which has been read, be read again."""
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ.pop("wsgi.input_terminated", None)
