"""Analyze: the posting becomes requirements, the CV becomes findings → `analysis.json`."""

from typing import Any

import posting_analysis
from cvmaker_core.aws import read_secret
from cvmaker_core.code_version import code_version
from cvmaker_core.hashing import content_hash
from cvmaker_core.schema.artefacts import Parsed
from cvmaker_core.settings import ModelSettings, settings
from cvmaker_core.stage import StageRun, stage_handler
from posting_analysis import analyze, read_posting_document
from posting_ocr import TextractOcr

# The posting is one of several questions a job asks a model; the rest of its budget is Tailor's.
SHARE_OF_BUDGET = 0.2


@stage_handler("analyze")
def handler(run: StageRun) -> None:
    """Read `parsed.json` and the posting, write `analysis.json`."""
    parsed = Parsed.model_validate(run.artefact("parsed.json").data)
    posting = run.read_posting() if run.event.has_posting else None
    request = run.request()
    model = _model(run) if posting and run.may_spend() else None
    code = code_version(posting_analysis.__file__)
    inputs = {
        "parsed": content_hash(parsed.model_dump(mode="json")),
        "posting": content_hash(posting[0]) if posting else "",
        "as_of": request.as_of.isoformat(),
        "code": code,
        "model": model.identity if model else "",
    }
    if run.reuse("analysis.json", inputs):
        return
    text = read_posting_document(posting[0], posting[1], ocr=TextractOcr(run.count)) if posting else None
    proposals = _ask(run, model, text) if model and text else None
    analysis = analyze(parsed.resume, parsed, text, proposals=proposals, as_of=request.as_of, warnings=run.warnings)
    engine = {"name": "rules", "version": code, "model": model.identity if model and proposals is not None else None}
    run.write_artefact("analysis.json", analysis, inputs=inputs, engine=engine)


def _model(run: StageRun) -> Any:
    """The configured language model, or None without a key: Tailor says so once for the job."""
    from cvmaker_core.language_model import LanguageModelConfiguration, language_model

    configuration = settings(ModelSettings)
    chosen = LanguageModelConfiguration(
        api_key=str(read_secret(configuration.openai_secret_arn).get("api_key") or ""),
        base_url=configuration.openai_base_url,
        model=configuration.openai_model,
        timeout_seconds=min(configuration.openai_timeout_seconds, max(1.0, run.remaining_seconds() - 15)),
    )
    return language_model(chosen) if chosen.usable else None


def _ask(run: StageRun, model: Any, text: str) -> Any:
    """What the model would add; None when it cannot be asked. Whatever it says is verified in `analyze`."""
    from cvmaker_core.language_model import JobBudget
    from posting_analysis.model_reading import ask_for_requirements

    budget = JobBudget(
        max_usd=run.request().max_usd * SHARE_OF_BUDGET,
        max_tokens=settings(ModelSettings).prompt_token_budget,
        waits=run.may_wait,
    )
    outcome = ask_for_requirements(model, text, budget=budget, remaining_seconds=run.remaining_seconds())
    if outcome.warning:
        run.warnings.append(outcome.warning)
    run.spend(outcome.tokens, openai=outcome.usd)
    run.count("model_requests", outcome.requests)
    return outcome.value.requirements if outcome.value else None
