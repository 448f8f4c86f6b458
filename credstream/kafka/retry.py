"""Waiting for what is away, with growing pauses that are logged."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

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


def retry_until_available(
    work: Callable[[], object], stopping: Callable[[], bool], turn: Callable[[], None]
) -> None:
    """Do something that must succeed once, and wait while what it needs is away.

    `turn` is called before each attempt. Once `stopping` is true the work is given up.
    """
    backoff = Backoff()
    while not stopping():
        turn()  # a pause is a turn: a restart would not bring back what is away
        try:
            work()
        except (Unavailable, KafkaException) as failure:
            why = failure.args[0].str() if isinstance(failure, KafkaException) else str(failure)
            logger().warning("dependency unavailable", why=why, pause=backoff.grow())
            time.sleep(backoff.pause)
        else:
            return
