"""`credstream why`: shows a published record, from its source to each of its versions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from credstream.contract.records import Normalised, PublishedChange
from credstream.contract.values import Judgement
from credstream.exchange import explain
from credstream.exchange.explain import Version
from credstream.interfaces.cli import record_view, terminal
from credstream.interfaces.cli.labels import written_as

STATUS_STYLES = {"issued": "green", "revoked": "red", "suspended": "yellow"}


def explain_record(key: str, directory: Path, *, as_json: bool) -> int:
    """Show why a record is what it is; raises CommandError for a key that was never published."""
    versions = explain.versions_of(key, directory)
    if as_json:
        option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        sys.stdout.write(orjson.dumps(explain.as_json(versions), option=option).decode())
    else:
        _show(versions)
    return 0


def _show(versions: Sequence[Version]) -> None:
    console, last = terminal.console(), versions[-1]
    record, status = last.source.record, last.published.status
    console.print(terminal.heading(record.kind.capitalize(), record.key))
    state = Text(f"{status}, version {last.published.version}")
    state.stylize(f"bold {STATUS_STYLES.get(status, '')}")
    console.print(state)
    console.print()
    console.print(_source(record))
    console.print()
    console.print(terminal.heading("What it says", "and where each value comes from"))
    console.print(record_view.descriptor_table(record, explain.learner_of(record)))
    console.print(terminal.heading("Complete", record_view.completeness(record)))
    if last.source.judgement:
        _show_judgement(console, last.source.judgement)
    if record.account.warnings:
        console.print()
        console.print(terminal.heading("Warnings", str(len(record.account.warnings))))
        console.print(record_view.reason_table(record.account.warnings, "yellow"))
    console.print()
    console.print(terminal.heading("Versions", "the last one first"))
    for version in reversed(versions):
        console.print(_history(version))


def _source(record: Normalised) -> Table:
    table = terminal.grid(0, 1)
    for name, value in (
        ("from", f"{record.provider}, submission {record.submission}"),
        ("definition", record.definition.key),
        ("written as", written_as(record.format, record.envelope)),
        ("signature", record.proof),
        ("happened", record.occurred_at or "not stated"),
        ("received", _time(record.received_at)),
        ("read by", f"mapping {record.mapping}"),
    ):
        table.add_row(Text(name, "bold"), Text(value))
    return table


def _show_judgement(console: Console, judgement: Judgement) -> None:
    style = record_view.OUTCOMES.get(judgement.outcome, "")
    console.print()
    console.print(
        Text.assemble(
            ("Judgement  ", "bold"), (judgement.outcome, style), f" for {judgement.judged_for}"
        )
    )
    console.print(Text(record_view.grounds(judgement), "dim"))
    if judgement.source and judgement.source_as_of:
        console.print(Text(f"{judgement.source} as of {_time(judgement.source_as_of)}", "dim"))
    console.print(record_view.check_table(judgement))


def _history(version: Version) -> Table:
    """What one version changed and why, and where it was delivered to."""
    change = version.change
    table = terminal.grid(0, 1)
    table.add_row(Text(str(change.version), "bold"), Text(_what_changed(change)))
    table.add_row("", Text(f"published {_time(change.published_at)}", "dim"))
    for delivery in version.deliveries:
        where = delivery.file or delivery.note
        text = f"{delivery.channel}: {delivery.state}" + (f", {where}" if where else "")
        table.add_row("", Text(text, "dim"))
    return table


def _what_changed(change: PublishedChange) -> str:
    cause = f"{change.cause} {change.cause_detail}".rstrip()
    outcomes = dict.fromkeys(name for name in (change.previous_outcome, change.outcome) if name)
    judged = f": {' → '.join(outcomes)}" if outcomes else ""
    return f"{change.change}, because {cause}{judged}"


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
