"""librdkafka (2.16) forgets a seek that comes while it asks where a partition begins."""

import os
import signal
import time
import uuid
from contextlib import contextmanager

import pytest
from confluent_kafka import TopicPartition

from credstream.runtime import clients, journal
from credstream.runtime.journal import Move, Row
from credstream.runtime.partitions import Partitions, place_of
from credstream.runtime.store import transaction
from deploy.kafka import brokers, processes
from tests.support import houses, stacks, stages
from tests.support.exchanges import CLUSTER

pytestmark = pytest.mark.real
STANDS, SENT = 29, 50
# librdkafka asks 100 ms after an assignment without a committed offset.
BEFORE_IT_ASKS, UNTIL_IT_HAS = 0.07, 0.1
# It asks once more 500 ms after an answer that came too late for a seek.
SECOND_THOUGHTS = 1.5
# A busy machine is not always quick enough to seek in the very moment.
TRIES = 10


@pytest.fixture
def crashed(broker, cluster, tmp_path):
    """Makes a partition whose first batch stands in the journal and not in Kafka, and its reader."""
    made, producer = stages.database(tmp_path), clients.producer(cluster)

    @contextmanager
    def again():
        name = f"test.{uuid.uuid4().hex}"
        broker.create_topic(name, 1)
        for number in range(SENT):
            producer.produce(name, str(number), partition=0)
        assert producer.flush(10) == 0
        place = (name, 0)
        with transaction(made) as connection:
            journal.move(connection, CLUSTER, {place: None}, {place: Move(None, STANDS, ())})
        consumer = clients.consumer(cluster, name)
        here = Partitions(consumer, made, CLUSTER)
        consumer.subscribe([name], on_assign=here.on_assigned)
        try:
            yield here
        finally:
            consumer.close()

    return again


def read(here):
    """What a turn of the loop reads, before it takes up what is fresh."""
    return here.ours(clients.incoming(each) for each in here.consumer.consume(500, 0.01))


def replayed(here):
    """What a turn of the loop does with a fresh partition, but for the last step: the seek."""
    rows = here.behind()
    commit(here, rows)
    here.skipped |= set(rows)


def settled(here, batch):
    """What a turn of the loop does with a batch."""
    place = place_of(batch[0])
    move = Move(here.committed[place], batch[-1].offset, ())
    with transaction(here.engine) as connection:
        journal.move(connection, CLUSTER, here.rows, {place: move})
    commit(here, {place: Row(CLUSTER, move.since, move.upto)})


def commit(here, rows):
    if rows:
        offsets = [TopicPartition(*place, row.upto + 1) for place, row in rows.items()]
        here.consumer.commit(offsets=offsets, asynchronous=False)
        here.moved(rows)


@contextmanager
def frozen_broker():
    node = processes.running(brokers.pid_file(stacks.stack(), 1))
    os.kill(node, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(node, signal.SIGCONT)


def seek_while_it_asks(here):
    """Seek while the broker owes librdkafka where the partition begins."""
    houses.eventually(lambda: read(here) or here.fresh)
    assigned = time.monotonic()
    replayed(here)
    time.sleep(max(0.0, assigned + BEFORE_IT_ASKS - time.monotonic()))
    with frozen_broker():
        time.sleep(UNTIL_IT_HAS)
        here.adopted()


def turns(here):
    """What is taken until librdkafka has had its second thoughts, and whether it had them."""
    taken, again, until = [], False, time.monotonic() + SECOND_THOUGHTS
    while time.monotonic() < until:
        batch = read(here)
        if here.fresh:
            again = True
            replayed(here)
            here.adopted()
        if batch:
            settled(here, batch)
            taken += [each.offset for each in batch]
    return taken, again


def test_what_stands_is_not_taken_again_when_librdkafka_forgets_a_seek(crashed):
    for _try in range(TRIES):
        with crashed() as here:
            seek_while_it_asks(here)
            taken, again = turns(here)
            assert taken == list(range(STANDS + 1, SENT))
            if again:
                return
    pytest.fail("no seek was lost: this version of librdkafka may not need the care any more")
