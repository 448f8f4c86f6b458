"""Registrations of providers: published, with what each of them needs, and read back."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from credstream.contract import rights, topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.records import Provider
from credstream.exchange import users
from credstream.exchange.errors import CommandError
from credstream.exchange.sending import connected
from credstream.exchange.target import Target, settings_for
from credstream.kafka import clients, metadata
from credstream.kafka.admin import Admin
from credstream.kafka.cluster import Cluster
from credstream.kafka.sender import Outgoing, Sender
from credstream.kafka.topic_reader import read_to_end
from credstream.process import timeouts


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A registered provider; `password` is given only where it is new."""

    provider: str
    user: str | None
    password: str | None


def publish(sender: Sender, codec: Codec, providers: Iterable[Provider]) -> None:
    """Send registrations, and wait until the broker has them."""
    sender.send([Outgoing(topics.PROVIDERS, codec.encode(p), p.id.encode()) for p in providers])


def add(
    target: Target, providers: Sequence[Provider], replicas: int, *, new_password: bool
) -> list[Enrolment]:
    """Publish registrations, then create each provider's topics, user, rights and quota.

    A registration is published before its topics exist, so that no event is refused for being
    early. Repeatable.
    """
    publish(connected(target), target.codec(), providers)
    return [_enrol(target, each, replicas, new_password=new_password) for each in providers]


def set_status(target: Target, provider: str, status: str) -> None:
    """Suspend a provider or make it active; its open connections notice within a minute."""
    registration = in_force(target).get(provider)
    if registration is None:
        raise CommandError(f"no provider {provider} is registered")
    changed = replace(registration, status=status)
    # Rights first: what is still on its way is refused by ingest, once it knows.
    if not target.embedded:
        users.add_provider(target, changed, new_password=False)
    publish(connected(target), target.codec(), [changed])


def in_force(target: Target) -> Mapping[str, Provider]:
    """The registrations in force by id, read from their topic; raises Unavailable."""
    if topics.PROVIDERS not in Admin(target.cluster).partitions():
        return {}
    consumer = clients.consumer(target.cluster, "credstream-operator")
    codec, found = target.codec(), dict[str, Provider]()
    try:
        for key, value in read_to_end(consumer, topics.PROVIDERS, timeouts.REGISTRATIONS_SECONDS):
            # Removed first, so that the order is that of the last change of each provider.
            found.pop(key, None)
            if value is not None:
                found[key] = codec.decode(value, Provider)
    except Rejected as refusal:
        raise Unavailable(
            f"{topics.PROVIDERS} holds a message that is no registration: {refusal}"
        ) from refusal
    finally:
        consumer.close()
    return found


def known_to_ingest(folder: Path) -> list[Provider]:
    """The registrations in the tables of ingest, by id."""
    import sqlalchemy as sa

    from credstream.storage.read_only import reading
    from credstream.storage.tables import PROVIDERS

    with reading(settings_for("ingest", folder).database_url) as connection:
        rows = connection.execute(sa.select(PROVIDERS.c.record)).all()
    codec = Codec()
    return sorted((codec.decode(row[0], Provider) for row in rows), key=lambda each: each.id)


def _enrol(target: Target, provider: Provider, replicas: int, *, new_password: bool) -> Enrolment:
    names = topics.provider_topics(provider.kind, provider.id)
    if target.embedded:
        _await_topics(target.cluster, names)
        return Enrolment(provider.id, None, None)
    Admin(target.cluster).create(names, replicas)
    password = users.add_provider(target, provider, new_password=new_password)
    return Enrolment(provider.id, rights.user_of_provider(provider.id), password)


def _await_topics(cluster: Cluster, names: Iterable[str]) -> None:
    """The embedded broker has no admin calls: its host creates the topics of a registration."""
    producer, missing = clients.producer(cluster), set(names)
    until = time.monotonic() + timeouts.EMBEDDED_TOPICS_SECONDS
    while not missing <= set(metadata.topics_seen_by(producer)[1]):
        if time.monotonic() > until:
            raise Unavailable("the run that hosts the broker did not create the topics")
        time.sleep(timeouts.EMBEDDED_TOPICS_CHECK_SECONDS)
