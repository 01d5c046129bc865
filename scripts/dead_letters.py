"""What could not be delivered: which events lie in the dead-letter queue, and sending them where they were going.

    .venv/bin/python scripts/dead_letters.py --stack cvmaker-prod
    .venv/bin/python scripts/dead_letters.py --stack cvmaker-prod --redrive

Prints job ids and reasons, never a key: the name of a dropped file is personal data. Each redriven message is deleted
only after its target has accepted it. Targets are idempotent, so a message redriven twice does no harm.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cvmaker_core.upload_keys import event_key, job_of_event
from deployed_stack import Deployment, NotFoundError

# Long polling asks all of the queue's servers; short polling asks some, and may answer "empty" when it is not.
WAIT_SECONDS = 10


@dataclass(frozen=True)
class DeadLetter:
    """One message: `target` is the state machine's or function's ARN, `payload` what it was to get."""

    receipt: str
    target: str
    payload: dict[str, Any]
    reason: str

    @property
    def kind(self) -> str:
        """The target's short name."""
        return "pipeline" if ":states:" in self.target else self.target.split(":function:")[-1].split(":")[0]

    @property
    def job(self) -> str:
        """The job it speaks of, or `-`."""
        if self.payload.get("job_id"):
            return str(self.payload["job_id"])
        key = event_key(self.payload)
        if key and key[0].startswith("jobs/"):
            return key[0].split("/")[2]
        job = job_of_event(self.payload)
        if job:
            return job.job_id
        execution = str((self.payload.get("detail") or {}).get("executionArn", ""))
        return execution.rsplit(":", 1)[-1] or "-"


def read_letter(message: dict[str, Any]) -> DeadLetter:
    """A message of EventBridge (target in its attributes) or of Lambda's OnFailure (target in its body)."""
    body = json.loads(message["Body"])
    attributes = {name: item.get("StringValue", "") for name, item in (message.get("MessageAttributes") or {}).items()}
    if "requestPayload" in body and "requestContext" in body:
        failure = body.get("responsePayload") or {}
        reason = str(failure.get("errorType") or body["requestContext"].get("condition", "unknown"))
        return DeadLetter(
            message["ReceiptHandle"], body["requestContext"]["functionArn"], body["requestPayload"], reason
        )
    return DeadLetter(
        message["ReceiptHandle"],
        attributes.get("TARGET_ARN", ""),
        body,
        attributes.get("ERROR_CODE") or "unknown",
    )


def letters(deployment: Deployment) -> Iterator[DeadLetter]:
    """Every message that is visible now. They stay hidden from others for five minutes."""
    sqs = deployment.client("sqs")
    while True:
        answer = sqs.receive_message(
            QueueUrl=deployment.queue_url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            VisibilityTimeout=300,
            WaitTimeSeconds=WAIT_SECONDS,
        )
        messages = answer.get("Messages", [])
        if not messages:
            return
        yield from map(read_letter, messages)


def believed(deployment: Deployment) -> tuple[int, int]:
    """How many messages the queue believes to hold (eventually right): visible ones, and ones in somebody's hands."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    answer = deployment.client("sqs").get_queue_attributes(QueueUrl=deployment.queue_url, AttributeNames=list(names))
    visible, hidden = (int(answer["Attributes"][name]) for name in names)
    return visible, hidden


def pipeline_input(payload: dict[str, Any]) -> str:
    """What the rule gives the state machine: the opaque key and nothing else of the event."""
    item = payload["detail"]["object"]
    return json.dumps({"detail": {"object": {"key": item["key"], "sequencer": item.get("sequencer", "")}}})


def redrive(deployment: Deployment, letter: DeadLetter) -> None:
    """Send it where it was going, then take it from the queue."""
    if ":states:" in letter.target:
        deployment.client("stepfunctions").start_execution(
            stateMachineArn=letter.target, input=pipeline_input(letter.payload)
        )
    else:
        deployment.client("lambda").invoke(
            FunctionName=letter.target, InvocationType="Event", Payload=json.dumps(letter.payload).encode()
        )
    deployment.client("sqs").delete_message(QueueUrl=deployment.queue_url, ReceiptHandle=letter.receipt)


def release(deployment: Deployment, letter: DeadLetter) -> None:
    """Looked at, not taken."""
    deployment.client("sqs").change_message_visibility(
        QueueUrl=deployment.queue_url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
    )


def run(deployment: Deployment, *, redriving: bool) -> int:
    """List or redrive all; how many lie there."""
    visible, hidden = believed(deployment)
    found = list(letters(deployment))
    for letter in found:
        print(f"{'redriven' if redriving else 'waiting'}  {letter.kind}  {letter.job}  {letter.reason}")
        (redrive if redriving else release)(deployment, letter)
    print(f"{len(found)} dead letters{' redriven' if redriving else ''}")
    if len(found) < visible:
        print(f"The queue counts {visible}: run this again in a minute.")
    if hidden:
        print(f"{hidden} more are in somebody's hands: another run of this, less than five minutes ago.")
    return len(found)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--redrive", action="store_true")
    arguments = parser.parse_args()
    try:
        run(Deployment.named(arguments.stack), redriving=arguments.redrive)
    except NotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
