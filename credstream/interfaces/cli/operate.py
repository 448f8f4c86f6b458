"""What an operator does to one service: closes its breaker, migrates it, looks at its journal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, fields
from pathlib import Path

import typer

from credstream.exchange import breakers, databases, journals, losses
from credstream.exchange.journals import JournalRow
from credstream.exchange.target import environment_settings
from credstream.interfaces.cli import terminal
from credstream.interfaces.cli.exit_codes import MISUSE
from credstream.process import timeouts
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
    rows = journals.rows(service, directory)
    titles = tuple(field.name for field in fields(JournalRow))
    terminal.print_records(rows, titles, [astuple(row) for row in rows], as_json=as_json)
    return 0


def forget_journal(
    service: str, directory: Path, *, again: int | None, as_json: bool = False
) -> int:
    """Forget the journal's positions and unsent outputs; 2 where the operator declines.

    `again` is the number of messages that the operator agrees to have read once more; without one
    it is asked for.
    """
    found = journals.to_forget(service, directory)
    if again is None:
        terminal.warn(
            f"{service}: its next start trusts the broker's offsets: {found.again} messages that "
            f"it has handled are read again, and {found.outputs} outputs that Kafka may not have "
            "are lost. All its workers have to be stopped before."
        )
        again = typer.prompt("Messages to be read again (type the number)", type=int)
    if again != found.again:
        terminal.warn(f"nothing is forgotten: {found.again} messages would be read again")
        return MISUSE

    count = journals.forget(service, directory)
    line = f"{service}: {count} rows forgotten; its state is kept"
    _print({"service": service, "forgotten": count}, [line], as_json=as_json)
    return 0


def accept_loss(
    service: str,
    directory: Path,
    topic: str | None,
    partition: int | None,
    *,
    lost: int | None,
    as_json: bool = False,
) -> int:
    """Let held partitions go on without what is lost; 2 where the operator declines."""
    held = losses.held(service, directory, topic, partition)
    count = sum(each.hold.lost for each in held)
    if held and lost is None:
        for each in held:
            terminal.warn(each.hold.why)
        outputs = sum(len(each.row.outputs) for each in held)
        terminal.warn(
            f"{service}: {len(held)} partitions go on without at most {count} offsets, and "
            f"without {outputs} outputs that Kafka may not have."
        )
        lost = typer.prompt("Offsets to be given up (type the number)", type=int)
    if held and lost != count:
        terminal.warn(f"nothing is accepted: at most {count} offsets are lost")
        return MISUSE

    accepted = losses.accept(service, directory, held)
    seconds = timeouts.HELD_PARTITION_CHECK_SECONDS
    line = f"{service}: {accepted} partitions go on, within {seconds:.0f} s or at the next start"
    _print({"service": service, "accepted": accepted, "lost": count}, [line], as_json=as_json)
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
        cells = [(row["variable"], _text(row["value"]), row["doc"]) for row in rows]
        terminal.console().print(terminal.table(("variable", "value", "doc"), cells))
    return 0


def _text(value: object) -> str | None:
    """A value as the variable of its setting would be written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _print(whole: Mapping[str, object], lines: Sequence[str], *, as_json: bool) -> None:
    for line in [json.dumps(whole)] if as_json else lines:
        sys.stdout.write(f"{line}\n")
