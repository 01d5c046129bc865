"""Cost per CV at 100, 10,000 and 1,000,000 a month, and the memory curve, from one measured job.

python -m benchmarks.cost [--runs 3] [--write]

Measured on this machine: processor time and peak memory of each function for the sample CV and posting, requests by
kind (the receipt's own), transitions, log and result bytes, and what is sent to the model. Lambda grants a function
MemorySize/1769 of a processor (AWS: "Configure Lambda function memory"), so a duration is the processor time divided by
that share (one processor at most: each stage computes in one thread), plus waiting. Waiting and the length of a model's
answer cannot be measured here: --s3-milliseconds, --model-seconds and --answer-tokens say what is assumed of them.
--write puts the tables into docs/cost.md.
"""

import argparse
import json
import re
import statistics
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cvmaker_core.observability import STAGE_METRICS
from cvmaker_core.prices import lambda_usd, model_price, price_table, requests_usd
from cvmaker_local.http_server import HttpServer
from cvmaker_local.pipeline_run import ROOT, SAMPLES, PipelineRun
from cvmaker_local.runtime_host import InvokeResult
from samtranslator.yaml_helper import yaml_parse

sys.path.insert(0, str(ROOT / "tests"))
from doubles.providers_application import ProvidersApplication
from pipeline_support import Pipeline

from benchmarks.processor_time import processor_milliseconds

VOLUMES = (100, 10_000, 1_000_000)
MEMORIES = (256, 512, 1024, 1769, 3008)
FULL_PROCESSOR_MB = 1769
CHARACTERS_PER_TOKEN = 4  # OpenAI's rule of thumb for English
# Of one person: the page polls until the job is done, then asks for a few files and a preview.
API_REQUESTS_PER_CV = 25
SWEEPS_PER_MONTH = 30 * 24 * 12
STAGES = ("Intake", "Parse", "Analyze", "Embed", "Tailor", "Render", "Certify")
WAITS_FOR_MODEL = ("Analyze", "Tailor")
DOCUMENT = ROOT / "docs" / "cost.md"
HERE = Path(__file__).resolve().parent


