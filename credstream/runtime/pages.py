"""The pages of a worker: /livez, /readyz and /metrics."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from credstream.process.settings import Settings

Page = Callable[[Any, Any], Awaitable[web.Response]]
UNAVAILABLE = 503


class Watched(Protocol):
    """What the pages ask of a worker."""

    settings: Settings

    def last_turn(self) -> float:
        """When the loop last turned, by the monotonic clock."""

    def ready(self) -> str | None:
        """What work waits for, None when it goes on."""


def pages(worker: Watched) -> Mapping[str, Page]:
    """Each page by its path. Alive means that the loop turns; ready, that work goes on."""

    async def livez(_self: Any, _request: Any) -> web.Response:
        age = time.monotonic() - worker.last_turn()
        alive = age < worker.settings.patience_seconds
        told = {"turned_seconds_ago": round(age, 3)}
        return web.json_response(told, status=200 if alive else UNAVAILABLE)

    async def readyz(_self: Any, _request: Any) -> web.Response:
        waits = worker.ready()
        return web.json_response({"waits_for": waits}, status=UNAVAILABLE if waits else 200)

    async def metrics(_self: Any, _request: Any) -> web.Response:
        return web.Response(body=generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})

    return {"/livez": livez, "/readyz": readyz, "/metrics": metrics}
