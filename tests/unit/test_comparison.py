"""What is a loss, what only looks like one, and what stops a whole worker."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.storage import journal
from credstream.storage.comparison import Found, Verdict, compare
from credstream.storage.journal import JournalError, Output, Row

CLUSTER, HERE = "cluster", ("in", 0)
SETTLED = Row(CLUSTER, 10, 9, topic_id="one")
CRASHED = Row(CLUSTER, 5, 9, ((0, Output("t", b"k", b"v")),), "one")
FIRST = Row(CLUSTER, None, 9, CRASHED.outputs, "one")
UNNAMED = Row(CLUSTER, 10, 9)
READ = Row(CLUSTER, 10, 9, topic_id="one", read=13)
ACCEPTED = Row(CLUSTER, 10, 9, topic_id="one", accepted=True)
FORGOTTEN = Row(journal.ANY_CLUSTER, None, -1)
ROWS = (None, SETTLED, CRASHED, FIRST, UNNAMED, READ, ACCEPTED, FORGOTTEN)


@pytest.mark.parametrize(
    ("row", "found", "verdict"),
    [
        (None, Found(None, 0, 0), Verdict(0)),
        (None, Found(None, 7, 9), Verdict(7)),
        (SETTLED, Found(10, 0, 20, "one"), Verdict(10)),
        (SETTLED, Found(10, 10, 10, "one"), Verdict(10)),
        (SETTLED, Found(10, 0, 20), Verdict(10)),
        (UNNAMED, Found(10, 0, 20, "one"), Verdict(10)),
        (CRASHED, Found(5, 0, 20, "one"), Verdict(10, replay=True)),
        (CRASHED, Found(10, 0, 20, "one"), Verdict(10)),
        (FIRST, Found(None, 0, 20, "one"), Verdict(10, replay=True)),
        (SETTLED, Found(None, 0, 10, "one"), Verdict(10, replay=True)),
        (READ, Found(10, 13, 13, "one"), Verdict(13)),
        (READ, Found(None, 13, 13, "one"), Verdict(13, replay=True)),
        (ACCEPTED, Found(5_000, 0, 20, "one"), Verdict(10, replay=True)),
        (ACCEPTED, Found(None, 0, 20), Verdict(10, replay=True)),
        (FORGOTTEN, Found(77, 0, 99), Verdict(77)),
        (FORGOTTEN, Found(None, 3, 99), Verdict(3)),
    ],
)
def test_good_states_say_where_reading_begins(row, found, verdict):
    assert compare(HERE, row, CLUSTER, found) == verdict


@pytest.mark.parametrize(
    ("row", "found", "cause", "lost", "start"),
    [
        (SETTLED, Found(10, 18, 30, "one"), "retention", 8, 18),
        (READ, Found(10, 14, 30, "one"), "retention", 1, 14),
        (SETTLED, Found(None, 18, 30, "one"), "retention", 8, 18),
        (CRASHED, Found(5, 18, 30, "one"), "retention", 8, 18),
        (FORGOTTEN, Found(10, 18, 30), "retention", 8, 18),
        (SETTLED, Found(10, 0, 4, "one"), "truncated", 4, 4),
        (SETTLED, Found(None, 0, 4, "one"), "truncated", 4, 4),
        (SETTLED, Found(None, 0, 30, "two"), "recreated", 0, 0),
        (FIRST, Found(None, 0, 30, "two"), "recreated", 0, 0),
        (SETTLED, Found(10, 0, 30, "two"), "recreated", 0, 0),
        (UNNAMED, Found(None, 0, 30, "one"), "reset", 0, 10),
        (SETTLED, Found(None, 0, 30), "reset", 0, 10),
        (UNNAMED, Found(None, 0, 4, "one"), "reset", 0, 0),
        (UNNAMED, Found(None, 12, 30, "one"), "reset", 2, 12),
        (CRASHED, Found(None, 0, 30, "one"), "reset", 0, 10),
        (SETTLED, Found(3, 0, 30, "one"), "reset", 0, 10),
    ],
)
def test_other_states_hold_the_partition_and_say_how_much_is_lost(row, found, cause, lost, start):
    hold = compare(HERE, row, CLUSTER, found).hold
    assert (hold.cause, hold.lost, hold.start) == (cause, lost, start)
    assert "in[0]" in hold.why


def test_what_a_crash_kept_back_is_published_before_the_partition_is_held():
    assert compare(HERE, CRASHED, CLUSTER, Found(5, 18, 30, "one")).replay


@pytest.mark.parametrize(
    ("row", "committed", "words"),
    [
        (None, 3, "the database is new or from the past"),
        (Row("reborn", None, 4), 5, "cluster reborn"),
        (SETTLED, 12, "from the past"),
    ],
)
def test_a_database_that_does_not_fit_stops_the_worker_and_names_the_row(row, committed, words):
    with pytest.raises(JournalError, match=words) as caught:
        compare(HERE, row, CLUSTER, Found(committed, 0, 30, "one"))
    assert "in[0]" in str(caught.value)


@given(
    st.sampled_from(ROWS),
    st.none() | st.integers(0, 30),
    st.integers(0, 30),
    st.integers(0, 30),
    st.sampled_from(["", "one", "two"]),
)
def test_nothing_is_skipped_or_read_twice_without_a_word(row, committed, low, size, topic_id):
    """A partition that is read begins where its row ends, or behind what was read as empty."""
    found = Found(committed, low, low + size, topic_id)
    try:
        verdict = compare(HERE, row, CLUSTER, found)
    except JournalError:
        return
    if verdict.hold:
        assert found.low <= verdict.hold.start <= found.high
        assert verdict.hold.lost >= 0
        return
    assert found.low <= verdict.start <= found.high
    known = row is not None and row is not FORGOTTEN
    end = row.upto + 1 if known else committed
    if end is not None:
        assert end <= verdict.start <= max(end, row.read if row else 0)
