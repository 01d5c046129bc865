"""Writes the operations dashboard into template.yaml, from the functions and time-outs that stand there.

    .venv/bin/python scripts/generate_dashboard.py            # writes
    .venv/bin/python scripts/generate_dashboard.py --check    # exit status 1 when the template is out of step

One widget a line, so that a change reads as a change.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).resolve().parents[1] / "template.yaml"
BEGIN = "      # begin of what scripts/generate_dashboard.py writes\n"
END = "      # end of what scripts/generate_dashboard.py writes\n"
# In pipeline order; each is a dimension `stage` of our own metrics. Read back runs in Parse's function.
STAGES = ("parse", "analyze", "embed", "tailor", "render", "readback", "certify")
PIPELINE = ("Intake", "Parse", "Analyze", "Embed", "Tailor", "Render", "Certify", "RecordFailure")
BEHIND_THE_API = ("Authorizer", "Api", "Preview", "Proposals", "Search")
PAID = ("parse", "analyze", "embed", "tailor", "proposals")
OWN = "CvMaker/${StageName}"
WIDTH, HEIGHT, COLUMNS = 8, 6, 3


def graph(title: str, metrics: list[Any], *, stat: str = "Sum", **more: Any) -> dict[str, Any]:
    """One graph; `metrics` as CloudWatch's dashboards write them."""
    properties = {"title": title, "region": "${AWS::Region}", "view": "timeSeries", "period": 300, "stat": stat}
    return {"type": "metric", "properties": {**properties, "metrics": metrics, **more}}


def of_stages(metric: str, stages: tuple[str, ...] = STAGES) -> list[Any]:
    """One of our own metrics for each stage."""
    return [[OWN, metric, "service", "cvmaker", "stage", stage, {"label": stage}] for stage in stages]


def of_functions(metric: str, names: tuple[str, ...]) -> list[Any]:
    """One of Lambda's metrics for each function."""
    return [["AWS/Lambda", metric, "FunctionName", f"${{{name}Function}}", {"label": name}] for name in names]


def duration(name: str, seconds: int) -> dict[str, Any]:
    """p50 and p99 of one function against its time-out."""
    metric = ["AWS/Lambda", "Duration", "FunctionName", f"${{{name}Function}}"]
    line = {"horizontal": [{"label": "time-out", "value": seconds * 1000}]}
    series = [[*metric, {"stat": quantile, "label": quantile}] for quantile in ("p50", "p99")]
    return graph(f"{name}: duration (ms)", series, annotations=line)


