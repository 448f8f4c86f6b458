"""The pages of a worker, served from its first second: /livez, /readyz, /startupz and /metrics.

They have a server of their own, in threads of its own, and read only what lies in memory: no page
waits for Kafka, SQL or an event loop.
"""

from __future__ import annotations

import json
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import make_wsgi_app

from credstream.process import metrics, timeouts
from credstream.process.error_catalogue import CAUSES
from credstream.process.settings import SettingsError
from credstream.runtime.health import Health

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

# Whether all is well, and what the page shows.
Page: TypeAlias = Callable[[], tuple[bool, Mapping[str, Any]]]


def application(health: Health, patience: float) -> WSGIApplication:
    """The pages by their paths; red is 503."""
    pages: Mapping[str, Page] = {
        "/livez": partial(_livez, health, patience),
        "/readyz": partial(_readyz, health),
        "/startupz": partial(_startupz, health),
    }
    exposed: WSGIApplication = make_wsgi_app()
    for cause in CAUSES:
        waiting = metrics.WAITING.labels(health.service, cause)
        # Asked when somebody reads it, so that it is never out of date.
        waiting.set_function(partial(_is_waiting, health, cause))

    def serve(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            return exposed(environ, start_response)
        if path not in pages:
            return _answer(start_response, HTTPStatus.NOT_FOUND, {"pages": [*pages, "/metrics"]})
        well, shown = pages[path]()
        return _answer(
            start_response, HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE, shown
        )

    return serve


def start(application: WSGIApplication, host: str, port: int) -> None:
    """Serve the pages until the process ends; raises SettingsError for an address that is taken."""
    try:
        server = _Server((host, port), _Handler)
    except OSError as error:
        raise SettingsError(
            f"CREDSTREAM_WEB_HOST and CREDSTREAM_WEB_PORT: {host}:{port}: {error.strerror}"
        ) from error
    server.set_app(application)
    threading.Thread(target=server.serve_forever, name="pages", daemon=True).start()


def _livez(health: Health, patience: float) -> tuple[bool, Mapping[str, Any]]:
    """The loop turns, or the waiting turns: a pause between two attempts is a turn."""
    age = time.monotonic() - health.last_turn()
    return not health.is_stuck(patience), {"turned_seconds_ago": round(age, 3)}


def _readyz(health: Health) -> tuple[bool, Mapping[str, Any]]:
    """Work goes on, or what it waits for."""
    waits = health.waits()
    if not waits:
        return True, {"waits_for": None}
    causes = sorted({wait.cause for wait in waits})
    return False, {"waits_for": waits[0].why, "causes": causes}


def _startupz(health: Health) -> tuple[bool, Mapping[str, Any]]:
    """Everything was opened once, with tables that have caught up."""
    if health.opened:
        return True, {"waits_for": None}
    return False, {"waits_for": health.waits()[0].why}


def _is_waiting(health: Health, cause: str) -> float:
    return float(cause in health.causes())


def _answer(
    start_response: StartResponse, status: HTTPStatus, shown: Mapping[str, Any]
) -> Iterable[bytes]:
    headers = [("Content-Type", "application/json; charset=utf-8")]
    start_response(f"{status.value} {status.phrase}", headers)
    return [json.dumps(shown).encode()]


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    """A thread for each request, so that a client that says nothing keeps nobody waiting."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[WSGIRequestHandler]) -> None:
        found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        self.address_family = found[0][0]
        super().__init__(address, handler)

    def server_bind(self) -> None:
        # Not HTTPServer's own: it looks up the name of the host, and a name service may hang.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def handle_error(self, _request: Any, _client: Any) -> None:
        """Report what is a fault of ours: a client that goes away, or says nothing, is none."""
        error = sys.exception()
        if not isinstance(error, OSError):
            # Imported here: it takes a tenth of a second, and the pages come first.
            from credstream.process.logs import logger  # noqa: PLC0415

            logger().error("page failed", error=type(error).__name__)


class _Handler(WSGIRequestHandler):
    timeout = timeouts.PAGE_SECONDS

    def log_message(self, *_words: Any) -> None:
        """A probe each few seconds is no event."""
