"""Waiting for what is away, with growing pauses, and saying so."""

from __future__ import annotations

import time
from collections.abc import Callable

from confluent_kafka import KafkaException

from credstream.contract.errors import Unavailable
from credstream.process.logs import logger


def patient(
    work: Callable[[], object], stopping: Callable[[], bool], turn: Callable[[], None]
) -> None:
    """Do something that must succeed once, waiting while what it needs is away."""
    pause = 0.05
    while not stopping():
        turn()
        try:
            work()
        except (Unavailable, KafkaException) as failure:
            said = failure.args[0].str() if isinstance(failure, KafkaException) else str(failure)
            logger().warning("unavailable", why=said, pause=pause)
            time.sleep(pause)
            pause = min(5.0, pause * 2)
        else:
            return
