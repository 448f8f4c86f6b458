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
from tests.support import exam as exams
from tests.support import houses
from tests.support.exam import FEW, Answers, Exam

pytestmark = pytest.mark.real


def test_services_may_start_in_any_order(house):
    order = list(topics.SERVICES)
    random.Random(4).shuffle(order)
    exams.feed(house, FEW)
    for name in reversed(order):
        house.scale(name, 1)
        house.says(f"{name}-0", "data path started")
    exams.publishes(house)


def test_two_workers_a_service_meet_no_deadlock_and_a_third_comes_and_goes(house):
    exam = Exam(keys=400, rounds=3, bodies=2)
    house.staff(2)
    exams.feed(house, exam)
    house.staff(3)
    for name in topics.SERVICES:
        house.says(f"{name}-2", "data path started")
    house.staff(1)
    exams.publishes(house, exam)
    query = sa.text("SELECT sum(deadlocks) FROM pg_stat_database")
    with transaction(open_engine(house.urls["ingest"])) as connection:
        assert connection.execute(query).scalar() == 0


def test_a_stop_in_the_middle_of_work_is_graceful_and_loses_nothing(house):
    exam = Exam(keys=200, rounds=3, bodies=2)
    house.staff(1)
    exams.feed(house, exam)
    house.says("publisher-0", '"batch completed"')
    codes = house.stop()
    assert set(codes.values()) == {0}, codes
    house.staff(1)
    exams.publishes(house, exam)


def test_topics_that_came_while_nobody_read_are_read(house):
    """Kafka gives a static member that is back in time the partitions that it had, and no other."""
    house.staff(1)
    exams.feed(house, FEW)
    exams.publishes(house)
    house.kill("ingest-0")
    exams.register(house, "late")
    topic, header = topics.submissions("provider", "late"), ("ce_id", b"late-1")
    late = Outgoing(topic, FEW.event("C-00000", 1), headers=(header,))
    Sender(house.exchange.cluster).send([late])
    house.start(house.workers["ingest-0"])
    admin = Admin(house.exchange.cluster)
    houses.eventually(lambda: admin.used([topics.receipts("late")]))
    assert house.says("ingest-0", "topics unassigned")["topics"] == ["submissions.provider.late"]


def test_a_topic_made_anew_stops_the_worker_and_names_the_row(house):
    house.scale("ingest", 1)
    exams.feed(house, FEW)
    admin, own = Admin(house.exchange.cluster), topics.submissions("provider", exams.PROVIDERS[0])
    house.says("ingest-0", '"batch completed"')
    houses.eventually(lambda: journal_of(house, own).settled)
    house.stop()
    admin.delete([own])
    houses.eventually(lambda: own not in admin.partitions())
    admin.create([own], 1)
    exams.send(house, exams.PROVIDERS[0], FEW.event("C-00000", 9))
    house.scale("ingest", 1)
    line = house.says("ingest-0", "journal row", own)
    assert "reset" in line["why"]
    assert house.workers["ingest-0"].process.wait(houses.GIVE_UP_SECONDS) == 70


def test_a_missing_output_topic_is_waited_for_and_named(house):
    Admin(house.exchange.cluster).delete([topics.CHANGES])
    house.staff(1)
    exams.feed(house, FEW)
    house.says("publisher-0", "dependency unavailable", topics.CHANGES)
    assert house.workers["publisher-0"].process.poll() is None
    Admin(house.exchange.cluster).create([topics.CHANGES], 1)
    exams.publishes(house)


def test_a_missing_input_topic_is_waited_for_and_named(house):
    Admin(house.exchange.cluster).delete([topics.RECEIVED])
    house.scale("normalise", 1)
    house.says("normalise-0", "dependency unavailable", topics.RECEIVED)
    Admin(house.exchange.cluster).create([topics.RECEIVED], 1)
    house.staff(1)
    exams.feed(house, FEW)
    exams.publishes(house)


def test_inputs_with_unequal_partitions_are_refused(house, monkeypatch):
    admin, again = Admin(house.exchange.cluster), topics.again("normalise")
    admin.delete([again])
    houses.eventually(lambda: again not in admin.partitions())
    monkeypatch.setattr(topics, "partitions", lambda _name: 4)
    admin.create([again], 1)
    monkeypatch.undo()
    house.scale("normalise", 1)
    house.says("normalise-0", "equal partition counts", f"{again} has 4")
    drifts = admin.drift([again], 1)
    assert [(each.what, each.found, each.wanted) for each in drifts] == [("partitions", "4", "6")]


def test_a_nul_in_a_title_is_published_or_refused_and_stops_nothing(house):
    exam = Exam(keys=4, rounds=1, bodies=2)
    plain = json.loads(exam.event("C-00000", 1))
    bad = json.dumps({**plain, "id": "NUL", "title": {"en": "Win\u0000dow"}}).encode()
    exams.send(house, exams.PROVIDERS[0], bad)
    house.staff(1)
    exams.feed(house, exam)

    def ended():
        told = exams.receipts(house, exams.PROVIDERS[0])
        return [r for r in told if r.submission == "one-0" and r.status in ("published", "refused")]

    houses.eventually(ended)
    answers = Answers(house)
    houses.eventually(lambda: answers.read(0.1) or len(answers.awards) >= exam.keys)
    answers.close()


def test_two_hundred_bad_files_do_not_hold_up_another_provider(house):
    exam = Exam(keys=40, rounds=1, bodies=2)
    house.staff(1)
    bad, good = exams.PROVIDERS[0], exams.PROVIDERS[1]
    exams.send(house, bad, *[b"rubbish %d" % n for n in range(200)])
    mine = [name for provider, name in exam.names() if provider == good]
    exams.send(house, good, *[exam.event(name, 1) for name in mine])

    def published():
        return {
            r.key
            for r in exams.receipts(house, good)
            if r.status == "published" and r.kind == "award"
        }

    houses.eventually(lambda: len(published()) == len(mine))
    refused = lambda: [r for r in exams.receipts(house, bad) if r.status == "refused"]  # noqa: E731
    houses.eventually(lambda: len(refused()) == 200)
    page = urllib.request.urlopen(f"http://127.0.0.1:{house.workers['ingest-0'].port}/readyz")
    assert page.status == 200


def test_what_is_committed_is_what_the_broker_says(house):
    """The journal's row, the committed offset and the topic's end agree when all is quiet."""
    house.staff(1)
    exams.feed(house, FEW)
    exams.publishes(house)
    own = topics.submissions("provider", exams.PROVIDERS[0])
    consumer = clients.consumer(house.exchange.cluster, "ingest")
    place = TopicPartition(own, 0)
    assert consumer.committed([place], timeout=10)[0].offset == journal_of(house, own).upto + 1
    consumer.close()


def journal_of(house, topic):
    """What ingest's journal says of the first partition of a topic, once it says something."""

    def look():
        with transaction(open_engine(house.urls["ingest"])) as connection:
            return journal.read(connection, [(topic, 0)]).get((topic, 0))

    return houses.eventually(look)
