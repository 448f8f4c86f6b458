"""`credstream run`: the whole house on an embedded broker, watched until all is said."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from credstream.contract import topics
from credstream.contract.errors import Unavailable
from credstream.contract.records import Provider, PublishedAward, PublishedChange, Receipt
from credstream.contract.sealed_files import file_name, key_and_version
from credstream.contract.values import Reason
from credstream.exchange import lists, registrations, sending
from credstream.exchange.files import list_file
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.local.backends import Backend, embedded, real
from credstream.exchange.local.collector import CollectedMessage, Collector, receipts_on_file
from credstream.exchange.local.examples import (
    EXAMPLES,
    Submission,
    list_files,
    registrations_in,
    submissions_in,
)
from credstream.exchange.local.outcomes import Ledger, ledger
from credstream.exchange.local.prepare import prepare
from credstream.exchange.local.processes import Processes
from credstream.interfaces.cli.exit_codes import UNDONE
from credstream.interfaces.cli.run_report import console_for, line_of, report
from credstream.kafka import clients
from credstream.kafka.sender import Outgoing
from credstream.process import timeouts

# Reasons that say, in the receipt, that no credential will be sealed.
UNSEALED = {"edc.incomplete", "edc.not_in_force"}


@dataclass(slots=True)
class Watch:
    """What is known while the run lasts."""

    place: ExchangeFolder
    ledger: Ledger
    say: Callable[[str], None]
    awaited: set[str] = field(default_factory=set)
    heard: bool = False
    changed: float = field(default_factory=time.monotonic)

    def hear(self, seen: CollectedMessage) -> None:
        if isinstance(seen.record, Receipt):
            self._receipt(seen.record, quiet=False)
        elif seen.topic == topics.UNKNOWN_DLQ:
            self._unknown(seen.headers)
        elif isinstance(seen.record, PublishedAward) and seen.record.status == "issued":
            self.changed = time.monotonic()

    def recall(self, receipts: Iterator[Receipt]) -> None:
        for receipt in receipts:
            self._receipt(receipt, quiet=True)

    def europass(self) -> dict[str, str]:
        """The newest sealed file of each key."""
        found: dict[str, tuple[int, str]] = {}
        for path in (self.place.path / "europass").glob("*.jsonld"):
            key, version = key_and_version(path.name)
            found[key] = max(found.get(key, (0, "")), (version, f"europass/{path.name}"))
        return {key: file for key, (_, file) in found.items()}

    def done(self) -> bool:
        """Every submission has ended, every seal that was promised is there, and all is quiet."""
        if not self.all_ended():
            return False
        held = any(self.ledger.outcome(name) == "held" for name in self.ledger.sent)
        quiet = timeouts.HELD_QUIET_SECONDS if held else timeouts.QUIET_SECONDS
        if time.monotonic() - self.changed < quiet:
            return False
        folder = self.place.path / "europass"
        return all((folder / name).exists() for name in self.awaited)

    def all_ended(self) -> bool:
        return all(self.ledger.ended(name) for name in self.ledger.sent)

    def entries(self) -> list[dict[str, Any]]:
        europass = self.europass()
        return [self.ledger.entry(name, europass) for name in self.ledger.sent]

    def _receipt(self, receipt: Receipt, *, quiet: bool) -> None:
        self.changed = time.monotonic()
        self._await(receipt)
        ended = self.ledger.take(receipt)
        self.heard = self.heard or not quiet
        if not quiet and (ended or receipt.status == "unchanged"):
            sent = self.ledger.sent.get(receipt.submission)
            self.say(line_of(receipt, sent.file if sent else receipt.submission))

    def _await(self, receipt: Receipt) -> None:
        """A published award is sealed soon after, unless its receipt says that it will not be."""
        if receipt.status != "published" or receipt.kind != "award":
            return
        unsealed = any(reason.code in UNSEALED for reason in receipt.reasons)
        if receipt.key and receipt.version and not unsealed:
            self.awaited.add(file_name(receipt.key, receipt.version))

    def _unknown(self, headers: Mapping[str, str]) -> None:
        """A provider that is not registered has no topic for receipts."""
        reason = Reason(
            code=headers.get("credstream_dlq_reason", ""),
            path=headers.get("credstream_dlq_path", ""),
            detail=headers.get("credstream_dlq_detail", ""),
        )
        refusal = Receipt(
            submission=headers.get("ce_id", ""),
            provider="",
            status="refused",
            stage="ingest",
            reasons=(reason,),
            at=0,
        )
        self._receipt(refusal, quiet=False)


@dataclass(slots=True)
class _Live:
    """A house that runs, those who look at it, and what has been asked of it, and when.

    `named` are the topics that changes say something was published in: a country more than the
    few that are in use would be six partitions more to read.
    """

    house: Processes
    collector: Collector
    watch: Watch
    console: Console
    stopping: list[int]
    began: float
    asked: float = 0.0
    named: set[str] = field(default_factory=set)


def run_house(
    folder: Path,
    source: Path | None,
    stack: Path | None,
    *,
    keep: bool,
    fresh: bool,
    as_json: bool,
) -> int:
    """Run until every submission has ended; 0 when all did, 5 when some did not.

    `stack` tells of real servers; without one the broker is the embedded one.
    """
    began = time.monotonic()
    console = console_for(stderr=as_json)
    examples = source or EXAMPLES
    sent = submissions_in(examples)
    place = prepare(folder, fresh=fresh, real_servers=stack is not None)
    stopping: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: stopping.append(received))
    with real(place, stack, fresh=fresh) if stack else embedded() as ground:
        exchange = ground.target
        watch = Watch(place, ledger(sent), console.print)
        watch.recall(receipts_on_file(folder))
        collector = Collector(exchange.cluster, folder, exchange.codec())
        live = _Live(Processes(place, ground), collector, watch, console, stopping, began)
        try:
            console.print(
                f"credstream on {ground.description}.\n"
                "Seals are made with a test certificate of this folder's own."
            )
            live.house.start()
            _feed(ground, examples, sent)
            _see_through(live, keep=keep, as_json=as_json)
        finally:
            collector.close()
            live.house.stop()
    return 0 if watch.all_ended() else UNDONE


def write_summary(place: ExchangeFolder, watch: Watch) -> list[dict[str, Any]]:
    entries = watch.entries()
    text = json.dumps(entries, indent=2, ensure_ascii=False) + "\n"
    path = place.path / "summary.json"
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
    return entries


def _feed(ground: Backend, examples: Path, sent: list[Submission]) -> None:
    """Registrations and lists first, then the providers' topics, then what they send."""
    codec = ground.target.codec()
    sender = sending.sender(ground.target)
    known = registrations_in(examples)
    registrations.publish(sender, codec, known)
    for path in list_files(examples):
        found = list_file(path, path.stem, int(time.time() * 1000))
        lists.publish(sender, codec, found.accreditations)
    kinds = {provider.id: provider.kind for provider in known}
    for name in dict.fromkeys(each.provider for each in sent):
        ground.create_topics(kinds.get(name, "provider"), name)
    sender.send([_message(each, kinds.get(each.provider, "provider")) for each in sent])


