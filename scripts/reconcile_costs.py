"""Compare what receipts estimated with what Lambda reported.

python scripts/reconcile_costs.py STACK [--hours 24]

Receipts are written inside the functions and can know neither the runtime's start-up nor failed attempts. Lambda's own
REPORT lines know both. For every function: invocations, billed and estimated seconds, and dollars of each. Reads the
functions' log groups and the receipts of the same hours; prints no job, no name and no text.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cvmaker_core.prices import lambda_usd

REPORT = re.compile(
    r"REPORT RequestId: \S+\s+Duration: (?P<ms>[\d.]+) ms\s+Billed Duration: (?P<billed>[\d.]+) ms\s+"
    r"Memory Size: (?P<memory>\d+) MB\s+Max Memory Used: (?P<peak>\d+) MB"
)
# Which function a receipt's stage ran in.
FUNCTION_OF_STAGE = {"readback": "parse"}


@dataclass
class Line:
    """One function: sums over the time looked at."""

    invocations: int = 0
    billed_ms: float = 0.0
    billed_usd: float = 0.0
    peak_mb: int = 0
    runs: int = 0
    estimated_ms: float = 0.0
    estimated_usd: float = 0.0


def reconcile(
    reports: Iterable[tuple[str, str]], receipts: Iterable[Mapping[str, Any]], architecture: str = "arm64"
) -> dict[str, Line]:
    """Sums by function.

    Parameters
    ----------
    reports
        Function (as `parse`, `record-failure`) and log line.
    receipts
        `data` of receipt.json.

    """
    lines: dict[str, Line] = defaultdict(Line)
    for function, text in reports:
        found = REPORT.search(text)
        if not found:
            continue
        line = lines[function]
        line.invocations += 1
        line.billed_ms += float(found["billed"])
        line.billed_usd += lambda_usd(float(found["billed"]), int(found["memory"]), architecture)
        line.peak_mb = max(line.peak_mb, int(found["peak"]))
    for receipt in receipts:
        for stage, cost in receipt["stages"].items():
            line = lines[FUNCTION_OF_STAGE.get(stage, stage)]
            line.runs += 1
            line.estimated_ms += cost["estimated_ms"]
            line.estimated_usd += lambda_usd(cost["estimated_ms"], cost["memory_mb"], architecture)
    return dict(lines)


def table(lines: Mapping[str, Line]) -> str:
    """The comparison, dearest first, with sums."""
    rows = [
        f"{'function':18}{'invoked':>9}{'billed s':>10}{'$':>11}{'in receipts':>13}{'est. s':>9}{'$':>11}{'peak MB':>9}"
    ]
    for name, line in sorted(lines.items(), key=lambda item: -item[1].billed_usd):
        rows.append(
            f"{name:18}{line.invocations:9}{line.billed_ms / 1000:10.1f}{line.billed_usd:11.6f}"
            f"{line.runs:13}{line.estimated_ms / 1000:9.1f}{line.estimated_usd:11.6f}{line.peak_mb:9}"
        )
    billed, estimated = (
        sum(getattr(line, name) for line in lines.values()) for name in ("billed_usd", "estimated_usd")
    )
    share = f"receipts explain {estimated / billed:.0%} of it" if billed else "nothing was billed"
    rows.append(f"billed ${billed:.6f}, estimated ${estimated:.6f}: {share}; the rest is start-up, retries, and")
    rows.append("functions that no receipt covers (intake, the API, the watchmen).")
    return "\n".join(rows)


def read_reports(logs: Any, stage_name: str, since: datetime) -> Iterator[tuple[str, str]]:
    """REPORT lines of all functions of a deployment."""
    prefix = f"/aws/lambda/cvmaker-{stage_name}-"
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
        for group in page["logGroups"]:
            name = group["logGroupName"]
            arguments = {"logGroupName": name, "filterPattern": "REPORT", "startTime": int(since.timestamp() * 1000)}
            for events in logs.get_paginator("filter_log_events").paginate(**arguments):
                for event in events["events"]:
                    yield name.removeprefix(prefix), event["message"]


def read_receipts(s3: Any, bucket: str, since: datetime) -> Iterator[dict[str, Any]]:
    """Receipts of jobs that ended in that time."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="jobs/"):
        for item in page.get("Contents", []):
            if item["Key"].endswith("/receipt.json") and item["LastModified"] >= since:
                body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
                yield json.loads(body)["data"]


def main() -> int:
    """Print the comparison for one stack."""
    sys.path.insert(0, str(Path(__file__).parent))
    from deployed_stack import Deployment, NotFoundError

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stack", help="name of the CloudFormation stack")
    parser.add_argument("--stage-name", default="dev", help="its parameter StageName")
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--architecture", default="arm64", choices=["arm64", "x86_64"])
    options = parser.parse_args()
    since = datetime.now(UTC) - timedelta(hours=options.hours)
    try:
        deployment = Deployment.named(options.stack)
    except NotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    reports = read_reports(deployment.client("logs"), options.stage_name, since)
    receipts = read_receipts(deployment.client("s3"), deployment.bucket, since)
    print(table(reconcile(reports, receipts, options.architecture)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
