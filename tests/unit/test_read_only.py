"""Whoever reads a service's database from outside changes nothing and waits for nobody."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from credstream.contract.errors import Unavailable
from credstream.storage.engine import open_engine, transaction
from credstream.storage.read_only import reading
from credstream.storage.tables import METADATA, PROVIDERS
from tests.support import databases

IDS = sa.select(PROVIDERS.c.id)


@pytest.fixture
def url(tmp_path):
    """The address of a database with our tables, of which one names the provider `acme`."""
    made = databases.url(tmp_path, "ingest")
    source = open_engine(made)
    with transaction(source) as connection:
        METADATA.create_all(connection)
        connection.execute(sa.insert(PROVIDERS), {"id": "acme", "record": b""})
    source.dispose()
    return made


@pytest.fixture
def writer(url):
    """What a worker has: an engine whose connection stays open."""
    source = open_engine(url)
    with transaction(source) as connection:
        connection.execute(IDS)
    yield source
    source.dispose()


def test_a_reader_reads_and_cannot_write(url):
    with reading(url) as connection:
        assert connection.execute(IDS).scalars().all() == ["acme"]
    with pytest.raises(Unavailable), reading(url) as connection:
        connection.execute(sa.delete(PROVIDERS))
    with reading(url) as connection:
        assert connection.execute(IDS).scalars().all() == ["acme"]


def test_a_reader_waits_for_no_writer_and_no_writer_waits_for_it(url, writer):
    with reading(url) as reader, transaction(writer) as connection:
        connection.execute(sa.insert(PROVIDERS), {"id": "late", "record": b""})
        assert reader.execute(IDS).scalars().all() == ["acme"]


def test_a_reader_sees_one_state_of_the_database(url, writer):
    with reading(url) as reader:
        assert reader.execute(IDS).scalars().all() == ["acme"]
        with transaction(writer) as connection:
            connection.execute(sa.insert(PROVIDERS), {"id": "late", "record": b""})
        assert reader.execute(IDS).scalars().all() == ["acme"]
    with reading(url) as reader:
        assert sorted(reader.execute(IDS).scalars()) == ["acme", "late"]


def test_a_table_that_is_not_there_is_unavailable(tmp_path):
    url = databases.url(tmp_path, "empty")
    if not databases.real():
        (tmp_path / "empty.db").touch()
    with pytest.raises(Unavailable, match="no such table"), reading(url) as connection:
        connection.execute(IDS)


@pytest.mark.embedded
def test_a_file_that_nobody_has_open_gets_no_other_beside_it(url, tmp_path):
    with reading(url) as connection:
        assert connection.execute(IDS).scalars().all() == ["acme"]
        assert [path.name for path in tmp_path.iterdir()] == ["ingest.db"]


@pytest.mark.embedded
def test_a_reader_adds_no_file_to_those_of_a_worker_that_runs(url, writer, tmp_path):
    with transaction(writer) as connection:
        connection.execute(sa.insert(PROVIDERS), {"id": "late", "record": b""})
    before = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert set(before) == {"ingest.db", "ingest.db-wal", "ingest.db-shm"}
    with reading(url) as connection:
        assert sorted(connection.execute(IDS).scalars()) == ["acme", "late"]
    assert {path.name: path.stat().st_size for path in tmp_path.iterdir()} == before


@pytest.mark.embedded
def test_a_file_that_is_not_there_is_unavailable_and_is_not_created(tmp_path):
    with pytest.raises(Unavailable), reading(f"sqlite:///{tmp_path}/none.db") as connection:
        connection.execute(IDS)
    assert not [*tmp_path.iterdir()]
