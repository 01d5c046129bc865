"""The workflows, as an attacker would read them. zizmor, checkov and a schema look too (`make security`)."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_commit(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        used = re.search(r"uses: (\S+)(.*)", line)
        if used and not used[1].startswith("./"):
            assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40}", used[1]), line
            assert re.match(r" # v\d+\.\d+\.\d+$", used[2]), f"{line}: say which version that is"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_key_is_stored_and_nothing_may_write(path: Path) -> None:
    workflow = read(path)
    text = path.read_text(encoding="utf-8")
    assert workflow["permissions"] == {}, "each job asks for what it needs"
    assert "secrets." not in text
    assert "aws-access-key-id" not in text.lower()
    assert "pull_request_target" not in text
    for name, job in workflow["jobs"].items():
        rights = job["permissions"]
        assert rights["contents"] == "read"
        assert "write" not in {right for what, right in rights.items() if what != "id-token"}, name
        if "id-token" in rights:
            assert job["environment"] in {"dev", "prod"}, "a role is assumed in an environment only"
    for step in steps(workflow):
        assert "${{" not in step.get("run", ""), "no expression inside a script"
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_a_release_passes_through_dev_and_its_smoke_test() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "delivery.yml")["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"
    assert jobs["dev"]["needs"] == "test"
    assert jobs["prod"]["needs"] == "dev"
    for name in ("dev", "prod"):
        commands = [step["run"] for step in jobs[name]["steps"] if "run" in step]
        deployed = next(number for number, command in enumerate(commands) if " deploy " in command)
        assert commands[deployed + 1].startswith("make smoke"), "what was deployed is tried"
        assert not any("build" in command.split() for command in commands), "deploy what was tested"
    built = read(ROOT / ".github" / "workflows" / "test.yml")["jobs"]["build"]["strategy"]["matrix"]["architecture"]
    assert built == ["arm64", "x86_64"]


def test_make_knows_what_the_workflows_call() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    called = {
        target
        for path in WORKFLOWS
        for step in steps(read(path))
        for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
    }
    assert {"test", "security", "build", "sbom", "smoke"} <= called
    for target in called:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
