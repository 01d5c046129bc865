"""Delivery: transformers, retries, dead letters, order of giving up."""

import json
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from cvmaker_local import event_bus
from cvmaker_local.event_bus import EventBus, UndeliverableError, fill_template, new_event, rate_seconds, transform


class Target:
    """Fails a number of times, then accepts."""

    def __init__(self, failures: int, error: type[Exception] = ConnectionError) -> None:
        self.failures, self.error = failures, error
        self.received: list[str] = []
        self.calls = 0

    def __call__(self, _: str, payload: str) -> None:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error("no")
        self.received.append(payload)


def bus_with(target: Target, policy: dict[str, Any], letters: list[Any]) -> EventBus:
    rule = SimpleNamespace(
        arn="arn:aws:events:r:1:rule/name",
        name="name",
        state="ENABLED",
        scheduled_expression=None,
        event_pattern=SimpleNamespace(get_pattern=lambda: {"source": ["s"]}),
        targets=[{"Id": "1", "Arn": "arn:aws:states:r:1:x", "DeadLetterConfig": {"Arn": "queue"}, **policy}],
    )
    return EventBus(
        lambda: [rule],
        {"states": target},
        lambda *letter: letters.append(letter),
        account="1",
        region="r",
    )


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_bus, "FIRST_DELAY_SECONDS", 0.01)


def deliver(target: Target, policy: dict[str, Any]) -> tuple[list[Any], bool]:
    letters: list[Any] = []
    done = threading.Event()
    bus = bus_with(target, policy, letters)
    assert bus.put(new_event("s", "t", {"a": 1}), done.set) == 1
    assert bus.put(new_event("other", "t", {})) == 0
    ended = done.wait(5)
    bus.close()
    return letters, ended


def test_retried_until_accepted() -> None:
    target = Target(failures=3)
    letters, ended = deliver(target, {})
    assert ended
    assert (target.calls, letters) == (4, [])
    assert json.loads(target.received[0])["detail"] == {"a": 1}


def test_given_up_after_the_policys_retries() -> None:
    target = Target(failures=99)
    [(queue, body, attributes)], ended = deliver(target, {"RetryPolicy": {"MaximumRetryAttempts": 2}})
    assert ended
    assert target.calls == 3
    assert queue == "queue"
    assert json.loads(body)["detail"] == {"a": 1}
    assert attributes["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
    assert attributes["RETRY_ATTEMPTS"] == "3"


def test_given_up_when_too_old() -> None:
    [(_, _, attributes)], _ = deliver(Target(99), {"RetryPolicy": {"MaximumEventAgeInSeconds": 0}})
    assert attributes["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"


def test_an_absent_target_is_not_retried() -> None:
    target = Target(99, UndeliverableError)
    [(_, _, attributes)], _ = deliver(target, {})
    assert target.calls == 1
    assert attributes["ERROR_CODE"] == "RESOURCE_NOT_FOUND"


def test_stopping_keeps_the_event_owed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_bus, "FIRST_DELAY_SECONDS", 60.0)
    done = threading.Event()
    bus = bus_with(Target(99), {}, [])
    bus.put(new_event("s", "t", {}), done.set)
    bus.close()
    assert bus.wait_idle(5)
    assert not done.is_set()


def test_transformer_escapes_inside_strings_and_writes_json_outside() -> None:
    event = {"detail": {"key": 'a"b\\ü', "size": 5, "tags": ["x"]}}
    target = {
        "InputTransformer": {
            "InputPathsMap": {"key": "$.detail.key", "size": "$.detail.size", "tags": "$.detail.tags", "no": "$.no"},
            "InputTemplate": '{"key": "<key>", "text": "<size> bytes", "size": <size>, "tags": <tags>, "no": <no>}',
        }
    }
    assert json.loads(transform(target, "rule", event)) == {
        "key": 'a"b\\ü',
        "text": "5 bytes",
        "size": 5,
        "tags": ["x"],
        "no": None,
    }


def test_constant_and_path_inputs() -> None:
    assert transform({"Input": '{"a": 1}'}, "rule", {}) == '{"a": 1}'
    assert transform({"InputPath": "$.detail.items[1].x"}, "rule", {"detail": {"items": [{}, {"x": 2}]}}) == "2"


def test_unknown_placeholders_stay() -> None:
    assert fill_template("<a> <b>", {"a": 1}) == "1 <b>"


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [("rate(5 minutes)", 300), ("rate(1 hour)", 3600), ("rate(2 days)", 172_800), ("cron(0 1 * * ? *)", 0)],
)
def test_rates(expression: str, seconds: float) -> None:
    assert rate_seconds(expression) == seconds
