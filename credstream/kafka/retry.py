"""Waiting for what is away, with growing pauses that are logged."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from confluent_kafka import KafkaException

from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.process.logs import logger


@dataclass(slots=True)
class Backoff:
    """Pauses between attempts, in seconds: each is twice the last, up to `longest`."""

    longest: float = timeouts.LONGEST_RETRY_PAUSE_SECONDS
    pause: float = 0.0

    def grow(self) -> float:
        """The next pause."""
        self.pause = min(self.longest, self.pause * 2 or timeouts.FIRST_RETRY_PAUSE_SECONDS)
        return self.pause

    def reset(self) -> None:
        """An attempt has succeeded: the next pause is short again."""
        self.pause = 0.0


class Waiter(Protocol):
    """Whoever shows how long something is waited for, and what for."""

    def turn(self) -> None:
        """An attempt begins."""

    def wait(self, failure: Unavailable) -> None:
        """It failed, and is made again after a pause."""

    def work(self) -> None:
        """It succeeded."""


def retry_until_available(
    work: Callable[[], object], stopping: Callable[[], bool], waiter: Waiter
) -> None:
    """Do something that must succeed once, and wait while what it needs is away.

    Once `stopping` is true the work is given up.
    """
    backoff = Backoff()
    while not stopping():
        waiter.turn()  # a pause is a turn: a restart would not bring back what is away
        try:
            work()
        except (Unavailable, KafkaException) as error:
            failure = _unavailable(error)
            waiter.wait(failure)
            logger().warning("dependency unavailable", why=str(failure), pause=backoff.grow())
            time.sleep(backoff.pause)
        else:
            waiter.work()
            return


def _unavailable(error: Unavailable | KafkaException) -> Unavailable:
    return error if isinstance(error, Unavailable) else Unavailable(error.args[0].str())
