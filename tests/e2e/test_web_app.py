"""The web app in Chromium against the local stack: app, API and store on three origins, so that CORS is real.

The scenarios are in `web_app.mjs`; each is a test here. Skipped, with the reason printed, where Node, the front end's
packages or Chromium are missing.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cvmaker_local.stack import LocalStack

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"
SCENARIOS = Path(__file__).with_name("web_app.mjs")
SAMPLES = ROOT / "tests" / "data" / "samples"
NAMES = [
    line.split('"')[1] for line in SCENARIOS.read_text(encoding="utf-8").splitlines() if line.startswith('  async "')
]


def find_chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def missing() -> str | None:
    if not shutil.which("node"):
        return "Node is not installed"
    if not (FRONTEND / "node_modules").is_dir():
        return "the front end's packages are not installed (npm ci in frontend/)"
    if not find_chromium():
        return "Chromium is not installed (apt-get install chromium, or set CHROMIUM)"
    return None


def encrypted_pdf() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(SAMPLES / "ada-jensen.pdf"))
    writer.encrypt("secret", algorithm="AES-256")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def drop_from_the_console(stack: LocalStack) -> str:
    """What somebody does in the S3 console: a CV and a posting into one folder. Returns the finished job's id."""
    import boto3

    s3 = boto3.client(
        "s3", endpoint_url=stack.endpoint_url, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    for key, file in (("job.txt", "platform-engineer.txt"), ("My CV (new).pdf", "ada-jensen.pdf")):
        s3.put_object(Bucket=stack.bucket, Key=f"uploads/for fjordbank/{key}", Body=(SAMPLES / file).read_bytes())
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        listed = s3.list_objects_v2(Bucket=stack.bucket, Prefix="jobs/console/").get("Contents", [])
        certified = [item["Key"] for item in listed if item["Key"].endswith("/certificate.json")]
        if certified:
            job: str = certified[0].split("/")[2]
            assert f"jobs/console/{job}/cv.pdf" in {item["Key"] for item in listed}
            return job
        time.sleep(0.5)
    pytest.fail("the dropped CV was not made")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    reason = missing()
    if reason:
        pytest.skip(reason)
    from cvmaker_local.stack import LocalStack

    sources = [path for folder in ("src", "public") for path in (FRONTEND / folder).rglob("*") if path.is_file()]
    built = FRONTEND / "dist" / "index.html"
    if not built.exists() or max(path.stat().st_mtime for path in sources) > built.stat().st_mtime:
        subprocess.run(["npx", "vite", "build"], cwd=FRONTEND, check=True, capture_output=True)
    folder = tmp_path_factory.mktemp("web-app")
    (folder / "encrypted.pdf").write_bytes(encrypted_pdf())
    stack = LocalStack(
        ROOT / "template.yaml",
        folder / "data",
        parameters={"CreateUserPool": "on"},
        web_port=0,
        web_root=FRONTEND / "dist",
        vector_delay_seconds=0.1,
    )
    stack.start()
    try:
        console_job = drop_from_the_console(stack)
        options = {
            "console": console_job,
            "web": stack.web_url,
            "cv": str(SAMPLES / "ada-jensen.pdf"),
            "posting": str(SAMPLES / "platform-engineer.txt"),
            "encrypted": str(folder / "encrypted.pdf"),
            "downloads": str(folder),
            "modules": str(FRONTEND),
            "chromium": find_chromium(),
            "screenshots": os.environ.get("SCREENSHOTS"),
            "only": os.environ.get("SCENARIO"),
        }
        run = subprocess.run(
            ["node", str(SCENARIOS), json.dumps(options)], capture_output=True, text=True, timeout=600, check=False
        )
    finally:
        stack.stop()
    print(run.stdout)
    lines = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    return {
        "results": {line["scenario"]: line for line in lines if "scenario" in line},
        "figures": {line["figure"]: line["value"] for line in lines if "figure" in line},
        "folder": folder,
        "stderr": run.stderr[-2000:],
    }


@pytest.mark.parametrize("name", NAMES)
def test_scenario(outcome: dict[str, Any], name: str) -> None:
    result = outcome["results"].get(name)
    assert result is not None, f"did not run: {outcome['stderr']}"
    assert result["error"] is None, result["error"]


def test_the_downloaded_files_hold_the_edit(outcome: dict[str, Any]) -> None:
    import docx
    import pypdfium2

    folder: Path = outcome["folder"]
    document = pypdfium2.PdfDocument(folder / "cv.pdf")
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    assert "Zebulon Quartermain" in text
    assert "Zebulon Quartermain" in (folder / "cv.txt").read_text(encoding="utf-8")
    paragraphs = "\n".join(paragraph.text for paragraph in docx.Document(str(folder / "cv.docx")).paragraphs)
    assert "Zebulon Quartermain" in paragraphs
