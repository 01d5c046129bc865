"""POST /jobs/{id}/proposals: other wordings of one item, each verified against the owner's CV."""

from typing import Any

from cv_tailoring import alternatives_proposer, propose_alternatives
from cvmaker_core.errors import CvMakerError, InputError
from cvmaker_core.job_store import TOMBSTONE, JobStore, ObjectMissing
from cvmaker_core.language_model import JobBudget, configured_model
from cvmaker_core.observability import MetricUnit, describe_exception, logger, metrics
from cvmaker_core.proxy_route import json_answer, problem_answer, read_body
from cvmaker_core.schema.artefacts import Analysis, EvidenceData, Parsed, Source, Tailored
from cvmaker_core.schema.jobs import JobReference, JobRequest
from cvmaker_core.settings import ModelSettings, StageSettings, settings
from cvmaker_core.spending import DailySpending
from pydantic import BaseModel, ConfigDict, Field, ValidationError

MAXIMUM_REQUEST_BYTES = 50_000
# One item costs a small part of what a job may.
MAXIMUM_USD = 0.02


class ProposalRequest(BaseModel):
    """The body. `pointer` names an item of the job's result; `text` its wording now, if the person changed it."""

    model_config = ConfigDict(extra="forbid")

    pointer: str = Field(max_length=200)
    text: str | None = Field(default=None, max_length=2000)
    instruction: str | None = Field(default=None, max_length=500)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway proxy event → alternatives as JSON, or problem+json."""
    logger.clear_state()
    try:
        wanted = read_body(event, ProposalRequest, limit=MAXIMUM_REQUEST_BYTES, advice="Send one item.")
        answer = _propose(_job(event), wanted, context)
    except ObjectMissing:
        return problem_answer(404, "not_found", "There is no such job, or it has no result yet.", "Check the address.")
    except InputError as error:
        return problem_answer(422, error.code, error.message, error.advice)
    except CvMakerError as error:
        return problem_answer(
            503 if error.retryable else 500, error.code, error.message, error.advice, retryable=error.retryable
        )
    except Exception as error:  # noqa: BLE001 - a boundary: nothing may leave with its own text
        logger.error("proposals crashed", extra=describe_exception(error))
        return problem_answer(500, "internal_error", "The request met a defect of ours.", "Try again.")
    return json_answer(200, answer)


def _job(event: dict[str, Any]) -> JobReference:
    """The job asked for, under the owner that the authorizer decided; another owner's job is simply not there."""
    try:
        owner = event["requestContext"]["authorizer"]["owner"]
        return JobReference(owner=owner, job_id=event["pathParameters"]["id"])
    except (KeyError, TypeError, ValidationError):
        raise ObjectMissing from None


def _propose(job: JobReference, wanted: ProposalRequest, context: Any) -> dict[str, Any]:
    store = JobStore(settings(StageSettings).documents_bucket)
    files = store.files(job)
    # Asked of the listing: to read what is not there is "access denied" for a role that lists by prefix alone.
    if TOMBSTONE in files or "parsed.json" not in files:
        raise ObjectMissing
    parsed = Parsed.model_validate(store.read_envelope(job, "parsed.json").data)
    request = (
        JobRequest.model_validate(store.read_json(job, "request.json")) if "request.json" in files else JobRequest()
    )
    data = {name: store.read_envelope(job, name).data for name in _OPTIONAL if name in files}
    pointer, text, sources = _locate(wanted, data.get("tailored.json"))
    propose = None
    spending = DailySpending(store, settings(StageSettings).daily_usd_limit)
    budget = None
    if request.use_ai and not spending.is_exhausted():
        budget = JobBudget(
            max_usd=min(request.max_usd, MAXIMUM_USD), max_tokens=settings(ModelSettings).prompt_token_budget
        )
        propose = alternatives_proposer(
            configured_model(settings(ModelSettings)),
            parsed.resume,
            budget,
            lambda: float(context.get_remaining_time_in_millis()) / 1000,
        )
    try:
        found = propose_alternatives(
            parsed,
            pointer,
            Analysis.model_validate(data.get("analysis.json", {})),
            EvidenceData.model_validate(data.get("evidence.json", {})),
            as_of=request.as_of,
            text=text,
            sources=sources,
            instruction=wanted.instruction,
            propose=propose,
        )
    finally:
        # Money is gone also where what came back could not be used.
        if budget is not None and budget.spent_usd:
            spending.record(budget.spent_usd)
            metrics.add_dimension("stage", "proposals")
            metrics.add_metric("Usd", MetricUnit.NoUnit, budget.spent_usd)
            metrics.flush_metrics()
    return found.model_dump(mode="json")


_OPTIONAL = ("analysis.json", "evidence.json", "tailored.json")


def _locate(
    wanted: ProposalRequest, tailored_data: dict[str, Any] | None
) -> tuple[str, str | None, list[Source] | None]:
    """Where the item came from in the uploaded CV, and what its present wording rests on.

    The person sees the result, so pointers name the result; its claims lead back to the CV.
    """
    if tailored_data is None:
        return wanted.pointer, wanted.text, None
    tailored = Tailored.model_validate(tailored_data)
    claim = tailored.claims.get(wanted.pointer)
    if claim is None:
        return wanted.pointer, wanted.text, None
    from cv_tailoring.draft import text_at

    origins = [source.pointer for source in claim.sources if source.kind in {"cv", "person"}]
    own_field = wanted.pointer in {"/basics/label", "/basics/summary"}
    origin = wanted.pointer if own_field or not origins else origins[0]
    standing = text_at(tailored.resume, wanted.pointer)
    if wanted.text is None or wanted.text.strip() == standing.strip():
        return origin, standing, claim.sources
    return origin, wanted.text, None
