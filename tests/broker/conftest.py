"""A broker for the session, and topics of one's own."""

import contextlib
import uuid
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from credstream.runtime.embedded import Broker

HERE = Path(__file__).parent


class RealBroker:
    """A broker that somebody else runs, as far as tests ask it for anything."""

    def __init__(self, address):
        self.address = address
        self.admin = AdminClient({"bootstrap.servers": address})

    def create_topic(self, name, partitions):
        self.admin.create_topics([NewTopic(name, partitions)])[name].result(15)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.broker)


@pytest.fixture(scope="session")
def broker(request):
    """`.address` and `.create_topic(name, partitions)`, embedded unless a real one is named."""
    address = request.config.getoption("--bootstrap-servers")
    with contextlib.nullcontext(RealBroker(address)) if address else Broker({}) as found:
        yield found


@pytest.fixture
def topic(broker):
    """A fresh topic of one partition."""
    name = f"test.{uuid.uuid4().hex}"
    broker.create_topic(name, 1)
    return name
