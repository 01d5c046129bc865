"""The web app's origin: static files, the page itself for its routes, where the API is, and Amplify's headers."""

from __future__ import annotations

import fnmatch
import gzip
import json
import mimetypes
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

NOT_BUILT = "The web app is not built here. The API is at {api}.\n"
# Whom the deployed page may talk to, by what those hosts begin with, and who plays that part here.
PLAYED_BY = {
    "https://*.execute-api.": "api",
    "https://*.s3.": "store",
    "https://*.s3-accelerate.": "",
    "https://cognito-idp.": "sign_in",
    "https://*.auth.": "sign_in",
}
COMPRESSED = re.compile(r"text/|application/(javascript|json|manifest)|image/svg")

HeaderRules = list[tuple[str, list[tuple[str, str]]]]


def hosting_headers(template: Path, places: Mapping[str, str]) -> HeaderRules:
    """The headers that template.yaml has Amplify send, with this machine's addresses for the cloud's.

    Parameters
    ----------
    template
        template.yaml.
    places
        Addresses of ``api``, ``store`` and ``sign_in``; an empty one is left out of the page's policy.
    """
    from samtranslator.yaml_helper import yaml_parse

    resources = yaml_parse(template.read_text(encoding="utf-8"))["Resources"].values()
    app = next((item for item in resources if item["Type"] == "AWS::Amplify::App"), None)
    text = app["Properties"]["CustomHeaders"]["Fn::Sub"] if app else "customHeaders: []"
    rules: HeaderRules = []
    for rule in yaml.safe_load(text)["customHeaders"]:
        rules.append(
            (rule["pattern"], [(item["key"], local_policy(item["value"], places)) for item in rule["headers"]])
        )
    return rules


def local_policy(value: str, places: Mapping[str, str]) -> str:
    """A header's value; sources of a content policy that are of the cloud become this machine's."""

    def replace(match: re.Match[str]) -> str:
        for beginning, part in PLAYED_BY.items():
            if match[0].startswith(beginning):
                address = urlsplit(places.get(part) or "")
                return f"{address.scheme}://{address.netloc}" if address.netloc else ""
        return match[0]

    return re.sub(r" {2,}", " ", re.sub(r"https://[^\s;]+", replace, value)).replace(" ;", ";")


class WebServer:
    """WSGI application.

    Parameters
    ----------
    root
        Folder of the built front end; may be absent.
    origin
        Own origin. Other host names are redirected to it, because CORS compares origins letter by letter.
    configuration
        Served as ``/config.json``: the front end's settings.
    headers
        Header rules as `hosting_headers` reads them; of two that match, the later one counts.
    """

    def __init__(
        self, root: Path | None, origin: str, configuration: Mapping[str, Any], headers: HeaderRules | None = None
    ) -> None:
        self.root = root.resolve() if root is not None else None
        self.origin = origin
        self.configuration = json.dumps(configuration).encode()
        self.header_rules = headers or []

    def headers_for(self, path: str) -> list[tuple[str, str]]:
        """What the hosting sends with a path."""
        chosen: dict[str, str] = {}
        for pattern, headers in self.header_rules:
            if fnmatch.fnmatchcase(path, pattern.replace("**", "*")):
                chosen |= dict(headers)
        return list(chosen.items())

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/").encode("latin-1", "replace").decode("utf-8", "replace")
        host = environ.get("HTTP_HOST", "")
        if host and f"http://{host}" != self.origin:
            location = f"{self.origin}{path}" + (f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else "")
            return answer(start_response, "307 Temporary Redirect", b"", [("Location", location)])
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return answer(start_response, "405 Method Not Allowed", b"", [("Allow", "GET, HEAD")])
        if path == "/config.json":
            headers = [("Content-Type", "application/json"), *self.headers_for(path)]
            return answer(start_response, "200 OK", self.configuration, headers)
        file = self.find(path)
        if file is None:
            text = NOT_BUILT.format(api=json.loads(self.configuration).get("apiUrl", "")).encode()
            return answer(start_response, "404 Not Found", text, [("Content-Type", "text/plain; charset=utf-8")])
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        headers = [
            ("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") or "javascript" in kind else kind),
            *self.headers_for(path),
        ]
        body = file.read_bytes()
        # CloudFront compresses what a browser takes compressed; what is measured here should be what is served there.
        if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") and COMPRESSED.match(kind):
            body = gzip.compress(body, 6, mtime=0)
            headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        return answer(start_response, "200 OK", body, headers)

    def find(self, path: str) -> Path | None:
        """The file for a path: itself, or index.html for the app's own routes; never outside the root."""
        if self.root is None or not self.root.is_dir():
            return None
        candidate = (self.root / path.lstrip("/")).resolve()
        if candidate.is_file() and candidate.is_relative_to(self.root):
            return candidate
        index = self.root / "index.html"
        is_route = "." not in path.rsplit("/", 1)[-1]
        return index if is_route and index.is_file() else None


def answer(start_response: Any, status: str, body: bytes, headers: list[tuple[str, str]]) -> Iterable[bytes]:
    start_response(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]
