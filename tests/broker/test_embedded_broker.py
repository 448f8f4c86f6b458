"""The embedded broker does what `credstream run` and the broker tests rely on."""

import contextlib
import ctypes.util
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from credstream.kafka import embedded
from credstream.kafka.embedded import EMBEDDED, Broker

pytestmark = pytest.mark.embedded

ROOT = Path(__file__).parents[2]
QUIET = {"log_level": 2}
GIVE_UP_SECONDS = 60.0
MEMBER = {
    "group.id": "workers",
    "group.instance.id": "workers-0",
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
    "isolation.level": "read_committed",
    "partition.assignment.strategy": "range",
    **EMBEDDED["consumer"],
}
PATTERN = r"^submissions\.(provider|certifier|consortium)\.[a-z0-9-]+$"


@pytest.fixture
def own():
    """A broker of one's own: these tests break it."""
    with Broker({"events": 1}) as broker:
        yield broker


def producer(broker, **more):
    settings = {name.replace("_", "."): value for name, value in more.items()}
    return Producer(
        {
            "bootstrap.servers": broker.address,
            "enable.idempotence": True,
            "reconnect.backoff.max.ms": 200,
            **EMBEDDED["producer"],
            **QUIET,
            **settings,
        }
    )


def send(client, topic, value=b"x", timeout=10):
    """None, or the error the record ended with; "waiting" when it has not ended."""
    ended = ["waiting"]
    client.produce(topic, value, on_delivery=lambda error, _: ended.append(error))
    client.flush(timeout)
    return ended[-1]


def received(consumer, count):
    found, last = [], time.monotonic() + GIVE_UP_SECONDS
    while len(found) < count and time.monotonic() < last:
        found += [each for each in consumer.consume(500, 0.01) if not each.error()]
    return [each.value() for each in found]


def partitions(broker, name):
    admin = AdminClient({"bootstrap.servers": broker.address, **QUIET})
    return len(admin.list_topics(name, timeout=5).topics[name].partitions)


def test_a_record_comes_back(broker, topic):
    assert send(producer(broker), topic, b"said") is None
    with Consumer({"bootstrap.servers": broker.address, **QUIET, **MEMBER}) as consumer:
        consumer.assign([TopicPartition(topic, 0, 0)])
        assert received(consumer, 1) == [b"said"]


def test_seven_hundred_topics_are_made():
    topics = {f"published.awards.c{n}.v1": n % 6 + 1 for n in range(700)}
    with Broker(topics) as broker:
        assert partitions(broker, "published.awards.c695.v1") == 6


def test_a_topic_made_twice_is_one_topic(own):
    own.create_topic("events", 1)
    assert partitions(own, "events") == 1


def test_another_number_of_partitions_is_refused(own):
    with pytest.raises(ValueError, match="events has 1 partitions, not 2"):
        own.create_topic("events", 2)


def test_a_topic_that_a_client_made_first_is_refused(own):
    assert send(producer(own), "early") is None
    with pytest.raises(RuntimeError, match="exists"):
        own.create_topic("early", 1)


def test_a_passing_fault_is_survived_by_the_client(own):
    own.fail_next("Produce", [KafkaError.NOT_ENOUGH_REPLICAS] * 3)
    assert send(producer(own), "events") is None


def test_a_lasting_fault_reaches_the_caller(own):
    own.fail_next("Produce", [KafkaError.TOPIC_AUTHORIZATION_FAILED])
    assert send(producer(own), "events").code() == KafkaError.TOPIC_AUTHORIZATION_FAILED


def test_a_broker_that_is_down_takes_nothing_until_it_is_up(own):
    client = producer(own)
    assert send(client, "events", b"before") is None
    own.set_down()
    assert send(client, "events", b"meanwhile", timeout=0.5) == "waiting"
    own.set_up()
    assert client.flush(10) == 0
    with Consumer({"bootstrap.servers": own.address, **QUIET, **MEMBER}) as consumer:
        consumer.assign([TopicPartition("events", 0, 0)])
        assert received(consumer, 2) == [b"before", b"meanwhile"]


def test_a_closed_broker_is_closed_for_good():
    broker = Broker({})
    broker.close()
    broker.close()
    with pytest.raises(RuntimeError, match="is closed"):
        broker.create_topic("late", 1)


@pytest.mark.parametrize("candidates", [[], [ctypes.util.find_library("c")]])
def test_a_library_without_the_mock_is_refused_with_a_way_out(candidates):
    with pytest.raises(RuntimeError, match="needs the confluent-kafka wheel"):
        embedded._bound(candidates)


