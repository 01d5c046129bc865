"""Starts jobs again, for instance after a bad release. Stages whose inputs and code are unchanged are not paid again.

    .venv/bin/python scripts/run_again.py --stack cvmaker-prod --failed --since 2026-11-20 --dry-run
    .venv/bin/python scripts/run_again.py --stack cvmaker-prod --made-by render=4f1c2a9b7d10 --per-second 2

A job keeps its id and its links; its old files stand until the new ones replace them. Jobs that run, that are deleted,
or that were refused because of the document itself (not retryable) are left alone. An execution bears the job's id and
the attempt it makes, so that starting the same command again starts nothing twice.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from deployed_stack import Deployment, NotFoundError

# Where each stage's own record of the code that made its artefact lies.
ARTEFACT_OF = {
    "parse": "parsed.json",
    "analyze": "analysis.json",
    "embed": "evidence.json",
    "tailor": "tailored.json",
    "render": "resume.json",
    "readback": "readback.json",
    "certify": "certificate.json",
}


@dataclass(frozen=True)
class Selection:
    """Which jobs. Times are those of the job's end; `made_by` is stage and code version."""

    since: datetime | None = None
    until: datetime | None = None
    failed: bool = False
    made_by: tuple[str, str] | None = None


@dataclass(frozen=True)
class Job:
    """A job that is to run again."""

    owner: str
    job_id: str
    attempt: int

    @property
    def execution_name(self) -> str:
        """At most 80 characters, the same for the same attempt."""
        return f"{self.job_id[:60]}-again-{self.attempt}"


def ended_at(files: dict[str, Any]) -> datetime | None:
    """When the job ended, or None while it has no verdict."""
    verdict = files.get("certificate.json") or files.get("error.json")
    return verdict["LastModified"] if verdict else None


def code_of(document: dict[str, Any], stage: str) -> str:
    """The version of the code that made an artefact."""
    if stage == "render":  # a bare JSON Resume, which carries the record inside
        document = ((document.get("meta") or {}).get("cvmaker") or {}).get("artefact") or {}
    return str((document.get("inputs") or {}).get("code", ""))


def select(deployment: Deployment, wanted: Selection) -> Iterator[Job]:
    """The jobs that match, in key order."""
    for owner, job_id, files in deployment.jobs():
        end = ended_at(files)
        if end is None or "deleted.json" in files or "execution.json" not in files:
            continue
        if (wanted.since and end < wanted.since) or (wanted.until and end >= wanted.until):
            continue
        prefix = f"jobs/{owner}/{job_id}/"
        failed = "certificate.json" not in files
        if wanted.failed and not failed:
            continue
        if failed and not deployment.read_json(f"{prefix}error.json").get("retryable"):
            continue
        if wanted.made_by:
            stage, version = wanted.made_by
            name = ARTEFACT_OF[stage]
            if name not in files or code_of(deployment.read_json(prefix + name), stage) != version:
                continue
        claim = deployment.read_json(f"{prefix}execution.json")
        source = claim.get("source_key")
        if source and not any(item["Key"] == source for item in deployment.objects(source)):
            continue  # the upload has expired: nothing to read again
        yield Job(owner, job_id, int(claim.get("attempt", 1)) + 1)


def start(deployment: Deployment, job: Job) -> bool:
    """Start one job; False if this attempt was started before."""
    try:
        deployment.client("stepfunctions").start_execution(
            stateMachineArn=deployment.state_machine_arn,
            name=job.execution_name,
            input=json.dumps({"owner": job.owner, "job_id": job.job_id}),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
            return False
        raise
    return True


def run(deployment: Deployment, wanted: Selection, *, per_second: float, dry_run: bool) -> int:
    """Start all that match, no faster than asked; how many."""
    count = 0
    for job in select(deployment, wanted):
        if dry_run:
            print(f"would start  {job.job_id}  attempt {job.attempt}", flush=True)
        elif start(deployment, job):
            print(f"started  {job.job_id}  attempt {job.attempt}", flush=True)
            time.sleep(1 / per_second)
        else:
            print(f"started before  {job.job_id}  attempt {job.attempt}", flush=True)
            continue
        count += 1
    print(f"{count} jobs{' would start' if dry_run else ' started'}")
    return count


def moment(text: str) -> datetime:
    """A date or a time, UTC unless it says otherwise."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def maker(text: str) -> tuple[str, str]:
    """`stage=version`."""
    stage, _, version = text.partition("=")
    if stage not in ARTEFACT_OF or not version:
        raise argparse.ArgumentTypeError(f"give stage=version, with a stage of {', '.join(ARTEFACT_OF)}")
    return stage, version


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--since", type=moment, help="jobs that ended at this time or later")
    parser.add_argument("--until", type=moment, help="jobs that ended before this time")
    parser.add_argument("--failed", action="store_true", help="only jobs that failed")
    parser.add_argument("--made-by", type=maker, metavar="STAGE=VERSION", help="jobs with an artefact of this code")
    parser.add_argument("--per-second", type=float, default=1.0, help="most starts a second (default 1)")
    parser.add_argument("--dry-run", action="store_true")
    arguments = parser.parse_args()
    wanted = Selection(arguments.since, arguments.until, arguments.failed, arguments.made_by)
    if wanted == Selection():
        parser.error("say which jobs: --since, --until, --failed or --made-by")
    try:
        run(Deployment.named(arguments.stack), wanted, per_second=arguments.per_second, dry_run=arguments.dry_run)
    except NotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
