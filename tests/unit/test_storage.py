"""Transactions: what is away is told from what is wrong, and nothing is half done."""

from __future__ import annotations

import sqlite3
import threading
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError, InternalError

from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.storage import engine, limited
from credstream.storage.engine import open_engine, transaction
from credstream.storage.statements import in_chunks, keys_query, select_by_keys, upsert
from tests.support import databases, stages
from tests.support.stages import VERSIONS


@pytest.fixture
def made(tmp_path):
    return stages.database(tmp_path)


def rows(made):
    with transaction(made) as connection:
        query = sa.select(VERSIONS).order_by(VERSIONS.c.key)
        return [tuple(row) for row in connection.execute(query)]


def write(connection, *pairs):
    upsert(connection, VERSIONS, [{"key": key, "version": version} for key, version in pairs])


def test_what_raises_leaves_nothing_behind(made):
    with pytest.raises(ZeroDivisionError), transaction(made) as connection:  # noqa: PT012
        write(connection, ("a", 1))
        raise ZeroDivisionError
    assert rows(made) == []


@pytest.mark.embedded
def test_what_is_committed_is_on_disk(made):
    with transaction(made) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


@pytest.mark.embedded
def test_counters_of_two_threads_lose_nothing(made):
    def work():
        for _ in range(25):
            with transaction(made) as connection:
                found = connection.execute(sa.select(VERSIONS.c.version)).scalar() or 0
                write(connection, ("a", found + 1))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert rows(made) == [("a", 50)]


def test_a_reader_waits_for_no_lock_longer_than_it_should(made, tmp_path, monkeypatch):
    monkeypatch.setattr(timeouts, "DATABASE_LOCK_SECONDS", 0)
    other = sqlite3.connect(tmp_path / "toy.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    impatient = open_engine(f"sqlite:///{tmp_path}/toy.db")
    with pytest.raises(Unavailable, match="locked"), transaction(impatient):
        pass
    other.execute("ROLLBACK")
    other.close()


def test_a_folder_in_the_place_of_the_file_is_unavailable(tmp_path):
    with pytest.raises(Unavailable), transaction(open_engine(f"sqlite:///{tmp_path}")):
        pass


def test_a_violated_constraint_is_a_bug_and_not_an_outage(made):
    with pytest.raises(sa.exc.IntegrityError), transaction(made) as connection:
        connection.execute(sa.insert(VERSIONS), [{"key": "a", "version": None}])


def fake(error, *, invalidated=False):
    """A driver's error as SQLAlchemy passes it on."""
    found = error("SELECT secret", {"name": "Jane"}, SimpleNamespace(sqlstate="x"))
    found.connection_invalidated = invalidated
    return found


@pytest.mark.parametrize(("state", "away"), [("25006", True), ("25P02", False), ("22021", False)])
def test_a_standby_is_away_and_a_failed_transaction_is_a_bug(made, state, away):
    error = fake(InternalError)
    error.orig.sqlstate = state
    with pytest.raises(Unavailable if away else InternalError), transaction(made):
        raise error


def test_a_lost_connection_is_unavailable_whatever_the_driver_calls_it(made):
    with pytest.raises(Unavailable), transaction(made):
        raise fake(DBAPIError, invalidated=True)


def test_what_is_told_of_an_outage_holds_neither_statement_nor_values(made):
    with pytest.raises(Unavailable) as caught, transaction(made):
        raise fake(sa.exc.OperationalError)
    assert "Jane" not in str(caught.value)
    assert "secret" not in str(caught.value)


@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 9)), max_size=9),
    st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 9)), max_size=9),
)
def test_upserts_are_a_dictionary(first, second):
    made = sa.create_engine("sqlite://")
    with transaction(made) as connection:
        stages.TABLES.create_all(connection)
        write(connection, *first)
        write(connection, *second)
        found = dict(map(tuple, connection.execute(sa.select(VERSIONS))))
    made.dispose()
    assert found == dict(first) | dict(second)


def test_more_values_than_a_statement_takes_are_asked_for_in_pieces(made):
    keys = {f"{n:06}" for n in range(1, 40_001, 2)}
    with transaction(made) as connection:
        write(connection, *((key, 1) for key in keys))
        wanted = {f"{n:06}" for n in range(40_001)}
        found = select_by_keys(connection, keys_query(sa.select(VERSIONS), VERSIONS.c.key), wanted)
    assert {row.key for row in found} == keys


