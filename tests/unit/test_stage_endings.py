"""Batches, and the endings of a message."""

from __future__ import annotations

import sqlite3

import pytest
import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.errors import Unavailable
from credstream.contract.records import Again, Receipt
from credstream.process import timeouts
from credstream.runtime.stage import UnexpectedError
from credstream.storage import journal
from credstream.storage.engine import open_engine, transaction
from credstream.storage.journal import NotOurs
from credstream.storage.statements import upsert
from tests.support import counting
from tests.support.counting import (
    CODEC,
    INPUT,
    VERSIONS,
    database,
    message,
    settle,
    versions,
)
from tests.support.simulation import CLUSTER


@pytest.fixture
def stage(tmp_path):
    return counting.stage_in(tmp_path)


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
    assert "x" not in headers
    assert headers["credstream_dlq_reason"] == b"format.invalid"
    assert (headers["credstream_dlq_path"], headers["credstream_dlq_offset"]) == (b"a.b", b"1")
    told = [
        CODEC.decode(o.value, Receipt) for o in settled.outputs if o.topic.startswith("receipts.")
    ]
    assert [each.status for each in told] == ["published", "refused", "published"]
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
    stage.known_topics = counting.KNOWN - {topics.receipts("acme")}
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
    monkeypatch.setattr(timeouts, "DATABASE_LOCK_SECONDS", 0)
    stage = counting.stage_in(tmp_path)
    other = sqlite3.connect(tmp_path / "toy.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        settle(stage, message(0))
    other.execute("ROLLBACK")
    other.close()
    assert settle(stage, message(0)).journal[INPUT].upto == 0
    with pytest.raises(Unavailable), transaction(open_engine(f"sqlite:///{tmp_path}/no/such.db")):
        pass


@pytest.mark.embedded
def test_a_full_database_is_unavailable_and_nothing_is_skipped(stage):
    with pytest.raises(Unavailable, match="full"), transaction(stage.engine) as connection:  # noqa: PT012
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        rows = [{"key": f"{n:060}", "version": n} for n in range(2000)]
        connection.execute(sa.insert(VERSIONS), rows)
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
        connection.execute(sa.insert(VERSIONS), [{"key": "k", "version": 1}])


def test_upserts_go_in_key_order_so_that_workers_never_deadlock(stage):
    seen = []
    sa.event.listen(
        stage.engine,
        "before_cursor_execute",
        lambda _c, _u, _s, parameters, *_: seen.append(parameters),
    )
    with transaction(stage.engine) as connection:
        upsert(connection, VERSIONS, [{"key": key, "version": 1} for key in ("c", "a", "b", "a")])
    keys = [dict(row)["key"] if isinstance(row, dict) else row[0] for row in seen[-1]]
    assert keys == ["a", "b", "c"]
