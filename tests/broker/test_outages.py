"""What everything stands on is away for a while, on real Kafka, registry and PostgreSQL."""

import random
import resource
import signal

import pytest
import sqlalchemy as sa

from credstream.contract import topics
from credstream.kafka import clients
from credstream.storage.engine import open_engine, transaction
from deploy.kafka import brokers, postgres, processes, registry
from tests.support import delivery_check, fetching, stacks, waiting
from tests.support.delivery_check import FEW, DeliveryCheck

pytestmark = pytest.mark.real
WAITS = sa.text("SELECT 1 FROM pg_locks WHERE relation = 'journal'::regclass AND NOT granted")


def fill_the_disk(fleet):
    """Write until the broker ends."""
    producer = clients.producer(fleet.target.cluster)
    own = topics.submissions("provider", delivery_check.PROVIDERS[0])

    def ended():
        producer.produce(own, random.randbytes(900_000), partition=0)
        producer.flush(1)
        return processes.running(brokers.pid_file(stacks.stack(), 1)) is None

    waiting.eventually(ended)


def goes_on(fleet):
    """What is sent after the first events is published too."""
    more = DeliveryCheck(keys=40, rounds=4, bodies=2)
    for own in delivery_check.PROVIDERS:
        mine = [name for provider, name in more.names() if provider == own]
        delivery_check.send(
            fleet, own, *[more.event(name, number) for number in (3, 4) for name in mine]
        )
    delivery_check.await_published(fleet, more)


@pytest.mark.long
def test_the_broker_is_killed_while_nobody_has_anything_to_do(fleet):
    """Each worker is still the same process: none had to end to get out of a call."""
    fleet.scale_all(1)
    delivery_check.send_all(fleet, FEW)
    delivery_check.await_published(fleet)
    layout, before = stacks.stack(), processes_of(fleet)
    processes.stop(brokers.pid_file(layout, 1), hard=True)
    try:
        for name in topics.SERVICES:
            fleet.logged(f"{name}-0", "dependency unavailable", "nothing listens there")
            page = f"http://127.0.0.1:{fleet.workers[f'{name}-0'].port}"
            assert "nothing listens there" in fetching.waits_for(page, "broker")
    finally:
        brokers.start_node(layout, 1)
        brokers.await_ready(layout)
    goes_on(fleet)
    assert processes_of(fleet) == before


def processes_of(fleet):
    return {name: worker.process.pid for name, worker in fleet.workers.items()}


def test_the_database_is_away_and_comes_back(fleet):
    fleet.scale_all(1)
    delivery_check.send_all(fleet, FEW)
    layout = stacks.stack()
    fleet.logged("publisher-0", '"batch completed"')
    postgres.stop(layout, hard=True)
    for name in topics.SERVICES:
        fleet.logged(f"{name}-0", "dependency unavailable")
    alive = {n: w.process.pid for n, w in fleet.workers.items() if w.process.poll() is None}
    postgres.start(layout)
    # The registry of the tests lives on it too, and is a little later.
    waiting.eventually(lambda: processes.answers(f"{fleet.target.registry}/subjects"))
    delivery_check.await_published(fleet)
    assert alive.keys() == fleet.workers.keys()


@pytest.mark.long
def test_the_disk_of_the_broker_is_full_and_space_is_made(fleet):
    fleet.scale_all(1)
    delivery_check.send_all(fleet, FEW)
    fleet.logged("publisher-0", '"batch completed"')
    layout = stacks.stack()
    node = processes.running(brokers.pid_file(layout, 1))
    # Above the index files, which Kafka makes 10 MiB long at once; EFBIG is to it as ENOSPC.
    resource.prlimit(node, resource.RLIMIT_FSIZE, (11 * 2**20, resource.RLIM_INFINITY))
    fill_the_disk(fleet)
    try:
        for name in topics.SERVICES:
            fleet.logged(f"{name}-0", "dependency unavailable", "nothing listens there")
        assert "its disk is full or broken" in brokers.last_words(layout.log("kafka-1"))
    finally:
        brokers.start_node(layout, 1)
        brokers.await_ready(layout)
    delivery_check.await_published(fleet)


def test_the_registry_is_away_and_known_schemas_go_on(fleet):
    fleet.scale_all(1)
    delivery_check.send_all(fleet, FEW)
    delivery_check.await_published(fleet)
    layout = stacks.stack()
    registry.stop(layout)
    try:
        goes_on(fleet)
    finally:
        registry.start(layout)
        registry.await_ready(layout)


@pytest.mark.parametrize("locked", [False, True], ids=["anywhere", "with its locks"])
def test_a_frozen_worker_is_fenced_by_its_successor(fleet, locked):
    """A process that slept through its session finds that its name has been taken, and ends.

    Its successor goes on also where it sleeps inside a transaction of PostgreSQL.
    """
    fleet.env["CREDSTREAM_PATIENCE_SECONDS"] = "15"
    fleet.scale_all(1)
    many = DeliveryCheck(keys=400, rounds=2, bodies=2)
    sleeper = frozen(fleet, many, locked)
    fleet.scale("normalise", 1)
    delivery_check.await_published(fleet, many)
    sleeper.send_signal(signal.SIGCONT)

    def ended():
        # librdkafka may join anew before it is told: the name goes to and fro once, and who lost
        # it ends. A supervisor's start settles that.
        fleet.restart_ended()
        return sleeper.poll()

    waiting.eventually(ended)
    delivery_check.await_published(fleet, many)


def frozen(fleet, many, locked):
    """The process of normalise, stopped in the middle of its work.

    With `locked` that is inside a transaction: the last thing that it writes there is its journal,
    and PostgreSQL has nobody to tell that it may.
    """
    fleet.logged("normalise-0", "data path started")
    with transaction(open_engine(fleet.urls["normalise"])) as connection:
        if locked:
            connection.execute(sa.text("LOCK TABLE journal IN SHARE MODE"))
        delivery_check.send_all(fleet, many)
        if locked:
            waiting.eventually(lambda: connection.execute(WAITS).first())
        else:
            fleet.logged("normalise-0", '"batch completed"')
        sleeper = fleet.workers.pop("normalise-0").process
        sleeper.send_signal(signal.SIGSTOP)
    return sleeper
