"""What the broker itself answers to a sender."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import ActionNeeded, Unavailable
from credstream.exchange import lists
from credstream.exchange.files import list_file
from credstream.exchange.local.examples import EXAMPLES, list_files
from credstream.kafka.cluster import Cluster
from credstream.kafka.embedded import Broker
from credstream.kafka.sender import Outgoing, Sender

pytestmark = pytest.mark.embedded


@pytest.fixture
def own():
    with Broker({topics.ACCREDITATIONS: 1}) as made:
        yield made


def publish(broker):
    sender = Sender(Cluster(broker.address, "embedded"), stall_seconds=2.0)
    path = list_files(EXAMPLES)[0]
    lists.publish(sender, Codec(), list_file(path, path.stem, 0).accreditations)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, "may not use a topic"),
        (KafkaError.MSG_SIZE_TOO_LARGE, "larger than its topic takes"),
    ],
)
def test_a_list_that_the_broker_refuses_is_not_published(own, code, words):
    own.fail_next("Produce", [code])
    with pytest.raises(ActionNeeded, match=words) as told:
        publish(own)
    assert str(told.value).startswith(f"{topics.ACCREDITATIONS}: ")


def test_a_list_is_published_after_errors_that_pass(own):
    own.fail_next("Produce", [KafkaError.NOT_ENOUGH_REPLICAS, KafkaError.REQUEST_TIMED_OUT])
    publish(own)


def test_a_message_that_no_topic_takes_is_refused(own):
    sender = Sender(Cluster(own.address, "embedded"))
    with pytest.raises(ActionNeeded, match="larger than its topic takes"):
        sender.send([Outgoing(topics.ACCREDITATIONS, b"x" * 2 * topics.LARGEST_MESSAGE)])


def test_a_broker_that_goes_away_has_not_taken_the_list(own):
    own.set_down()
    with pytest.raises(Unavailable, match="were not delivered; broker"):
        publish(own)
