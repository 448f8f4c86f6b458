"""The topics of an exchange against the table, as far as that needs no broker."""

import pytest

from credstream.contract import topics
from credstream.contract.records import Provider
from credstream.exchange import registrations
from credstream.exchange import topics as exchange_topics
from credstream.exchange.errors import CommandError
from credstream.exchange.target import Target
from credstream.kafka.clients import Cluster
from credstream.vocabularies.countries import all_countries

EMBEDDED = Target(Cluster("127.0.0.1:9", "embedded"))


@pytest.fixture
def partitions():
    """The partitions of an embedded broker that is as a run starts it."""
    return dict(topics.fixed_topics(all_countries(), embedded=True))


def test_an_embedded_broker_as_a_run_starts_it_does_not_differ(partitions):
    assert exchange_topics.embedded_differences(partitions) == []


def test_a_missing_topic_and_another_number_of_partitions_are_differences(partitions):
    del partitions[topics.RECEIVED]
    partitions[topics.NORMALISED] += 1
    found = exchange_topics.embedded_differences(partitions)
    assert [(each.topic, each.what) for each in found] == [
        (topics.RECEIVED, "missing"),
        (topics.NORMALISED, "partitions"),
    ]


def test_the_topics_of_registered_providers_are_expected_beside_the_fixed_ones(monkeypatch):
    provider = Provider(id="acme", kind="certifier", name="A", country="DE", status="active")
    monkeypatch.setattr(registrations, "in_force", lambda _target: {"acme": provider})
    expected = exchange_topics.expected(EMBEDDED)
    assert {name for name, _ in topics.fixed_topics(all_countries())} < set(expected)
    assert set(topics.provider_topics(provider.kind, provider.id)) < set(expected)


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        (topics.RECEIVED, True),
        (f"{topics.RECEIVED}.dlq", True),
        (topics.UNKNOWN_DLQ, True),
        ("submissions.provider.acme", True),
        ("__consumer_offsets", False),
        ("someone.elses", False),
    ],
)
def test_a_topic_is_ours_by_the_table(name, is_ours):
    assert exchange_topics.is_ours(name) == is_ours


def test_topics_of_the_embedded_broker_are_not_created_by_command():
    with pytest.raises(CommandError, match="made by the run that hosts it"):
        exchange_topics.create(EMBEDDED, 1)
