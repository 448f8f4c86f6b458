"""Messages whose code ends the process: they are tried alone, last, and not for ever."""

import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from credstream.contract import topics
from credstream.process import in_hand
from credstream.runtime.attempts import MOST_DEATHS, Attempts, count_deaths
from credstream.storage import attempts as stored
from credstream.storage.attempts import Attempt
from credstream.storage.engine import transaction
from credstream.storage.journal import Row
from tests.support import dying, stages
from tests.support.kafkas import Kafka

A, B = (stages.INPUT, 0), (stages.AGAIN, 0)


@pytest.fixture
def engine(tmp_path):
    return stages.database(tmp_path)


def at(topic, partition, offset):
    return SimpleNamespace(topic=topic, partition=partition, offset=offset)


def rows(engine):
    with transaction(engine) as connection:
        return stored.read(connection)


def test_a_death_alone_counts_and_one_in_company_makes_a_suspect(engine, tmp_path):
    for alone, deaths in ((False, 0), (True, 1), (True, 2)):
        dying.leave(tmp_path, "toy-0", at("t", 0, 5), alone=alone)
        count_deaths(engine, tmp_path, "toy-0", "toy")
        assert rows(engine) == {("t", 0, 5): Attempt(deaths, "stepping")}


def test_a_death_is_counted_once(engine, tmp_path):
    dying.leave(tmp_path, "toy-0", at("t", 0, 5), alone=True)
    count_deaths(engine, tmp_path, "toy-0", "toy")
    count_deaths(engine, tmp_path, "toy-0", "toy")
    assert rows(engine) == {("t", 0, 5): Attempt(1, "stepping")}


def test_deaths_of_two_workers_add_up(engine, tmp_path):
    for name in ("toy-0", "toy-1"):
        dying.leave(tmp_path, name, at("t", 0, 5), alone=True)
        count_deaths(engine, tmp_path, name, "toy")
    assert rows(engine) == {("t", 0, 5): Attempt(2, "stepping")}


def test_an_end_without_a_message_leaves_no_row(engine, tmp_path):
    in_hand.opened(tmp_path, "toy-0")
    in_hand.forget_all()
    count_deaths(engine, tmp_path, "toy-0", "toy")
    assert rows(engine) == {}
    assert list(tmp_path.glob("*.in-hand")) == []


def test_messages_of_a_suspected_partition_come_last():
    known = Attempts(suspects={("t", 1, 7): Attempt(0, "stepping")})
    batch = [at("t", 1, 6), at("t", 0, 7), at("t", 1, 7), at("u", 1, 7), at("t", 1, 8)]
    ordinary, suspected = known.split(batch)
    assert [m.offset for m in ordinary] == [7, 7]
    assert suspected == [batch[0], batch[2], batch[4]]


def test_a_suspect_is_spent_after_the_third_death():
    known = Attempts(suspects={("t", 0, n): Attempt(n, "reading") for n in range(6)})
    spent = [n for n in range(6) if known.spent(at("t", 0, n))]
    assert spent == list(range(MOST_DEATHS, 6))


def test_a_batch_ends_the_suspects_that_it_passes(engine):
    with transaction(engine) as connection:
        for topic, partition, offset in (("t", 0, 5), ("t", 0, 9), ("t", 1, 5), ("u", 0, 5)):
            stored.add(connection, (topic, partition, offset), 1, "reading")
    known = Attempts()
    known.recall(engine)
    moves = {("t", 0): SimpleNamespace(upto=8)}
    with transaction(engine) as connection:
        known.forget(connection, moves)
    known.ended({("t", 0): Row("cluster", 0, 8)})
    assert set(rows(engine)) == {("t", 0, 9), ("t", 1, 5), ("u", 0, 5)} == set(known.suspects)


MESSAGES = st.lists(
    st.tuples(st.sampled_from([A, B]), st.sampled_from([b"fine", b"bad", *dying.DEADLY])),
    min_size=1,
    max_size=12,
)


