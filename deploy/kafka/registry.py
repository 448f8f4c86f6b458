"""Apicurio Registry, with the Confluent interface, on loopback; its schemas lie in PostgreSQL."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

from deploy.kafka import parts, processes
from deploy.kafka.layout import HOST, USER, Layout

JVM = ("-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def start(layout: Layout) -> None:
    """Start it; does not wait. Both addresses are named, or it listens to the whole network."""
    port = layout.registry_port
    folder = parts.registry_folder(layout)
    settings = {
        "quarkus.http.host": HOST,
        "quarkus.http.port": port,
        "quarkus.management.host": HOST,
        "quarkus.management.port": port + 1,
        "quarkus.http.access-log.enabled": "false",
        "quarkus.log.level": "WARN",
        "apicurio.storage.sql.kind": "postgresql",
        "apicurio.datasource.url": f"jdbc:postgresql://{HOST}:{layout.postgres_port}/registry",
        "apicurio.datasource.username": USER,
        "apicurio.datasource.password": layout.secret("postgres"),
    }
    options = [f"-D{name}={value}" for name, value in settings.items()]
    command = [parts.java(), *JVM, *options, "-jar", str(folder / "quarkus-run.jar")]
    processes.start(command, pid_file(layout), layout.log("registry"))


def await_ready(layout: Layout) -> None:
    """Wait until it answers, and give it a level: by itself it lets everything pass."""
    health = f"http://{HOST}:{layout.registry_port + 1}/health/ready"
    processes.await_ready(
        "the schema registry",
        lambda: processes.answers(health),
        pid_file(layout),
        layout.log("registry"),
    )
    request = urllib.request.Request(  # noqa: S310, a loopback address
        f"{layout.addresses()['registry']}/config",
        data=json.dumps({"compatibility": "BACKWARD_TRANSITIVE"}).encode(),
        headers={"content-type": "application/vnd.schemaregistry.v1+json"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310, see above
        pass


def stop(layout: Layout) -> None:
    processes.stop(pid_file(layout))


def pid_file(layout: Layout) -> Path:
    return layout.folder / "run" / "registry.pid"
