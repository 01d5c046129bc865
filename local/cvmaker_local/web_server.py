"""The web app's origin: static files, the page itself for its routes, and where the API is."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

NOT_BUILT = "The web app is not built here. The API is at {api}.\n"


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
    """

    def __init__(self, root: Path | None, origin: str, configuration: Mapping[str, Any]) -> None:
        self.root = root.resolve() if root is not None else None
        self.origin = origin
        self.configuration = json.dumps(configuration).encode()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/").encode("latin-1", "replace").decode("utf-8", "replace")
        host = environ.get("HTTP_HOST", "")
        if host and f"http://{host}" != self.origin:
            location = f"{self.origin}{path}" + (f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else "")
            return answer(start_response, "307 Temporary Redirect", b"", [("Location", location)])
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return answer(start_response, "405 Method Not Allowed", b"", [("Allow", "GET, HEAD")])
        if path == "/config.json":
            headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
            return answer(start_response, "200 OK", self.configuration, headers)
        file = self.find(path)
        if file is None:
            text = NOT_BUILT.format(api=json.loads(self.configuration).get("apiUrl", "")).encode()
            return answer(start_response, "404 Not Found", text, [("Content-Type", "text/plain; charset=utf-8")])
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        # Files under assets/ carry a hash in their name; everything else must be asked for again.
        forever = "assets" in file.relative_to(self.root or file.parent).parts
        headers = [
            ("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") or "javascript" in kind else kind),
            ("Cache-Control", "public, max-age=31536000, immutable" if forever else "no-cache"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return answer(start_response, "200 OK", file.read_bytes(), headers)

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
