"""The outbox worker: makes each delivery that a batch wrote down, once per key and version."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.records import Accredited, PublishedAward, PublishedDefinition
from credstream.process import metrics, timeouts
from credstream.process.logs import logger
from credstream.runtime.progress import Wait
from credstream.storage.engine import transaction
from services.publisher import deliveries
from services.publisher.channels.channel import Channel, Published
from services.publisher.deliveries import Lease
from services.publisher.tables import DELIVERED, FAILED, WAITING, WITHHELD

MOST_FAILURES = 8
# So few that a version which becomes due is not behind many tries of a target that is away.
BATCH = 20


@dataclass(frozen=True, slots=True)
class Ending:
    """How one try ended: the state of its row, and where that is waiting, when to try again.

    `cause` is what was away, if that is why it waits.
    """

    state: str
    note: str
    retry_seconds: float = 0.0
    failures: int = 0
    cause: str = ""


@dataclass(slots=True)
class Outbox:
    """Feeds one channel from its rows; a slow or failing channel delays no other."""

    engine: sa.Engine
    codec: Codec
    channel: Channel
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    waiting: Wait | None = None

    def run(self, stopping: Callable[[], bool]) -> None:
        pause = 0.0
        while not stopping():
            try:
                pause = 0.0 if self.work() else timeouts.OUTBOX_IDLE_SECONDS
                self.waiting = None
            except Unavailable as failure:
                self.waiting = Wait(failure.cause, str(failure))
                pause = max(pause, timeouts.OUTBOX_IDLE_SECONDS) * 2
                pause = min(pause, timeouts.LONGEST_RETRY_PAUSE_SECONDS)
                logger().warning(
                    "channel unavailable", channel=self.channel.name, why=str(failure), pause=pause
                )
            self.sleep(pause)

    def work(self) -> int:
        """Try the deliveries that are due, oldest first; the number of them that ended.

        One that cannot be made now is postponed, and the others go on. Raises Unavailable where
        none ended and a target was away, or where the outbox's own database is.
        """
        name = self.channel.name
        with transaction(self.engine) as connection:
            due = deliveries.due(connection, name, self._now(), BATCH)
            metrics.OUTBOX_WAITING.labels(name).set(deliveries.waiting(connection, name))
        endings = [ending for each in due if (ending := self._deliver(each))]
        ended = sum(ending.state != WAITING for ending in endings)
        away = [ending for ending in endings if ending.cause]
        if away and not ended:
            raise Unavailable(away[-1].note, away[-1].cause)
        if away:
            logger().warning(
                "deliveries postponed", channel=name, count=len(away), why=away[-1].note
            )
        return ended

    def _deliver(self, delivery: tuple[str, int]) -> Ending | None:
        """Make one delivery; None where another worker has it."""
        # The clock is read for each one: those before it in the pass may have taken minutes.
        now = self._now()
        until = now + round(timeouts.OUTBOX_LEASE_SECONDS * 1000)
        with transaction(self.engine) as connection:
            lease = deliveries.lease(connection, self.channel.name, delivery, now, until)
            stored = deliveries.version(connection, lease) if lease else None
        if lease is None:
            return None
        # Outside any transaction: a call to a target may take its time, and locks nothing.
        ending = self._try(lease, stored)
        return ending if self._recorded(lease, ending) else None

    def _try(self, lease: Lease, stored: tuple[bytes, bytes] | None) -> Ending:
        if lease.failures >= MOST_FAILURES:
            return Ending(FAILED, "the process ended in the last try")
        try:
            source, published = self._decoded(stored)
            try:
                return Ending(DELIVERED, self.channel.deliver(source, published))
            except Rejected as refusal:
                return Ending(WITHHELD, f"{refusal.code} at {refusal.path}: {refusal.detail}")
            except Unavailable as failure:
                # It is tried for as long as it takes: the older it is, the longer the pauses.
                pause = _bounded((self.clock() - published.published_at / 1000) / 2)
                return Ending(WAITING, str(failure), pause, lease.failures, failure.cause)
        except Exception as error:  # noqa: BLE001, a bug in one credential must not stop the others
            return self._failed(lease, error)

    def _failed(self, lease: Lease, error: Exception) -> Ending:
        failures, kind = lease.failures + 1, type(error).__name__
        # The text of an unexpected error may quote a person's data: its type and place do not.
        trace = traceback.format_tb(error.__traceback__)
        logger().error("delivery failed", **_named(lease), error=kind, tries=failures, trace=trace)
        state = FAILED if failures >= MOST_FAILURES else WAITING
        pause = _bounded(timeouts.FIRST_DELIVERY_PAUSE_SECONDS * 2**lease.failures)
        return Ending(state, f"unexpected: {kind}", pause, failures)

    def _recorded(self, lease: Lease, ending: Ending) -> bool:
        """Write how a try ended; False where it took so long that another worker has the lease."""
        state, note = ending.state, ending.note
        with transaction(self.engine) as connection:
            if state == WAITING:
                until = self._now() + round(ending.retry_seconds * 1000)
                recorded = deliveries.postpone(connection, lease, until, ending.failures)
            else:
                recorded = deliveries.finish(connection, lease, state, note)
        if not recorded:
            logger().warning("delivery lease lost", **_named(lease))
        elif state != WAITING:
            metrics.OUTBOX.labels(lease.channel, state).inc()
            _log_end(lease, state, note)
        return recorded

    def _decoded(self, stored: tuple[bytes, bytes] | None) -> tuple[Accredited, Published]:
        if stored is None:
            raise LookupError("the version is not stored")
        source, published = stored
        return (
            self.codec.decode(source, Accredited),
            self.codec.decode(published, PublishedAward, PublishedDefinition),
        )

    def _now(self) -> int:
        return int(self.clock() * 1000)


def _log_end(lease: Lease, state: str, note: str) -> None:
    if state == DELIVERED:
        logger().info("delivery completed", **_named(lease), note=note)
    elif state == WITHHELD:
        logger().warning("delivery withheld", **_named(lease), note=note)
    else:
        logger().error("delivery abandoned", **_named(lease), note=note)


def _named(lease: Lease) -> Mapping[str, str | int]:
    return {"channel": lease.channel, "key": lease.key, "version": lease.version}


def _bounded(seconds: float) -> float:
    least, most = timeouts.FIRST_DELIVERY_PAUSE_SECONDS, timeouts.LONGEST_DELIVERY_PAUSE_SECONDS
    return min(most, max(least, seconds))
