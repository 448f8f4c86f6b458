"""What a worker does beside its batches: tidying what is its own, and telling no false lag."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from credstream.contract.errors import Unavailable
from credstream.contract.messages import Incoming
from credstream.process import metrics
from credstream.runtime import keeper as keeping
from credstream.runtime.breaker import FINE, UNEXPECTED
from credstream.runtime.keeper import Keeper
from credstream.runtime.stage import Ended, Settled
from credstream.storage import journal
from credstream.storage.engine import open_engine, transaction
from credstream.storage.journal import Move, Output, Row
from tests.support import stages
from tests.support.exchanges import CLUSTER
from tests.support.stages import INPUT

OURS, THEIRS = (INPUT, 0), (INPUT, 1)
OUTPUTS = ((0, Output("t", b"k", b"jane@example.org")),)


class Consumer:
    """Knows where it stands, as far as it is told."""

    def __init__(self, **standing):
        self.standing = standing  # topic: (high, position)

    def assignment(self):
        return [TopicPartition(topic, 0) for topic in self.standing]

    def get_watermark_offsets(self, place, *, cached):
        assert cached
        if self.standing[place.topic] is None:
            raise KafkaException(KafkaError(KafkaError._TRANSPORT))
        return 0, self.standing[place.topic][0]

    def position(self, places):
        return [TopicPartition(p.topic, p.partition, self.standing[p.topic][1]) for p in places]


@pytest.fixture
def clock(monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr(keeping.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def keeper(tmp_path):
    return Keeper(stages.TOY, "toy-0", stages.database(tmp_path), Consumer(), 30)


def settled(rows=None, outcome=FINE, topic=INPUT, at=0, count=1):
    message = Incoming(topic=topic, partition=0, offset=0, key=None, value=b"", at=at)
    return Settled((), rows or {}, (Ended(message, outcome, "acme", ()),) * count)


def written(keeper, place, upto=3):
    with transaction(keeper.engine) as connection:
        journal.move(connection, CLUSTER, {place: None}, {place: Move(None, upto, OUTPUTS)})
    return Row(CLUSTER, None, upto)


def outputs(keeper):
    with transaction(keeper.engine) as connection:
        rows = journal.read(connection, [OURS, THEIRS])
    return {place: row.outputs for place, row in rows.items()}


def test_an_idle_worker_empties_its_own_rows_and_no_others(keeper, clock):
    keeper.ended(settled({OURS: written(keeper, OURS)}))
    written(keeper, THEIRS)
    clock[0] += keeping.IDLE_SECONDS + 1
    keeper.chores()
    assert outputs(keeper) == {OURS: (), THEIRS: OUTPUTS}


def test_a_busy_worker_empties_nothing(keeper, clock):
    keeper.ended(settled({OURS: written(keeper, OURS)}))
    clock[0] += keeping.IDLE_SECONDS - 1
    keeper.chores()
    assert outputs(keeper) == {OURS: OUTPUTS}


def test_a_row_whose_partition_went_to_another_worker_is_left_to_it(keeper, clock):
    row = written(keeper, OURS)
    keeper.ended(settled({OURS: row}))
    with transaction(keeper.engine) as connection:
        journal.move(connection, CLUSTER, {OURS: row}, {OURS: Move(4, 8, OUTPUTS)})
    clock[0] += keeping.IDLE_SECONDS + 1
    keeper.chores()
    assert outputs(keeper) == {OURS: OUTPUTS}


def test_tidying_that_fails_is_tried_again(keeper, clock, tmp_path):
    keeper.ended(settled({OURS: written(keeper, OURS)}))
    clock[0] += keeping.IDLE_SECONDS + 1
    whole, keeper.engine = keeper.engine, open_engine(f"sqlite:///{tmp_path}/no/such.db")
    with pytest.raises(Unavailable):
        keeper.chores()
    keeper.engine = whole
    clock[0] += keeping.CHORES_SECONDS
    keeper.chores()
    assert outputs(keeper) == {OURS: ()}


def lag(topic):
    return (
        metrics.LAG_MESSAGES.labels("toy", topic)._value.get(),
        metrics.LAG_SECONDS.labels("toy", topic)._value.get(),
    )


def test_a_backlog_before_the_first_message_is_not_as_old_as_the_epoch(keeper, clock):
    keeper.consumer = Consumer(**{"lag.one": (90, 40)})
    keeper.chores()
    assert lag("lag.one") == (50, 0)


def test_a_partition_that_went_away_takes_its_lag_along(keeper, clock):
    keeper.consumer = Consumer(**{"lag.two": (90, 40)})
    keeper.ended(settled(topic="lag.two", at=1))
    keeper.chores()
    assert lag("lag.two")[0] == 50
    assert lag("lag.two")[1] > 0
    keeper.consumer = Consumer()
    clock[0] += keeping.CHORES_SECONDS
    keeper.chores()
    assert lag("lag.two") == (0, 0)


@pytest.mark.parametrize("standing", [None, (-1001, 40), (90, -1001), (40, 90)])
def test_what_the_broker_does_not_know_is_no_lag(keeper, clock, standing):
    keeper.consumer = Consumer(**{"lag.three": standing})
    keeper.chores()
    assert lag("lag.three")[0] == 0


def test_a_breaker_that_cannot_be_stored_opens_with_the_next_batch(keeper, tmp_path):
    whole, keeper.engine = keeper.engine, open_engine(f"sqlite:///{tmp_path}/no/such.db")
    with pytest.raises(Unavailable):
        keeper.ended(settled(outcome=UNEXPECTED, count=100))
    assert keeper.opened is None
    keeper.engine = whole
    keeper.ended(settled(outcome=UNEXPECTED))
    assert keeper.opened


def test_an_open_breaker_of_one_worker_is_not_another_s(keeper):
    keeper.ended(settled(outcome=UNEXPECTED, count=100))
    other = Keeper(stages.TOY, "toy-1", keeper.engine, Consumer(), 30)
    other.start()
    assert other.opened is None


def test_all_topics_wait_while_the_breaker_is_open(keeper):
    keeper.ended(settled(outcome=UNEXPECTED, count=100))
    batch = [settled(topic=name).ended[0].message for name in ("x", "y")]
    assert set(keeper.waits(batch)) == {"x", "y"}
