"""Rows of the journal: whose they are, and what may be forgotten of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from credstream.storage import journal
from credstream.storage.comparison import Found, Verdict, compare
from credstream.storage.engine import transaction
from credstream.storage.journal import Move, NotOurs, Output, Row
from tests.support import stages
from tests.support.simulation import CLUSTER

HERE, THERE = ("in", 0), ("in", 1)
OUTPUTS = ((0, Output("t", b"k", b"v", (("h", b"\x00\xff"),))),)


@pytest.fixture
def made(tmp_path):
    return stages.database(tmp_path)


def move(made, place, before, since, upto, outputs=OUTPUTS):
    with transaction(made) as connection:
        journal.move(connection, CLUSTER, {place: before}, {place: Move(since, upto, outputs)})
    return Row(CLUSTER, since, upto)


def read(made):
    with transaction(made) as connection:
        return journal.read(connection, [HERE, THERE])


def empty(made, done):
    with transaction(made) as connection:
        journal.settle(connection, done)


def test_an_idle_worker_leaves_the_outputs_of_another_that_crashed_between_its_commits(made):
    ours = move(made, HERE, None, None, 3)
    move(made, THERE, None, None, 5)  # its worker is gone, and Kafka has none of it
    empty(made, {HERE: ours})
    assert read(made)[HERE].outputs == ()
    assert read(made)[THERE].outputs == OUTPUTS


def test_a_row_of_another_partition_that_ends_at_the_same_offset_keeps_its_outputs(made):
    ours = move(made, HERE, None, None, 3)
    move(made, THERE, None, None, 3)  # its worker is gone, and Kafka has none of it
    empty(made, {HERE: ours})
    assert read(made)[HERE].outputs == ()
    assert read(made)[THERE].outputs == OUTPUTS


def test_a_forgotten_row_can_be_moved_from_the_first_offset_of_a_new_topic(made):
    move(made, HERE, None, None, 41)
    with transaction(made) as connection:
        assert (journal.forget(connection), journal.forget(connection)) == (1, 1)
    forgotten = read(made)[HERE]
    assert compare(HERE, forgotten, CLUSTER, Found(None, 7, 9)) == Verdict(7)
    move(made, HERE, forgotten, None, 0)
    assert read(made)[HERE] == Row(CLUSTER, None, 0, OUTPUTS)


@pytest.mark.parametrize(("seconds", "trusted"), [(0, True), (86_399, True), (86_400, False)])
def test_the_broker_is_trusted_for_one_day_after_rows_were_forgotten(
    made, monkeypatch, seconds, trusted
):
    clock = [1_000]
    monkeypatch.setattr(journal, "time", SimpleNamespace(time=lambda: clock[0]))
    with transaction(made) as connection:
        journal.forget(connection)
        clock[0] += seconds
        assert journal.trusts_broker(connection) is trusted


def test_a_row_that_moved_on_since_keeps_its_outputs(made):
    first = move(made, HERE, None, None, 3)
    move(made, HERE, first, 4, 9)
    empty(made, {HERE: first})
    assert read(made)[HERE] == Row(CLUSTER, 4, 9, OUTPUTS)


def test_emptying_twice_or_nothing_is_harmless(made):
    ours = move(made, HERE, None, None, 3)
    for done in ({}, {HERE: ours}, {HERE: ours}, {THERE: ours}):
        empty(made, done)
    assert read(made) == {HERE: ours.as_settled()}


def test_a_settled_first_row_is_told_from_a_crash_in_the_first_batch(made):
    """The broker has no offset in both; after a topic was made anew, nothing may be replayed."""
    ours = move(made, HERE, None, None, 3)
    assert compare(HERE, ours, CLUSTER, Found(None, 0, 9)) == Verdict(4, replay=True)
    empty(made, {HERE: ours})
    settled = read(made)[HERE]
    assert compare(HERE, settled, CLUSTER, Found(4, 0, 9)) == Verdict(4)
    assert compare(HERE, settled, CLUSTER, Found(None, 0, 9)).hold.cause == "reset"


def test_an_emptied_row_can_still_be_moved_by_its_owner(made):
    ours = move(made, HERE, None, None, 3)
    empty(made, {HERE: ours})
    assert move(made, HERE, ours, 4, 4).upto == 4


@pytest.mark.parametrize(
    "before",
    [None, Row(CLUSTER, None, 2), Row("other", None, 3), Row(journal.ANY_CLUSTER, None, 3)],
    ids=["made before", "another end", "another cluster", "forgotten"],
)
def test_who_does_not_know_the_row_as_it_is_does_not_own_it(made, before):
    move(made, HERE, None, None, 3)
    with pytest.raises(NotOurs):
        move(made, HERE, before, 4, 9)
    assert read(made)[HERE].upto == 3


@pytest.mark.parametrize("upto", [0, 3])
def test_a_row_moves_onwards_only(made, upto):
    before = move(made, HERE, None, None, 3)
    with pytest.raises(NotOurs, match=f"ends at 3, after {upto}"):
        move(made, HERE, before, 4, upto)
    assert read(made)[HERE].upto == 3


@pytest.mark.parametrize(
    "theirs", [None, Row(CLUSTER, None, 2)], ids=["made before", "another end"]
)
def test_one_row_that_is_not_ours_takes_the_whole_batch_back_and_is_named(made, theirs):
    ours = move(made, HERE, None, None, 3)
    move(made, THERE, None, None, 3)
    with pytest.raises(NotOurs, match=r"row in\[1\] was moved"), transaction(made) as connection:
        journal.move(
            connection,
            CLUSTER,
            {HERE: ours, THERE: theirs},
            {HERE: Move(4, 5, ()), THERE: Move(4, 5, ())},
        )
    assert {row.upto for row in read(made).values()} == {3}


@given(st.permutations(range(12)), st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_outputs_come_back_in_the_order_of_the_batch_however_rows_are_mixed(order, rows):
    made = {
        number: Row(CLUSTER, None, 1, tuple((n, Output("t", None, b"%d" % n)) for n in order if rows[n] == number))
        for number in set(rows)
    }  # fmt: skip
    assert [o.value for o in journal.outputs_in_order(made.values())] == [
        b"%d" % n for n in range(12)
    ]


OUTPUT = st.builds(
    Output,
    st.text(max_size=9),
    st.none() | st.binary(max_size=9),
    st.none() | st.binary(max_size=99),
    st.lists(st.tuples(st.text(max_size=9), st.binary(max_size=9)), max_size=3).map(tuple),
)


@given(st.lists(OUTPUT, max_size=5))
def test_any_outputs_survive_the_journal(outputs):
    placed = tuple(enumerate(outputs))
    assert journal._unpack(journal._pack(placed)) == placed


def test_outputs_lie_compressed_and_a_torn_blob_is_no_empty_one(made):
    move(made, HERE, None, None, 3, ((0, Output("t", b"k", b"same " * 20_000)),))
    with transaction(made) as connection:
        blob = connection.execute(sa.text("SELECT outputs FROM journal")).scalar()
    assert len(blob) < 1_000
    with pytest.raises(Exception, match=r".+"):
        journal._unpack(blob[: len(blob) // 2])