@pytest.mark.real
def test_postgresql_plans_a_query_once_however_many_values_are_asked_for(made):
    found = keys_query(sa.select(VERSIONS), VERSIONS.c.key)
    prepared = sa.text(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT toy_%'"
    )
    with transaction(made) as connection:
        write(connection, ("a", 1), ("b", 2))
        for count in range(1, 30):
            wanted = {"a", *(f"{n}" for n in range(count))}
            assert [row.key for row in select_by_keys(connection, found, wanted)] == ["a"]
        assert connection.execute(prepared).scalar() == 1
        assert select_by_keys(connection, found, set()) == []


@given(st.lists(st.integers(), max_size=20), st.integers(1, 7))
def test_pieces_are_the_whole(values, size):
    pieces = list(in_chunks(values, size))
    assert [each for piece in pieces for each in piece] == values
    assert all(0 < len(piece) <= size for piece in pieces)


@pytest.mark.real
def test_a_transaction_that_says_nothing_is_ended_and_gives_its_locks_back(tmp_path):
    address = databases.url(tmp_path, "idle")
    waits = open_engine(address, 0.3)
    with transaction(waits) as connection:
        stages.TABLES.create_all(connection)
    with pytest.raises(Unavailable, match="PATIENCE"), transaction(waits) as connection:  # noqa: PT012
        write(connection, ("a", 1))
        with transaction(open_engine(address)) as other:
            write(other, ("a", 2))  # waits for the lock
        rows(waits)
        write(connection, ("b", 1))
    assert rows(waits) == [("a", 2)]


SLEEP = sa.text("SELECT pg_sleep(30)")
# Statements of half a second, by the share of a worker's patience.
SHORT = timeouts.PATIENCE_SECONDS * 0.5 / timeouts.DATABASE_STATEMENT_SECONDS


@pytest.mark.real
@pytest.mark.parametrize("role", ["database", "vault"])
def test_a_statement_that_takes_too_long_is_ended_and_the_connection_goes_on(tmp_path, role):
    made = open_engine(databases.url(tmp_path, "slow"), SHORT, role)
    session = sa.text("SELECT pg_backend_pid()")
    with transaction(made) as connection:
        before = connection.execute(session).scalar()
    too_long = pytest.raises(Unavailable, match="a statement took too long")
    with too_long as ended, transaction(made) as connection:
        connection.execute(SLEEP)
    assert ended.value.cause == role
    with transaction(made) as connection:
        assert connection.execute(session).scalar() == before


@pytest.mark.real
def test_a_server_that_does_not_end_a_statement_is_not_waited_for(tmp_path):
    made = open_engine(databases.url(tmp_path, "frozen"), SHORT, "database")
    with pytest.raises(Unavailable, match="no answer"), transaction(made) as connection:  # noqa: PT012
        connection.execute(sa.text("SET statement_timeout = 0"))
        connection.execute(SLEEP)
    with transaction(made) as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1


@pytest.mark.real
def test_a_migration_may_take_its_time_and_leaves_no_connection_without_a_limit(tmp_path):
    made = open_engine(databases.url(tmp_path, "long"), SHORT, "database")
    with transaction(made) as connection:
        limited.lift(connection)
        connection.execute(sa.text("SELECT pg_sleep(1.5)"))
    with pytest.raises(Unavailable), transaction(made) as connection:
        connection.execute(SLEEP)


@pytest.mark.real
def test_a_worker_ends_the_sessions_of_its_earlier_lives_and_no_others(tmp_path):
    address, elsewhere = databases.url(tmp_path, "own"), databases.url(tmp_path, "other")
    asleep, neighbour, stranger = open_engine(address), open_engine(address), open_engine(elsewhere)
    for made, name in ((asleep, "toy-0"), (neighbour, "toy-1"), (stranger, "toy-0")):
        engine.name_sessions(made, name)
    late = open_engine(address)
    engine.name_sessions(late, "toy-0")
    one = sa.text("SELECT 1")
    with neighbour.begin() as second, stranger.begin() as third:
        with pytest.raises(Unavailable, match="ended the session"), transaction(asleep) as first:  # noqa: PT012
            for connection in (first, second, third):
                connection.execute(one)
            engine.end_earlier_sessions(late)
            first.execute(one)
        assert (second.execute(one).scalar(), third.execute(one).scalar()) == (1, 1)
    engine.end_earlier_sessions(late)
    with transaction(late) as connection:
        assert connection.execute(one).scalar() == 1
