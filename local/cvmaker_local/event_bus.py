"""EventBridge's delivery: rules, input transformers, targets, retries, dead-letter queues and schedules.

moto keeps the rules; it can neither start a state machine nor invoke a function as a target, and knows no retry policy.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cvmaker_local.event_pattern import matches

logger = logging.getLogger(__name__)

# EventBridge's defaults when a target names no retry policy.
DEFAULT_MAXIMUM_ATTEMPTS = 185
DEFAULT_MAXIMUM_AGE_SECONDS = 86_400
# EventBridge backs off exponentially over hours; a laptop's faults pass within seconds.
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
# An asynchronous invocation is tried three times in all by Lambda itself.
ASYNCHRONOUS_ATTEMPTS = 3
ASYNCHRONOUS_DELAY_SECONDS = (1.0, 2.0)

Send = Callable[[str, str], None]


class UndeliverableError(Exception):
    """The target does not exist or refuses the event for good: no retry helps."""


@dataclass
class Delivery:
    """One event on its way to one target."""

    rule_arn: str
    target: dict[str, Any]
    payload: str
    created: float = field(default_factory=time.time)
    attempts: int = 0


def new_event(source: str, detail_type: str, detail: dict[str, Any], **extra: Any) -> dict[str, Any]:
    """An event envelope as EventBridge writes it."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": extra.pop("account", ""),
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": extra.pop("region", ""),
        "resources": extra.pop("resources", []),
        "detail": detail,
    }


def look_up(path: str, event: Any) -> Any:
    """The value at a simple JSONPath (``$.detail.object.key``, ``$.items[0]``); None when absent."""
    value = event
    for name, index in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", path.removeprefix("$")):
        try:
            value = value[int(index)] if index else value[name]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def transform(target: dict[str, Any], rule_arn: str, event: dict[str, Any]) -> str:
    """What the target receives: the event, a constant, a part of it, or the input transformer's template."""
    if "Input" in target:
        constant = target["Input"]
        return constant if isinstance(constant, str) else json.dumps(constant)
    if "InputPath" in target:
        return json.dumps(look_up(target["InputPath"], event))
    transformer = target.get("InputTransformer")
    if not transformer:
        return json.dumps(event)
    values = {name: look_up(path, event) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rsplit("/", 1)[-1],
        "aws.events.event.ingestion-time": event.get("time"),
        "aws.events.event": event,
        "aws.events.event.json": event,
    }
    return fill_template(transformer["InputTemplate"], values)


def fill_template(template: str, values: dict[str, Any]) -> str:
    """Replace ``<name>``: inside a JSON string the text alone, escaped; elsewhere the JSON value."""
    result: list[str] = []
    inside_string = False
    position = 0
    while position < len(template):
        character = template[position]
        if character == "\\" and inside_string:
            result.append(template[position : position + 2])
            position += 2
            continue
        if character == '"':
            inside_string = not inside_string
        match = re.match(r"<([^<>\s]+)>", template[position:])
        if match and match[1] in values:
            value = values[match[1]]
            if inside_string:
                text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
                result.append(json.dumps(text, ensure_ascii=False)[1:-1])
            else:
                result.append(json.dumps(value, ensure_ascii=False))
            position += match.end()
            continue
        result.append(character)
        position += 1
    return "".join(result)


