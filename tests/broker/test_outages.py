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
from tests.support import exam as exams
from tests.support import houses, stacks
from tests.support.exam import FEW, Exam

pytestmark = pytest.mark.real
WAITS = sa.text("SELECT 1 FROM pg_locks WHERE relation = 'journal'::regclass AND NOT granted")


def fill_the_disk(house):
    """Write until the broker ends."""
    producer = clients.producer(house.exchange.cluster)
    own = topics.submissions("provider", exams.PROVIDERS[0])

    def ended():
        producer.produce(own, random.randbytes(900_000), partition=0)
        producer.flush(1)
        return processes.running(brokers.pid_file(stacks.stack(), 1)) is None

    houses.eventually(ended)


def goes_on(house):
    """All that comes after the exam of few is published too."""
    more = Exam(keys=40, rounds=4, bodies=2)
    for own in exams.PROVIDERS:
        mine = [name for provider, name in more.names() if provider == own]
        exams.send(house, own, *[more.event(name, number) for number in (3, 4) for name in mine])
    exams.publishes(house, more)


def test_the_broker_is_killed_while_nobody_has_anything_to_do(house):
    """Each worker is still the same process: none had to end to get out of a call."""
    house.staff(1)
    exams.feed(house, FEW)
    exams.publishes(house)
    layout, before = stacks.stack(), processes_of(house)
    processes.stop(brokers.pid_file(layout, 1), hard=True)
    try:
        for name in topics.SERVICES:
            house.says(f"{name}-0", "dependency unavailable", "nothing listens there")
    finally:
        brokers.start_node(layout, 1)
        brokers.await_ready(layout)
    goes_on(house)
    assert processes_of(house) == before


def processes_of(house):
    return {name: worker.process.pid for name, worker in house.workers.items()}


def test_the_database_is_away_and_comes_back(house):
    house.staff(1)
    exams.feed(house, FEW)
    layout = stacks.stack()
    house.says("publisher-0", '"batch completed"')
    postgres.stop(layout, hard=True)
    for name in topics.SERVICES:
        house.says(f"{name}-0", "dependency unavailable")
    alive = {n: w.process.pid for n, w in house.workers.items() if w.process.poll() is None}
    postgres.start(layout)
    # The registry of the tests lives on it too, and is a little later.
    houses.eventually(lambda: processes.answers(f"{house.exchange.registry}/subjects"))
    exams.publishes(house)
    assert alive.keys() == house.workers.keys()


def test_the_disk_of_the_broker_is_full_and_space_is_made(house):
    house.staff(1)
    exams.feed(house, FEW)
    house.says("publisher-0", '"batch completed"')
    layout = stacks.stack()
    node = processes.running(brokers.pid_file(layout, 1))
    # Above the index files, which Kafka makes 10 MiB long at once; EFBIG is to it as ENOSPC.
    resource.prlimit(node, resource.RLIMIT_FSIZE, (11 * 2**20, resource.RLIM_INFINITY))
    fill_the_disk(house)
    try:
        for name in topics.SERVICES:
            house.says(f"{name}-0", "dependency unavailable", "nothing listens there")
        assert "its disk is full or broken" in brokers.last_words(layout.log("kafka-1"))
    finally:
        brokers.start_node(layout, 1)
        brokers.await_ready(layout)
    exams.publishes(house)


def test_the_registry_is_away_and_known_schemas_go_on(house):
    house.staff(1)
    exams.feed(house, FEW)
    exams.publishes(house)
    layout = stacks.stack()
    registry.stop(layout)
    try:
        goes_on(house)
    finally:
        registry.start(layout)
        registry.await_ready(layout)


@pytest.mark.parametrize("locked", [False, True], ids=["anywhere", "with its locks"])
def test_a_frozen_worker_is_fenced_by_its_successor(house, locked):
    """A process that slept through its session finds that its name has been taken, and ends.

    Its successor goes on also where it sleeps inside a transaction of PostgreSQL.
    """
    house.env["CREDSTREAM_PATIENCE_SECONDS"] = "15"
    house.staff(1)
    many = Exam(keys=400, rounds=2, bodies=2)
    sleeper = frozen(house, many, locked)
    house.scale("normalise", 1)
    exams.publishes(house, many)
    sleeper.send_signal(signal.SIGCONT)

    def ended():
        # librdkafka may join anew before it is told: the name goes to and fro once, and who lost
        # it ends. A supervisor's start settles that.
        house.mend()
        return sleeper.poll()

    houses.eventually(ended)
    exams.publishes(house, many)


def frozen(house, many, locked):
    """The process of normalise, stopped in the middle of its work.

    With `locked` that is inside a transaction: the last thing that it writes there is its journal,
    and PostgreSQL has nobody to tell that it may.
    """
    house.says("normalise-0", "data path started")
    with transaction(open_engine(house.urls["normalise"])) as connection:
        if locked:
            connection.execute(sa.text("LOCK TABLE journal IN SHARE MODE"))
        exams.feed(house, many)
        if locked:
            houses.eventually(lambda: connection.execute(WAITS).first())
        else:
            house.says("normalise-0", '"batch completed"')
        sleeper = house.workers.pop("normalise-0").process
        sleeper.send_signal(signal.SIGSTOP)
    return sleeper
