"""The rights of every service and provider on the cluster (ACLs), as data.

The topic that a provider may write to is its identity, so its rights are on literal names: a
right on the prefix `acme` would include `acme2`. Names of users begin with `provider.` or
`service.`, so that no provider can have the name of a service or of the administrator.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from credstream.contract import topics
from credstream.contract.topics import SERVICES, Topic

READ, WRITE, DESCRIBE_CONFIGS = "read", "write", "describe_configs"
TOPIC, GROUP, TRANSACTION = "topic", "group", "transactional_id"

# The quotas of one provider on each broker.
PRODUCER_BYTES_PER_SECOND = 1024 * 1024
CONSUMER_BYTES_PER_SECOND = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One operation on one resource; `prefixed` where `name` is the beginning of names."""

    resource: str
    name: str
    operation: str
    prefixed: bool = False


def user_of_service(service: str) -> str:
    return f"service.{service}"


def user_of_provider(provider: str) -> str:
    return f"provider.{provider}"


def provider_rights(kind: str, provider: str, *, suspended: bool = False) -> tuple[Right, ...]:
    """To write its own submissions and to read its own receipts; to read only when suspended."""
    group = user_of_provider(provider)
    reads = (
        Right(TOPIC, topics.receipts(provider), READ),
        Right(GROUP, group, READ),
        # With the dot, `provider.acme.` is no prefix of the groups of the provider acme2.
        Right(GROUP, f"{group}.", READ, prefixed=True),
    )
    return reads if suspended else (Right(TOPIC, topics.submissions(kind, provider), WRITE), *reads)


def service_rights(service: str) -> tuple[Right, ...]:
    """Its topics by the table, with their dead letters; its groups and its transactions."""
    rights = {
        Right(TOPIC, topics.UNKNOWN_DLQ, WRITE),
        *(Right(GROUP, f"{service}{end}", READ) for end in ("", "-control", "-catch-up")),
        Right(TRANSACTION, f"{service}-", WRITE, prefixed=True),
    }
    for row in topics.TOPICS:
        right = _write_right(row, service)
        if service in row.readers:
            # A prefix includes the dead letters: Kafka has no patterns for the end of a name.
            name = right.name if right.prefixed else topics.dlq(right.name)
            rights |= {replace(right, operation=READ), replace(right, name=name)}
            # Only providers could date a message themselves.
            if "provider" in row.writers:
                rights.add(replace(right, operation=DESCRIBE_CONFIGS))
        if service in row.writers:
            rights.add(right)
    return tuple(sorted(rights))


def rights_by_user() -> dict[str, tuple[Right, ...]]:
    """The rights of every service, by user."""
    return {user_of_service(name): service_rights(name) for name in SERVICES}


def _write_right(row: Topic, service: str) -> Right:
    """The right to write to the topics of a row; of `again` to the service's own."""
    start, placeholder, _ = row.name.replace("<service>", service).partition("<")
    return Right(TOPIC, start, WRITE, prefixed=bool(placeholder))
