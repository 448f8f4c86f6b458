"""Where an exchange is: the folder of an embedded one, or what the environment says."""

from __future__ import annotations

import json
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
        """Where a database of this exchange is: beside the broker, or a file of the folder."""
        stack = self.stack()
        if stack is None:
            return f"sqlite:///{self.database(name).resolve()}"
        return str(json.loads(stack.read_text("utf-8"))["database"]) + name

    def has_database(self, name: str) -> bool:
        return self.stack() is not None or self.database(name).exists()

    def stack(self) -> Path | None:
        """The file with the addresses of real servers, where the folder's last run was on such."""
        try:
            stack = Path((self.path / "stack").read_text("utf-8"))
        except OSError:
            return None
        return stack if stack.exists() else None

    def running(self) -> Mapping[str, Any] | None:
        """What `run.json` says, while the run is alive."""
        try:
            run: dict[str, Any] = json.loads(self.run_file.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return run if _alive(int(run.get("pid", 0))) else None


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
