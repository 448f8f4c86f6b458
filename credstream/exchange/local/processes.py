"""The services of a local exchange as child processes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field

from credstream.contract import topics
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.local.backends import Backend
from credstream.process import child_process, timeouts

# Started in the order in which an event meets them, so that the first receipt comes early.
SERVICES = topics.SERVICES


@dataclass(slots=True)
class Processes:
    """Starts and restarts the services of one folder; they end with this process."""

    folder: ExchangeFolder
    backend: Backend
    ports: dict[str, int] = field(default_factory=dict)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    started_at: dict[str, float] = field(default_factory=dict)

    def start(self) -> None:
        """Start the first service; it has the machine to itself until its first receipt."""
        self.ports = {name: free_port() for name in SERVICES}
        self._start(SERVICES[0])
        self._write_run_file()

    def start_rest(self) -> None:
        """Start the others; repeatable."""
        missing = [name for name in SERVICES if name not in self.children]
        for name in missing:
            self._start(name)
        if missing:
            self._write_run_file()

    def restart_ended(self) -> list[tuple[str, int]]:
        """Start the services again that have ended; name and exit code of each."""
        latest = time.monotonic() - timeouts.CHILD_RESTART_SECONDS
        ended = [
            (name, child.returncode)
            for name, child in self.children.items()
            if child.poll() is not None and self.started_at[name] < latest
        ]
        for name, _code in ended:
            # Its port may be what ended it: somebody took it after we found it free.
            self.ports[name] = free_port()
            self._start(name)
        if ended:
            self._write_run_file()
        return ended

    def stop(self) -> None:
        """Stop the services, and say to other commands that nothing runs here."""
        child_process.stop(list(self.children.values()), timeouts.CHILD_STOP_SECONDS)
        self.folder.run_file.unlink(missing_ok=True)

    def _start(self, name: str) -> None:
        command = (sys.executable, "-m", f"services.{name}", "worker")
        log = self.folder.path / "logs" / f"{name}.jsonl"
        self.children[name] = child_process.start(command, self._environment(name), log)
        self.started_at[name] = time.monotonic()

    def _environment(self, name: str) -> Mapping[str, str]:
        folder, hold_seconds = self.folder, str(timeouts.LOCAL_HOLD_SECONDS)
        own = {
            **self.backend.settings(name),
            "DATABASE_URL": folder.url(name),
            "VAULT_URL": folder.url("vault"),
            "KEK_FILE": str(folder.secrets / "kek"),
            "PSEUDONYM_KEY_FILE": str(folder.secrets / "pseudonym"),
            "SEAL_KEY_FILE": str(folder.secrets / "seal.key"),
            "SEAL_CERTIFICATE_FILE": str(folder.secrets / "seal.pem"),
            "EUROPASS_DIR": str(folder.europass),
            "WEB_PORT": str(self.ports[name]),
            "DATA_DIR": str(folder.state / "faust"),
            "HOLD_SECONDS": os.environ.get("CREDSTREAM_HOLD_SECONDS", hold_seconds),
            "MIGRATE": "true",
        }
        kept = {n: v for n, v in os.environ.items() if not n.startswith("CREDSTREAM_")}
        return kept | {f"CREDSTREAM_{n}": v for n, v in own.items()}

    def _write_run_file(self) -> None:
        """Say to other commands where everything is; a reader never sees half of it."""
        whole = {
            "pid": os.getpid(),
            **self.backend.address(),
            "services": {
                name: {"pid": child.pid, "web": f"http://127.0.0.1:{self.ports[name]}"}
                for name, child in self.children.items()
            },
        }
        part = self.folder.run_file.with_suffix(".part")
        part.write_text(json.dumps(whole, indent=2) + "\n", "utf-8")
        part.replace(self.folder.run_file)


def free_port() -> int:
    """A port that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
