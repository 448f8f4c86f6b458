"""Threads beside Faust's event loop, and what ends the process when one of them is stuck."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import mode

from credstream.process import timeouts
from credstream.process.logs import logger

# A transaction call that is late although the broker has answered so many checks in a row will
# never return (decision 0020).
CHECKS = 5
GIVE_UP = 70  # EX_SOFTWARE of sysexits.h: the supervisor restarts us from a known state


class Thread(mode.Service):
    """Runs one piece of work in a thread of its own; a failure of it ends the process."""

    def __init__(self, work: Callable[[Callable[[], bool]], None]) -> None:
        self.work = work
        self.ended = asyncio.Event()
        super().__init__()

    @mode.Service.task
    async def _run(self) -> None:
        # Not asyncio.to_thread: its threads are few, and a worker may have many data paths.
        run = contextvars.copy_context().run
        loop, thread = asyncio.get_running_loop(), ThreadPoolExecutor(1)
        try:
            await loop.run_in_executor(thread, run, self.work, lambda: self.should_stop)
        except Exception as error:  # noqa: BLE001, the process ends, whatever it was
            end("data path failed", error)
        finally:
            self.ended.set()

    async def on_stop(self) -> None:
        """Wait for the thread until one deadline: a data path is safe to kill at any time."""
        try:
            await asyncio.wait_for(self.ended.wait(), timeouts.STOP_SECONDS)
        except TimeoutError:
            end("stop took too long", None)


class Watchdog(mode.Service):
    """Ends the process when librdkafka hangs in a transaction call and ignores its time-out.

    That is soon where the broker answers, and else after `patience` seconds without a turn. Until
    then it reports from time to time what `away` says of the broker. `calling` is when the
    transaction call began that has not returned.
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
        self.reported, self.answers = 0.0, 0
        super().__init__()

    @mode.Service.task
    async def _watch(self) -> None:
        while not self.should_stop:
            still = time.monotonic() - self.last_turn()
            if still > self.patience:
                self._end(self.patience)
            if await self._hangs():
                self._end(timeouts.HUNG_CALL_SECONDS + CHECKS * timeouts.WATCHDOG_CHECK_SECONDS)
            if min(still, time.monotonic() - self.reported) > timeouts.STILL_REPORT_SECONDS:
                await self._report(still)
            await self.sleep(timeouts.WATCHDOG_CHECK_SECONDS)

    async def _report(self, still: float) -> None:
        self.reported = time.monotonic()
        why = await self._away() or "a call has not come back, though the broker answers"
        logger().warning("dependency unavailable", why=why, still=round(still))

    async def _hangs(self) -> bool:
        began = self.calling()
        late = began is not None and time.monotonic() - began > timeouts.HUNG_CALL_SECONDS
        self.answers = self.answers + 1 if late and not await self._away() else 0
        return self.answers >= CHECKS

    async def _away(self) -> str | None:
        return await asyncio.to_thread(self.away)

    def _end(self, seconds: float) -> None:
        why = f"a call has not come back for {seconds:.0f} s; start again"
        end("data path stuck", TimeoutError(why))


def end(event: str, error: BaseException | None) -> None:
    """End the process at once: after a restart the journal says where to go on."""
    logger().critical(event, error=type(error).__name__ if error else None, why=str(error or ""))
    sys.stdout.flush()
    os._exit(GIVE_UP)


def freeze_heap() -> None:
    """Keep the garbage collector off what is loaded and off a batch in flight.

    A batch holds tens of thousands of objects until it is committed. With Python's own thresholds
    the collector would visit them, and all modules, again and again: a quarter of the CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
