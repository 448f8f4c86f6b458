"""`credstream subscribe`: print what is published, or keep it in a register's database."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.text import Text

from credstream.contract.records import PublishedAward, PublishedChange
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.target import Target, target_of
from credstream.interfaces.cli import terminal
from credstream.interfaces.cli.exit_codes import guarded
from credstream.interfaces.cli.labels import short
from credstream.sdk import register, rows
from credstream.sdk.names import UnknownTopicError
from credstream.sdk.register import How
from credstream.sdk.rows import Published


def subscribe_to(
    words: Sequence[str],
    folder: Path,
    *,
    to: str | None,
    group: str | None,
    beginning: bool,
    until_end: bool,
    as_json: bool,
) -> int:
    """Follow topics until Ctrl-C, or to their ends; 0 when what was read is kept."""
    if to and group:
        raise CommandError("--group and --to exclude each other: a database keeps its own place")
    stopping = _signals()
    how = How(
        beginning=beginning,
        until_end=until_end,
        say=terminal.warn,
        stopping=lambda: bool(stopping),
    )

    def work() -> int:
        exchange = target_of(folder)
        if to:
            return _keep(words, exchange, to, how, as_json=as_json)
        return _print(words, exchange, group, how, as_json=as_json)

    try:
        return guarded(work)
    except UnknownTopicError as error:
        raise CommandError(str(error)) from error


def _signals() -> list[int]:
    """The signals to end that have come; a second one ends at once."""
    came: list[int] = []

    def come(number: int, _frame: object) -> None:
        came.append(number)
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, come)
    return came


def _print(
    words: Sequence[str], exchange: Target, group: str | None, how: How, *, as_json: bool
) -> int:
    # Up to the end of what is there, or what comes: a reader who keeps no place wants one of both.
    newest = not (group or how.beginning or how.until_end)
    console = Console(highlight=False, soft_wrap=True)
    found = register.follow(
        exchange.cluster, exchange.codec(), words, group, newest=newest, how=how
    )
    for message in found:
        if message.fault:
            terminal.warn(unreadable(message))
        elif as_json:
            terminal.line(as_object(message))
        else:
            console.print(as_line(message))
    return 0


def _keep(words: Sequence[str], exchange: Target, to: str, how: How, *, as_json: bool) -> int:
    from credstream.sdk.store import AddressError, DatabaseError, database

    count = Count()
    try:
        kept = database(to)
        for batch in register.keep_in(kept, exchange.cluster, exchange.codec(), words, how):
            count.take(batch)
    except AddressError as error:
        raise CommandError(f"--to {error}") from error
    except DatabaseError as error:
        raise CommandError(str(error), Kind.AWAY) from error
    finally:
        count.end()
    told = {"records": count.records, "deleted": count.deleted, "unreadable": count.unreadable}
    if as_json:
        terminal.line(told)
    else:
        sys.stdout.write(", ".join(f"{name}: {number}" for name, number in told.items()) + "\n")
    return 0


@dataclass(slots=True)
class Count:
    """What was taken; told now and then to somebody who watches."""

    records: int = 0
    deleted: int = 0
    unreadable: int = 0
    told: float = 0.0
    watched: bool = field(default_factory=sys.stderr.isatty)
    clock: Callable[[], float] = time.monotonic

    def take(self, batch: Sequence[Published]) -> None:
        for each in batch:
            self.deleted += each.deletes
            self.records += each.record is not None
            if each.fault:
                self.unreadable += 1
                terminal.warn(unreadable(each))
        if self.watched and self.clock() - self.told > 1.0:
            sys.stderr.write(f"\r{self.records} records taken")
            self.told = self.clock()

    def end(self) -> None:
        if self.watched and self.told:
            sys.stderr.write("\r\x1b[K")


def as_object(message: Published) -> Mapping[str, Any]:
    """A message as one JSON object; the record of a deleted key is null."""
    return {
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "at": message.at,
        "key": message.key,
        "record": orjson.loads(orjson.dumps(message.record)),
    }


def as_line(message: Published) -> Text:
    """A message as a person reads it."""
    at = datetime.fromtimestamp(message.at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    line = Text.assemble((at, "dim"), f"  {message.topic}  {short(message.key)}  ")
    record = message.record
    if record is None:
        return line.append("deleted", "red")
    line.append(f"v{record.version}  ")
    if isinstance(record, PublishedChange):
        line.append(f"{short(record.change)} ({short(record.cause)})  ")
        return line.append(record.outcome or "", terminal.OUTCOMES.get(record.outcome or "", ""))
    line.append(f"{short(record.status)}  ")
    if isinstance(record, PublishedAward):
        outcome = record.judgement.outcome
        line.append(f"{short(outcome)}  ", terminal.OUTCOMES.get(outcome, ""))
    return line.append(short(rows.title(record.definition)))


def unreadable(message: Published) -> str:
    place = f"{message.topic} {message.partition} at offset {message.offset}"
    return f"unreadable, passed over: {place}: {message.fault}"
