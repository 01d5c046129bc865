"""Render's figures: time of every template, cold start, memory, sizes; RenderCV on the same data.

python -m benchmarks.render [--runs 15] [--environments DIR]
"""

import argparse
import importlib.metadata
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import cv_rendering

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "docs" / "gallery" / "samples"
BUDGETS = {"one page": 150.0, "two pages": 250.0, "import": 650.0, "memory": 250.0, "size": 120.0}
COLD = """
import time; began = time.perf_counter()
import cv_rendering; cv_rendering.warm_up()
imported = time.perf_counter()
import json, resource, sys
resume = json.load(open(sys.argv[1], encoding="utf-8"))
first = cv_rendering.render_file(resume, template="classic", format="pdf"); done = time.perf_counter()
for _ in range(4): cv_rendering.render_all(resume, template="modern")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1048576)
print(json.dumps([1000 * (imported - began), 1000 * (done - imported), peak]))
"""


def one_page() -> dict[str, Any]:
    resume: dict[str, Any] = json.loads((SAMPLES / "en.json").read_text(encoding="utf-8"))
    return {key: resume[key] for key in ("basics", "work", "education", "skills", "meta")}


def two_pages() -> dict[str, Any]:
    resume: dict[str, Any] = json.loads((SAMPLES / "en.json").read_text(encoding="utf-8"))
    resume["work"] = [{**job, "name": f"{job['name']} {mark}".strip()} for mark in ("", "II") for job in resume["work"]]
    return resume


def time_templates(runs: int) -> None:
    print(
        f"\nWarm, milliseconds (medians of {runs}): processor time, in brackets wall time on this machine as it is now"
    )
    print(f"  {'template':<12}{'one page':>16}{'two pages':>16}{'two pages, all formats':>26}")
    worst = {"one page": 0.0, "two pages": 0.0}
    for template in cv_rendering.list_templates():
        cells = []
        for label, pages, resume in (("one page", 1, one_page()), ("two pages", 2, two_pages())):
            made = cv_rendering.render_all(resume, template=template.name).pages
            pdf = partial(cv_rendering.render_file, resume, template=template.name, format="pdf")
            processor, wall = median_ms(pdf, runs)
            cells.append(f"{processor:.0f} [{wall:.0f}]{'' if made == pages else f' ({made} pages)'}")
            if made <= pages:
                worst[label] = max(worst[label], processor)
        processor, wall = median_ms(
            partial(cv_rendering.render_all, two_pages(), template=template.name), runs // 3 + 1
        )
        print(f"  {template.name:<12}{cells[0]:>16}{cells[1]:>16}{f'{processor:.0f} [{wall:.0f}]':>26}")
    for label, value in worst.items():
        print(f"  slowest, {label}: {value:.0f} ms, budget {BUDGETS[label]:.0f}: {verdict(value, label)}")


def median_ms(work: Any, runs: int) -> tuple[float, float]:
    """Processor and wall milliseconds of one call."""
    work()
    taken = []
    for _ in range(runs):
        began = time.process_time(), time.perf_counter()
        work()
        taken.append((1000 * (time.process_time() - began[0]), 1000 * (time.perf_counter() - began[1])))
    processor, wall = (statistics.median(column) for column in zip(*taken, strict=True))
    return processor, wall


def verdict(value: float, budget: str) -> str:
    return "ok" if value <= BUDGETS[budget] else "OVER"


def time_cold_start() -> None:
    measured = []
    for _ in range(5):
        result = subprocess.run(
            [sys.executable, "-c", COLD, str(SAMPLES / "en.json")], capture_output=True, text=True, check=True, cwd=ROOT
        )
        measured.append(json.loads(result.stdout))
    imported, first, peak = (statistics.median(column) for column in zip(*measured, strict=True))
    print("\nA fresh process (medians of 5; byte code present, as our Lambda packages ship it)")
    print(f"  import with fonts: {imported:.0f} ms, budget 650: {verdict(imported, 'import')}")
    print(f"  first PDF after it: {first:.0f} ms")
    print(f"  peak memory: {peak:.0f} MB, budget 250: {verdict(peak, 'memory')}")


