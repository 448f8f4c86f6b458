"""On real Kafka: messages that are lost between two stages are sent again, and published once."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from credstream.contract import topics
from credstream.kafka import clients, metadata
from credstream.kafka.admin import Admin, result_of
from credstream.kafka.cluster import common_settings
from credstream.kafka.topic_reader import ends, read_partition
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import JOURNAL
from tests.support import commands, delivery_check, waiting
from tests.support.delivery_check import AWARDS, FEW, PROVIDERS

pytestmark = pytest.mark.real
ONCE = replace(FEW, rounds=1)
# The stage whose outputs are lost, their topic, and who would have read them.
LOSSES = {
    "ingest": (topics.RECEIVED, "normalise"),
    "normalise": (topics.NORMALISED, "accreditation"),
    "accreditation": (topics.ACCREDITED, "publisher"),
}


def partitions_of(fleet, topic):
    client = clients.consumer(fleet.target.cluster, "republish-test")
    count = metadata.topics_seen_by(client)[1].get(topic, 0)
    return client, [(topic, number) for number in range(count)]


def messages(fleet, topic):
    client, partitions = partitions_of(fleet, topic)
    found = [
        message
        for partition in partitions
        for read, _ in read_partition(client, *partition, *ends(client, *partition))
        for message in read
    ]
    client.close()
    return found


def lose(fleet, topic):
    """Delete all that a topic holds, as retention does."""
    client, partitions = partitions_of(fleet, topic)
    upto = [TopicPartition(*each, ends(client, *each).high) for each in partitions]
    client.close()
    admin = AdminClient(common_settings(fleet.target.cluster))
    for future in admin.delete_records(upto).values():
        result_of(topic, future)


def republish(fleet, stage, *words):
    fleet.scale(stage, 1)
    variables = fleet.environment(fleet.workers[f"{stage}-0"])
    done = commands.credstream("republish", "--stage", stage, *words, "--json", **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def settled(fleet, service):
    with transaction(open_engine(fleet.urls[service])) as connection:
        rows = connection.execute(JOURNAL.select()).all()
    return bool(rows) and all(row.since == row.upto + 1 for row in rows)


@pytest.mark.parametrize("stage", LOSSES)
def test_what_was_lost_behind_a_stage_is_published_once(fleet, stage):
    topic, reader = LOSSES[stage]
    for service in topics.SERVICES[: topics.SERVICES.index(reader)]:
        fleet.scale(service, 1)
    delivery_check.send_all(fleet, ONCE)
    waiting.eventually(lambda: len(messages(fleet, topic)) >= ONCE.keys)
    waiting.eventually(lambda: settled(fleet, stage))
    lose(fleet, topic)
    assert messages(fleet, topic) == []
    fleet.scale_all(1)
    if stage == "ingest":
        counts = [republish(fleet, stage, "--provider", name)["keys"] for name in PROVIDERS]
        assert sum(counts) == ONCE.keys
    else:
        assert republish(fleet, stage)["keys"] >= ONCE.keys
    delivery_check.await_published(fleet, ONCE).close()
    # Asked for once more, nothing is published a second time.
    for name in ("normalise", "accreditation"):
        republish(fleet, name)
    changes = len(messages(fleet, topics.CHANGES))
    waiting.eventually(lambda: settled(fleet, "publisher"))
    delivery_check.await_published(fleet, ONCE).close()
    assert len(messages(fleet, topics.CHANGES)) == changes


def test_publisher_repeats_what_was_lost_of_the_published_topic(fleet):
    fleet.scale_all(1)
    delivery_check.send_all(fleet, ONCE)
    delivery_check.await_published(fleet, ONCE).close()
    before = {m.key(): m.value() for m in messages(fleet, AWARDS)}
    changes = len(messages(fleet, topics.CHANGES))
    waiting.eventually(lambda: settled(fleet, "publisher"))
    # A compacted topic loses nothing by retention: it is deleted, by mistake, and made anew.
    admin = Admin(fleet.target.cluster)
    admin.delete([AWARDS])
    waiting.eventually(lambda: AWARDS not in admin.partitions())
    admin.create([AWARDS], 1)
    assert messages(fleet, AWARDS) == []
    republish(fleet, "publisher")
    waiting.eventually(lambda: len(messages(fleet, AWARDS)) == len(before))
    assert {m.key(): m.value() for m in messages(fleet, AWARDS)} == before
    assert len(messages(fleet, topics.CHANGES)) == changes
