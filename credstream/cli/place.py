"""Where an exchange is: the folder of an embedded one, or what the environment says."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

DEFAULT_DIR = Path(".credstream")
MISUSE, REJECTED, AWAY, UNDONE, CONFIG = 2, 3, 4, 5, 78


class Trouble(Exception):
    """Something that the user has to know; `code` is the exit code."""

    def __init__(self, text: str, code: int = MISUSE) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Place:
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
        return f"sqlite:///{self.database(name).resolve()}"

    def running(self) -> Mapping[str, Any] | None:
        """What `run.json` says, while the run is alive."""
        try:
            told: dict[str, Any] = json.loads((self.folder / "run.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return told if _alive(int(told.get("pid", 0))) else None


def settings_for(service: str, folder: Path) -> Any:
    """Settings of a service: of the exchange in the folder, or from the environment."""
    from credstream.runtime.settings import SettingsError, load

    place = Place(folder)
    try:
        settings = load()
    except SettingsError as error:
        raise Trouble(str(error), CONFIG) from error
    running = place.running()
    if running:
        settings = replace(settings, broker=running["broker"], profile=running["profile"])
    if not settings.database_url and place.database(service).exists():
        settings = replace(settings, database_url=place.url(service))
    if not settings.database_url:
        raise Trouble(
            f"no database of {service}: start `credstream run`, name its folder with --dir, "
            "or set CREDSTREAM_DATABASE_URL"
        )
    return settings


def service_part(name: str) -> Any:
    """A module of a service, by name: the shared package does not import services.

    The command rehearses their steps and reads their tables; it stands above all of them.
    """
    return importlib.import_module(f"services.{name}")


def guarded(work: Callable[[], int]) -> int:
    """Run a command's work; what is away becomes one line and exit code 4."""
    from credstream.contract.errors import Rejected, Unavailable

    try:
        return work()
    except Unavailable as failure:
        raise Trouble(f"{failure}; is the exchange running?", AWAY) from failure
    except Rejected as refusal:
        raise Trouble(str(refusal), REJECTED) from refusal


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
