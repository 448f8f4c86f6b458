"""Migrates a database to the tables that this version needs, or says how it differs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import sqlalchemy as sa

from credstream.storage.engine import transaction

HERE = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 0x63726564  # a number that nothing else uses
VAULT: tuple[Path, ...] = (HERE / "vault",)


class SchemaError(Exception):
    """The database is older or newer than this version."""


def folders(service: str) -> tuple[Path, ...]:
    """The folders with the migrations of a service's database: those of all services, its own."""
    return HERE / "service", Path(__file__).parents[2] / "services" / service / "migrations"


def upgrade(engine: sa.Engine, where: tuple[Path, ...]) -> None:
    """Apply the migrations that are missing, in one transaction.

    Raises Unavailable, and SchemaError for a database of a newer version.
    """
    revisions = current(engine)
    if revisions == heads(where):
        return
    _refuse_newer(revisions, where)
    from alembic import command  # noqa: PLC0415, a third of a second that most starts do not need
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", _literal(str(HERE)))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", _literal(os.pathsep.join(map(str, where))))
    with transaction(engine) as connection:
        if connection.dialect.name == "postgresql":
            from credstream.storage import limited  # noqa: PLC0415, with psycopg

            limited.lift(connection)
            # Workers that start together migrate one after the other.
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "heads")
        except CommandError as error:
            raise SchemaError(str(error)) from error


def check(engine: sa.Engine, where: tuple[Path, ...]) -> None:
    """Raise SchemaError unless the database is exactly at our revisions."""
    revisions, wanted = current(engine), heads(where)
    if revisions == wanted:
        return
    _refuse_newer(revisions, where)
    raise SchemaError(
        f"the database is behind this version: it has {_listed(revisions)}, "
        f"this version wants {_listed(wanted)}; run `credstream migrate`"
    )


def current(engine: sa.Engine) -> frozenset[str]:
    """The revisions that a database has."""
    with transaction(engine) as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return frozenset()
        rows = connection.execute(sa.text("SELECT version_num FROM alembic_version"))
        return frozenset(row[0] for row in rows)


def heads(where: tuple[Path, ...]) -> frozenset[str]:
    """The last revision of each folder, read from the text of its files, without Alembic."""
    last = set()
    for folder in where:
        revisions = _revisions(folder)
        last |= set(revisions) - {down for down in revisions.values() if down}
    return frozenset(last)


def _refuse_newer(revisions: frozenset[str], where: tuple[Path, ...]) -> None:
    """Raise SchemaError for a revision of which we have no file: Alembic fails on one."""
    newer = revisions - {name for folder in where for name in _revisions(folder)}
    if newer:
        raise SchemaError(
            f"the database is ahead of this version ({_listed(newer)}): deploy the newer"
        )


def _revisions(folder: Path) -> dict[str, str | None]:
    pairs: dict[str, str | None] = {}
    for file in sorted(folder.glob("*.py")):
        text = file.read_text("utf-8")
        name = re.search(r'^revision = "(\w+)"', text, re.MULTILINE)
        down = re.search(r'^down_revision = "(\w+)"', text, re.MULTILINE)
        if name:
            pairs[name[1]] = down[1] if down else None
    return pairs


def _literal(path: str) -> str:
    """A path for Alembic's configuration, in which % begins a variable."""
    return path.replace("%", "%%")


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
