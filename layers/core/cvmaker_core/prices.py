"""What things cost: the dated price table (`data/prices.json`) and the sums over it.

Estimates for a person's receipt and for refusing a call *before* it is made; the bill is the
providers'. A price that is not in the table is unknown (None), never guessed as zero.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

_TABLE = Path(__file__).with_name("data") / "prices.json"
_DATED_SUFFIX = re.compile(r"-\d{4}-\d{2}-\d{2}$")


class ModelPrice(BaseModel):
    """US dollars per million tokens."""

    model_config = ConfigDict(frozen=True)

    input: float
    output: float

    def usd(self, input_tokens: int, output_tokens: int) -> float:
        return (input_tokens * self.input + output_tokens * self.output) / 1_000_000


class PriceTable(BaseModel):
    """All prices, in US dollars, as of one day in one region."""

    model_config = ConfigDict(frozen=True)

    as_of: str
    currency: str
    region: str
    sources: dict[str, str]
    models_per_million_tokens: dict[str, ModelPrice]
    embeddings_per_million_tokens: dict[str, float]
    lambda_per_gb_second: dict[str, float]
    per_request: dict[str, float]


@lru_cache(maxsize=1)
def price_table() -> PriceTable:
    """The table, read once per container."""
    return PriceTable.model_validate_json(_TABLE.read_bytes())


def model_price(model: str) -> ModelPrice | None:
    """The price of a chat model; a dated snapshot costs what its alias costs. None when unknown."""
    prices = price_table().models_per_million_tokens
    return prices.get(model) or prices.get(_DATED_SUFFIX.sub("", model))


def dearest_model_price() -> ModelPrice:
    """An upper bound for a model of OpenAI's that is not in the table."""
    prices = price_table().models_per_million_tokens.values()
    return ModelPrice(input=max(price.input for price in prices), output=max(price.output for price in prices))


def embedding_usd(model: str, tokens: int) -> float | None:
    """What embedding so many tokens costs; None when the model is unknown."""
    price = price_table().embeddings_per_million_tokens.get(model)
    return None if price is None else tokens * price / 1_000_000


def lambda_usd(milliseconds: float, memory_mb: int, architecture: str) -> float:
    """Compute time of one run (without the request itself). `architecture`: arm64 or x86_64."""
    return milliseconds / 1000 * memory_mb / 1024 * price_table().lambda_per_gb_second[architecture]


def requests_usd(requests: Mapping[str, int]) -> dict[str, float]:
    """Cost by kind of request; kinds without a price of their own (a model call, say) are left out."""
    prices = price_table().per_request
    return {kind: number * prices[kind] for kind, number in requests.items() if kind in prices}
