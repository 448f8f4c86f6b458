import json

import pytest
import sqlalchemy as sa
import typer

from credstream.exchange import journals
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.journals import ToForget
from credstream.interfaces.cli import operate
from credstream.interfaces.cli.exit_codes import MISUSE
from credstream.storage import journal, migrate
from credstream.storage.comparison import Found, Verdict, compare
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import BREAKER

PARTITION = ("normalised.v1", 3)
ALICE = b"Alice Canary"
OUTPUTS = ((0, journal.Output("accredited.v1", b"mc:be:1", ALICE)),)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("DATABASE_URL", "VAULT_URL", "KEK", "KEK_FILE", "BATCH_SIZE", "MIGRATE"):
        monkeypatch.delenv(f"CREDSTREAM_{name}", raising=False)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "state").mkdir()
    for name in ("accreditation", "vault"):
        (tmp_path / "state" / f"{name}.db").touch()
    return tmp_path


@pytest.fixture
def database(folder):
    """The migrated database of accreditation."""
    source = open_engine(ExchangeFolder(folder).url("accreditation"))
    migrate.upgrade(source, migrate.folders("accreditation"))
    yield source
    source.dispose()


@pytest.fixture
def journalled(database):
    """One row, from a batch whose outputs Kafka may not have."""
    with transaction(database) as connection:
        journal.move(
            connection, "cluster-1", {PARTITION: None}, {PARTITION: journal.Move(5, 9, OUTPUTS)}
        )
    return database


@pytest.fixture
def stopped(database):
    row = {"worker": "accreditation-0", "version": "1", "reason": "too many refusals"}
    with transaction(database) as connection:
        connection.execute(sa.insert(BREAKER), row)
    return database


def row_of(source):
    with transaction(source) as connection:
        return journal.read(connection, [PARTITION])[PARTITION]


def test_an_open_breaker_is_closed_and_its_reason_named(stopped, folder, capsys):
    assert operate.close_breaker("accreditation", folder) == 0
    assert "too many refusals" in capsys.readouterr().out
    with transaction(stopped) as connection:
        assert connection.execute(sa.select(BREAKER)).first() is None


@pytest.mark.usefixtures("database")
def test_closing_what_is_not_open_is_no_failure(folder, capsys):
    assert operate.close_breaker("accreditation", folder) == 0
    assert "no breaker" in capsys.readouterr().out


@pytest.mark.parametrize("service", ["accreditation", "vault"])
def test_a_database_is_migrated_once(folder, capsys, service):
    assert operate.migrate_database(service, folder) == 0
    assert f"{service} is now at" in capsys.readouterr().out
    assert operate.migrate_database(service, folder) == 0
    assert f"{service} was at" in capsys.readouterr().out
    where = migrate.VAULT if service == "vault" else migrate.folders(service)
    migrate.check(open_engine(ExchangeFolder(folder).url(service)), where)


def test_a_database_of_a_newer_version_is_left_alone(database, folder):
    with transaction(database) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'z' || version_num"))
    with pytest.raises(CommandError, match="another version"):
        operate.migrate_database("accreditation", folder)


def test_the_vault_may_be_named_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("CREDSTREAM_VAULT_URL", f"sqlite:///{tmp_path}/elsewhere.db")
    assert operate.migrate_database("vault", tmp_path / "none") == 0
    migrate.check(open_engine(f"sqlite:///{tmp_path}/elsewhere.db"), migrate.VAULT)


def test_without_a_vault_there_is_a_way_out(tmp_path):
    with pytest.raises(CommandError, match="CREDSTREAM_VAULT_URL") as failed:
        operate.migrate_database("vault", tmp_path)
    assert failed.value.kind is Kind.MISUSE


