"""The receipt: every stage's time, requests and tokens at the dated prices."""

import pytest
from cv_certification.receipt import STATES_WITHOUT_ARTEFACT, build_receipt
from cvmaker_core.prices import lambda_usd, price_table
from cvmaker_core.schema.artefacts import Tokens, Usage


def test_time_and_memory_cost_what_the_table_says() -> None:
    receipt, warnings = build_receipt({"parse": Usage(estimated_ms=2000, memory_mb=1024)}, architecture="x86_64")
    prices = price_table().per_request
    own = lambda_usd(2000, 1024, "x86_64") + prices["lambda_invocation"] + prices["step_functions_transition"]
    assert receipt.stages["parse"].usd == pytest.approx(own, abs=1e-8)
    besides = STATES_WITHOUT_ARTEFACT * prices["step_functions_transition"] + prices["lambda_invocation"]
    assert receipt.usd["aws"] == pytest.approx(own + besides, abs=1e-8)
    assert receipt.price_table == price_table().as_of
    assert warnings == []


def test_providers_are_billed_apart_and_summed() -> None:
    stages = {
        "parse": Usage(estimated_ms=100, memory_mb=512, requests={"textract_pages": 3, "s3_get": 2, "s3_put": 1}),
        "embed": Usage(
            estimated_ms=100,
            memory_mb=512,
            requests={"pinecone_write_units": 50, "pinecone_read_units": 5},
            tokens=Tokens(embedding=900),
            usd={"openai": 0.000018},
        ),
        "tailor": Usage(estimated_ms=100, memory_mb=512, tokens=Tokens(input=4000, output=900), usd={"openai": 0.0028}),
    }
    receipt, _ = build_receipt(stages)
    prices = price_table().per_request
    assert receipt.usd["textract"] == pytest.approx(3 * prices["textract_pages"])
    assert receipt.usd["pinecone"] == pytest.approx(
        50 * prices["pinecone_write_units"] + 5 * prices["pinecone_read_units"]
    )
    assert receipt.usd["openai"] == pytest.approx(0.002818)
    assert receipt.usd["total"] == pytest.approx(sum(receipt.usd[name] for name in receipt.usd if name != "total"))
    assert receipt.tokens == {"input": 4000, "output": 900, "embedding": 900}
    assert receipt.requests["s3_get"] == 2
    assert receipt.requests["lambda_invocation"] == 4, "three stages and Intake"


def test_what_has_no_price_is_named_not_free() -> None:
    _, warnings = build_receipt({"embed": Usage(requests={"carrier_pigeons": 2})})
    assert [warning.code for warning in warnings] == ["unpriced_requests"]
    assert "carrier_pigeons" in warnings[0].message


def test_a_stage_that_counts_units_and_dollars_is_billed_once() -> None:
    usage = Usage(requests={"pinecone_read_units": 10}, usd={"pinecone": 10 * 0.000016})
    receipt, _ = build_receipt({"embed": usage})
    assert receipt.usd["pinecone"] == pytest.approx(10 * price_table().per_request["pinecone_read_units"])


def test_each_earlier_attempt_is_a_transition_and_an_invocation() -> None:
    calm, _ = build_receipt({"parse": Usage()})
    shaky, warnings = build_receipt({"parse": Usage(requests={"retries": 2})})
    prices = price_table().per_request
    more = 2 * (prices["step_functions_transition"] + prices["lambda_invocation"])
    assert shaky.usd["aws"] - calm.usd["aws"] == pytest.approx(more, abs=2e-8)
    assert warnings == []
