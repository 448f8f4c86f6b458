"""Reference data: compacted topics taken into a service's tables, record by record."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from confluent_kafka import Consumer

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.messages import Emit
from credstream.contract.records import Provider
from credstream.contract.values import Reason
from credstream.kafka import clients
from credstream.kafka.dead_letters import marked
from credstream.kafka.sender import Outgoing, Sender
from credstream.kafka.topic_reader import ends, incoming_of, read_partition
from credstream.process import metrics
from credstream.process.logs import logger
from credstream.storage.engine import transaction
from credstream.storage.journal import Partition
from credstream.storage.statements import among, hold_epoch, select_in, upsert
from credstream.storage.tables import EPOCH, FAILURES, PROVIDERS, REFERENCE

Learn = Callable[[sa.Connection, str, Any], Sequence[Emit]]
FAILURES_BORNE = 3
_REGISTERED = among(sa.select(PROVIDERS), PROVIDERS.c.id)


@dataclass(frozen=True, slots=True)
class Control:
    """One reference topic: its record, and how a service takes one into its tables.

    `learn` gets the id and the record, None for a deleted one; it acts on the record and not on
    the difference, so that a redelivery repeats what it sends.
    """

    topic: str
    record: type
    learn: Learn


@dataclass(slots=True)
class Reference:
    """Takes reference records, from the thread that starts and from the agent that follows."""

    engine: sa.Engine
    codec: Codec
    sender: Sender
    cluster_id: str
    controls: Sequence[Control]
    service: str
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(
        self, topic: str, partition: int, offset: int, key: bytes | None, value: bytes | None
    ) -> None:
        """Write one record, send what follows from it, remember how far we are.

        Raises Unavailable. A record that cannot be read is dead-lettered: it would be there again
        at each start. Anything else is raised, which ends the process; the third time the record
        is taken for its cause, and is dead-lettered too.
        """
        with self._lock:
            if offset <= self.upto(topic, partition):
                return
            place = (topic, partition, offset)
            control = next(each for each in self.controls if each.topic == topic)
            try:
                record = self.codec.decode(value, control.record) if value else None
                self._learn(control, (key or b"").decode("utf-8", "replace"), record)
            except Rejected as refusal:
                self._bury(place, key, value, refusal)
            except Unavailable:
                raise
            except Exception as error:
                if self._failed(place) < FAILURES_BORNE:
                    raise
                self._bury(place, key, value, Rejected("unexpected", "", type(error).__name__))
            self._remember(topic, partition, offset)

    def upto(self, topic: str, partition: int) -> int:
        """The last offset that was taken from this cluster's topic, -1 for none."""
        query = sa.select(REFERENCE.c.upto).where(
            REFERENCE.c.topic == topic,
            REFERENCE.c.partition == partition,
            REFERENCE.c.cluster_id == self.cluster_id,
        )
        with transaction(self.engine) as connection:
            found = connection.execute(query).scalar()
        return -1 if found is None else int(found)

    def catch_up(self, consumer: Consumer, turn: Callable[[], None]) -> None:
        """Read every reference topic to the end that it has now; `turn` is called meanwhile."""
        for topic, partition in self._places(consumer):
            self.read_to_end(consumer, topic, partition, turn)

    def behind(self, consumer: Consumer) -> dict[Partition, int]:
        """How far the tables are, of each partition that holds more, or that was made anew."""
        found = {}
        for place in self._places(consumer):
            upto, low, high = self._ends(consumer, *place)
            left = high - max(upto + 1, low)
            metrics.REFERENCE_BEHIND.labels(self.service, place[0]).set(max(0, left))
            if left > 0 or upto >= high:
                found[place] = upto
        return found

    def read_to_end(
        self, consumer: Consumer, topic: str, partition: int, turn: Callable[[], None]
    ) -> None:
        """Read a partition to the end that it has now; one that was made anew from the start."""
        upto, low, high = self._ends(consumer, topic, partition)
        if upto >= high:
            logger().warning("reference topic was made anew", topic=topic, end=high)
            upto = -1
            self._remember(topic, partition, upto)
        position = max(upto + 1, low)
        if position >= high:
            return
        for messages, reached in read_partition(consumer, topic, partition, position, high):
            turn()
            for message in map(incoming_of, messages):
                self.take(topic, partition, message.offset, message.key, message.value)
            metrics.REFERENCE_BEHIND.labels(self.service, topic).set(max(0, high - reached))
        if self.upto(topic, partition) < high - 1:  # a gap was the last there is
            self._remember(topic, partition, high - 1)

    def _places(self, consumer: Consumer) -> Iterator[Partition]:
        counts = clients.topics_of(consumer)[1]
        for control in self.controls:
            yield from ((control.topic, number) for number in range(counts.get(control.topic, 0)))

    def _ends(self, consumer: Consumer, topic: str, partition: int) -> tuple[int, int, int]:
        """How far the tables are, and the ends of the topic: asked for later, as both may grow."""
        upto = self.upto(topic, partition)
        return upto, *ends(consumer, topic, partition)

    def _learn(self, control: Control, key: str, record: object) -> None:
        with transaction(self.engine) as connection:
            hold_epoch(connection, exclusive=True)
            emits = control.learn(connection, key, record)
            connection.execute(sa.update(EPOCH).values(changes=EPOCH.c.changes + 1))
        self._send(emits)

    def _failed(self, place: tuple[str, int, int]) -> int:
        """Count a failure; how many there were."""
        row = dict(zip(("topic", "partition", "offset"), place, strict=True))
        columns = FAILURES.c
        query = sa.select(columns.times).where(*(columns[name] == row[name] for name in row))
        with transaction(self.engine) as connection:
            times = (connection.execute(query).scalar() or 0) + 1
            upsert(connection, FAILURES, [{**row, "times": times}])
        return times

    def _bury(
        self, place: tuple[str, int, int], key: bytes | None, value: bytes | None, why: Rejected
    ) -> None:
        topic, _partition, offset = place
        logger().error("reference refused", topic=topic, offset=offset, reason=why.code)
        metrics.DEAD_LETTERS.labels(self.service, why.code).inc()
        reason = Reason(code=why.code, path=why.path, detail=why.detail)
        headers = marked((), reason, self.service, place, int(time.time() * 1000))
        self.sender.send([Outgoing(topics.dlq(topic), value, key, headers)])

    def _send(self, emits: Sequence[Emit]) -> None:
        encode = self.codec.encode
        self.sender.send([Outgoing(e.topic, encode(e.record), e.key.encode()) for e in emits])

    def _remember(self, topic: str, partition: int, offset: int) -> None:
        row = {
            "topic": topic,
            "partition": partition,
            "cluster_id": self.cluster_id,
            "upto": offset,
        }
        with transaction(self.engine) as connection:
            upsert(connection, REFERENCE, [row])


def learn_provider(codec: Codec) -> Learn:
    """The way every service takes a registration into its table."""

    def learn(connection: sa.Connection, key: str, record: Provider | None) -> Sequence[Emit]:
        if record is None:
            connection.execute(sa.delete(PROVIDERS).where(PROVIDERS.c.id == key))
        elif record.id != key:
            raise Rejected("provider.mismatch", "id", f"{record.id} under the key {key}")
        else:
            upsert(connection, PROVIDERS, [{"id": key, "record": codec.encode(record)}])
        return ()

    return learn


def providers(connection: sa.Connection, codec: Codec, ids: set[str]) -> dict[str, Provider]:
    """The registrations of some providers."""
    rows = select_in(connection, _REGISTERED, ids)
    return {row.id: codec.held(row.record, Provider) for row in rows}
