"""The exchange that a command speaks to: the one of a folder, or the environment's."""

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
from credstream.kafka.cluster import Cluster, cluster_of
from credstream.process.settings import Settings, SettingsError, load


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster with its registry, as an operator reaches them.

    `database` is the beginning of every service's database URL. It is empty where each has a
    setting of its own, or is a SQLite file in the folder.
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
    """The exchange of a folder, or else the one that CREDSTREAM_* variables name."""
    exchange = ExchangeFolder(folder)
    if running := exchange.running():
        if not running.get("stack"):
            return Target(Cluster(running["broker"], running["profile"]))
        return stack_target(Path(running["stack"]))
    if stack := exchange.stack():
        return stack_target(stack)
    settings = environment_settings()
    try:
        return Target(cluster_of(settings), settings.registry_url)
    except SettingsError as error:
        raise CommandError(str(error), Kind.CONFIG) from error


def stack_target(path: Path) -> Target:
    """The servers that a file of `make kafka-up` describes, with their administrator's rights."""
    try:
        servers: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
        security = {
            "security.protocol": "sasl_ssl",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": servers["admin"]["username"],
            "sasl.password": servers["admin"]["password"],
            "ssl.ca.pem": Path(servers["ca"]).read_text("utf-8"),
        }
    except (OSError, ValueError, LookupError) as error:
        raise CommandError(f"{path} describes no servers: run `make kafka-up`") from error
    cluster = Cluster(servers["secure"], "kafka", security)
    return Target(cluster, servers["registry"], servers["database"])


def settings_for(service: str, folder: Path) -> Settings:
    """Settings of a service: the environment's, or else those of the exchange in the folder."""
    exchange = ExchangeFolder(folder)
    settings = environment_settings()
    if not settings.database_url and exchange.has_database(service):
        settings = replace(settings, database_url=exchange.url(service))
    if not settings.database_url:
        raise CommandError(
            f"no database of {service}: start `credstream run`, name its folder with --dir, "
            "or set CREDSTREAM_DATABASE_URL"
        )
    return settings


def environment_settings() -> Settings:
    """The settings of the environment; raises CommandError."""
    try:
        return load()
    except SettingsError as error:
        raise CommandError(str(error), Kind.CONFIG) from error


def check_service(name: str) -> None:
    """Raise CommandError for a name that no service has."""
    if name not in SERVICES:
        raise CommandError(f"no service is called {name}; there are {', '.join(SERVICES)}")
