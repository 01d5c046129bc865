"""Builds the web app for a deployed stack and publishes it on Amplify Hosting, without any repository access.

    .venv/bin/python scripts/publish_web_app.py --stack cvmaker-dev

Reads the stack's outputs and the value of the web app's API key, builds `frontend/` with them, and hands Amplify the
folder as one archive (a manual deployment). Says which parameters the stack still needs, so that CORS lets the app in
and its public key makes nobody an owner. Needs Node 20 and credentials that may read the stack, its API keys, and
deploy the Amplify app. Where `WebRepository` is set Amplify builds by itself, and this script is not needed.
"""

import argparse
import io
import os
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import boto3

ROOT = Path(__file__).parents[1]
FRONTEND = ROOT / "frontend"
POLL_SECONDS = 3.0
PATIENCE_SECONDS = 600.0


class PublishError(Exception):
    """What stands in the way, in words for the deployer."""


def stack_facts(cloudformation: Any, stack: str) -> tuple[dict[str, str], dict[str, str]]:
    """Outputs and parameters of a stack."""
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {item["OutputKey"]: item["OutputValue"] for item in described.get("Outputs", [])}
    parameters = {item["ParameterKey"]: item.get("ParameterValue", "") for item in described.get("Parameters", [])}
    return outputs, parameters


def web_api_key(gateway: Any, outputs: dict[str, str]) -> str:
    """Value of the stack's own API key, the public one. Keys of server clients are secrets and never looked at."""
    if "ApiKeyId" not in outputs:
        raise PublishError("The stack was deployed before it named its public key (output ApiKeyId): deploy it again.")
    return str(gateway.get_api_key(apiKey=outputs["ApiKeyId"], includeValue=True)["value"])


def build(outputs: dict[str, str], key: str) -> Path:
    """The front end for this deployment; returns its folder."""
    environment = {**os.environ, "API_URL": outputs["ApiUrl"], "STORE_URL": outputs["WebStoreUrl"], "WEB_API_KEY": key}
    if "SignInIssuer" in outputs:
        environment |= {"SIGN_IN_AUTHORITY": outputs["SignInIssuer"], "SIGN_IN_CLIENT_ID": outputs["SignInClientId"]}
    for command in (["npm", "ci"], ["npm", "run", "build"], ["node", "scripts/write-config.mjs", "dist"]):
        subprocess.run(command, cwd=FRONTEND, env=environment, check=True)
    return FRONTEND / "dist"


def archive(folder: Path) -> bytes:
    """The folder as a zip whose entries do not depend on when or where it was made."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), date_time=(2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, file.read_bytes())
    return target.getvalue()


def publish(amplify: Any, app: str, branch: str, content: bytes) -> str:
    """A manual deployment, to its end; returns its job id."""
    made = amplify.create_deployment(appId=app, branchName=branch)
    request = urllib.request.Request(made["zipUploadUrl"], data=content, method="PUT")
    request.add_header("Content-Type", "application/zip")
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS):
        pass
    job: str = made["jobId"]
    amplify.start_deployment(appId=app, branchName=branch, jobId=job)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        status = amplify.get_job(appId=app, branchName=branch, jobId=job)["job"]["summary"]["status"]
        if status == "SUCCEED":
            return job
        if status in {"FAILED", "CANCELLED"}:
            raise PublishError(f"Amplify says {status} of deployment {job}. See its log in the Amplify console.")
        time.sleep(POLL_SECONDS)
    raise PublishError(f"Amplify has not finished deployment {job} after {PATIENCE_SECONDS:.0f} s.")


def still_needed(outputs: dict[str, str], parameters: dict[str, str], key: str) -> list[str]:
    """Parameters that the stack lacks, as `sam deploy` takes them."""
    needed = []
    if parameters.get("AppOrigin") != outputs["WebAppUrl"]:
        needed.append(f"AppOrigin={outputs['WebAppUrl']}")
    # CloudFormation shows a NoEcho value as stars: only whether there is one can be told.
    given = parameters.get("WebApiKey", "")
    if given != key and set(given) != {"*"}:
        needed.append(f"WebApiKey={key}")
    return needed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--stack", required=True, help="name of the deployed stack")
    parser.add_argument("--region", help="its region; default: yours")
    parser.add_argument(
        "--if-manual", action="store_true", help="do nothing where there is no web app, or Amplify builds it by itself"
    )
    chosen = parser.parse_args(arguments)
    session = boto3.Session(region_name=chosen.region)
    try:
        outputs, parameters = stack_facts(session.client("cloudformation"), chosen.stack)
        if chosen.if_manual and ("WebAppId" not in outputs or parameters.get("WebRepository")):
            print("Nothing to publish: the stack has no web app, or Amplify builds it from its repository.")
            return 0
        if "WebAppId" not in outputs:
            raise PublishError("The stack has no web app: deploy it with the parameter WebHosting=on first.")
        if parameters.get("WebRepository"):
            raise PublishError("Amplify builds this app from its repository: push to it instead.")
        key = web_api_key(session.client("apigateway"), outputs)
        content = archive(build(outputs, key))
        job = publish(session.client("amplify"), outputs["WebAppId"], outputs["WebAppBranchName"], content)
    except PublishError as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"Published as deployment {job}: {outputs['WebAppUrl']}")
    needed = still_needed(outputs, parameters, key)
    if needed:
        print("The stack does not know the app yet. Deploy it once more with:")
        print(f"  --parameter-overrides {' '.join(needed)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
