"""Which exchange a command speaks to: the one of a folder, or what the environment says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from credstream.contract.codec import Codec
from credstream.contract.topics import SERVICES
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.folder import ExchangeFolder
from credstream.kafka import clients
from credstream.kafka.clients import Cluster
from credstream.process.settings import Settings, SettingsError, load


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster with its registry, as an operator reaches them.

    `database` is the beginning of every service's database URL; empty where each has its own
    setting, or lies as a SQLite file in the folder.
    """

    cluster: Cluster
    registry: str = ""
    database: str = ""

    @property
    def embedded(self) -> bool:
        return self.cluster.profile == "embedded"

    def codec(self) -> Codec:
        return clients.codec_of(Settings(registry_url=self.registry))


def target_of(folder: Path) -> Target:
    """The exchange of a folder, or the one that CREDSTREAM_* variables name."""
    place = ExchangeFolder(folder)
    if running := place.running():
        if not running.get("stack"):
            return Target(Cluster(running["broker"], running["profile"]))
        return of_stack(Path(running["stack"]))
    if stack := place.stack():
        return of_stack(stack)
    settings = loaded()
    try:
        return Target(clients.cluster_of(settings), settings.registry_url)
    except SettingsError as error:
        raise CommandError(str(error), Kind.CONFIG) from error


def of_stack(path: Path) -> Target:
    """The servers that `make kafka-up` told of, with the rights of their administrator."""
    try:
        told: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
        security = {
            "security.protocol": "sasl_ssl",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": told["admin"]["username"],
            "sasl.password": told["admin"]["password"],
            "ssl.ca.pem": Path(told["ca"]).read_text("utf-8"),
        }
    except (OSError, ValueError, LookupError) as error:
        raise CommandError(f"no servers are told of in {path}: run `make kafka-up`") from error
    return Target(Cluster(told["secure"], "kafka", security), told["registry"], told["database"])


def settings_for(service: str, folder: Path) -> Settings:
    """Settings of a service: of the exchange in the folder, or from the environment."""
    place = ExchangeFolder(folder)
    settings = loaded()
    if not settings.database_url and place.has_database(service):
        settings = replace(settings, database_url=place.url(service))
    if not settings.database_url:
        raise CommandError(
            f"no database of {service}: start `credstream run`, name its folder with --dir, "
            "or set CREDSTREAM_DATABASE_URL"
        )
    return settings


def loaded() -> Settings:
    """The settings of the environment; raises CommandError."""
    try:
        return load()
    except SettingsError as error:
        raise CommandError(str(error), Kind.CONFIG) from error


def check_service(name: str) -> None:
    """Raise CommandError for a name that no service has."""
    if name not in SERVICES:
        raise CommandError(f"no service is called {name}; there are {', '.join(SERVICES)}")
