"""The test after a deployment: one invented CV through the API as a browser sends it, then everything is deleted again.

    .venv/bin/python scripts/smoke.py --stack cvmaker-dev
    .venv/bin/python scripts/smoke.py --api https://….amazonaws.com/v1 --key …
    .venv/bin/python scripts/smoke.py --api http://127.0.0.1:8000/v1 --key …        # a local stack

Prints a line for each check with its time, and ends with status 1 at the first that does not hold.
"""

import argparse
import base64
import json
import os
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import urllib3

SAMPLES = Path(__file__).resolve().parents[1] / "tests" / "data" / "samples"
NAME_IN_SAMPLE = "Ada"


class CheckFailed(Exception):
    """What was expected and what came instead."""


class Caller:
    """Requests to the API as one owner: a browser that has just made its secret."""

    def __init__(self, api: str, key: str) -> None:
        self.api = api.rstrip("/")
        self.pool = urllib3.PoolManager(retries=False, timeout=30.0)
        self.headers = {"x-api-key": key, "Authorization": f"Bearer {new_secret()}", "Accept": "application/json"}

    def call(self, method: str, path: str, *, expect: int, body: Any = None) -> Any:
        """One request; the JSON of its answer."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {**self.headers, "Content-Type": "application/json"} if data else self.headers
        answer = self.pool.request(method, self.api + path, body=data, headers=headers)
        if answer.status != expect:
            raise CheckFailed(f"{method} {path}: {answer.status} instead of {expect}: {answer.data[:300]!r}")
        return json.loads(answer.data) if answer.data else None

    def upload(self, target: dict[str, Any], body: bytes) -> None:
        """A presigned form, as a browser fills it in."""
        answer = self.pool.request(
            "POST", target["url"], fields={**target["fields"], "file": ("file", body, "application/octet-stream")}
        )
        if answer.status != 204:
            raise CheckFailed(f"the upload was answered with {answer.status}: {answer.data[:300]!r}")

    def download(self, url: str) -> bytes:
        """What a link leads to."""
        answer = self.pool.request("GET", url)
        if answer.status != 200:
            raise CheckFailed(f"a link was answered with {answer.status}")
        return bytes(answer.data)


def new_secret() -> str:
    """32 random bytes, as the web app makes them."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def require(holds: bool, what: str) -> None:
    """Fail with `what` was expected."""
    if not holds:
        raise CheckFailed(what)


class Smoke:
    """The checks, in order; each uses what the ones before it left."""

    def __init__(self, api: str, key: str, *, patience: float) -> None:
        self.person = Caller(api, key)
        self.stranger = Caller(api, key)
        self.patience = patience
        self.job_id = ""
        self.view: dict[str, Any] = {}

    def healthy(self) -> None:
        """The API answers."""
        self.person.call("GET", "/health", expect=200)

    def uploads(self) -> None:
        """A CV and a posting are uploaded by presigned forms."""
        made = self.person.call(
            "POST",
            "/jobs",
            expect=201,
            body={"file": {"name": "smoke-test.pdf"}, "posting_file": {"name": "posting.txt"}, "use_ai": False},
        )
        self.job_id = made["job_id"]
        files = {"posting": SAMPLES / "platform-engineer.txt", "source": SAMPLES / "ada-jensen.pdf"}
        for target in made["uploads"]:
            self.person.upload(target, files[target["purpose"]].read_bytes())

    def finishes(self) -> None:
        """The job comes to its end, and the end is good."""
        deadline, pause = time.monotonic() + self.patience, 1.0
        while time.monotonic() < deadline:
            self.view = self.person.call("GET", f"/jobs/{self.job_id}", expect=200)
            if self.view["status"] in {"done", "failed"}:
                break
            time.sleep(pause)
            pause = min(pause * 1.5, 10.0)
        error = self.view.get("error") or {}
        require(self.view["status"] == "done", f"status {self.view['status']} {error.get('code', '')}".strip())

    def certified(self) -> None:
        """The certificate says that a robot reads the CV, and the PDF is one."""
        links = self.view["links"]
        certificate = json.loads(self.person.download(links["certificate.json"]["url"]))["data"]
        require(certificate["verdict"] in {"pass", "warn"}, f"verdict {certificate['verdict']}")
        require(self.person.download(links["cv.pdf"]["url"]).startswith(b"%PDF-"), "cv.pdf is a PDF")
        require(NAME_IN_SAMPLE.encode() in self.person.download(links["cv.txt"]["url"]), "cv.txt holds the name")
        receipt = json.loads(self.person.download(links["receipt.json"]["url"]))["data"]
        require(receipt["usd"]["total"] < 0.05, f"a job without a model costs {receipt['usd']['total']} USD")

    def private(self) -> None:
        """Somebody else does not see it, with the same words as for a job that never was."""
        theirs = self.stranger.call("GET", f"/jobs/{self.job_id}", expect=404)
        nobodys = self.stranger.call("GET", f"/jobs/{'0' * 32}", expect=404)
        require(theirs["code"] == nobodys["code"], "another owner's job is told from none")

    def deletes(self) -> None:
        """Deletion is accepted, and the job is gone at once."""
        self.person.call("DELETE", f"/jobs/{self.job_id}", expect=202)
        view = self.person.call("GET", f"/jobs/{self.job_id}", expect=200)
        require(view["status"] == "deleted" and not view["links"], "a deleted job shows nothing but that it is deleted")

    def checks(self) -> list[Callable[[], None]]:
        return [self.healthy, self.uploads, self.finishes, self.certified, self.private, self.deletes]

    def run(self) -> int:
        """All checks; 1 if one does not hold. What was uploaded is deleted either way."""
        for check in self.checks():
            began = time.monotonic()
            try:
                check()
            except (CheckFailed, urllib3.exceptions.HTTPError, KeyError, ValueError) as error:
                print(f"FAILED  {check.__doc__}  {type(error).__name__}: {error}", flush=True)
                self.clean_up()
                return 1
            print(f"ok {time.monotonic() - began:6.1f} s  {check.__doc__}", flush=True)
        return 0

    def clean_up(self) -> None:
        """Leave nothing behind."""
        if self.job_id:
            try:
                self.person.call("DELETE", f"/jobs/{self.job_id}", expect=202)
            except (CheckFailed, urllib3.exceptions.HTTPError):
                print(f"        the job {self.job_id} could not be deleted; it expires by itself", flush=True)


def address_of(stack: str) -> tuple[str, str]:
    """API address and key of a stack."""
    from deployed_stack import Deployment

    deployment = Deployment.named(stack)
    (key_id, *_) = deployment.resources("AWS::ApiGateway::ApiKey").values()
    key = deployment.client("apigateway").get_api_key(apiKey=key_id, includeValue=True)["value"]
    return deployment.outputs["ApiUrl"], str(key)


def main() -> int:
    """Read the command line and run the checks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", help="name of the CloudFormation stack")
    parser.add_argument("--api", help="address of the API, with its stage")
    parser.add_argument("--key", default=os.environ.get("CVMAKER_API_KEY", ""), help="API key (or CVMAKER_API_KEY)")
    parser.add_argument("--patience", type=float, default=300, help="seconds to wait for the job")
    arguments = parser.parse_args()
    if not arguments.stack and not arguments.api:
        parser.error("give --stack or --api")
    api, key = address_of(arguments.stack) if arguments.stack else (arguments.api, arguments.key)
    print(f"smoke test of {api}")
    return Smoke(api, key, patience=arguments.patience).run()


if __name__ == "__main__":
    sys.exit(main())