def measure_sizes() -> None:
    layer = ROOT / "build" / "weasyprint"
    if not (layer / "stamp").is_file():
        print("\nSizes: SKIPPED, the layer is not built (layers/weasyprint/build_layer.py --ensure)")
        return
    parts = {part: folder_megabytes(layer / part) for part in ("lib", "fonts")}
    function = requirement_megabytes((ROOT / "functions" / "render" / "requirements.txt").read_text(encoding="utf-8"))
    total = sum(parts.values()) + function
    print(
        f"\nUnzipped sizes, MB ({platform.machine()}): libraries {parts['lib']:.1f}, fonts {parts['fonts']:.1f}, ",
        end="",
    )
    print(f"function's packages {function:.1f}; together {total:.0f}, budget 120: {verdict(total, 'size')}")


def folder_megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def requirement_megabytes(requirements: str) -> float:
    """The size of the packages and of all they need, as installed here, without byte code."""
    todo = [re.split(r"[=<>\[;]", line)[0] for line in requirements.splitlines() if line and not line.startswith("#")]
    seen: set[str] = set()
    size = 0
    while todo:
        name = todo.pop().strip().lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        for file in distribution.files or ():
            path = Path(str(file.locate()))
            if path.is_file() and path.suffix != ".pyc":
                size += path.stat().st_size
        for needed in distribution.requires or ():
            extra = re.search(r"extra\s*==\s*['\"](\w+)", needed)
            if not extra or extra[1] == "woff":  # WeasyPrint asks for fonttools[woff]
                todo.append(re.split(r"[=<>!\[;( ]", needed)[0])
    return size / 1e6


def time_rendercv(environments: Path) -> None:
    """The same CV by RenderCV's command and by ours, each in a fresh process, PDF only."""
    from benchmarks.certify.foreign import environment_python, rendercv_model

    python = environment_python(environments, "rendercv")
    print("\nWhole command in a fresh process, one page, PDF only (medians of 5), milliseconds")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        resume = one_page()
        (folder / "cv.json").write_text(json.dumps(resume), encoding="utf-8")
        code = (
            "import json, sys, cv_rendering; resume = json.load(open('cv.json'));"
            "open('ours.pdf', 'wb').write(cv_rendering.render_file(resume, template='classic', format='pdf'))"
        )
        print(f"  ours (classic): {command_ms([sys.executable, '-c', code], folder, {}):.0f}")
        if not python.exists():
            print(f"  RenderCV: SKIPPED, no environment at {python.parent.parent}")
            print("  (python -m benchmarks.certify.foreign --install makes it)")
            return
        icons = folder / "cache" / "typst" / "packages" / "preview" / "fontawesome" / "0.6.0"
        icons.mkdir(parents=True)  # RenderCV fetches its icons on first use: an empty stand-in serves offline
        (icons / "typst.toml").write_text(
            '[package]\nname = "fontawesome"\nversion = "0.6.0"\nentrypoint = "lib.typ"\n'
        )
        (icons / "lib.typ").write_text("#let fa-icon(..arguments) = []\n")
        simple = {**resume, "basics": {key: resume["basics"][key] for key in ("name", "label", "email", "summary")}}
        (folder / "cv.yaml").write_text(json.dumps(rendercv_model(simple, "classic")), encoding="utf-8")
        command = [str(python.with_name("rendercv")), "render", "cv.yaml", "--pdf-path", "cv.pdf"]
        command += ["--dont-generate-png", "--dont-generate-html", "--dont-generate-markdown"]
        taken = command_ms(command, folder, {"XDG_CACHE_HOME": str(folder / "cache")})
        made = (folder / "cv.pdf").exists()
        print(f"  RenderCV (classic): {taken:.0f}" if made else "  RenderCV: SKIPPED, it made no PDF here")


def command_ms(command: list[str], folder: Path, variables: dict[str, str]) -> float:
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(command, cwd=folder, env={**os.environ, **variables}, capture_output=True, check=False)
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cvmaker" / "foreign"
    parser.add_argument("--environments", type=Path, default=cache)
    arguments = parser.parse_args()
    time_templates(arguments.runs)
    time_cold_start()
    measure_sizes()
    time_rendercv(arguments.environments)


if __name__ == "__main__":
    main()
