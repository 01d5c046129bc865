"""Publishing the web app: the addresses written into a build, and Amplify's manual deployment through the real SDK."""

import importlib.util
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from cvmaker_local.http_server import HttpServer
from cvmaker_local.user_pool import UserPool

ROOT = Path(__file__).parents[2]
INDEX = (ROOT / "frontend" / "index.html").read_text(encoding="utf-8")


@pytest.fixture
def publishing() -> ModuleType:
    specification = importlib.util.spec_from_file_location("publish", ROOT / "scripts/publish_web_app.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


class Amplify:
    """The three calls of a manual deployment, and the upload between them, as Amplify's REST API has them."""

    def __init__(self, origin: str, outcome: str) -> None:
        self.origin, self.outcome = origin, outcome
        self.calls: list[str] = []
        self.uploaded = b""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        call = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        self.calls.append(call)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if call == "POST /apps/app1/branches/main/deployments":
            answer: dict[str, Any] = {
                "jobId": "7",
                "fileUploadUrls": {},
                "zipUploadUrl": f"{self.origin}/upload?signed",
            }
        elif call == "PUT /upload":
            self.uploaded, answer = body, {}
        else:
            waiting = call.startswith("POST") or self.calls.count(call) == 1
            status = "RUNNING" if waiting else self.outcome
            summary = {"jobArn": "a", "jobId": "7", "commitId": "", "commitMessage": "", "commitTime": 0}
            summary |= {"startTime": 0, "status": status, "jobType": "MANUAL"}
            answer = {"jobSummary": summary} if call.startswith("POST") else {"job": {"summary": summary, "steps": []}}
        text = json.dumps(answer).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
        return [text]


@pytest.fixture
def amplify(request: pytest.FixtureRequest) -> Iterator[tuple[Amplify, Any]]:
    server = HttpServer()
    service = Amplify(server.url, getattr(request, "param", "SUCCEED"))
    server.start(service)
    client = boto3.client(
        "amplify",
        endpoint_url=server.url,
        region_name="eu-west-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    yield service, client
    server.stop()


def test_a_build_is_handed_over_as_one_archive(
    publishing: ModuleType, amplify: tuple[Amplify, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "POLL_SECONDS", 0.01)
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("page", encoding="utf-8")
    (tmp_path / "assets" / "app.js").write_text("code", encoding="utf-8")
    content = publishing.archive(tmp_path)
    assert content == publishing.archive(tmp_path), "the same folder is the same archive"
    service, client = amplify
    assert publishing.publish(client, "app1", "main", content) == "7"
    assert zipfile.ZipFile(io.BytesIO(service.uploaded)).namelist() == ["assets/app.js", "index.html"]
    assert service.calls[:3] == [
        "POST /apps/app1/branches/main/deployments",
        "PUT /upload",
        "POST /apps/app1/branches/main/deployments/start",
    ]


@pytest.mark.parametrize("amplify", ["FAILED"], indirect=True)
def test_a_failed_deployment_is_said(
    publishing: ModuleType, amplify: tuple[Amplify, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "POLL_SECONDS", 0.01)
    with pytest.raises(publishing.PublishError, match="FAILED"):
        publishing.publish(amplify[1], "app1", "main", b"")


def test_what_the_stack_still_needs_is_said(publishing: ModuleType) -> None:
    outputs = {"WebAppUrl": "https://main.d1.amplifyapp.com"}
    first = publishing.still_needed(outputs, {"AppOrigin": "http://localhost:5173", "WebApiKey": ""}, "value")
    # The value: browsers send it, and an id opens nothing.
    assert first == ["AppOrigin=https://main.d1.amplifyapp.com", "WebApiKey=value"]
    done = {"AppOrigin": outputs["WebAppUrl"], "WebApiKey": "****"}
    assert publishing.still_needed(outputs, done, "value") == []


def write(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    node = shutil.which("node")
    if not node:
        pytest.skip("Node is not installed")
    (folder / "index.html").write_text(INDEX, encoding="utf-8")
    command = [node, str(ROOT / "frontend/scripts/write-config.mjs"), str(folder)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def policy_of(folder: Path) -> dict[str, str]:
    found = re.search(r'content="(default-src[^"]+)"', (folder / "index.html").read_text(encoding="utf-8"))
    assert found is not None
    return dict(part.split(" ", 1) for part in found[1].split("; "))


def test_a_build_names_its_own_hosts_and_no_others(tmp_path: Path) -> None:
    server = HttpServer()
    pool = UserPool(server.url, "https://app.example")
    server.start(pool)
    made = write(
        tmp_path,
        API_URL="https://a1.execute-api.eu-west-1.amazonaws.com/v1",
        STORE_URL="https://b.s3.eu-west-1.amazonaws.com https://b.s3-accelerate.amazonaws.com",
        WEB_API_KEY="key",
        SIGN_IN_AUTHORITY=pool.issuer,
        SIGN_IN_CLIENT_ID=pool.client_id,
    )
    server.stop()
    assert made.returncode == 0, made.stderr
    configuration = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    assert configuration == {
        "apiUrl": "https://a1.execute-api.eu-west-1.amazonaws.com/v1",
        "apiKey": "key",
        "signIn": {"authority": pool.issuer, "clientId": pool.client_id},
    }
    policy = policy_of(tmp_path)
    assert policy["connect-src"].split() == [
        "'self'",
        "https://a1.execute-api.eu-west-1.amazonaws.com",
        "https://b.s3.eu-west-1.amazonaws.com",
        "https://b.s3-accelerate.amazonaws.com",
        server.url,
    ]
    assert policy["form-action"] == "'self'"
    assert policy["default-src"] == "'none'"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"API_URL": "http://plain.example/v1", "STORE_URL": "https://b.s3.eu-west-1.amazonaws.com"},
        {"API_URL": "https://a.example/v1"},
        {"API_URL": "https://a.example/v1", "STORE_URL": "https://b.example", "SIGN_IN_AUTHORITY": "https://p.example"},
    ],
)
def test_a_build_without_its_addresses_fails(tmp_path: Path, environment: dict[str, str]) -> None:
    made = write(tmp_path, **environment)
    assert made.returncode == 1
    assert made.stderr
    assert not (tmp_path / "config.json").exists()
