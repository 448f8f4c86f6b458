"""Reference data, learners' keys, migrations and settings."""

from __future__ import annotations

import importlib

import pytest
import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.records import Provider
from credstream.contract.registration import provider_from
from credstream.process.settings import SettingsError, load, needed, secret_key, shown
from credstream.runtime.reference import Control, Reference, learn_provider, providers
from credstream.storage import migrate
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import METADATA
from credstream.storage.vault import KEYS, Erased, Vault
from tests.support import databases, simulation
from tests.support.producers import Producer, sender

CODEC = Codec()
ACME = Provider(id="acme", kind="provider", name="Acme", country="DE", status="active")
KEK = bytes(range(32))


@pytest.fixture
def client():
    return Producer()


@pytest.fixture
def reference(tmp_path, client):
    controls = (Control(topics.PROVIDERS, Provider, learn_provider(CODEC), exclusive=True),)
    database = simulation.database(f"{tmp_path}/r.db")
    return Reference(database, CODEC, sender(client), "c1", controls, "ingest")


def known(reference):
    with transaction(reference.engine) as connection:
        return providers(connection, CODEC, {"acme"})


def test_a_registration_is_taken_once_and_a_tombstone_takes_it_away(reference):
    reference.take(topics.PROVIDERS, 0, 4, b"acme", CODEC.encode(ACME))
    assert known(reference) == {"acme": ACME}
    assert reference.upto(topics.PROVIDERS, 0) == 4
    reference.take(topics.PROVIDERS, 0, 4, b"acme", None)
    assert known(reference) == {"acme": ACME}, "what was taken is not taken again"
    reference.take(topics.PROVIDERS, 0, 5, b"acme", None)
    assert known(reference) == {}


def test_offsets_of_another_cluster_count_for_nothing(reference):
    reference.take(topics.PROVIDERS, 0, 4, b"acme", CODEC.encode(ACME))
    reference.cluster_id = "c2"
    assert reference.upto(topics.PROVIDERS, 0) == -1


def test_a_record_that_cannot_be_read_is_a_dead_letter_and_the_next_one_is_taken(reference, client):
    reference.take(topics.PROVIDERS, 0, 0, b"acme", b"\x00\x00\x00\x00\x01rubbish")
    assert [(topic, value) for topic, value, _ in client.sent] == [
        (topics.dlq(topics.PROVIDERS), b"\x00\x00\x00\x00\x01rubbish")
    ]
    reference.take(topics.PROVIDERS, 0, 1, b"acme", CODEC.encode(ACME))
    assert known(reference) == {"acme": ACME}


@pytest.fixture
def vault(tmp_path):
    return Vault(simulation.database(f"{tmp_path}/v.db", _both()), KEK)


def _both():
    both = sa.MetaData()
    for table in (*METADATA.tables.values(), *KEYS.metadata.tables.values()):
        table.to_metadata(both)
    return both


def test_a_learner_has_one_key_for_ever(vault):
    first = vault.make_or_get(["a", "b"])
    vault._cache.clear()
    assert vault.make_or_get(["b", "a"]) == first
    assert first["a"] != first["b"]
    assert vault.get("a") == first["a"]


def test_keys_are_wrapped_where_they_lie(vault, tmp_path):
    key = vault.make_or_get(["a"])["a"]
    assert key not in b"".join(path.read_bytes() for path in tmp_path.glob("v.db*"))


def test_another_key_encryption_key_opens_nothing_and_is_told_apart_from_bad_data(vault):
    vault.make_or_get(["a"])
    with pytest.raises(Unavailable, match="key-encryption key"):
        Vault(vault.engine, bytes(32)).get("a")


def test_an_erased_learner_is_erased_for_good(vault):
    vault.make_or_get(["a"])
    vault.erase("a")
    with pytest.raises(Erased):
        vault.get("a")
    assert vault.make_or_get(["a"]) == {"a": None}


