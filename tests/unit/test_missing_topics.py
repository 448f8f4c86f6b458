"""Topics that are deleted after their outputs were written down: others go on, or it is named."""

import contextlib
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from credstream.contract import topics
from credstream.contract.messages import Emit, StepResult
from credstream.contract.records import Receipt
from credstream.kafka.metadata import KnownTopics
from credstream.process import metrics
from credstream.runtime.hooks import Hooks, TurnHooks
from credstream.runtime.partitions import Partitions
from credstream.runtime.stage import Stage
from tests.support import stages
from tests.support.kafkas import Consumer, Kafka, Producer
from tests.support.simulation import CLUSTER

OWN = topics.receipts("acme")
ALL = {stages.OUT, OWN}
PLACE = (stages.INPUT, 0)


class World:
    """A Kafka with one message, and lives of a worker that sees some topics."""

    def __init__(self, folder):
        self.kafka, self.engine, self.known = Kafka(), stages.database(folder), set(ALL)
        self.kafka.put(PLACE, b"key", b"fine")

    def live(self, *, crash=lambda _point: None, turns=10):
        consumer = Consumer(self.kafka, lambda: (50, ""))
        service = replace(stages.TOY, step=with_receipt)
        stage = Stage(service, self.engine, stages.CODEC, CLUSTER, self.known)
        own = Partitions(consumer, self.engine, CLUSTER)
        clients = consumer, Producer(self.kafka, lambda _call: "")
        loop = stages.loop_of(clients, stage, own, crash=crash)
        loop.run(lambda: self.kafka.drained() or consumer.turns >= turns)

    def crash_between(self):
        def crash(point):
            if point == "between":
                raise stages.Crash

        with contextlib.suppress(stages.Crash):
            self.live(crash=crash)

    def written(self):
        return [output.topic for output in self.kafka.written]


def with_receipt(message, facts):
    result = stages.step(message, facts)
    receipt = Receipt(
        submission="s", provider="acme", status="accepted", stage="ingest", key=None, at=1
    )
    return StepResult((*result.emits, Emit(OWN, "s", receipt)), result.rows)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def dropped():
    return metrics.RECEIPTS_DROPPED.labels("toy")._value.get()


def test_a_receipt_in_the_journal_whose_topic_is_gone_is_counted_and_the_others_are_sent(world):
    world.crash_between()
    assert world.written() == []
    world.known.discard(OWN)
    before = dropped()
    world.live()
    assert world.written() == [stages.OUT]
    assert dropped() == before + 1
    assert world.kafka.drained()


def test_any_other_topic_is_waited_for_by_name(world):
    world.crash_between()
    world.known.discard(stages.OUT)
    with capture_logs() as logs:
        world.live(turns=3)
    assert world.written() == []
    assert f"topic {stages.OUT} does not exist" in {line.get("why") for line in logs}
    world.known.add(stages.OUT)
    world.live()
    assert world.written() == [stages.OUT, OWN]


class Asker:
    def __init__(self):
        self.topics = {"a": None}

    def fetch(self):
        return self


def test_names_are_looked_up_anew_when_a_send_failed():
    asker = Asker()
    known = KnownTopics(asker)
    assert "a" in known
    asker.topics = {}
    assert "a" in known, "nobody is asked as long as all goes well"
    known.forget()
    assert "a" not in known


def test_a_loop_whose_transaction_failed_says_so_before_it_sends_again(world):
    asked, fails = [], iter(["abort", ""])
    consumer = Consumer(world.kafka, lambda: (50, ""))
    stage = Stage(stages.TOY, world.engine, stages.CODEC, CLUSTER, world.known)
    own = Partitions(consumer, world.engine, CLUSTER)
    producer = Producer(world.kafka, lambda call: next(fails, "") if call == "commit" else "")
    loop = stages.loop_of((consumer, producer), stage, own)
    loop.hooks = Hooks(turn=TurnHooks(send_failed=lambda: asked.append(len(world.kafka.written))))
    loop.run(world.kafka.drained)
    assert asked == [0]
    assert world.written() == [stages.OUT]
