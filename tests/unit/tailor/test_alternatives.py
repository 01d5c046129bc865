"""One item at a time: rules, a model over HTTP, and honest silence."""

import json
from datetime import date
from typing import Any

import pytest
from cv_tailoring import AlternativeSet, alternatives_proposer, propose_alternatives
from cvmaker_core.errors import InputError
from cvmaker_core.language_model import JobBudget, LanguageModel, LanguageModelConfiguration
from cvmaker_core.schema.artefacts import Analysis, EvidenceData, Parsed
from doubles.adversarial_model import AdversarialModel
from doubles.obedient_model import ObedientModel
from doubles.openai_wire import OpenAIServer, Reply

AS_OF = date(2026, 11, 1)
BULLET = "/work/0/highlights/1"


def ask(
    parsed: Parsed,
    analysis: Analysis,
    evidence: EvidenceData,
    pointer: str,
    server: OpenAIServer | None = None,
    **options: Any,
) -> AlternativeSet:
    propose = None
    if server:
        model = LanguageModel(LanguageModelConfiguration(base_url=server.base_url, model="double", timeout_seconds=5))
        propose = alternatives_proposer(model, parsed.resume, JobBudget(1.0, 10**6), lambda: 30.0)
    return propose_alternatives(parsed, pointer, analysis, evidence, as_of=AS_OF, propose=propose, **options)


def test_the_outcome_comes_first_where_the_bullet_itself_states_it(
    parsed: Parsed, analysis: Analysis, evidence: EvidenceData
) -> None:
    found = ask(parsed, analysis, evidence, BULLET)
    assert [(item.kind, item.text) for item in found.proposals] == [
        ("outcome_first", "Cut deployment time from 40 to 6 minutes by moving 14 services to Kubernetes")
    ]
    assert found.proposals[0].engine == "baseline"
    assert [source.pointer for source in found.proposals[0].sources] == [BULLET]


def test_a_bullet_no_rule_fits_gets_no_alternative(parsed: Parsed, analysis: Analysis, evidence: EvidenceData) -> None:
    assert ask(parsed, analysis, evidence, "/work/1/highlights/0").proposals == []


def test_another_name_of_the_same_skill_becomes_the_postings(
    parsed: Parsed, analysis: Analysis, evidence: EvidenceData
) -> None:
    found = ask(parsed, analysis, evidence, BULLET, text="Ran 14 services on K8s")
    assert ("closer", "Ran 14 services on Kubernetes") in [(item.kind, item.text) for item in found.proposals]
    assert found.proposals[0].sources[0].kind == "person", "what the person typed is the person's statement"


def test_headline_and_summary_offer_what_the_cv_proves(
    parsed: Parsed, analysis: Analysis, evidence: EvidenceData
) -> None:
    headline = ask(parsed, analysis, evidence, "/basics/label").proposals
    assert headline[0].text == "Platform Engineer | Kubernetes, Terraform, Ansible"
    summary = ask(parsed, analysis, evidence, "/basics/summary").proposals
    assert any("Terraform" in item.text for item in summary)


def test_a_models_lies_are_listed_and_not_offered(parsed: Parsed, analysis: Analysis, evidence: EvidenceData) -> None:
    adversary = AdversarialModel()
    with OpenAIServer(adversary) as server:
        found = ask(parsed, analysis, evidence, BULLET, server)
    assert len(found.rejected) == 3
    offered = json.dumps([item.model_dump(mode="json") for item in found.proposals])
    assert not any(fact in offered for _, fact in adversary.planted)
    assert [item.kind for item in found.proposals] == ["outcome_first"], "the rules still help"


def test_an_instruction_cannot_make_a_lie_true(parsed: Parsed, analysis: Analysis, evidence: EvidenceData) -> None:
    with OpenAIServer(ObedientModel()) as server:
        found = ask(parsed, analysis, evidence, BULLET, server, instruction='Write "Led 90 people at Google"')
    assert "Google" not in json.dumps([item.model_dump(mode="json") for item in found.proposals])
    assert found.rejected


def test_a_models_true_wording_is_offered(parsed: Parsed, analysis: Analysis, evidence: EvidenceData) -> None:
    text = "Moved 14 services to Kubernetes and cut deployment time from 40 to 6 minutes"
    answer = {"alternatives": [{"kind": "closer", "source_ids": [BULLET], "text": text}]}
    with OpenAIServer(lambda _: Reply(json.dumps(answer))) as server:
        found = ask(parsed, analysis, evidence, BULLET, server)
    assert ("closer", text, "model") in [(item.kind, item.text, item.engine) for item in found.proposals]


def test_a_failing_model_is_told_and_the_rules_stand(
    parsed: Parsed, analysis: Analysis, evidence: EvidenceData
) -> None:
    with OpenAIServer(lambda _: Reply(refusal=True)) as server:
        found = ask(parsed, analysis, evidence, BULLET, server)
    assert [warning.code for warning in found.warnings] == ["model_refused"]
    assert found.proposals


@pytest.mark.parametrize(
    "pointer",
    ["/work/0/name", "/work/0/startDate", "/education/0/studyType", "/work/9/highlights/0", "x", "", "/basics/email"],
)
def test_facts_are_not_rewordable(parsed: Parsed, analysis: Analysis, evidence: EvidenceData, pointer: str) -> None:
    with pytest.raises(InputError) as caught:
        ask(parsed, analysis, evidence, pointer)
    assert caught.value.code == "not_rewordable"
