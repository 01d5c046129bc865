"""Threaded WSGI servers on the loopback interface."""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

logger = logging.getLogger(__name__)

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
LOOPBACK = "127.0.0.1"


class PortInUseError(OSError):
    """Another program listens on the wished port."""

    def __init__(self, port: int) -> None:
        super().__init__(errno.EADDRINUSE, f"Port {port} is in use by another program. Choose another with --port.")
        self.port = port


class QuietRequestHandler(WSGIRequestHandler):
    """No access log, HTTP/1.1 with keep-alive, no Nagle delay."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536

    def handle_expect_100(self) -> bool:
        """Send "100 Continue" at once: botocore waits a second for it before each upload."""
        answered = super().handle_expect_100()
        self.wfile.flush()
        return answered

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the base class's names
        pass


def _note_error(request: object, client_address: object) -> None:
    """A caller that hung up is nothing for the terminal, where socketserver would print it."""
    del request, client_address
    logger.debug("a connection broke")


class HttpServer:
    """A server that is bound when constructed and serves from `start` to `stop`."""

    def __init__(self, port: int = 0, handler: type[WSGIRequestHandler] = QuietRequestHandler) -> None:
        self.application: WsgiApplication | None = None

        def dispatch(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            if self.application is None:
                start_response("503 Service Unavailable", [("Content-Length", "0"), ("Retry-After", "1")])
                return [b""]
            return self.application(environ, start_response)

        try:
            self.server: BaseWSGIServer = make_server(LOOPBACK, port, dispatch, threaded=True, request_handler=handler)
        except SystemExit:  # werkzeug exits when the port is taken
            raise PortInUseError(port) from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUseError(port) from None
            raise
        self.server.daemon_threads = True  # type: ignore[attr-defined]
        self.server.handle_error = _note_error  # type: ignore[method-assign]
        self.port = self.server.server_port
        self.url = f"http://{LOOPBACK}:{self.port}"
        self._thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, name=f"http-{self.port}", daemon=True
        )

    def start(self, application: WsgiApplication) -> None:
        self.application = application
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self.server.shutdown()
            self._thread.join(2.0)
        self.server.server_close()
