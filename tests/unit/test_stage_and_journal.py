"""Batches, the endings of a message, and what a crash at any point leaves behind."""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.flow import Emit, Incoming, Outcome
from credstream.contract.records import Again, Receipt
from credstream.runtime import journal, store
from credstream.runtime.journal import JournalError, NotOurs, Output
from credstream.runtime.stage import Service, Stage, UnexpectedError
from credstream.runtime.store import engine, select_in, transaction, upsert
from tests.support import exchanges
from tests.support.exchanges import AFTER, BEFORE, BETWEEN, CLUSTER

CODEC = Codec()
TABLES = sa.MetaData()
COUNTERS = sa.Table(
    "counters",
    TABLES,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
INPUT, AGAIN = (topics.NORMALISED, 0), (topics.again("accreditation"), 0)


@dataclass(frozen=True)
class CounterRow:
    key: str
    version: int


def gather(connection, batch):
    keys = {message.record for message in batch}
    return {
        row.key: row.version
        for row in select_in(connection, sa.select(COUNTERS), COUNTERS.c.key, keys)
    }


def step(message, facts):
    """Bumps the version of a key: a second handling would show as a second version."""
    if message.value == b"bad":
        raise Rejected("format.invalid", "a.b", "bad")
    if message.value == b"bug":
        raise ZeroDivisionError
    if message.value == b"away":
        raise Unavailable("the vault")
    version = facts.get(message.record, 0) + 1
    topic = topics.DEFINITIONS if message.value != b"nowhere" else "nowhere.v1"
    told = Again(key=message.record, cause=str(version), detail="", at=message.at)
    receipt = Receipt(
        submission=message.record, provider="acme", status="published", stage="toy", at=message.at
    )
    return Outcome(
        (Emit(topic, message.record, told), Emit(topics.receipts("acme"), message.record, receipt)),
        (CounterRow(message.record, version),),
    )


def read(message):
    if message.value == b"unreadable":
        raise Rejected("avro.magic", "", "")
    return (message.key or b"").decode()


SERVICE = Service(
    name="toy",
    inputs=(INPUT[0], AGAIN[0]),
    read=read,
    gather=gather,
    step=step,
    learn=lambda facts, rows: facts.update({row.key: row.version for row in rows}),
    apply=lambda connection, rows: upsert(
        connection, COUNTERS, [{"key": r.key, "version": r.version} for r in rows]
    ),
    sender=lambda message: ("acme", message.record or ""),
)
KNOWN = {topics.DEFINITIONS, topics.receipts("acme"), topics.dlq(INPUT[0]), topics.dlq(AGAIN[0])}


def database(folder):
    path = f"{folder}/toy.db"
    made = exchanges.database(path)
    with transaction(made) as connection:
        TABLES.create_all(connection)
    return made


def message(offset, value=b"", key=b"k", place=INPUT):
    return Incoming(
        topic=place[0],
        partition=place[1],
        offset=offset,
        key=key,
        value=value,
        at=5,
        headers=(("x", b"\xff"),),
    )


@pytest.fixture
def stage(tmp_path):
    return Stage(SERVICE, database(tmp_path), CODEC, CLUSTER, set(KNOWN))


def settle(stage, *batch, rows=None, committed=None):
    rows, committed = rows or {}, committed or {}
    places = {(m.topic, m.partition) for m in batch}
    return stage.settle(
        batch, {p: rows.get(p) for p in places}, {p: committed.get(p) for p in places}
    )


def versions(stage):
    with transaction(stage.engine) as connection:
        return {row.key: row.version for row in connection.execute(sa.select(COUNTERS))}


def test_later_messages_of_a_batch_see_the_rows_of_earlier_ones(stage):
    settled = settle(stage, message(0), message(1), message(2, key=b"other"))
    told = [CODEC.decode(o.value, Again) for o in settled.outputs if o.topic == topics.DEFINITIONS]
    assert [(each.key, each.cause) for each in told] == [("k", "1"), ("k", "2"), ("other", "1")]
    assert versions(stage) == {"k": 2, "other": 1}
    assert settled.journal[INPUT].upto == 2


def test_a_refused_message_is_a_dead_letter_with_its_own_bytes_and_a_receipt(stage):
    settled = settle(stage, message(0), message(1, b"bad"), message(2), message(3, b"unreadable"))
    letters = [o for o in settled.outputs if o.topic == topics.dlq(INPUT[0])]
    assert [each.value for each in letters] == [b"bad", b"unreadable"]
    headers = dict(letters[0].headers)
    assert headers["x"] == b"\xff"
    assert headers["credstream_dlq_reason"] == b"format.invalid"
    assert (headers["credstream_dlq_path"], headers["credstream_dlq_offset"]) == (b"a.b", b"1")
    told = [
        CODEC.decode(o.value, Receipt) for o in settled.outputs if o.topic.startswith("receipts.")
    ]
    assert [each.status for each in told] == ["published", "refused", "published", "refused"]
    assert versions(stage) == {"k": 2}


def test_what_is_away_leaves_nothing_behind(stage):
    with pytest.raises(Unavailable):
        settle(stage, message(0), message(1, b"away"))
    assert versions(stage) == {}
    with transaction(stage.engine) as connection:
        assert journal.read(connection, [INPUT]) == {}


def test_a_bug_gives_the_batch_back_and_alone_becomes_a_dead_letter(stage):
    with pytest.raises(UnexpectedError):
        settle(stage, message(0), message(1, b"bug"))
    assert versions(stage) == {}
    settled = settle(stage, message(1, b"bug"))
    assert [each.outcome for each in settled.ended] == ["unexpected"]
    assert settled.outputs[0].value == b"bug"


def test_a_receipt_without_a_topic_is_dropped_and_any_other_output_waits_for_its_topic(stage):
    stage.known_topics = KNOWN - {topics.receipts("acme")}
    assert [o.topic for o in settle(stage, message(0)).outputs] == [topics.DEFINITIONS]
    with pytest.raises(Unavailable, match="nowhere"):
        settle(stage, message(1, b"nowhere"), rows={INPUT: journal.Row(CLUSTER, None, 0)})


def test_a_row_that_somebody_else_moved_ends_the_worker(stage):
    settle(stage, message(0))
    with pytest.raises(NotOurs):
        settle(stage, message(1), rows={INPUT: journal.Row(CLUSTER, None, 7)}, committed={INPUT: 1})
    with pytest.raises(NotOurs):
        settle(stage, message(0))
    assert versions(stage) == {"k": 1}


@pytest.mark.embedded
def test_a_locked_and_a_missing_database_are_unavailable(tmp_path, monkeypatch):
    monkeypatch.setattr("credstream.runtime.store.LOCKED_SECONDS", 0)
    stage = Stage(SERVICE, database(tmp_path), CODEC, CLUSTER, set(KNOWN))
    other = sqlite3.connect(tmp_path / "toy.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        settle(stage, message(0))
    other.execute("ROLLBACK")
    other.close()
    assert settle(stage, message(0)).journal[INPUT].upto == 0
    with pytest.raises(Unavailable), transaction(engine(f"sqlite:///{tmp_path}/no/such.db")):
        pass


@pytest.mark.embedded
def test_a_full_database_is_unavailable_and_nothing_is_skipped(stage):
    with pytest.raises(Unavailable, match="full"), transaction(stage.engine) as connection:  # noqa: PT012
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        rows = [{"key": f"{n:060}", "version": n} for n in range(2000)]
        connection.execute(sa.insert(COUNTERS), rows)
    assert versions(stage) == {}


@pytest.mark.embedded
def test_a_read_only_file_is_unavailable(tmp_path):
    database(tmp_path)
    uri = f"sqlite:///file:{tmp_path}/toy.db?mode=ro&uri=true"
    read_only = sa.create_engine(uri)
    with (
        pytest.raises(Unavailable, match="may not be written"),
        transaction(read_only) as connection,
    ):
        connection.execute(sa.insert(COUNTERS), [{"key": "k", "version": 1}])


@pytest.mark.parametrize(
    ("row", "committed", "verdict"),
    [
        (None, None, "go-on"),
        (journal.Row(CLUSTER, None, 4), 5, "go-on"),
        (journal.Row(CLUSTER, None, 4), None, "replay"),
        (journal.Row(CLUSTER, 5, 9), 5, "replay"),
        (journal.Row(journal.ANY_CLUSTER, None, -1), 77, "go-on"),
    ],
)
def test_there_are_two_good_states(row, committed, verdict):
    assert journal.verdict(INPUT, row, CLUSTER, committed) == verdict


@pytest.mark.parametrize(
    ("row", "committed", "words"),
    [
        (None, 3, "the database is new or from the past"),
        (journal.Row("reborn", None, 4), 5, "cluster reborn"),
        (journal.Row(CLUSTER, 5, 9), 3, "were reset"),
        (journal.Row(CLUSTER, 5, 9), None, "were reset"),
        (journal.Row(CLUSTER, 5, 9), 12, "were reset"),
    ],
)
def test_any_other_state_stops_the_worker_and_names_the_row(row, committed, words):
    with pytest.raises(JournalError, match=words) as caught:
        journal.verdict(INPUT, row, CLUSTER, committed)
    assert "normalised.v1[0]" in str(caught.value)


def test_forgetting_keeps_the_state_and_trusts_the_broker(stage):
    settle(stage, message(0))
    with transaction(stage.engine) as connection:
        assert journal.forget(connection) == 1
        row = journal.read(connection, [INPUT])[INPUT]
        assert journal.trusts_broker(connection)
        long_ago = sa.update(store.JOURNAL).where(store.JOURNAL.c.topic == "*").values(since=1)
        connection.execute(long_ago)
        assert not journal.trusts_broker(connection)
    assert journal.verdict(INPUT, row, "another", 40) == "go-on"
    assert journal.verdict(AGAIN, None, "another", 40, trusting=True) == "go-on"
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


def test_upserts_go_in_key_order_so_that_workers_never_deadlock(stage):
    seen = []
    sa.event.listen(
        stage.engine,
        "before_cursor_execute",
        lambda _c, _u, _s, parameters, *_: seen.append(parameters),
    )
    with transaction(stage.engine) as connection:
        upsert(connection, COUNTERS, [{"key": key, "version": 1} for key in ("c", "a", "b", "a")])
    keys = [dict(row)["key"] if isinstance(row, dict) else row[0] for row in seen[-1]]
    assert keys == ["a", "b", "c"]


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
        log = exchanges.Log({INPUT: [], AGAIN: []})
        world = exchanges.Exchange(SERVICE, database(Path(folder)), log, **changes)
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


@settings(max_examples=80, deadline=None)
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