def _message(submission: Submission, kind: str) -> Outgoing:
    topic = topics.submissions(kind, submission.provider)
    return Outgoing(topic, submission.value, None, (("ce_id", submission.id.encode()),))


def _see_through(live: _Live, *, keep: bool, as_json: bool) -> None:
    """Until every submission has ended and is told of; with `keep`, until somebody stops it."""
    _follow(live)
    entries = write_summary(live.watch.place, live.watch)
    report(live.console, live.watch.place, entries, time.monotonic() - live.began)
    if as_json:
        sys.stdout.write(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
    while keep and not live.stopping:
        _turn(live)
        write_summary(live.watch.place, live.watch)


def _follow(live: _Live) -> None:
    def lasted() -> float:
        return time.monotonic() - live.began

    def done() -> bool:
        return live.watch.done() and live.collector.caught_up

    while not live.stopping and not done() and lasted() < timeouts.RUN_SECONDS:
        if live.watch.heard or lasted() > timeouts.FIRST_RECEIPT_SECONDS:
            live.house.start_rest()
        _turn(live)
    live.house.start_rest()


def _turn(live: _Live) -> None:
    house, collector, watch = live.house, live.collector, live.watch
    for name, code in house.restart_ended():
        live.console.print(f"[yellow]{name} ended ({code}); started again[/]")
    if time.monotonic() - live.asked > timeouts.RUN_TOPICS_CHECK_SECONDS:
        _follow_new(live)
    for seen in collector.poll(timeouts.RUN_POLL_SECONDS):
        if isinstance(seen.record, Provider):
            house.backend.create_topics(seen.record.kind, seen.record.id)
        if isinstance(seen.record, PublishedChange) and seen.record.topic not in live.named:
            live.named.add(seen.record.topic)
            live.asked = 0.0
        watch.hear(seen)


def _follow_new(live: _Live) -> None:
    """Follow topics that have come; a broker that does not answer is asked again."""
    try:
        known = clients.topics_of(live.collector.consumer)[1]
    except Unavailable:
        live.console.print(f"[yellow]{live.collector.cluster.silent()}; asked again[/]")
        return
    live.asked = time.monotonic()
    wanted = {topics.DEFINITIONS, topics.CHANGES, topics.PROVIDERS, *live.named}
    wanted |= {name for name in known if name.endswith(".dlq") or name.startswith("receipts.")}
    live.collector.follow({name: known[name] for name in wanted & known.keys()})