@pytest.mark.usefixtures("journalled")
def test_the_journal_shows_positions_and_keeps_its_outputs_to_itself(folder, capsys):
    assert operate.show_journal("accreditation", folder, as_json=True) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed) == [
        {
            "topic": "normalised.v1",
            "partition": 3,
            "cluster": "cluster-1",
            "since": 5,
            "upto": 9,
            "outputs": 1,
        }
    ]
    assert operate.show_journal("accreditation", folder, as_json=False) == 0
    shown = capsys.readouterr().out
    assert "normalised.v1" in shown
    assert "Alice" not in printed + shown


@pytest.fixture
def six_again(monkeypatch):
    """What the broker says; tests/broker/test_journal_forget.py asks a real one."""
    monkeypatch.setattr(journals, "to_forget", lambda *_: ToForget(1, 1, 6))


@pytest.mark.usefixtures("six_again")
def test_a_forgotten_journal_trusts_the_broker(journalled, folder, capsys):
    assert operate.forget_journal("accreditation", folder, again=6) == 0
    assert "1 rows forgotten" in capsys.readouterr().out
    assert compare(PARTITION, row_of(journalled), "another cluster", Found(42, 0, 99)) == Verdict(
        42
    )


@pytest.mark.usefixtures("six_again")
@pytest.mark.parametrize("number", [0, 5, 7])
def test_who_expects_another_number_to_be_read_again_keeps_the_journal(
    journalled, folder, number, capsys
):
    assert operate.forget_journal("accreditation", folder, again=number) == MISUSE
    assert "6 messages would be read again" in capsys.readouterr().err
    assert row_of(journalled).upto == 9


@pytest.mark.usefixtures("six_again")
@pytest.mark.parametrize(("typed", "code"), [(6, 0), (0, MISUSE)])
def test_an_operator_reads_what_comes_again_and_types_the_number(
    folder, journalled, typed, code, monkeypatch, capsys
):
    monkeypatch.setattr(typer, "prompt", lambda _text, **_more: typed)
    assert operate.forget_journal("accreditation", folder, again=None) == code
    shown = " ".join(capsys.readouterr().err.split())
    assert "6 messages that it has handled are read again, and 1 outputs" in shown
    assert (row_of(journalled).upto == 9) == bool(code)


@pytest.mark.parametrize(
    "work",
    [
        operate.close_breaker,
        lambda service, folder: operate.show_journal(service, folder, as_json=False),
        lambda service, folder: operate.forget_journal(service, folder, again=0),
    ],
    ids=["resume", "show", "forget"],
)
def test_a_database_without_tables_says_how_to_get_them(folder, work):
    with pytest.raises(CommandError, match="credstream migrate accreditation"):
        work("accreditation", folder)


def test_a_service_that_does_not_exist_is_misuse(folder):
    with pytest.raises(CommandError, match="ingest, normalise") as failed:
        operate.close_breaker("publishing", folder)
    assert failed.value.kind is Kind.MISUSE


def test_every_setting_is_shown_with_its_variable_and_secrets_hidden(monkeypatch, capsys):
    monkeypatch.setenv("CREDSTREAM_KEK", "ab" * 32)
    monkeypatch.setenv("CREDSTREAM_BATCH_SIZE", "7")
    assert operate.show_config(as_json=True) == 0
    text = capsys.readouterr().out
    rows = {each["variable"]: each for each in json.loads(text)}
    assert rows["CREDSTREAM_BATCH_SIZE"]["value"] == 7
    assert rows["CREDSTREAM_KEK"]["value"] == "(set)"
    assert all(each["doc"] for each in rows.values())
    assert operate.show_config(as_json=False) == 0
    text += capsys.readouterr().out
    assert "CREDSTREAM_BATCH_SIZE" in text
    assert "ab" * 32 not in text


def test_a_setting_that_cannot_be_read_is_named(monkeypatch):
    monkeypatch.setenv("CREDSTREAM_BATCH_SIZE", "many")
    with pytest.raises(CommandError, match="CREDSTREAM_BATCH_SIZE") as failed:
        operate.show_config(as_json=True)
    assert failed.value.kind is Kind.CONFIG
