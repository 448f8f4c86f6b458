"""Partitions that are assigned and revoked: what a missing answer means, and what the journal keeps."""

from __future__ import annotations

import pytest
from confluent_kafka import TopicPartition
from structlog.testing import capture_logs

from credstream.contract.errors import Unavailable
from credstream.runtime import partitions as module
from credstream.runtime.partitions import Partitions
from credstream.storage import journal
from credstream.storage.engine import transaction
from credstream.storage.journal import JournalError, Move, Row
from tests.support import stages
from tests.support.assigning import (
    AWAY,
    OTHER,
    OUTPUTS,
    PARTITION,
    Consumer,
    assigned,
    message,
    stored,
    write,
)
from tests.support.simulation import CLUSTER


@pytest.fixture
def engine(tmp_path):
    return stages.database(tmp_path)


def test_an_answer_that_failed_does_not_mean_that_no_offset_is_committed(engine):
    write(engine, upto=4)
    partitions = assigned(engine, Consumer(p0=AWAY))
    with pytest.raises(Unavailable, match="away"):
        partitions.compare()
    assert partitions._unchecked == {PARTITION}


def test_one_partition_without_an_answer_keeps_all_waiting(engine):
    partitions = assigned(engine, Consumer(p0=5, p1=AWAY), PARTITION, OTHER)
    with pytest.raises(Unavailable):
        partitions.compare()
    assert partitions.rows == {}


def test_outputs_that_kafka_has_are_dropped_when_a_partition_is_assigned(engine):
    """A worker that ended before it was idle would leave persons in its journal for ever."""
    write(engine, upto=4)
    partitions = assigned(engine, Consumer(p0=5))
    assert partitions.compare() == {}
    partitions.start_reading()
    assert stored(engine) == {PARTITION: ()}
    assert partitions.rows[PARTITION] == Row(CLUSTER, 5, 4)


def test_outputs_that_kafka_does_not_have_are_kept_until_it_has(engine):
    write(engine, upto=4)
    partitions = assigned(engine, Consumer())
    unpublished = partitions.compare()
    assert unpublished[PARTITION].outputs == OUTPUTS
    assert stored(engine) == {PARTITION: OUTPUTS}
    partitions.mark_committed(unpublished)
    partitions.start_reading()
    assert stored(engine) == {PARTITION: ()}


def test_what_was_replayed_is_not_read_again(engine):
    """The consumer was assigned before the replay committed an offset, so it begins too early."""
    write(engine, upto=4)
    consumer = Consumer()
    partitions = assigned(engine, consumer)
    partitions.mark_replayed(partitions.compare())
    partitions.start_reading()
    assert consumer.sought == [("in", 0, 5)]
    assert partitions.accept([message(3), message(5)]) == []


def test_a_row_that_another_worker_moved_meanwhile_keeps_its_outputs(engine):
    write(engine, upto=4)
    partitions = assigned(engine, Consumer(p0=5))
    partitions.compare()
    with transaction(engine) as connection:
        row = Row(CLUSTER, None, 4)
        journal.move(connection, CLUSTER, {PARTITION: row}, {PARTITION: Move(5, 8, OUTPUTS)})
    partitions.start_reading()
    assert stored(engine) == {PARTITION: OUTPUTS}


def test_a_database_that_is_older_than_the_broker_stops_the_worker(engine):
    write(engine, since=3, upto=4)
    with pytest.raises(JournalError, match="from the past"):
        assigned(engine, Consumer(p0=9)).compare()


def test_a_new_database_beside_committed_offsets_stops_the_worker(engine):
    with pytest.raises(JournalError, match="new or from the past"):
        assigned(engine, Consumer(p0=9)).compare()


def test_a_new_broker_beside_an_old_database_stops_the_worker(engine):
    write(engine)
    partitions = assigned(engine, Consumer())
    partitions.cluster_id = "reborn"
    with pytest.raises(JournalError, match="not reborn"):
        partitions.compare()


def test_messages_of_partitions_that_are_not_compared_yet_are_read_again_later(engine):
    consumer = Consumer()
    consumer.low = 7
    partitions = assigned(engine, consumer)
    assert partitions.accept([message(7)]) == []
    partitions.compare()
    partitions.start_reading()
    assert consumer.sought == [("in", 0, 7)], "nothing committed: from the earliest there is"
    assert [m.offset for m in partitions.accept([message(7)])] == [7]


