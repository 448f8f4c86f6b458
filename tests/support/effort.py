"""What a call costs, counted and not timed, so that a busy machine changes nothing."""

from __future__ import annotations

import signal
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa


def calls(work: Callable[[], object]) -> int:
    """How many functions a call leads to, those that are written in C among them."""
    counted = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted


def sql_steps(engine: sa.Engine, work: Callable[[], object]) -> int:
    """How many instructions of its virtual machine SQLite runs for a call: what it reads, counted.

    `engine` has one connection, as that of a database in memory.
    """
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    raw = engine.raw_connection()
    raw.driver_connection.set_progress_handler(count, 1)
    raw.close()
    try:
        work()
    finally:
        raw = engine.raw_connection()
        raw.driver_connection.set_progress_handler(None, 0)
        raw.close()
    return counted


def memory(work: Callable[[], object]) -> float:
    """The most memory that a call needs at any time, in MiB; of what Python allocates."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1024**2
    finally:
        tracemalloc.stop()


@contextmanager
def given_up_after(seconds: float) -> Iterator[None]:
    """Fail what has not ended after so much computing of this process; waiting does not count."""

    def give_up(_number: int, _frame: object) -> None:
        raise AssertionError(f"still at work after {seconds} s of computing")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
