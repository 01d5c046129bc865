"""What somebody who helps needs to know of one job, in one file, without anything that says who it is about.

    .venv/bin/python scripts/support_bundle.py --stack cvmaker-prod JOB_ID

Writes `support-<job id>.json`: status, files, history, times, errors, versions, log lines. Nothing is copied: every
value is taken by name from a list of harmless ones (codes, numbers, times, hashes), so that a field added to an
artefact tomorrow stays out until somebody puts it on the list. No owner, no file name,
no text, no message to the person.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from cvmaker_core.job_status import derive_status
from deployed_stack import Deployment, NotFoundError

ROOT = Path(__file__).resolve().parents[1]
ARTEFACTS = (
    *("parsed.json", "analysis.json", "evidence.json", "tailored.json"),
    *("readback.json", "certificate.json", "receipt.json"),
)
USAGE = ("estimated_ms", "memory_mb", "peak_memory_mb", "cold", "reused", "tokens", "requests", "usd")
CLAIM = ("attempt", "claimed_at", "deadline", "kind", "has_posting", "source_bytes", "source_format")
REQUEST = ("kind", "template", "use_ai", "max_usd", "page_target", "as_of")
LOGGED = (
    *("level", "location", "stage", "attempt", "execution", "code", "ms", "reused", "requests", "error_type"),
    *("reason", "outcome", "status", "route", "method", "xray_trace_id"),
)
# A code, a number, a time, a hash: what a value on the lists above may look like. No spaces: no words of anybody.
HARMLESS = re.compile(r"[A-Za-z0-9/{][A-Za-z0-9_.:+/{}-]{0,199}")
PLACE = re.compile(r"[\w.-]+\.py:\d+ [\w<>]+")
# Also by a name given to one of them, as where the level is chosen first.
LOGGED_MESSAGE = re.compile(r"(?:logger\.(?:info|warning|error|exception)|(?<![.\w])write)\(\s*\"([^\"{}]*)\"")
FILE_NAMES = re.compile(r"[a-z-]+\.(?:json|pdf|html|docx|txt|md)")


@cache
def own_messages() -> frozenset[str]:
    """What our own code says in log lines, read from the code; any other line is named by its place alone."""
    found: set[str] = set()
    for folder in ("functions", "layers"):
        for path in (ROOT / folder).rglob("*.py"):
            found.update(LOGGED_MESSAGE.findall(path.read_text(encoding="utf-8")))
    return frozenset(found)


def harmless(value: Any) -> Any:
    """Numbers and truth values as they are; strings only where they look like a code; containers of such."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if HARMLESS.fullmatch(value) else "(left out)"
    if isinstance(value, list):
        return [harmless(item) for item in value[:20]]
    if isinstance(value, dict):
        return {str(name): harmless(item) for name, item in value.items() if HARMLESS.fullmatch(str(name))}
    return "(left out)"


