"""A CV is somebody's life: nothing of it is in anything we emit, and what is erased is gone.

A marker is planted wherever a person's words can be (document, posting, file names, requests, a model's answers), jobs
are run in every way they can end, and everything that leaves the system for an operator's eyes is searched for it.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cvmaker_core.schema.jobs import JobReference, JobRequest
from cvmaker_local.faults import Fault
from fault_harness import BROKEN_PDF, CV, POSTING, Harness

MARKER = "Zwergkaninchen"
CV_WITH_MARKER = json.loads(json.dumps(CV))
CV_WITH_MARKER["basics"] |= {"name": f"Ilse {MARKER}", "email": f"{MARKER}@brandt.example"}
CV_WITH_MARKER["work"][0]["highlights"] = [f"Moved 40 services of {MARKER} to Kubernetes.", "Cut build times by half."]
CV_WITH_MARKER["skills"] = [{"name": "Tools", "keywords": ["Kubernetes", MARKER]}]
POSTING_WITH_MARKER = POSTING.replace("Platform Engineer", f"Platform Engineer at {MARKER} GmbH", 1)


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    with Harness() as running:
        yield running


class Person:
    """A browser with a secret of its own."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        stack = harness.stack
        headers = {"x-api-key": stack.api_key, "Authorization": f"Bearer {secrets.token_urlsafe(32)}"}
        self.api = httpx.Client(base_url=stack.api_url, headers=headers, timeout=60, trust_env=False)

    def upload(self, document: bytes, name: str, posting: str | None = None) -> str:
        created = self.api.post("/jobs", json={"file": {"name": name, "bytes": len(document)}, "posting": posting})
        assert created.status_code == 201, created.text
        form = created.json()["uploads"][0]
        files = {"file": (name, document, "application/octet-stream")}
        assert httpx.post(form["url"], data=form["fields"], files=files, trust_env=False).status_code < 300
        return str(created.json()["job_id"])

    def job(self, job_id: str) -> JobReference:
        names = self.harness.stack.adapter.bucket(self.harness.stack.bucket).keys
        owner = next(name.split("/")[1] for name in list(names) if name.startswith("jobs/") and job_id in name)
        return JobReference(owner=owner, job_id=job_id)


def sinks(harness: Harness) -> dict[str, str]:
    """Everything an operator, a dashboard or another service ever gets to see, by its name."""
    stack = harness.stack
    stack.wait_for_executions()
    found = {f"log of {path.stem}": path.read_text() for path in Path(stack.data_dir / "logs").glob("*.log")}
    for execution in stack.executions():
        found[f"execution {execution.name}"] = repr(execution)
        found[f"history {execution.name}"] = json.dumps(stack.execution_history(execution.arn), default=str)
    queues = stack.client("sqs").list_queues().get("QueueUrls", [])
    for queue in queues:
        messages = stack.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
        found[f"dead letters {queue}"] = json.dumps(messages.get("Messages", []))
    keys = [name for name in stack.adapter.bucket(stack.bucket).keys if not name.startswith("uploads/")]
    found["keys of objects that we name"] = "\n".join(keys)
    for name in keys:
        if name.endswith(("error.json", "execution.json", "deleted.json")) and "/console/" not in name:
            body = stack.client("s3").get_object(Bucket=stack.bucket, Key=name)["Body"].read()
            found[name] = body.decode()
    return found


def test_nothing_emitted_holds_a_persons_words(harness: Harness) -> None:
    person = Person(harness)
    document = json.dumps(CV_WITH_MARKER).encode()
    name = f"{MARKER} CV.json"
    scenarios: dict[str, Callable[[], Any]] = {
        "done": lambda: person.upload(document, name, POSTING_WITH_MARKER),
        "bad document": lambda: person.upload(BROKEN_PDF + MARKER.encode(), f"{MARKER}.pdf"),
        "not a document": lambda: person.upload(f'{{"basics": "{MARKER}", [}}'.encode(), name),
        "crash": lambda: (
            harness.injector.reset(Fault("s3", "garbage", "TailorFunction", "s3:GetObject", times=None)),
            person.upload(document, name, POSTING_WITH_MARKER),
        ),
        "model down": lambda: (
            harness.injector.reset(Fault("openai", "server_error", action="responses", times=None)),
            person.upload(document, name, POSTING_WITH_MARKER),
        ),
        "refused": lambda: (
            harness.injector.reset(Fault("s3", "denied", "RenderFunction", "s3:PutObject", times=None)),
            person.upload(document, name, POSTING_WITH_MARKER),
        ),
        "dropped by hand": lambda: harness.stack.client("s3").put_object(
            Bucket=harness.stack.bucket, Key=f"uploads/{MARKER} Bewerbung/{MARKER} CV.json", Body=document
        ),
        "dropped where a form might upload": lambda: harness.stack.client("s3").put_object(
            Bucket=harness.stack.bucket, Key=f"uploads/{MARKER} Jensen/{MARKER} 2026/source.json", Body=document
        ),
    }
    for start in scenarios.values():
        harness.injector.reset()
        start()
        harness.settle()
    harness.injector.reset()
    for path, body in {
        "/jobs": {"file": {"name": name, "bytes": MARKER}},
        "/previews": {"resume": {"basics": {"name": MARKER}, "work": MARKER}, "template": MARKER},
        "/search": {"query": MARKER},
        "/jobs/nothing/proposals": {"pointer": f"/{MARKER}", "text": MARKER},
    }.items():
        person.api.post(path, json=body)
        person.api.post(path, content=f"{{broken {MARKER}")
    person.api.get(f"/jobs/{MARKER}")
    statuses = {execution.status for execution in harness.stack.executions()}
    assert {"SUCCEEDED", "FAILED"} <= statuses, "jobs ended in different ways"
    emitted = sinks(harness)
    assert sum("stage done" in text for text in emitted.values()) >= 5, "the logs were read"
    assert any("TransientError" in text or "storage_refused" in text for text in emitted.values())
    leaks = [name for name, text in emitted.items() if MARKER.lower() in text.lower()]
    assert not leaks


