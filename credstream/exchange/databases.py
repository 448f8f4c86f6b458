"""The databases of an exchange: where each is, and brought to this version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from credstream.exchange.errors import CommandError
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.target import check_service, environment_settings, settings_for
from credstream.process.settings import PREFIX
from credstream.storage import migrate
from credstream.storage.engine import open_engine

VAULT = "vault"


@dataclass(frozen=True, slots=True)
class Migration:
    """The revisions that a database has now, and whether they were new."""

    revisions: Sequence[str]
    changed: bool


def url_of(service: str, directory: Path) -> str:
    """Where the database of a service is; raises CommandError where nobody says so."""
    check_service(service)
    return settings_for(service, directory).database_url


def bring_up_to_date(name: str, directory: Path) -> Migration:
    """Migrate the database of a service, or the vault, to this version; repeatable."""
    where = migrate.VAULT if name == VAULT else migrate.folders(name)
    source = open_engine(vault_url(directory) if name == VAULT else url_of(name, directory))
    try:
        before = migrate.current(source)
        migrate.upgrade(source, where)
        after = migrate.current(source)
    except migrate.SchemaError as error:
        raise CommandError(f"{name} is of another version than this command: {error}") from error
    finally:
        source.dispose()
    return Migration(sorted(after), changed=after != before)


def require_table(connection: sa.Connection, table: sa.Table, service: str) -> None:
    """Raise CommandError where a database was never migrated."""
    if not sa.inspect(connection).has_table(table.name):
        raise CommandError(
            f"the database of {service} has no tables: run `credstream migrate {service}`"
        )


def vault_url(directory: Path) -> str:
    """Where the vault is: it has a setting of its own. Raises CommandError."""
    folder, url = ExchangeFolder(directory), environment_settings().vault_url
    if not url and folder.has_database(VAULT):
        url = folder.url(VAULT)
    if not url:
        raise CommandError(
            f"no vault: name the exchange's folder with --dir, or set {PREFIX}VAULT_URL"
        )
    return url
