"""Watches that a service's tables follow their reference topics, and reads what is not followed.

The control agent's client is in a group, which may leave out a topic that was created while its
only member restarted (decision 0018). Nobody would notice: awards would be judged by old lists.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from credstream.contract.errors import Unavailable
from credstream.contract.messages import Partition
from credstream.process import timeouts
from credstream.process.logs import logger


@dataclass(slots=True)
class ReferenceWatch:
    """Reads a partition that lags and has not moved since the last check.

    `lagging` gives the last offset taken of each partition whose end was not reached; `read`
    reads a topic's partition to its end, and is safe beside the agent. `seen` is what the last
    check found, `every` the seconds between two checks.
    """

    lagging: Callable[[], dict[Partition, int]]
    read: Callable[[str, int, Callable[[], None]], None]
    every: float = timeouts.REFERENCE_CHECK_SECONDS
    seen: dict[Partition, int] = field(default_factory=dict)

    def run(self, stopping: Callable[[], bool]) -> None:
        """Check every few seconds until `stopping`; the data path reports what is away."""

        def turn() -> None:
            if stopping():
                raise Unavailable("the worker stops")

        while not stopping():
            try:
                self.check(turn)
            except Unavailable as failure:
                logger().info("reference check failed", why=str(failure))
            until = time.monotonic() + self.every
            while time.monotonic() < until and not stopping():
                time.sleep(timeouts.STOP_CHECK_SECONDS)

    def check(self, turn: Callable[[], None]) -> None:
        """Compare tables and topics once; raises Unavailable."""
        lagging = self.lagging()
        for (topic, partition), upto in lagging.items():
            # What has moved is being read by the agent: it needs no second reader.
            if self.seen.get((topic, partition)) == upto:
                logger().warning("reference consumer stalled", topic=topic, upto=upto)
                self.read(topic, partition, turn)
        self.seen = lagging
