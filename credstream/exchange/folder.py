"""The folder of an exchange on one machine: its databases and keys, and what runs there."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEFAULT_DIR = Path(".credstream")
# Where `make kafka-up` writes the addresses of its servers.
STACK = Path(".kafka/stack.json")


@dataclass(frozen=True, slots=True)
class ExchangeFolder:
    """An exchange's folder, and what runs there now."""

    path: Path

    @property
    def state(self) -> Path:
        return self.path / "state"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets"

    @property
    def europass(self) -> Path:
        """Where sealed credentials are delivered."""
        return self.path / "europass"

    @property
    def run_file(self) -> Path:
        """The addresses of a run, for other commands; it exists while the run lasts."""
        return self.path / "run.json"

    def database(self, name: str) -> Path:
        return self.state / f"{name}.db"

    def url(self, name: str) -> str:
        """The URL of a database of this exchange: on the servers of its last run, or a file."""
        stack = self.stack()
        if stack is None:
            return f"sqlite:///{self.database(name).resolve()}"
        return str(json.loads(stack.read_text("utf-8"))["database"]) + name

    def has_database(self, name: str) -> bool:
        return self.stack() is not None or self.database(name).exists()

    def stack(self) -> Path | None:
        """The file that describes the servers of the last run, if that was on real ones.

        It is gone when `make kafka-down WIPE=1` has removed those servers with their data.
        """
        try:
            stack = Path((self.path / "stack").read_text("utf-8"))
        except OSError:
            return None
        return stack if stack.exists() else None

    def running(self) -> Mapping[str, Any] | None:
        """What the run in this folder wrote into `run.json`; None when no run is alive."""
        try:
            run: dict[str, Any] = json.loads(self.run_file.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return run if _alive(int(run.get("pid", 0))) else None


def _alive(pid: int) -> bool:
    # A killed run stays in the process table as a zombie until its parent has waited for it.
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc").exists():
        return pid > 0 and stat.exists() and stat.read_text().rsplit(")", 1)[-1].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return pid > 0
