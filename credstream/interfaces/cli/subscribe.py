"""`credstream subscribe`: prints what is published, or keeps it in a register's database."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from rich.console import Console
from rich.text import Text

from credstream.contract.records import PublishedAward, PublishedChange
from credstream.exchange import subscriptions
from credstream.exchange.errors import CommandError
from credstream.exchange.subscriptions import Count
from credstream.exchange.target import Target, target_of
from credstream.interfaces.cli import record_view, terminal
from credstream.interfaces.cli.labels import short
from credstream.process import timeouts
from credstream.sdk import rows
from credstream.sdk.register import How
from credstream.sdk.rows import Published

SHOWN_TO_OTHERS = (
    "the password in --to is visible to other users of this machine; "
    "give the address as CREDSTREAM_SUBSCRIBE_TO, or the password as PGPASSWORD or in ~/.pgpass"
)


def subscribe_to(
    topics: Sequence[str],
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
        raise CommandError("--group and --to exclude each other: a database keeps its own position")
    stopping = _signals()
    how = How(
        beginning=beginning,
        until_end=until_end,
        say=terminal.warn,
        stopping=lambda: bool(stopping),
    )

    if to and _shows_password(to, sys.argv):
        terminal.warn(SHOWN_TO_OTHERS)
    target = target_of(folder)
    if to:
        _keep(topics, target, to, how, as_json=as_json)
    else:
        _print(topics, target, group, how, as_json=as_json)
    return 0


def _shows_password(url: str, arguments: Sequence[str]) -> bool:
    """Whether other users of the machine can read the URL's password in the list of processes."""
    return bool(urlsplit(url).password) and any(url in argument for argument in arguments)


def _signals() -> list[int]:
    """The signals to end that have come; a second one ends the process at once."""
    received: list[int] = []

    def receive(number: int, _frame: object) -> None:
        received.append(number)
        # The default again, for a process that hangs.
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, receive)
    return received


def _print(
    topics: Sequence[str], target: Target, group: str | None, how: How, *, as_json: bool
) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for message in subscriptions.follow(target, topics, group, how):
        if message.fault:
            terminal.warn(unreadable(message))
        elif as_json:
            terminal.print_json_line(as_object(message))
        else:
            console.print(as_line(message))


def _keep(topics: Sequence[str], target: Target, to: str, how: How, *, as_json: bool) -> None:
    meter = Meter()
    try:
        for batch in subscriptions.keep(target, topics, to, how):
            meter.take(batch)
    finally:
        meter.end()
    counts = asdict(meter.count)
    if as_json:
        terminal.print_json_line(counts)
    else:
        sys.stdout.write(", ".join(f"{name}: {number}" for name, number in counts.items()) + "\n")


@dataclass(slots=True)
class Meter:
    """Counts what was taken, and shows the number now and then on a terminal."""

    count: Count = field(default_factory=Count)
    shown_at: float = 0.0
    on_terminal: bool = field(default_factory=sys.stderr.isatty)
    clock: Callable[[], float] = time.monotonic

    def take(self, batch: Sequence[Published]) -> None:
        for message in batch:
            self.count.add(message)
            if message.fault:
                terminal.warn(unreadable(message))
        if self.on_terminal and self.clock() - self.shown_at > timeouts.PROGRESS_SECONDS:
            sys.stderr.write(f"\r{self.count.records} records taken")
            self.shown_at = self.clock()

    def end(self) -> None:
        """Clear the line, so that the next output begins on an empty one."""
        if self.on_terminal and self.shown_at:
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
        return line.append(record.outcome or "", record_view.OUTCOMES.get(record.outcome or "", ""))
    line.append(f"{short(record.status)}  ")
    if isinstance(record, PublishedAward):
        outcome = record.judgement.outcome
        line.append(f"{short(outcome)}  ", record_view.OUTCOMES.get(outcome, ""))
    return line.append(short(rows.title(record.definition)))


def unreadable(message: Published) -> str:
    """A message that was passed over, by its position and why."""
    position = f"{message.topic} {message.partition} at offset {message.offset}"
    return f"unreadable, passed over: {position}: {message.fault}"
