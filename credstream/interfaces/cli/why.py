"""`credstream why`: a published record explained, from its source to each of its versions."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from rich.console import Console
from rich.table import Table
from rich.text import Text

from credstream.contract.codec import Codec
from credstream.contract.records import (
    Accredited,
    Normalised,
    PublishedAward,
    PublishedChange,
    PublishedDefinition,
)
from credstream.contract.values import Judgement
from credstream.exchange.errors import CommandError
from credstream.exchange.target import settings_for
from credstream.interfaces.cli import terminal
from credstream.interfaces.cli.descriptor_lines import descriptors
from credstream.interfaces.cli.exit_codes import guarded
from credstream.interfaces.cli.labels import written_as
from credstream.storage.engine import open_engine, transaction
from services.publisher.tables import DELIVERED, OUTBOX, VERSIONS

EUROPASS = "europass"
STATUS_STYLES = {"issued": "green", "revoked": "red", "suspended": "yellow"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one version in one channel; `file` is where it was delivered to."""

    channel: str
    state: str
    note: str
    file: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """One published version of a key."""

    source: Accredited
    published: PublishedDefinition | PublishedAward
    change: PublishedChange
    deliveries: tuple[Delivery, ...]


def explain(key: str, directory: Path, *, as_json: bool) -> int:
    """Show why a record is what it is; raises CommandError for a key that was never published."""
    versions: list[Version] = []

    def work() -> int:
        settings = settings_for("publisher", directory)
        folders = (directory / EUROPASS, Path(settings.europass_dir))
        with transaction(open_engine(settings.database_url)) as connection:
            versions.extend(_versions(connection, key, folders))
        return 0

    code = guarded(work)
    if not versions:
        raise CommandError(f"nothing was published under {key}; keys stand in receipts and streams")
    if as_json:
        text = orjson.dumps(told(versions), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        sys.stdout.write(text.decode())
    else:
        _show(versions)
    return code


def told(versions: Sequence[Version]) -> dict[str, Any]:
    """The last version in full, and what led from one to the next."""
    last = versions[-1]
    record = last.source.record
    return {
        "key": record.key,
        "kind": record.kind,
        "status": last.published.status,
        "version": last.published.version,
        "provider": record.provider,
        "definition": record.definition.key,
        "source": {
            "submission": record.submission,
            "format": record.format,
            "envelope": record.envelope,
            "proof": record.proof,
            "mapping": record.mapping,
            "occurred_at": record.occurred_at,
            "received_at": record.received_at,
            "digest": last.published.digest,
        },
        "descriptors": descriptors(record, _learner(record)),
        "provenance": record.account.provenance,
        "completeness": record.account.completeness,
        "warnings": record.account.warnings,
        "judgement": last.source.judgement,
        "versions": [_version(each) for each in versions],
    }


def _versions(connection: sa.Connection, key: str, folders: Sequence[Path]) -> list[Version]:
    """Every version of a key, the first one first."""
    codec = Codec()
    deliveries: dict[int, list[Delivery]] = {}
    for row in connection.execute(sa.select(OUTBOX).where(OUTBOX.c.key == key)):
        found = Delivery(row.channel, row.state, row.note, _file(row, folders))
        deliveries.setdefault(row.version, []).append(found)
    query = sa.select(VERSIONS).where(VERSIONS.c.key == key).order_by(VERSIONS.c.version)
    return [
        Version(
            codec.decode(row.source, Accredited),
            codec.decode(row.published, PublishedDefinition, PublishedAward),
            codec.decode(row.change, PublishedChange),
            tuple(deliveries.get(row.version, ())),
        )
        for row in connection.execute(query)
    ]


def _file(row: Any, folders: Sequence[Path]) -> str | None:
    if row.channel != EUROPASS or row.state != DELIVERED:
        return None
    places = [folder / row.note for folder in folders]
    return str(next((place for place in places if place.exists()), places[-1]))


def _version(each: Version) -> dict[str, Any]:
    change = each.change
    return {
        "version": change.version,
        "change": change.change,
        "cause": change.cause,
        "cause_detail": change.cause_detail,
        "outcome": change.outcome,
        "previous_version": change.previous_version,
        "previous_outcome": change.previous_outcome,
        "occurred_at": change.occurred_at,
        "received_at": change.received_at,
        "published_at": change.published_at,
        "submission": each.source.record.submission,
        "mapping": each.source.record.mapping,
        "digest": change.digest,
        "deliveries": [asdict(delivery) for delivery in each.deliveries],
    }


def _learner(record: Normalised) -> Mapping[str, Any] | None:
    return {"pseudonym": record.award.learner.pseudonym} if record.award else None


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
    console.print(terminal.sheet(record, _learner(record)))
    console.print(terminal.heading("Complete", terminal.counted(record)))
    if last.source.judgement:
        _show_judgement(console, last.source.judgement)
    if record.account.warnings:
        console.print()
        console.print(terminal.heading("Warnings", str(len(record.account.warnings))))
        console.print(terminal.remarks(record.account.warnings, "yellow"))
    console.print()
    console.print(terminal.heading("Versions", "the last one first"))
    for each in reversed(versions):
        console.print(_history(each))


def _source(record: Normalised) -> Table:
    table = terminal.grid(0, 1)
    for name, value in (
        ("from", f"{record.provider}, submission {record.submission}"),
        ("definition", record.definition.key),
        ("written as", written_as(record.format, record.envelope)),
        ("signature", record.proof),
        ("happened", record.occurred_at or "not told"),
        ("received", _time(record.received_at)),
        ("read by", f"mapping {record.mapping}"),
    ):
        table.add_row(Text(name, "bold"), Text(value))
    return table


def _show_judgement(console: Console, judgement: Judgement) -> None:
    style = terminal.OUTCOMES.get(judgement.outcome, "")
    console.print()
    console.print(
        Text.assemble(
            ("Judgement  ", "bold"), (judgement.outcome, style), f" for {judgement.judged_for}"
        )
    )
    console.print(Text(terminal.grounds(judgement), "dim"))
    if judgement.source and judgement.source_as_of:
        console.print(Text(f"{judgement.source} as of {_time(judgement.source_as_of)}", "dim"))
    console.print(terminal.judged(judgement))


def _history(each: Version) -> Table:
    change = each.change
    moved = [name for name in (change.previous_outcome, change.outcome) if name]
    table = terminal.grid(0, 1)
    what = f"{change.change}, because {change.cause}"
    what += f" {change.cause_detail}" if change.cause_detail else ""
    what += f": {' → '.join(dict.fromkeys(moved))}" if moved else ""
    table.add_row(Text(str(change.version), "bold"), Text(what))
    table.add_row("", Text(f"published {_time(change.published_at)}", "dim"))
    for delivery in each.deliveries:
        where = delivery.file or delivery.note
        told = f"{delivery.channel}: {delivery.state}" + (f", {where}" if where else "")
        table.add_row("", Text(told, "dim"))
    return table


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
