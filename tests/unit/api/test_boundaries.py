"""What no request may do: see another owner's job, break CORS, get an error that is no problem, learn our insides."""

import json
from typing import Any

import pytest

from .conftest import ALICE, BOB, ORIGIN, ROOT, Api

JOB = "finished00000001"
MATCH = {"If-Match": "*"}
ROUTES_OF_A_JOB: list[tuple[str, str, Any]] = [
    ("GET", f"/jobs/{JOB}", None),
    ("DELETE", f"/jobs/{JOB}", None),
    ("GET", f"/jobs/{JOB}/artifacts/cv.pdf", None),
    ("GET", f"/jobs/{JOB}/artifacts/source", None),
    ("POST", f"/jobs/{JOB}/tailorings", {"posting": "Baker"}),
    ("PUT", f"/jobs/{JOB}/source", {"resume": {}}),
    ("PUT", f"/jobs/{JOB}/resume", {"template": "modern"}),
]
ROUTES_WITH_OWNER = [*ROUTES_OF_A_JOB, ("GET", "/jobs", None), ("POST", "/jobs", {"file": {"name": "cv.pdf"}})]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES_OF_A_JOB)
def test_another_owners_job_is_404_and_untouched(api: Api, method: str, path: str, body: Any) -> None:
    api.finished_job()
    before = sorted(api.stored_keys())
    answer = api(method, path, body, owner=BOB, headers=MATCH)
    absent = api(method, path.replace(JOB, "neverexisted0001"), body, owner=BOB, headers=MATCH)
    assert answer.status == absent.status == 404
    # Not even the wording tells a stranger that the job exists.
    assert answer.text == absent.text
    assert sorted(api.stored_keys()) == before
    assert api.executions() == []


def test_a_source_job_of_another_owner_is_never_followed(api: Api) -> None:
    api.finished_job()
    api.put("thief00000000001", "request.json", {"kind": "rerender", "source_job": JOB}, owner=BOB)
    api.put("thief00000000001", "resume.json", {"schema_version": "1.0", "data": {}}, owner=BOB)
    links = api("GET", "/jobs/thief00000000001", owner=BOB).body["links"]
    assert "source" not in links
    assert api("POST", "/jobs/thief00000000001/tailorings", {"posting": "Baker"}, owner=BOB).status == 409


def test_a_request_that_names_a_foreign_upload_gets_no_link_to_it(api: Api) -> None:
    api.finished_job()
    api.put(
        "thief00000000001",
        "request.json",
        {"kind": "upload", "upload_key": f"uploads/{ALICE}/{JOB}/source.pdf"},
        owner=BOB,
    )
    api.put("thief00000000001", "parsed.json", {"schema_version": "1.0", "data": {"resume": {}}}, owner=BOB)
    assert "source" not in api("GET", "/jobs/thief00000000001", owner=BOB).body["links"]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES_WITH_OWNER)
@pytest.mark.parametrize("owner", [None, "", "console"])
def test_without_an_owner_from_the_authorizer_there_is_no_answer(
    api: Api, method: str, path: str, body: Any, owner: str | None
) -> None:
    api.finished_job(owner="console")
    answer = api(method, path, body, owner=owner, headers=MATCH | {"Authorization": "Bearer x", "owner": ALICE})
    assert (answer.status, answer.body["code"]) == (401, "unauthorized")


@pytest.mark.parametrize("job_id", ["..", "a%2Fb", "-x", "x" * 129, "a.b", "a b"])
def test_strange_ids_reach_no_key(api: Api, job_id: str) -> None:
    assert api("GET", f"/jobs/{job_id}").status in {404, 422}
    assert api("DELETE", f"/jobs/{job_id}").status in {404, 422}


