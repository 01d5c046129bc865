"""Tailorings, corrections and edits: each a new job, none overwriting another silently."""

import base64
from typing import Any

import pytest

from .conftest import ALICE, Api

JOB = "finished00000001"


def test_another_posting_is_a_new_job_from_the_same_reading(api: Api) -> None:
    api.finished_job()
    answer = api(
        "POST", f"/jobs/{JOB}/tailorings", {"posting": " Baker wanted ", "template": "modern", "use_ai": False}
    )
    assert answer.status == 202
    job_id = answer.body["job_id"]
    assert answer.headers["location"] == f"/jobs/{job_id}"
    request = api.stored(f"jobs/{ALICE}/{job_id}/request.json")
    assert (request["kind"], request["source_job"], request["posting"]) == ("retailor", JOB, "Baker wanted")
    assert (request["template"], request["use_ai"], request["file_name"]) == ("modern", False, "cv.pdf")
    assert api.executions() == [job_id]


def test_a_posting_file_travels_inside_the_request(api: Api) -> None:
    api.finished_job()
    file = {"name": "advert.pdf", "content_base64": base64.b64encode(b"%PDF-1.4 advert").decode()}
    job_id = api("POST", f"/jobs/{JOB}/tailorings", {"posting_file": file}).body["job_id"]
    key = f"uploads/{ALICE}/{job_id}/posting.pdf"
    assert api.s3.get_object(Bucket="documents", Key=key)["Body"].read() == b"%PDF-1.4 advert"
    assert api.stored(f"jobs/{ALICE}/{job_id}/request.json")["posting_key"] == key


def test_tailoring_an_edit_starts_from_the_job_that_holds_the_reading(api: Api) -> None:
    api.finished_job()
    api.put("edit000000000001", "request.json", {"kind": "rerender", "source_job": JOB})
    job_id = api("POST", "/jobs/edit000000000001/tailorings", {"posting": "Baker"}).body["job_id"]
    assert api.stored(f"jobs/{ALICE}/{job_id}/request.json")["source_job"] == JOB


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"posting": "   "}, 422),
        ({"posting": "a", "posting_file": {"name": "a.txt", "content_base64": "YQ=="}}, 422),
        ({"posting_file": {"name": "a.txt", "content_base64": "***"}}, 422),
        ({"posting_file": {"name": "a.exe", "content_base64": "YQ=="}}, 415),
    ],
)
def test_bad_tailorings(api: Api, body: Any, status: int) -> None:
    api.finished_job()
    assert api("POST", f"/jobs/{JOB}/tailorings", body).status == status
    assert api.executions() == []


def test_a_job_that_has_not_been_read_cannot_be_tailored_yet(api: Api) -> None:
    job_id = api("POST", "/jobs", {"file": {"name": "cv.pdf"}}).body["job_id"]
    answer = api("POST", f"/jobs/{job_id}/tailorings", {"posting": "Baker"})
    assert (answer.status, answer.body["code"], answer.body["retryable"]) == (409, "not_ready", True)


def test_a_correction_keeps_the_posting_and_the_options(api: Api) -> None:
    etags = api.finished_job()
    corrected = {"basics": {"name": "Zoe Mueller"}}
    answer = api("PUT", f"/jobs/{JOB}/source", {"resume": corrected}, headers={"If-Match": etags["parsed.json"]})
    assert answer.status == 202
    request = api.stored(f"jobs/{ALICE}/{answer.body['job_id']}/request.json")
    assert (request["kind"], request["source_job"], request["posting"]) == ("correct", JOB, "Nurse at Acme")
    assert request["resume"] == corrected
    assert api.executions() == [answer.body["job_id"]]
    assert api("GET", f"/jobs/{JOB}").body["superseded_by"] == answer.body["job_id"]


def test_an_edit_carries_decisions_text_letter_and_design(api: Api) -> None:
    etags = api.finished_job()
    body = {
        "decisions": {"/work/0/highlights/0": "reject"},
        "resume": {"basics": {"name": "Zoë"}},
        "cover_letter": {"paragraphs": [{"sentences": [{"text": "Hello.", "sources": []}]}]},
        "template": "modern",
        "options": {"accent": "#005f73", "paper": "Letter"},
    }
    answer = api("PUT", f"/jobs/{JOB}/resume", body, headers={"If-Match": etags["resume.json"]})
    assert answer.status == 202
    request = api.stored(f"jobs/{ALICE}/{answer.body['job_id']}/request.json")
    assert request["kind"] == "rerender"
    assert request["decisions"] == body["decisions"]
    assert request["options"] == body["options"]
    assert request["cover_letter"] == body["cover_letter"]
    assert request["posting"] == "Nurse at Acme"


def test_design_options_stay_until_they_are_changed_or_cleared(api: Api) -> None:
    etags = api.finished_job()
    api.put(JOB, "request.json", {"kind": "upload", "options": {"accent": "#005f73", "paper": "A4"}})
    assert api("GET", f"/jobs/{JOB}").body["options"]["accent"] == "#005f73"
    body = {"options": {"accent": None, "density": "compact"}}
    answer = api("PUT", f"/jobs/{JOB}/resume", body, headers={"If-Match": etags["resume.json"]})
    stored = api.stored(f"jobs/{ALICE}/{answer.body['job_id']}/request.json")
    assert stored["options"] == {"paper": "A4", "density": "compact"}


