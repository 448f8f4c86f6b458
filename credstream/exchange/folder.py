"""Where an exchange is: the folder of an embedded one, or what the environment says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEFAULT_DIR = Path(".credstream")
# What `make kafka-up` tells of its servers.
STACK = Path(".kafka/stack.json")


@dataclass(frozen=True, slots=True)
class ExchangeFolder:
    """An exchange's folder, and what runs there now."""

    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    def database(self, name: str) -> Path:
        return self.state / f"{name}.db"

    def url(self, name: str) -> str:
        """Where a database of this exchange is: beside the broker, or a file of the folder."""
        stack = self.stack()
        if stack is None:
            return f"sqlite:///{self.database(name).resolve()}"
        return str(json.loads(stack.read_text("utf-8"))["database"]) + name

    def has_database(self, name: str) -> bool:
        return self.stack() is not None or self.database(name).exists()

    def stack(self) -> Path | None:
        """The file that tells of real servers, where the folder's last run was on such."""
        try:
            told = Path((self.folder / "stack").read_text("utf-8"))
        except OSError:
            return None
        return told if told.exists() else None

    def running(self) -> Mapping[str, Any] | None:
        """What `run.json` says, while the run is alive."""
        try:
            told: dict[str, Any] = json.loads((self.folder / "run.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return told if _alive(int(told.get("pid", 0))) else None


def _alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc").exists():
        return pid > 0 and stat.exists() and stat.read_text().rsplit(")", 1)[-1].split()[0] != "Z"
    try:
        import os

        os.kill(pid, 0)
    except OSError:
        return False
    return pid > 0
