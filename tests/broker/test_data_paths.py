"""One process runs several data paths, each with a group and transactions of its own."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from confluent_kafka import KafkaError

from credstream.contract import topics
from credstream.contract.errors import Unavailable
from credstream.contract.records import Provider
from credstream.kafka import clients
from credstream.kafka.cluster import Cluster
from credstream.kafka.embedded import Broker
from credstream.kafka.topic_reader import read_to_end
from credstream.process.settings import Settings
from credstream.runtime import opening
from credstream.runtime.control_path import ControlPath
from credstream.runtime.data_path import DataPath
from credstream.runtime.progress import STARTING
from credstream.runtime.reference import Control, learn_provider
from credstream.runtime.resources import Resources
from credstream.runtime.worker import Worker
from tests.support import stages, waiting

pytestmark = pytest.mark.embedded
ACME = Provider(id="acme", kind="provider", name="Acme", country="DE", status="active")
COUNTS = {"in": 1, "acks": 1, stages.OUT: 1, topics.PROVIDERS: 1}


@pytest.fixture
def broker():
    with Broker(COUNTS) as broker:
        producer = clients.producer(Cluster(broker.address, "embedded"))
        for topic in ("in", "acks"):
            producer.produce(topic, b"", topic.encode())
        producer.produce(topics.PROVIDERS, stages.CODEC.encode(ACME), b"acme")
        assert producer.flush(10) == 0
        yield broker


@pytest.fixture
def worker(broker, tmp_path):
    settings = Settings(broker=broker.address, profile="embedded")
    resources = Resources(settings, stages.CODEC, stages.database(tmp_path))
    own = replace(stages.TOY, inputs=("in",))
    paths = (
        DataPath(own, resources),
        DataPath(replace(own, name="toy-acks", inputs=("acks",)), resources),
    )
    controls = (Control(topics.PROVIDERS, Provider, learn_provider(stages.CODEC), exclusive=True),)
    return Worker(resources, paths, ControlPath("toy", controls, resources))


def running(worker, stop):
    threads = [threading.Thread(target=work, args=(stop.is_set,)) for work in worker.work()]
    for thread in threads:
        thread.start()
    return threads


def test_each_data_path_takes_its_own_topics_once_the_reference_topics_are_read(broker, worker):
    assert worker.health.waits() == [STARTING]
    stop = threading.Event()
    threads = running(worker, stop)
    try:
        waiting.eventually(lambda: worker.health.waits() == [])
        assert worker.control.reference.upto(topics.PROVIDERS, 0) == 0
        waiting.eventually(
            lambda: all(1 in path.loop.partitions.committed.values() for path in worker.paths)
        )
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    reader = clients.consumer(Cluster(broker.address, "embedded"), "reader")
    assert {key for key, _ in read_to_end(reader, stages.OUT, 15)} == {"in", "acks"}
    reader.close()


def test_an_offset_that_the_broker_refuses_is_compared_again_and_reading_goes_on(broker, worker):
    """As when retention deletes what comes next: the client stops reading by itself then."""
    stop = threading.Event()
    threads = running(worker, stop)
    try:
        done = lambda upto: worker.paths[0].loop.partitions.done.get(("in", 0)) == upto  # noqa: E731
        waiting.eventually(lambda: worker.paths[0].loop and done(1))
        # One for each path, whichever asks first.
        broker.fail_next("Fetch", [KafkaError.OFFSET_OUT_OF_RANGE] * 4)
        waiting.eventually(lambda: not worker.health.waits())
        producer = clients.producer(Cluster(broker.address, "embedded"))
        for _ in range(3):
            producer.produce("in", b"", b"in")
            assert producer.flush(10) == 0
        waiting.eventually(lambda: done(4))
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)


def test_no_data_path_subscribes_while_a_reference_topic_is_missing(worker, monkeypatch):
    seen = ("cluster", {"in": 1, "acks": 1})
    monkeypatch.setattr(opening.metadata, "with_cluster_id", lambda _found: seen)
    with pytest.raises(Unavailable, match=f"topic {topics.PROVIDERS} does not exist"):
        worker._open()
    assert worker.health.waits() == [STARTING]
