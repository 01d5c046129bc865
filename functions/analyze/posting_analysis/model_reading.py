"""Asking a language model what the rules missed in a posting. The answer is only ever a proposal."""

from pathlib import Path

from cvmaker_core.language_model import JobBudget, LanguageModel, ModelOutcome, load_prompt

from posting_analysis.cleaning import prepare_posting
from posting_analysis.proposals import ProposedRequirements
from posting_analysis.requirements import extract_candidates

# A long posting's requirements stand in its first pages; the rest only costs money.
MAX_CHARACTERS = 20_000
MAX_OUTPUT_TOKENS = 3_000
_PROMPT = Path(__file__).parent / "prompts" / "requirements.md"


def ask_for_requirements(
    model: LanguageModel, posting_text: str, *, budget: JobBudget, remaining_seconds: float
) -> ModelOutcome[ProposedRequirements]:
    """One question about one posting. Never raises for a fault of the model's: see `ModelOutcome.warning`."""
    text = prepare_posting(posting_text).text
    found = [text[candidate.start : candidate.end] for candidate in extract_candidates(text)]
    return model.ask(
        load_prompt(_PROMPT),
        {"posting": text[:MAX_CHARACTERS], "already_found": found},
        ProposedRequirements,
        budget=budget,
        max_output_tokens=MAX_OUTPUT_TOKENS,
        remaining_seconds=remaining_seconds,
    )
