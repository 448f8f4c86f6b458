"""The data path's thread beside Faust's loop, and what ends the process when it has to end."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable

import mode

from credstream.runtime.logs import logger

STOP_SECONDS = 10.0
# So long without a turn is told; a batch takes less than two seconds.
STILL_SECONDS = 10.0
GIVE_UP = 70  # EX_SOFTWARE: the supervisor starts us again from a known state


class Thread(mode.Service):
    """A thread of the process: its failure is the process's."""

    def __init__(self, work: Callable[[Callable[[], bool]], None]) -> None:
        self.work = work
        self.ended = asyncio.Event()
        super().__init__()

    @mode.Service.task
    async def _run(self) -> None:
        try:
            await asyncio.to_thread(self.work, lambda: self.should_stop)
        except Exception as error:  # noqa: BLE001, the process ends, whatever it was
            end("data path failed", error)
        finally:
            self.ended.set()

    async def on_stop(self) -> None:
        """Wait for the thread; one deadline for every stop: the data path is safe to kill."""
        try:
            await asyncio.wait_for(self.ended.wait(), STOP_SECONDS)
        except TimeoutError:
            end("stop took too long", None)


class Watchdog(mode.Service):
    """librdkafka can hang in a transaction call and ignore its time-out: then the process ends.

    Before that it is told, every STILL_SECONDS, what `away` knows of the broker.
    """

    def __init__(
        self,
        last_turn: Callable[[], float],
        patience: float,
        away: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.last_turn, self.patience, self.away = last_turn, patience, away
        self.told = 0.0
        super().__init__()

    @mode.Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            still = time.monotonic() - self.last_turn()
            if still > self.patience:
                why = f"a call has not come back for {self.patience:.0f} s; start again"
                end("data path stuck", TimeoutError(why))
            if still > STILL_SECONDS and time.monotonic() - self.told > STILL_SECONDS:
                await self._tell(still)
            await self.sleep(1.0)

    async def _tell(self, still: float) -> None:
        self.told = time.monotonic()
        away = await asyncio.to_thread(self.away)
        why = away or "a call has not come back, though the broker answers"
        logger().warning("unavailable", why=why, still=round(still))


def end(event: str, error: BaseException | None) -> None:
    """End hard: after a restart the journal says where to go on."""
    logger().critical(event, error=type(error).__name__ if error else None, why=str(error or ""))
    sys.stdout.flush()
    os._exit(GIVE_UP)


def still_heap() -> None:
    """Keep the collector off what is loaded and off a batch in flight.

    A batch holds tens of thousands of objects until it is settled; with Python's own thresholds a
    quarter of a worker's time goes into looking at them, and at all modules, again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
