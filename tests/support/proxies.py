"""A port before a server, which can be shut, or left open without ever an answer."""

from __future__ import annotations

import contextlib
import socket
import threading
from urllib.parse import urlsplit, urlunsplit


class Proxy:
    """Passes bytes between clients and a server until it is told otherwise.

    `lose` cuts every connection and refuses new ones; with `silent` everything stays open, new
    connections are taken, and no byte passes any more.
    """

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._passes = threading.Event()
        self._passes.set()
        self._open: set[socket.socket] = set()
        self._port = 0
        self._listen()

    def before(self, url: str) -> str:
        """The URL of the server, by this port."""
        parts = urlsplit(url)
        login, at, _host = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{login}{at}127.0.0.1:{self._port}"))

    def lose(self, *, silent: bool) -> None:
        self._passes.clear()
        if not silent:
            self._shut()

    def restore(self) -> None:
        """Begin anew: what was connected while nothing passed is cut."""
        self._shut()
        self._passes.set()
        self._listen()

    def close(self) -> None:
        self._shut()
        self._passes.set()

    def _listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=100)
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _shut(self) -> None:
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = listener.accept()
                server = socket.create_connection(self._server)
                self._open |= {client, server}
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._passes.wait()
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def before(url):
    """A proxy before the server of a URL, and the URL through it."""
    parts = urlsplit(url)
    proxy = Proxy((parts.hostname, parts.port))
    try:
        yield proxy, proxy.before(url)
    finally:
        proxy.close()
