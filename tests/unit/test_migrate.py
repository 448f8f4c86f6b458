"""Migrations: all of one or nothing, from any folder, and they end where the code begins."""

from __future__ import annotations

from importlib import import_module

import pytest
import sqlalchemy as sa

from credstream.contract.errors import Unavailable
from credstream.contract.topics import SERVICES
from credstream.storage import migrate, vault
from credstream.storage import tables as shared_tables
from credstream.storage.engine import open_engine, transaction
from tests.support import databases

GOOD = """
revision = "{0}"
down_revision = {1}
branch_labels = {2}
depends_on = None
import sqlalchemy as sa
from alembic import op
def upgrade():
    op.create_table("made_by_{0}", sa.Column("id", sa.Integer, primary_key=True))
"""
BAD = GOOD + '    raise RuntimeError("half way")\n'


@pytest.fixture
def made(tmp_path):
    return open_engine(databases.url(tmp_path, "m"))


def folder(tmp_path, *files):
    where = tmp_path / "migrations"
    where.mkdir(exist_ok=True)
    for text, name, down in files:
        label = f'("line_{name}",)' if down is None else None
        (where / f"{name}.py").write_text(text.format(name, f'"{down}"' if down else None, label))
    return (where,)


def tables(made):
    with transaction(made) as connection:
        return set(sa.inspect(connection).get_table_names()) - {"alembic_version"}


def test_a_migration_that_fails_half_way_leaves_nothing_of_any(made, tmp_path):
    where = folder(tmp_path, (GOOD, "x0001", None), (BAD, "x0002", "x0001"))
    with pytest.raises(RuntimeError, match="half way"):
        migrate.upgrade(made, where)
    assert tables(made) == set()
    assert migrate.current(made) == frozenset()
    migrate.upgrade(made, folder(tmp_path, (GOOD, "x0002", "x0001")))
    assert tables(made) == {"made_by_x0001", "made_by_x0002"}


def test_what_is_there_is_not_made_again(made, tmp_path):
    migrate.upgrade(made, folder(tmp_path, (GOOD, "x0001", None)))
    where = folder(tmp_path, (GOOD, "x0002", "x0001"))
    with pytest.raises(migrate.SchemaError, match=r"behind.*x0001.*x0002"):
        migrate.check(made, where)
    for _ in range(2):
        migrate.upgrade(made, where)
        migrate.check(made, where)


def test_a_folder_may_be_named_as_configurations_would_not_like(made, tmp_path):
    odd = tmp_path / "100% of %(here)s"
    odd.mkdir()
    migrate.upgrade(made, folder(odd, (GOOD, "x0001", None)))
    assert tables(made) == {"made_by_x0001"}


def test_a_database_that_is_away_is_unavailable_and_not_behind(tmp_path):
    away = open_engine(f"sqlite:///{tmp_path}/no/m.db")
    for act in (migrate.check, migrate.upgrade):
        with pytest.raises(Unavailable):
            act(away, migrate.VAULT)


def test_the_vault_has_the_table_that_its_code_expects(made):
    migrate.upgrade(made, migrate.VAULT)
    with transaction(made) as connection:
        found = {c["name"]: c["nullable"] for c in sa.inspect(connection).get_columns("keys")}
    assert found == {column.name: column.nullable for column in vault.KEYS.columns}


@pytest.mark.parametrize("service", SERVICES)
def test_the_migrations_of_a_service_make_the_tables_that_its_code_expects(made, service):
    migrate.upgrade(made, migrate.folders(service))
    expected = {
        table.name: table
        for module in (shared_tables, import_module(f"services.{service}.tables"))
        for table in vars(module).values()
        if isinstance(table, sa.Table)
    }
    assert tables(made) == expected.keys()
    with transaction(made) as connection:
        for name, table in expected.items():
            found = {c["name"]: c["nullable"] for c in sa.inspect(connection).get_columns(name)}
            assert found == {column.name: column.nullable for column in table.columns}, name


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_one_line_of_revisions_beside_the_runtime_s(service):
    where = migrate.folders(service)
    assert len(migrate.heads(where)) == 2
    for each in where:
        revisions = migrate._revisions(each)
        assert len(revisions) == len(list(each.glob("*.py")))
        assert sum(down is None for down in revisions.values()) == 1
        assert {down for down in revisions.values() if down} <= set(revisions)


def test_revisions_are_named_apart_over_all_services():
    names = [
        name
        for where in ((migrate.folders("ingest")[0],), migrate.VAULT, *((migrate.folders(s)[1],) for s in SERVICES))
        for each in where
        for name in migrate._revisions(each)
    ]  # fmt: skip
    assert len(names) == len(set(names))
