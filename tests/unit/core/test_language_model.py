"""The language model over real HTTP: what is sent, and every way a provider can fail."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cvmaker_core import language_model as module
from cvmaker_core.errors import ProviderThrottled
from cvmaker_core.language_model import (
    JobBudget,
    LanguageModel,
    LanguageModelConfiguration,
    ModelOutcome,
    load_prompt,
    strict_schema,
)
from doubles.openai_wire import Asked, OpenAIServer, Reply, error_reply
from pydantic import BaseModel, ConfigDict


class Skill(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    level: int | None = None


class Skills(BaseModel):
    model_config = ConfigDict(extra="forbid")

    skills: list[Skill]


GOOD = '{"skills": [{"title": "Go", "level": null}]}'
PROMPT = module.Prompt("test", "1", "List the skills.")


def ask(
    server_or_url: OpenAIServer | str,
    *,
    timeout: float = 5.0,
    budget: JobBudget | None = None,
    data: object = "Go",
    remaining: float = 60.0,
    model: LanguageModel | None = None,
    key: str = "sk-test",
) -> ModelOutcome[Skills]:
    url = server_or_url if isinstance(server_or_url, str) else server_or_url.base_url
    model = model or LanguageModel(
        LanguageModelConfiguration(api_key=key, base_url=url, model="gpt-4.1-mini", timeout_seconds=timeout)
    )
    return model.ask(
        PROMPT, data, Skills, budget=budget or JobBudget(1.0, 100_000), remaining_seconds=remaining, private=["Ada Li"]
    )


def test_sends_a_strict_schema_stores_nothing_and_removes_contact_details() -> None:
    with OpenAIServer(lambda _: Reply(GOOD)) as server:
        outcome = ask(server, data={"text": "Ada Li, ada@li.org, +44 20 7946 0958, https://li.org/x: Go, 2018 - 2024"})
    assert outcome.value == Skills(skills=[Skill(title="Go")])
    assert outcome.warning is None
    assert outcome.tokens.input == 1000
    assert outcome.usd == pytest.approx(1000 * 0.4e-6 + 200 * 1.6e-6)
    body = server.asked[0].body
    assert body["store"] is False
    assert body["text"]["format"]["strict"] is True
    sent = json.dumps(body)
    for private in ("Ada", "li.org", "7946"):
        assert private not in sent
    assert "2018 - 2024" in sent


def test_schema_is_closed_at_every_depth_and_keeps_a_field_called_title() -> None:
    schema = strict_schema(Skills)
    assert schema["additionalProperties"] is False
    item = schema["$defs"]["Skill"]
    assert item["additionalProperties"] is False
    assert item["required"] == ["title", "level"]
    assert item["properties"]["title"] == {"type": "string"}


ANSWERS: dict[str, tuple[Reply, str, int]] = {
    "bad key": (error_reply(401, "invalid_api_key"), "model_bad_key", 1),
    "quota": (error_reply(429, "insufficient_quota"), "model_quota", 1),
    "throttled": (error_reply(429, "rate_limit_exceeded"), "model_throttled", 3),
    "long Retry-After": (error_reply(429, "rate_limit_exceeded", retry_after="60"), "model_throttled", 1),
    "server error": (Reply(raw=b"oops", status=500, content_type="text/plain"), "model_server_error", 3),
    "unknown model": (error_reply(404, "model_not_found"), "model_not_found", 1),
    "too long": (error_reply(400, "context_length_exceeded"), "model_rejected_request", 1),
    "HTML with status 200": (
        Reply(raw=b"<html>gateway</html>", content_type="text/html"),
        "model_bad_answer",
        1,
    ),
    "HTML that says it is JSON": (Reply(raw=b"<html>"), "model_bad_answer", 1),
    "JSON of no response": (Reply(raw=b'{"ok": true}'), "model_bad_answer", 1),
    "a JSON list": (Reply(raw=b"[1]"), "model_bad_answer", 1),
    "wrong shape": (Reply('{"skills": "Go"}'), "model_bad_answer", 1),
    "extra field": (Reply('{"skills": [], "employer": "Initech"}'), "model_bad_answer", 1),
    "cut JSON": (Reply('{"skills": [{"tit'), "model_bad_answer", 1),
    "truncated": (Reply(GOOD, incomplete=True), "model_truncated", 1),
    "refusal": (Reply(refusal=True), "model_refused", 1),
    "huge": (Reply(raw=b'{"x": "' + b"a" * 5_000_000 + b'"}'), "model_answer_too_large", 1),
    "compressed bomb": (
        Reply(raw=b"\x1f\x8b" + b"0" * 100, headers={"content_encoding": "gzip"}),
        "model_bad_answer",
        1,
    ),
    "empty": (Reply(raw=b""), "model_bad_answer", 1),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_each_failure_is_a_typed_warning(case: str) -> None:
    reply, code, requests = ANSWERS[case]
    with OpenAIServer(lambda _: reply) as server:
        outcome = ask(server)
    assert outcome.value is None
    assert outcome.warning is not None
    assert outcome.warning.code == code
    assert len(server.asked) == requests == outcome.requests


def test_a_truncated_answer_is_paid_for() -> None:
    budget = JobBudget(1.0, 100_000)
    with OpenAIServer(lambda _: Reply(GOOD, incomplete=True)) as server:
        outcome = ask(server, budget=budget)
    assert outcome.usd > 0
    assert budget.spent_usd == outcome.usd
    assert budget.spent_tokens == 1200


@pytest.mark.parametrize(
    "reply",
    [Reply(GOOD, delay_seconds=8), Reply(GOOD, drip_seconds=0.05)],
    ids=["silence", "a byte at a time"],
)
def test_a_slow_answer_ends_at_the_deadline(reply: Reply) -> None:
    started = time.monotonic()
    with OpenAIServer(lambda _: reply) as server:
        outcome = ask(server, timeout=1.2)
        took = time.monotonic() - started
    assert outcome.warning is not None
    assert outcome.warning.code == "model_timeout"
    assert took < 5


def test_retry_after_is_honoured_and_the_second_answer_used() -> None:
    def answer(_: Asked) -> Reply:
        return error_reply(429, "rate_limit_exceeded", retry_after="1") if len(server.asked) == 1 else Reply(GOOD)

    started = time.monotonic()
    with OpenAIServer(answer) as server:
        outcome = ask(server)
    assert outcome.value
    assert outcome.requests == 2
    assert time.monotonic() - started >= 1


def test_a_budget_that_waits_leaves_the_waiting_to_the_state_machine() -> None:
    with OpenAIServer(lambda _: error_reply(429, "rate_limit_exceeded", retry_after="1")) as server:
        with pytest.raises(ProviderThrottled):
            ask(server, budget=JobBudget(1.0, 100_000, waits=True))
        assert len(server.asked) == 1, "no second attempt inside the function, where waiting is paid for"


def test_after_an_answer_was_paid_for_nothing_waits() -> None:
    replies = iter([Reply(GOOD), *[error_reply(429, "rate_limit_exceeded")] * 3])
    budget = JobBudget(1.0, 100_000, waits=True)
    with OpenAIServer(lambda _: next(replies)) as server:
        assert ask(server, budget=budget).value
        outcome = ask(server, budget=budget)
    assert outcome.warning
    assert outcome.warning.code == "model_throttled"


def test_a_spent_quota_is_not_waited_for() -> None:
    with OpenAIServer(lambda _: error_reply(429, "insufficient_quota")) as server:
        outcome = ask(server, budget=JobBudget(1.0, 100_000, waits=True))
    assert outcome.warning
    assert outcome.warning.code == "model_quota"


def test_nobody_listens() -> None:
    with OpenAIServer(lambda _: Reply(GOOD)) as server:
        url = server.base_url
    outcome = ask(url)
    assert outcome.warning is not None
    assert outcome.warning.code == "model_unreachable"


def test_an_address_that_is_none() -> None:
    outcome = ask("http://[not a host/v1")
    assert outcome.warning is not None
    assert outcome.warning.code == "model_unreachable"


def test_without_a_key_nothing_is_sent() -> None:
    outcome = ask("", key="")
    assert outcome.warning is not None
    assert outcome.warning.code == "model_no_key"
    assert outcome.requests == 0


def test_after_a_failure_of_the_connection_the_job_does_not_ask_again() -> None:
    budget = JobBudget(1.0, 100_000)
    with OpenAIServer(lambda _: error_reply(401, "invalid_api_key")) as server:
        ask(server, budget=budget)
        outcome = ask(server, budget=budget)
    assert len(server.asked) == 1
    assert outcome.warning is not None
    assert outcome.warning.code == "model_bad_key"


@pytest.mark.parametrize("budget", [JobBudget(0.001, 100_000), JobBudget(1.0, 3_000), JobBudget(1.0, 9_000, 0, 8_000)])
def test_the_budget_is_checked_before_the_call(budget: JobBudget) -> None:
    with OpenAIServer(lambda _: Reply(GOOD)) as server:
        outcome = ask(server, budget=budget)
    assert outcome.warning is not None
    assert outcome.warning.code == "model_over_budget"
    assert server.asked == []


def test_no_call_is_started_without_time_for_it() -> None:
    with OpenAIServer(lambda _: Reply(GOOD)) as server:
        outcome = ask(server, remaining=5.5)
    assert outcome.warning is not None
    assert outcome.warning.code == "model_no_time"
    assert server.asked == []


@pytest.mark.parametrize(
    ("knows", "expected_way"),
    [
        (lambda asked: "chat" in asked.path, "json_schema"),
        (lambda asked: asked.body.get("response_format", {}).get("type") == "json_object", "json_object"),
        (lambda asked: "chat" in asked.path and "response_format" not in asked.body, None),
    ],
    ids=["schema", "JSON mode", "text only"],
)
def test_servers_without_the_responses_api_are_asked_another_way(
    knows: Callable[[Asked], bool], expected_way: str | None
) -> None:
    def answer(asked: Asked) -> Reply:
        if knows(asked):
            return Reply(f"Here you are:\n```json\n{GOOD}\n```")
        return Reply(raw=b"nothing here", status=404 if "responses" in asked.path else 400, content_type="text/plain")

    with OpenAIServer(answer) as server:
        model = LanguageModel(LanguageModelConfiguration(base_url=server.base_url, model="small", timeout_seconds=5))
        first = ask(server, model=model)
        needed = len(server.asked)
        second = ask(server, model=model)
    assert first.value == second.value == Skills(skills=[Skill(title="Go")])
    assert len(server.asked) == needed + 1, "what the server knows is remembered"
    assert server.asked[-1].body.get("response_format", {}).get("type") == expected_way
    assert first.usd == 0.0, "a model of one's own costs nothing unless a price is configured"


def test_a_server_that_ignores_the_schema_is_asked_through_chat() -> None:
    def answer(asked: Asked) -> Reply:
        return Reply("Go is one of the skills." if "responses" in asked.path else GOOD)

    with OpenAIServer(answer) as server:
        model = LanguageModel(LanguageModelConfiguration(base_url=server.base_url, model="small", timeout_seconds=5))
        outcome = ask(server, model=model)
        ask(server, model=model)
    assert outcome.value == Skills(skills=[Skill(title="Go")])
    assert outcome.tokens.input == 2000, "both answers were computed"
    assert [asked.path.rsplit("/", 1)[-1] for asked in server.asked] == ["responses", "completions", "completions"]


def test_prompts_carry_a_version_and_a_hash(tmp_path: Path) -> None:
    path = tmp_path / "prompt.md"
    path.write_text("---\nname: tailor\nversion: 3\n---\nBe true.\n")
    prompt = load_prompt(path)
    assert prompt.text == "Be true."
    assert prompt.identity.startswith("tailor@3#")
    path.write_text("---\nname: tailor\nversion: 3\n---\nBe kind.\n")
    assert load_prompt(path).identity != prompt.identity
    path.write_text("Be true.")
    with pytest.raises(ValueError, match="header"):
        load_prompt(path)


def test_the_key_is_not_shown() -> None:
    assert "sk-secret" not in repr(LanguageModelConfiguration(api_key="sk-secret"))


def test_every_warning_can_be_worded() -> None:
    source = Path(module.__file__).read_text()
    texts = json.loads((Path(module.__file__).parent / "data" / "model_warnings.json").read_text())
    for code in texts:
        assert module.model_warning(code).message
        assert f'"{code}"' in source, f"{code} is worded but never used"
