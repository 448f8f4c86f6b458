"""An exchange on one machine: four services as processes, and the folder they share."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from credstream.contract import topics
from credstream.exchange.errors import CommandError
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.local.backends import Backend
from credstream.process import child_process, timeouts
from services.publisher import seal

# Started in the order that an event meets them, so that the first receipt comes early.
SERVICES = topics.SERVICES
OURS = ("state", "secrets", "europass", "published", "receipts", "dlq", "logs")
FOLLOWED = ("published", "receipts", "dlq")


@dataclass(slots=True)
class Processes:
    """Starts and restarts the services of one folder; children die with this process."""

    place: ExchangeFolder
    ground: Backend
    ports: dict[str, int] = field(default_factory=dict)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    started: dict[str, float] = field(default_factory=dict)

    def start(self) -> None:
        """Start the first service; it has the machine to itself until its first receipt."""
        self.ports = {name: free_port() for name in SERVICES}
        self._start(SERVICES[0])
        self.write()

    def start_rest(self) -> None:
        """Start the others; repeatable."""
        missing = [name for name in SERVICES if name not in self.children]
        for name in missing:
            self._start(name)
        if missing:
            self.write()

    def mend(self) -> list[tuple[str, int]]:
        """Start again what has ended; name and exit code of each."""
        latest = time.monotonic() - timeouts.CHILD_RESTART_SECONDS
        ended = [
            (name, child.returncode)
            for name, child in self.children.items()
            if child.poll() is not None and self.started[name] < latest
        ]
        for name, _code in ended:
            # Its port may be what ended it: between our look and its start somebody took it.
            self.ports[name] = free_port()
            self._start(name)
        if ended:
            self.write()
        return ended

    def stop(self) -> None:
        child_process.stop(list(self.children.values()), timeouts.CHILD_STOP_SECONDS)
        (self.place.folder / "run.json").unlink(missing_ok=True)

    def write(self) -> None:
        """Tell other terminals where everything is."""
        told = {
            "pid": os.getpid(),
            **self.ground.told(),
            "services": {
                name: {"pid": child.pid, "web": f"http://127.0.0.1:{self.ports[name]}"}
                for name, child in self.children.items()
            },
        }
        path = self.place.folder / "run.json"
        part = path.with_suffix(".part")
        part.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
        part.replace(path)

    def _start(self, name: str) -> None:
        command = (sys.executable, "-m", f"services.{name}", "worker")
        log = self.place.folder / "logs" / f"{name}.jsonl"
        self.children[name] = child_process.start(command, self._environment(name), log)
        self.started[name] = time.monotonic()

    def _environment(self, name: str) -> Mapping[str, str]:
        place, folder = self.place, self.place.folder
        own = {
            **self.ground.settings(name),
            "DATABASE_URL": place.url(name),
            "VAULT_URL": place.url("vault"),
            "KEK_FILE": str(place.secrets / "kek"),
            "PSEUDONYM_KEY_FILE": str(place.secrets / "pseudonym"),
            "SEAL_KEY_FILE": str(place.secrets / "seal.key"),
            "SEAL_CERTIFICATE_FILE": str(place.secrets / "seal.pem"),
            "EUROPASS_DIR": str(folder / "europass"),
            "WEB_PORT": str(self.ports[name]),
            "DATA_DIR": str(folder / "state" / "faust"),
            "HOLD_SECONDS": os.environ.get(
                "CREDSTREAM_HOLD_SECONDS", str(timeouts.LOCAL_HOLD_SECONDS)
            ),
            "MIGRATE": "true",
        }
        kept = {n: v for n, v in os.environ.items() if not n.startswith("CREDSTREAM_")}
        return kept | {f"CREDSTREAM_{n}": v for n, v in own.items()}


def prepare(folder: Path, *, fresh: bool, on_real: bool = False) -> ExchangeFolder:
    """The folder with what has to be there; raises CommandError when another run uses it."""
    place = ExchangeFolder(folder)
    running = place.running()
    if running:
        raise CommandError(
            f"a run (process {running['pid']}) uses {folder}; stop it, or take --dir"
        )
    if fresh:
        for name in OURS:
            shutil.rmtree(folder / name, ignore_errors=True)
    try:
        for name in OURS:
            (folder / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"cannot write to {folder}: {error.strerror}") from error
    _make_secrets(place)
    if on_real:
        _begin_files_anew(place)
    else:
        (folder / "stack").unlink(missing_ok=True)
        _forget_old_broker(place)
    return place


def _make_secrets(place: ExchangeFolder) -> None:
    """Keys of this folder alone, readable by its owner; the seal's certificate is a test one."""
    place.secrets.chmod(0o700)
    for name in ("kek", "pseudonym"):
        if not (place.secrets / name).exists():
            _write_secret(place.secrets / name, secrets.token_hex(32).encode())
    if not (place.secrets / "seal.pem").exists():
        # Issuer data of a European Digital Credential is what its seal's certificate says.
        key, certificate = seal.test_certificate(
            "credstream TEST SEAL", "BE", "NTRBE-0000000000", int(time.time() * 1000)
        )
        _write_secret(place.secrets / "seal.key", key)
        _write_secret(place.secrets / "seal.pem", certificate)


def _write_secret(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _begin_files_anew(place: ExchangeFolder) -> None:
    """A real broker still holds what earlier runs were told: it is written once more."""
    for name in FOLLOWED:
        for path in (place.folder / name).glob("*.jsonl"):
            path.unlink()


def _forget_old_broker(place: ExchangeFolder) -> None:
    """The broker of an earlier run is gone with its offsets; the services' state stays."""
    existing = [name for name in SERVICES if place.database(name).exists()]
    if not existing:
        return
    import sqlalchemy as sa

    from credstream.storage import journal
    from credstream.storage.engine import open_engine, transaction

    for name in existing:
        with transaction(open_engine(place.url(name))) as connection:
            if sa.inspect(connection).has_table("journal"):
                journal.forget(connection)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