def test_a_posting_that_was_a_file_stays_the_posting(api: Api) -> None:
    etags = api.finished_job()
    api.put(JOB, "request.json", {"kind": "upload", "posting_key": f"uploads/{ALICE}/{JOB}/posting.pdf"})
    answer = api("PUT", f"/jobs/{JOB}/source", {"resume": {}}, headers={"If-Match": etags["parsed.json"]})
    stored = api.stored(f"jobs/{ALICE}/{answer.body['job_id']}/request.json")
    assert stored["posting_key"] == f"uploads/{ALICE}/{JOB}/posting.pdf"


def test_two_tabs_cannot_overwrite_each_other_silently(api: Api) -> None:
    etags = api.finished_job()
    match = {"If-Match": etags["resume.json"]}
    first = api("PUT", f"/jobs/{JOB}/resume", {"template": "modern"}, headers=match)
    second = api("PUT", f"/jobs/{JOB}/resume", {"template": "classic"}, headers=match)
    assert first.status == 202
    assert (second.status, second.body["code"]) == (409, "already_edited")
    assert second.body["job_id"] == first.body["job_id"]
    assert api.executions() == [first.body["job_id"]]
    # Nothing of the loser remains, and whoever insists may keep both.
    assert len({key.split("/")[2] for key in api.stored_keys(f"jobs/{ALICE}/")}) == 2
    assert api("PUT", f"/jobs/{JOB}/resume", {"template": "classic"}, headers={"If-Match": "*"}).status == 202


def test_the_same_edit_sent_twice_is_one_job(api: Api) -> None:
    etags = api.finished_job()
    headers = {"If-Match": etags["resume.json"], "Idempotency-Key": "e" * 24}
    answers = [api("PUT", f"/jobs/{JOB}/resume", {"template": "modern"}, headers=headers) for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    assert len({answer.body["job_id"] for answer in answers}) == 1
    assert len(api.executions()) == 1


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 428, "if_match_required"),
        ({"If-Match": '"0123456789abcdef"'}, 412, "changed_meanwhile"),
        ({"If-Match": ""}, 412, "changed_meanwhile"),
    ],
)
@pytest.mark.parametrize("part", ["source", "resume"])
def test_an_edit_must_say_what_it_was_made_from(
    api: Api, headers: dict[str, str], status: int, code: str, part: str
) -> None:
    api.finished_job()
    answer = api("PUT", f"/jobs/{JOB}/{part}", {"resume": {}}, headers=headers)
    assert (answer.status, answer.body["code"]) == (status, code)
    assert api.executions() == []


def test_the_etag_may_stand_in_a_list_or_be_weak(api: Api) -> None:
    etags = api.finished_job()
    headers = {"If-Match": f'"other", W/{etags["resume.json"]}'}
    assert api("PUT", f"/jobs/{JOB}/resume", {"template": "modern"}, headers=headers).status == 202


def test_an_unfinished_job_has_nothing_to_edit_and_an_empty_edit_is_none(api: Api) -> None:
    job_id = api("POST", "/jobs", {"file": {"name": "cv.pdf"}}).body["job_id"]
    answer = api("PUT", f"/jobs/{job_id}/resume", {"template": "modern"}, headers={"If-Match": "*"})
    assert (answer.status, answer.body["code"]) == (409, "not_ready")
    etags = api.finished_job()
    assert api("PUT", f"/jobs/{JOB}/resume", {}, headers={"If-Match": etags["resume.json"]}).status == 422


def test_an_edit_shows_the_document_of_the_job_it_came_from(api: Api) -> None:
    etags = api.finished_job()
    headers = {"If-Match": etags["resume.json"]}
    job_id = api("PUT", f"/jobs/{JOB}/resume", {"template": "modern"}, headers=headers).body["job_id"]
    api.put(job_id, "parsed.json", {"schema_version": "1.0", "data": {"resume": {}}})
    source = api("GET", f"/jobs/{job_id}").body["links"]["source"]
    assert f"uploads/{ALICE}/{JOB}/source.pdf" in source["url"]


def test_a_start_that_fails_leaves_no_job_behind(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.finished_job()
    steps = api.module.client("stepfunctions")

    def refuse(params: dict[str, Any], **_: Any) -> None:
        from botocore.exceptions import EndpointConnectionError

        raise EndpointConnectionError(endpoint_url="states")

    steps.meta.events.register("before-call.stepfunctions.StartExecution", refuse)
    answer = api("POST", f"/jobs/{JOB}/tailorings", {"posting": "Baker"})
    assert (answer.status, answer.body["retryable"]) == (503, True)
    assert answer.headers["retry-after"]
    assert {key.split("/")[2] for key in api.stored_keys(f"jobs/{ALICE}/")} == {JOB}
