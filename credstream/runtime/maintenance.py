"""What a data path does beside its batches: hold, pause, count, measure, and settle when idle."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from credstream.contract import topics
from credstream.contract.messages import Positioned
from credstream.process import metrics, timeouts
from credstream.process.logs import logger
from credstream.runtime.breaker import StoredBreaker
from credstream.runtime.broker_time import BrokerTime
from credstream.runtime.holds import Holds
from credstream.runtime.idle import Idle
from credstream.runtime.lag import Lag
from credstream.runtime.stage import Settled


@dataclass(slots=True)
class Maintenance:
    """Calls the holds, breaker, lag and idle times of one data path in the order that matters.

    `chored` is when the chores were last done, by `clock`.
    """

    service: str
    holds: Holds
    breaker: StoredBreaker
    lag: Lag
    idle: Idle
    broker_time: BrokerTime
    clock: Callable[[], float] = time.monotonic
    chored: float = 0.0

    def to_pause(self, batch: Sequence[Positioned]) -> Mapping[str, float]:
        """Topics of a batch whose messages have to wait, with the seconds until the next check."""
        names = {message.topic for message in batch}
        held = names if self.breaker.reason else self.holds.held(names, self.clock())
        held |= self.broker_time.to_hold(batch)
        return dict.fromkeys(held, timeouts.HELD_CHECK_SECONDS)

    def completed(self, settled: Settled) -> Mapping[str, float]:
        """Count a batch that both sides have committed; the topics to slow down, with seconds.

        Raises Unavailable where the breaker has to open and cannot be stored: then the next batch
        opens it, which is why it is tried last.
        """
        counts = Counter(ended.outcome for ended in settled.ended)
        self._count(settled, counts)
        self.lag.note([ended.message for ended in settled.ended])
        self.breaker.count(settled.ended)
        logger().info(
            "batch completed", messages=len(settled.ended), outputs=len(settled.outputs), **counts
        )
        self.idle.note(settled.journal, self.clock())
        self.breaker.open_if_due()
        return self._topics_to_slow(settled)

    def chores(self) -> None:
        """Every two seconds: check the breaker, settle an idle journal, measure lag."""
        now = self.clock()
        if now - self.chored < timeouts.MAINTENANCE_SECONDS:
            return
        self.breaker.check_closed()
        self.idle.check(now)
        self.lag.measure()
        self.chored = now  # only if nothing failed: what did is tried again in the next turn

    def _count(self, settled: Settled, counts: Mapping[str, int]) -> None:
        metrics.BATCH_SIZE.labels(self.service).observe(len(settled.ended))
        for outcome, count in counts.items():
            metrics.EVENTS.labels(self.service, outcome).inc(count)
        for reason in filter(None, (ended.reason for ended in settled.ended)):
            metrics.DEAD_LETTERS.labels(self.service, reason).inc()

    def _topics_to_slow(self, settled: Settled) -> Mapping[str, float]:
        """Topics of slowed providers, if they carry that provider alone: submissions."""
        slowed = self.breaker.slowed()
        metrics.SLOWED.labels(self.service).set(len(slowed))
        return {
            ended.message.topic: slowed[ended.provider]
            for ended in settled.ended
            if ended.provider in slowed and topics.provider_of(ended.message.topic)
        }
