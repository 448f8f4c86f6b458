"""What a dry run knows comes from an exchange's own tables, which it reads and leaves alone."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.exchange.dry_run.choose import lookups_in
from credstream.exchange.dry_run.pipeline import try_submission
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.local.examples import EXAMPLES
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import METADATA, PROVIDERS
from services.accreditation.organisations import tokens
from services.accreditation.tables import ACCREDITATIONS, TOKENS
from services.normalise.tables import DEFINITIONS
from tests.support import databases, stacks

NOWHERE = Path("nowhere")
SENT = EXAMPLES / "submissions" / "metis-like"
PROVIDER = "metis-like"
SERVICES = ("ingest", "normalise", "accreditation")
AT = 1_795_000_000_000


@pytest.fixture
def folder(tmp_path):
    """The folder of an exchange, embedded or on servers, that knows one provider alone."""
    (tmp_path / "state").mkdir()
    if databases.real():
        on_servers(tmp_path, own_databases())
    write(tmp_path, "ingest", [(PROVIDERS, metis_row())])
    write(tmp_path, "normalise", [])
    write(tmp_path, "accreditation", [])
    return tmp_path


def own_databases():
    """The beginning of the addresses of fresh databases, one for each service."""
    whole = stacks.stack().addresses()["database"]
    prefix = f"t_{uuid.uuid4().hex}_"
    with psycopg.connect(f"{whole}registry".replace("+psycopg", ""), autocommit=True) as connection:
        for name in SERVICES:
            connection.execute(f"CREATE DATABASE {prefix}{name}")
    return whole + prefix


def on_servers(folder, database):
    """Let the folder's last run have been on servers whose databases begin with an address."""
    (folder / "stack.json").write_text(json.dumps({"database": database}))
    (folder / "stack").write_text(str(folder / "stack.json"))


def write(folder, service, rows):
    """Put rows into a service's database, which nobody has open afterwards."""
    source = open_engine(ExchangeFolder(folder).url(service))
    with transaction(source) as connection:
        METADATA.create_all(connection)
        for table, row in rows:
            connection.execute(sa.insert(table), row)
    source.dispose()


def metis_row():
    provider = lookups_in(NOWHERE, PROVIDER, AT).provider
    return {"id": PROVIDER, "record": Codec().encode(provider)}


def load_accreditations(folder):
    codec = Codec()
    every = lookups_in(NOWHERE, PROVIDER, AT).accreditations(set())
    records = {each.id: each for listed in every.values() for each in listed}.values()
    rows = [
        (ACCREDITATIONS, {"id": each.id, "as_of": each.as_of, "record": codec.encode(each)})
        for each in records
    ]
    pairs = [(each, token) for each in records for token in tokens(each.organisation)]
    rows += [(TOKENS, {"token": token, "id": each.id}) for each, token in pairs]
    write(folder, "accreditation", rows)


def hold_definition(folder):
    content = (SENT / "01-core-definition.json").read_bytes()
    record = try_submission(content, lookups_in(NOWHERE, PROVIDER, AT), AT).credentials[0].record
    row = {"key": record.key, "since": "", "registered": True, "record": Codec().encode(record)}
    write(folder, "normalise", [(DEFINITIONS, row)])


def core_award(folder):
    content = (SENT / "02-core-award.json").read_bytes()
    return try_submission(content, lookups_in(folder, PROVIDER, AT), AT)


def files_of(folder):
    return {path.name: path.read_bytes() for path in (folder / "state").iterdir()}


@pytest.mark.embedded
def test_without_an_exchange_the_examples_are_known():
    lookups = lookups_in(NOWHERE, PROVIDER, AT)
    assert lookups.provider.id == PROVIDER
    assert lookups.loaded


def test_definitions_and_lists_of_an_exchange_decide(folder):
    assert core_award(folder).status == "held"
    hold_definition(folder)
    assert core_award(folder).awards[0].judgement.reason == "source.missing"
    load_accreditations(folder)
    assert core_award(folder).awards[0].judgement.outcome == "recognised"


def test_only_the_registrations_of_an_exchange_count(folder):
    with pytest.raises(CommandError, match="registered: metis-like") as error:
        lookups_in(folder, "festo-like", AT)
    assert error.value.kind is Kind.MISUSE


@pytest.mark.embedded
def test_the_databases_of_an_exchange_on_servers_are_read_there(folder, tmp_path):
    """Its folder may still hold the tables of an embedded run, which say nothing any more."""
    (tmp_path / "servers").mkdir()
    on_servers(folder, f"sqlite:///{tmp_path}/servers/")
    write(folder, "ingest", [(PROVIDERS, metis_row() | {"id": "acme"})])
    with pytest.raises(CommandError, match="registered: acme"):
        lookups_in(folder, PROVIDER, AT)


@pytest.mark.embedded
def test_servers_that_are_away_are_told_from_an_exchange_that_never_was(tmp_path):
    on_servers(tmp_path, "postgresql+psycopg://user:secret@127.0.0.1:1/")
    with pytest.raises(CommandError, match="nothing listens there.*make kafka-up") as error:
        lookups_in(tmp_path, PROVIDER, AT)
    assert error.value.kind is Kind.AWAY
    assert "secret" not in str(error.value)


@pytest.mark.embedded
def test_an_exchange_is_left_as_it_was(folder):
    hold_definition(folder)
    load_accreditations(folder)
    before = files_of(folder)
    assert set(before) == {"ingest.db", "normalise.db", "accreditation.db"}
    assert core_award(folder).status == "published"
    assert files_of(folder) == before


@pytest.mark.embedded
def test_what_a_running_service_has_just_written_counts_and_no_file_appears(folder):
    source = open_engine(ExchangeFolder(folder).url("normalise"))
    with source.connect():
        hold_definition(folder)
        before = files_of(folder)
        assert before["normalise.db-wal"]
        assert core_award(folder).status == "published"
        assert files_of(folder).keys() == before.keys()
    source.dispose()


@pytest.mark.embedded
def test_an_exchange_that_has_only_begun_knows_little(folder):
    for name in ("normalise", "accreditation"):
        (folder / "state" / f"{name}.db").unlink()
    assert core_award(folder).status == "held"


@pytest.mark.embedded
def test_tables_that_cannot_be_read_are_named(folder):
    (folder / "state" / "ingest.db").write_bytes(b"no database" * 1000)
    with pytest.raises(CommandError, match=r"ingest\.db") as error:
        lookups_in(folder, PROVIDER, AT)
    assert error.value.kind is Kind.AWAY
