"""The data path's thread beside Faust's loop, and what ends the process when it has to end."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable

import mode

from credstream.process import timeouts
from credstream.process.logs import logger

# A call of a transaction that is late although the broker has answered so many checks in a row
# does not come back.
CHECKS = 5
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
            await asyncio.wait_for(self.ended.wait(), timeouts.STOP_SECONDS)
        except TimeoutError:
            end("stop took too long", None)


class Watchdog(mode.Service):
    """librdkafka can hang in a transaction call and ignore its time-out: then the process ends.

    That is soon where the broker answers, and else after `patience` seconds without a turn. Before
    that, what `away` knows of the broker is logged from time to time. `calling` is when the call
    began that has not come back.
    """

    def __init__(
        self,
        last_turn: Callable[[], float],
        patience: float,
        away: Callable[[], str | None] = lambda: None,
        calling: Callable[[], float | None] = lambda: None,
    ) -> None:
        self.last_turn, self.patience, self.away = last_turn, patience, away
        self.calling = calling
        self.told, self.looks = 0.0, 0
        super().__init__()

    @mode.Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            still = time.monotonic() - self.last_turn()
            if still > self.patience:
                self._end(self.patience)
            if await self._hangs():
                self._end(timeouts.HUNG_CALL_SECONDS + CHECKS * timeouts.WATCHDOG_CHECK_SECONDS)
            if min(still, time.monotonic() - self.told) > timeouts.STILL_REPORT_SECONDS:
                await self._tell(still)
            await self.sleep(timeouts.WATCHDOG_CHECK_SECONDS)

    async def _tell(self, still: float) -> None:
        self.told = time.monotonic()
        why = await self._away() or "a call has not come back, though the broker answers"
        logger().warning("unavailable", why=why, still=round(still))

    async def _hangs(self) -> bool:
        began = self.calling()
        late = began is not None and time.monotonic() - began > timeouts.HUNG_CALL_SECONDS
        self.looks = self.looks + 1 if late and not await self._away() else 0
        return self.looks >= CHECKS

    async def _away(self) -> str | None:
        return await asyncio.to_thread(self.away)

    def _end(self, seconds: float) -> None:
        why = f"a call has not come back for {seconds:.0f} s; start again"
        end("data path stuck", TimeoutError(why))


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
