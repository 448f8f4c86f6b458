"""The servers of a local exchange: the embedded broker of this process, or real ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from credstream.contract import rights, topics
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.target import Target, stack_target
from credstream.kafka.cluster import Cluster
from credstream.kafka.embedded import Broker
from credstream.vocabularies.countries import all_countries


class Backend(Protocol):
    """The servers that hold the topics of a local exchange."""

    @property
    def target(self) -> Target:
        """The exchange as its operator reaches it."""

    @property
    def description(self) -> str:
        """What a user has to know of it."""

    def create_topics(self, kind: str, provider: str) -> None:
        """Create the topics of a provider; repeatable."""

    def settings(self, service: str) -> Mapping[str, str]:
        """What a service needs to reach the servers, by the names of settings."""

    def address(self) -> Mapping[str, str]:
        """What `run.json` says of the servers."""


@dataclass(frozen=True, slots=True)
class EmbeddedBackend:
    """The mock broker of librdkafka, in this process."""

    broker: Broker

    @property
    def target(self) -> Target:
        return Target(Cluster(self.broker.address, "embedded"))

    @property
    def description(self) -> str:
        return f"an embedded broker at {self.broker.address}: memory only, for a first look"

    def create_topics(self, kind: str, provider: str) -> None:
        for name in topics.provider_topics(kind, provider):
            # A client that was earlier than the registration has created the topic already.
            with suppress(RuntimeError):
                self.broker.create_topic(name, 1)

    def settings(self, service: str) -> Mapping[str, str]:
        del service  # the embedded broker knows no users
        return {"BROKER": self.broker.address, "PROFILE": "embedded"}

    def address(self) -> Mapping[str, str]:
        return {"broker": self.broker.address, "profile": "embedded"}


@dataclass(frozen=True, slots=True)
class RealBackend:
    """Servers that `make kafka-up` started; each service is a user with its own rights.

    `passwords` has the file with the password of each service.
    """

    stack: Path
    target: Target
    passwords: Mapping[str, Path] = field(default_factory=dict)

    @property
    def description(self) -> str:
        return f"Apache Kafka at {self.target.cluster.address}"

    def create_topics(self, kind: str, provider: str) -> None:
        from credstream.kafka.admin import Admin

        admin, names = Admin(self.target.cluster), topics.provider_topics(kind, provider)
        admin.create(names, 1)
        # Those of an earlier version of this folder let a provider write the time.
        admin.repair(admin.drift(names, None))

    def settings(self, service: str) -> Mapping[str, str]:
        return {
            "BROKER": self.target.cluster.address,
            "PROFILE": "kafka",
            "SECURITY_PROTOCOL": "sasl_ssl",
            "SASL_USERNAME": rights.user_of_service(service),
            "SASL_PASSWORD_FILE": str(self.passwords[service]),
            "BROKER_CA": str(self.target.cluster.security["ssl.ca.pem"]),
            "REGISTRY_URL": self.target.registry,
        }

    def address(self) -> Mapping[str, str]:
        broker, stack = self.target.cluster.address, str(self.stack.resolve())
        return {"broker": broker, "profile": "kafka", "stack": stack}


@contextmanager
def embedded() -> Iterator[EmbeddedBackend]:
    """The embedded broker with every topic that needs no provider."""
    with Broker(dict(topics.fixed_topics(all_countries(), embedded=True))) as broker:
        yield EmbeddedBackend(broker)


@contextmanager
def real(folder: ExchangeFolder, stack: Path, *, fresh: bool) -> Iterator[RealBackend]:
    """Real servers with the topics, schemas and users of the exchange."""
    from credstream.exchange.topics import create
    from credstream.exchange.users import add_service

    target = stack_target(stack)
    (folder.path / "stack").write_text(str(stack.resolve()))
    if fresh:
        _forget(target, folder)
    create(target, 1)
    passwords = {
        name: add_service(target, name, folder.secrets / f"{name}.password")
        for name in topics.SERVICES
    }
    yield RealBackend(stack, target, passwords)


def _forget(target: Target, folder: ExchangeFolder) -> None:
    """Delete the exchange's topics that hold something, and every table."""
    from credstream.exchange.topics import is_ours
    from credstream.kafka.admin import Admin
    from credstream.storage.engine import empty

    admin = Admin(target.cluster)
    admin.delete(admin.used(name for name in admin.partitions() if is_ours(name)))
    for name in (*topics.SERVICES, "vault"):
        empty(folder.url(name))
