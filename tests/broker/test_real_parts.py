"""What production meets, on real Kafka, registry and PostgreSQL."""

import json
import random
import signal
import time
import urllib.request

import pytest
import sqlalchemy as sa
from confluent_kafka import TopicPartition

from credstream.contract import topics
from credstream.contract.records import Receipt
from credstream.runtime import clients
from credstream.runtime.admin import Admin
from credstream.runtime.store import engine, transaction
from deploy.kafka import postgres, registry
from tests.support import exam as exams
from tests.support import fleet, houses, stacks
from tests.support.exam import Answers, Exam

pytestmark = pytest.mark.real
FEW = Exam(keys=40, rounds=2, bodies=2)


@pytest.fixture
def house(tmp_path):
    with fleet.fleet(tmp_path / "fleet") as made:
        exams.enrol(made, FEW)
        yield made


def publishes(house, exam=FEW, seconds=90, withdrawn=frozenset()):
    """Wait until all of an exam is out and right; the answers."""
    answers = Answers(house)
    try:
        end = time.monotonic() + seconds
        while not answers.ended(exam, set(withdrawn)) and time.monotonic() < end:
            house.mend()
            answers.read(0.1)
        assert list(answers.wrongs(exam, set(withdrawn))) == []
    finally:
        answers.close()
    return answers


def says(house, name, *words, seconds=40):
    """Wait until a worker's log has a line with all the words."""

    def look():
        return [t for line in house.log(name) if all(w in (t := json.dumps(line)) for w in words)]

    return houses.eventually(look, seconds)[0]


def send(house, provider, *values):
    producer = clients.producer(house.exchange.cluster)
    for number, value in enumerate(values):
        header = [("ce_id", f"one-{number}".encode())]
        producer.produce(topics.submissions("provider", provider), value, headers=header)
    assert producer.flush(30) == 0


def receipts(house, provider):
    consumer = clients.consumer(house.exchange.cluster, "test-receipts")
    try:
        found = clients.read_to_end(consumer, topics.receipts(provider), 15)
        return [house.codec.decode(value, Receipt) for _key, value in found]
    finally:
        consumer.close()


def test_services_may_start_in_any_order(house):
    order = list(topics.SERVICES)
    random.Random(4).shuffle(order)
    exams.feed(house, FEW)
    for name in reversed(order):
        house.scale(name, 1)
        time.sleep(0.5)
    publishes(house)


def test_two_workers_a_service_meet_no_deadlock_and_a_third_comes_and_goes(house):
    exam = Exam(keys=400, rounds=3, bodies=2)
    for name in topics.SERVICES:
        house.scale(name, 2)
    exams.feed(house, exam)
    for name in topics.SERVICES:
        house.scale(name, 3)
    time.sleep(3)
    for name in topics.SERVICES:
        house.scale(name, 1)
    publishes(house, exam, 120)
    query = sa.text("SELECT sum(deadlocks) FROM pg_stat_database")
    with transaction(engine(house.urls["ingest"])) as connection:
        assert connection.execute(query).scalar() == 0


def test_a_graceful_stop_takes_less_than_five_seconds_and_loses_nothing(house):
    exam = Exam(keys=200, rounds=3, bodies=2)
    for name in topics.SERVICES:
        house.scale(name, 1)
    exams.feed(house, exam)
    says(house, "publisher-0", '"batch"')
    began = time.monotonic()
    codes = house.stop()
    assert time.monotonic() - began < 5
    assert set(codes.values()) == {0}, codes
    for name in topics.SERVICES:
        house.scale(name, 1)
    publishes(house, exam)


def test_a_topic_made_anew_stops_the_worker_and_names_the_row(house):
    house.scale("ingest", 1)
    exams.feed(house, FEW)
    says(house, "ingest-0", '"batch"')
    time.sleep(2)
    house.stop()
    admin, own = Admin(house.exchange.cluster), topics.submissions("provider", exams.PROVIDERS[0])
    admin.delete([own])
    houses.eventually(lambda: own not in admin.partitions(), 20)
    admin.create([own], 1)
    send(house, exams.PROVIDERS[0], FEW.event("C-00000", 9))
    house.scale("ingest", 1)
    line = says(house, "ingest-0", "journal row", own)
    assert "reset" in line
    assert house.workers["ingest-0"].process.wait(10) == 70


def test_a_missing_output_topic_is_waited_for_and_named(house):
    Admin(house.exchange.cluster).delete([topics.CHANGES])
    for name in topics.SERVICES:
        house.scale(name, 1)
    exams.feed(house, FEW)
    says(house, "publisher-0", "unavailable", topics.CHANGES)
    assert house.workers["publisher-0"].process.poll() is None
    Admin(house.exchange.cluster).create([topics.CHANGES], 1)
    publishes(house)


def test_a_missing_input_topic_is_waited_for_and_named(house):
    Admin(house.exchange.cluster).delete([topics.RECEIVED])
    house.scale("normalise", 1)
    says(house, "normalise-0", "unavailable", topics.RECEIVED)
    Admin(house.exchange.cluster).create([topics.RECEIVED], 1)
    for name in topics.SERVICES:
        house.scale(name, 1)
    exams.feed(house, FEW)
    publishes(house)


