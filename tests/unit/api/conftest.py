"""The API function as Lambda runs it, on moto's S3, Step Functions and Lambda."""

import importlib.util
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from cvmaker_core import aws
from moto import mock_aws

ROOT = Path(__file__).parents[3]
REGION = "eu-west-1"
BUCKET = "documents"
ORIGIN = "https://app.example"
ALICE = "b" + "a" * 40
BOB = "b" + "b" * 40
MACHINE = f"arn:aws:states:{REGION}:123456789012:stateMachine:pipeline"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    body: Any = field(default=None)


class Api:
    """Sends API Gateway proxy events to the real handler."""

    def __init__(self, module: Any, s3: Any, steps: Any) -> None:
        self.module = module
        self.s3 = s3
        self.steps = steps

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        owner: str | None = ALICE,
        kind: str = "browser",
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> Answer:
        sent = {"Origin": ORIGIN, **({"Content-Type": "application/json"} if body is not None else {})}
        sent |= headers or {}
        event = {
            "resource": path,
            "path": path,
            "httpMethod": method,
            "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
            "queryStringParameters": query,
            "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()} or None,
            "pathParameters": None,
            "requestContext": {
                "stage": "v1",
                "requestId": "request",
                "identity": {},
                **({"authorizer": {"owner": owner, "kind": kind}} if owner else {}),
            },
            "body": body if isinstance(body, str) or body is None else json.dumps(body),
            "isBase64Encoded": False,
        }
        raw = self.module.handler(event, SimpleNamespace(aws_request_id="request"))
        headers_out = {name.lower(): values[0] for name, values in raw["multiValueHeaders"].items()}
        text = raw["body"] or ""
        parsed = json.loads(text) if "json" in headers_out.get("content-type", "") and text else None
        return Answer(raw["statusCode"], headers_out, text, parsed)

    def put(self, job_id: str, name: str, document: Any, owner: str = ALICE) -> str:
        """Write one of a job's files, as a stage would; returns its ETag."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        answer = self.s3.put_object(Bucket=BUCKET, Key=f"jobs/{owner}/{job_id}/{name}", Body=body)
        return str(answer["ETag"])

    def stored(self, key: str) -> Any:
        return json.loads(self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())

    def stored_keys(self, prefix: str = "") -> list[str]:
        return [item["Key"] for item in self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]

    def executions(self) -> list[str]:
        return [item["name"] for item in self.steps.list_executions(stateMachineArn=MACHINE)["executions"]]

    def finished_job(self, job_id: str = "finished00000001", owner: str = ALICE) -> dict[str, str]:
        """A job that the pipeline has completed; returns the ETags of its files."""
        resume = {
            "basics": {
                "name": "Zoë Müller-Łukasik",
                "email": "zoe@example.com",
                "phone": "+49 30 123",
                "profiles": [{"network": "LinkedIn", "url": "https://linkedin.example/zoe"}],
                "location": {"city": "Berlin"},
            },
            "work": [{"name": "Globex", "position": "Nurse", "startDate": "2020", "highlights": ["Led a ward of 12"]}],
            "skills": [{"name": "Care", "keywords": ["Triage", "Wound care"]}],
        }
        etags = {
            "request.json": self.put(
                job_id,
                "request.json",
                {"kind": "upload", "posting": "Nurse at Acme", "template": "classic", "file_name": "cv.pdf"},
                owner,
            )
        }
        artefacts: dict[str, Any] = {
            "parsed.json": {"resume": resume, "layout": {"pages": 1}},
            "analysis.json": {"posting": {"title": "Nurse", "employer": "Acme GmbH & Co."}, "requirements": []},
            "evidence.json": {"fit": {"value": 71, "version": "1"}},
            "tailored.json": {"resume": resume, "visibility": {"before": 40, "after": 66}},
            "resume.json": {"resume": resume},
            "readback.json": {"resume": resume},
            "certificate.json": {"verdict": "pass"},
            "receipt.json": {"usd": {"total": 0.0123}},
        }
        for name, data in artefacts.items():
            envelope = {
                "schema_version": "1.0",
                "job_id": job_id,
                "stage": name.split(".")[0],
                "usage": {"estimated_ms": 12.5},
                "warnings": [{"code": "no_ai", "message": "No model.", "advice": "Add a key."}],
                "data": data,
            }
            etags[name] = self.put(job_id, name, envelope, owner)
        self.put(job_id, "cv.pdf", b"%PDF-1.7", owner)
        self.put(job_id, "cv.html", b"<html>", owner)
        self.s3.put_object(Bucket=BUCKET, Key=f"uploads/{owner}/{job_id}/source.pdf", Body=b"%PDF-1.4")
        return etags


def load_module(folder: str) -> Any:
    """A function's `app.py` under a name of its own: all of them are called `app`."""
    path = ROOT / "functions" / folder / "app.py"
    specification = importlib.util.spec_from_file_location(f"{folder}_app", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


ENVIRONMENT = {
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "DOCUMENTS_BUCKET": BUCKET,
    "STATE_MACHINE_ARN": MACHINE,
    "ERASE_FUNCTION_NAME": "erase",
    "APP_ORIGIN": ORIGIN,
    "JOBS_PER_OWNER_PER_DAY": "5",
}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Api]:
    """One moto a module: making clients and functions costs more than a test."""
    with pytest.MonkeyPatch.context() as patch, mock_aws(config={"lambda": {"use_docker": False}}):
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        aws.client.cache_clear()
        s3 = boto3.client("s3", region_name=REGION)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        iam = boto3.client("iam", region_name=REGION)
        role = iam.create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("app.py", "def handler(event, context): return {}")
        boto3.client("lambda", region_name=REGION).create_function(
            FunctionName="erase",
            Runtime="python3.13",
            Role=role,
            Handler="app.handler",
            Code={"ZipFile": code.getvalue()},
        )
        module = load_module("api")
        yield Api(module, s3, boto3.client("stepfunctions", region_name=REGION))
        aws.client.cache_clear()


@pytest.fixture
def environment(cloud: Api, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return monkeypatch


@pytest.fixture
def api(cloud: Api) -> Iterator[Api]:
    """The function with an empty bucket and no executions."""
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}})
    cloud.steps.create_state_machine(
        name="pipeline", definition=definition, roleArn="arn:aws:iam::123456789012:role/role"
    )
    cloud.module.services().reader.digests.clear()
    yield cloud
    aws.client.cache_clear()
    cloud.module.services.cache_clear()
    cloud.steps.delete_state_machine(stateMachineArn=MACHINE)
    for key in cloud.stored_keys():
        cloud.s3.delete_object(Bucket=BUCKET, Key=key)
