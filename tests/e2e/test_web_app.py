"""The web app in Chromium against the local stack: app, API and store on three origins, so that CORS is real.

The scenarios are in `web_app.mjs`; each is a test here. Skipped, with the reason printed, where Node, the front end's
packages or Chromium are missing.
"""

import io
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

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
        options = {
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
            ["node", str(SCENARIOS), json.dumps(options)], capture_output=True, text=True, timeout=480, check=False
        )
    finally:
        stack.stop()
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
