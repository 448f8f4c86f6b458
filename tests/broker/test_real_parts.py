"""What production meets, on real Kafka, registry and PostgreSQL."""

import json
import random
import urllib.request

import pytest
import sqlalchemy as sa
from confluent_kafka import TopicPartition

from credstream.contract import topics
from credstream.kafka import clients
from credstream.kafka.admin import Admin
from credstream.kafka.sender import Outgoing, Sender
from credstream.storage import journal
from credstream.storage.engine import open_engine, transaction
from tests.support import delivery_check, waiting
from tests.support.delivery_check import FEW, DeliveryCheck, Observed

pytestmark = pytest.mark.real


def test_services_may_start_in_any_order(fleet):
    order = list(topics.SERVICES)
    random.Random(4).shuffle(order)
    delivery_check.send_all(fleet, FEW)
    for name in reversed(order):
        fleet.scale(name, 1)
        fleet.logged(f"{name}-0", "data path started")
    delivery_check.await_published(fleet)


def test_two_workers_a_service_meet_no_deadlock_and_a_third_comes_and_goes(fleet):
    check = DeliveryCheck(keys=400, rounds=3, bodies=2)
    fleet.scale_all(2)
    delivery_check.send_all(fleet, check)
    fleet.scale_all(3)
    for name in topics.SERVICES:
        fleet.logged(f"{name}-2", "data path started")
    fleet.scale_all(1)
    delivery_check.await_published(fleet, check)
    query = sa.text("SELECT sum(deadlocks) FROM pg_stat_database")
    with transaction(open_engine(fleet.urls["ingest"])) as connection:
        assert connection.execute(query).scalar() == 0


def test_a_stop_in_the_middle_of_work_is_graceful_and_loses_nothing(fleet):
    check = DeliveryCheck(keys=200, rounds=3, bodies=2)
    fleet.scale_all(1)
    delivery_check.send_all(fleet, check)
    fleet.logged("publisher-0", '"batch completed"')
    codes = fleet.stop()
    assert set(codes.values()) == {0}, codes
    fleet.scale_all(1)
    delivery_check.await_published(fleet, check)


def test_topics_that_came_while_nobody_read_are_read(fleet):
    """Kafka gives a static member that is back in time the partitions that it had, and no other.

    One that is back too late, on a busy machine, joins anew and is given all: nothing to notice.
    """
    fleet.scale_all(1)
    delivery_check.send_all(fleet, FEW)
    delivery_check.await_published(fleet)
    fleet.kill("ingest-0")
    delivery_check.register(fleet, "late")
    topic, header = topics.submissions("provider", "late"), ("ce_id", b"late-1")
    late = Outgoing(topic, FEW.event("C-00000", 1), headers=(header,))
    Sender(fleet.target.cluster).send([late])
    fleet.start(fleet.workers["ingest-0"])
    admin = Admin(fleet.target.cluster)
    waiting.eventually(lambda: admin.used([topics.receipts("late")]))


def test_a_missing_output_topic_is_waited_for_and_named(fleet):
    Admin(fleet.target.cluster).delete([topics.CHANGES])
    fleet.scale_all(1)
    delivery_check.send_all(fleet, FEW)
    fleet.logged("publisher-0", "dependency unavailable", topics.CHANGES)
    assert fleet.workers["publisher-0"].process.poll() is None
    Admin(fleet.target.cluster).create([topics.CHANGES], 1)
    delivery_check.await_published(fleet)


def test_a_missing_input_topic_is_waited_for_and_named(fleet):
    Admin(fleet.target.cluster).delete([topics.RECEIVED])
    fleet.scale("normalise", 1)
    fleet.logged("normalise-0", "dependency unavailable", topics.RECEIVED)
    Admin(fleet.target.cluster).create([topics.RECEIVED], 1)
    fleet.scale_all(1)
    delivery_check.send_all(fleet, FEW)
    delivery_check.await_published(fleet)


def test_inputs_with_unequal_partitions_are_refused(fleet, monkeypatch):
    admin, again = Admin(fleet.target.cluster), topics.again("normalise")
    admin.delete([again])
    waiting.eventually(lambda: again not in admin.partitions())
    monkeypatch.setattr(topics, "partitions", lambda _name: 4)
    admin.create([again], 1)
    monkeypatch.undo()
    fleet.scale("normalise", 1)
    fleet.logged("normalise-0", "equal partition counts", f"{again} has 4")
    drifts = admin.drift([again], 1)
    assert [(each.what, each.found, each.wanted) for each in drifts] == [("partitions", "4", "6")]


def test_a_nul_in_a_title_is_published_or_refused_and_stops_nothing(fleet):
    check = DeliveryCheck(keys=4, rounds=1, bodies=2)
    plain = json.loads(check.event("C-00000", 1))
    bad = json.dumps({**plain, "id": "NUL", "title": {"en": "Win\u0000dow"}}).encode()
    delivery_check.send(fleet, delivery_check.PROVIDERS[0], bad)
    fleet.scale_all(1)
    delivery_check.send_all(fleet, check)

    def ended():
        told = delivery_check.receipts(fleet, delivery_check.PROVIDERS[0])
        return [r for r in told if r.submission == "one-0" and r.status in ("published", "refused")]

    waiting.eventually(ended)
    observed = Observed(fleet)
    waiting.eventually(lambda: observed.read(0.1) or len(observed.awards) >= check.keys)
    observed.close()


def test_two_hundred_bad_files_do_not_hold_up_another_provider(fleet):
    check = DeliveryCheck(keys=40, rounds=1, bodies=2)
    fleet.scale_all(1)
    bad, good = delivery_check.PROVIDERS[0], delivery_check.PROVIDERS[1]
    delivery_check.send(fleet, bad, *[b"rubbish %d" % n for n in range(200)])
    mine = [name for provider, name in check.names() if provider == good]
    delivery_check.send(fleet, good, *[check.event(name, 1) for name in mine])

    def published():
        return {
            r.key
            for r in delivery_check.receipts(fleet, good)
            if r.status == "published" and r.kind == "award"
        }

    waiting.eventually(lambda: len(published()) == len(mine))
    refused = lambda: [r for r in delivery_check.receipts(fleet, bad) if r.status == "refused"]  # noqa: E731
    waiting.eventually(lambda: len(refused()) == 200)
    page = urllib.request.urlopen(f"http://127.0.0.1:{fleet.workers['ingest-0'].port}/readyz")
    assert page.status == 200


def test_what_is_committed_is_what_the_broker_says(fleet):
    """The journal's row, the committed offset and the topic's end agree when all is quiet."""
    fleet.scale_all(1)
    delivery_check.send_all(fleet, FEW)
    delivery_check.await_published(fleet)
    own = topics.submissions("provider", delivery_check.PROVIDERS[0])
    consumer = clients.consumer(fleet.target.cluster, "ingest")
    place = TopicPartition(own, 0)
    assert consumer.committed([place], timeout=10)[0].offset == journal_of(fleet, own).upto + 1
    consumer.close()


def journal_of(fleet, topic):
    """What ingest's journal says of the first partition of a topic, once it says something."""

    def look():
        with transaction(open_engine(fleet.urls["ingest"])) as connection:
            return journal.read(connection, [(topic, 0)]).get((topic, 0))

    return waiting.eventually(look)
