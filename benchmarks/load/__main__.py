"""Load and back-pressure: many jobs at once, and a provider that admits five requests a second.

python -m benchmarks.load [--jobs 150] [--whole 20] [--rate 5] [--wait-scale 0.25]
python -m benchmarks.load --jobs 1000 --whole 100          what the issue asks for

Two parts. `whole`: uploads through all real stages. `jobs`: from Analyze on, where Analyze, Embed and Tailor are real
and call the provider, and Render, ReadBack and Certify are doubles that only end the job. Chat and embeddings share the
provider's limit; above it the double answers 429.

Not as in the cloud: the state machine's waits before a retry are multiplied by --wait-scale (said in the output), and
functions queue for this machine's few processes, so the tasks' time-outs are lengthened; in the cloud Lambda runs them
side by side, or throttles, which is retried as a provider's throttle is.
"""

import argparse
import json
import re
import secrets
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from cvmaker_core.schema.jobs import JobReference, JobRequest
from cvmaker_local.http_server import HttpServer
from cvmaker_local.pipeline_run import ROOT, PipelineRun

sys.path.insert(0, str(ROOT / "tests"))
from doubles.providers_application import ProvidersApplication
from fault_harness import CV, POSTING

OWNER = "load-person-0001"
DOUBLED = ("Render", "Certify")
LIMIT_SECONDS = 3600.0


def prepared_template(folder: Path, *, doubles: bool) -> Path:
    """The real template, with long task time-outs and, on wish, doubles for the stages that end a job."""
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    for name in DOUBLED if doubles else ():
        start = text.index(f"\n  {name}Function:\n")
        end = text.index(f"\n  {name}LogGroup:", start)
        body = re.sub(r"CodeUri: .*", f"CodeUri: {ROOT}/benchmarks/load/finishing_stage", text[start:end])
        text = text[:start] + body + text[end:]
    for folder_name in ("layers", "functions", "statemachine"):
        text = re.sub(rf"((?:Code|Content|Definition)Uri): {folder_name}", rf"\1: {ROOT}/{folder_name}", text)
    definition = (ROOT / "statemachine" / "cv_pipeline.asl.yaml").read_text(encoding="utf-8")
    definition = re.sub(r"\n    TimeoutSeconds: \d+", f"\n    TimeoutSeconds: {int(LIMIT_SECONDS)}", definition)
    if doubles:  # ReadBack is Parse's function: here it is the double as well
        definition = definition.replace(
            "FunctionName: ${ParseFunctionArn}\n      Payload: {mode: readback",
            "FunctionName: ${RenderFunctionArn}\n      Payload: {mode: readback",
        )
    target = folder / "cv_pipeline.asl.yaml"
    target.write_text(definition, encoding="utf-8")
    text = text.replace(f"{ROOT}/statemachine/cv_pipeline.asl.yaml", str(target))
    path = folder / "template.yaml"
    path.write_text(text, encoding="utf-8")
    return path


class Load:
    """A stack with a provider of limited patience."""

    def __init__(self, rate: float, wait_scale: float, *, doubles: bool) -> None:
        self.providers = ProvidersApplication(rate)
        self.wait_scale = wait_scale
        self.doubles = doubles
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        server = HttpServer()
        self._stack.callback(server.stop)
        server.start(self.providers)
        self.run = self._stack.enter_context(
            PipelineRun(
                prepared_template(folder, doubles=self.doubles),
                openai_api_key="sk-double",
                openai_base_url=f"{server.url}/v1",
                pinecone_api_key="",
                wait_scale=self.wait_scale,
                parameters={"OpenAiModel": "gpt-4.1-mini"},
            )
        )
        self.stack = self.run.stack
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def upload(self, posting: str | None) -> JobReference:
        job = JobReference(owner=OWNER, job_id=secrets.token_hex(16))
        body = (json.dumps(CV).encode(), "json")
        self.run.submit(job, JobRequest(file_name="cv.json"), body, (posting.encode(), "txt") if posting else None)
        return job

    def retailor(self, source: JobReference, posting: str) -> JobReference:
        """As the API does: the request, then the start."""
        job = JobReference(owner=OWNER, job_id=secrets.token_hex(16))
        request = JobRequest(kind="retailor", source_job=source.job_id, posting=posting)
        key = job.key("request.json")
        self.stack.client("s3").put_object(Bucket=self.stack.bucket, Key=key, Body=request.model_dump_json().encode())
        self.stack.client("stepfunctions").start_execution(
            stateMachineArn=self.stack.state_machine_arn,
            name=job.job_id,
            input=json.dumps({"owner": job.owner, "job_id": job.job_id}),
        )
        return job

    def state_seconds(self) -> dict[str, list[float]]:
        """How long each state took, with its waits, over all executions."""
        found: dict[str, list[float]] = {}
        for execution in self.stack.executions():
            entered: dict[str, Any] = {}
            for event in self.stack.execution_history(execution.arn):
                details = event.get("stateEnteredEventDetails") or event.get("stateExitedEventDetails")
                if event["type"] == "TaskStateEntered":
                    entered[details["name"]] = event["timestamp"]
                elif event["type"] == "TaskStateExited" and details["name"] in entered:
                    seconds = (event["timestamp"] - entered.pop(details["name"])).total_seconds()
                    found.setdefault(details["name"], []).append(seconds)
        return found


def percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def report(title: str, load: Load, jobs: list[JobReference], seconds: float) -> int:
    """Print what became of the jobs; the number that is lost, failed or went without the provider."""
    outcomes: Counter[str] = Counter()
    impatient = 0
    for job in jobs:
        files = load.stack.job_files(job.owner, job.job_id)
        outcomes["done" if "certificate.json" in files else "failed" if "error.json" in files else "lost"] += 1
        for name in ("analysis.json", "evidence.json", "tailored.json"):
            key = job.key(name)
            if name in files:
                body = load.stack.client("s3").get_object(Bucket=load.stack.bucket, Key=key)["Body"].read()
                codes = {warning["code"] for warning in json.loads(body)["warnings"]}
                impatient += bool(codes & {"model_throttled", "embeddings_throttled"})
    answered = load.providers.answered
    moments = load.providers.moments
    rate = (len(moments) - 1) / max(0.001, moments[-1] - moments[0]) if len(moments) > 1 else 0.0
    print(f"\n{title}: {len(jobs)} jobs in {seconds:.0f} s: {dict(outcomes)}; waits scaled by {load.wait_scale}")
    print(
        f"provider answered {dict(answered)} at {rate:.1f} a second, refused {load.providers.refused} with 429; "
        f"stages that gave up waiting: {impatient}"
    )
    print(f"{'state':14}{'p50 s':>9}{'p95 s':>9}{'longest':>9}")
    for name, values in load.state_seconds().items():
        print(f"{name:14}{statistics.median(values):9.1f}{percentile(values, 0.95):9.1f}{max(values):9.1f}")
    paid_twice = sum(max(0, answered[name] - len(jobs)) for name in ("ProposedRequirements", "Proposals"))
    if paid_twice:
        print(f"answers paid for twice: {paid_twice}")
    return len(jobs) - outcomes["done"] + impatient + paid_twice


def measure(number: int, rate: float, wait_scale: float, *, doubles: bool) -> int:
    """One part: all jobs at once, until the last one has ended."""
    with Load(rate, wait_scale, doubles=doubles) as load:
        source = load.upload(None)
        load.run.wait(source, has_posting=False)
        load.providers.answered.clear()
        load.providers.moments.clear()
        load.providers.refused = 0
        began = time.monotonic()
        # Each posting is another one: the same would be recognised, and nothing would be computed.
        postings = [f"{POSTING}- Knowledge of system {number_of}\n" for number_of in range(number)]
        if doubles:
            jobs = [load.retailor(source, posting) for posting in postings]
        else:
            jobs = [load.upload(posting) for posting in postings]
        load.stack.wait_for_executions(LIMIT_SECONDS)
        title = "from Analyze on" if doubles else "whole jobs"
        return report(title, load, jobs, time.monotonic() - began)


def main() -> int:
    """Both parts; not zero when a job was lost, failed, or went without the provider."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=150, help="jobs from Analyze on")
    parser.add_argument("--whole", type=int, default=20, help="jobs through all stages")
    parser.add_argument("--rate", type=float, default=5.0, help="requests a second that the provider admits")
    parser.add_argument("--wait-scale", type=float, default=0.25, help="what retry waits are multiplied with")
    options = parser.parse_args()
    wrong = 0
    if options.whole:
        wrong += measure(options.whole, options.rate, options.wait_scale, doubles=False)
    if options.jobs:
        wrong += measure(options.jobs, options.rate, options.wait_scale, doubles=True)
    return min(wrong, 100)


if __name__ == "__main__":
    sys.exit(main())
