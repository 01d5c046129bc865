"""Do parsers that are not ours read our PDFs at least as well as RenderCV's for the same data?

    python -m benchmarks.certify.foreign [--install] [--environments DIR] [--limit N] [--keep DIR]

The same JSON Resumes are set by our templates and by RenderCV's themes; each PDF is read by every parser, and
the reading is scored (F1) by the corpus's scorer against the resume. Parsers and RenderCV live in environments
of their own (`--install` makes them); what is not there is skipped, saying so. RenderCV fetches an icon package
from the network on first use: here an empty stand-in takes its place, so its PDFs are read without icons.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# The same small programs that the parser's benchmark runs in each peer's own environment.
READERS = HERE.parent / "parse" / "readers"
ROOT = HERE.parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
ENVIRONMENTS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cvmaker" / "foreign"
# name → (requirement, reader script)
PARSERS = {
    "openresume-parser": ("openresume-parser==0.1.6", READERS / "read_openresume.py"),
    "leverparser": ("leverparser==0.1.0", READERS / "read_leverparser.py"),
}
RENDERCV = ("rendercv", "rendercv[full]==2.8")
RENDERCV_THEMES = ("classic", "engineeringresumes", "sb2nov", "moderncv", "harvard")
FACTS = ("name", "email", "company", "position", "work start", "work end", "entry", "institution", "degree", "skills")
# What both renderers are given: the sections that both know.
SECTIONS = ("basics", "work", "education", "skills")


def environment_python(folder: Path, name: str) -> Path:
    return folder / f"foreign-{name}" / "bin" / "python"


def install_packages(home: Path, requirements: Iterable[str]) -> None:
    """Make an environment; a package that cannot be had is left out and reported."""
    if not (home / "bin" / "python").exists():
        venv.create(home, with_pip=True)
    for requirement in requirements:
        result = subprocess.run(
            [str(home / "bin" / "python"), "-m", "pip", "install", "-q", requirement],
            capture_output=True,
            text=True,
            check=False,
        )
        print(f"{requirement}: {'installed' if result.returncode == 0 else 'cannot be had here'}")


def install(folder: Path) -> None:
    """An environment for each parser and for RenderCV (which needs Python 3.12 or newer)."""
    for name, requirement in [*((name, row[0]) for name, row in PARSERS.items()), RENDERCV]:
        install_packages(folder / f"foreign-{name}", [requirement])


def resumes(limit: int) -> list[tuple[str, dict[str, Any]]]:
    """The corpus's JSON Resumes in English, cut down to the sections both renderers know."""
    cases = []
    for path in sorted((CORPUS / "dev" / "source").glob("*.json")):
        value = json.loads(path.read_text("utf-8"))
        if not isinstance(value.get("basics"), dict) or not isinstance(value.get("work"), list) or "-pt" in path.stem:
            continue
        cut = {key: value[key] for key in SECTIONS if value.get(key)}
        cut["basics"] = {
            key: cut["basics"][key] for key in ("name", "label", "email", "summary") if cut["basics"].get(key)
        }
        cases.append((path.stem, cut))
    return cases[: limit or None]


def truth_of(resume: dict[str, Any]) -> dict[str, Any]:
    """The resume in the schema of the corpus's truth files."""
    basics = resume["basics"]
    return {
        "name": basics.get("name"),
        "email": basics.get("email"),
        "work": [
            {
                "company": job.get("name"),
                "position": job.get("position"),
                "start": (job.get("startDate") or "")[:7] or None,
                "end": (job.get("endDate") or "")[:7] or ("present" if job.get("startDate") else None),
            }
            for job in resume.get("work", [])
        ],
        "education": [
            {
                "institution": item.get("institution"),
                "degree_or_area": " ".join(filter(None, (item.get("studyType"), item.get("area")))),
                "end": (item.get("endDate") or "")[:7] or None,
            }
            for item in resume.get("education", [])
        ],
        "skills": [
            keyword
            for skill in resume.get("skills", [])
            for keyword in (skill.get("keywords") or [skill.get("name")])
            if keyword
        ],
    }


def rendercv_model(resume: dict[str, Any], theme: str) -> dict[str, Any]:
    """The same resume as RenderCV's input."""

    def kept(**fields: Any) -> dict[str, Any]:
        return {key: value for key, value in fields.items() if value}

    def end(item: dict[str, Any]) -> str | None:
        return item.get("endDate") or ("present" if item.get("startDate") else None)

    basics = resume["basics"]
    sections: dict[str, Any] = {}
    if basics.get("summary"):
        sections["Summary"] = [basics["summary"]]
    sections["Work Experience"] = [
        kept(
            company=job.get("name") or "-",
            position=job.get("position") or "-",
            location=job.get("location"),
            start_date=job.get("startDate"),
            end_date=end(job),
            summary=job.get("summary"),
            highlights=job.get("highlights"),
        )
        for job in resume.get("work", [])
    ]
    sections["Education"] = [
        kept(
            institution=item.get("institution") or "-",
            area=item.get("area") or "-",
            degree=item.get("studyType"),
            start_date=item.get("startDate"),
            end_date=end(item),
        )
        for item in resume.get("education", [])
    ]
    sections["Skills"] = [
        {"label": skill.get("name") or "-", "details": ", ".join(skill.get("keywords") or [skill.get("name") or "-"])}
        for skill in resume.get("skills", [])
    ]
    person = kept(name=basics.get("name"), headline=basics.get("label"), email=basics.get("email"))
    return {
        "cv": {**person, "sections": {key: value for key, value in sections.items() if value}},
        "design": {"theme": theme},
    }


