"""The three servers together: up, down, and how they are."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.kafka import brokers, certificates, parts, postgres, processes, registry
from deploy.kafka.layout import Layout


def get(layout: Layout) -> None:
    """Everything installed; repeatable."""
    with _alone(layout.parts):
        parts.install(layout)


def up(layout: Layout, *, with_registry: bool = True) -> None:
    """Everything installed, started and answering; repeatable."""
    get(layout)
    with _alone(layout.folder):
        certificates.make(layout.folder / "certificates")
        brokers.start(layout)
        postgres.start(layout)
        if with_registry:
            registry.start(layout)
        brokers.await_ready(layout)
        if with_registry:
            registry.await_ready(layout)
        layout.write()


def down(layout: Layout, *, wipe: bool = False) -> None:
    """Nothing left running; with `wipe` nothing left of the data either."""
    registry.stop(layout)
    brokers.stop(layout)
    if (layout.folder / "secrets").exists():
        postgres.stop(layout)
    if wipe:
        postgres.remove(layout)
        for name in ("data", "run", "logs", "config", "certificates", "secrets", "stack.json"):
            path = layout.folder / name
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(True)


def status(layout: Layout) -> list[tuple[str, str, int | None]]:
    """Name, address and process of each server; no process where it does not run."""
    rows: list[tuple[str, str, int | None]] = []
    for node in range(1, layout.nodes + 1):
        where = f"{layout.listener(node, 92)} (SASL_SSL {layout.listener(node, 94)})"
        rows.append((f"kafka-{node}", where, processes.running(brokers.pid_file(layout, node))))
    rows.append(
        ("registry", layout.addresses()["registry"], processes.running(registry.pid_file(layout)))
    )
    rows.append(("postgresql", f"127.0.0.1:{layout.postgres_port}", _postmaster(layout)))
    return rows


def _postmaster(layout: Layout) -> int | None:
    if not postgres.running(layout):
        return None
    file: Path = postgres.folder(layout) / "data" / "postmaster.pid"
    return int(file.read_text("utf-8").splitlines()[0])


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One `up` at a time in a folder: two would unpack or start the same things."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
