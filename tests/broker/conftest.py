"""A broker for the session, and topics of one's own."""

import contextlib
import uuid
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from credstream.kafka.cluster import Cluster
from credstream.kafka.embedded import Broker
from tests.support import databases, delivery_check, fleets, running, stacks

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
def broker():
    """`.address` and `.create_topic(name, partitions)`."""
    real = RealBroker(stacks.stack().bootstrap()) if databases.real() else None
    with contextlib.nullcontext(real) if real else Broker({}) as found:
        yield found


@pytest.fixture(scope="session")
def cluster(broker):
    return Cluster(broker.address, "kafka" if databases.real() else "embedded")


@pytest.fixture
def topic(broker):
    """A fresh topic of one partition."""
    name = f"test.{uuid.uuid4().hex}"
    broker.create_topic(name, 1)
    return name


@pytest.fixture
def exchange(request, tmp_path_factory):
    """The one exchange that tests of this process share, as long as they do not stop or damage it.

    It has the examples, and the `INPUTS` of all files of tests.
    """
    modules = {item.module for item in request.session.items if item.path.is_relative_to(HERE)}
    inputs = {n: c for each in modules for n, c in getattr(each, "INPUTS", {}).items()}
    return running.shared(lambda: tmp_path_factory.mktemp("shared"), inputs)


@pytest.fixture(autouse=True)
def _not_beside_others(request):
    """Whoever does not use it may want its servers, or at least the machine."""
    if "exchange" not in request.fixturenames:
        running.end_shared()


@pytest.fixture
def fleet(tmp_path):
    """A fleet without workers on real servers, where the providers of a delivery check are registered."""
    with fleets.started(tmp_path / "fleet") as made:
        delivery_check.register_all(made, delivery_check.FEW)
        yield made
