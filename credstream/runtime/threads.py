"""Threads beside Faust's event loop, and the end of the process when one of them fails."""

from __future__ import annotations

import asyncio
import contextvars
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import mode

from credstream.process import timeouts
from credstream.runtime.ending import end
from credstream.runtime.health import Health
from credstream.runtime.progress import Progress


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
            await loop.run_in_executor(thread, run, self._work)
        finally:
            self.ended.set()

    def _work(self) -> None:
        # The thread ends the process by itself: it needs no event loop that still turns.
        try:
            self.work(lambda: self.should_stop)
        except Exception as error:  # noqa: BLE001, the process ends, whatever it was
            end("data path failed", error)

    async def on_stop(self) -> None:
        """Wait for the thread until one deadline: a data path is safe to kill at any time."""
        try:
            await asyncio.wait_for(self.ended.wait(), timeouts.STOP_SECONDS)
        except TimeoutError:
            end("stop took too long", None)


class Heartbeat(mode.Service):
    """Shows the watchdog that Faust's event loop turns, for as long as it runs."""

    def __init__(self, health: Health) -> None:
        self.health = health
        super().__init__()

    @mode.Service.task
    async def _beat(self) -> None:
        self.health.event_loop = beat = Progress()
        self.health.start.turn()
        try:
            while not self.should_stop:
                beat.turn()
                await self.sleep(timeouts.WATCHDOG_CHECK_SECONDS)
        finally:
            # A stop has a deadline of its own.
            self.health.event_loop = None


def freeze_heap() -> None:
    """Keep the garbage collector off what is loaded and off a batch in flight.

    A batch holds tens of thousands of objects until it is committed. With Python's own thresholds
    the collector would visit them, and all modules, again and again: a quarter of the CPU.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
