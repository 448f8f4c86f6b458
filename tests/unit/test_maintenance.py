"""What a worker does beside its batches: it settles its own rows only, and shows no false lag."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from credstream.contract.errors import Unavailable
from credstream.process import metrics, timeouts
from credstream.runtime.breaker import UNEXPECTED
from credstream.storage import journal
from credstream.storage.engine import open_engine, transaction
from credstream.storage.journal import Move, Output, Row
from tests.support import maintaining, stages
from tests.support.maintaining import settled
from tests.support.simulation import CLUSTER
from tests.support.stages import INPUT

OURS, THEIRS = (INPUT, 0), (INPUT, 1)
OUTPUTS = ((0, Output("t", b"k", b"jane@example.org")),)


class Consumer:
    """Assigned one partition of each topic of `ends`, which says its (high watermark, position)."""

    def __init__(self, **ends):
        self.ends = ends

    def assignment(self):
        return [TopicPartition(topic, 0) for topic in self.ends]

    def get_watermark_offsets(self, partition, *, cached):
        assert cached
        if self.ends[partition.topic] is None:
            raise KafkaException(KafkaError(KafkaError._TRANSPORT))
        return 0, self.ends[partition.topic][0]

    def position(self, partitions):
        return [TopicPartition(p.topic, p.partition, self.ends[p.topic][1]) for p in partitions]


@pytest.fixture
def clock():
    return maintaining.Clock()


@pytest.fixture
def maintenance(tmp_path, clock):
    return maintaining.maintenance(stages.database(tmp_path), clock, Consumer())


def written(engine, partition, upto=3):
    with transaction(engine) as connection:
        journal.move(connection, CLUSTER, {partition: None}, {partition: Move(None, upto, OUTPUTS)})
    return Row(CLUSTER, None, upto)


def rows(engine):
    with transaction(engine) as connection:
        return journal.read(connection, [OURS, THEIRS])


def outputs(engine):
    return {partition: row.outputs for partition, row in rows(engine).items()}


def test_an_idle_worker_settles_its_own_rows_and_no_others(maintenance, clock):
    engine = maintenance.idle.engine
    maintenance.completed(settled({OURS: written(engine, OURS)}))
    written(engine, THEIRS)
    clock.now += timeouts.IDLE_SECONDS + 1
    maintenance.chores()
    assert outputs(engine) == {OURS: (), THEIRS: OUTPUTS}


def test_a_row_that_is_settled_has_the_id_of_its_topic(maintenance, clock):
    """Its first batch came without one: from here on a topic made anew is no expired offset."""
    maintenance.idle.ids = {OURS: "one"}
    maintenance.completed(settled({OURS: written(maintenance.idle.engine, OURS)}))
    clock.now += timeouts.IDLE_SECONDS + 1
    maintenance.chores()
    assert rows(maintenance.idle.engine)[OURS].topic_id == "one"


@pytest.mark.parametrize(("idle", "reads"), [(True, [8, 8, 9]), (False, [0, 8, 8])])
def test_how_far_was_read_is_kept_when_idle_and_seldom_where_others_are_busy(
    maintenance, clock, idle, reads
):
    """A busy worker keeps it for a partition that has not moved since it looked last."""
    row = written(maintenance.idle.engine, OURS)
    found = []
    for position in (8, 8, 9):
        maintenance.idle.read_beyond = lambda position=position: {OURS: (row, position)}
        clock.now += timeouts.READ_NOTE_SECONDS + 1 if len(found) < 2 else timeouts.IDLE_SECONDS + 1
        if not idle:
            maintenance.idle.busy = clock.now
        maintenance.chores()
        found.append(rows(maintenance.idle.engine)[OURS].read)
    assert found == reads


def test_a_busy_worker_settles_nothing(maintenance, clock):
    engine = maintenance.idle.engine
    maintenance.completed(settled({OURS: written(engine, OURS)}))
    clock.now += timeouts.IDLE_SECONDS - 1
    maintenance.chores()
    assert outputs(engine) == {OURS: OUTPUTS}


def test_a_row_whose_partition_was_assigned_to_another_worker_is_left_to_it(maintenance, clock):
    engine = maintenance.idle.engine
    row = written(engine, OURS)
    maintenance.completed(settled({OURS: row}))
    with transaction(engine) as connection:
        journal.move(connection, CLUSTER, {OURS: row}, {OURS: Move(4, 8, OUTPUTS)})
    clock.now += timeouts.IDLE_SECONDS + 1
    maintenance.chores()
    assert outputs(engine) == {OURS: OUTPUTS}


def test_settling_that_fails_is_tried_again_in_the_next_turn(maintenance, clock, tmp_path):
    engine, idle = maintenance.idle.engine, maintenance.idle
    maintenance.completed(settled({OURS: written(engine, OURS)}))
    clock.now += timeouts.IDLE_SECONDS + 1
    idle.engine = open_engine(f"sqlite:///{tmp_path}/no/such.db")
    with pytest.raises(Unavailable):
        maintenance.chores()
    idle.engine = engine
    maintenance.chores()
    assert outputs(engine) == {OURS: ()}


def test_only_an_idle_worker_asks_for_the_broker_and_not_in_every_turn(maintenance, clock):
    asked = []
    maintenance.idle.ask = lambda: asked.append(clock.now)
    maintenance.completed(settled())
    for _turn in range(20):
        maintenance.chores()
        clock.now += 1
    first = maintaining.START + timeouts.IDLE_SECONDS + 1
    assert asked == [first + timeouts.MAINTENANCE_SECONDS * n for n in range(len(asked))]
    assert len(asked) == 7


def lag(topic):
    return (
        metrics.LAG_MESSAGES.labels("toy", topic)._value.get(),
        metrics.LAG_SECONDS.labels("toy", topic)._value.get(),
    )


def test_a_backlog_before_the_first_message_is_not_as_old_as_the_epoch(maintenance):
    maintenance.lag.consumer = Consumer(**{"lag.one": (90, 40)})
    maintenance.chores()
    assert lag("lag.one") == (50, 0)


def test_a_partition_that_is_revoked_has_no_lag(maintenance, clock):
    maintenance.lag.consumer = Consumer(**{"lag.two": (90, 40)})
    maintenance.completed(settled(topic="lag.two", at=1))
    maintenance.chores()
    assert lag("lag.two")[0] == 50
    assert lag("lag.two")[1] > 0
    maintenance.lag.consumer = Consumer()
    clock.now += timeouts.MAINTENANCE_SECONDS
    maintenance.chores()
    assert lag("lag.two") == (0, 0)


@pytest.mark.parametrize("ends", [None, (-1001, 40), (90, -1001), (40, 90)])
def test_what_the_broker_does_not_know_is_no_lag(maintenance, ends):
    maintenance.lag.consumer = Consumer(**{"lag.three": ends})
    maintenance.chores()
    assert lag("lag.three")[0] == 0


def test_all_topics_are_paused_while_the_breaker_is_open(maintenance):
    maintenance.completed(settled(outcome=UNEXPECTED, count=100))
    batch = [settled(topic=name).ended[0].message for name in ("x", "y")]
    assert set(maintenance.to_pause(batch)) == {"x", "y"}