def sections(timeouts: dict[str, int]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The whole dashboard: headings with their graphs."""
    machine = ["StateMachineArn", "${CvPipeline}"]
    api = ["ApiName", "cvmaker-${StageName}", "Stage", "v1"]
    queue = ["QueueName", "${UndeliveredEvents.QueueName}"]
    ends = ("ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")
    return [
        (
            "Jobs",
            [
                graph("Executions", [["AWS/States", name, *machine] for name in ends]),
                graph(
                    "Time of an execution (ms)",
                    [["AWS/States", "ExecutionTime", *machine, {"stat": s, "label": s}] for s in ("p50", "p95", "p99")],
                ),
                graph(
                    "Ends that are no success",
                    [
                        [OWN, name, "service", "cvmaker", {"label": label}]
                        for name, label in (
                            ("JobFailed", "failed (ours)"),
                            ("JobRefused", "refused document"),
                            ("OverdueJobs", "found by the sweeper"),
                        )
                    ],
                ),
                graph(
                    "Dead letters",
                    [
                        ["AWS/SQS", name, *queue]
                        for name in ("ApproximateNumberOfMessagesVisible", "NumberOfMessagesSent")
                    ],
                    stat="Maximum",
                ),
                graph("Money, by stage (USD a day)", of_stages("Usd", PAID), period=86400),
                graph("Tokens", of_stages("Tokens", ("analyze", "embed", "tailor")), period=3600),
            ],
        ),
        (
            "Stages: how many, how often wrong",
            [
                graph("Invocations", of_functions("Invocations", PIPELINE)),
                graph("Errors (refused documents too)", of_functions("Errors", PIPELINE)),
                graph("Failed attempts (ours)", of_stages("StageFailed", ("intake", *STAGES))),
                graph("Refused documents", of_stages("StageRefused", ("intake", *STAGES))),
                graph("Told to slow down by a provider", of_stages("StageThrottled", ("parse", "embed"))),
                graph("Throttled by Lambda", of_functions("Throttles", PIPELINE)),
                graph("Concurrent executions", of_functions("ConcurrentExecutions", PIPELINE), stat="Maximum"),
                graph("Cold starts", of_stages("ColdStart")),
                graph("Warnings to people", of_stages("Warnings")),
            ],
        ),
        (
            "Stages: how long",
            [
                *(duration(name, timeouts[name]) for name in PIPELINE),
                graph("Inside the stage, p95 (ms)", of_stages("Duration"), stat="p95"),
            ],
        ),
        (
            "What comes out",
            [
                graph(
                    "Confidence of reading (percent)",
                    of_stages("ParseConfidence", ("parse", "readback")),
                    stat="Average",
                ),
                graph(
                    "Proposals of the model",
                    [
                        [OWN, f"Proposals{what}", "service", "cvmaker", "stage", "tailor", {"label": what.lower()}]
                        for what in ("Accepted", "Rejected")
                    ],
                ),
                graph("Certificates that failed", of_stages("CertificateFailed", ("certify",))),
            ],
        ),
        (
            "API and web app",
            [
                graph("Requests and errors", [["AWS/ApiGateway", n, *api] for n in ("Count", "4XXError", "5XXError")]),
                graph(
                    "Latency (ms)",
                    [["AWS/ApiGateway", "Latency", *api, {"stat": s, "label": s}] for s in ("p50", "p95", "p99")],
                ),
                graph("Errors by function", of_functions("Errors", BEHIND_THE_API)),
                duration("Api", timeouts["Api"]),
                graph("API cache", [["AWS/ApiGateway", n, *api] for n in ("CacheHitCount", "CacheMissCount")]),
                # CloudFront reports from its own region, whatever ours is.
                graph(
                    "CloudFront: cache hits (percent)",
                    [["AWS/CloudFront", "CacheHitRate", "DistributionId", "${WebDistributionId}", "Region", "Global"]],
                    stat="Average",
                    region="us-east-1",
                ),
            ],
        ),
    ]


def dashboard(timeouts: dict[str, int]) -> list[dict[str, Any]]:
    """All widgets, placed."""
    widgets: list[dict[str, Any]] = []
    top = 0
    for heading, graphs in sections(timeouts):
        widgets.append(
            {"type": "text", "x": 0, "y": top, "width": 24, "height": 1, "properties": {"markdown": f"## {heading}"}}
        )
        top += 1
        for number, item in enumerate(graphs):
            place = {"x": number % COLUMNS * WIDTH, "y": top + number // COLUMNS * HEIGHT}
            widgets.append({"type": item["type"], **place, "width": WIDTH, "height": HEIGHT, **item})
        top += -(-len(graphs) // COLUMNS) * HEIGHT
    return widgets


def read_timeouts(template: dict[str, Any]) -> dict[str, int]:
    """Time-outs of the functions by short name (seconds)."""
    default = template["Globals"]["Function"]["Timeout"]
    return {
        name.removesuffix("Function"): resource["Properties"].get("Timeout", default)
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def render(text: str) -> str:
    """The template's text with the dashboard that belongs into it."""
    lines = [json.dumps(widget, separators=(",", ":")) for widget in dashboard(read_timeouts(yaml_parse(text)))]
    indent = " " * 8
    body = f'{indent}{{"periodOverride":"inherit","widgets":[\n' + ",\n".join(indent + line for line in lines) + "\n"
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}      DashboardBody: !Sub |\n{body}{indent}]}}\n{END}{after}"


def main() -> int:
    """Write or check; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 when out of step")
    chosen = parser.parse_args()
    text = TEMPLATE.read_text(encoding="utf-8")
    wanted = render(text)
    if chosen.check:
        return int(text != wanted)
    TEMPLATE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
