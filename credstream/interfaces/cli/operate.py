"""What an operator does to one service: closes its breaker, migrates it, looks at its journal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from credstream.exchange import breakers, databases, journals
from credstream.exchange.target import environment_settings
from credstream.interfaces.cli.exit_codes import MISUSE
from credstream.interfaces.cli.terminal import console
from credstream.process.settings import PREFIX, shown


def close_breaker(service: str, directory: Path, *, as_json: bool = False) -> int:
    """Close the breaker of a service, and say why it was open."""
    closed = breakers.close(service, directory)
    lines = [f"closed: {breaker.worker} had stopped because {breaker.reason}" for breaker in closed]
    _print(
        {"closed": [asdict(breaker) for breaker in closed]},
        lines or [f"no breaker of {service} is open"],
        as_json=as_json,
    )
    return 0


def migrate_database(name: str, directory: Path, *, as_json: bool = False) -> int:
    """Bring a database to this version; one that is already of this version is left alone."""
    migration = databases.bring_up_to_date(name, directory)
    state = "is now at" if migration.changed else "was at"
    _print(
        {"database": name, **asdict(migration)},
        [f"{name} {state} {', '.join(migration.revisions)}"],
        as_json=as_json,
    )
    return 0


def show_journal(service: str, directory: Path, *, as_json: bool) -> int:
    """Show how far each source partition was handled; the outputs themselves stay unseen."""
    rows = [asdict(row) for row in journals.rows(service, directory)]
    if as_json:
        sys.stdout.write(f"{json.dumps(rows, indent=2)}\n")
    else:
        _print_table(("topic", "partition", "cluster", "since", "upto", "outputs"), rows)
    return 0


def forget_journal(service: str, directory: Path, *, yes: bool, as_json: bool = False) -> int:
    """Forget the journal's positions and unsent outputs; 2 where the operator declines."""
    databases.url_of(service, directory)
    question = (
        f"Outputs of {service} that Kafka has not taken are lost, and its next start trusts the "
        "broker's offsets. Forget the journal?"
    )
    if not yes and not typer.confirm(question):
        return MISUSE

    count = journals.forget(service, directory)
    line = f"{service}: {count} rows forgotten; its state is kept"
    _print({"service": service, "forgotten": count}, [line], as_json=as_json)
    return 0


def show_config(*, as_json: bool) -> int:
    """Show every setting with the variable that sets it."""
    settings = environment_settings()
    values = shown(settings)
    rows = [
        {
            "setting": setting.name,
            "variable": f"{PREFIX}{setting.name.upper()}",
            "value": values[setting.name],
            "default": setting.default,
            "doc": setting.metadata["doc"],
        }
        for setting in fields(settings)
    ]
    if as_json:
        sys.stdout.write(f"{json.dumps(rows, indent=2)}\n")
    else:
        _print_table(("variable", "value", "doc"), rows)
    return 0


def _print_table(titles: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row[title]) for title in titles))
    console().print(table)


def _cell(value: object) -> Text:
    if isinstance(value, bool):
        return Text("true" if value else "false")
    return Text("" if value is None else str(value))


def _print(whole: Mapping[str, object], lines: Sequence[str], *, as_json: bool) -> None:
    for line in [json.dumps(whole)] if as_json else lines:
        sys.stdout.write(f"{line}\n")
