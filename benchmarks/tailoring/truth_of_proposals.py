"""Fabrication over real HTTP: what reaches a tailored CV when a model lies, and what survives when it does not.

    python benchmarks/tailoring/truth_of_proposals.py [--corpus ../shared/corpus/dev] [--cvs 25] [--postings 2]

Every CV is tailored to several postings three times: with a model that plants a fact in every
proposal (the planted strings are searched for in everything emitted, and our verifier's opinion
is not asked), with one that makes small false changes, and with one that proposes rewritings
people wrote beforehand. Rejected proposals are listed in the artefact by contract and are not output.
"""

import argparse
import json
import random
import sys
from collections import Counter
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]
for folder in ("layers/core", "functions/parse", "functions/analyze", "functions/embed", "functions/tailor", "tests"):
    sys.path.insert(0, str(ROOT / folder))

from cv_parsing import parse_document  # noqa: E402
from cv_tailoring import proposer, tailor  # noqa: E402
from cvmaker_core.errors import InputError  # noqa: E402
from cvmaker_core.language_model import JobBudget, LanguageModel, LanguageModelConfiguration  # noqa: E402
from cvmaker_core.schema.artefacts import Analysis, EvidenceData, Parsed, Tailored  # noqa: E402
from cvmaker_core.schema.jobs import JobRequest  # noqa: E402
from doubles.adversarial_model import AdversarialModel, SubtleModel  # noqa: E402
from doubles.honest_model import HonestModel  # noqa: E402
from doubles.openai_wire import OpenAIServer  # noqa: E402
from evidence_matching import match  # noqa: E402
from posting_analysis import analyze  # noqa: E402

AS_OF = date(2026, 11, 1)


def read_cvs(corpus: Path, wanted: int) -> dict[str, Parsed]:
    """CVs of the corpus that can be read without OCR, spread evenly over its files."""
    files = sorted([*(corpus / "pdf").glob("*.pdf"), *(corpus / "docx").glob("*.docx")])
    random.Random(7).shuffle(files)
    found: dict[str, Parsed] = {}
    for path in files:
        try:
            parsed = parse_document(path.read_bytes(), file_name=path.name).parsed
        except InputError:
            continue
        if parsed.resume.get("work") and len(found) < wanted:
            found[path.name] = parsed
    return found


def emitted(tailored: Tailored) -> str:
    """Everything of the artefact that reaches a person's documents."""
    return json.dumps(tailored.model_dump(mode="json", exclude={"rejected"}), ensure_ascii=False)


def run(server: OpenAIServer, parsed: Parsed, analysis: Analysis, evidence: EvidenceData) -> Tailored:
    model = LanguageModel(LanguageModelConfiguration(base_url=server.base_url, model="double", timeout_seconds=20))
    propose = proposer(model, parsed.resume, JobBudget(1.0, 10**6), lambda: 60.0)
    tailored, warnings = tailor(parsed, analysis, evidence, request=JobRequest(as_of=AS_OF), propose=propose)
    if warnings and any(warning.code.startswith("model_") for warning in warnings):
        raise RuntimeError(f"the double was not understood: {[warning.code for warning in warnings]}")
    return tailored


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "corpus" / "dev")
    options.add_argument("--cvs", type=int, default=25)
    options.add_argument("--postings", type=int, default=2)
    arguments = options.parse_args()
    if not arguments.corpus.exists():
        print(f"skipped: no corpus at {arguments.corpus}")
        return 0
    cvs = read_cvs(arguments.corpus, arguments.cvs)
    postings = sorted((arguments.corpus / "jobs").glob("*.txt"))
    pairs = [
        (name, parsed, posting)
        for number, (name, parsed) in enumerate(cvs.items())
        for posting in (postings[(number * 3 + step * 5) % len(postings)] for step in range(arguments.postings))
    ]
    adversary, subtle, honest = AdversarialModel(), SubtleModel(), HonestModel()
    found: Counter[str] = Counter()
    kept = 0
    believed: Counter[str] = Counter()
    not_kept: Counter[str] = Counter()
    with OpenAIServer(adversary) as lying, OpenAIServer(subtle) as twisting, OpenAIServer(honest) as telling:
        for _, parsed, posting in pairs:
            text = posting.read_text(encoding="utf-8")
            analysis = analyze(parsed.resume, parsed, text, as_of=AS_OF, warnings=[])
            evidence = match(parsed.resume, analysis, as_of=AS_OF)
            start = len(adversary.planted)
            output = emitted(run(lying, parsed, analysis, evidence))
            found.update(kind for kind, fact in adversary.planted[start:] if fact in output)
            start = len(subtle.texts)
            output = emitted(run(twisting, parsed, analysis, evidence))
            believed.update(
                text for text in subtle.texts[start:] if json.dumps(text, ensure_ascii=False)[1:-1] in output
            )
            start = len(honest.proposed)
            tailored = run(telling, parsed, analysis, evidence)
            rejected = {rejection.text for rejection in tailored.rejected}
            for text in honest.proposed[start:]:
                kept += text not in rejected
                not_kept.update([text] if text in rejected else [])
    print(f"{len(cvs)} CVs x {arguments.postings} postings = {len(pairs)} jobs over HTTP, three models")
    print(f"planted facts: {len(adversary.planted)}, found in what was emitted: {sum(found.values())} {dict(found)}")
    print(f"subtle falsifications: {len(subtle.texts)}, found in what was emitted: {believed.total()}")
    for text, number in believed.items():
        print(f"  believed ({number}x): {text}")
    print(
        f"honest rewritings: {len(honest.proposed)}, kept: {kept} ({100 * kept / max(1, len(honest.proposed)):.1f} %)"
    )
    for text, number in not_kept.most_common():
        print(f"  not kept ({number}x): {text}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
