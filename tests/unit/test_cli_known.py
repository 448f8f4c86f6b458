from pathlib import Path

import pytest
import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.exchange.dry_run.lookups import known_in
from credstream.exchange.dry_run.pipeline import rehearse
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.local.examples import EXAMPLES
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import METADATA, PROVIDERS
from services.accreditation.organisations import tokens
from services.accreditation.tables import ACCREDITATIONS, TOKENS
from services.normalise.tables import DEFINITIONS

NOWHERE = Path("nowhere")
SENT = EXAMPLES / "submissions" / "metis-like"
PROVIDER = "metis-like"
AT = 1_795_000_000_000


def write(folder, service, rows):
    """Put rows into a service's database, which nobody has open afterwards."""
    source = open_engine(f"sqlite:///{folder}/state/{service}.db")
    with transaction(source) as connection:
        METADATA.create_all(connection)
        for table, row in rows:
            connection.execute(sa.insert(table), row)
    source.dispose()


@pytest.fixture
def folder(tmp_path):
    """An exchange that knows one provider and nothing else."""
    (tmp_path / "state").mkdir()
    provider = known_in(NOWHERE, PROVIDER, AT).provider
    write(tmp_path, "ingest", [(PROVIDERS, {"id": PROVIDER, "record": Codec().encode(provider)})])
    write(tmp_path, "normalise", [])
    write(tmp_path, "accreditation", [])
    return tmp_path


def load_accreditations(folder):
    codec = Codec()
    every = known_in(NOWHERE, PROVIDER, AT).accreditations(set())
    records = {each.id: each for listed in every.values() for each in listed}.values()
    rows = [
        (ACCREDITATIONS, {"id": each.id, "as_of": each.as_of, "record": codec.encode(each)})
        for each in records
    ]
    found = [(each, token) for each in records for token in tokens(each.organisation)]
    rows += [(TOKENS, {"token": token, "id": each.id}) for each, token in found]
    write(folder, "accreditation", rows)


def hold_definition(folder):
    content = (SENT / "01-core-definition.json").read_bytes()
    record = rehearse(content, known_in(NOWHERE, PROVIDER, AT), AT).credentials[0].record
    row = {"key": record.key, "since": "", "registered": True, "record": Codec().encode(record)}
    write(folder, "normalise", [(DEFINITIONS, row)])


def core_award(folder):
    content = (SENT / "02-core-award.json").read_bytes()
    return rehearse(content, known_in(folder, PROVIDER, AT), AT)


def state_of(folder):
    return {path.name: path.read_bytes() for path in (folder / "state").iterdir()}


def test_without_an_exchange_the_examples_are_known():
    known = known_in(NOWHERE, PROVIDER, AT)
    assert known.provider.id == PROVIDER
    assert known.loaded


def test_definitions_and_lists_of_an_exchange_decide(folder):
    assert core_award(folder).outcome == "held"
    hold_definition(folder)
    assert core_award(folder).awards[0].judgement.reason == "source.missing"
    load_accreditations(folder)
    assert core_award(folder).awards[0].judgement.outcome == "recognised"


def test_only_the_registrations_of_an_exchange_count(folder):
    with pytest.raises(CommandError, match="registered: metis-like") as trouble:
        known_in(folder, "festo-like", AT)
    assert trouble.value.kind is Kind.MISUSE


def test_an_exchange_is_left_as_it_was(folder):
    hold_definition(folder)
    load_accreditations(folder)
    before = state_of(folder)
    assert set(before) == {"ingest.db", "normalise.db", "accreditation.db"}
    assert core_award(folder).outcome == "published"
    assert state_of(folder) == before


def test_what_a_running_service_has_just_written_counts(folder):
    source = open_engine(f"sqlite:///{folder}/state/normalise.db")
    with source.connect():
        hold_definition(folder)
        assert (folder / "state" / "normalise.db-wal").stat().st_size
        assert core_award(folder).outcome == "published"
    source.dispose()


def test_an_exchange_that_has_only_begun_knows_little(folder):
    for name in ("normalise", "accreditation"):
        (folder / "state" / f"{name}.db").unlink()
    assert core_award(folder).outcome == "held"


def test_tables_that_cannot_be_read_are_named(folder):
    (folder / "state" / "ingest.db").write_bytes(b"no database" * 1000)
    with pytest.raises(CommandError, match=r"ingest\.db") as trouble:
        known_in(folder, PROVIDER, AT)
    assert trouble.value.kind is Kind.AWAY
