"""A worker reads from where it says, however late the broker answers.

librdkafka (2.16) forgets a seek that comes while it asks where a partition begins. It is not left
to ask: a start that is assigned has no question that could answer later.
"""

import os
import signal
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from credstream.contract.records import Again
from credstream.kafka import clients
from credstream.kafka.topic_reader import read_to_end
from credstream.runtime.hooks import no_crash
from credstream.runtime.partitions import Partitions
from credstream.runtime.stage import Stage
from deploy.kafka import brokers, processes
from tests.support import stacks, stages
from tests.support.simulation import CLUSTER, Everything

pytestmark = pytest.mark.real
FIRST, SENT = 30, 50
# librdkafka asks 100 ms after an assignment without a committed offset.
BEFORE_IT_ASKS, UNTIL_IT_HAS = 0.07, 0.1
# It asks once more 500 ms after an answer that came too late for a seek.
SECOND_ANSWER, LONGEST = 1.5, 60.0
# Left to itself it lost one seek in five.
TRIES = 8


class Hesitant(Partitions):
    """Seeks while librdkafka waits for the broker's answer where the partition begins."""

    __slots__ = ("assigned", "sought")

    def on_assigned(self, consumer, partitions):
        super().on_assigned(consumer, partitions)
        self.assigned = time.monotonic()

    def start_reading(self):
        time.sleep(max(0.0, self.assigned + BEFORE_IT_ASKS - time.monotonic()))
        with frozen_broker():
            time.sleep(UNTIL_IT_HAS)
            super().start_reading()
        self.sought = time.monotonic()

    def ended(self):
        """Whether everything is committed, and librdkafka has asked a second time."""
        return SENT in self.committed.values() and time.monotonic() - self.sought > SECOND_ANSWER


@contextmanager
def frozen_broker():
    node = processes.running(brokers.pid_file(stacks.stack(), 1))
    os.kill(node, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(node, signal.SIGCONT)


@pytest.fixture
def lives(broker, cluster, tmp_path):
    """Two lives of a worker, the first of which ends between its two commits; what they wrote."""
    made = stages.database(tmp_path)

    def live(name, partitions, crash, ended):
        def step(message, facts):
            found = stages.step(message, facts)
            return replace(found, emits=tuple(replace(e, topic=f"{name}.out") for e in found.emits))

        service = replace(stages.TOY, inputs=(name,), step=step)
        stage = Stage(service, made, stages.CODEC, CLUSTER, Everything())
        producer = clients.producer(cluster, name)
        producer.init_transactions(30)
        consumer = clients.data_path_consumer(cluster, name)
        assigned = partitions(consumer, made, CLUSTER)
        until = time.monotonic() + LONGEST
        with suppress(stages.Crash):
            stages.loop_of((consumer, producer), stage, assigned, FIRST, crash).run(
                lambda: ended(assigned) or time.monotonic() > until
            )

    def both():
        name = f"test.{uuid.uuid4().hex}"
        for each in (name, f"{name}.out"):
            broker.create_topic(each, 1)
        producer = clients.producer(cluster)
        for _ in range(SENT):
            producer.produce(name, b"", name, partition=0)
        assert producer.flush(10) == 0
        live(name, Partitions, between, lambda _here: False)
        live(name, Hesitant, no_crash, Hesitant.ended)
        reader = clients.consumer(cluster, f"{name}-reader")
        written = read_to_end(reader, f"{name}.out", 15)
        versions = [int(stages.CODEC.decode(value, Again).cause) for _key, value in written]
        reader.close()
        return versions

    return both


def between(point):
    if point == "between":
        raise stages.Crash(point)


def test_what_is_committed_is_not_handled_again_however_late_the_broker_answers(lives):
    for _try in range(TRIES):
        with capture_logs() as lines:
            versions = lives()
        assert versions == list(range(1, SENT + 1))
        assert not [line for line in lines if line["event"] == "stale read discarded"]
