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

import orjson
from rich.console import Console
from rich.table import Table

from credstream.cli.collector import Collector, Seen, receipts_on_file
from credstream.cli.grounds import Ground, embedded, real
from credstream.cli.house import House, prepare
from credstream.cli.place import UNDONE, Place
from credstream.cli.reference import publish_accreditations, publish_providers
from credstream.cli.submissions import (
    EXAMPLES,
    Submission,
    lists,
    registrations,
    submissions,
)
from credstream.cli.summary import Ledger, ledger
from credstream.contract import topics
from credstream.contract.records import Provider, PublishedAward, Receipt
from credstream.runtime import clients
from credstream.vocabularies.countries import all_countries

GIVE_UP_SECONDS = 120.0
FIRST_SECONDS = 3.0
QUIET_SECONDS = 0.5
HELD_QUIET_SECONDS = 2.0
# Reasons that say, in the receipt, that no credential will be sealed.
UNSEALED = {"edc.incomplete", "edc.not_in_force"}
STYLES = {"published": "green", "held": "yellow", "out_of_scope": "cyan", "refused": "red"}


@dataclass(slots=True)
class Watch:
    """What is known while the run lasts."""

    place: Place
    ledger: Ledger
    say: Callable[[str], None]
    awaited: set[str] = field(default_factory=set)
    heard: bool = False
    changed: float = field(default_factory=time.monotonic)

    def hear(self, seen: Seen) -> None:
        if isinstance(seen.record, Receipt):
            self._receipt(orjson.loads(orjson.dumps(seen.record)), quiet=False)
        elif seen.topic == topics.UNKNOWN_DLQ:
            self._unknown(seen.headers)
        elif isinstance(seen.record, PublishedAward) and seen.record.status == "issued":
            self.changed = time.monotonic()

    def recall(self, receipts: Iterator[Mapping[str, Any]]) -> None:
        for receipt in receipts:
            self._receipt(receipt, quiet=True)

    def europass(self) -> dict[str, str]:
        """The newest sealed file of each key."""
        found: dict[str, tuple[int, str]] = {}
        for path in (self.place.folder / "europass").glob("*.jsonld"):
            name, _, number = path.name.removesuffix(".jsonld").rpartition(".v")
            _, country, rest = name.split("-", 2)
            key, version = f"mc:{country}:{rest}", int(number)
            found[key] = max(found.get(key, (0, "")), (version, f"europass/{path.name}"))
        return {key: file for key, (_, file) in found.items()}

    def done(self) -> bool:
        """Every submission has ended, every seal that was promised is there, and all is quiet."""
        if not self.all_ended():
            return False
        held = any(self.ledger.outcome(name) == "held" for name in self.ledger.sent)
        if time.monotonic() - self.changed < (HELD_QUIET_SECONDS if held else QUIET_SECONDS):
            return False
        folder = self.place.folder / "europass"
        return all((folder / name).exists() for name in self.awaited)

    def all_ended(self) -> bool:
        return all(self.ledger.ended(name) for name in self.ledger.sent)

    def entries(self) -> list[dict[str, Any]]:
        europass = self.europass()
        return [self.ledger.entry(name, europass) for name in self.ledger.sent]

    def _receipt(self, receipt: Mapping[str, Any], *, quiet: bool) -> None:
        self.changed = time.monotonic()
        self._await(receipt)
        ended = self.ledger.hear(receipt)
        self.heard = self.heard or not quiet
        if not quiet and (ended or receipt["status"] == "unchanged"):
            sent = self.ledger.sent.get(receipt["submission"])
            self.say(line_of(receipt, sent.file if sent else receipt["submission"]))

    def _await(self, receipt: Mapping[str, Any]) -> None:
        unsealed = any(reason["code"] in UNSEALED for reason in receipt["reasons"])
        if receipt["status"] == "published" and receipt["kind"] == "award" and not unsealed:
            key, version = receipt["key"], receipt["version"]
            self.awaited.add(f"{key.replace(':', '-')}.v{version}.jsonld")

    def _unknown(self, headers: Mapping[str, str]) -> None:
        """A provider that is not registered has no topic for receipts."""
        receipt = {
            "submission": headers.get("ce_id", ""),
            "provider": "",
            "status": "refused",
            "key": None,
            "kind": None,
            "version": None,
            "outcome": None,
            "reasons": [
                {
                    "code": headers.get("credstream_dlq_reason", ""),
                    "path": headers.get("credstream_dlq_path", ""),
                    "detail": headers.get("credstream_dlq_detail", ""),
                }
            ],
        }
        self._receipt(receipt, quiet=False)


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
    console = _console(stderr=as_json)
    examples = source or EXAMPLES
    sent = submissions(examples)
    place = prepare(folder, fresh=fresh, on_real=stack is not None)
    stopping: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: stopping.append(received))
    with real(place, stack, fresh=fresh) if stack else embedded() as ground:
        exchange = ground.exchange
        house = House(place, ground)
        collector = Collector(exchange.cluster, folder, exchange.codec())
        watch = Watch(place, ledger(sent), console.print)
        watch.recall(receipts_on_file(folder))
        try:
            console.print(
                f"credstream on {ground.words.format(exchange.cluster.address)}.\n"
                "Seals are made with a test certificate of this folder's own."
            )
            house.start()
            _feed(ground, examples, sent)
            _follow(house, collector, watch, stopping, began, console)
            entries = write_summary(place, watch)
            report(console, place, entries, time.monotonic() - began)
            if as_json:
                sys.stdout.write(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
            while keep and not stopping:
                _turn(house, collector, watch, console)
                write_summary(place, watch)
        finally:
            collector.close()
            house.stop()
    return 0 if watch.all_ended() else UNDONE


def write_summary(place: Place, watch: Watch) -> list[dict[str, Any]]:
    entries = watch.entries()
    text = json.dumps(entries, indent=2, ensure_ascii=False) + "\n"
    path = place.folder / "summary.json"
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
    return entries


def line_of(receipt: Mapping[str, Any], name: str) -> str:
    """One line for a receipt, as a person reads it."""
    status = receipt["status"]
    style = STYLES.get(status, "dim")
    codes = dict.fromkeys(reason["code"] for reason in receipt["reasons"])
    if status == "published":
        what = f"{receipt['kind']} v{receipt['version']} {receipt['outcome'] or ''}"
        more = f"({len(receipt['reasons'])} remarks)" if codes else ""
    else:
        what, more = ", ".join(codes), ""
    return f"[{style}]{status:12}[/] {name:48} {what} [dim]{more}[/]".rstrip()


def report(
    console: Console,
    place: Place,
    entries: list[dict[str, Any]],
    seconds: float,
) -> None:
    """The summary table, and where to look."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("submission", "outcome", "judgement"):
        table.add_column(title, no_wrap=True)
    table.add_column("why", overflow="fold")
    table.add_column("sealed", no_wrap=True)
    for entry in entries:
        style = STYLES.get(entry["outcome"], "")
        codes = dict.fromkeys(reason["code"] for reason in entry["reasons"])
        table.add_row(
            entry["file"],
            f"[{style}]{entry['outcome']}[/]" if style else entry["outcome"],
            entry["judgement"] or "",
            ", ".join(codes),
            "yes" if entry["europass"] else "",
        )
    console.print()
    console.print(table)
    sealed = sum(bool(entry["europass"]) for entry in entries)
    key = next((key for entry in entries if entry["europass"] for key in entry["keys"]), "KEY")
    console.print(
        f"\n{len(entries)} submissions, {sealed} with a sealed credential, in {seconds:.1f} s.\n"
        f"Sealed credentials:  {place.folder}/europass/\n"
        f"Published streams:   {place.folder}/published/\n"
        f"Receipts, by provider: {place.folder}/receipts/\n"
        f"Dead letters:        {place.folder}/dlq/\n"
        f"Summary:             {place.folder}/summary.json\n"
        f"Explain one:         credstream why {key} --dir {place.folder}"
    )


def _console(*, stderr: bool) -> Console:
    """A console that does not squeeze its lines into 80 columns where nobody looks."""
    plain = Console(stderr=stderr, highlight=False, soft_wrap=True)
    return plain if plain.is_terminal else Console(stderr=stderr, highlight=False, width=160)


def _feed(ground: Ground, examples: Path, sent: list[Submission]) -> None:
    """Registrations and lists first, then the providers' topics, then what they send."""
    codec = ground.exchange.codec()
    producer = clients.producer(ground.exchange.cluster)
    known = registrations(examples)
    publish_providers(producer, codec, known)
    for path in lists(examples):
        publish_accreditations(producer, codec, path, path.stem)
    kinds = {provider.id: provider.kind for provider in known}
    for name in dict.fromkeys(each.provider for each in sent):
        ground.add_topics(kinds.get(name, "provider"), name)
    for each in sent:
        producer.produce(
            topics.submissions(kinds.get(each.provider, "provider"), each.provider),
            each.value,
            headers=[("ce_id", each.id.encode())],
        )
        producer.poll(0)
    producer.flush(30)


def _follow(
    house: House,
    collector: Collector,
    watch: Watch,
    stopping: list[int],
    began: float,
    console: Console,
) -> None:
    while not stopping and not watch.done() and time.monotonic() - began < GIVE_UP_SECONDS:
        if watch.heard or time.monotonic() - began > FIRST_SECONDS:
            house.start_rest()
        _turn(house, collector, watch, console)
    house.start_rest()


def _turn(house: House, collector: Collector, watch: Watch, console: Console) -> None:
    for name, code in house.mend():
        console.print(f"[yellow]{name} ended ({code}); started again[/]")
    providers = {each.provider for each in watch.ledger.sent.values()}
    countries = [topics.awards(cc) for cc in (*all_countries(), topics.NOWHERE)]
    known = clients.topics_of(collector.consumer)[1]
    wanted = {topics.DEFINITIONS, topics.CHANGES, topics.PROVIDERS, *countries}
    wanted |= {topics.receipts(name) for name in providers}
    wanted |= {name for name in known if name.endswith(".dlq") or name.startswith("receipts.")}
    collector.follow(name for name in wanted if name in known)
    for seen in collector.poll(0.05):
        if isinstance(seen.record, Provider):
            house.ground.add_topics(seen.record.kind, seen.record.id)
        watch.hear(seen)