def test_a_partition_that_is_read_from_too_early_is_compared_again_and_its_messages_are_dropped(
    engine,
):
    consumer = Consumer(p0=5, p1=3)
    write(engine, upto=4)
    write(engine, OTHER, upto=2)
    partitions = assigned(engine, consumer, PARTITION, OTHER)
    partitions.compare()
    partitions.start_reading()
    assert consumer.sought == [("in", 0, 5), ("in", 1, 3)]
    found = partitions.accept([message(3), message(3, OTHER), message(5)])
    assert found == [message(3, OTHER)], "5 comes after offsets that were not handled"
    partitions.compare()
    partitions.start_reading()
    assert consumer.sought[2:] == [("in", 0, 5), ("in", 1, 4)], "the other goes on where it is"
    assert partitions.accept([message(5)]) == [message(5)]


def test_what_comes_twice_in_one_fetch_is_dropped_though_nothing_is_committed(engine):
    consumer = Consumer()
    consumer.low = 7
    partitions = assigned(engine, consumer)
    partitions.compare()
    partitions.start_reading()
    assert partitions.accept([message(7), message(8), message(7), message(8)]) == []
    partitions.compare()
    partitions.start_reading()
    assert consumer.sought == [("in", 0, 7)] * 2


def test_a_partition_revoked_and_assigned_again_during_one_fetch_loses_nothing(engine):
    consumer = Consumer()
    partitions = assigned(engine, consumer)
    partitions.compare()
    partitions.start_reading()
    partitions.mark_committed({PARTITION: Row(CLUSTER, None, 11)})
    consumer.offsets[PARTITION] = 12
    partitions.begin_fetch()
    partitions.on_revoked(consumer, [TopicPartition(*PARTITION)])
    partitions.on_assigned(consumer, [TopicPartition(*PARTITION)])
    assert partitions.accept([message(12)]) == []
    write(engine, upto=11)
    partitions.compare()
    partitions.start_reading()
    assert consumer.sought[-1] == ("in", 0, 12)


def test_a_revoked_partition_is_neither_sought_nor_resumed(engine):
    consumer = Consumer()
    partitions = assigned(engine, consumer)
    partitions.compare()
    partitions.start_reading()
    partitions.pause({PARTITION: 0.0, OTHER: 0.0})
    partitions.on_revoked(consumer, [TopicPartition(*PARTITION)])
    partitions.resume_due()
    partitions.rewind([message(3)])
    assert consumer.calls == [("pause", 0)]
    assert consumer.sought == [("in", 0, 0)]


def test_a_partition_is_paused_for_as_long_as_asked(engine, monkeypatch):
    now = [10.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    consumer = Consumer()
    partitions = assigned(engine, consumer)
    partitions.compare()
    partitions.start_reading()
    partitions.pause({PARTITION: 2.0})
    for later in (1.0, 0.9, 0.1):
        assert consumer.calls == [("pause", 0)]
        now[0] += later
        partitions.resume_due()
    assert consumer.calls == [("pause", 0), ("resume", 0)]


def test_a_start_that_fails_is_unavailable_and_is_tried_again(engine):
    consumer = Consumer(p0=5)
    write(engine, upto=4)
    partitions = assigned(engine, consumer)
    partitions.compare()
    consumer.refuses = True
    with pytest.raises(Unavailable, match="away"):
        partitions.start_reading()
    assert partitions._unchecked == {PARTITION}


def test_what_is_assigned_and_revoked_is_logged(engine):
    partitions = Partitions(Consumer(), engine, CLUSTER)
    places = [TopicPartition("in", 0), TopicPartition("in", 1), TopicPartition("other", 0)]
    with capture_logs() as lines:
        partitions.on_assigned(None, places)
        partitions.on_revoked(None, places[:1])
        partitions.on_assigned(None, [])
    logged = [(line["event"], line["partitions"], line["topics"]) for line in lines]
    assert logged == [
        ("partitions assigned", 3, 2),
        ("partitions revoked", 1, 1),
        ("partitions assigned", 0, 0),
    ]
