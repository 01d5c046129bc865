"""The web app's origin."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cvmaker_local.http_server import HttpServer
from cvmaker_local.web_server import WebServer, hosting_headers

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
PLACES = {"api": "http://127.0.0.1:8001/v1", "store": "http://127.0.0.1:8002", "sign_in": ""}


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[str]:
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<p>app</p>", encoding="utf-8")
    (root / "assets" / "app-1a2b.js").write_text("1", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    server = HttpServer()
    server.start(WebServer(root, server.url, {"apiUrl": "http://api"}, hosting_headers(TEMPLATE, PLACES)))
    yield server.url
    server.stop()


def test_files_routes_and_settings(origin: str) -> None:
    assert httpx.get(f"{origin}/").text == "<p>app</p>"
    assert httpx.get(f"{origin}/jobs/123").text == "<p>app</p>", "the app's own routes"
    assert httpx.get(f"{origin}/absent.js").status_code == 404
    asset = httpx.get(f"{origin}/assets/app-1a2b.js")
    assert "immutable" in asset.headers["cache-control"]
    assert "no-cache" in httpx.get(f"{origin}/").headers["cache-control"]
    configuration = httpx.get(f"{origin}/config.json")
    assert json.loads(configuration.content) == {"apiUrl": "http://api"}
    assert configuration.headers["cache-control"] == "no-store"


def test_the_headers_of_the_deployed_app_are_sent_here_too(origin: str) -> None:
    for path in ("/", "/jobs/123/review", "/assets/app-1a2b.js", "/config.json"):
        headers = httpx.get(origin + path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
        assert policy["connect-src"] == "'self' http://127.0.0.1:8001 http://127.0.0.1:8002", "its own hosts, no others"


def test_the_policy_of_the_cloud_names_no_more_than_our_services() -> None:
    (everywhere, headers), *_ = hosting_headers(TEMPLATE, {})
    assert everywhere == "**"
    policy = dict(headers)["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "connect-src 'self';" in policy, "without addresses to put in their place, nothing of the cloud is left"


def test_texts_are_compressed_for_those_who_take_it(origin: str) -> None:
    packed = httpx.get(f"{origin}/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip"})
    assert (packed.headers["content-encoding"], packed.text) == ("gzip", "1")
    assert "content-encoding" not in httpx.get(f"{origin}/", headers={"Accept-Encoding": "identity"}).headers


def test_nothing_outside_the_folder(origin: str) -> None:
    for path in ("/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"):
        assert "secret" not in httpx.get(origin + path).text


def test_one_origin_only(origin: str) -> None:
    response = httpx.get(f"{origin.replace('127.0.0.1', 'localhost')}/jobs?x=1")
    assert (response.status_code, response.headers["location"]) == (307, f"{origin}/jobs?x=1")


def test_without_a_build_it_says_where_the_api_is() -> None:
    server = HttpServer()
    server.start(WebServer(None, server.url, {"apiUrl": "http://api"}))
    response = httpx.get(server.url)
    server.stop()
    assert (response.status_code, "http://api" in response.text) == (404, True)
