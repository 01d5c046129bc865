"""Each function is a room of its own: what it may import, and what its import may cost."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cvmaker_local.dependencies import link_distributions

ROOT = Path(__file__).resolve().parents[2]
HANDLERS = sorted(
    path
    for folder in (ROOT / "functions").iterdir()
    if folder.is_dir()
    for path in folder.glob("*.py")
    if "def handler" in path.read_text() or "handler =" in path.read_text()
)
HEAVY = {
    "boto3",
    "openai",
    "pinecone",
    "weasyprint",
    "pdfplumber",
    "pypdfium2_raw",
    "docx",
    "pypdf",
    "numpy",
    "jinja2",
    "PIL",
    "cryptography",
}
# Heavy packages a handler may import at once, because every call needs them; all others are lazy.
NEEDED = {"api": {"boto3"}, "render": {"weasyprint", "jinja2", "PIL", "docx"}, "parse": {"pypdfium2_raw"}}
PACKAGES = {
    folder.name: {p.name for p in folder.iterdir() if (p / "__init__.py").exists()}
    for folder in (ROOT / "functions").iterdir()
    if folder.is_dir()
}


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", HANDLERS, ids=name_of)
def test_an_import_pulls_in_no_sdk_it_does_not_need(path: Path, tmp_path: Path) -> None:
    folder = path.parent
    files = [folder / "requirements.txt", ROOT / "layers" / "core" / "requirements.txt"]
    site = link_distributions(files, tmp_path, folder.name)
    code = f"import sys, json; import {path.stem}; print(json.dumps(sorted(n for n in sys.modules if '.' not in n)))"
    search = [folder, ROOT / "layers" / "core", ROOT / "layers" / "weasyprint", site]
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={
            "PYTHONPATH": ":".join(map(str, search)),
            "DOCUMENTS_BUCKET": "b",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-1500:]
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert loaded & HEAVY <= NEEDED.get(folder.name, set())


@pytest.mark.parametrize("room", sorted(PACKAGES))
def test_no_function_imports_another(room: str) -> None:
    foreign = set().union(*(names for other, names in PACKAGES.items() if other != room))
    for path in (ROOT / "functions" / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] not in foreign, f"{path.relative_to(ROOT)} imports {name}"
                assert not name.startswith("cvmaker_local"), f"{path.relative_to(ROOT)} knows the local stack"


@pytest.mark.parametrize("room", sorted(PACKAGES))
def test_logic_knows_no_aws(room: str) -> None:
    for package in PACKAGES[room]:
        for path in (ROOT / "functions" / room / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not any(name.split(".")[0] in {"boto3", "botocore"} for name in names), path


def test_every_function_of_the_template_has_a_handler_and_a_sample_event() -> None:
    from samtranslator.yaml_helper import yaml_parse

    resources = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]
    samples = {path.stem for path in (ROOT / "events").glob("*.json")}
    for name, resource in resources.items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = resource["Properties"]
        module = properties.get("Handler", "app.handler").split(".")[0]
        assert (ROOT / properties["CodeUri"] / f"{module}.py").exists(), name
        word = "".join(f"_{c.lower()}" if c.isupper() else c for c in name.removesuffix("Function")).lstrip("_")
        assert any(sample.startswith((word, word.rstrip("s"))) for sample in samples), f"no events/{word}*.json"