def test_hosting_imports_no_client():
    code = (
        "import sys; from credstream.kafka.embedded import Broker\n"
        "Broker({'a': 1}).close(); print([m for m in sys.modules if m.startswith('confluent')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert ran.stdout.strip() == b"[]"


def test_a_new_topic_of_a_pattern_is_found_and_its_dead_letters_are_not(own):
    client = producer(own)
    own.create_topic("submissions.provider.old", 1)
    send(client, "submissions.provider.old", b"old")
    with Consumer({"bootstrap.servers": own.address, **QUIET, **MEMBER}) as consumer:
        consumer.subscribe([PATTERN])
        assert received(consumer, 1) == [b"old"]
        consumer.commit(asynchronous=False)

        for name in ("submissions.certifier.new", "submissions.certifier.new.dlq"):
            own.create_topic(name, 1)
            send(client, name, name.encode())
        assert received(consumer, 1) == [b"submissions.certifier.new"]
        assigned = {each.topic for each in consumer.assignment()}
        assert assigned == {"submissions.provider.old", "submissions.certifier.new"}


WORKER = """
import json, sys
from confluent_kafka import Consumer
consumer = Consumer(json.loads(sys.argv[1]))
consumer.subscribe(["events"])
while True:
    for message in consumer.consume(500, 0.01):
        if not message.error():
            consumer.commit(message=message, asynchronous=False)
            print(message.value().decode(), flush=True)
"""


@contextlib.contextmanager
def worker(broker):
    """A worker that is killed where it prints nothing for too long, so that reading comes back."""
    settings = {"bootstrap.servers": broker.address, **QUIET, **MEMBER}
    words = [sys.executable, "-c", WORKER, json.dumps(settings)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        give_up = threading.Timer(GIVE_UP_SECONDS, process.kill)
        give_up.start()
        yield process
        give_up.cancel()
        process.kill()


def test_a_killed_worker_of_the_same_name_is_back(own):
    """The mock waits for the session of the one before, which is why ours is short there."""
    client = producer(own)
    send(client, "events", b"first")
    with worker(own) as one:
        assert one.stdout.readline() == b"first\n"
    send(client, "events", b"second")
    with worker(own) as other:
        assert other.stdout.readline() == b"second\n"


def test_a_second_worker_shares_the_partitions(own):
    own.create_topic("shared", 4)
    base = {"bootstrap.servers": own.address, **QUIET, **MEMBER}
    with Consumer(base) as one, Consumer({**base, "group.instance.id": "workers-1"}) as other:
        shares = []
        for member in (one, other):
            member.subscribe(["shared"])
            last = time.monotonic() + GIVE_UP_SECONDS
            while time.monotonic() < last and shares != [2, 2]:
                one.consume(500, 0.01)
                other.consume(500, 0.01)
                shares = [len(one.assignment()), len(other.assignment())]
                if member is one and shares == [4, 0]:
                    break
    assert shares == [2, 2]


@pytest.mark.parametrize("ordinarily", [False, True])
def test_offsets_are_kept_only_when_committed_ordinarily_too(own, ordinarily):
    """The first case tells when a newer librdkafka makes the second commit needless."""
    client = producer(own, transactional_id="workers-0")
    client.init_transactions(10)
    offsets = [TopicPartition("events", 0, 7)]
    with Consumer({"bootstrap.servers": own.address, **QUIET, **MEMBER}) as consumer:
        consumer.subscribe(["events"])
        while not consumer.assignment():
            consumer.consume(1, 0.01)
        client.begin_transaction()
        client.produce("events", b"said")
        client.send_offsets_to_transaction(offsets, consumer.consumer_group_metadata(), 10)
        client.commit_transaction(10)
        if ordinarily:
            consumer.commit(offsets=offsets, asynchronous=False)

        assert received(consumer, 1) == [b"said"]
        (kept,) = consumer.committed(offsets, timeout=5)
        assert kept.offset == (7 if ordinarily else -1001)


def test_a_fault_in_a_transaction_asks_for_an_abort(own):
    client = producer(own, transactional_id="workers-0")
    client.init_transactions(10)
    client.begin_transaction()
    own.fail_next("Produce", [KafkaError.TOPIC_AUTHORIZATION_FAILED])
    client.produce("events", b"refused")
    with pytest.raises(KafkaException) as raised:
        client.commit_transaction(10)
    assert raised.value.args[0].txn_requires_abort()
    client.abort_transaction(10)
