"""What a call costs, counted and not timed, so that a busy machine changes nothing."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


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
