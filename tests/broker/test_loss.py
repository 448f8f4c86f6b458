"""On a real broker: what was never read is told, and only that; other partitions go on meanwhile."""

from __future__ import annotations

import contextlib

import pytest
from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from credstream.contract import topics
from credstream.kafka import clients
from credstream.kafka.admin import Admin, result_of
from credstream.kafka.cluster import common_settings
from credstream.process import timeouts
from credstream.storage import journal
from credstream.storage.engine import open_engine, transaction
from tests.support import commands, delivery_check, waiting
from tests.support.delivery_check import FEW, PROVIDERS

pytestmark = pytest.mark.real
QUIET, OTHER = (topics.submissions("provider", name) for name in PROVIDERS[:2])
SENT = iter(range(1, 1_000))


@pytest.fixture
def world(fleet):
    """Ingest has handled two messages of each provider, and is stopped."""
    fleet.scale("ingest", 1)
    for provider in PROVIDERS[:2]:
        send(fleet, provider, 2)
    for topic in (QUIET, OTHER):
        waiting.eventually(lambda topic=topic: (row := row_of(fleet, topic)) and row.upto == 1)
        waiting.eventually(lambda topic=topic: row_of(fleet, topic).topic_id)
    fleet.stop()
    return fleet


def send(fleet, provider, count):
    events = [FEW.event("C-00000", next(SENT)) for _ in range(count)]
    delivery_check.send(fleet, provider, *events)


def row_of(fleet, topic):
    with (
        contextlib.suppress(Exception),
        transaction(open_engine(fleet.urls["ingest"])) as connection,
    ):
        return journal.read(connection, [(topic, 0)]).get((topic, 0))
    return None


def admin(fleet):
    """A client to be kept: a temporary one ends its own calls."""
    return AdminClient(common_settings(fleet.target.cluster))


def delete_before(fleet, topic, offset):
    """What retention does, at once."""
    client, place = admin(fleet), TopicPartition(topic, 0, offset)
    for future in client.delete_records([place]).values():
        result_of("records", future)


def expire_offsets(fleet):
    """What the broker does a week after a group's last member has gone."""
    client = admin(fleet)

    def gone():
        with contextlib.suppress(KafkaException):
            futures = client.delete_consumer_groups(["ingest"])
            return futures["ingest"].result(timeouts.ADMIN_SECONDS) is None
        return False

    waiting.eventually(gone)


def handled(fleet, topic, upto):
    waiting.eventually(lambda: row_of(fleet, topic).upto == upto)


def accept(fleet, *words):
    env = {
        "CREDSTREAM_BROKER": fleet.target.cluster.address,
        "CREDSTREAM_DATABASE_URL": fleet.urls["ingest"],
    }
    return commands.credstream(
        "journal", "accept", "ingest", "--dir", fleet.folder / "none", *words, **env
    )


def held(fleet):
    return fleet.logged("ingest-0", '"partition held"')


def test_messages_that_were_deleted_unread_hold_their_partition_until_that_is_accepted(world):
    send(world, PROVIDERS[0], 5)
    delete_before(world, QUIET, 6)
    world.scale("ingest", 1)
    line = held(world)
    assert (line["topic"], line["cause"], line["lost"]) == (QUIET, "retention", 4)
    send(world, PROVIDERS[1], 1)
    handled(world, OTHER, 2)
    assert row_of(world, QUIET).upto == 1
    assert accept(world, "--lost", "3").returncode == 2
    done = accept(world, "--topic", QUIET, "--partition", "0", "--lost", "4")
    assert done.returncode == 0, done.stderr
    handled(world, QUIET, 6)


def test_a_topic_made_anew_is_held_and_then_read_from_its_beginning(world):
    own = Admin(world.target.cluster)
    own.delete([QUIET])
    waiting.eventually(lambda: QUIET not in own.partitions())
    own.create([QUIET], 1)
    send(world, PROVIDERS[0], 3)
    world.scale("ingest", 1)
    assert held(world)["cause"] == "recreated"
    send(world, PROVIDERS[1], 1)
    handled(world, OTHER, 2)
    assert accept(world, "--lost", "0").returncode == 0
    waiting.eventually(lambda: row_of(world, QUIET).since != 0 and row_of(world, QUIET).upto == 2)


def test_offsets_that_have_expired_are_known_from_the_journal(world):
    send(world, PROVIDERS[0], 1)
    expire_offsets(world)
    world.scale("ingest", 1)
    handled(world, QUIET, 2)
    world.logged("ingest-0", '"journal replayed"', '"rows": 0')
    assert not [line for line in world.log("ingest-0") if line.get("event") == "partition held"]
    consumer = clients.consumer(world.target.cluster, "ingest")
    places = [TopicPartition(QUIET, 0), TopicPartition(OTHER, 0)]
    committed = consumer.committed(places, timeout=timeouts.BROKER_ANSWER_SECONDS)
    consumer.close()
    assert [each.offset for each in committed] == [3, 2]


@pytest.mark.parametrize("running", [False, True], ids=["down", "up"])
def test_a_topic_that_retention_has_emptied_behind_a_marker_is_no_loss(world, running):
    """The marker of a transaction is an offset that no consumer handles."""
    producer = clients.producer(world.target.cluster, "loss")
    producer.init_transactions(timeouts.FENCING_SECONDS)
    producer.begin_transaction()
    producer.produce(QUIET, FEW.event("C-00000", next(SENT)))
    producer.commit_transaction()
    world.scale("ingest", 1)
    handled(world, QUIET, 2)
    waiting.eventually(lambda: row_of(world, QUIET).read == 4)
    if running:
        delete_before(world, QUIET, 4)
    world.stop()
    delete_before(world, QUIET, 4)
    world.scale("ingest", 1)
    send(world, PROVIDERS[0], 1)
    handled(world, QUIET, 4)
    assert not [line for line in world.log("ingest-0") if line.get("event") == "partition held"]
