"""Reference data: compacted topics taken into a service's tables, record by record."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

import sqlalchemy as sa
from confluent_kafka import Consumer

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.messages import Emit, MessageId, Partition
from credstream.contract.records import Provider
from credstream.contract.values import Reason
from credstream.kafka import metadata
from credstream.kafka.dead_letters import dead_letter_headers
from credstream.kafka.fetched import incoming_of
from credstream.kafka.sender import Outgoing, Sender
from credstream.kafka.topic_reader import ends, read_partition
from credstream.process import metrics
from credstream.process.logs import logger
from credstream.storage.engine import transaction
from credstream.storage.statements import keys_query, lock_epoch, select_by_keys, upsert
from credstream.storage.tables import EPOCH, FAILURES, PROVIDERS, REFERENCE

Record = TypeVar("Record")
# Takes the id and the record of a message, None for a deleted one; what it gives is sent.
Learn: TypeAlias = Callable[[sa.Connection, str, Record | None], Sequence[Emit]]
MOST_FAILURES = 3
_REGISTERED = keys_query(sa.select(PROVIDERS), PROVIDERS.c.id)


@dataclass(frozen=True, slots=True)
class Control(Generic[Record]):
    """One reference topic: its record, and how a service takes one into its tables.

    `learn` acts on the record and not on the difference, so that a redelivery repeats what it
    sends. `exclusive` is the mode in which
    it holds the epoch: exclusively, so that no batch in flight misses the change, or shared with
    the batches, where no batch relies on what it writes.
    """

    topic: str
    record: type[Record]
    learn: Learn[Record]
    exclusive: bool


# For those who hold controls of several kinds of record.
AnyControl: TypeAlias = Control[Any]


@dataclass(slots=True)
class Reference:
    """Takes reference records one at a time, from whichever thread reads them.

    The tables remember the last offset of each partition of this cluster's topics that was taken.
    """

    engine: sa.Engine
    codec: Codec
    sender: Sender
    cluster_id: str
    controls: Sequence[AnyControl]
    service: str
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(
        self, topic: str, partition: int, offset: int, key: bytes | None, value: bytes | None
    ) -> None:
        """Write one record, send what follows from it, and remember its offset.

        Raises Unavailable. A record that cannot be read is dead-lettered: it would be met again
        at each start. Anything else is raised, which ends the process; the third time the record
        itself is the likely cause, and is dead-lettered too.
        """
        with self._lock:
            if offset <= self.upto(topic, partition):
                return
            message_id = (topic, partition, offset)
            control = next(control for control in self.controls if control.topic == topic)
            try:
                record = self.codec.decode(value, control.record) if value else None
                self._learn(control, (key or b"").decode("utf-8", "replace"), record)
            except Rejected as refusal:
                self._dead_letter(message_id, key, value, refusal)
            except Unavailable:
                raise
            except Exception as error:
                if self._count_failure(message_id) < MOST_FAILURES:
                    raise
                cause = Rejected("unexpected", "", type(error).__name__)
                self._dead_letter(message_id, key, value, cause)
            # Last, so that a crash before it repeats all of the above: records are taken again,
            # not missed.
            self._remember(topic, partition, offset)

    def upto(self, topic: str, partition: int) -> int:
        """The last offset that was taken from this cluster's topic, -1 for none."""
        query = sa.select(REFERENCE.c.upto).where(
            REFERENCE.c.topic == topic,
            REFERENCE.c.partition == partition,
            REFERENCE.c.cluster_id == self.cluster_id,
        )
        with transaction(self.engine) as connection:
            upto = connection.execute(query).scalar()
        return -1 if upto is None else int(upto)

    def catch_up(self, consumer: Consumer, turn: Callable[[], None]) -> None:
        """Read every reference topic to the end that it has now; `turn` is called meanwhile."""
        for topic, partition in self._partitions(consumer):
            self.read_to_end(consumer, topic, partition, turn)

    def lagging(self, consumer: Consumer) -> dict[Partition, int]:
        """The last offset taken of each partition that holds more, or whose topic is a new one."""
        lagging = {}
        for topic, partition in self._partitions(consumer):
            upto, low, high = self._ends(consumer, topic, partition)
            behind = high - max(upto + 1, low)
            metrics.REFERENCE_BEHIND.labels(self.service, topic).set(max(0, behind))
            if behind > 0 or upto >= high:
                lagging[topic, partition] = upto
        return lagging

    def read_to_end(
        self, consumer: Consumer, topic: str, partition: int, turn: Callable[[], None]
    ) -> None:
        """Read a partition to the end that it has now; that of a new topic from its beginning."""
        upto, low, high = self._ends(consumer, topic, partition)
        if upto >= high:  # the topic was deleted and created again
            logger().warning("reference topic recreated", topic=topic, end=high)
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
        if self.upto(topic, partition) < high - 1:  # the last offsets are a gap
            self._remember(topic, partition, high - 1)

    def _partitions(self, consumer: Consumer) -> Iterator[Partition]:
        counts = metadata.topics_seen_by(consumer)[1]
        for control in self.controls:
            yield from ((control.topic, number) for number in range(counts.get(control.topic, 0)))

    def _ends(self, consumer: Consumer, topic: str, partition: int) -> tuple[int, int, int]:
        """The last offset taken, and the ends of the partition, which may grow meanwhile."""
        upto = self.upto(topic, partition)
        return upto, *ends(consumer, topic, partition)

    def _learn(self, control: Control[Record], key: str, record: Record | None) -> None:
        with transaction(self.engine) as connection:
            # Batches hold the epoch shared. Without the lock, a batch that read before this change
            # and commits after it would be missed by `learn`, and never be judged again.
            lock_epoch(connection, exclusive=control.exclusive)
            emits = control.learn(connection, key, record)
            connection.execute(sa.update(EPOCH).values(changes=EPOCH.c.changes + 1))
        self._send(emits)

    def _count_failure(self, message_id: MessageId) -> int:
        """Count a failure of one record over restarts; how many there were."""
        row = dict(zip(("topic", "partition", "offset"), message_id, strict=True))
        columns = FAILURES.c
        query = sa.select(columns.times).where(*(columns[name] == row[name] for name in row))
        with transaction(self.engine) as connection:
            times = (connection.execute(query).scalar() or 0) + 1
            upsert(connection, FAILURES, [{**row, "times": times}])
        return times

    def _dead_letter(
        self, message_id: MessageId, key: bytes | None, value: bytes | None, why: Rejected
    ) -> None:
        topic, _partition, offset = message_id
        logger().error("reference record refused", topic=topic, offset=offset, reason=why.code)
        metrics.DEAD_LETTERS.labels(self.service, why.code).inc()
        reason = Reason(code=why.code, path=why.path, detail=why.detail)
        headers = dead_letter_headers((), reason, self.service, message_id, int(time.time() * 1000))
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


def learn_provider(codec: Codec) -> Learn[Provider]:
    """How every service takes a registration into its table."""

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
    rows = select_by_keys(connection, _REGISTERED, ids)
    return {row.id: codec.decode_cached(row.record, Provider) for row in rows}
