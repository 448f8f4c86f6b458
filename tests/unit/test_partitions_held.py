"""Partitions that are held, and those that go on: what is lost, accepted, or only read as empty."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from credstream.storage import journal
from credstream.storage.engine import transaction
from credstream.storage.journal import Row
from tests.support import stages
from tests.support.assigning import (
    OTHER,
    OUTPUTS,
    PARTITION,
    Consumer,
    assigned,
    journal_row,
    message,
    stored,
    write,
)
from tests.support.simulation import CLUSTER


@pytest.fixture
def engine(tmp_path):
    return stages.database(tmp_path)


@pytest.mark.parametrize(
    ("committed", "low", "cause"),
    [(2, 0, "reset"), (-1001, 0, "reset"), (5, 6, "retention")],
    ids=["behind", "recreated topic", "deleted before it was read"],
)
def test_offsets_that_do_not_fit_hold_their_partition_and_no_other(engine, committed, low, cause):
    write(engine, since=3, upto=4)
    consumer = Consumer(p0=committed)
    consumer.low = low
    partitions = assigned(engine, consumer, PARTITION, OTHER)
    with capture_logs() as lines:
        assert partitions.compare() == {}
        partitions.start_reading()
    assert [(line["event"], line["cause"]) for line in lines] == [("partition held", cause)]
    assert consumer.sought == [(*OTHER, low)]
    assert partitions.accept([message(8), message(8, OTHER)]) == [message(8, OTHER)]
    assert stored(engine) == {PARTITION: OUTPUTS}


def test_a_partition_that_is_held_goes_on_once_it_is_accepted(engine):
    write(engine, upto=4)
    consumer = Consumer(p0=5)
    consumer.low = 8
    partitions = assigned(engine, consumer)
    partitions.compare()
    partitions.start_reading()
    partitions.begin_fetch()
    assert not partitions.unchecked, "not looked at in every turn"
    partitions.held.due = 0.0
    partitions.begin_fetch()
    with transaction(engine) as connection:
        row, settled = Row(CLUSTER, None, 4), Row(CLUSTER, 8, 7)
        assert journal.accept(connection, PARTITION, row, settled)
        assert not journal.accept(connection, PARTITION, row, settled), "it has moved"
    replayed = partitions.compare()
    assert [(row.upto, row.outputs) for row in replayed.values()] == [(7, ())]
    partitions.mark_replayed(replayed)
    partitions.start_reading()
    assert consumer.sought == [(*PARTITION, 8)]
    assert not journal_row(engine).accepted


def test_an_offset_that_has_expired_is_committed_again_where_the_topic_is_the_same(engine):
    write(engine, upto=4)
    consumer = Consumer(p0=5)
    partitions = assigned(engine, consumer)
    partitions.find_ids = lambda names: dict.fromkeys(names, "one")
    partitions.compare()
    partitions.start_reading()
    assert journal_row(engine).topic_id == "one"
    del consumer.offsets[PARTITION]
    partitions.check_again([PARTITION])
    assert partitions.compare() == {PARTITION: journal_row(engine)}
    partitions.find_ids = lambda names: dict.fromkeys(names, "two")
    assert partitions.compare() == {}
    assert partitions.held.holds[PARTITION].cause == "recreated"


def test_what_was_read_beyond_the_last_message_is_known_once_nothing_is_unhandled(engine):
    write(engine, upto=4)
    consumer = Consumer(p0=5)
    partitions = assigned(engine, consumer)
    partitions.compare()
    partitions.start_reading()
    assert partitions.read_beyond() == {}
    consumer.read = 7
    assert [at for _row, at in partitions.read_beyond().values()] == [7]
    partitions.accept([message(8)])
    consumer.read = 9
    assert partitions.read_beyond() == {}, "8 is not handled"
    partitions.rewind([message(8)])
    assert partitions.read_beyond() == {}, "and may be deleted before it is"


def test_a_position_that_the_broker_refuses_leads_to_another_comparison(engine):
    write(engine, upto=4)
    consumer = Consumer(p0=5)
    partitions = assigned(engine, consumer)
    partitions.compare()
    partitions.start_reading()
    partitions.start_again(OTHER)
    assert not partitions.unchecked
    partitions.start_again(PARTITION)
    partitions.compare()
    partitions.start_reading()
    assert consumer.sought == [(*PARTITION, 5)] * 2
