"""What a house stands on: the embedded broker of its own process, or real servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from credstream.contract import rights, topics
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.target import Target, of_stack
from credstream.kafka.clients import Cluster
from credstream.kafka.embedded import Broker
from credstream.vocabularies.countries import all_countries


class Backend(Protocol):
    """Where a house's topics are."""

    @property
    def exchange(self) -> Target:
        """The exchange as its operator reaches it."""

    @property
    def words(self) -> str:
        """What to say of it; {} is its address."""

    def add_topics(self, kind: str, provider: str) -> None:
        """Make the topics of a provider; repeatable."""

    def settings(self, service: str) -> Mapping[str, str]:
        """What a service has to be told to get there, by setting."""

    def told(self) -> Mapping[str, str]:
        """What other terminals have to know."""


@dataclass(frozen=True, slots=True)
class EmbeddedBackend:
    """The mock broker of librdkafka, in this process."""

    broker: Broker
    words: str = "an embedded broker at {}: memory only, for a first look"

    @property
    def exchange(self) -> Target:
        return Target(Cluster(self.broker.address, "embedded"))

    def add_topics(self, kind: str, provider: str) -> None:
        for name in topics.of_provider(kind, provider):
            # A client that was earlier than the registration has made the topic already.
            with suppress(RuntimeError):
                self.broker.create_topic(name, 1)

    def settings(self, service: str) -> Mapping[str, str]:
        del service  # everybody may do everything here
        return {"BROKER": self.broker.address, "PROFILE": "embedded"}

    def told(self) -> Mapping[str, str]:
        return {"broker": self.broker.address, "profile": "embedded"}


@dataclass(frozen=True, slots=True)
class RealBackend:
    """Servers that `make kafka-up` started; each service is a user with its own rights."""

    place: ExchangeFolder
    stack: Path
    exchange: Target
    passwords: Mapping[str, Path] = field(default_factory=dict)
    words: str = "Apache Kafka at {}"

    def add_topics(self, kind: str, provider: str) -> None:
        from credstream.kafka.admin import Admin

        Admin(self.exchange.cluster).create(topics.of_provider(kind, provider), 1)

    def settings(self, service: str) -> Mapping[str, str]:
        return {
            "BROKER": self.exchange.cluster.address,
            "PROFILE": "kafka",
            "SECURITY_PROTOCOL": "sasl_ssl",
            "SASL_USERNAME": rights.user_of_service(service),
            "SASL_PASSWORD_FILE": str(self.passwords[service]),
            "BROKER_CA": str(self.exchange.cluster.security["ssl.ca.pem"]),
            "REGISTRY_URL": self.exchange.registry,
        }

    def told(self) -> Mapping[str, str]:
        address = self.exchange.cluster.address
        return {"broker": address, "profile": "kafka", "stack": str(self.stack.resolve())}


@contextmanager
def embedded() -> Iterator[EmbeddedBackend]:
    """The embedded broker with every topic that needs no provider."""
    with Broker(dict(topics.fixed(all_countries(), embedded=True))) as broker:
        yield EmbeddedBackend(broker)


@contextmanager
def real(place: ExchangeFolder, stack: Path, *, fresh: bool) -> Iterator[RealBackend]:
    """Topics, schemas and users of the exchange, on real servers."""
    from credstream.exchange.topics import create
    from credstream.exchange.users import add_service

    exchange = of_stack(stack)
    (place.folder / "stack").write_text(str(stack.resolve()))
    if fresh:
        _forget(exchange, place)
    create(exchange, 1)
    yield RealBackend(
        place,
        stack,
        exchange,
        {
            name: add_service(exchange, name, place.secrets / f"{name}.password")
            for name in topics.SERVICES
        },
    )


def _forget(exchange: Target, place: ExchangeFolder) -> None:
    """Delete what the exchange's topics hold, and every table."""
    from credstream.exchange.topics import is_ours
    from credstream.kafka.admin import Admin
    from credstream.storage.engine import empty

    admin = Admin(exchange.cluster)
    admin.delete(admin.used(name for name in admin.partitions() if is_ours(name)))
    for name in (*topics.SERVICES, "vault"):
        empty(place.url(name))
