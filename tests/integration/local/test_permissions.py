"""Roles are enforced: a function that touches a foreign prefix or service is refused, as it would be in the cloud."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cvmaker_local.permissions import Role, Statement
from cvmaker_local.requested_actions import key_of_process
from cvmaker_local.signatures import SECRET_KEY
from cvmaker_local.stack import LocalStack

ROOT = Path(__file__).parents[3]
JOB = "jobs/owner0001/" + "0" * 32


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack(ROOT / "template.yaml", openai_api_key="", pinecone_api_key="", prestart=False) as running:
        names = ("parsed.json", "tailored.json", "cv.pdf", "request.json", "execution.json", "certificate.json")
        for key in [*(f"{JOB}/{name}" for name in names), f"uploads/{JOB[5:]}/source.pdf", "claims/1"]:
            running.client("s3").put_object(Bucket=running.bucket, Key=key, Body=b"{}")
        yield running


def refusal(stack: LocalStack, function: str, service: str, operation: str, **arguments: Any) -> str | None:
    """The error code that a function meets with one call made with its credentials; None when it is served."""
    client = boto3.client(
        service,
        endpoint_url=stack.endpoint_url,
        region_name=stack.region,
        aws_access_key_id=key_of_process(function, 0),
        aws_secret_access_key=SECRET_KEY,
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )
    if service == "s3":
        arguments["Bucket"] = stack.bucket
    try:
        getattr(client, operation)(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def put(key: str) -> tuple[str, str, dict[str, Any]]:
    return "s3", "put_object", {"Key": key, "Body": b"{}"}


def get(key: str) -> tuple[str, str, dict[str, Any]]:
    return "s3", "get_object", {"Key": key}


def listing(prefix: str) -> tuple[str, str, dict[str, Any]]:
    return "s3", "list_objects_v2", {"Prefix": prefix}


ALLOWED = [
    ("ParseFunction", put(f"{JOB}/parsed.json")),
    ("ParseFunction", get(f"uploads/{JOB[5:]}/source.pdf")),
    ("AnalyzeFunction", get(f"{JOB}/parsed.json")),
    ("TailorFunction", put(f"{JOB}/tailored.json")),
    ("RenderFunction", put(f"{JOB}/cv.pdf")),
    ("CertifyFunction", listing(f"{JOB}/")),
    ("SweeperFunction", listing("claims/")),
    ("EraseFunction", ("s3", "list_object_versions", {"Prefix": f"{JOB}/"})),
]
FOREIGN = [
    ("ParseFunction", put(f"{JOB}/tailored.json")),
    ("ParseFunction", get("claims/1")),
    ("AnalyzeFunction", put(f"{JOB}/certificate.json")),
    ("AnalyzeFunction", listing("uploads/")),
    ("AnalyzeFunction", listing("")),
    ("EmbedFunction", get(f"uploads/{JOB[5:]}/source.pdf")),
    ("TailorFunction", get(f"{JOB}/cv.pdf")),
    ("TailorFunction", ("textract", "detect_document_text", {"Document": {"Bytes": b"x"}})),
    ("RenderFunction", put(f"{JOB}/certificate.json")),
    ("RenderFunction", ("secretsmanager", "get_secret_value", {"SecretId": "OpenAiSecret"})),
    ("CertifyFunction", ("s3", "delete_object", {"Key": f"{JOB}/cv.pdf"})),
    ("CertifyFunction", ("lambda", "invoke", {"FunctionName": "EraseFunction"})),
    ("RecordFailureFunction", get(f"{JOB}/parsed.json")),
    ("PreviewFunction", get(f"{JOB}/cv.pdf")),
    ("AuthorizerFunction", listing("jobs/")),
    ("SearchFunction", listing("jobs/")),
    ("IntakeFunction", ("stepfunctions", "list_state_machines", {})),
    ("ApiFunction", put(f"{JOB}/parsed.json")),
    ("ApiFunction", ("s3", "delete_objects", {"Delete": {"Objects": [{"Key": f"{JOB}/cv.pdf"}]}})),
    ("ProposalsFunction", put(f"{JOB}/tailored.json")),
    ("UnknownFunction", listing("jobs/")),
]


@pytest.mark.parametrize(("function", "call"), ALLOWED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_stage_does_its_own_work(stack: LocalStack, function: str, call: tuple[str, str, dict[str, Any]]) -> None:
    assert refusal(stack, function, call[0], call[1], **call[2]) is None


@pytest.mark.parametrize(("function", "call"), FOREIGN, ids=lambda value: value if isinstance(value, str) else "")
def test_a_foreign_prefix_or_service_is_refused(
    stack: LocalStack, function: str, call: tuple[str, str, dict[str, Any]]
) -> None:
    assert refusal(stack, function, call[0], call[1], **call[2]) in ("AccessDenied", "AccessDeniedException")


def test_a_link_carries_no_more_rights_than_its_signer(stack: LocalStack) -> None:
    import httpx

    def fetch(function: str) -> int:
        client = boto3.client(
            "s3",
            endpoint_url=stack.endpoint_url,
            region_name=stack.region,
            aws_access_key_id=key_of_process(function, 0),
            aws_secret_access_key=SECRET_KEY,
            config=Config(signature_version="s3v4"),
        )
        link = client.generate_presigned_url("get_object", Params={"Bucket": stack.bucket, "Key": f"{JOB}/cv.pdf"})
        return httpx.get(link, trust_env=False).status_code

    assert fetch("ApiFunction") == 200
    assert fetch("TailorFunction") == 403


def test_an_absent_key_is_no_secret_only_to_those_who_may_list(stack: LocalStack) -> None:
    assert refusal(stack, "AnalyzeFunction", "s3", "get_object", Key=f"{JOB}/analysis.json") == "AccessDenied"
    with pytest.raises(ClientError) as caught:
        stack.client("s3").get_object(Bucket=stack.bucket, Key=f"{JOB}/analysis.json")
    assert caught.value.response["Error"]["Code"] == "NoSuchKey"


def test_a_denial_outweighs_and_an_unknown_condition_grants_nothing() -> None:
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}
    deny = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}
    strange = {**allow, "Condition": {"NumericLessThan": {"s3:max-keys": "10"}}}
    assert Role([Statement.read(allow)]).may("s3:PutObject", "arn:aws:s3:::b/k")
    assert not Role([Statement.read(allow), Statement.read(deny)]).may("s3:PutObject", "arn:aws:s3:::b/k")
    assert not Role([Statement.read(strange)]).may("s3:GetObject", "arn:aws:s3:::b/k", {"s3:max-keys": "5"})
    assert not Role([]).may("s3:GetObject", "arn:aws:s3:::b/k")


def test_listings_stand_beside_writes(stack: LocalStack) -> None:
    """Writers and listers at once: no listing fails, as none does in S3."""
    from concurrent.futures import ThreadPoolExecutor

    s3, bucket = stack.client("s3"), stack.bucket

    def churn(number: int) -> None:
        for turn in range(15):
            s3.put_object(Bucket=bucket, Key=f"claims/churn-{number}-{turn}", Body=b"")
            s3.delete_object(Bucket=bucket, Key=f"claims/churn-{number}-{turn}")

    def look(_: int) -> int:
        return sum(
            s3.list_objects_v2(Bucket=bucket, Prefix="claims/")["ResponseMetadata"]["HTTPStatusCode"] == 200
            for _ in range(30)
        )

    with ThreadPoolExecutor(6) as executor:
        churned = executor.map(churn, range(3))
        assert list(executor.map(look, range(3))) == [30] * 3
        list(churned)
