"""The pipeline as a whole: wall time per stage and job, cold import and peak memory per function, package sizes.

python -m benchmarks.pipeline [--jobs 5] [--corpus]
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from datetime import datetime
from typing import Any

from cvmaker_local.dependencies import link_distributions
from cvmaker_local.pipeline_run import ROOT, PipelineRun

sys.path.insert(0, str(ROOT / "tests"))
from pipeline_support import CORPUS, SAMPLES, Pipeline

LAMBDA_LIMIT_MB = 250  # unzipped, function and layers together (AWS Lambda quotas)
STAGES = ("parse", "analyze", "embed", "tailor", "render", "readback", "certify")
ARTEFACT = {
    "parse": "parsed.json",
    "analyze": "analysis.json",
    "embed": "evidence.json",
    "tailor": "tailored.json",
    "readback": "readback.json",
    "certify": "certificate.json",
}


def table(title: str, head: list[str], rows: list[list[Any]]) -> None:
    """Print a plain table."""
    text = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[column]) for row in text) for column in range(len(head))]
    print(f"\n{title}")
    for row in text:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def usage_of(pipeline: Pipeline, job: Any) -> dict[str, dict[str, Any]]:
    """Usage records of a finished job by stage."""
    found = {
        stage: pipeline.json(job, name)["usage"] for stage, name in ARTEFACT.items() if name in pipeline.files(job)
    }
    resume = pipeline.json(job, "resume.json")
    found["render"] = resume["meta"]["cvmaker"]["artefact"]["usage"]
    return found


def measure_jobs(number: int) -> None:
    """The sample job again and again: first on cold processes, then warm."""
    posting = (SAMPLES / "platform-engineer.txt").read_text(encoding="utf-8")
    began = time.perf_counter()
    with PipelineRun() as run:
        started = time.perf_counter() - began
        pipeline = Pipeline(run)
        walls, usages = [], []
        for _ in range(number + 1):
            began = time.perf_counter()
            job = pipeline.submit(SAMPLES / "ada-jensen.pdf", posting=posting)
            status = pipeline.finish(job)
            walls.append(time.perf_counter() - began)
            assert status == "done", pipeline.json(job, "error.json")
            usages.append(usage_of(pipeline, job))
        transitions = [machine_times(run.stack.execution_history(item.arn)) for item in run.stack.executions()]
    rows = []
    for stage in STAGES:
        warm = [usage[stage]["estimated_ms"] for usage in usages[1:]]
        machine = [times[stage] for times in transitions[1:] if stage in times]
        memory = max(usage[stage]["peak_memory_mb"] for usage in usages)
        rows.append(
            [
                stage,
                f"{usages[0][stage]['estimated_ms']:.0f}",
                f"{statistics.median(warm):.0f}",
                f"{statistics.median(machine):.0f}" if machine else "-",
                f"{memory:.0f}",
            ]
        )
    table(
        f"Stages, sample job, {number} warm runs (milliseconds inside the function; in the machine; MB)",
        ["stage", "first", "warm median", "in machine", "peak memory"],
        rows,
    )
    warm_wall = statistics.median(walls[1:])
    print(f"\nStack start {started:.1f} s; first job {walls[0]:.1f} s; warm job median {warm_wall:.2f} s")


def machine_times(history: list[dict[str, Any]]) -> dict[str, float]:
    """Milliseconds between entering and leaving each task state."""
    entered: dict[str, datetime] = {}
    times: dict[str, float] = {}
    for event in history:
        details = event.get("stateEnteredEventDetails") or event.get("stateExitedEventDetails")
        if event["type"] == "TaskStateEntered":
            entered[details["name"]] = event["timestamp"]
        elif event["type"] == "TaskStateExited" and details["name"] in entered:
            times[details["name"].lower()] = (event["timestamp"] - entered[details["name"]]).total_seconds() * 1000
    return times


def measure_corpus(limit: int) -> None:
    """Real CVs with postings: all must complete and be certified."""
    if not CORPUS.exists():
        print("\ncorpus: skipped, ../shared/corpus is not here")
        return
    skip = ("encrypted", "truncated", "malformed", "scan", "blank", "broken")
    sources = [p for p in sorted([*CORPUS.glob("pdf/*"), *CORPUS.glob("docx/*")]) if not any(s in p.name for s in skip)]
    step = max(1, len(sources) // limit)
    sources = sources[::step][:limit]
    postings = sorted(CORPUS.glob("jobs/*.txt"))
    rows, walls, fits = [], [], []
    with PipelineRun() as run:
        pipeline = Pipeline(run)
        for index, source in enumerate(sources):
            began = time.perf_counter()
            posting = postings[index % len(postings)].read_text(encoding="utf-8")
            job = pipeline.submit(source, posting=posting)
            status = pipeline.finish(job)
            wall = time.perf_counter() - began
            if status != "done":
                rows.append([source.name, status, pipeline.json(job, "error.json")["code"], "", "", ""])
                continue
            walls.append(wall)
            tailored = pipeline.json(job, "tailored.json")["data"]
            certificate = pipeline.json(job, "certificate.json")["data"]
            visibility = tailored["visibility"]
            wrong = sum(not field["ok"] for field in certificate["fields"].values())
            fits.append(tailored["fit"])
            rows.append(
                [
                    source.name,
                    status,
                    certificate["verdict"],
                    f"{len(certificate['fields']) - wrong}/{len(certificate['fields'])}",
                    f"{visibility['before']}→{visibility['after']}" if visibility else "-",
                    f"{wall:.1f} s",
                ]
            )
    table(
        f"{len(sources)} corpus files, each with a posting",
        ["file", "status", "verdict", "fields", "visibility", "wall"],
        rows,
    )
    done = [row for row in rows if row[1] == "done"]
    print(
        f"\ncompleted {len(done)}/{len(rows)}; certified pass {sum(r[2] == 'pass' for r in done)}, "
        f"warn {sum(r[2] == 'warn' for r in done)}, fail {sum(r[2] == 'fail' for r in done)}; "
        f"median job {statistics.median(walls):.2f} s"
    )


def measure_imports(runs: int = 5) -> None:
    """Cold import of each handler in a fresh process that sees what its Lambda sees (byte code cached)."""
    rows = []
    scratch = ROOT / ".cvmaker" / "bench-imports"
    for folder in sorted(p for p in (ROOT / "functions").iterdir() if (p / "requirements.txt").exists()):
        for script in sorted(path for path in folder.glob("*.py") if "def handler" in path.read_text()):
            requirements = [folder / "requirements.txt", ROOT / "layers" / "core" / "requirements.txt"]
            site = link_distributions(requirements, scratch, folder.name)
            times, memory = [], 0.0
            for _ in range(runs + 1):
                code = (
                    "import time;t=time.perf_counter();"
                    f"import {script.stem};"
                    "s=time.perf_counter()-t;"
                    "print(s, int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])/1024)"
                )
                path = [str(folder), str(ROOT / "layers" / "core"), str(ROOT / "layers" / "weasyprint"), str(site)]
                done = subprocess.run(
                    [sys.executable, "-S", "-c", code],
                    env={
                        **os.environ,
                        "PYTHONPATH": ":".join(path),
                        "DOCUMENTS_BUCKET": "documents",
                        "AWS_DEFAULT_REGION": "eu-west-1",
                    },
                    capture_output=True,
                    text=True,
                    check=False,
                )
                if done.returncode:
                    rows.append([folder.name, script.name, "failed", done.stderr.strip().splitlines()[-1][:60]])
                    break
                seconds, peak = map(float, done.stdout.split())
                times.append(seconds * 1000)
                memory = peak
            else:
                rows.append([folder.name, script.name, f"{statistics.median(times[1:]):.0f}", f"{memory:.0f}"])
    table(
        "Cold import per function, fresh process (milliseconds, median; MB after import)",
        ["function", "handler", "ms", "MB"],
        rows,
    )
    shutil.rmtree(scratch, ignore_errors=True)


def measure_packages() -> None:
    """Unzipped sizes of what `make build` made, against Lambda's limit."""
    build = ROOT / ".aws-sam" / "build"
    if not (build / "template.yaml").exists():
        print("\npackages: skipped, run `make build` first")
        return
    sizes = {
        folder.name: sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6
        for folder in sorted(build.iterdir())
        if folder.is_dir()
    }
    core, weasyprint = sizes.get("CoreLayer", 0.0), sizes.get("WeasyPrintLayer", 0.0)
    rows = []
    for name, size in sizes.items():
        if "Function" in name:
            layers = core + (weasyprint if name.startswith("Render") else 0)
            rows.append([name, f"{size:.1f}", f"{size + layers:.1f}", f"{(size + layers) / LAMBDA_LIMIT_MB:.0%}"])
    table(f"Packages (MB unzipped; limit {LAMBDA_LIMIT_MB})", ["function", "own", "with layers", "of limit"], rows)
    print(f"\nlayers: core {core:.1f} MB, weasyprint {weasyprint:.1f} MB")


