"""The outbox worker: makes each delivery that a batch wrote down, once per key and version."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.records import Accredited, PublishedAward
from credstream.process import metrics, timeouts
from credstream.process.logs import logger
from credstream.storage.engine import transaction
from services.publisher import deliveries, tables

MOST_ATTEMPTS = 3
BATCH = 20


class Channel(Protocol):
    """One outlet. `deliver` may be called again for the same version and then changes nothing."""

    name: str

    def deliver(self, source: Accredited, published: PublishedAward) -> str:
        """Deliver one version; a note of where. Raises Rejected (withheld) or Unavailable."""


@dataclass(slots=True)
class Outbox:
    """Feeds one channel from its rows; a slow or failing channel delays no other."""

    engine: sa.Engine
    codec: Codec
    channel: Channel
    clock: Callable[[], float] = time.time

    def run(self, stopping: Callable[[], bool]) -> None:
        pause = timeouts.OUTBOX_IDLE_SECONDS
        while not stopping():
            try:
                busy = self.work()
                pause = 0.0 if busy else timeouts.OUTBOX_IDLE_SECONDS
            except Unavailable as failure:
                grown = max(pause, timeouts.OUTBOX_IDLE_SECONDS) * 2
                pause = min(timeouts.LONGEST_RETRY_PAUSE_SECONDS, grown)
                logger().warning(
                    "delivery failed", channel=self.channel.name, why=str(failure), pause=pause
                )
            time.sleep(pause)

    def work(self) -> int:
        """Make the deliveries that are due; how many were tried."""
        now = int(self.clock() * 1000)
        with transaction(self.engine) as connection:
            found = deliveries.due(connection, self.channel.name, now, BATCH)
            metrics.OUTBOX_WAITING.labels(self.channel.name).set(
                deliveries.waiting(connection, self.channel.name)
            )
        for what in found:
            self._deliver(what, now)
        return len(found)

    def _deliver(self, what: tuple[str, int], now: int) -> None:
        name = self.channel.name
        with transaction(self.engine) as connection:
            if not deliveries.lease(connection, name, what, now, now + timeouts.OUTBOX_LEASE_MS):
                return
            tries = deliveries.attempts(connection, name, what)
            source, published = deliveries.version(self.codec, connection, *what)
        try:
            note, state = self.channel.deliver(source, published), tables.DELIVERED
        except Rejected as refusal:
            note, state = f"{refusal.code} at {refusal.path}: {refusal.detail}", tables.WITHHELD
        except Unavailable:
            raise  # it stays in the outbox, however long that takes
        except Exception as error:  # noqa: BLE001, a bug in one credential must not stop the others
            note, state = f"unexpected: {type(error).__name__}", tables.FAILED
            logger().error("delivery failed", trace=traceback.format_tb(error.__traceback__))
            if tries < MOST_ATTEMPTS:
                return  # the lease ends by itself, and it is tried again
        with transaction(self.engine) as connection:
            deliveries.finish(connection, name, what, state, note)
        metrics.OUTBOX.labels(name, state).inc()
        told = {"channel": name, "key": what[0], "version": what[1], "state": state, "note": note}
        if state == tables.DELIVERED:
            logger().info("delivery completed", **told)
        else:
            logger().warning("delivery failed", **told)
