"""Every template × every corpus resume: the certificate's verdict, and what our own parser reads back.

    python benchmarks/certify/readback.py [--template NAME ...] [--limit N] [--show 12] [--json FILE]

The resumes are the corpus's structured sources (JSON Resume), the gallery's samples in ten languages, and what
our parser makes of the corpus's PDF and DOCX files, so that real people's shapes of CV are covered. Prints a table
per source and template and the fields that are lost most often, by pointer pattern. Skips, saying so, when the
corpus is not there.
"""

import argparse
import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "dev"


def json_resumes() -> Iterator[tuple[str, dict[str, Any], str | None]]:
    """The corpus's own JSON Resumes, with their language where the name tells it."""
    for path in sorted((CORPUS / "source").glob("*.json")):
        value = json.loads(path.read_text("utf-8"))
        if isinstance(value.get("basics"), dict) and isinstance(value.get("work"), list):
            language = re.search(r"[-_](pt|fr|de|es)\b", path.stem)
            yield path.stem, value, language[1] if language else "en"


def sample_resumes() -> Iterator[tuple[str, dict[str, Any], str | None]]:
    """The gallery's samples: ten languages, right-to-left and non-Latin scripts among them."""
    for path in sorted((ROOT / "docs" / "gallery" / "samples").glob("*.json")):
        value = json.loads(path.read_text("utf-8"))
        value.pop("meta", None)
        yield path.stem, value, path.stem.split("-")[0]


def parsed_resumes() -> Iterator[tuple[str, dict[str, Any], str | None]]:
    """What our parser makes of the corpus's files."""
    from cv_parsing import parse_document
    from cvmaker_core.errors import CvMakerError

    for path in sorted([*(CORPUS / "pdf").glob("*.pdf"), *(CORPUS / "docx").glob("*.docx")]):
        if path.name.startswith(("malformed", "encrypted", "scan")):
            continue
        try:
            parsed = parse_document(path.read_bytes(), file_name=path.name).parsed
        except CvMakerError as error:
            print(f"skipped {path.name}: {error.code}", file=sys.stderr)
            continue
        if parsed.resume.get("basics", {}).get("name"):
            yield path.name, parsed.resume, parsed.layout.language


def pattern(pointer: str) -> str:
    """`/work/3/name` → `/work/*/name`."""
    return re.sub(r"/\d+", "/*", pointer)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--template", action="append", help="only these templates")
    parser.add_argument("--only", help="only resumes whose name holds this")
    parser.add_argument("--sources", choices=("json", "samples", "parsed", "all"), default="all")
    parser.add_argument("--limit", type=int, default=0, help="at most so many resumes")
    parser.add_argument("--show", type=int, default=12, help="so many lost fields in the list")
    parser.add_argument("--json", type=Path, help="write every case here")
    options = parser.parse_args()
    if not CORPUS.is_dir():
        print(f"SKIPPED: no corpus at {CORPUS}")
        return 0
    from cv_rendering.template_catalogue import list_templates

    templates = options.template or [info.name for info in list_templates()]
    origins = {"json": json_resumes, "samples": sample_resumes, "parsed": parsed_resumes}
    cases: list[dict[str, Any]] = []
    for origin, resumes_of in origins.items():
        if options.sources in (origin, "all"):
            resumes = [case for case in resumes_of() if not options.only or options.only in case[0]]
            resumes = resumes[: options.limit or None]
            cases += [{"source": origin, **case} for name in templates for case in run_template(name, resumes)]
    report(cases, options.show)
    if options.json:
        options.json.write_text(json.dumps(cases, ensure_ascii=False, indent=1), "utf-8")
    return 0


def run_template(template: str, resumes: list[tuple[str, dict[str, Any], str | None]]) -> Iterator[dict[str, Any]]:
    from cv_certification.certificate import certify
    from cv_parsing import parse_document
    from cv_rendering.rendering import render_all
    from cv_rendering.template_catalogue import load_template
    from cvmaker_core.errors import InputError

    label = load_template(template).audience
    for name, resume, language in resumes:
        case: dict[str, Any] = {"template": template, "resume": name}
        started = time.perf_counter()
        try:
            rendered = render_all(resume, template=template, language=language)
        except InputError as error:
            yield {**case, "verdict": "refused", "code": error.code}
            continue
        after_render = time.perf_counter()
        pdf = rendered.files["cv.pdf"]
        readback = parse_document(pdf, file_name="cv.pdf", mode="readback").parsed
        after_parse = time.perf_counter()
        certificate = certify(pdf, readback, rendered.resume, template_label=label)
        wrong = {pointer: field for pointer, field in certificate.fields.items() if not field.ok}
        yield {
            **case,
            "verdict": certificate.verdict,
            "fields": len(certificate.fields),
            "wrong": {pointer: [field.sent, field.read] for pointer, field in wrong.items()},
            "checks": {check.code: check.detail for check in certificate.checks if not check.ok},
            "agreement": min(extractor.agreement for extractor in certificate.extractors.values()),
            "ms": {
                "render": round((after_render - started) * 1000),
                "readback": round((after_parse - after_render) * 1000),
                "certify": round((time.perf_counter() - after_parse) * 1000),
            },
        }


def report(cases: list[dict[str, Any]], show: int) -> None:
    print(
        f"{'source':8} {'template':12} {'CVs':>4}"
        f" {'pass':>5} {'warn':>5} {'fail':>5} {'fields':>7} {'read':>7} {'all read':>9}"
        f" {'agreement':>9} {'certify ms':>10}"
    )
    for source, template in dict.fromkeys((case["source"], case["template"]) for case in cases):
        own = [case for case in cases if (case["source"], case["template"]) == (source, template) and "fields" in case]
        verdicts = Counter(case["verdict"] for case in own)
        fields = sum(case["fields"] for case in own)
        wrong = sum(len(case["wrong"]) for case in own)
        print(
            f"{source:8} {template:12} {len(own):4}"
            f" {verdicts['pass']:5} {verdicts['warn']:5} {verdicts['fail']:5} {fields:7}"
            f" {1 - wrong / max(1, fields):7.4f} {sum(not case['wrong'] for case in own):9}"
            f" {min((case['agreement'] for case in own), default=0):9.3f}"
            f" {statistics.median(case['ms']['certify'] for case in own) if own else 0:10.0f}"
        )
    refused = [case for case in cases if case["verdict"] == "refused"]
    for case in refused:
        print(f"refused: {case['resume']} in {case['template']}: {case['code']}")
    lost = Counter(pattern(pointer) for case in cases for pointer in case.get("wrong", ()))
    checks = Counter(code for case in cases for code in case.get("checks", ()))
    if lost:
        print("\nfields not read back:", *(f"{count:5} {name}" for name, count in lost.most_common(show)), sep="\n")
    if checks:
        print("\nchecks broken:", *(f"{count:5} {code}" for code, count in checks.most_common()), sep="\n")
    worst = sorted((case for case in cases if case.get("wrong")), key=lambda case: -len(case["wrong"]))[:show]
    for case in worst:
        print(
            f"{case['template']:12} {case['resume']}: {len(case['wrong'])} of {case['fields']}: "
            + ", ".join(list(case["wrong"])[:4])
        )


if __name__ == "__main__":
    raise SystemExit(main())
