"""Who may do what on the cluster: least rights of every service and provider, as data.

A provider is known by the topic that it may write to, so its rights are on literal names: a
prefix `acme` would open `acme2`. Users of providers and services have prefixes of their own, so
that no provider can be called like a service, or like the cluster's administrator.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from credstream.contract import topics
from credstream.contract.topics import SERVICES, Topic

READ, WRITE = "read", "write"
TOPIC, GROUP, TRANSACTION = "topic", "group", "transactional_id"

# What one provider may ask of a broker.
PRODUCER_BYTES_PER_SECOND = 1024 * 1024
CONSUMER_BYTES_PER_SECOND = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One operation on one resource; `prefixed` where the name is the beginning of many."""

    resource: str
    name: str
    operation: str
    prefixed: bool = False


def user_of_service(service: str) -> str:
    return f"service.{service}"


def user_of_provider(provider: str) -> str:
    return f"provider.{provider}"


def of_provider(kind: str, provider: str, *, suspended: bool = False) -> tuple[Right, ...]:
    """Write to its own submissions, read its own receipts; suspended, read only."""
    group = user_of_provider(provider)
    reads = (
        Right(TOPIC, topics.receipts(provider), READ),
        Right(GROUP, group, READ),
        # The dot keeps it out of the groups of a provider whose id goes on where this one ends.
        Right(GROUP, f"{group}.", READ, prefixed=True),
    )
    return reads if suspended else (Right(TOPIC, topics.submissions(kind, provider), WRITE), *reads)


def of_service(service: str) -> tuple[Right, ...]:
    """The topics that it reads and writes by the table, its dead letters, groups, transactions."""
    found = {
        Right(TOPIC, topics.UNKNOWN_DLQ, WRITE),
        *(Right(GROUP, f"{service}{end}", READ) for end in ("", "-control", "-catch-up")),
        Right(TRANSACTION, f"{service}-", WRITE, prefixed=True),
    }
    for row in topics.TOPICS:
        right = _on(row, service)
        if service in row.readers:
            # A prefix covers the dead letters too: Kafka knows no patterns for a name's end.
            name = right.name if right.prefixed else topics.dlq(right.name)
            found |= {replace(right, operation=READ), replace(right, name=name)}
        if service in row.writers:
            found.add(right)
    return tuple(sorted(found))


def all_services() -> dict[str, tuple[Right, ...]]:
    """The rights of every service, by user."""
    return {user_of_service(name): of_service(name) for name in SERVICES}


def _on(row: Topic, service: str) -> Right:
    """The right to write to the topics of a row; a service's own `again` among them."""
    start, placeholder, _ = row.name.replace("<service>", service).partition("<")
    return Right(TOPIC, start, WRITE, prefixed=bool(placeholder))
