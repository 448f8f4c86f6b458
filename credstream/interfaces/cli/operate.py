"""What operators do to one service: close its breaker, migrate it, look into its journal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import typer
from rich.table import Table
from rich.text import Text

from credstream.exchange.errors import CommandError
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.target import check_service, loaded, settings_for
from credstream.interfaces.cli.exit_codes import MISUSE, guarded
from credstream.interfaces.cli.terminal import console
from credstream.process.settings import PREFIX, shown
from credstream.storage import journal, migrate
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import BREAKER, JOURNAL

VAULT = "vault"


def close_breaker(service: str, directory: Path, *, as_json: bool = False) -> int:
    """Let a stopped service go on; its worker looks again within seconds."""
    source = _database(service, directory)

    def work() -> int:
        with transaction(source) as connection:
            _has(connection, BREAKER, service)
            rows = connection.execute(sa.select(BREAKER)).all()
            connection.execute(sa.delete(BREAKER))
        closed = [{"worker": row.worker, "reason": row.reason} for row in rows]
        words = [
            f"closed: {each['worker']} had stopped because {each['reason']}" for each in closed
        ]
        _tell({"closed": closed}, words or [f"no breaker of {service} is open"], as_json=as_json)
        return 0

    return guarded(work)


def migrate_database(service: str, directory: Path, *, as_json: bool = False) -> int:
    """Bring a database to this version; one that is already there is left alone."""
    where = migrate.VAULT if service == VAULT else migrate.folders(service)
    source = _vault(directory) if service == VAULT else _database(service, directory)

    def work() -> int:
        before = migrate.current(source)
        _upgrade(source, service, where)
        after = migrate.current(source)
        state = "was at" if after == before else "is now at"
        names = sorted(after)
        told = {"database": service, "revisions": names, "changed": after != before}
        _tell(told, [f"{service} {state} {', '.join(names)}"], as_json=as_json)
        return 0

    return guarded(work)


def show_journal(service: str, directory: Path, *, as_json: bool) -> int:
    """Show how far each source partition was handled; the outputs themselves stay unseen."""
    source = _database(service, directory)
    found: list[dict[str, Any]] = []

    def work() -> int:
        with transaction(source) as connection:
            _has(connection, JOURNAL, service)
            query = sa.select(JOURNAL).order_by(JOURNAL.c.topic, JOURNAL.c.partition)
            found.extend(_journal_row(connection, row) for row in connection.execute(query).all())
        return 0

    code = guarded(work)
    if as_json:
        _say(json.dumps(found, indent=2))
    else:
        _table(("topic", "partition", "cluster", "since", "upto", "outputs"), found)
    return code


def forget_journal(service: str, directory: Path, *, yes: bool, as_json: bool = False) -> int:
    """Drop the journal's positions and unsent outputs; 2 where the operator thinks better of it."""
    source = _database(service, directory)
    question = (
        f"Outputs of {service} that Kafka has not taken are lost, and its next start trusts the "
        "broker's offsets. Forget the journal?"
    )
    if not yes and not typer.confirm(question):
        return MISUSE

    def work() -> int:
        with transaction(source) as connection:
            _has(connection, JOURNAL, service)
            count = journal.forget(connection)
        words = [f"{service}: {count} rows forgotten; its state is kept"]
        _tell({"service": service, "forgotten": count}, words, as_json=as_json)
        return 0

    return guarded(work)


def show_config(*, as_json: bool) -> int:
    """Show every setting with the variable that sets it."""
    settings = loaded()
    values = shown(settings)
    rows = [
        {
            "setting": each.name,
            "variable": f"{PREFIX}{each.name.upper()}",
            "value": values[each.name],
            "default": each.default,
            "doc": each.metadata["doc"],
        }
        for each in fields(settings)
    ]
    if as_json:
        _say(json.dumps(rows, indent=2))
    else:
        _table(("variable", "value", "doc"), rows)
    return 0


def _upgrade(source: sa.Engine, service: str, where: tuple[Path, ...]) -> None:
    try:
        migrate.upgrade(source, where)
    except migrate.SchemaError as error:
        raise CommandError(f"{service} is of another version than this command: {error}") from error


def _database(service: str, directory: Path) -> sa.Engine:
    check_service(service)
    return open_engine(settings_for(service, directory).database_url)


def _vault(directory: Path) -> sa.Engine:
    """The vault has a setting of its own beside that of the service's database."""
    place, url = ExchangeFolder(directory), loaded().vault_url
    if not url and place.has_database(VAULT):
        url = place.url(VAULT)
    if not url:
        raise CommandError(
            f"no vault: name the exchange's folder with --dir, or set {PREFIX}VAULT_URL"
        )
    return open_engine(url)


def _has(connection: sa.Connection, table: sa.Table, service: str) -> None:
    if not sa.inspect(connection).has_table(table.name):
        raise CommandError(
            f"the database of {service} has no tables: run `credstream migrate {service}`"
        )


def _journal_row(connection: sa.Connection, row: Any) -> dict[str, Any]:
    place = row.topic, row.partition
    kept = journal.read(connection, [place])[place]
    return {
        "topic": row.topic,
        "partition": row.partition,
        "cluster": row.cluster_id,
        "since": row.since,
        "upto": row.upto,
        "outputs": len(kept.outputs),
    }


def _table(names: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in names))
    console().print(table)


def _cell(value: object) -> Text:
    if isinstance(value, bool):
        return Text("true" if value else "false")
    return Text("" if value is None else str(value))


def _tell(told: Mapping[str, object], words: Sequence[str], *, as_json: bool) -> None:
    for line in [json.dumps(told)] if as_json else words:
        _say(line)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