def contents(harness: Harness, job_id: str) -> list[str]:
    """What is left of a job: object versions (but the tombstone and the sweeper's empty mark) and vectors."""
    stack = harness.stack
    answer = stack.client("s3").list_object_versions(Bucket=stack.bucket)
    versions = [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])]
    keys = [item["Key"] for item in versions if job_id in item["Key"] and not item["Key"].startswith("claims/")]
    store = stack.pinecone.store
    vectors = [
        row[0]
        for index in store.indexes()
        for namespace in store.namespaces(index[0])
        for row in store.rows(index[0], namespace)
        if job_id in row[0]
    ]
    return [key for key in keys if not key.endswith("/deleted.json")] + vectors


def wait_until_gone(harness: Harness, job_id: str) -> None:
    deadline = time.monotonic() + 30
    while left := contents(harness, job_id):
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


@pytest.mark.parametrize("stage", ["analysis.json", "evidence.json", "tailored.json"])
def test_a_job_deleted_while_it_runs_leaves_nothing_and_late_events_bring_nothing_back(
    harness: Harness, stage: str
) -> None:
    """The stage that comes next is in the middle of its work when the tombstone is put."""
    writer = {"analysis.json": "Embed", "evidence.json": "Tailor", "tailored.json": "Render"}[stage]
    harness.injector.reset(Fault("s3", "slow", f"{writer}Function", "s3:GetObject", times=2))
    person = Person(harness)
    job_id = person.upload(json.dumps(CV_WITH_MARKER).encode(), "cv.json", POSTING_WITH_MARKER)
    job = person.job(job_id)
    harness.stack.wait_for_job(job.owner, job.job_id, timeout=60, until=[stage])
    assert contents(harness, job_id)
    assert person.api.delete(f"/jobs/{job_id}").status_code in (202, 204)
    harness.settle()
    wait_until_gone(harness, job_id)
    assert "certificate.json" not in harness.pipeline.files(job)

    # The upload's event is delivered once more, and a late start arrives: the tombstone stops both.
    machines = harness.stack.client("stepfunctions")
    late = {"detail": {"object": {"key": f"{job.upload_prefix}source.json", "sequencer": "F" * 16}}}
    for event in (late, {"owner": job.owner, "job_id": job.job_id}):
        machines.start_execution(stateMachineArn=harness.stack.state_machine_arn, input=json.dumps(event))
    harness.settle()
    assert contents(harness, job_id) == []
    assert harness.pipeline.files(job) == {"deleted.json"}
    assert MARKER not in harness.pipeline.bytes(job, "deleted.json").decode()


def test_a_write_that_was_under_way_is_taken_back(harness: Harness) -> None:
    """The tombstone comes between the stage's look for it and its write: the second look removes the write."""
    job = JobReference(owner="fault-person-0001", job_id=secrets.token_hex(16))
    s3, bucket = harness.stack.client("s3"), harness.stack.bucket
    harness.injector.reset(Fault("s3", "slow", "AnalyzeFunction", "s3:PutObject", "analysis.json"))
    document = (json.dumps(CV_WITH_MARKER).encode(), "json")
    harness.run.submit(job, JobRequest(file_name="cv.json"), document, (POSTING.encode(), "txt"))
    deadline = time.monotonic() + 60
    while not harness.injector.met:  # Analyze has looked, and its write is on the wire
        assert time.monotonic() < deadline
        time.sleep(0.01)
    s3.put_object(Bucket=bucket, Key=job.key("deleted.json"), Body=b"{}")
    harness.settle()
    assert "analysis.json" not in harness.pipeline.files(job)
    assert "certificate.json" not in harness.pipeline.files(job)
