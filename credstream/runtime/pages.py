"""The pages of a worker: /livez, /readyz and /metrics."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeAlias

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Page: TypeAlias = Callable[[Any, Any], Awaitable[web.Response]]
UNAVAILABLE = 503


class Watched(Protocol):
    """What the pages ask of a worker."""

    def last_turn(self) -> float:
        """When the slowest data path last turned, by the monotonic clock."""

    def waits_for(self) -> str | None:
        """What work waits for, None when it goes on."""


def pages(health: Watched, patience_seconds: float) -> Mapping[str, Page]:
    """Each page by its path. Live means that every loop turns, ready that work goes on."""

    async def livez(_self: Any, _request: Any) -> web.Response:
        age = time.monotonic() - health.last_turn()
        status = 200 if age < patience_seconds else UNAVAILABLE
        return web.json_response({"turned_seconds_ago": round(age, 3)}, status=status)

    async def readyz(_self: Any, _request: Any) -> web.Response:
        waits_for = health.waits_for()
        status = UNAVAILABLE if waits_for else 200
        return web.json_response({"waits_for": waits_for}, status=status)

    async def metrics(_self: Any, _request: Any) -> web.Response:
        return web.Response(body=generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})

    return {"/livez": livez, "/readyz": readyz, "/metrics": metrics}
