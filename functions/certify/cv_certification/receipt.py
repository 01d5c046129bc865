"""The receipt: what one job cost in time and money, summed over its stages.

Times are estimated inside the functions (their own clocks, without the runtime's start-up);
a script can reconcile them with Lambda's REPORT lines. A price that the table does not
know is left out and named, never counted as zero in silence.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping

from cvmaker_core.prices import lambda_usd, price_table, requests_usd
from cvmaker_core.schema.artefacts import Receipt, StageCost, StageWarning, Tokens, Usage

# Which provider bills a kind of request; all others are AWS's own.
PROVIDERS = {"textract": "textract", "pinecone": "pinecone", "openai": "openai"}
# Steps of cv_pipeline.asl.yaml that leave no artefact: the task Intake, the choices IsOurs and HasPosting, and Done.
STATES_WITHOUT_ARTEFACT = 4
# Of these, Intake is a function; its little time stands in no envelope, its invocation is known.
FUNCTIONS_WITHOUT_ARTEFACT = 1


def build_receipt(stages: Mapping[str, Usage], *, architecture: str = "arm64") -> tuple[Receipt, list[StageWarning]]:
    """The receipt of a job.

    Parameters
    ----------
    stages
        Usage by stage, from the artefacts' envelopes, Certify's own included. A stage that reused an earlier
        artefact did not run again, so it costs only the little time of finding out. Its requests may hold
        `retries`, the stage's earlier attempts in this execution: each is one more invocation and one more transition.
    architecture
        `arm64` or `x86_64`: Lambda's price differs.

    Returns
    -------
    The receipt and warnings about what could not be priced.

    """
    table = price_table()
    requests: Counter[str] = Counter()
    tokens: Counter[str] = Counter()
    usd: dict[str, float] = defaultdict(float)
    costs: dict[str, StageCost] = {}
    unpriced: set[str] = set()
    for name, usage in stages.items():
        compute = lambda_usd(usage.estimated_ms, usage.memory_mb, architecture)
        own = {kind: number for kind, number in usage.requests.items() if kind != "retries"}
        runs = 1 + usage.requests.get("retries", 0)
        own |= {"lambda_invocation": runs, "step_functions_transition": runs}
        requests.update(own)
        priced = requests_usd(own)
        unpriced |= {kind for kind in own if kind not in priced and not kind.endswith("_calls")}
        by_provider: dict[str, float] = defaultdict(float, aws=compute)
        for kind, amount in priced.items():
            by_provider[_provider(kind)] += amount
        # What a stage billed itself for (model and embedding tokens at the model's own price); requests are above.
        for provider, amount in usage.usd.items():
            if provider == "openai" or provider not in by_provider:
                by_provider[provider] += amount
        for provider, amount in by_provider.items():
            usd[provider] += amount
        for kind in Tokens.model_fields:
            tokens[kind] += getattr(usage.tokens, kind)
        costs[name] = StageCost(
            estimated_ms=usage.estimated_ms,
            memory_mb=usage.memory_mb,
            cold=usage.cold,
            usd=_rounded(sum(by_provider.values())),
        )
    requests["step_functions_transition"] += STATES_WITHOUT_ARTEFACT
    usd["aws"] += STATES_WITHOUT_ARTEFACT * table.per_request["step_functions_transition"]
    requests["lambda_invocation"] += FUNCTIONS_WITHOUT_ARTEFACT
    usd["aws"] += FUNCTIONS_WITHOUT_ARTEFACT * table.per_request["lambda_invocation"]
    totals = {provider: _rounded(usd[provider]) for provider in ("aws", "openai", "pinecone", "textract")}
    totals["total"] = _rounded(sum(totals.values()))
    warnings = (
        [
            StageWarning(
                code="unpriced_requests",
                message=f"The receipt leaves out {', '.join(sorted(unpriced))}: the price table does not know them.",
                advice="Add them to the price table.",
            )
        ]
        if unpriced
        else []
    )
    receipt = Receipt(
        stages=costs, tokens=dict(tokens), requests=dict(sorted(requests.items())), usd=totals, price_table=table.as_of
    )
    return receipt, warnings


def _provider(kind: str) -> str:
    return next((provider for prefix, provider in PROVIDERS.items() if kind.startswith(prefix)), "aws")


def _rounded(usd: float) -> float:
    """To a hundred-millionth of a dollar: one S3 read costs 0.4 millionths."""
    return round(usd, 8)
