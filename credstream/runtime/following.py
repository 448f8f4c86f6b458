"""Whether a service's tables follow their reference topics, looked at beside who reads them.

The agent's client is in a group, which may leave out a topic that came while its only member
started again (decision 0018). Nobody would know: judgements would go on by yesterday's lists.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.process.logs import logger
from credstream.storage.journal import Partition


@dataclass(slots=True)
class Following:
    """Reads what is behind and has not moved since the look before; the agent may be reading too.

    `behind` tells how far the tables are, of each partition whose end they have not reached;
    `read` takes topic and partition, and what to call meanwhile. `seen` is of the look before, and
    `every` the seconds between two.
    """

    behind: Callable[[], dict[Partition, int]]
    read: Callable[[str, int, Callable[[], None]], None]
    seen: dict[Partition, int] = field(default_factory=dict)
    every: float = timeouts.REFERENCE_CHECK_SECONDS

    def run(self, stopping: Callable[[], bool]) -> None:
        """Look every few seconds until `stopping`; of what is away the data path tells."""

        def turn() -> None:
            if stopping():
                raise Unavailable("the worker stops")

        while not stopping():
            try:
                self.look(turn)
            except Unavailable as failure:
                logger().info("reference not seen", why=str(failure))
            until = time.monotonic() + self.every
            while time.monotonic() < until and not stopping():
                time.sleep(timeouts.STOP_CHECK_SECONDS)

    def look(self, turn: Callable[[], None]) -> None:
        """Compare tables and topics once; raises Unavailable."""
        found = self.behind()
        for (topic, partition), upto in found.items():
            if self.seen.get((topic, partition)) == upto:
                logger().warning("reference stood still", topic=topic, upto=upto)
                self.read(topic, partition, turn)
        self.seen = found
