"""Partitions that come and go: what no answer means, and what is left lying in the journal."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition
from structlog.testing import capture_logs

from credstream.contract.errors import Unavailable
from credstream.contract.messages import Incoming
from credstream.runtime import partitions as module
from credstream.runtime.partitions import Partitions
from credstream.storage import journal
from credstream.storage.engine import transaction
from credstream.storage.journal import JournalError, Move, Output, Row
from tests.support import stages
from tests.support.exchanges import CLUSTER

PLACE, OTHER = ("in", 0), ("in", 1)
OUTPUTS = ((0, Output("t", b"k", b"jane@example.org")),)
AWAY = KafkaError(KafkaError._TRANSPORT, "away")


class Consumer:
    """Answers from a table; keeps what it was told to do."""

    def __init__(self, **offsets):
        self.offsets = {("in", int(name[1:])): at for name, at in offsets.items()}
        self.sought, self.slept, self.low = [], [], 7

    def committed(self, places, timeout):
        assert timeout
        return [self._answer((p.topic, p.partition)) for p in places]

    def _answer(self, place):
        at = self.offsets.get(place, -1001)
        error = at if isinstance(at, KafkaError) else None
        offset = -1001 if error else at
        return SimpleNamespace(topic=place[0], partition=place[1], offset=offset, error=error)

    def seek(self, place):
        if isinstance(self.low, KafkaError):
            raise KafkaException(self.low)
        self.sought.append((place.topic, place.partition, place.offset))

    def get_watermark_offsets(self, _place, timeout):
        assert timeout
        return self.low, 99

    def pause(self, places):
        self.slept += [("pause", p.partition) for p in places]

    def resume(self, places):
        self.slept += [("resume", p.partition) for p in places]


@pytest.fixture
def made(tmp_path):
    return stages.database(tmp_path)


def held(made, consumer, *places):
    here = Partitions(consumer, made, CLUSTER)
    here.on_assigned(consumer, [TopicPartition(*p) for p in places or (PLACE,)])
    return here


def write(made, place=PLACE, since=None, upto=4):
    with transaction(made) as connection:
        journal.move(connection, CLUSTER, {place: None}, {place: Move(since, upto, OUTPUTS)})


def stored(made):
    with transaction(made) as connection:
        return {place: row.outputs for place, row in journal.read(connection, [PLACE]).items()}


def message(offset, place=PLACE):
    return Incoming(topic=place[0], partition=place[1], offset=offset, key=None, value=b"", at=0)


def test_an_offset_that_the_broker_cannot_tell_is_not_taken_for_none(made):
    write(made, upto=4)
    here = held(made, Consumer(p0=AWAY))
    with pytest.raises(Unavailable, match="away"):
        here.compare()
    assert here._unchecked == {PLACE}


def test_one_partition_without_an_answer_keeps_all_waiting(made):
    here = held(made, Consumer(p0=5, p1=AWAY), PLACE, OTHER)
    with pytest.raises(Unavailable):
        here.compare()
    assert here.rows == {}


def test_outputs_that_kafka_has_are_dropped_when_a_partition_is_taken_up(made):
    """A worker that ended before it was idle would leave persons in its journal for ever."""
    write(made, upto=4)
    here = held(made, Consumer(p0=5))
    assert here.compare() == {}
    here.start_reading()
    assert stored(made) == {PLACE: ()}
    assert here.rows[PLACE] == Row(CLUSTER, 5, 4)


def test_outputs_that_kafka_has_not_are_kept_until_it_has(made):
    write(made, upto=4)
    here = held(made, Consumer())
    unpublished = here.compare()
    assert unpublished[PLACE].outputs == OUTPUTS
    assert stored(made) == {PLACE: OUTPUTS}
    here.mark_committed(unpublished)
    here.start_reading()
    assert stored(made) == {PLACE: ()}


def test_a_partition_that_another_worker_went_on_with_meanwhile_keeps_its_outputs(made):
    write(made, upto=4)
    here = held(made, Consumer(p0=5))
    here.compare()
    with transaction(made) as connection:
        row = Row(CLUSTER, None, 4)
        journal.move(connection, CLUSTER, {PLACE: row}, {PLACE: Move(5, 8, OUTPUTS)})
    here.start_reading()
    assert stored(made) == {PLACE: OUTPUTS}


@pytest.mark.parametrize(
    ("committed", "words"),
    [(9, "were reset"), (2, "were reset"), (-1001, "were reset")],
    ids=["ahead", "behind", "recreated topic"],
)
def test_offsets_that_do_not_fit_stop_the_worker(made, committed, words):
    write(made, since=3, upto=4)
    with pytest.raises(JournalError, match=words):
        held(made, Consumer(p0=committed)).compare()


def test_a_new_database_under_a_broker_that_is_further_stops_the_worker(made):
    with pytest.raises(JournalError, match="new or from the past"):
        held(made, Consumer(p0=9)).compare()


def test_a_new_broker_under_an_old_database_stops_the_worker(made):
    write(made)
    here = held(made, Consumer())
    here.cluster_id = "reborn"
    with pytest.raises(JournalError, match="not reborn"):
        here.compare()


def test_messages_of_partitions_that_are_not_taken_up_come_again_later(made):
    consumer = Consumer()
    here = held(made, consumer)
    assert here.accept([message(7)]) == []
    here.compare()
    here.start_reading()
    assert consumer.sought == [("in", 0, 7)], "nothing committed: from the earliest there is"
    assert [m.offset for m in here.accept([message(7)])] == [7]


def test_a_partition_that_is_read_again_is_taken_up_anew_and_nothing_of_it_is_taken(made):
    consumer = Consumer(p0=5, p1=3)
    write(made, upto=4)
    write(made, OTHER, upto=2)
    here = held(made, consumer, PLACE, OTHER)
    here.compare()
    here.start_reading()
    assert consumer.sought == []
    found = here.accept([message(3), message(3, OTHER), message(5)])
    assert found == [message(3, OTHER)], "5 comes after a gap that nobody has looked at"
    here.compare()
    here.start_reading()
    assert consumer.sought == [("in", 0, 5)]
    assert here.accept([message(5)]) == [message(5)]


def test_what_comes_twice_in_one_fetch_is_not_taken_though_nothing_stands(made):
    consumer = Consumer()
    here = held(made, consumer)
    here.compare()
    here.start_reading()
    assert here.accept([message(7), message(8), message(7), message(8)]) == []
    here.compare()
    here.start_reading()
    assert consumer.sought == [("in", 0, 7)]


def test_a_partition_revoked_and_given_back_during_one_fetch_loses_nothing(made):
    consumer = Consumer()
    here = held(made, consumer)
    here.compare()
    here.start_reading()
    here.mark_committed({PLACE: Row(CLUSTER, None, 11)})
    consumer.offsets[PLACE] = 12
    here.begin_fetch()
    here.on_revoked(consumer, [TopicPartition(*PLACE)])
    here.on_assigned(consumer, [TopicPartition(*PLACE)])
    assert here.accept([message(12)]) == []
    write(made, upto=11)
    here.compare()
    here.start_reading()
    assert consumer.sought[-1] == ("in", 0, 12)


def test_a_partition_that_is_gone_is_not_sought_nor_woken(made):
    consumer = Consumer()
    here = held(made, consumer)
    here.compare()
    here.start_reading()
    here.pause({PLACE: 0.0, OTHER: 0.0})
    here.on_revoked(consumer, [TopicPartition(*PLACE)])
    here.resume_due()
    here.rewind([message(3)])
    assert consumer.slept == [("pause", 0)]
    assert consumer.sought == []


def test_a_partition_sleeps_as_long_as_it_was_told(made, monkeypatch):
    now = [10.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    consumer = Consumer()
    here = held(made, consumer)
    here.compare()
    here.start_reading()
    here.pause({PLACE: 2.0})
    for later in (1.0, 0.9, 0.1):
        assert consumer.slept == [("pause", 0)]
        now[0] += later
        here.resume_due()
    assert consumer.slept == [("pause", 0), ("resume", 0)]


def test_a_seek_that_fails_is_unavailable_and_the_partition_stays_fresh(made):
    consumer = Consumer(p0=5)
    write(made, upto=4)
    here = held(made, consumer)
    here.accept([message(5)])
    here.compare()
    consumer.low = AWAY
    with pytest.raises(Unavailable, match="away"):
        here.start_reading()
    assert here._unchecked == {PLACE}


def test_what_the_group_gives_and_takes_is_told(made):
    here = Partitions(Consumer(), made, CLUSTER)
    places = [TopicPartition("in", 0), TopicPartition("in", 1), TopicPartition("other", 0)]
    with capture_logs() as lines:
        here.on_assigned(None, places)
        here.on_revoked(None, places[:1])
        here.on_assigned(None, [])
    told = [(line["event"], line["partitions"], line["topics"]) for line in lines]
    assert told == [
        ("partitions assigned", 3, 2),
        ("partitions revoked", 1, 1),
        ("partitions assigned", 0, 0),
    ]
