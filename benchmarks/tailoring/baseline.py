"""The baseline over the corpus: does evidence come forward, and does anything get lost on the way?

    python benchmarks/tailoring/baseline.py [--corpus ../shared/corpus/dev] [--postings 4]

For every CV and a few postings each (the corpus's and those in tests/data/postings): `visibility`
before and after, among pairs whose evidence did not all stand in the top third already; `fit`
unchanged; no bullet without its numbers; a claim for every string; what may be dropped leaves each
must its evidence. Times exclude parsing and matching.
"""

import argparse
import random
import re
import statistics
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]
for folder in ("layers/core", "functions/parse", "functions/analyze", "functions/embed", "functions/tailor"):
    sys.path.insert(0, str(ROOT / folder))

from cv_parsing import parse_document  # noqa: E402
from cv_tailoring import tailor  # noqa: E402
from cvmaker_core.errors import InputError  # noqa: E402
from cvmaker_core.pointers import walk_strings  # noqa: E402
from cvmaker_core.schema.artefacts import EvidenceData, Parsed, Tailored  # noqa: E402
from cvmaker_core.schema.jobs import JobRequest  # noqa: E402
from cvmaker_core.visibility import TOP_LINES, page_lines  # noqa: E402
from evidence_matching import match  # noqa: E402
from posting_analysis import analyze  # noqa: E402

AS_OF = date(2026, 11, 1)


def read_cvs(corpus: Path) -> dict[str, Parsed]:
    found: dict[str, Parsed] = {}
    for path in sorted([*(corpus / "pdf").glob("*.pdf"), *(corpus / "docx").glob("*.docx")]):
        try:
            found[path.name] = parse_document(path.read_bytes(), file_name=path.name).parsed
        except InputError:
            continue
    return found


def stands_at_the_top(parsed: Parsed, evidence: EvidenceData) -> bool:
    """Whether everything that is proven is already seen in the first third of the first page."""
    lines = page_lines(parsed.resume)
    for found in evidence.matches:
        own = [item.pointer for item in found.evidence if item.job_id is None and item.pointer in lines]
        if found.state in {"met", "partly"} and own and min(lines[pointer][0] for pointer in own) >= TOP_LINES:
            return False
    return True


def numbers(resume: dict[str, object]) -> Counter[str]:
    sections = {name: resume.get(name) for name in ("work", "projects", "volunteer", "education")}
    return Counter(number for _, text in walk_strings(sections) for number in re.findall(r"\d+", text))


def faults(parsed: Parsed, evidence: EvidenceData, tailored: Tailored, musts: set[str]) -> list[str]:
    """What must never happen, by name."""
    found = []
    if evidence.fit and tailored.fit != evidence.fit.value:
        found.append("fit changed")
    if numbers(parsed.resume) != numbers(tailored.resume):
        found.append("a number was lost or made")
    if set(dict(walk_strings(tailored.resume))) != set(tailored.claims):
        found.append("a string without a claim")
    if tailored.visibility and tailored.visibility.after < tailored.visibility.before:
        found.append("visibility fell")
    kept = [
        source.pointer
        for pointer, claim in tailored.claims.items()
        if not any(pointer == drop or pointer.startswith(drop + "/") for drop in tailored.may_drop)
        for source in claim.sources
    ]
    for item in evidence.matches:
        own = [place.pointer for place in item.evidence if place.job_id is None]
        stands = [pointer for pointer in own if any(other.startswith(pointer) for other in _strings(parsed))]
        relies = item.requirement_id in musts and item.state in {"met", "partly"} and bool(stands)
        if relies and not any(
            pointer == place or pointer.startswith(place + "/") for place in stands for pointer in kept
        ):
            found.append("a must lost its only evidence")
    return found


def _strings(parsed: Parsed) -> list[str]:
    return [pointer for pointer, _ in walk_strings(parsed.resume)]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "corpus" / "dev")
    options.add_argument("--postings", type=int, default=4)
    arguments = options.parse_args()
    if not arguments.corpus.exists():
        print(f"skipped: no corpus at {arguments.corpus}")
        return 0
    postings = sorted([*(arguments.corpus / "jobs").glob("*.txt"), *(ROOT / "tests/data/postings").glob("*.txt")])
    chooser = random.Random(5)
    below, rose, pairs = 0, 0, 0
    befores: list[int] = []
    afters: list[int] = []
    milliseconds: list[float] = []
    broken: Counter[str] = Counter()
    for parsed in read_cvs(arguments.corpus).values():
        for path in chooser.sample(postings, arguments.postings):
            analysis = analyze(parsed.resume, parsed, path.read_text(encoding="utf-8"), as_of=AS_OF, warnings=[])
            evidence = match(parsed.resume, analysis, as_of=AS_OF)
            started = time.perf_counter()
            tailored, _ = tailor(parsed, analysis, evidence, request=JobRequest(as_of=AS_OF))
            milliseconds.append((time.perf_counter() - started) * 1000)
            pairs += 1
            musts = {requirement.id for requirement in analysis.requirements if requirement.must}
            broken.update(faults(parsed, evidence, tailored, musts))
            if tailored.visibility and not stands_at_the_top(parsed, evidence):
                below += 1
                rose += tailored.visibility.after > tailored.visibility.before
                befores.append(tailored.visibility.before)
                afters.append(tailored.visibility.after)
    print(f"{pairs} pairs; {below} whose evidence did not all stand in the top third")
    print(f"visibility rose on {rose} of them ({100 * rose / max(1, below):.1f} %)")
    print(f"mean visibility {statistics.mean(befores):.1f} -> {statistics.mean(afters):.1f}")
    print(f"milliseconds a job: median {statistics.median(milliseconds):.0f}, maximum {max(milliseconds):.0f}")
    print(f"faults: {sum(broken.values())} {dict(broken)}")
    return 1 if broken or rose < 0.8 * below else 0


if __name__ == "__main__":
    sys.exit(main())
