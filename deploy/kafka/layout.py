"""Where a stack lives: its folder, its ports, and what it tells those who use it."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
USER = "credstream"


class StackError(Exception):
    """Something is missing or does not start; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One stack: `port` is the first of a thousand, `nodes` counts Kafka brokers.

    Node i listens at port + 100 (i - 1) + 92 (plain text), + 93 (controller) and + 94 (SASL_SSL);
    the registry at port + 81 and + 82, PostgreSQL at port + 32. One that `learns` keeps for later
    starts what its broker found out about its own, which takes seconds when it stops.
    """

    folder: Path
    port: int = 19000
    nodes: int = 1
    learns: bool = True

    @property
    def parts(self) -> Path:
        """Programs, which outlive the data and may be shared by stacks."""
        return Path(os.environ.get("CREDSTREAM_STACK_PARTS") or self.folder / "parts").resolve()

    def listener(self, node: int, kind: int) -> str:
        return f"{HOST}:{self.port + 100 * (node - 1) + kind}"

    def bootstrap(self, kind: int = 92) -> str:
        return ",".join(self.listener(node, kind) for node in range(1, self.nodes + 1))

    @property
    def registry_port(self) -> int:
        return self.port + 81

    @property
    def postgres_port(self) -> int:
        return self.port + 32

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def secret(self, name: str) -> str:
        """A password of this stack, made when it is first asked for."""
        path = self.folder / "secrets" / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_text(secrets.token_hex(16))
            path.chmod(0o600)
        return path.read_text("utf-8")

    def addresses(self) -> dict[str, Any]:
        """Where the servers of the stack are, and how to sign in; it holds passwords."""
        password = self.secret("postgres")
        return {
            "port": self.port,
            "nodes": self.nodes,
            "broker": self.bootstrap(),
            "secure": self.bootstrap(94),
            "ca": str(self.folder.resolve() / "certificates" / "ca.pem"),
            "admin": {"username": "admin", "password": self.secret("admin")},
            "registry": f"http://{HOST}:{self.registry_port}/apis/ccompat/v7",
            "database": f"postgresql+psycopg://{USER}:{password}@{HOST}:{self.postgres_port}/",
        }

    def write(self) -> None:
        path = self.folder / "stack.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.addresses(), indent=2) + "\n", "utf-8")


def found(folder: Path, port: int | None, nodes: int | None) -> Layout:
    """The stack of a folder as it was last started, or with the port and nodes that are given."""
    try:
        last = json.loads((folder / "stack.json").read_text("utf-8"))
    except (OSError, ValueError):
        last = {}
    return Layout(folder, port or last.get("port", 19000), nodes or last.get("nodes", 1))