class EventBus:
    """Matches events against moto's rules and delivers them in the background.

    Parameters
    ----------
    list_rules
        Gives moto's rules: objects with `arn`, `state`, `event_pattern`, `scheduled_expression`, `targets`.
    senders
        Service name in the target's ARN → a function (ARN, payload) that delivers once or raises.
    dead_letter
        Puts (queue ARN, body, attributes) into a dead-letter queue.
    """

    def __init__(
        self,
        list_rules: Callable[[], list[Any]],
        senders: dict[str, Send],
        dead_letter: Callable[[str, str, dict[str, str]], None],
        *,
        account: str,
        region: str,
    ) -> None:
        self.list_rules = list_rules
        self.senders = senders
        self.dead_letter = dead_letter
        self.account = account
        self.region = region
        self.executor = ThreadPoolExecutor(max_workers=16, thread_name_prefix="event-bus")
        self.stopped = threading.Event()
        self.pending = 0
        self._idle = threading.Condition()
        self._timers: list[threading.Thread] = []

    def put(self, event: dict[str, Any], on_delivered: Callable[[], None] | None = None) -> int:
        """Send an event to every target whose rule matches; returns the number of deliveries begun.

        `on_delivered` is called once all have ended, well or in a dead-letter queue.
        """
        deliveries = []
        for rule in self.list_rules():
            pattern = rule.event_pattern.get_pattern()
            if rule.state != "ENABLED" or not pattern or not matches(pattern, event):
                continue
            deliveries += [Delivery(rule.arn, target, transform(target, rule.arn, event)) for target in rule.targets]
        self._deliver_all(deliveries, on_delivered)
        return len(deliveries)

    def _deliver_all(self, deliveries: list[Delivery], on_delivered: Callable[[], None] | None) -> None:
        if not deliveries:
            if on_delivered is not None:
                on_delivered()
            return
        left = len(deliveries)
        lock = threading.Lock()

        def run(delivery: Delivery) -> None:
            nonlocal left
            try:
                ended = self._deliver(delivery)
            finally:
                with self._idle:
                    self.pending -= 1
                    self._idle.notify_all()
            with lock:
                left -= 1 if ended else 0
                last = left == 0 and ended
            if last and on_delivered is not None:
                on_delivered()

        with self._idle:
            self.pending += len(deliveries)
        for delivery in deliveries:
            self.executor.submit(run, delivery)

    def _deliver(self, delivery: Delivery) -> bool:
        """Try until delivered, given up, or the stack stops (then False: the event is still owed)."""
        target = delivery.target
        policy = target.get("RetryPolicy") or {}
        retries = int(policy.get("MaximumRetryAttempts", DEFAULT_MAXIMUM_ATTEMPTS))
        maximum_age = float(policy.get("MaximumEventAgeInSeconds", DEFAULT_MAXIMUM_AGE_SECONDS))
        service = target["Arn"].split(":")[2]
        delay = FIRST_DELAY_SECONDS
        while True:
            try:
                self.senders[service](target["Arn"], delivery.payload)
            except KeyError:
                self._give_up(delivery, "UNSUPPORTED_TARGET", f"No local target for {service}", "NonRetryable")
            except UndeliverableError as error:
                self._give_up(delivery, "RESOURCE_NOT_FOUND", str(error), "NonRetryable")
            except Exception as error:
                # A target may fail in any way; what matters is the policy.
                logger.debug("delivery to %s failed", target["Arn"], exc_info=True)
                delivery.attempts += 1
                if delivery.attempts > retries:
                    self._give_up(delivery, type(error).__name__, str(error), "MaximumRetryAttempts")
                elif time.time() - delivery.created > maximum_age:
                    self._give_up(delivery, type(error).__name__, str(error), "MaximumEventAgeInSeconds")
                else:
                    if self.stopped.wait(delay):
                        return False
                    delay = min(delay * 2, LONGEST_DELAY_SECONDS)
                    continue
            return True

    def _give_up(self, delivery: Delivery, code: str, message: str, condition: str) -> None:
        queue_arn = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
        logger.warning("event for %s given up after %s retries: %s", delivery.target["Arn"], delivery.attempts, code)
        if not queue_arn:
            return
        attributes = {
            "RULE_ARN": delivery.rule_arn,
            "TARGET_ARN": delivery.target["Arn"],
            "ERROR_CODE": code,
            "ERROR_MESSAGE": message or code,
            "RETRY_ATTEMPTS": str(delivery.attempts),
            "EXHAUSTED_RETRY_CONDITION": condition,
        }
        self.dead_letter(queue_arn, delivery.payload, attributes)

    def run_schedule(self, rule_name: str) -> int:
        """Fire a scheduled rule now; `rule_name` is its name or a part of it. Returns the deliveries begun."""
        count = 0
        for rule in self.list_rules():
            if rule.scheduled_expression and rule_name in rule.name:
                count += self._fire(rule)
        return count

    def _fire(self, rule: Any) -> int:
        event = new_event(
            "aws.events", "Scheduled Event", {}, account=self.account, region=self.region, resources=[rule.arn]
        )
        deliveries = [Delivery(rule.arn, target, transform(target, rule.arn, event)) for target in rule.targets]
        self._deliver_all(deliveries, None)
        return len(deliveries)

    def start_timers(self) -> None:
        """Fire rate() rules as time passes; cron() rules only run on demand here."""
        for rule in self.list_rules():
            seconds = rate_seconds(rule.scheduled_expression or "")
            if rule.state == "ENABLED" and seconds:
                thread = threading.Thread(target=self._run_timer, args=(rule, seconds), name="schedule", daemon=True)
                thread.start()
                self._timers.append(thread)

    def _run_timer(self, rule: Any, seconds: float) -> None:
        while not self.stopped.wait(seconds):
            self._fire(rule)

    def wait_idle(self, timeout: float = 30.0) -> bool:
        """Wait until every delivery begun so far has ended."""
        with self._idle:
            return self._idle.wait_for(lambda: self.pending == 0, timeout)

    def close(self) -> None:
        self.stopped.set()
        self.executor.shutdown(wait=False, cancel_futures=True)


def rate_seconds(expression: str) -> float:
    """Seconds of ``rate(5 minutes)``; 0 for anything else."""
    match = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression.strip())
    return int(match[1]) * {"minute": 60.0, "hour": 3600.0, "day": 86_400.0}[match[2]] if match else 0.0