@pytest.mark.parametrize("service", topics.SERVICES)
def test_migrations_make_the_tables_that_the_code_expects(service, tmp_path):
    importlib.import_module(f"services.{service}.tables")
    own = {t.name for t in METADATA.tables.values()}
    database = open_engine(databases.url(tmp_path, "m"))
    where = migrate.folders(service)
    with pytest.raises(migrate.SchemaError, match="behind"):
        migrate.check(database, where)
    migrate.upgrade(database, where)
    migrate.check(database, where)
    with transaction(database) as connection:
        inspector = sa.inspect(connection)
        made = set(inspector.get_table_names()) - {"alembic_version"}
        assert {"journal", "epoch", "breaker", "reference", "providers"} <= made <= own
        for name in made:
            expected = METADATA.tables[name].columns
            found = {column["name"]: column for column in inspector.get_columns(name)}
            assert set(found) == {column.name for column in expected}, name
            for column in expected:
                assert found[column.name]["nullable"] == column.nullable, (name, column.name)
                assert str(found[column.name]["type"]) == str(column.type.compile(database.dialect))
            keys = inspector.get_pk_constraint(name)["constrained_columns"]
            assert set(keys) == {column.name for column in METADATA.tables[name].primary_key}, name
        assert connection.exec_driver_sql("SELECT id, changes FROM epoch").all() == [(1, 0)]
    migrate.upgrade(database, where)


def test_a_database_of_a_newer_version_is_told_apart(tmp_path):
    database = open_engine(databases.url(tmp_path, "m"))
    migrate.upgrade(database, migrate.folders("ingest"))
    with transaction(database) as connection:
        connection.exec_driver_sql(
            "UPDATE alembic_version SET version_num = 'i9999' WHERE version_num = 'i0002'"
        )
    with pytest.raises(migrate.SchemaError, match="ahead"):
        migrate.check(database, migrate.folders("ingest"))


def test_settings_come_from_variables_and_files_and_secrets_are_hidden(tmp_path):
    (tmp_path / "kek").write_text("ab" * 32 + "\n")
    settings = load({"CREDSTREAM_BATCH_SIZE": "7", "CREDSTREAM_KEK_FILE": str(tmp_path / "kek")})
    assert (settings.batch_size, settings.kek) == (7, "ab" * 32)
    assert shown(settings)["kek"] == "(set)"
    assert "ab" * 32 not in str(shown(settings))


@pytest.mark.parametrize(
    ("environ", "words"),
    [({"CREDSTREAM_BATCH_SIZE": "many"}, "CREDSTREAM_BATCH_SIZE"), ({"CREDSTREAM_KEK_FILE": "/nowhere"}, "CREDSTREAM_KEK_FILE")],
)  # fmt: skip
def test_a_setting_that_cannot_be_read_is_named(environ, words):
    with pytest.raises(SettingsError, match=words):
        load(environ)


def test_a_setting_that_is_needed_is_named_and_a_key_has_its_length():
    with pytest.raises(SettingsError, match="CREDSTREAM_DATABASE_URL is not set"):
        needed(load({}), "database_url")
    with pytest.raises(SettingsError, match="64 hexadecimal digits"):
        secret_key("KEK", "abcd")


GOOD = {"id": "acme", "kind": "provider", "name": "Acme", "country": "DE"}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"id": "Acme"}, "id"), ({"id": "a"}, "id"), ({"kind": "shop"}, "kind"), ({"country": "Germany"}, "country"),
        ({"colour": "red"}, "colour"), ({"hours_per_day": "7"}, "hours_per_day"), ({"name": 7}, "name"), ({"keys": ["x"]}, "keys"),
        ({"awarding_bodies": [{"name": {"en": "X"}, "identifiers": [{"scheme": "vat"}]}]}, "awarding_bodies[0].identifiers[0].value"),
    ],
)  # fmt: skip
def test_a_registration_that_is_wrong_names_its_field(change, path):
    with pytest.raises(Rejected) as caught:
        provider_from(GOOD | change)
    assert caught.value.path == path


def test_a_registration_is_a_record():
    assert provider_from(GOOD | {"hours_per_day": 7}).hours_per_day == 7.0
    with pytest.raises(Rejected):
        provider_from([])
    with pytest.raises(Rejected) as caught:
        provider_from({"id": "acme"})
    assert "missing" in caught.value.detail
