"""Cold starts: from the start of the process to its first response, per function, with and without byte code.

python -m benchmarks.cold_starts [--runs 3] [--sources]

Runs what `make build ARCH=x86_64` made, on the runtime's own Python, through Amazon's runtime client. "without" is the
same folder with the .pyc files hidden from the interpreter, as pip would have shipped it. A stage's first response is
its real work in a whole job; the API's functions answer a request. Medians of milliseconds: by the clock (`start` alone
is the process until it asks for its first event), and processor time of start and first response together, which other
work on this machine does not change. Lambda gives initialisation a whole processor and what follows the function's
share, MemorySize/1769. With --sources the functions run from the repository on this Python instead.
"""

import argparse
import json
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cvmaker_local.pipeline_run import ROOT, SAMPLES, TEMPLATE, PipelineRun
from cvmaker_local.runtime_host import InvokeResult

sys.path.insert(0, str(ROOT / "tests"))
from pipeline_support import Pipeline

from benchmarks.processor_time import processor_milliseconds

BUILD = ROOT / ".aws-sam" / "build"
# What a request asks of functions that are in no job.
REQUESTS = {
    "ApiFunction": "api_list_jobs.json",
    "AuthorizerFunction": "authorizer_browser.json",
    "PreviewFunction": "preview.json",
    "ProposalsFunction": "proposals.json",
    "SearchFunction": "search.json",
    "SweeperFunction": "sweeper.json",
    "EraseFunction": "erase.json",
    "RecordFailureFunction": "record_failure_caught.json",
    "ConsoleDropFunction": "console_drop.json",
}


class Clock:
    """Listens to every invocation of a stack."""

    def __init__(self, run: PipelineRun) -> None:
        self.host = run.stack.host
        self.times: dict[str, list[float]] = {}
        self.starts: dict[str, list[float]] = {}
        self.warm: dict[str, list[float]] = {}
        self.processor: dict[str, list[float]] = {}
        self._invoke = self.host.invoke
        self.host.invoke = self._timed  # type: ignore[method-assign]

    def _timed(self, name: str, payload: Any) -> InvokeResult:
        pool = self.host.pool(name)
        known = {id(process) for process in pool.processes()}
        began = time.perf_counter()
        result = self._invoke(name, payload)
        milliseconds = (time.perf_counter() - began) * 1000
        logical_id = pool.configuration.logical_id
        if result.cold:
            self.times.setdefault(logical_id, []).append(milliseconds)
            new = [process for process in pool.processes() if id(process) not in known]
            self.starts.setdefault(logical_id, []).extend(
                process.ready_after * 1000 for process in new if process.ready_after
            )
            self.processor.setdefault(logical_id, []).extend(
                processor_milliseconds(process.process.pid) for process in new if process.alive
            )
        else:
            self.warm.setdefault(logical_id, []).append(milliseconds)
        return result

    def forget_processes(self) -> None:
        for pool in self.host.pools.values():
            pool.reap(time.monotonic() + 1)


@contextmanager
def stack(*, sources: bool) -> Iterator[PipelineRun]:
    options: dict[str, Any] = {
        "prestart": False,
        "openai_api_key": "",
        "pinecone_api_key": "",
        "maximum_concurrency": 1,
    }
    template = TEMPLATE
    if not sources:
        found = re.search(r"Runtime: python([\d.]+)", TEMPLATE.read_text(encoding="utf-8"))
        version = found[1] if found else ""
        python = subprocess.run(
            [str(ROOT / "local" / "find_python.sh"), version], capture_output=True, text=True, check=True
        ).stdout.strip()
        template = BUILD / "template.yaml"
        options |= {"python": Path(python), "runtime_site": ROOT / ".cvmaker" / f"runtime-{version}"}
    with PipelineRun(template, **options) as run:
        yield run


def measure(runs: int, *, sources: bool, byte_code: bool) -> Clock:
    """Whole jobs and requests, each on new processes; at the end one round on warm ones."""
    posting = (SAMPLES / "platform-engineer.txt").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as empty, stack(sources=sources) as run:
        if not byte_code:
            # Byte code is looked for only in a folder that stays empty: what lies beside the sources is not seen.
            run.stack.host.base_environment |= {"PYTHONPYCACHEPREFIX": empty, "PYTHONDONTWRITEBYTECODE": "1"}
        clock = Clock(run)
        pipeline = Pipeline(run)
        for number in range(runs + 1):
            if number < runs:
                clock.forget_processes()
            job = pipeline.submit(SAMPLES / "ada-jensen.pdf", posting=posting)
            status = pipeline.finish(job)
            if status != "done":
                raise SystemExit(f"the job ended as {status}")
            for function, event in REQUESTS.items():
                run.stack.invoke(function, json.loads((ROOT / "events" / event).read_text(encoding="utf-8")))
        return clock


def main() -> int:
    """Both variants, side by side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sources", action="store_true", help="run from the repository, not what was built")
    options = parser.parse_args()
    sources = options.sources or not (BUILD / "template.yaml").exists() or platform.machine() != "x86_64"
    if sources and not options.sources:
        print("no build for this machine (make build ARCH=x86_64): the sources are run, on this Python")
    found = measure(options.runs, sources=sources, byte_code=True)
    bare = measure(options.runs, sources=sources, byte_code=False)
    print(f"{'':16}{'with .pyc':>27}{'without .pyc':>27}{'saved':>10}{'warm':>9}")
    columns = f"{'start':>9}{'cold':>9}{'processor':>11}"
    print(f"{'function':16}{columns}{columns}{'processor':>11}{'clock':>9}")
    for name in found.times:
        with_it, without = (
            [statistics.median(values[name]) for values in (clock.starts, clock.times, clock.processor)]
            for clock in (found, bare)
        )
        warm = statistics.median(found.warm[name]) if name in found.warm else float("nan")
        cells = "".join(f"{start:9.0f}{cold:9.0f}{processor:11.0f}" for start, cold, processor in (with_it, without))
        print(f"{name.removesuffix('Function'):16}{cells}{without[2] - with_it[2]:11.0f}{warm:9.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
