"""Scripts that change a deployment: what they touch and what they leave alone, through the real SDK over HTTP."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from clients import Clients, Limits  # noqa: E402
from deployed_stack import NotFoundError  # noqa: E402
from prune_versions import prunable, prune  # noqa: E402
from publish_web_app import PublishError, web_api_key  # noqa: E402


@pytest.fixture(scope="module")
def session() -> Iterator[tuple[boto3.Session, str]]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    made = boto3.Session(aws_access_key_id="operator", aws_secret_access_key="operator", region_name="eu-west-1")
    yield made, f"http://{host}:{port}"
    server.stop()


def client(session: tuple[boto3.Session, str], service: str) -> Any:
    return session[0].client(service, endpoint_url=session[1])


def a_function(session: tuple[boto3.Session, str], name: str, versions: int) -> Any:
    iam, functions = client(session, "iam"), client(session, "lambda")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17"}))
    for number in range(versions):
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as packed:
            packed.writestr("app.py", f"VERSION = {number}")
        if number == 0:
            functions.create_function(
                FunctionName=name,
                Runtime="python3.13",
                Role=role["Role"]["Arn"],
                Handler="app.handler",
                Code={"ZipFile": code.getvalue()},
            )
        else:
            functions.update_function_code(FunctionName=name, ZipFile=code.getvalue())
        functions.publish_version(FunctionName=name)
    return functions


def test_pruning_keeps_the_newest_and_what_aliases_point_at(session: tuple[boto3.Session, str]) -> None:
    functions = a_function(session, "render", versions=7)
    functions.create_alias(FunctionName="render", Name="live", FunctionVersion="2",
                           RoutingConfig={"AdditionalVersionWeights": {"4": 0.1}})  # fmt: skip
    assert prunable(functions, "render", keep=2) == ["1", "3", "5"]
    assert prune(functions, ["render"], 2, dry_run=True) == 3
    assert prunable(functions, "render", keep=2) == ["1", "3", "5"], "a dry run deletes nothing"
    assert prune(functions, ["render"], 2, dry_run=False) == 3
    left = {item["Version"] for item in functions.list_versions_by_function(FunctionName="render")["Versions"]}
    assert left == {"$LATEST", "2", "4", "6", "7"}
    assert prune(functions, ["render"], 2, dry_run=False) == 0


@pytest.fixture
def clients(session: tuple[boto3.Session, str]) -> Clients:
    gateway = client(session, "apigateway")
    api = gateway.create_rest_api(name="cvmaker")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    gateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    gateway.create_deployment(restApiId=api, stageName="v1")
    return Clients(gateway, api, "v1", f"{api}/client/")


def test_a_client_has_a_key_and_limits_of_its_own(clients: Clients) -> None:
    stacks_own = clients.gateway.create_usage_plan(name="the stack's own")["id"]
    first, second = clients.add("acme", Limits(per_second=5, per_day=200)), clients.add("other", Limits())
    assert first != second
    assert clients.plans().keys() == {"acme", "other"}
    plan = clients.plan("acme")
    assert (plan["throttle"]["rateLimit"], plan["quota"]["limit"], plan["quota"]["period"]) == (5, 200, "DAY")
    assert plan["apiStages"][0]["apiId"] == clients.api_id
    with pytest.raises(NotFoundError, match="already"):
        clients.add("acme", Limits())

    clients.limit("acme", Limits(per_day=50))
    assert int(clients.plan("acme")["quota"]["limit"]) == 50
    assert float(clients.plan("acme")["throttle"]["rateLimit"]) == 5, "what was not named stays"

    (key,) = clients.keys(clients.plan("acme"))
    clients.revoke("acme")
    assert clients.plans().keys() == {"other"}
    assert key not in {item["id"] for item in clients.gateway.get_api_keys()["items"]}
    assert clients.gateway.get_usage_plan(usagePlanId=stacks_own)["name"] == "the stack's own"
    with pytest.raises(NotFoundError):
        clients.revoke("acme")


def test_the_published_key_is_the_stacks_own_and_never_a_clients(clients: Clients) -> None:
    secret = clients.add("first in the list", Limits())
    own = clients.gateway.create_api_key(name="the stack's own", enabled=True)
    published = web_api_key(clients.gateway, {"ApiKeyId": own["id"]})
    assert published == own["value"] != secret
    with pytest.raises(PublishError, match="ApiKeyId"):
        web_api_key(clients.gateway, {})


@pytest.mark.parametrize(
    "script",
    sorted(path.name for path in (ROOT / "scripts").glob("*.py") if "__main__" in path.read_text(encoding="utf-8")),
)
def test_asking_for_help_does_nothing_but_help(script: str) -> None:
    command = [sys.executable, str(ROOT / "scripts" / script), "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage:")