@given(messages=MESSAGES, size=st.integers(1, 6))
def test_deadly_messages_end_as_dead_letters_and_all_others_once(messages, size):
    kafka = Kafka(logs={A: [], B: []})
    for n, (partition, value) in enumerate(messages):
        kafka.put(partition, f"key-{n}".encode(), value)
    with tempfile.TemporaryDirectory() as folder:
        world = dying.World(kafka, stages.database(Path(folder)), Path(folder))
        world.run(size)
        assert rows(world.engine) == world.suspects == {}
    refused = dying.reasons(kafka)
    for n, (_, value) in enumerate(messages):
        key = f"key-{n}".encode()
        expected = {b"fine": [], b"bad": ["format.invalid"]}.get(value, ["unprocessable"])
        assert refused.get(key, []) == expected
        assert dying.handled(kafka, key) == (value == b"fine")
    deadly = sum(value in dying.DEADLY for _, value in messages)
    # One death may be that of a batch; after it the message is alone.
    assert deadly * MOST_DEATHS <= world.deaths <= deadly * (MOST_DEATHS + 1)


@pytest.mark.parametrize(("company", "deaths"), [(0, MOST_DEATHS), (1, MOST_DEATHS + 1)])
def test_a_death_in_company_does_not_count_against_the_message(company, deaths):
    kafka = Kafka(logs={A: []})
    for n in range(company):
        kafka.put(A, f"key-{n}".encode(), b"fine")
    kafka.put(A, b"deadly", dying.DEADLY[2])
    with tempfile.TemporaryDirectory() as folder:
        world = dying.World(kafka, stages.database(Path(folder)), Path(folder))
        world.run(5)
    assert world.deaths == deaths


MOMENTS = ["before", "gather", "sql", "between", "inside", "after"]


@given(moments=st.lists(st.sampled_from(MOMENTS), max_size=30), size=st.integers(1, 6))
@example(moments=["gather"] * 5, size=1)
@example(moments=["sql"] * 5, size=1)
def test_deaths_that_no_message_causes_blame_none(moments, size):
    kafka = Kafka(logs={A: [], B: []})
    for n in range(10):
        kafka.put((A, B)[n % 2], f"key-{n}".encode(), b"fine")
    with tempfile.TemporaryDirectory() as folder:
        world = dying.World(kafka, stages.database(Path(folder)), Path(folder), list(moments))
        world.run(size)
        assert rows(world.engine) == {}
    assert dying.reasons(kafka) == {}
    assert all(dying.handled(kafka, f"key-{n}".encode()) for n in range(10))


def test_others_are_served_before_a_suspect_is_tried_again():
    kafka = Kafka(logs={A: [], B: []})
    kafka.put(A, b"deadly", dying.DEADLY[0])
    for n in range(20):
        kafka.put(B, f"key-{n}".encode(), b"fine")
    with tempfile.TemporaryDirectory() as folder:
        world = dying.World(kafka, stages.database(Path(folder)), Path(folder))
        world.live(50)  # the first death takes the whole batch with it
        world.live(50)
        assert world.deaths == 2
    assert all(dying.handled(kafka, f"key-{n}".encode()) for n in range(20))


def test_headers_that_cannot_be_read_end_as_a_dead_letter_and_others_go_on():
    kafka = Kafka(logs={A: []})
    for value in (b"fine", dying.NO_HEADERS, b"fine"):
        kafka.put(A, value, value)
    with tempfile.TemporaryDirectory() as folder:
        dying.World(kafka, stages.database(Path(folder)), Path(folder)).run(5)
    assert dying.reasons(kafka) == {dying.NO_HEADERS: ["text.invalid"]}
    assert sum(output.topic == stages.OUT for output in kafka.written) == 2


def test_a_spent_message_is_not_read_again_where_reading_was_its_end():
    read = []
    kafka = Kafka(logs={A: []})
    kafka.put(A, b"key", b"fine")
    kafka.logs[A][0].headers = lambda: read.append(1)
    with tempfile.TemporaryDirectory() as folder:
        world = dying.World(kafka, stages.database(Path(folder)), Path(folder))
        with transaction(world.engine) as connection:
            stored.add(connection, (*A, 0), MOST_DEATHS, "reading")
        world.run(5)
    assert not read
    assert dying.reasons(kafka) == {b"key": ["unprocessable"]}
    assert topics.dlq(A[0]) in {output.topic for output in kafka.written}
