"""The price table: dated, complete for what the pipeline meters, and never zero by accident."""

from datetime import date

import pytest
from cvmaker_core.contact_details import private_values, redact
from cvmaker_core.prices import (
    dearest_model_price,
    embedding_usd,
    lambda_usd,
    model_price,
    price_table,
    requests_usd,
)


def test_the_table_is_dated_and_every_price_positive() -> None:
    table = price_table()
    assert date.fromisoformat(table.as_of) <= date(2026, 11, 22)
    for price in table.models_per_million_tokens.values():
        assert 0 < price.input < price.output
    for group in (table.embeddings_per_million_tokens, table.lambda_per_gb_second, table.per_request):
        assert all(price > 0 for price in group.values())


def test_a_snapshot_costs_what_its_alias_costs() -> None:
    assert model_price("gpt-4.1-mini-2025-04-14") == model_price("gpt-4.1-mini")
    assert model_price("somebody-else") is None


def test_an_unknown_model_is_taken_for_the_dearest() -> None:
    dearest = dearest_model_price()
    assert all(
        dearest.input >= price.input and dearest.output >= price.output
        for price in price_table().models_per_million_tokens.values()
    )


def test_sums() -> None:
    assert lambda_usd(1000, 1024, "arm64") == pytest.approx(0.0000133334)
    assert lambda_usd(500, 512, "x86_64") == pytest.approx(0.0000166667 / 4)
    assert embedding_usd("text-embedding-3-small", 1_000_000) == pytest.approx(0.02)
    assert embedding_usd("minilm", 5) is None
    assert requests_usd({"s3_put": 1000, "textract_pages": 2, "openai": 3}) == {
        "s3_put": pytest.approx(0.005),
        "textract_pages": pytest.approx(0.003),
    }


@pytest.mark.parametrize(
    "text",
    ["mail me: a.b+c@mail.example.co.uk", "(512) 555-0188", "+49 170 1234567", "030/123 456 78", "www.me.example/cv"],
)
def test_contact_details_go(text: str) -> None:
    assert "[removed]" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "2018 - 2024",
        "1,200,000 users and 99.95 % uptime",
        "cut p99 from 900 ms to 210 ms",
        "ISO 27001:2022, RFC 2119",
        "budget of 1.250.000 EUR",
        "from 2019-03 to 2021-07",
        "24/7 on call for 350-400 shops",
        "10.000 - 12.000 Besucher",
    ],
)
def test_facts_stay(text: str) -> None:
    assert redact(text) == text


def test_what_the_cv_itself_names_goes_wherever_it_stands() -> None:
    resume = {
        "basics": {
            "name": "Ada Lind",
            "location": {"address": "Main Street 5", "city": "Oslo"},
            "profiles": [{"username": "adalind"}],
        }
    }
    private = private_values(resume)
    assert redact("ADA LIND of Oslo, Main Street 5, github adalind", private) == (
        "[removed] of Oslo, [removed], github [removed]"
    )
