"""The product's own template.yaml on the local stack: isolation, the browser's way, restart in mid-job."""

import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cvmaker_local.stack import LocalStack

ROOT = Path(__file__).parents[3]
TEMPLATE = ROOT / "template.yaml"
SAMPLES = ROOT / "tests" / "data" / "samples"
OPTIONS: dict[str, Any] = {"openai_api_key": "", "pinecone_api_key": ""}
POSTING = (SAMPLES / "platform-engineer.txt").read_text(encoding="utf-8")
# Everything of template.yaml that has no counterpart here. A new type must be thought about, then added.
LEFT_OUT_TYPES = {
    "AWS::Amplify::App: web hosting",
    "AWS::Amplify::Branch: web hosting",
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGateway::UsagePlanKey",
    "AWS::Budgets::Budget",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Cognito::ManagedLoginBranding: sign-in",
    "AWS::Cognito::UserPool: sign-in",
    "AWS::Cognito::UserPoolClient: sign-in",
    "AWS::Cognito::UserPoolDomain: sign-in",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::QueryDefinition",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::WAFv2::WebACL",
    "AWS::WAFv2::WebACLAssociation",
}


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack(TEMPLATE, web_port=0, prestart=False, **OPTIONS) as running:
        yield running


class Browser:
    """What the web app does, with its origin and a secret of its own."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.origin = stack.web_url
        headers = {
            "Origin": self.origin,
            "x-api-key": stack.api_key,
            "Authorization": f"Bearer {secrets.token_urlsafe(32)}",
        }
        self.api = httpx.Client(base_url=stack.api_url, headers=headers, timeout=60)

    def allowed(self, response: httpx.Response) -> httpx.Response:
        """A browser hands a script the answer only when CORS allows its origin."""
        assert response.headers.get("access-control-allow-origin") in (self.origin, "*"), response.url
        return response

    def upload(self) -> str:
        content = (SAMPLES / "ada-jensen.pdf").read_bytes()
        body = {"file": {"name": "my cv.pdf", "bytes": len(content)}, "posting": POSTING, "template": "classic"}
        answer = self.allowed(self.api.post("/jobs", json=body))
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        form = find_form(created)
        posted = self.allowed(
            httpx.post(
                form["url"],
                data=form["fields"],
                files={"file": ("my cv.pdf", content, "application/pdf")},
                headers={"Origin": self.origin},
            )
        )
        assert posted.status_code in (200, 201, 204), posted.text
        return str(created["job_id"])

    def wait(self, job_id: str, timeout: float = 60) -> dict[str, Any]:
        deadline = time.monotonic() + timeout
        while True:
            status: dict[str, Any] = self.allowed(self.api.get(f"/jobs/{job_id}")).json()
            if status["status"] in ("done", "failed"):
                return status
            assert time.monotonic() < deadline, status
            time.sleep(0.2)


def find_form(value: Any) -> dict[str, Any]:
    """The presigned form in the answer to POST /jobs, wherever it is."""
    if isinstance(value, dict):
        if {"url", "fields"} <= set(value):
            return value
        for item in value.values():
            if found := find_form(item):
                return found
    if isinstance(value, list):
        for item in value:
            if found := find_form(item):
                return found
    return {}


def test_what_is_left_out_is_known(stack: LocalStack) -> None:
    kinds = {text.rsplit(": ", 1)[0] for text in stack.left_out.values()}
    assert kinds <= LEFT_OUT_TYPES, kinds - LEFT_OUT_TYPES


def test_every_function_imports_with_only_what_it_declares(stack: LocalStack) -> None:
    faults = {}
    for name in stack.translated.functions:
        result = stack.invoke(name, {})
        if result.error_type in ("Runtime.ImportModuleError", "Runtime.ExitError", "ModuleNotFoundError"):
            faults[name] = result.payload
    assert not faults


def test_outputs_are_local_addresses(stack: LocalStack) -> None:
    assert stack.outputs["ApiUrl"] == stack.api_url
    assert "amazonaws.com" not in stack.outputs["ApiUrl"]
    settings = httpx.get(f"{stack.web_url}/config.json").json()
    assert settings["apiUrl"] == stack.api_url


def test_the_browsers_way_from_upload_to_erasure(stack: LocalStack) -> None:
    browser = Browser(stack)
    job_id = browser.upload()
    status = browser.wait(job_id)
    assert status["status"] == "done", status
    link = status["links"]["cv.pdf"]["url"]
    pdf = browser.allowed(httpx.get(link, headers={"Origin": browser.origin}))
    assert pdf.content.startswith(b"%PDF-")
    assert httpx.get(link.replace("cv.pdf", "cv.txt")).status_code == 403, "a link is for one file"
    redirected = browser.api.get(f"/jobs/{job_id}/artifacts/cv.pdf")
    assert redirected.status_code == 302
    assert Browser(stack).api.get(f"/jobs/{job_id}").status_code == 404, "another owner's job"
    stack.wait_for_executions()
    vectors = stack.pinecone.store
    [index] = [row[0] for row in vectors.indexes()]
    time.sleep(stack.vector_delay_seconds)
    assert sum(map(len, vectors.namespaces(index).values())) > 0
    assert browser.allowed(browser.api.delete(f"/jobs/{job_id}")).status_code in (202, 204)
    deadline = time.monotonic() + 20
    while left := contents(stack, job_id) + vector_ids(stack, index, job_id):
        assert time.monotonic() < deadline, left
        time.sleep(0.2)
    assert browser.api.get(f"/jobs/{job_id}").json()["status"] in ("deleted", 404)
    assert job_id not in {job["job_id"] for job in browser.api.get("/jobs").json()["jobs"]}


def contents(stack: LocalStack, job_id: str) -> list[str]:
    """What of a job is still in the bucket, apart from its tombstone and the sweeper's empty mark, which expires."""
    names = list(stack.adapter.bucket(stack.bucket).keys)
    keys = [name for name in names if job_id in name and not name.startswith("claims/")]
    return [name for name in keys if not name.endswith("/deleted.json")]


def vector_ids(stack: LocalStack, index: str, job_id: str) -> list[str]:
    store = stack.pinecone.store
    return [row[0] for namespace in store.namespaces(index) for row in store.rows(index, namespace) if job_id in row[0]]


def test_a_preview_is_a_pdf(stack: LocalStack) -> None:
    browser = Browser(stack)
    resume = {"basics": {"name": "Ada Jensen"}, "work": [{"name": "Parcel", "position": "Engineer"}]}
    answer = browser.allowed(
        browser.api.post(
            "/previews", json={"resume": resume, "template": "classic"}, headers={"Accept": "application/pdf"}
        )
    )
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"%PDF-")
