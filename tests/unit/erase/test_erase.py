"""Erasure through the real handler on a versioned bucket, and of vectors through the real SDK over HTTP."""

import importlib.util
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from cvmaker_core import aws
from cvmaker_core import settings as core_settings
from cvmaker_core.errors import TransientError
from moto import mock_aws

ROOT = Path(__file__).parents[3]
BUCKET = "documents"
OWNER = "b" + "a" * 40
OTHER = "b" + "c" * 40
JOB = "job0000000000001"
SECOND = "job0000000000001x"  # begins like the first one


class PineconeServer:
    """The few Pinecone calls that erasure makes, with pages of two ids."""

    def __init__(self) -> None:
        self.vectors: dict[tuple[str, str], set[str]] = {}
        self.fail = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def answer(self, body: Any, status: int = 200) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self) -> None:
                address = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(address.query).items()}
                if server.fail:
                    server.fail -= 1
                    self.answer({"error": {"code": "UNAVAILABLE", "message": "later"}, "status": 503}, 503)
                    return
                if address.path == "/indexes":
                    self.answer({"indexes": [server.describe(name) for name in server.names()]})
                    return
                _, _, index, *rest = address.path.split("/")
                assert rest == ["vectors", "list"]
                found = sorted(
                    item
                    for item in server.vectors.get((index, query.get("namespace", "")), set())
                    if item.startswith(query.get("prefix", ""))
                )
                start = int(query.get("paginationToken", "0"))
                page = found[start : start + 2]
                more = {"pagination": {"next": str(start + 2)}} if start + 2 < len(found) else {}
                self.answer({"vectors": [{"id": item} for item in page], "namespace": query["namespace"], **more})

            def do_POST(self) -> None:
                _, _, index, *rest = urlsplit(self.path).path.split("/")
                assert rest == ["vectors", "delete"]
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.vectors[index, body["namespace"]] -= set(body["ids"])
                self.answer({})

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def names(self) -> list[str]:
        return sorted({index for index, _ in self.vectors})

    def describe(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "dimension": 8,
            "metric": "cosine",
            "host": f"{self.url}/index/{name}",
            "spec": {"serverless": {"cloud": "aws", "region": "eu-west-1"}},
            "status": {"ready": True, "state": "Ready"},
            "vector_type": "dense",
            "deployment": {"deployment_type": "managed", "cloud": "aws", "region": "eu-west-1"},
            "deletion_protection": "disabled",
            "tags": {},
            "read_capacity": {"mode": "OnDemand", "status": {"state": "Ready"}},
            "schema": {"fields": {"_values": {"type": "dense_vector", "dimension": 8, "metric": "cosine"}}},
        }


class Erasing:
    def __init__(self, s3: Any, pinecone: PineconeServer) -> None:
        self.s3 = s3
        self.pinecone = pinecone
        path = ROOT / "functions/erase/app.py"
        specification = importlib.util.spec_from_file_location("erase_app", path)
        assert specification is not None
        assert specification.loader is not None
        self.module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(self.module)

    def __call__(self, event: dict[str, Any] | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = self.module.handler(event or {"owner": OWNER, "job_id": JOB}, None)
        return answer

    def put(self, key: str, body: Any = "x", times: int = 1) -> None:
        for _ in range(times):
            self.s3.put_object(Bucket=BUCKET, Key=key, Body=body if isinstance(body, str) else json.dumps(body))

    def left(self) -> list[str]:
        page = self.s3.list_object_versions(Bucket=BUCKET, MaxKeys=10_000)
        return sorted(item["Key"] for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])])


