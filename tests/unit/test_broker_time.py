"""The time of a submission is the broker's, and never its producer's."""

from __future__ import annotations

import pytest
from confluent_kafka import (
    TIMESTAMP_CREATE_TIME,
    TIMESTAMP_LOG_APPEND_TIME,
    TIMESTAMP_NOT_AVAILABLE,
)
from structlog.testing import capture_logs

from credstream.contract import rights, topics
from credstream.contract.messages import Incoming
from credstream.kafka.fetched import incoming_of
from credstream.runtime.broker_time import BrokerTime
from credstream.vocabularies.countries import all_countries

OLD, NOW = 1_577_836_800_000, 1_796_000_000.5
SOUND, OTHER = "submissions.provider.sound", "submissions.certifier.other"


class Delivered:
    """What confluent_kafka's Message says of a message, without a broker."""

    def __init__(self, topic, kind):
        self.name, self.kind = topic, kind

    topic = property(lambda self: lambda: self.name)
    partition = offset = key = value = headers = staticmethod(lambda: None)

    def timestamp(self):
        return self.kind, OLD


@pytest.mark.parametrize(
    ("topic", "kind", "at", "stamped"),
    [
        (SOUND, TIMESTAMP_LOG_APPEND_TIME, OLD, True),
        (SOUND, TIMESTAMP_CREATE_TIME, 1_796_000_000_500, False),
        (SOUND, TIMESTAMP_NOT_AVAILABLE, 1_796_000_000_500, False),
        (topics.RECEIVED, TIMESTAMP_CREATE_TIME, OLD, True),
    ],
)
def test_the_time_that_a_provider_wrote_is_not_believed(topic, kind, at, stamped):
    found = incoming_of(Delivered(topic, kind), lambda: NOW)
    assert (found.at, found.stamped) == (at, stamped)


def message(topic, stamped):
    return Incoming(topic=topic, partition=0, offset=0, key=None, value=b"", at=0, stamped=stamped)


def test_a_topic_without_the_brokers_time_is_held_and_named_and_the_others_go_on():
    asked, wrong = [], {OTHER: "message.timestamp.type is CreateTime"}

    def find(names):
        asked.append(sorted(names))
        return {name: why for name, why in wrong.items() if name in names}

    holds = BrokerTime("ingest", find)
    batch = [message(SOUND, stamped=True), message(OTHER, stamped=False)]
    with capture_logs() as lines:
        assert holds.to_hold(batch) == holds.to_hold(batch) == {OTHER}
        assert holds.to_hold(batch[:1]) == set()
    assert [(line["event"], line["topic"]) for line in lines] == [
        ("topic without broker time", OTHER)
    ]
    assert asked == [[OTHER], [OTHER]]
    assert list(holds.held) == [OTHER]
    # What is in the topic from before the change is let through, and its time is the worker's.
    wrong.clear()
    assert holds.to_hold(batch) == set()
    assert holds.held == {}


def test_a_sound_cluster_is_asked_nothing_and_the_embedded_broker_never():
    def find(_names):
        raise AssertionError

    assert BrokerTime("ingest", find).to_hold([message(SOUND, stamped=True)]) == set()
    assert BrokerTime("ingest").to_hold([message(SOUND, stamped=False)]) == set()


def test_every_topic_of_the_table_has_the_brokers_time():
    names = [name for name, _ in topics.fixed_topics(all_countries())]
    names += topics.provider_topics("provider", "acme")
    times = {topics.topic_config(name)["message.timestamp.type"] for name in names}
    assert times == {"LogAppendTime"}


def test_ingest_alone_may_read_how_submissions_are_configured():
    asking = {
        (user, right.name)
        for user, has in rights.rights_by_user().items()
        for right in has
        if right.operation == rights.DESCRIBE_CONFIGS
    }
    assert asking == {("service.ingest", "submissions.")}