def render_ours(cases: list[tuple[str, dict[str, Any]]], folder: Path) -> dict[str, list[tuple[str, Path]]]:
    from cv_rendering.rendering import render_file
    from cv_rendering.template_catalogue import list_templates

    made: dict[str, list[tuple[str, Path]]] = {}
    for template in list_templates():
        for name, resume in cases:
            path = folder / f"ours-{template.name}-{name}.pdf"
            path.write_bytes(render_file(resume, template=template.name, format="pdf", language="en"))
            made.setdefault(f"ours: {template.name}", []).append((name, path))
    return made


def render_rendercv(
    cases: list[tuple[str, dict[str, Any]]], folder: Path, python: Path
) -> dict[str, list[tuple[str, Path]]]:
    cache = folder / "cache"
    icons = cache / "typst" / "packages" / "preview" / "fontawesome" / "0.6.0"
    icons.mkdir(parents=True)
    (icons / "typst.toml").write_text('[package]\nname = "fontawesome"\nversion = "0.6.0"\nentrypoint = "lib.typ"\n')
    (icons / "lib.typ").write_text("#let fa-icon(..arguments) = []\n")
    made: dict[str, list[tuple[str, Path]]] = {}
    for theme in RENDERCV_THEMES:
        for name, resume in cases:
            work = folder / f"rendercv-{theme}-{name}"
            work.mkdir()
            (work / "cv.yaml").write_text(json.dumps(rendercv_model(resume, theme), ensure_ascii=False), "utf-8")
            command = [str(python.with_name("rendercv")), "render", "cv.yaml", "--pdf-path", "cv.pdf"]
            result = subprocess.run(
                [*command, "--dont-generate-png", "--dont-generate-html", "--dont-generate-markdown"],
                cwd=work,
                env={**os.environ, "XDG_CACHE_HOME": str(cache)},
                capture_output=True,
                text=True,
                check=False,
            )
            if (work / "cv.pdf").exists():
                made.setdefault(f"RenderCV: {theme}", []).append((name, work / "cv.pdf"))
            else:
                print(f"RenderCV {theme} did not render {name} (exit {result.returncode})", file=sys.stderr)
    return made


def read_with(python: Path, script: Path, paths: Iterable[Path]) -> list[dict[str, Any]]:
    result = subprocess.run(
        [str(python), str(script), *map(str, paths)], capture_output=True, text=True, check=False, timeout=600
    )
    lines = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    return [line.get("resume", {}) for line in lines]  # a file that trips the parser counts as unread


def read_with_ours(paths: Iterable[Path]) -> list[dict[str, Any]]:
    from cv_parsing import parse_document

    return [parse_document(path.read_bytes(), mode="readback").parsed.model_dump(mode="json") for path in paths]


def scorer() -> Any:
    specification = importlib.util.spec_from_file_location("score_parse", CORPUS / "score_parse.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true", help="make the environments first")
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="keep the PDFs here")
    options = parser.parse_args()
    if not CORPUS.is_dir():
        print(f"SKIPPED: no corpus at {CORPUS}")
        return 0
    if options.install:
        install(options.environments)
    readers: dict[str, Callable[[list[Path]], list[dict[str, Any]]]] = {}
    for name, (_, script) in PARSERS.items():
        python = environment_python(options.environments, name)
        if python.exists():
            readers[name] = partial(read_with, python, script)
        else:
            print(f"SKIPPED {name}: no environment at {python.parent.parent} (--install makes it)")
    readers["CV Maker"] = read_with_ours
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        cases = resumes(options.limit)
        made = render_ours(cases, folder)
        python = environment_python(options.environments, "rendercv")
        if python.exists():
            made |= render_rendercv(cases, folder, python)
        else:
            print(f"SKIPPED RenderCV: no environment at {python.parent.parent} (--install makes it)")
        report(made, readers, {name: truth_of(resume) for name, resume in cases})
    return 0


def report(
    made: dict[str, list[tuple[str, Path]]],
    readers: dict[str, Callable[[list[Path]], list[dict[str, Any]]]],
    truths: dict[str, dict[str, Any]],
) -> None:
    """F1 of each fact over all PDFs of a design, and the mean over the facts ("core")."""
    score = scorer()
    for reader, read in readers.items():
        print(f"\nread by {reader}\n{'':28} {'PDFs':>4} {'core':>6}  " + " ".join(f"{fact[:10]:>10}" for fact in FACTS))
        cores: dict[str, list[float]] = defaultdict(list)
        for design, files in made.items():
            totals: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
            answers = read([path for _, path in files])
            if len(answers) != len(files):
                print(f"{design:28} {len(answers)} of {len(files)} read")
                continue
            for (name, _), answer in zip(files, answers, strict=True):
                for fact, triple in score.score_file(truths[name], score.flatten(answer)).items():
                    totals[fact] = [a + b for a, b in zip(totals[fact], triple, strict=True)]
            values = {fact: score.f1(totals[fact]) for fact in FACTS}
            core = statistics.mean(values.values())
            cores[design.split(":")[0]].append(core)
            print(f"{design:28} {len(files):4} {core:6.3f}  " + " ".join(f"{values[fact]:10.2f}" for fact in FACTS))
        print(f"{'mean':28} " + "; ".join(f"{who} {statistics.mean(values):.3f}" for who, values in cores.items()))


if __name__ == "__main__":
    raise SystemExit(main())