def chosen(document: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The named fields that are there."""
    return {name: harmless(document[name]) for name in names if name in document}


def codes(items: Any) -> list[str]:
    """Codes of a list of warnings or checks."""
    return [str(harmless(item.get("code", ""))) for item in items or [] if isinstance(item, dict)]


class SupportBundle:
    """Collects one job's bundle; a part that cannot be read says why and does not stop the others."""

    def __init__(self, deployment: Deployment, job_id: str) -> None:
        self.deployment = deployment
        self.job_id = job_id
        self.owner = deployment.owner_of(job_id)
        self.prefix = f"jobs/{self.owner}/{job_id}/"
        self.files = {item["Key"].removeprefix(self.prefix): item for item in deployment.objects(self.prefix)}

    def collect(self) -> dict[str, Any]:
        """The whole bundle."""
        claim = self._document("execution.json")
        request = self._document("request.json")
        error = self._document("error.json")
        status = derive_status(
            set(self.files), has_posting=bool(claim.get("has_posting")), kind=str(claim.get("kind", "upload"))
        )
        parts = {
            "artefacts": lambda: {name: self.artefact(name) for name in ARTEFACTS if name in self.files},
            "execution": lambda: self.execution(str(claim.get("execution_arn", ""))),
            "functions": self.functions,
            "logs": self.logs,
        }
        return {
            "job_id": self.job_id,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "stack": harmless(self.deployment.name),
            "status": status,
            "request": chosen(request, REQUEST),
            "claim": chosen(claim, CLAIM),
            "error": chosen(error, ("stage", "code", "retryable")),
            "files": {
                name: {"bytes": item["Size"], "written_at": item["LastModified"].isoformat()}
                for name, item in sorted(self.files.items(), key=lambda pair: pair[1]["LastModified"])
                if FILE_NAMES.fullmatch(name)
            },
            **{name: self._attempt(part) for name, part in parts.items()},
        }

    def _attempt(self, part: Any) -> Any:
        try:
            return part()
        except (ClientError, BotoCoreError) as error:
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            return {"not_read": harmless(code)}

    def _document(self, name: str) -> dict[str, Any]:
        if name not in self.files:
            return {}
        try:
            found = self.deployment.read_json(self.prefix + name)
        except (ClientError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def artefact(self, name: str) -> dict[str, Any]:
        """Who made it, from what, at what cost, with which warnings; never its data."""
        envelope = self._document(name)
        summary = {
            "schema_version": harmless(envelope.get("schema_version")),
            "engine": harmless(envelope.get("engine") or {}),
            "inputs": harmless(envelope.get("inputs") or {}),
            "usage": chosen(envelope.get("usage") or {}, USAGE),
            "warnings": codes(envelope.get("warnings")),
        }
        data = envelope.get("data") or {}
        if name == "certificate.json":
            summary["verdict"] = harmless(data.get("verdict"))
            summary["failed_checks"] = codes([item for item in data.get("checks", []) if not item.get("ok")])
            summary["fields_not_read"] = sum(not item.get("ok") for item in (data.get("fields") or {}).values())
        if name == "receipt.json":
            summary["usd"] = harmless(data.get("usd"))
        return summary

    def execution(self, arn: str) -> dict[str, Any]:
        """The execution's end and its history: states, times, names of errors; no input, no output, no cause."""
        if not arn:
            return {"not_read": "no claim"}
        steps = self.deployment.client("stepfunctions")
        described = steps.describe_execution(executionArn=arn)
        events = []
        for page in steps.get_paginator("get_execution_history").paginate(executionArn=arn):
            for event in page["events"]:
                details: dict[str, Any] = next(
                    (value for key, value in event.items() if key.endswith("EventDetails")), {}
                )
                entry = {"at": event["timestamp"].isoformat(), "type": event["type"]}
                entry |= {name: harmless(details[name]) for name in ("name", "error") if name in details}
                events.append(entry)
        stopped = described.get("stopDate")
        return {
            "name": arn.rsplit(":", 1)[-1],
            "status": described["status"],
            "started_at": described["startDate"].isoformat(),
            "ended_at": stopped.isoformat() if stopped else None,
            "history": events,
        }

    def functions(self) -> dict[str, Any]:
        """Which code the aliases point to now."""
        client = self.deployment.client("lambda")
        found = {}
        for logical, physical in sorted(self.deployment.resources("AWS::Lambda::Function").items()):
            configuration = client.get_function_configuration(FunctionName=physical, Qualifier="live")
            found[logical] = chosen(
                configuration, ("Version", "CodeSha256", "LastModified", "MemorySize", "Timeout", "Runtime")
            )
        return found

    def logs(self) -> list[dict[str, Any]]:
        """The job's log lines, of the day around its last file, field by field."""
        times = [item["LastModified"] for item in self.files.values()]
        if not times:
            return []
        client = self.deployment.client("logs")
        window = {
            "startTime": int((min(times) - timedelta(hours=1)).timestamp() * 1000),
            "endTime": int((max(times) + timedelta(hours=1)).timestamp() * 1000),
        }
        lines = []
        for group in sorted(self.deployment.resources("AWS::Logs::LogGroup").values()):
            pages = client.get_paginator("filter_log_events").paginate(
                logGroupName=group, filterPattern=f'"{self.job_id}"', **window
            )
            for page in pages:
                lines += [log_line(event, group) for event in page["events"]]
        return sorted(lines, key=lambda line: str(line["at"]))


def log_line(event: dict[str, Any], group: str) -> dict[str, Any]:
    """The harmless fields of a log line."""
    line: dict[str, Any] = {"at": datetime.fromtimestamp(event["timestamp"] / 1000, UTC).isoformat(), "group": group}
    try:
        document = json.loads(event["message"])
    except ValueError:
        return line
    if not isinstance(document, dict):
        return line
    if document.get("message") in own_messages():
        line["message"] = document["message"]
    places = [place for place in document.get("error_place") or [] if PLACE.fullmatch(str(place))]
    if places:
        line["error_place"] = places
    return {**line, **chosen(document, LOGGED)}


def main() -> int:
    """Write the bundle."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job_id")
    parser.add_argument("--stack", required=True)
    parser.add_argument("--out", type=Path, default=Path())
    arguments = parser.parse_args()
    try:
        bundle = SupportBundle(Deployment.named(arguments.stack), arguments.job_id).collect()
    except NotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    path: Path = arguments.out / f"support-{arguments.job_id}.json"
    path.write_text(json.dumps(bundle, indent=1) + "\n", encoding="utf-8")
    print(f"{path}: status {bundle['status']}, {len(bundle['files'])} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
