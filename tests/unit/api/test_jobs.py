"""Making, reading, listing and deleting jobs through the real resolver."""

import json
import re
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from cvmaker_core import spending
from cvmaker_core.job_store import StoredObject
from job_api.reading import JobReader
from moto.s3.models import s3_backends

from .conftest import ALICE, BOB, BUCKET, ORIGIN, REGION, Api

UPLOAD = {"file": {"name": "My CV.PDF", "bytes": 1234}, "posting": "We need a nurse."}


def policy_of(upload: dict[str, Any]) -> list[Any]:
    import base64

    conditions: list[Any] = json.loads(base64.b64decode(upload["fields"]["policy"]))["conditions"]
    return conditions


# --- POST /jobs --------------------------------------------------------------------------------


def test_a_job_is_an_id_a_recorded_request_and_an_exact_upload(api: Api) -> None:
    answer = api("POST", "/jobs", UPLOAD)
    assert answer.status == 201
    job_id = answer.body["job_id"]
    assert re.fullmatch(r"[0-9a-f]{32}", job_id)
    assert answer.headers["location"] == f"/jobs/{job_id}"
    request = api.stored(f"jobs/{ALICE}/{job_id}/request.json")
    assert request["kind"] == "upload"
    assert request["file_name"] == "My CV.PDF"
    assert request["posting"] == "We need a nurse."
    (upload,) = answer.body["uploads"]
    key = f"uploads/{ALICE}/{job_id}/source.pdf"
    conditions = policy_of(upload)
    assert upload["fields"]["key"] == key
    assert {"key": key} in conditions
    assert {"bucket": BUCKET} in conditions
    assert ["content-length-range", 1, 20 * 1024 * 1024] in conditions
    assert {"Content-Type": "application/pdf"} in conditions
    assert upload["fields"]["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert REGION in urlsplit(upload["url"]).netloc
    assert api("GET", f"/jobs/{job_id}").body["status"] == "queued"
    assert api.executions() == []


def test_a_posting_file_comes_first(api: Api) -> None:
    body = {"file": {"name": "cv.docx"}, "posting_file": {"name": "advert.JPEG"}}
    answer = api("POST", "/jobs", body)
    assert [upload["purpose"] for upload in answer.body["uploads"]] == ["posting", "source"]
    job_id = answer.body["job_id"]
    assert answer.body["uploads"][0]["fields"]["key"] == f"uploads/{ALICE}/{job_id}/posting.jpg"
    stored = api.stored(f"jobs/{ALICE}/{job_id}/request.json")
    assert stored["posting_key"] == f"uploads/{ALICE}/{job_id}/posting.jpg"


def test_a_typed_cv_starts_at_once(api: Api) -> None:
    answer = api("POST", "/jobs", {"resume": {"basics": {"name": "Ada"}}, "template": "classic"})
    assert answer.status == 201
    assert answer.body["uploads"] == []
    assert api.executions() == [answer.body["job_id"]]
    stored = api.stored(f"jobs/{ALICE}/{answer.body['job_id']}/request.json")
    assert (stored["kind"], stored["resume"]) == ("correct", {"basics": {"name": "Ada"}})


def test_the_store_may_be_another_server_that_the_browser_sees(api: Api, environment: pytest.MonkeyPatch) -> None:
    from cvmaker_core import aws

    from .conftest import load_module

    environment.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    aws.client.cache_clear()
    from job_api import storage_access

    signing = load_module("api").signing_client()
    target = storage_access.StorageAccess(signing, BUCKET).upload_target("uploads/o/j/source.pdf", "source", 10, 60)
    assert target.url.startswith("http://127.0.0.1:4566/")
    seen = storage_access.StorageAccess(signing, BUCKET, "http://localhost:9000")
    assert seen.upload_target("uploads/o/j/source.pdf", "source", 10, 60).url.startswith("http://localhost:9000/")


def test_with_transfer_acceleration_the_browser_is_sent_to_the_edge(api: Api, environment: pytest.MonkeyPatch) -> None:
    from job_api import storage_access

    from .conftest import load_module

    environment.setenv("TRANSFER_ACCELERATION", "on")
    signing = load_module("api").signing_client()
    target = storage_access.StorageAccess(signing, BUCKET).upload_target("uploads/o/j/source.pdf", "source", 10, 60)
    assert target.url == f"https://{BUCKET}.s3-accelerate.amazonaws.com/"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_request"),
        ({"file": {"name": "cv.pdf"}, "resume": {}}, 422, "invalid_request"),
        ({"file": {"name": "cv.pdf"}, "posting": "x", "posting_file": {"name": "a.pdf"}}, 422, "invalid_request"),
        ({"file": {"name": "cv.pdf"}, "tempalte": "classic"}, 422, "invalid_request"),
        ({"file": {"name": "cv.pdf"}, "template": "../x"}, 422, "invalid_request"),
        ({"file": {"name": "cv.pdf"}, "options": {"paper": "B5"}}, 422, "invalid_request"),
        ({"file": {"name": "cv.pdf", "bytes": 0}}, 422, "invalid_request"),
        ({"file": {"name": "cv.exe"}}, 415, "unsupported_format"),
        ({"file": {"name": "pdf"}}, 415, "unsupported_format"),
        ({"file": {"name": "cv.pdf"}, "posting_file": {"name": "advert.html"}}, 415, "unsupported_format"),
        ({"file": {"name": "cv.pdf", "bytes": 21 * 1024 * 1024}}, 413, "file_too_large"),
        ({"file": {"name": "cv.pdf"}, "posting": "x" * 200_001}, 413, "posting_too_long"),
        ("{not json", 422, "invalid_request"),
        ("[]", 422, "invalid_request"),
        ("null", 422, "invalid_request"),
    ],
)
def test_bad_requests_are_problems_that_name_the_rule_and_never_the_value(
    api: Api, body: Any, status: int, code: str
) -> None:
    answer = api("POST", "/jobs", body)
    assert (answer.status, answer.body["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert {"type", "title", "status", "detail", "advice"} <= answer.body.keys()
    assert "B5" not in answer.text
    assert api.stored_keys() == []


def test_money_is_capped_by_the_deployment(api: Api) -> None:
    job_id = api("POST", "/jobs", UPLOAD | {"max_usd": 9}).body["job_id"]
    assert api.stored(f"jobs/{ALICE}/{job_id}/request.json")["max_usd"] == 1.0


def test_a_file_name_keeps_no_folder_and_no_control_character(api: Api) -> None:
    job_id = api("POST", "/jobs", {"file": {"name": "C:\\me\\..\\Lebenslauf\u0000\u202e.pdf"}}).body["job_id"]
    assert api.stored(f"jobs/{ALICE}/{job_id}/request.json")["file_name"] == "Lebenslauf.pdf"


# --- Idempotency -------------------------------------------------------------------------------


def test_a_repeated_request_makes_no_second_job(api: Api) -> None:
    key = {"Idempotency-Key": "k" * 22}
    first = api("POST", "/jobs", UPLOAD, headers=key)
    again = api("POST", "/jobs", UPLOAD, headers=key)
    assert again.status == 201
    assert again.body["job_id"] == first.body["job_id"]
    assert again.body["uploads"][0]["fields"]["key"] == first.body["uploads"][0]["fields"]["key"]
    assert len(api.stored_keys("jobs/")) == 1
    assert api("POST", "/jobs", UPLOAD, headers=key, owner=BOB).body["job_id"] != first.body["job_id"]


def test_a_key_used_for_another_request_is_refused(api: Api) -> None:
    key = {"Idempotency-Key": "k" * 22}
    api("POST", "/jobs", UPLOAD, headers=key)
    other = api("POST", "/jobs", UPLOAD | {"posting": "another"}, headers=key)
    assert (other.status, other.body["code"]) == (422, "idempotency_key_reused")


def test_a_repeated_start_is_one_execution(api: Api) -> None:
    api.finished_job()
    key = {"Idempotency-Key": "k" * 22}
    answers = [api("POST", "/jobs/finished00000001/tailorings", {"posting": "Baker"}, headers=key) for _ in range(3)]
    assert [answer.status for answer in answers] == [202, 202, 202]
    assert len({answer.body["job_id"] for answer in answers}) == 1
    assert api.executions() == [answers[0].body["job_id"]]


def test_a_retry_after_deletion_does_not_bring_the_job_back(api: Api) -> None:
    key = {"Idempotency-Key": "k" * 22}
    job_id = api("POST", "/jobs", UPLOAD, headers=key).body["job_id"]
    api("DELETE", f"/jobs/{job_id}")
    again = api("POST", "/jobs", UPLOAD, headers=key)
    assert (again.status, again.body["code"]) == (409, "job_deleted")


def test_a_weak_idempotency_key_is_refused(api: Api) -> None:
    assert api("POST", "/jobs", UPLOAD, headers={"Idempotency-Key": "1"}).status == 422


# --- Quota -------------------------------------------------------------------------------------


def test_the_day_has_a_quota_that_deleting_does_not_refill(api: Api) -> None:
    jobs = [api("POST", "/jobs", UPLOAD).body["job_id"] for _ in range(5)]
    full = api("POST", "/jobs", UPLOAD)
    assert (full.status, full.body["code"]) == (429, "daily_quota_reached")
    assert 0 < int(full.headers["retry-after"]) <= 86_401
    api("DELETE", f"/jobs/{jobs[0]}")
    assert api("POST", "/jobs", UPLOAD).status == 429
    assert api("POST", "/jobs", UPLOAD, owner=BOB).status == 201
    assert api("POST", "/jobs", UPLOAD, kind="client").status == 201


def test_a_new_job_costs_as_many_listings_whatever_its_owner_has_kept(api: Api) -> None:
    """2,000 kept jobs must not make each upload walk through them."""
    calls: list[str] = []
    store = api.module.services().store
    store.s3.meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    assert api("POST", "/jobs", UPLOAD).status == 201
    first = calls.count("ListObjectsV2")
    bucket = next(iter(s3_backends.values()))["aws"]
    for number in range(2000):
        bucket.put_object(BUCKET, f"jobs/{ALICE}/kept{number:012d}/request.json", b"{}")
    calls.clear()
    assert api("POST", "/jobs", UPLOAD).status == 201
    assert calls.count("ListObjectsV2") == first == 1
    for number in range(2000):
        bucket.delete_object(BUCKET, f"jobs/{ALICE}/kept{number:012d}/request.json")


def test_a_repeat_is_counted_once(api: Api) -> None:
    for _ in range(6):
        assert api("POST", "/jobs", UPLOAD, headers={"Idempotency-Key": "k" * 20}).status == 201
    (entry,) = api.stored_keys(f"arrivals/{ALICE}/")
    assert entry.count("/") == 3


def test_people_without_an_account_have_a_quota_together(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser can make any number of secrets, and so of owners: each alone would be bounded by nothing."""
    submissions = api.module.services().submissions
    limited = submissions.settings.model_copy(update={"public_jobs_per_day": 3})
    monkeypatch.setattr(submissions, "settings", limited)
    spending.forget()
    for number in range(3):
        assert api("POST", "/jobs", UPLOAD, owner=f"b{number:040d}").status == 201
    spending.forget()  # another container, which has not counted yet
    refused = api("POST", "/jobs", UPLOAD, owner="b" + "9" * 40)
    assert (refused.status, refused.body["code"]) == (429, "public_quota_reached")
    assert int(refused.headers["retry-after"]) > 0
    assert api("POST", "/jobs", UPLOAD, owner="u" + "1" * 20, kind="person").status == 201
    assert api("POST", "/jobs", UPLOAD, owner="k" + "1" * 20, kind="client").status == 201


# --- GET /jobs/{id} ----------------------------------------------------------------------------


def test_a_finished_job_tells_everything(api: Api) -> None:
    etags = api.finished_job()
    answer = api("GET", "/jobs/finished00000001")
    body = answer.body
    assert body["status"] == "done"
    assert (body["fit"], body["visibility_before"], body["visibility_after"]) == (71, 40, 66)
    assert (body["title"], body["employer"], body["verdict"], body["usd"]) == (
        "Nurse",
        "Acme GmbH & Co.",
        "pass",
        0.0123,
    )
    assert [stage["state"] for stage in body["stages"]] == ["done"] * 7
    assert body["stages"][0]["milliseconds"] == 12.5
    assert body["warnings"] == [{"code": "no_ai", "message": "No model.", "advice": "Add a key."}]
    assert body["etags"] == {"source": etags["parsed.json"], "resume": etags["resume.json"]}
    assert "request.json" not in body["links"]
    assert {"cv.pdf", "cv.html", "parsed.json", "source"} <= body["links"].keys()
    fields = {(item["group"], item["field"]): item["value"] for item in body["form_fields"]}
    assert fields["person", "firstName"] == "Zoë"
    assert fields["person", "LinkedIn"] == "https://linkedin.example/zoe"
    assert fields["work/0", "highlights"] == "• Led a ward of 12"
    assert fields["skills", "skills"] == "Triage, Wound care"


def test_links_download_under_a_readable_safe_name_and_never_as_a_page(api: Api) -> None:
    api.finished_job()
    links = api("GET", "/jobs/finished00000001").body["links"]
    assert links["cv.pdf"]["file_name"] == "Zoë-Müller-Łukasik-CV-Acme-GmbH-Co.pdf"
    signed = parse_qs(urlsplit(links["cv.pdf"]["url"]).query)
    disposition = signed["response-content-disposition"][0]
    assert disposition.startswith("attachment; ")
    assert 'filename="Zoe-Muller-ukasik-CV-Acme-GmbH-Co.pdf"' in disposition
    assert unquote(disposition.split("UTF-8''")[1]) == links["cv.pdf"]["file_name"]
    assert signed["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    html = parse_qs(urlsplit(links["cv.html"]["url"]).query)
    assert html["response-content-type"] == ["application/octet-stream"]
    assert all("attachment" in unquote(link["url"]) for link in links.values())


def test_links_are_given_out_again_until_their_window_ends(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.finished_job()
    first = api("GET", "/jobs/finished00000001")
    assert api("GET", "/jobs/finished00000001").body["links"] == first.body["links"]
    expires = datetime.fromisoformat(first.body["links_expire_at"])
    assert 2600 < (expires - datetime.now(UTC)).total_seconds() <= 3600
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 901)
    later = api("GET", "/jobs/finished00000001")
    assert later.headers["etag"] != first.headers["etag"]
    assert datetime.fromisoformat(later.body["links_expire_at"]) > expires


@pytest.mark.parametrize(
    ("files", "status", "running"),
    [
        ([], "queued", None),
        (["execution.json"], "parsing", "parse"),
        (["execution.json", "parsed.json"], "analyzing", "analyze"),
        (["execution.json", "parsed.json", "analysis.json"], "embedding", "embed"),
        (["execution.json", "parsed.json", "analysis.json", "evidence.json"], "tailoring", "tailor"),
        (["execution.json", "tailored.json"], "rendering", "render"),
        (["execution.json", "tailored.json", "resume.json"], "certifying", "readback"),
        (["execution.json", "tailored.json", "resume.json", "readback.json"], "certifying", "certify"),
    ],
)
def test_a_running_job_shows_its_stage(api: Api, files: list[str], status: str, running: str | None) -> None:
    job_id = api("POST", "/jobs", UPLOAD).body["job_id"]
    for name in files:
        api.put(job_id, name, {"data": {}, "schema_version": "1.0"} if name != "execution.json" else {})
    body = api("GET", f"/jobs/{job_id}").body
    assert body["status"] == status
    assert [stage["stage"] for stage in body["stages"] if stage["state"] == "running"] == ([running] if running else [])


def test_without_a_posting_tailoring_is_skipped(api: Api) -> None:
    job_id = api("POST", "/jobs", {"file": {"name": "cv.pdf"}}).body["job_id"]
    for name in ("execution.json", "parsed.json", "analysis.json", "evidence.json"):
        api.put(job_id, name, {})
    body = api("GET", f"/jobs/{job_id}").body
    assert body["status"] == "rendering"
    assert {stage["stage"]: stage["state"] for stage in body["stages"]}["tailor"] == "skipped"


def test_a_failed_job_says_what_to_do(api: Api) -> None:
    job_id = api("POST", "/jobs", UPLOAD).body["job_id"]
    error = {"stage": "parse", "code": "encrypted_pdf", "message": "The PDF has a password.", "advice": "Remove it."}
    api.put(job_id, "error.json", error)
    body = api("GET", f"/jobs/{job_id}").body
    assert body["status"] == "failed"
    assert body["error"] == error | {"retryable": False}
    assert {stage["stage"]: stage["state"] for stage in body["stages"]}["parse"] == "failed"


def test_done_outranks_a_late_error(api: Api) -> None:
    api.finished_job()
    api.put("finished00000001", "error.json", {"stage": "certify", "code": "late", "message": "late"})
    body = api("GET", "/jobs/finished00000001").body
    assert (body["status"], body["error"]) == ("done", None)


def test_unreadable_artefacts_hide_only_themselves(api: Api) -> None:
    api.finished_job()
    for name in ("analysis.json", "tailored.json", "receipt.json"):
        api.put("finished00000001", name, b"\xff not json")
    api.put("finished00000001", "evidence.json", {"schema_version": "1.0", "data": {"fit": "wrong"}})
    answer = api("GET", "/jobs/finished00000001")
    assert answer.status == 200
    assert answer.body["status"] == "done"
    assert (answer.body["fit"], answer.body["verdict"]) == (None, "pass")


def test_nothing_new_is_304_and_something_new_is_not(api: Api) -> None:
    job_id = api("POST", "/jobs", UPLOAD).body["job_id"]
    etag = api("GET", f"/jobs/{job_id}").headers["etag"]
    same = api("GET", f"/jobs/{job_id}", headers={"If-None-Match": etag})
    assert (same.status, same.text) == (304, "")
    assert same.headers["access-control-allow-origin"] == ORIGIN
    api.put(job_id, "execution.json", {})
    changed = api("GET", f"/jobs/{job_id}", headers={"If-None-Match": etag})
    assert changed.status == 200
    assert changed.headers["etag"] != etag


def test_a_poll_of_a_running_job_lists_once_and_opens_no_artefact(api: Api) -> None:
    job_id = api("POST", "/jobs", UPLOAD).body["job_id"]
    api.put(job_id, "execution.json", {})
    api("GET", f"/jobs/{job_id}")
    calls: list[str] = []
    store = api.module.services().store
    store.s3.meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    started = time.perf_counter()
    for _ in range(10):
        assert api("GET", f"/jobs/{job_id}").status == 200
    assert calls == ["ListObjectsV2"] * 10
    assert (time.perf_counter() - started) / 10 < 0.2  # moto in process is slow; the real figure is in the benchmark


# --- GET /jobs ---------------------------------------------------------------------------------


def test_jobs_are_listed_in_pages_without_the_deleted(api: Api) -> None:
    made = [f"job{number:013d}x" for number in range(4)]
    for number, job_id in enumerate(made):
        api.put(job_id, "request.json", {"kind": "upload", "file_name": f"{number}.pdf"})
    api.put(made[1], "deleted.json", {})
    api.finished_job("finished00000001")
    first = api("GET", "/jobs", query={"limit": "2"})
    second = api("GET", "/jobs", query={"limit": "2", "cursor": first.body["next"]})
    listed = [job["job_id"] for page in (first, second) for job in page.body["jobs"]]
    assert sorted(listed) == sorted(["finished00000001", made[3], made[2], made[0]])
    assert second.body["next"] is None
    done = next(job for page in (first, second) for job in page.body["jobs"] if job["status"] == "done")
    assert (done["title"], done["employer"], done["fit"]) == ("Nurse", "Acme GmbH & Co.", 71)
    assert api("GET", "/jobs", owner=BOB).body == {"jobs": [], "next": None}


def test_newest_jobs_come_first() -> None:
    def stored(job_id: str, day: int) -> StoredObject:
        return StoredObject(f"jobs/{ALICE}/{job_id}/request.json", "e", 1, datetime(2026, 1, day, tzinfo=UTC))

    class Listing:
        def list_prefix(self, prefix: str) -> list[StoredObject]:
            assert prefix == f"jobs/{ALICE}/"
            return [stored("old", 1), stored("new", 9), stored("middle", 5)]

    found = JobReader(Listing()).of_owner(ALICE)  # type: ignore[arg-type]
    assert [listed.job.job_id for listed in found] == ["new", "middle", "old"]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "51"}, {"limit": "x"}, {"cursor": "../x"}])
def test_bad_paging_is_refused(api: Api, query: dict[str, str]) -> None:
    assert api("GET", "/jobs", query=query).status == 422


# --- artifacts ---------------------------------------------------------------------------------


def test_an_artifact_redirects_and_knows_its_etag(api: Api) -> None:
    etags = api.finished_job()
    answer = api("GET", "/jobs/finished00000001/artifacts/parsed.json")
    assert answer.status == 302
    assert "parsed.json" in answer.headers["location"]
    assert answer.headers["etag"] == etags["parsed.json"]
    same = api("GET", "/jobs/finished00000001/artifacts/parsed.json", headers={"If-None-Match": answer.headers["etag"]})
    assert same.status == 304
    assert api("GET", "/jobs/finished00000001/artifacts/source").status == 302


@pytest.mark.parametrize("name", ["request.json", "execution.json", "nothing.pdf", "cover-letter.pdf"])
def test_private_and_absent_files_are_404(api: Api, name: str) -> None:
    api.finished_job()
    answer = api("GET", f"/jobs/finished00000001/artifacts/{name}")
    assert (answer.status, answer.body["code"]) == (404, "artifact_not_found")


# --- DELETE ------------------------------------------------------------------------------------


def test_deleting_stops_hides_and_asks_for_erasure(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = api("POST", "/jobs", {"resume": {"basics": {"name": "Ada"}}})
    job_id = answer.body["job_id"]
    asked: list[str] = []
    pipeline = api.module.services().submissions.pipeline
    erase = pipeline.erase
    monkeypatch.setattr(pipeline, "erase", lambda job: (asked.append(job.job_id), erase(job)))
    deleted = api("DELETE", f"/jobs/{job_id}")
    assert (deleted.status, deleted.body) == (202, {"job_id": job_id, "status": "deleted"})
    tombstone = api.stored(f"jobs/{ALICE}/{job_id}/deleted.json")
    assert list(tombstone) == ["deleted_at"]
    execution = f"arn:aws:states:{REGION}:123456789012:execution:pipeline:{job_id}"
    assert api.steps.describe_execution(executionArn=execution)["status"] == "ABORTED"
    assert asked == [job_id]
    assert api("GET", f"/jobs/{job_id}").body["status"] == "deleted"
    assert api("GET", f"/jobs/{job_id}").body["links"] == {}
    assert api("GET", f"/jobs/{job_id}/artifacts/cv.pdf").status == 404
    assert api("GET", "/jobs").body["jobs"] == []
    # Again: still fine, and asks again, in case the first erasure was lost.
    assert api("DELETE", f"/jobs/{job_id}").status == 202
    assert asked == [job_id, job_id]
    assert api("DELETE", "/jobs/neverexisted0001").status == 404
