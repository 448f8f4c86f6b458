"""The doctor looks at databases: whether each exists, is of this version, has an open breaker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError

from credstream.contract.errors import Unavailable
from credstream.exchange.doctor.findings import OK, WRONG, Finding, finding_of
from credstream.process import diagnosis
from credstream.process.diagnosis import Diagnosis
from credstream.process.settings import PREFIX
from credstream.storage import migrate
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import BREAKER
from credstream.storage.vault import Vault
from services.normalise import erasures


@dataclass(frozen=True, slots=True)
class Database:
    """A database by its name and address, with the folders of its migrations."""

    name: str
    url: str
    migrations: tuple[Path, ...]


def checks(database: Database) -> Iterator[Finding]:
    """Whether a database is there and of this version, and whether a breaker is open in it."""
    command = f"credstream migrate {database.name}"
    file = database.url.removeprefix("sqlite:///") if database.url.startswith("sqlite:///") else ""
    if file and not Path(file).exists():  # to connect would create it
        yield Finding("databases", WRONG, f"{database.name}: there is no file {file}", command)
        return
    try:
        source = open_engine(database.url)
        migrate.check(source, database.migrations)
        yield Finding("databases", OK, f"{database.name} is of this version")
        yield from _breakers(source, database.name)
    except ArgumentError:
        do = "write it as postgresql+psycopg://user:password@host:port/name"
        yield Finding("databases", WRONG, f"{database.name}: its URL cannot be read", do)
    except migrate.SchemaError as error:
        what, _, do = str(error).rpartition("; " if "; " in str(error) else ": ")
        do = command if "migrate" in do else f"{do}: this version cannot go back"
        yield Finding("databases", WRONG, f"{database.name}: {what}", do)
    except Unavailable as failure:
        cause = diagnosis.of_database(_words_of(failure), database.url, _variable(database))
        yield finding_of(
            "databases", Diagnosis(f"{database.name}: {cause.what}", cause.do, cause.wrong)
        )


def erased(normalise_url: str, vault_url: str) -> Iterator[Finding]:
    """Whether every learner whom normalise knows as erased is erased in the vault."""
    try:
        erasures.check(open_engine(normalise_url), Vault(open_engine(vault_url), b""))
        yield Finding("vault", OK, "every erased learner is erased in the vault")
    except Unavailable as failure:
        what, _, do = str(failure).rpartition("; ")
        yield Finding("vault", WRONG, what, do)


def _variable(database: Database) -> str:
    return f"{PREFIX}{'VAULT' if database.migrations == migrate.VAULT else 'DATABASE'}_URL"


def _words_of(failure: BaseException) -> str:
    """The driver's own words behind an Unavailable; without statement and parameters."""
    cause = failure.__cause__
    origin = cause.orig if isinstance(cause, DBAPIError) else cause
    return str(origin or failure)


def _breakers(source: sa.Engine, service: str) -> Iterator[Finding]:
    with transaction(source) as connection:
        if not sa.inspect(connection).has_table(BREAKER.name):  # the vault has none
            return
        rows = connection.execute(sa.select(BREAKER)).all()
    for row in rows:
        what = f"the breaker of {row.worker} is open: {row.reason}"
        yield Finding("breaker", WRONG, what, f"remove the cause, then credstream resume {service}")
