"""`credstream topics`: make them and their schemas, compare them with the table, list them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from rich.table import Table

from credstream.contract import topics
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.records import Provider
from credstream.contract.schemas import IDS
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.target import Target, target_of
from credstream.interfaces.cli.exit_codes import UNDONE, guarded
from credstream.interfaces.cli.terminal import console
from credstream.kafka import clients
from credstream.kafka.admin import Admin, Drift
from credstream.kafka.registry import IncompatibleError, SchemaRegistry
from credstream.vocabularies.countries import all_countries

SECONDS = 15.0


def create_topics(folder: Path, replicas: int, *, repair: bool, as_json: bool) -> int:
    """Make what is missing; 5 where something that is there differs from the table."""

    def work() -> int:
        exchange = target_of(folder)
        if exchange.embedded:
            raise CommandError("the embedded broker's topics are made by the run that hosts it")
        created, registered = make(exchange, replicas)
        admin = Admin(exchange.cluster)
        drifts = admin.drift(wanted(exchange), replicas)
        repaired = admin.repair(drifts) if repair else []
        left = admin.drift(wanted(exchange), replicas) if repaired else drifts
        told = {"created": created, "registered": registered, "repaired": repaired}
        words = [f"{what} {name}" for what, names in told.items() for name in names]
        _tell(told, left, words or ["nothing was missing"], as_json=as_json)
        return UNDONE if left else 0

    return guarded(work)


def check_topics(folder: Path, replicas: int | None, *, as_json: bool) -> int:
    """Compare topics and schemas with this version; 5 where they differ."""

    def work() -> int:
        exchange = target_of(folder)
        drifts = drift_of(exchange, replicas)
        count = len(wanted(exchange))
        words = [] if drifts else [f"{count} topics and {len(IDS)} schemas are as they should be"]
        _tell({}, drifts, words, as_json=as_json)
        return UNDONE if drifts else 0

    return guarded(work)


def list_topics(folder: Path, *, as_json: bool) -> int:
    """List the exchange's topics that are there, with what the table says of each."""

    def work() -> int:
        exchange = target_of(folder)
        known = Admin(exchange.cluster).partitions()
        rows = [_row(name, count) for name, count in sorted(known.items()) if ours(name)]
        if as_json:
            sys.stdout.write(json.dumps(rows, indent=2) + "\n")
            return 0
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("topic", "partitions", "record", "kept", "max_bytes"):
            table.add_column(title, overflow="fold")
        for row in rows:
            table.add_row(*(str(cell) for cell in row.values()))
        console().print(table)
        return 0

    return guarded(work)


def make(exchange: Target, replicas: int) -> tuple[list[str], list[str]]:
    """Topics by the table and schemas by level; what was new of each."""
    created = Admin(exchange.cluster).create(wanted(exchange), replicas)
    if not exchange.registry:
        return created, []
    registry = SchemaRegistry(exchange.registry)
    try:
        return created, [name for name in IDS if registry.register(name)]
    except IncompatibleError as error:
        raise CommandError(
            f"{error}; an earlier version of a schema forbids ours", Kind.UNDONE
        ) from error
    finally:
        registry.close()


def drift_of(exchange: Target, replicas: int | None) -> list[Drift]:
    """Everything of an exchange's topics and schemas that differs from this version."""
    if exchange.embedded:
        return embedded_drift(Admin(exchange.cluster).partitions())
    return Admin(exchange.cluster).drift(wanted(exchange), replicas) + schema_drift(exchange)


def schema_drift(exchange: Target) -> list[Drift]:
    """Subjects of the registry that are not as `topics create` leaves them."""
    if not exchange.registry:
        return []
    registry = SchemaRegistry(exchange.registry)
    try:
        states = {name: registry.state(name) for name in IDS}
    finally:
        registry.close()
    return [Drift(f"schema {name}", "registry", it, "") for name, it in states.items() if it]


def wanted(exchange: Target) -> list[str]:
    """Every topic that has to be there, those of registered providers among them."""
    names = [name for name, _ in topics.fixed(all_countries())]
    own = [topics.of_provider(each.kind, each.id) for each in registered(exchange).values()]
    return names + [name for each in own for name in each]


def registered(exchange: Target) -> Mapping[str, Provider]:
    """The registrations in force, read from their topic; raises Unavailable."""
    if topics.PROVIDERS not in Admin(exchange.cluster).partitions():
        return {}
    consumer = clients.consumer(exchange.cluster, "credstream-operator")
    codec, found = exchange.codec(), dict[str, Provider]()
    try:
        for key, value in clients.read_to_end(consumer, topics.PROVIDERS, SECONDS):
            found.pop(key, None)
            if value is not None:
                found |= {key: codec.decode(value, Provider)}
    except Rejected as refusal:
        raise Unavailable(
            f"{topics.PROVIDERS} holds what is no registration: {refusal}"
        ) from refusal
    finally:
        consumer.close()
    return found


def ours(name: str) -> bool:
    return topics.row_of(name) is not None or name == topics.UNKNOWN_DLQ


def embedded_drift(known: Mapping[str, int]) -> list[Drift]:
    fixed = topics.fixed(all_countries(), embedded=True)
    return [
        Drift(name, "partitions" if name in known else "missing", str(known.get(name, "")), str(n))
        for name, n in fixed
        if known.get(name) != n
    ]


def _row(name: str, partitions: int) -> dict[str, object]:
    row, config = topics.row_of(name), topics.config(name)
    kept = config["retention.ms"]
    days = "for ever, compacted" if kept == "-1" else f"{int(kept) // topics.DAY_MS} d"
    return {
        "topic": name,
        "partitions": partitions,
        "record": row.record if row and not name.endswith(".dlq") else "",
        "kept": days,
        "max_bytes": topics.max_bytes(name),
    }


def _tell(
    told: Mapping[str, object], drifts: Iterable[Drift], words: Iterable[str], *, as_json: bool
) -> None:
    rows = [
        {
            "topic": d.topic,
            "what": d.what,
            "found": d.found,
            "wanted": d.wanted,
            "do": d.how_to_mend,
        }
        for d in drifts
    ]
    if as_json:
        sys.stdout.write(json.dumps({**told, "drift": rows}, indent=2) + "\n")
        return
    for word in words:
        sys.stdout.write(f"{word}\n")
    for row in rows:
        found = f" is {row['found']}" if row["found"] else ""
        should = f", should be {row['wanted']}" if row["wanted"] else ""
        sys.stdout.write(f"{row['topic']}: {row['what']}{found}{should}; {row['do']}\n")
