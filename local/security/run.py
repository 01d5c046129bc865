"""Runs the security tools and compares what they find with what `explained.toml` explains.

    local/security.sh            # all tools
    local/security.sh checkov    # some of them

A finding that nobody explained fails; so does an explanation without a finding, because it would hide the next one.
"""

import fnmatch
import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".cvmaker" / "security" / "bin"
EXPLAINED = Path(__file__).parent / "explained.toml"
CODE = ("functions", "layers", "local", "scripts")


@dataclass(frozen=True)
class Finding:
    """`where` is a resource of the template, or a file of the repository."""

    tool: str
    check: str
    where: str
    text: str


@dataclass(frozen=True)
class Explanation:
    """Why findings of one check, at places that match a pattern, are no defects."""

    tool: str
    check: str
    where: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        return (self.tool, self.check) == (finding.tool, finding.check) and fnmatch.fnmatchcase(
            finding.where, self.where
        )


class ToolFailed(Exception):
    """A tool did not run to its end, so it cannot be said what it would have found."""


def output_of(*command: str | Path) -> str:
    """What a tool prints; its exit status only tells that it found something."""
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) and not done.stdout.strip():
        raise ToolFailed(f"{command[0]} ended with {done.returncode}: {done.stderr[-800:]}")
    return done.stdout


def read_json(text: str, tool: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ToolFailed(f"{tool} printed no JSON: {text[:300]}") from None


def checkov(*frameworks_and_places: str) -> Iterator[Finding]:
    report = read_json(
        output_of(TOOLS / "checkov", *frameworks_and_places, "--skip-download", "--quiet", "--output", "json"),
        "checkov",
    )
    for part in report if isinstance(report, list) else [report]:
        if not part.get("results") and part.get("passed", 0) == 0:
            raise ToolFailed(f"checkov looked at nothing: {frameworks_and_places}")
        for item in part["results"]["failed_checks"]:
            # A secret's "resource" is its hash; where it lies says more.
            is_secret = item["check_id"].startswith("CKV_SECRET")
            where = item["file_path"].lstrip("/") if is_secret else item["resource"]
            yield Finding("checkov-secrets" if is_secret else "checkov", item["check_id"], where, item["check_name"])


def template() -> Iterator[Finding]:
    """The template, as resources."""
    yield from checkov("--framework", "cloudformation", "--file", "template.yaml")


def workflows() -> Iterator[Finding]:
    """The workflows, three times: a schema, rules for permissions and pins, rules for injection."""
    yield from checkov("--framework", "github_actions", "--directory", ".github")
    text = output_of(TOOLS / "zizmor", "--offline", "--format", "json", ".github")
    for item in read_json(text, "zizmor"):
        place = item["locations"][0]["symbolic"]["key"]["Local"]["verbatim_path"]
        yield Finding("zizmor", item["ident"], place, item["desc"])
    for schema, files in (
        ("github-workflows", sorted((ROOT / ".github" / "workflows").glob("*.yml"))),
        ("dependabot", [ROOT / ".github" / "dependabot.yml"]),
    ):
        done = subprocess.run(
            [TOOLS / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            yield Finding("check-jsonschema", schema, ".github", done.stdout[-500:])


def secrets() -> Iterator[Finding]:
    """Keys and tokens that somebody committed, in files that git knows."""
    files = output_of("git", "ls-files", *CODE, "template.yaml", "samconfig.toml", "Makefile", ".github").split()
    arguments = [word for file in files if "/data/" not in file for word in ("--file", file)]
    yield from checkov("--framework", "secrets", *arguments)


def code() -> Iterator[Finding]:
    """Python, as bandit sees it (ruff's `S` rules, which run on each commit, are its translation)."""
    report = read_json(output_of(TOOLS / "bandit", "--quiet", "--recursive", *CODE, "--format", "json"), "bandit")
    if report["errors"]:
        raise ToolFailed(f"bandit could not read {report['errors'][0]['filename']}")
    for item in report["results"]:
        yield Finding("bandit", item["test_id"], item["filename"], f"line {item['line_number']}: {item['issue_text']}")


def cfn_lint() -> Iterator[Finding]:
    """cfn-lint with the serverless rules; its exceptions stand, with their reasons, in its own configuration."""
    command = (ROOT / ".venv" / "bin" / "cfn-lint", "--config-file", "tests/infrastructure/cfn-lint.yaml", "-f", "json")
    for item in read_json(output_of(*command), "cfn-lint"):
        yield Finding("cfn-lint", item["Rule"]["Id"], item["Filename"], item["Message"])


CHECKS: dict[str, Callable[[], Iterator[Finding]]] = {
    "template": template,
    "workflows": workflows,
    "secrets": secrets,
    "code": code,
    "cfn-lint": cfn_lint,
}
# What each check may explain; the others' explanations are not stale because they did not run.
TOOLS_OF = {
    "template": {"checkov"},
    "workflows": {"zizmor", "check-jsonschema"},
    "secrets": {"checkov-secrets"},
    "code": {"bandit"},
    "cfn-lint": {"cfn-lint"},
}


def read_explanations() -> list[Explanation]:
    data = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))
    return [Explanation(**item) for item in data["explained"]]


def judge(findings: list[Finding], explanations: list[Explanation]) -> tuple[list[Finding], list[Explanation]]:
    """Findings without an explanation, and explanations without a finding."""
    unexplained = [finding for finding in findings if not any(known.covers(finding) for known in explanations)]
    stale = [known for known in explanations if not any(known.covers(finding) for finding in findings)]
    return unexplained, stale


def main(names: list[str]) -> int:
    """Run the named checks (all without names); the number of problems."""
    findings: list[Finding] = []
    for name in names or list(CHECKS):
        found = list(CHECKS[name]())
        print(f"{name}: {len(found)} findings", flush=True)
        findings += found
    ran = set().union(*(TOOLS_OF[name] for name in names or CHECKS))
    unexplained, stale = judge(findings, [item for item in read_explanations() if item.tool in ran])
    for finding in unexplained:
        print(f"UNEXPLAINED {finding.tool} {finding.check} {finding.where}: {finding.text}")
    for known in stale:
        print(f"STALE {known.tool} {known.check} {known.where}: no finding needs this explanation any more")
    print(f"{len(findings)} findings, {len(unexplained)} unexplained, {len(stale)} stale explanations")
    return len(unexplained) + len(stale)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 99))
