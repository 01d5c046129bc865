"""How requests to the AWS endpoint are read: S3 metadata names may hold underscores, which WSGI servers drop."""

from __future__ import annotations

from moto.moto_server.werkzeug_app import MotoRequestHandler

from cvmaker_local.http_server import QuietRequestHandler


class EndpointRequestHandler(QuietRequestHandler, MotoRequestHandler):  # type: ignore[misc]
    """moto's way of reading headers, without its access log."""