def test_unknown_paths_and_methods_are_problems(api: Api) -> None:
    missing = api("GET", "/nothing")
    assert (missing.status, missing.body["code"]) == (404, "route_not_found")
    wrong = api("PATCH", "/jobs")
    assert (wrong.status, wrong.body["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "GET, POST"
    for answer in (missing, wrong):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_only_the_app_may_read_answers_in_a_browser(api: Api) -> None:
    ours = api("GET", "/health")
    assert ours.headers["access-control-allow-origin"] == ORIGIN
    assert "ETag" in ours.headers["access-control-expose-headers"]
    assert "Origin" in ours.headers["vary"]
    assert "access-control-allow-credentials" not in ours.headers
    for origin in ("https://evil.example", "null", ORIGIN + ".evil.example", "http://app.example"):
        theirs = api("GET", "/health", headers={"Origin": origin})
        assert "access-control-allow-origin" not in theirs.headers


def test_a_preflight_is_answered(api: Api) -> None:
    answer = api("OPTIONS", "/jobs")
    assert answer.status == 204
    assert "PUT" in answer.headers["access-control-allow-methods"]
    assert "If-Match" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    "content_type",
    ["application/xml", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "application/jsonx"],
)
def test_another_content_type_is_415(api: Api, content_type: str) -> None:
    answer = api("POST", "/jobs", "<xml/>", headers={"Content-Type": content_type})
    assert (answer.status, answer.body["code"]) == (415, "unsupported_content_type")


def test_a_defect_is_a_problem_that_tells_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*_: Any) -> None:
        raise ValueError("the CV of Ada Lovelace")

    monkeypatch.setattr(api.module.services().reader, "find", crash)
    answer = api("GET", f"/jobs/{JOB}")
    assert (answer.status, answer.body["code"]) == (500, "internal_error")
    assert "Ada" not in answer.text
    assert "Ada" not in caplog.text
    assert "Ada" not in capsys.readouterr().out


def test_nothing_of_a_cv_is_logged(
    api: Api, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    marker = "MARKER-7f3a"
    api.finished_job()
    api("POST", "/jobs", {"file": {"name": f"{marker}.pdf"}, "posting": marker})
    api("POST", "/jobs", {"resume": {"basics": {"name": marker}}})
    api("POST", "/jobs", {"file": {"name": f"{marker}.exe"}, "template": marker})
    api("PUT", f"/jobs/{JOB}/resume", {"resume": {"basics": {"name": marker}}}, headers=MATCH)
    api("POST", f"/jobs/{JOB}/tailorings", {"posting": marker})
    for execution in api.executions():
        arn = f"arn:aws:states:eu-west-1:123456789012:execution:pipeline:{execution}"
        assert marker not in json.dumps(api.steps.describe_execution(executionArn=arn), default=str)
    assert marker not in caplog.text
    assert marker not in capsys.readouterr().out


def test_health_needs_nobody_and_no_bucket(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.module, "services", lambda: pytest.fail("health needs no services"))
    answer = api("GET", "/health", owner=None)
    assert answer.status == 200
    assert answer.body["status"] == "ok"


def test_the_path_may_carry_the_stage(api: Api) -> None:
    assert api("GET", "/v1/health").status == 200


def test_templates_are_those_of_the_renderer_and_what_a_deployer_adds(api: Api) -> None:
    first = api("GET", "/templates")
    names = [item["name"] for item in first.body["templates"]]
    folder = ROOT / "functions/render/cv_rendering/templates"
    assert set(names) == {path.parent.name for path in folder.glob("*/template.toml")}
    assert names[0] == "classic"
    assert api("GET", "/templates", headers={"If-None-Match": first.headers["etag"]}).status == 304
    put = api.s3.put_object
    put(Bucket="documents", Key="templates/campus/template.json", Body=json.dumps({"title": "Campus"}).encode())
    put(Bucket="documents", Key="templates/broken/template.json", Body=b"{")
    put(Bucket="documents", Key="templates/classic/template.json", Body=json.dumps({"title": "Not ours"}).encode())
    added = api("GET", "/templates").body["templates"]
    assert {item["name"]: item["title"] for item in added}["campus"] == "Campus"
    assert {item["name"]: item["title"] for item in added}["classic"] == "Classic"
    assert "broken" not in {item["name"] for item in added}