def test_inputs_with_unequal_partitions_are_refused(house, monkeypatch):
    admin, again = Admin(house.exchange.cluster), topics.again("normalise")
    admin.delete([again])
    houses.eventually(lambda: again not in admin.partitions(), 20)
    monkeypatch.setattr(topics, "partitions", lambda _name: 4)
    admin.create([again], 1)
    monkeypatch.undo()
    house.scale("normalise", 1)
    says(house, "normalise-0", "equal partition counts", f"{again} has 4")
    drifts = admin.drift([again], 1)
    assert [(each.what, each.found, each.wanted) for each in drifts] == [("partitions", "4", "6")]


def test_a_nul_in_a_title_is_published_or_refused_and_stops_nothing(house):
    exam = Exam(keys=4, rounds=1, bodies=2)
    plain = json.loads(exam.event("C-00000", 1))
    bad = json.dumps({**plain, "id": "NUL", "title": {"en": "Win\u0000dow"}}).encode()
    send(house, exams.PROVIDERS[0], bad)
    for name in topics.SERVICES:
        house.scale(name, 1)
    exams.feed(house, exam)

    def ended():
        told = receipts(house, exams.PROVIDERS[0])
        return [r for r in told if r.submission == "one-0" and r.status in ("published", "refused")]

    houses.eventually(ended, 60)
    answers = Answers(house)
    houses.eventually(lambda: answers.read(0.1) or len(answers.awards) >= exam.keys, 30)
    answers.close()


def test_two_hundred_bad_files_do_not_hold_up_another_provider(house):
    exam = Exam(keys=40, rounds=1, bodies=2)
    for name in topics.SERVICES:
        house.scale(name, 1)
    bad, good = exams.PROVIDERS[0], exams.PROVIDERS[1]
    send(house, bad, *[b"rubbish %d" % n for n in range(200)])
    began = time.monotonic()
    mine = [name for provider, name in exam.names() if provider == good]
    send(house, good, *[exam.event(name, 1) for name in mine])

    def published():
        return {
            r.key for r in receipts(house, good) if r.status == "published" and r.kind == "award"
        }

    houses.eventually(lambda: len(published()) == len(mine), 60)
    assert time.monotonic() - began < 60
    refused = lambda: [r for r in receipts(house, bad) if r.status == "refused"]  # noqa: E731
    houses.eventually(lambda: len(refused()) == 200, 90)
    page = urllib.request.urlopen(f"http://127.0.0.1:{house.workers['ingest-0'].port}/readyz")
    assert page.status == 200


def test_the_database_is_away_and_comes_back(house):
    for name in topics.SERVICES:
        house.scale(name, 1)
    exams.feed(house, FEW)
    layout = stacks.stack()
    says(house, "publisher-0", '"batch"')
    postgres.stop(layout, hard=True)
    time.sleep(4)
    alive = {n: w.process.pid for n, w in house.workers.items() if w.process.poll() is None}
    postgres.start(layout)
    publishes(house)
    assert alive.keys() == house.workers.keys()


def test_the_registry_is_away_and_known_schemas_go_on(house):
    for name in topics.SERVICES:
        house.scale(name, 1)
    exams.feed(house, FEW)
    publishes(house)
    layout = stacks.stack()
    registry.stop(layout)
    try:
        more = Exam(keys=40, rounds=4, bodies=2)
        for own in exams.PROVIDERS:
            mine = [name for provider, name in more.names() if provider == own]
            send(house, own, *[more.event(name, number) for number in (3, 4) for name in mine])
        publishes(house, more)
    finally:
        registry.start(layout)
        registry.await_ready(layout)


def test_a_frozen_worker_is_fenced_by_its_successor(house):
    """A process that slept through its session finds that its name has been taken, and ends."""
    for name in topics.SERVICES:
        house.scale(name, 1)
    exams.feed(house, FEW)
    says(house, "normalise-0", '"batch"')
    sleeper = house.workers.pop("normalise-0").process
    sleeper.send_signal(signal.SIGSTOP)
    house.scale("normalise", 1)
    publishes(house)
    sleeper.send_signal(signal.SIGCONT)
    assert sleeper.wait(60) != 0
    publishes(house)


def test_what_is_committed_is_what_the_broker_says(house):
    """The journal's row, the committed offset and the topic's end agree when all is quiet."""
    for name in topics.SERVICES:
        house.scale(name, 1)
    exams.feed(house, FEW)
    publishes(house)
    own = topics.submissions("provider", exams.PROVIDERS[0])
    consumer = clients.consumer(house.exchange.cluster, "ingest")
    place = TopicPartition(own, 0)
    with transaction(engine(house.urls["ingest"])) as connection:
        query = sa.text("SELECT upto FROM journal WHERE topic = :topic")
        upto = connection.execute(query, {"topic": own}).scalar()
    assert consumer.committed([place], timeout=10)[0].offset == upto + 1
    consumer.close()
