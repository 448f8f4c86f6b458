"""Registrations and accreditations: publish them, list what is known."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from credstream.contract import rights, topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.records import Accreditation, Provider
from credstream.contract.values import Reason
from credstream.exchange import users
from credstream.exchange.errors import CommandError
from credstream.exchange.local.examples import registration
from credstream.exchange.registrations import in_force
from credstream.exchange.target import Target, settings_for, target_of
from credstream.interfaces.cli.exit_codes import guarded
from credstream.kafka import clients
from credstream.kafka.admin import Admin
from credstream.kafka.clients import Cluster
from credstream.kafka.sender import NEW_TOPICS_STALL_SECONDS, Outgoing, Sender
from services.accreditation.sources.table import read_list

CONNECT_SECONDS = 4.0


def publish_providers(sender: Sender, codec: Codec, providers: Iterable[Provider]) -> None:
    sender.send([Outgoing(topics.PROVIDERS, codec.encode(p), p.id.encode()) for p in providers])


def publish_accreditations(
    sender: Sender, codec: Codec, path: Path, name: str
) -> tuple[tuple[Accreditation, ...], tuple[Reason, ...]]:
    """Publish a list; its accreditations, and the rows that were left out."""
    try:
        with path.open("rb") as stream:
            records, reasons = read_list(stream, name=name, as_of=int(time.time() * 1000))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from error
    except Rejected as refusal:
        raise CommandError(f"{path}: {refusal.path}: {refusal.detail}") from refusal
    sender.send([Outgoing(topics.ACCREDITATIONS, codec.encode(r), r.id.encode()) for r in records])
    return records, reasons


def add_providers(
    files: Sequence[Path], folder: Path, *, replicas: int, new_password: bool, as_json: bool
) -> int:
    """Publish registrations before their topics exist: no event is refused for being early."""
    providers = [registration(path) for path in files]

    def work() -> int:
        exchange = target_of(folder)
        publish_providers(_connected(exchange), exchange.codec(), providers)
        told = [
            _enrolled(exchange, each, replicas, new_password=new_password) for each in providers
        ]
        _say_enrolled(told, as_json=as_json)
        return 0

    return guarded(work)


def set_state(provider: str, state: str, folder: Path, *, as_json: bool) -> int:
    """Suspend a provider or let it go on; its open connections notice within a minute."""

    def work() -> int:
        exchange = target_of(folder)
        held = in_force(exchange).get(provider)
        if held is None:
            raise CommandError(f"no provider {provider} is registered")
        changed = replace(held, status=state)
        # Rights first: what is still on its way is refused by ingest, which then knows.
        if not exchange.embedded:
            users.add_provider(exchange, changed, new_password=False)
        publish_providers(_connected(exchange), exchange.codec(), [changed])
        _say([provider], as_json=as_json, sentence=state)
        return 0

    return guarded(work)


def load_accreditations(path: Path, name: str, folder: Path, *, as_json: bool) -> int:
    def work() -> int:
        exchange = target_of(folder)
        records, reasons = publish_accreditations(
            _connected(exchange), exchange.codec(), path, name
        )
        for reason in reasons:
            sys.stderr.write(f"{path}: {reason.path}: {reason.code}: {reason.detail}\n")
        _say([each.id for each in records], as_json=as_json, sentence="published")
        return 0

    return guarded(work)


def list_providers(folder: Path, *, as_json: bool) -> int:
    import sqlalchemy as sa

    from credstream.storage.tables import PROVIDERS

    records = _stored(folder, "ingest", sa.select(PROVIDERS.c.record), Provider)
    rows = [(p.id, p.kind, p.country, p.status, p.name) for p in records]
    return _table(records, rows, ("id", "kind", "country", "status", "name"), as_json=as_json)


def list_accreditations(folder: Path, *, as_json: bool) -> int:
    import sqlalchemy as sa

    from services.accreditation.tables import ACCREDITATIONS

    records = _stored(folder, "accreditation", sa.select(ACCREDITATIONS.c.record), Accreditation)
    rows = [
        (
            a.id,
            a.kind,
            " / ".join(a.organisation.name.values()),
            f"{a.issued_on or ''} - {a.withdrawn_on or a.expires_on or ''}",
            "withdrawn" if a.withdrawn_on else a.decision,
        )
        for a in records
    ]
    return _table(
        records, rows, ("id", "kind", "organisation", "in force", "state"), as_json=as_json
    )


def _connected(exchange: Target) -> Sender:
    """A sender whose broker answered; raises Unavailable soon where none does."""
    clients.Asker(exchange.cluster).seen(CONNECT_SECONDS)
    return Sender(exchange.cluster, stall_seconds=NEW_TOPICS_STALL_SECONDS)


def _enrolled(
    exchange: Target, provider: Provider, replicas: int, *, new_password: bool
) -> dict[str, str | None]:
    names = topics.of_provider(provider.kind, provider.id)
    if exchange.embedded:
        _await_topics(exchange.cluster, names)
        return {"provider": provider.id, "user": None, "password": None}
    Admin(exchange.cluster).create(names, replicas)
    password = users.add_provider(exchange, provider, new_password=new_password)
    user = rights.user_of_provider(provider.id)
    return {"provider": provider.id, "user": user, "password": password}


def _await_topics(cluster: Cluster, names: Iterable[str]) -> None:
    """The embedded broker has no admin calls: its host makes the topics of a registration."""
    producer, wanted, patience = clients.producer(cluster), set(names), 100
    while not wanted <= set(clients.topics_of(producer)[1]):
        patience -= 1
        if not patience:
            raise Unavailable("the run that hosts the broker did not create the topics")
        time.sleep(0.1)


def _say_enrolled(told: Sequence[Mapping[str, str | None]], *, as_json: bool) -> None:
    if as_json:
        ids = [each["provider"] for each in told]
        sys.stdout.write(json.dumps({"registered": ids, "users": told}) + "\n")
        return
    for each in told:
        sys.stdout.write(f"registered {each['provider']}\n")
        if each["password"]:
            sys.stdout.write(
                f"user {each['user']}, password {each['password']}: it is shown this once\n"
            )


def _stored(folder: Path, service: str, query: Any, kind: type) -> list[Any]:
    from credstream.storage.engine import open_engine, transaction

    found: list[Any] = []

    def work() -> int:
        codec = Codec()
        with transaction(open_engine(settings_for(service, folder).database_url)) as connection:
            found.extend(codec.decode(row[0], kind) for row in connection.execute(query))
        return 0

    guarded(work)
    return sorted(found, key=lambda record: record.id)


def _table(
    records: Sequence[object],
    rows: Sequence[Sequence[str]],
    titles: Sequence[str],
    *,
    as_json: bool,
) -> int:
    if as_json:
        sys.stdout.write(orjson.dumps(records, option=orjson.OPT_INDENT_2).decode() + "\n")
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False).print(table)
    return 0


def _say(ids: Sequence[str], *, as_json: bool, sentence: str) -> None:
    if as_json:
        sys.stdout.write(json.dumps({sentence: list(ids)}) + "\n")
    else:
        sys.stdout.write("".join(f"{sentence} {each}\n" for each in ids))
