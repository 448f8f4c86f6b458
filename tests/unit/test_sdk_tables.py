"""A register's tables: what comes twice, late or broken changes nothing that is right."""

from __future__ import annotations

import json
import tempfile

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract import topics
from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.sdk import rows, store, tables
from credstream.sdk.tables import AWARDS, CHANGES, DEFINITIONS, POSITIONS, UNREADABLE
from credstream.storage.engine import open_engine, transaction
from tests.support import databases, published
from tests.support.published import award, incarnations, key, message

INCARNATIONS = incarnations()


@pytest.fixture
def register(tmp_path):
    made = tables.database(databases.url(tmp_path, "register"))
    made.prepare()
    return made


def held(register, table=AWARDS):
    with transaction(register.source) as connection:
        return connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all()


def versions(register):
    return {row.key: row.version for row in held(register)}


def test_a_record_becomes_a_row_with_what_registers_ask_for(register):
    register.take([message(0, award(title="Fensterreinigung"))], INCARNATIONS)
    (row,) = held(register)
    assert (row.key, row.version, row.country, row.provider) == (key(), 1, "LU", "acme")
    assert (row.status, row.outcome, row.title) == ("issued", "confirmed", "Fensterreinigung")
    assert (row.definition, row.pseudonym, row.issued_on) == ("mc:de:d", "ab", "2026-03-06")
    assert (row.received_at, row.published_at) == (published.STATE.received_at,) * 2
    assert json.loads(row.record)["definition"]["title"] == {"de": "Fensterreinigung"}


def test_only_a_greater_version_replaces_a_row(register):
    for offset, version in enumerate((2, 1, 2, 3, 3, 1)):
        register.take([message(offset, award(version=version, title=f"at {offset}"))], INCARNATIONS)
    (row,) = held(register)
    assert (row.version, row.title) == (3, "at 3")


def test_the_greatest_version_of_a_batch_wins_whatever_its_place(register):
    register.take([message(n, award(version=v)) for n, v in enumerate((1, 3, 2))], INCARNATIONS)
    assert versions(register) == {key(): 3}


def test_a_tombstone_deletes_the_row_and_a_later_record_brings_it_back(register):
    register.take([message(0, award(version=4)), message(1, award(key(1)))], INCARNATIONS)
    register.take([message(2)], INCARNATIONS)
    assert versions(register) == {key(1): 1}
    register.take(
        [message(3, award(version=5)), message(4), message(5, award(version=6))], INCARNATIONS
    )
    assert versions(register) == {key(): 6, key(1): 1}
    register.take([message(6, award(version=7)), message(7)], INCARNATIONS)
    assert versions(register) == {key(1): 1}


def test_definitions_and_changes_have_tables_of_their_own_and_every_change_stays(register):
    told = [published.change(version=version) for version in (1, 2, 2)]
    register.take(
        [message(n, record, topics.CHANGES) for n, record in enumerate(told)]
        + [message(0, published.definition(version=2), topics.DEFINITIONS)],
        INCARNATIONS,
    )
    assert [(row.version, row.change, row.outcome) for row in held(register, CHANGES)] == [
        (1, "issued", "confirmed"),
        (2, "issued", "confirmed"),
    ]
    assert [(row.version, row.title) for row in held(register, DEFINITIONS)] == [(2, "A course")]
    assert held(register) == []


@pytest.mark.parametrize("title", ["a\0b", "\0", "a\\u0000b", "a\\\0b", "ü\U0001f600'\"\\"])
def test_a_text_with_a_nul_is_kept_without_it_and_others_as_they_are(register, title):
    register.take([message(0, award(title=title))], INCARNATIONS)
    (row,) = held(register)
    assert row.title == title.replace("\0", "\ufffd")
    assert json.loads(row.record)["definition"]["title"]["de"] == row.title
    if databases.real():
        with transaction(register.source) as connection:
            query = sa.text(
                "SELECT record::jsonb->'definition'->'title'->>'de' FROM published_award"
            )
            assert connection.execute(query).scalar() == row.title


def test_a_position_is_kept_with_its_rows_or_neither_is(register):
    register.take([message(6, award())], INCARNATIONS)
    assert register.positions(INCARNATIONS) == {(published.AWARDS, 0): 7}
    with pytest.raises(KeyError):
        register.take([message(7, award(version=2))], {})
    assert versions(register) == {key(): 1}
    assert register.positions(INCARNATIONS) == {(published.AWARDS, 0): 7}


@pytest.mark.parametrize("other", [incarnations(cluster="c-2"), incarnations(made="t-2")])
def test_another_cluster_or_a_topic_made_anew_begins_at_the_beginning(register, other):
    register.take([message(6, award(version=3))], INCARNATIONS)
    assert register.positions(other) == {}
    register.take([message(0, award(version=1, title="older")), message(1, award(key(1)))], other)
    assert versions(register) == {key(): 3, key(1): 1}
    assert register.positions(other) == {(published.AWARDS, 0): 2}


