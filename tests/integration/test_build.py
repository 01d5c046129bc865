"""What `sam build` makes is what runs: both architectures built, this machine's run on the runtime's own Python."""

import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cvmaker_core.schema.jobs import JobReference
from cvmaker_local.pipeline_run import PipelineRun
from pipeline_support import ROOT, SAMPLES, Pipeline
from samtranslator.yaml_helper import yaml_parse

BUILD = ROOT / ".aws-sam" / "build"
RUNTIME = re.search(r"Runtime: python([\d.]+)", (ROOT / "template.yaml").read_text())[1]  # type: ignore[index]
LIMIT_BYTES = 250 * 1024 * 1024  # Lambda's quota for a function with its layers, unzipped
ENVIRONMENT_MARKS = {"arm64": b"\xb7\x00", "x86_64": b"\x3e\x00"}  # e_machine of ELF: EM_AARCH64, EM_X86_64


def runtime_python() -> Path | None:
    done = subprocess.run(
        [str(ROOT / "local" / "find_python.sh"), RUNTIME], capture_output=True, text=True, check=False
    )
    return Path(done.stdout.strip()) if done.returncode == 0 else None


def build(architecture: str) -> None:
    done = subprocess.run(
        [str(ROOT / "local" / "build.sh"), architecture], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_it_builds_for(architecture: str) -> None:
    """x86_64 comes last and stays for the tests below."""
    build(architecture)
    machines = {path.read_bytes()[18:20] for path in BUILD.rglob("*.so*") if path.read_bytes()[:4] == b"\x7fELF"}
    assert machines == {ENVIRONMENT_MARKS[architecture]}, "a library of another architecture is in the package"
    parameter = yaml_parse((BUILD / "template.yaml").read_text())["Parameters"]["FunctionArchitecture"]
    assert (parameter["Default"], parameter["AllowedValues"]) == (architecture, [architecture]), "nothing else runs"
    assert list((BUILD / "CoreLayer").rglob("_pydantic_core*.so"))
    core, weasyprint = size(BUILD / "CoreLayer"), size(BUILD / "WeasyPrintLayer")
    for folder in BUILD.iterdir():
        if "Function" in folder.name:
            assert size(folder) + core + (weasyprint if folder.name.startswith("Render") else 0) < LIMIT_BYTES


@pytest.mark.skipif(runtime_python() is None, reason=f"Python {RUNTIME}, Lambda's runtime, is not on this machine")
def test_every_module_has_byte_code_that_cannot_run_stale() -> None:
    """Made by the runtime's own version, and checked by the hash of its source (PEP 552: flags 0b11)."""
    tag = f"cpython-{RUNTIME.replace('.', '')}"
    missing, unchecked = [], []
    for source in BUILD.rglob("*.py"):
        compiled = source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc"
        if not compiled.exists():
            missing.append(source)
        elif compiled.read_bytes()[4:8] != b"\x03\x00\x00\x00":
            unchecked.append(source)
    # Templates of code generators and tests of packages may hold what no interpreter compiles.
    assert len(missing) < 5, missing[:10]
    assert not unchecked


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the artefacts built last are for x86_64")
@pytest.mark.skipif(runtime_python() is None, reason=f"Python {RUNTIME}, Lambda's runtime, is not on this machine")
def test_every_built_function_runs_a_whole_job_on_the_runtimes_python() -> None:
    site = ROOT / ".cvmaker" / f"runtime-{RUNTIME}"
    if not site.exists():  # what the managed runtime itself brings
        versions = [
            line
            for line in (ROOT / "requirements-dev.txt").read_text().splitlines()
            if line.startswith(("boto3==", "awslambdaric=="))
        ]
        subprocess.run(
            [
                sys.executable,
                "-m",
                "uv",
                "pip",
                "install",
                "--quiet",
                "--python-version",
                RUNTIME,
                "--target",
                str(site),
                *versions,
            ],
            check=True,
        )
    with PipelineRun(BUILD / "template.yaml", python=runtime_python(), runtime_site=site) as run:
        pipeline = Pipeline(run)
        job = pipeline.submit(SAMPLES / "ada-jensen.pdf", posting=(SAMPLES / "platform-engineer.txt").read_text())
        assert pipeline.finish(job) == "done", pipeline.json(job, "error.json")
        assert isinstance(job, JobReference)
        for function in (
            "AuthorizerFunction",
            "ApiFunction",
            "PreviewFunction",
            "ProposalsFunction",
            "SearchFunction",
            "EraseFunction",
            "SweeperFunction",
        ):
            result = run.stack.invoke(function, {})
            assert result.error_type != "Runtime.ImportModuleError", result.payload
