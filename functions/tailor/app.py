"""Tailor: choose, order and reword from the CV's own facts; every proposal is verified → `tailored.json`."""

from typing import Any

from cv_tailoring import Proposals, code_version, prompt, proposer, tailor
from cvmaker_core.hashing import content_hash
from cvmaker_core.language_model import JobBudget, LanguageModel, ModelOutcome, configured_model
from cvmaker_core.observability import measure
from cvmaker_core.schema.artefacts import Analysis, EvidenceData, Parsed, StageWarning
from cvmaker_core.settings import ModelSettings, settings
from cvmaker_core.stage import StageRun, stage_handler

_NO_AI = StageWarning(code="model_not_wanted", message="No language model was asked, as you wished.")

# What tailoring reads of Parse's data: all but where on the page a value stands.
_PARSED: Any = {"resume": True, "dates": True, "confidence": True, "text": True, "layout": {"language"}}


@stage_handler("tailor")
def handler(run: StageRun) -> None:
    """Read `parsed.json`, `analysis.json` and `evidence.json`, write `tailored.json`."""
    parsed = Parsed.model_validate(run.artefact("parsed.json").data)
    analyzed = run.artefact("analysis.json")
    analysis = Analysis.model_validate(analyzed.data)
    evidence = EvidenceData.model_validate(run.artefact("evidence.json").data)
    request = run.request()
    model = configured_model(settings(ModelSettings))
    may_ask = run.may_spend()
    wanted = may_ask and model.configuration.usable and bool(analysis.requirements)
    inputs = {
        "parsed": content_hash(parsed.model_dump(mode="json", include=_PARSED)),
        "analysis": content_hash(analyzed.data),
        "evidence": content_hash(evidence.model_dump(mode="json", include={"matches", "fit"})),
        "as_of": request.as_of.isoformat(),
        "code": code_version(),
    }
    with_model = {**inputs, "prompt": prompt("tailor").identity, "model": model.identity}
    if run.reuse("tailored.json", with_model if wanted else inputs):
        return
    budget = JobBudget(
        max_usd=request.max_usd,
        max_tokens=settings(ModelSettings).prompt_token_budget,
        spent_usd=sum(analyzed.usage.usd.values()),
        spent_tokens=analyzed.usage.tokens.input + analyzed.usage.tokens.output,
        waits=run.may_wait,
    )
    outcomes: list[ModelOutcome[Proposals]] = []
    ask = proposer(model, parsed.resume, budget, run.remaining_seconds)

    def propose(material: dict[str, Any]) -> ModelOutcome[Proposals]:
        outcomes.append(ask(material))
        return outcomes[-1]

    tailored, warnings = tailor(parsed, analysis, evidence, request=request, propose=propose if may_ask else None)
    for outcome in outcomes:
        run.spend(outcome.tokens, openai=outcome.usd)
        run.count("openai", outcome.requests)
    answered = any(outcome.value for outcome in outcomes)
    run.write_artefact(
        "tailored.json",
        tailored,
        # Without an answer this is the baseline's work: the same job asks again when it is run again.
        inputs=with_model if answered else inputs,
        engine=_engine(model, answered=answered),
        warnings=warnings if request.use_ai else [*warnings, _NO_AI],
    )
    if answered:
        measure("ProposalsAccepted", sum(claim.engine == "model" for claim in tailored.claims.values()))
        measure("ProposalsRejected", len(tailored.rejected))


def _engine(model: LanguageModel, *, answered: bool) -> dict[str, str]:
    return (
        {"name": "model", "model": model.identity, "prompt": prompt("tailor").identity}
        if answered
        else {"name": "baseline"}
    )
