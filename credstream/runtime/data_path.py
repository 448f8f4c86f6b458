"""A data path: one consumer group's part of a process, and how it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from confluent_kafka import Producer

from credstream.kafka.fencing import Fence
from credstream.process.in_hand import InHand
from credstream.process.logs import logger
from credstream.runtime.breaker import StoredBreaker
from credstream.runtime.hooks import Crash, no_crash
from credstream.runtime.loop import Loop
from credstream.runtime.progress import Progress
from credstream.runtime.resources import Resources
from credstream.runtime.service import AnyService


@dataclass(frozen=True, slots=True)
class Faults:
    """What tests break on purpose: `crash` around the two commits, batches without a journal."""

    crash: Crash = no_crash
    journalled: bool = True


@dataclass(slots=True)
class DataPath:
    """Runs one service's batches; `opening` makes its clients, breaker and loop."""

    service: AnyService
    resources: Resources
    faults: Faults = field(default_factory=Faults)
    progress: Progress = field(default_factory=Progress)
    fence: Fence | None = None
    in_hand: InHand | None = None
    breaker: StoredBreaker | None = None
    loop: Loop | None = None

    @property
    def name(self) -> str:
        """The id of its static member and of its transactions, the same after each restart."""
        # A restarted worker gets its partitions back at once and fences its dead transaction.
        # Random names paused output for 6 to 68 s (decision 0003).
        return f"{self.service.name}-{self.resources.settings.ordinal}"

    def producer(self) -> Producer:
        """The producer of the next transaction, whose earlier processes are fenced."""
        self.fence = self.fence or Fence(self.resources.settings, self.name)
        return self.fence.producer()

    def run(self, stopping: Callable[[], bool]) -> None:
        """Work until `stopping`; the loop has been opened."""
        if self.loop:
            logger().info("data path started", group=self.service.name)
            self.loop.run(stopping)

    @property
    def stopped_by(self) -> str | None:
        """Why its breaker is open, None where it is not."""
        return self.breaker.reason if self.breaker else None