def measure_build() -> None:
    """`sam build` from nothing, both architectures."""
    if not (ROOT / ".cvmaker" / "sam" / "bin" / "sam").exists():
        print("\nsam build: skipped, run `make build` once (it installs the SAM CLI)")
        return
    for architecture in ("arm64", "x86_64"):
        shutil.rmtree(ROOT / ".aws-sam", ignore_errors=True)
        began = time.perf_counter()
        done = subprocess.run(
            [str(ROOT / "local" / "build.sh"), architecture], capture_output=True, text=True, check=False
        )
        outcome = "ok" if done.returncode == 0 else f"failed: {done.stderr.strip().splitlines()[-1:]}"
        print(f"\nsam build {architecture}: {time.perf_counter() - began:.1f} s ({outcome})")


def main() -> None:
    """Print every figure of the pipeline."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=5)
    parser.add_argument("--corpus", type=int, default=20, help="how many corpus files; 0 leaves them out")
    parser.add_argument("--no-build", action="store_true")
    arguments = parser.parse_args()
    print(json.dumps({"python": sys.version.split()[0], "processors": os.cpu_count()}))
    measure_jobs(arguments.jobs)
    measure_imports()
    if arguments.corpus:
        measure_corpus(arguments.corpus)
    if not arguments.no_build:
        measure_build()
    measure_packages()


if __name__ == "__main__":
    main()