@dataclass
class Measured:
    """One warm job, in medians over the runs."""

    processor_ms: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)
    memory_mb: dict[str, int] = field(default_factory=dict)
    invocations: dict[str, int] = field(default_factory=dict)
    s3_requests: dict[str, int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    log_bytes: int = 0
    result_bytes: int = 0
    input_tokens: dict[str, float] = field(default_factory=dict)
    output_tokens: dict[str, float] = field(default_factory=dict)


class Meter:
    """Processor time of every warm invocation."""

    def __init__(self, run: PipelineRun) -> None:
        self.host = run.stack.host
        self.spent: dict[str, list[float]] = defaultdict(list)
        self.peak: dict[str, float] = defaultdict(float)
        self._invoke = self.host.invoke
        self.host.invoke = self._metered  # type: ignore[method-assign]

    def _metered(self, name: str, payload: Any) -> InvokeResult:
        pool = self.host.pool(name)
        before = {p.process.pid: processor_milliseconds(p.process.pid) for p in pool.processes() if p.alive}
        result = self._invoke(name, payload)
        after = {p.process.pid: processor_milliseconds(p.process.pid) for p in pool.processes() if p.alive}
        stage = pool.configuration.logical_id.removesuffix("Function")
        self.peak[stage] = max(self.peak[stage], result.memory_mb)
        if not result.cold:
            self.spent[stage].append(sum(after[pid] - before.get(pid, after[pid]) for pid in after))
        return result


def measure(runs: int) -> Measured:
    """Run the sample job: once to warm up, then `runs` times."""
    found = Measured()
    providers = ProvidersApplication()
    server = HttpServer()
    sizes: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def listening(environ: dict[str, Any], start_response: Any) -> Any:
        before = dict(providers.answered)
        body = b"".join(providers(environ, start_response))
        name = next((kind for kind, count in providers.answered.items() if count != before.get(kind, 0)), "")
        sizes[name].append((int(environ.get("CONTENT_LENGTH") or 0), len(body)))
        return [body]

    server.start(listening)
    posting = (SAMPLES / "platform-engineer.txt").read_text(encoding="utf-8")
    with PipelineRun(
        openai_api_key="sk-double",
        openai_base_url=f"{server.url}/v1",
        pinecone_api_key="",
        maximum_concurrency=1,
        parameters={"OpenAiModel": "gpt-4.1-mini"},
    ) as run:
        pipeline, meter = Pipeline(run), Meter(run)
        for _ in range(runs + 1):
            job = pipeline.submit(SAMPLES / "ada-jensen.pdf", posting=posting)
            if pipeline.finish(job) != "done":
                raise SystemExit("the sample job failed")
            run.stack.wait_for_executions()
        receipt = pipeline.json(job, "receipt.json")["data"]
        found.requests = dict(receipt["requests"])
        found.log_bytes = sum(len(line) + 1 for line in run.stack.logs(job.job_id))
        found.result_bytes = sum(run.stack.job_files(job.owner, job.job_id).values())
        for stage in STAGES:
            configuration = run.stack.host.pool(f"{stage}Function").configuration
            found.memory_mb[stage] = configuration.memory_mb
            calls = meter.spent[stage]
            per_job = 2 if stage == "Parse" else 1  # Parse reads the CV, then reads ours back
            found.invocations[stage] = per_job
            found.processor_ms[stage] = statistics.median(calls) * per_job
            found.peak_mb[stage] = meter.peak[stage]
        found.s3_requests = s3_requests(pipeline, job)
        for name, pairs in sizes.items():
            found.input_tokens[name] = statistics.median(sent for sent, _ in pairs) / CHARACTERS_PER_TOKEN
            found.output_tokens[name] = statistics.median(got for _, got in pairs) / CHARACTERS_PER_TOKEN
    server.stop()
    return found


def s3_requests(pipeline: Pipeline, job: Any) -> dict[str, int]:
    """S3 calls of each stage, from its envelope: what it waits for."""
    names = {"Parse": "parsed.json", "Analyze": "analysis.json", "Embed": "evidence.json", "Tailor": "tailored.json"}
    names["Certify"] = "certificate.json"
    usages = {stage: pipeline.json(job, name)["usage"] for stage, name in names.items()}
    usages["Render"] = pipeline.json(job, "resume.json")["meta"]["cvmaker"]["artefact"]["usage"]
    found = {
        stage: sum(usage["requests"].get(kind, 0) for kind in ("s3_put", "s3_get")) for stage, usage in usages.items()
    }
    found["Parse"] += sum(
        pipeline.json(job, "readback.json")["usage"]["requests"].get(kind, 0) for kind in ("s3_put", "s3_get")
    )
    found["Intake"] = 8  # its own listing, request, claim and reminder: it writes no envelope
    return found


def duration_ms(found: Measured, stage: str, memory: int, waits: argparse.Namespace) -> float:
    """What Lambda would bill for a stage of one job."""
    share = min(1.0, memory / FULL_PROCESSOR_MB)
    waiting = found.s3_requests[stage] * waits.s3_milliseconds
    if stage in WAITS_FOR_MODEL and not waits.without_model:
        waiting += waits.model_seconds * 1000
    return found.processor_ms[stage] / share + waiting


def memory_curve(found: Measured, waits: argparse.Namespace) -> str:
    """Duration and price of each stage at each memory size."""
    lines = [
        "| Stage | processor ms | peak MB | " + " | ".join(f"{size} MB" for size in MEMORIES) + " | chosen |",
        "|---|---:|---:|" + "---:|" * len(MEMORIES) + "---:|",
    ]
    for stage in STAGES:
        cells = []
        for size in MEMORIES:
            if size < found.peak_mb[stage] * 1.1:
                cells.append("too small")
                continue
            milliseconds = duration_ms(found, stage, size, waits)
            cells.append(f"{milliseconds:.0f} ms, {lambda_usd(milliseconds, size, 'arm64') * 1e6:.1f} µ$")
        row = f"| {stage} | {found.processor_ms[stage]:.0f} | {found.peak_mb[stage]:.0f} | " + " | ".join(cells)
        lines.append(f"{row} | {found.memory_mb[stage]} MB |")
    return "\n".join(lines)


def per_cv(found: Measured, waits: argparse.Namespace) -> dict[str, float]:
    """Dollars that one CV causes, by what they are for."""
    fixed = json.loads((HERE / "fixed_prices.json").read_text(encoding="utf-8"))
    parts: dict[str, float] = {}
    parts["Lambda time"] = sum(
        lambda_usd(duration_ms(found, stage, found.memory_mb[stage], waits), found.memory_mb[stage], "arm64")
        for stage in STAGES
    )
    by_kind = requests_usd(found.requests)
    parts["Lambda requests"] = by_kind.get("lambda_invocation", 0.0)
    parts["Step Functions transitions"] = by_kind.get("step_functions_transition", 0.0)
    parts["S3 requests"] = by_kind.get("s3_put", 0.0) + by_kind.get("s3_get", 0.0)
    parts["S3 storage, 90 days"] = found.result_bytes / 1e9 * fixed["s3_gb_month"] * 3
    parts["API Gateway"] = API_REQUESTS_PER_CV * fixed["api_gateway_request"]
    parts["CloudWatch logs"] = found.log_bytes / 1e9 * fixed["logs_gb"]
    parts["X-Ray traces"] = fixed["trace"]
    if not waits.without_model:
        price = model_price(waits.model)
        if price is None:
            raise SystemExit(f"{waits.model} is not in the price table")
        chat = [name for name in found.input_tokens if name not in ("embeddings", "")]
        parts[f"OpenAI {waits.model}"] = sum(
            price.usd(int(found.input_tokens[name]), waits.answer_tokens) for name in chat
        )
        embeddings = price_table().embeddings_per_million_tokens["text-embedding-3-small"]
        parts["OpenAI embeddings"] = found.input_tokens.get("embeddings", 0.0) * embeddings / 1e6
        parts["Pinecone units"] = by_kind.get("pinecone_read_units", 0.0) + by_kind.get("pinecone_write_units", 0.0)
    return parts


def watched_metrics() -> tuple[int, int]:
    """How many metrics the template's alarms read, and how many of our own its dashboard shows (each is billed)."""
    resources = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Resources"]
    alarms = [item["Properties"] for item in resources.values() if item["Type"] == "AWS::CloudWatch::Alarm"]
    read = sum(1 if "MetricName" in alarm else str(alarm["Metrics"]).count("'MetricStat'") for alarm in alarms)
    widgets = json.loads(resources["OperationsDashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])["widgets"]
    sent = {
        (metric[1], metric[5])
        for widget in widgets
        for metric in widget["properties"].get("metrics", [])
        if metric[0].startswith("CvMaker") and metric[1] in STAGE_METRICS
    }
    return read, len(sent)


def per_month(waits: argparse.Namespace) -> dict[str, float]:
    """Dollars a month that a deployment costs though nobody uploads anything."""
    fixed = json.loads((HERE / "fixed_prices.json").read_text(encoding="utf-8"))
    sweeps = SWEEPS_PER_MONTH * (price_table().per_request["lambda_invocation"] + lambda_usd(300, 256, "arm64"))
    alarm_metrics, stage_metrics = watched_metrics()
    months = {
        "Secrets (2)": 2 * fixed["secret_month"],
        "Sweeper, every five minutes": sweeps,
        f"Alarms ({alarm_metrics} metrics)": alarm_metrics * fixed["alarm_month"],
        f"Stage metrics, if sent in every hour ({stage_metrics})": stage_metrics * fixed["custom_metric_month"],
        "Dashboard": fixed["dashboard_month"],
    }
    if not waits.without_model:
        months["Pinecone, Standard plan's minimum (includes its units)"] = fixed["pinecone_minimum_month"]
    return months


def money(amount: float) -> str:
    return f"${amount:,.2f}" if amount >= 1 else f"${amount:.6f}"


def volumes(found: Measured, waits: argparse.Namespace) -> str:
    """The table the issue asks for."""
    parts, months = per_cv(found, waits), per_month(waits)
    lines = ["| per CV | US dollars |", "|---|---:|"]
    lines += [f"| {name} | {amount:.7f} |" for name, amount in parts.items()]
    lines += [f"| **together** | **{sum(parts.values()):.6f}** |", "", "| per month | US dollars |", "|---|---:|"]
    lines += [f"| {name} | {amount:.2f} |" for name, amount in months.items()]
    lines += ["", "| CVs a month | a month | per CV |", "|---:|---:|---:|"]
    units = parts.get("Pinecone units", 0.0)
    for number in VOLUMES:
        minimum = months.get("Pinecone, Standard plan's minimum (includes its units)", 0.0)
        included = min(minimum, units * number)
        total = sum(months.values()) + sum(parts.values()) * number - included
        lines.append(f"| {number:,} | {money(total)} | {money(total / number)} |")
    return "\n".join(lines)


def write(sections: dict[str, str]) -> None:
    """Replace the parts of docs/cost.md between their marks."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for name, content in sections.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
        text, number = re.subn(pattern, lambda m, body=content: m[1] + body + "\n" + m[2], text, flags=re.DOTALL)  # type: ignore[misc]
        if number != 1:
            raise SystemExit(f"docs/cost.md has no place for {name}")
    DOCUMENT.write_text(text, encoding="utf-8")


def main() -> int:
    """Measure, print, and on wish write the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--s3-milliseconds", type=float, default=30.0, help="assumed of one S3 call in the region")
    parser.add_argument("--model-seconds", type=float, default=6.0, help="assumed of one answer of the model")
    parser.add_argument("--answer-tokens", type=int, default=1200, help="assumed of one answer")
    parser.add_argument("--model", default="gpt-6-luna")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    options.without_model = False
    found = measure(options.runs)
    with_model = volumes(found, options)
    curve = memory_curve(found, options)
    options.without_model = True
    without = volumes(found, options)
    tokens = ", ".join(f"{name} {value:.0f}" for name, value in sorted(found.input_tokens.items()) if name)
    use = (
        f"Requests of the job: {json.dumps(found.requests)}. Logs {found.log_bytes / 1000:.1f} kB, results "
        f"{found.result_bytes / 1000:.0f} kB. Tokens sent, by question: {tokens}."
    )
    print(f"\n{use}\n\nwith a model\n{with_model}\n\nwithout\n{without}\n\nmemory\n{curve}")
    if options.write:
        write({"use": use, "with": with_model, "without": without, "memory": curve})
    return 0


if __name__ == "__main__":
    sys.exit(main())
