"""A worker's producer: one after the other, each of which ends what the last left open."""

import pytest

from credstream.contract.errors import Unavailable
from credstream.kafka.cluster import Cluster
from credstream.kafka.embedded import Broker
from credstream.kafka.fencing import Fence
from credstream.kafka.metadata import MetadataClient
from credstream.process import timeouts
from credstream.process.settings import Settings
from tests.support import waiting

pytestmark = pytest.mark.embedded


@pytest.fixture
def own():
    with Broker({"events": 1}) as broker:
        yield broker


@pytest.fixture
def ours(own, monkeypatch):
    monkeypatch.setattr(timeouts, "PRODUCER_RENEWAL_SECONDS", 0.0)
    monkeypatch.setattr(timeouts, "FENCING_CONNECT_SECONDS", 0.5)
    return Fence(Settings(broker=own.address, profile="embedded"), "workers-0")


def works(producer):
    producer.begin_transaction()
    producer.produce("events", b"said")
    producer.commit_transaction(10)
    return True


def lose(broker, ours, producer):
    """Take the broker away until the producer has heard of it."""
    broker.set_down()

    def heard():
        producer.poll(0)
        return ours.cluster.errors.entries

    waiting.eventually(heard)


def test_a_producer_that_lost_nothing_is_kept(ours):
    first = ours.producer()
    assert works(first)
    assert ours.producer() is first


def test_a_producer_that_lost_its_broker_is_followed_by_another(own, ours):
    """librdkafka may wait for a coordinator that it threw away: only another client forgets it."""
    first = ours.producer()
    works(first)
    lose(own, ours, first)
    with pytest.raises(Unavailable, match="nothing listens there"):
        ours.producer()
    own.set_up()
    second = ours.producer()
    assert second is not first
    assert works(second)
    assert ours.producer() is second


def test_what_is_heard_again_soon_after_is_no_reason_for_another(own, ours, monkeypatch):
    """A node that is down is heard of until the cluster does not name it any more."""
    first = ours.producer()
    monkeypatch.setattr(timeouts, "PRODUCER_RENEWAL_SECONDS", 60.0)
    lose(own, ours, first)
    assert ours.producer() is first


def test_who_asks_a_broker_in_vain_asks_with_another_client(own):
    asker = MetadataClient(Cluster(own.address, "embedded"))
    assert "events" in asker.fetch(5).topics
    first = asker._client
    asker.fetch(5)
    assert asker._client is first
    own.set_down()
    with pytest.raises(Unavailable):
        asker.fetch(0.1)
    own.set_up()
    assert "events" in asker.fetch(5).topics
    assert asker._client is not first