@pytest.fixture
def erasing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Erasing]:
    pinecone = PineconeServer()
    for name, value in {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "DOCUMENTS_BUCKET": BUCKET,
        "SETTLE_SECONDS": "0.01",
        "PINECONE_CONTROL_PLANE_URL": pinecone.url,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        aws.client.cache_clear()
        aws._secrets.clear()
        core_settings.settings.cache_clear()
        s3 = boto3.client("s3", region_name="eu-west-1")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        secret = boto3.client("secretsmanager", region_name="eu-west-1").create_secret(
            Name="pinecone", SecretString=json.dumps({"api_key": "key"})
        )
        monkeypatch.setenv("PINECONE_SECRET_ARN", secret["ARN"])
        yield Erasing(s3, pinecone)
    pinecone.server.shutdown()
    aws.client.cache_clear()
    core_settings.settings.cache_clear()


def test_everything_goes_but_the_tombstone_and_nothing_else(erasing: Erasing) -> None:
    mine = f"jobs/{OWNER}/{JOB}"
    for name in ("request.json", "execution.json", "parsed.json", "cv.pdf"):
        erasing.put(f"{mine}/{name}", {}, times=3)
    erasing.put(f"uploads/{OWNER}/{JOB}/source.pdf", times=2)
    erasing.s3.delete_object(Bucket=BUCKET, Key=f"{mine}/cv.pdf")  # leaves a delete marker
    erasing.put(f"{mine}/deleted.json", {}, times=2)
    others = [
        f"jobs/{OWNER}/{SECOND}/parsed.json",
        f"jobs/{OTHER}/{JOB}/parsed.json",
        f"uploads/{OWNER}/{SECOND}/source.pdf",
    ]
    for key in others:
        erasing.put(key)
    answer = erasing()
    assert answer["erased"] is True
    assert answer["objects"] == 4 * 3 + 2 + 1 + 1
    assert erasing.left() == sorted([*others, f"{mine}/deleted.json"])
    assert erasing() == {"erased": True, "objects": 0, "vectors": 0}


def test_more_objects_than_one_call_takes(erasing: Erasing) -> None:
    for number in range(1101):
        erasing.put(f"jobs/{OWNER}/{JOB}/file{number}.json")
    assert erasing()["objects"] == 1101
    assert erasing.left() == []


def test_what_was_dropped_from_the_console_goes_too(erasing: Erasing) -> None:
    event = {"owner": "console", "job_id": "drop-1"}
    erasing.put("jobs/console/drop-1/request.json", {"upload_key": "uploads/Applicants/Jane Doe.pdf"})
    erasing.put(
        "jobs/console/drop-1/execution.json",
        {"source_key": "uploads/Applicants/Jane Doe.pdf", "execution_arn": "arn"},
    )
    erasing.put("uploads/Applicants/Jane Doe.pdf", times=2)
    erasing.put("uploads/Applicants/Jane Doe.pdf.pdf")
    erasing(event)
    assert erasing.left() == ["uploads/Applicants/Jane Doe.pdf.pdf"]


def test_a_request_cannot_make_erasure_reach_elsewhere(erasing: Erasing) -> None:
    keys = [f"jobs/{OTHER}/{JOB}/parsed.json", f"uploads/{OWNER}/{SECOND}/posting.pdf"]
    for key in keys:
        erasing.put(key)
        erasing.put(f"jobs/{OWNER}/{JOB}/request.json", {"upload_key": key, "posting_key": key})
        erasing()
    assert erasing.left() == sorted(keys)


def test_an_interrupted_erasure_can_be_finished(erasing: Erasing, monkeypatch: pytest.MonkeyPatch) -> None:
    erasing.put("jobs/console/drop-1/request.json", {"upload_key": "uploads/Jane.pdf"})
    erasing.put("jobs/console/drop-1/parsed.json")
    erasing.put("uploads/Jane.pdf")
    eraser = erasing.module.ObjectEraser
    remove = eraser._remove
    calls = iter([True, True, False])

    def broken(self: Any, prefix: str, wanted: Any) -> int:
        if not next(calls, True):
            raise erasing.module.ErasureIncompleteError
        return int(remove(self, prefix, wanted))

    monkeypatch.setattr(eraser, "_remove", broken)
    with pytest.raises(TransientError):
        erasing({"owner": "console", "job_id": "drop-1"})
    assert "jobs/console/drop-1/request.json" in erasing.left()
    monkeypatch.setattr(eraser, "_remove", remove)
    erasing({"owner": "console", "job_id": "drop-1"})
    assert erasing.left() == []


def test_a_write_that_comes_late_is_removed_too(erasing: Erasing, monkeypatch: pytest.MonkeyPatch) -> None:
    erasing.put(f"jobs/{OWNER}/{JOB}/parsed.json")
    late = f"jobs/{OWNER}/{JOB}/tailored.json"
    monkeypatch.setattr(erasing.module.time, "sleep", lambda _: erasing.put(late))
    assert erasing()["objects"] == 2
    assert erasing.left() == []


def test_vectors_of_this_job_go_from_every_index_and_no_other(erasing: Erasing) -> None:
    mine = {f"{JOB}#{number}" for number in range(5)}
    others = {f"{SECOND}#1", "another#1"}
    erasing.pinecone.vectors = {
        ("cvmaker-small-512", OWNER): mine | others,
        ("cvmaker-large-1024", OWNER): {f"{JOB}#9"},
        ("cvmaker-small-512", OTHER): {f"{JOB}#1"},
        ("somebody-elses", OWNER): {f"{JOB}#1"},
    }
    assert erasing()["vectors"] == 6
    assert erasing.pinecone.vectors == {
        ("cvmaker-small-512", OWNER): others,
        ("cvmaker-large-1024", OWNER): set(),
        ("cvmaker-small-512", OTHER): {f"{JOB}#1"},
        ("somebody-elses", OWNER): {f"{JOB}#1"},
    }


def test_without_a_vector_database_objects_still_go(erasing: Erasing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINECONE_SECRET_ARN", "")
    core_settings.settings.cache_clear()
    erasing.put(f"jobs/{OWNER}/{JOB}/parsed.json")
    assert erasing()["objects"] == 1


def test_a_vector_database_that_does_not_answer_is_tried_again_later(erasing: Erasing) -> None:
    erasing.pinecone.fail = 100
    erasing.put(f"jobs/{OWNER}/{JOB}/parsed.json")
    with pytest.raises(TransientError):
        erasing()
    # The objects are still there to remind us.
    assert erasing.left() == [f"jobs/{OWNER}/{JOB}/parsed.json"]


def expired(key: str, reason: str = "Lifecycle Expiration") -> dict[str, Any]:
    return {
        "source": "aws.s3",
        "detail-type": "Object Deleted",
        "detail": {"reason": reason, "object": {"key": key}, "bucket": {"name": BUCKET}},
    }


def test_an_expired_job_takes_its_vectors_along(erasing: Erasing) -> None:
    erasing.pinecone.vectors = {("cvmaker", OWNER): {f"{JOB}#1"}}
    erasing.put(f"jobs/{OWNER}/{JOB}/cv.pdf")
    assert erasing(expired(f"jobs/{OWNER}/{JOB}/evidence.json"))["vectors"] == 1
    assert erasing.left() == []


@pytest.mark.parametrize(
    "event",
    [
        expired(f"jobs/{OWNER}/{JOB}/evidence.json"),  # the job lives: only an old version expired
        expired(f"jobs/{OWNER}/{JOB}/evidence.json", "DeleteObject"),
        expired(f"uploads/{OWNER}/{JOB}/source.pdf"),
        expired("jobs/strange"),
        {},
    ],
)
def test_a_living_job_is_left_alone(erasing: Erasing, event: dict[str, Any]) -> None:
    erasing.put(f"jobs/{OWNER}/{JOB}/request.json", {})
    erasing.put(f"jobs/{OWNER}/{JOB}/evidence.json", {}, times=2)
    assert erasing.module.handler(event, None) == {"erased": False, "objects": 0, "vectors": 0}
    assert len(erasing.left()) == 3
