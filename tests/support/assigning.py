"""Partitions of a consumer that answers from a table."""

from __future__ import annotations

from types import SimpleNamespace

from confluent_kafka import OFFSET_END, KafkaError, KafkaException, TopicPartition

from credstream.contract.messages import Incoming
from credstream.runtime.partitions import Partitions
from credstream.storage import journal
from credstream.storage.engine import transaction
from credstream.storage.journal import Move, Output
from tests.support.simulation import CLUSTER

PARTITION, OTHER = ("in", 0), ("in", 1)
OUTPUTS = ((0, Output("t", b"k", b"jane@example.org")),)
AWAY = KafkaError(KafkaError._TRANSPORT, "away")


class Consumer:
    """Answers from a table; records what it was called to do."""

    def __init__(self, **offsets):
        self.offsets = {("in", int(name[1:])): at for name, at in offsets.items()}
        self.sought, self.calls, self.refuses = [], [], False
        self.low, self.high, self.read = 0, 99, -1001

    def committed(self, places, timeout):
        assert timeout
        return [self._answer((p.topic, p.partition)) for p in places]

    def _answer(self, place):
        at = self.offsets.get(place, -1001)
        error = at if isinstance(at, KafkaError) else None
        offset = -1001 if error else at
        return SimpleNamespace(topic=place[0], partition=place[1], offset=offset, error=error)

    def seek(self, place):
        self.sought.append((place.topic, place.partition, place.offset))

    def assign(self, places):
        if self.refuses:
            raise KafkaException(AWAY)
        self.sought += [(p.topic, p.partition, p.offset) for p in places]

    def offsets_for_times(self, places, timeout):
        assert timeout
        return [
            TopicPartition(p.topic, p.partition, self.high if p.offset == OFFSET_END else self.low)
            for p in places
        ]

    def position(self, places):
        return [TopicPartition(p.topic, p.partition, self.read) for p in places]

    def pause(self, places):
        self.calls += [("pause", p.partition) for p in places]

    def resume(self, places):
        self.calls += [("resume", p.partition) for p in places]


def assigned(engine, consumer, *names):
    partitions = Partitions(consumer, engine, CLUSTER)
    partitions.on_assigned(consumer, [TopicPartition(*p) for p in names or (PARTITION,)])
    return partitions


def write(engine, place=PARTITION, since=None, upto=4):
    with transaction(engine) as connection:
        journal.move(connection, CLUSTER, {place: None}, {place: Move(since, upto, OUTPUTS)})


def stored(engine):
    with transaction(engine) as connection:
        return {place: row.outputs for place, row in journal.read(connection, [PARTITION]).items()}


def journal_row(engine):
    with transaction(engine) as connection:
        return journal.read(connection, [PARTITION])[PARTITION]


def message(offset, place=PARTITION):
    return Incoming(topic=place[0], partition=place[1], offset=offset, key=None, value=b"", at=0)
