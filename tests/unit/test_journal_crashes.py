"""The journal: what a crash at any point leaves behind, and what the next life makes of it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract import topics
from credstream.contract.records import Again
from credstream.storage import journal, tables
from credstream.storage.comparison import Found, Verdict, compare
from credstream.storage.engine import transaction
from credstream.storage.journal import Output
from tests.support import counting, simulation
from tests.support.counting import AGAIN, CODEC, INPUT, SERVICE, database, message, settle, versions
from tests.support.simulation import AFTER, BEFORE, BETWEEN, CLUSTER


@pytest.fixture
def stage(tmp_path):
    return counting.stage_in(tmp_path)


def test_forgetting_keeps_the_state_and_trusts_the_broker(stage):
    settle(stage, message(0))
    with transaction(stage.engine) as connection:
        assert journal.forget(connection) == 1
        row = journal.read(connection, [INPUT])[INPUT]
        assert journal.trusts_broker(connection)
        long_ago = sa.update(tables.JOURNAL).where(tables.JOURNAL.c.topic == "*").values(since=1)
        connection.execute(long_ago)
        assert not journal.trusts_broker(connection)
    found = Found(40, 0, 99)
    assert compare(INPUT, row, "another", found) == Verdict(40)
    assert compare(AGAIN, None, "another", found, trusting=True) == Verdict(40)
    settle(stage, message(40), rows={INPUT: row}, committed={INPUT: 40})
    assert versions(stage) == {"k": 2}


def test_an_idle_worker_keeps_no_outputs(stage):
    settle(stage, message(0, key=b"Canary"))
    with transaction(stage.engine) as connection:
        assert journal.read(connection, [INPUT])[INPUT].outputs
        row = journal.read(connection, [INPUT])[INPUT]
        journal.settle(connection, {INPUT: journal.Row(CLUSTER, None, 7)})
        assert journal.read(connection, [INPUT])[INPUT].outputs, "it moved on since"
        journal.settle(connection, {INPUT: row})
        assert journal.read(connection, [INPUT])[INPUT].outputs == ()


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from([INPUT, AGAIN]), st.sampled_from("abc")),
        st.tuples(
            st.just("batch"),
            st.sampled_from([None, None, BEFORE, BETWEEN, AFTER]),
            st.integers(1, 4),
        ),
    ),
    min_size=5,
    max_size=40,
)


def history(moves, **changes):
    """The versions of each key in the order in which they were published."""
    with tempfile.TemporaryDirectory() as folder:
        log = simulation.Log({INPUT: [], AGAIN: []})
        world = simulation.Simulation(SERVICE, database(Path(folder)), log, **changes)
        put = 0
        for move, first, second in moves:
            if move == "put":
                log.append(first[0], second, b"")
                put += 1
            else:
                world.batch({INPUT: second, AGAIN: second}, first)
        world.drain()
        told: dict[str, list[int]] = {}
        for output in log.written:
            if output.topic == topics.DEFINITIONS:
                record = CODEC.decode(output.value, Again)
                told.setdefault(record.key, []).append(int(record.cause))
        return told, put


def gapless(told, put):
    return sum(map(len, told.values())) == put and all(
        numbers == list(range(1, len(numbers) + 1)) for numbers in told.values()
    )


@given(MOVES)
def test_wherever_it_crashes_every_version_is_published_once_and_in_order(moves):
    assert gapless(*history(moves))


PUT = [("put", place, key) for _ in range(4) for place in (INPUT, AGAIN) for key in "ab"]


def test_the_same_property_is_red_without_the_journal():
    crashes = [("batch", BETWEEN, 4), ("batch", None, 4)]
    assert gapless(*history(PUT + crashes))
    assert not gapless(*history(PUT + crashes, journalled=False))


def test_the_same_property_is_red_when_rows_are_replayed_one_after_the_other():
    def row_by_row(rows):
        return [output for row in rows for _, output in row.outputs]

    crashes = [("batch", BETWEEN, 4)]
    assert gapless(*history(PUT + crashes))
    assert not gapless(*history(PUT + crashes, in_order=row_by_row))


def test_headers_and_empty_values_survive_the_journal():
    outputs = ((0, Output("t", None, None, (("h", b"\x00"),))), (1, Output("t", b"k", b"")))
    assert journal._unpack(journal._pack(outputs)) == outputs
    assert replace(outputs[0][1], key=b"x").key == b"x"