def test_two_clusters_are_followed_side_by_side(register):
    register.take([message(6, award())], INCARNATIONS)
    register.take([message(2, award(key(1)), partition=4)], incarnations(cluster="c-2"))
    assert register.positions(INCARNATIONS) == {(published.AWARDS, 0): 7}
    assert register.positions(incarnations(cluster="c-2")) == {(published.AWARDS, 4): 3}


def test_forgetting_positions_keeps_the_rows(register):
    register.take([message(6, award())], INCARNATIONS)
    register.forget([published.AWARDS])
    assert register.positions(INCARNATIONS) == {}
    assert versions(register) == {key(): 1}


def test_what_cannot_be_read_is_kept_with_its_place_and_passed_over(register):
    broken = message(5, None, fault="avro.magic: no\0thing", key="k\0", value=b"\x00\xff")
    register.take([broken, message(6, award())], INCARNATIONS)
    register.take([broken], INCARNATIONS)
    (row,) = held(register, UNREADABLE)
    assert (row.topic, row.partition, row.offset) == (published.AWARDS, 0, 5)
    assert (row.reason, row.key, bytes(row.value)) == ("avro.magic: no\ufffdthing", "k\ufffd", b"\x00\xff")  # fmt: skip
    assert versions(register) == {key(): 1}


def test_tables_are_made_once_and_found_again(register):
    register.take([message(0, award())], INCARNATIONS)
    register.prepare()
    assert len(held(register, POSITIONS)) == 1


STEPS = st.lists(
    st.tuples(st.sampled_from(range(3)), st.sampled_from(["write", "write", "delete"])),
    min_size=1, max_size=12,
)  # fmt: skip


@pytest.mark.embedded
@given(STEPS, st.lists(st.integers(0, 12), max_size=4), st.integers(1, 5))
def test_any_redelivery_ends_in_the_same_tables(steps, rewinds, size):
    """A reader that goes back to any earlier place, any number of times."""
    history, last = [], {}
    for offset, (number, what) in enumerate(steps):
        version = last.get(number, 0) + 1
        last[number] = version
        record = award(key(number), version) if what == "write" else None
        history.append(message(offset, record, key=key(number)))
    with tempfile.TemporaryDirectory() as folder:
        once = tables.database(f"sqlite:///{folder}/once.db")
        again = tables.database(f"sqlite:///{folder}/again.db")
        for each in (once, again):
            each.prepare()
        once.take(history, INCARNATIONS)
        for start in (0, *sorted(rewinds), 0):
            rest = history[start:]
            for place in range(0, len(rest), size):
                again.take(rest[place : place + size], INCARNATIONS)
        assert held(again) == held(once)
        for each in (once, again):
            each.source.dispose()


def test_a_row_says_the_country_of_its_key():
    assert [rows.country_of(each) for each in (key(), "mc:zz:x", "else", "")] == ["LU", "ZZ", "ZZ", "ZZ"]  # fmt: skip


@pytest.mark.parametrize(
    "url",
    ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///", "sqlite:////no/such/folder/x.db", "sqlite:////tmp", ""],
)  # fmt: skip
def test_an_address_that_can_be_no_database_is_refused(url):
    with pytest.raises(tables.AddressError):
        tables.database(url)


@pytest.mark.parametrize("name", ["postgresql", "postgres", "postgresql+psycopg"])
def test_the_usual_address_of_postgresql_is_understood(name):
    made = tables.database(
        f"{name}://me:secret@db.example:5433/register?sslmode=require"
    ).source.url
    assert made.drivername == "postgresql+psycopg"
    assert (made.password, made.port, made.query["sslmode"]) == ("secret", 5433, "require")


@pytest.mark.embedded
def test_a_database_that_is_locked_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(timeouts, "DATABASE_LOCK_SECONDS", 0)
    impatient = tables.database(f"sqlite:///{tmp_path}/x.db")
    impatient.prepare()
    with open_engine(f"sqlite:///{tmp_path}/x.db").begin(), pytest.raises(Unavailable):
        impatient.take([message(0, award())], INCARNATIONS)


@pytest.mark.real
def test_a_database_that_refuses_says_so_in_one_line(tmp_path):
    made = tables.database(databases.schema())
    with transaction(made.source) as connection:
        connection.execute(sa.text("CREATE TABLE published_award (key TEXT PRIMARY KEY)"))
    made.prepare()
    with pytest.raises(tables.DatabaseError, match='column "version"'):
        made.take([message(0, award())], INCARNATIONS)


def test_a_program_of_a_register_may_import_the_tables_by_their_earlier_name():
    assert (store.Register, store.database) == (tables.Register, tables.database)
