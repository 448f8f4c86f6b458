"""The four services as real processes on real servers, killed and started again as a test wants."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.exchange.local.processes import free_port
from credstream.exchange.target import Target
from credstream.exchange.topics import is_ours
from credstream.kafka.admin import Admin
from credstream.kafka.cluster import Cluster
from credstream.process import child_process
from services.publisher.seal import test_certificate as certificate
from tests.support import codecs, databases, running, stacks, waiting

RESTART_SECONDS = 0.2
STOP_SECONDS = 15


@dataclass
class Worker:
    """One worker: its process now, and how often it was started."""

    service: str
    ordinal: int
    port: int
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    due: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.service}-{self.ordinal}"


@dataclass
class Fleet:
    """Workers of an exchange of its own.

    `through` is what a worker is started through, if anything: a module of tests that changes it.
    """

    target: Target
    folder: Path
    urls: dict[str, str]
    through: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    workers: dict[str, Worker] = field(default_factory=dict)
    deaths: list[tuple[str, int]] = field(default_factory=list)

    @property
    def codec(self) -> Codec:
        return codecs.wire()

    def scale(self, service: str, count: int) -> None:
        """Start or stop workers until there are so many."""
        for ordinal in range(count):
            if f"{service}-{ordinal}" not in self.workers:
                worker = Worker(service, ordinal, free_port())
                self.workers[worker.name] = worker
                self.start(worker)
        self.stop([w for w in self._of(service) if w.ordinal >= count])

    def scale_all(self, count: int) -> None:
        """So many workers of every service."""
        for service in topics.SERVICES:
            self.scale(service, count)

    def start(self, worker: Worker) -> None:
        log = self.folder / f"{worker.name}.jsonl"
        with log.open("ab") as output:
            worker.process = subprocess.Popen(
                [sys.executable, "-m", *self.through, f"services.{worker.service}", "worker"],
                env=self.environment(worker),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        worker.starts += 1

    def kill(self, name: str) -> None:
        """kill -9, whatever it is doing."""
        process = self.workers[name].process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def restart_ended(self) -> list[str]:
        """Start again what has ended, as a supervisor does; the names of those."""
        ended = []
        for worker in self.workers.values():
            if worker.process is None or worker.process.poll() is None:
                continue
            if not worker.due:
                worker.due = time.monotonic() + RESTART_SECONDS
                self.deaths.append((worker.name, worker.process.returncode))
            if time.monotonic() >= worker.due:
                worker.due = 0.0
                self.start(worker)
                ended.append(worker.name)
        return ended

    def stop(self, workers: list[Worker] | None = None) -> dict[str, int]:
        """SIGTERM to all; exit codes by name, -9 for what had to be killed."""
        asked = list(self.workers.values()) if workers is None else workers
        for worker in asked:
            if worker.process is not None and worker.process.poll() is None:
                worker.process.terminate()
        until, codes = time.monotonic() + STOP_SECONDS, {}
        for worker in asked:
            if worker.process is not None:
                try:
                    worker.process.wait(max(0.0, until - time.monotonic()))
                except subprocess.TimeoutExpired:
                    worker.process.kill()
                    worker.process.wait()
                codes[worker.name] = worker.process.returncode
            del self.workers[worker.name]
        return codes

    def log(self, name: str) -> list[dict]:
        """The log lines of a worker; what is no JSON stands under `text`."""
        path = self.folder / f"{name}.jsonl"
        text = path.read_text("utf-8", "replace") if path.exists() else ""
        return [_line(each) for each in text.splitlines()]

    def logged(self, name: str, *words: str, seconds: float = waiting.GIVE_UP_SECONDS) -> dict:
        """Wait until a worker's log has a line with all the words."""

        def look() -> list[dict]:
            return [line for line in self.log(name) if all(w in json.dumps(line) for w in words)]

        return waiting.eventually(look, seconds)[0]

    def environment(self, worker: Worker) -> dict[str, str]:
        folder, urls = self.folder, self.urls
        own = {
            "BROKER": self.target.cluster.address,
            "REGISTRY_URL": self.target.registry,
            "DATABASE_URL": urls[worker.service],
            "VAULT_URL": urls["vault"],
            "KEK_FILE": str(folder / "kek"),
            "PSEUDONYM_KEY_FILE": str(folder / "pseudonym"),
            "SEAL_KEY_FILE": str(folder / "seal.key"),
            "SEAL_CERTIFICATE_FILE": str(folder / "seal.pem"),
            "EUROPASS_DIR": str(folder / "europass"),
            "ORDINAL": str(worker.ordinal),
            "WEB_PORT": str(worker.port),
            "DATA_DIR": str(folder / "faust"),
            "MIGRATE": "true",
        }
        kept = {n: v for n, v in os.environ.items() if not n.startswith("CREDSTREAM_")}
        # They die with the test, whatever ends it.
        mine = {child_process.PARENT: str(os.getpid())}
        return kept | {f"CREDSTREAM_{n}": v for n, v in own.items()} | mine | self.env

    def _of(self, service: str) -> list[Worker]:
        return [worker for worker in self.workers.values() if worker.service == service]


def target() -> Target:
    """The test's own servers, by the plain listener, where everybody may do everything."""
    layout = stacks.stack()
    return Target(Cluster(layout.bootstrap()), layout.addresses()["registry"])


def emptied() -> Target:
    """The same without anything of an earlier test: topics made anew, schemas registered."""
    running.end_shared()
    found = target()
    admin = Admin(found.cluster)
    admin.delete(admin.used(name for name in admin.partitions() if is_ours(name)))
    names = [name for name, _ in topics.fixed_topics(("DE", "DK"))]
    admin.create(names, stacks.stack().nodes)
    codecs.registry()
    return found


@contextmanager
def started(folder: Path, **more):
    """A fleet without workers on emptied servers, each service with a database of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    urls = {name: databases.schema() for name in (*topics.SERVICES, "vault")}
    for name in ("kek", "pseudonym"):
        (folder / name).write_text(secrets.token_hex(32))
    key, pem = certificate("TEST", "BE", "NTRBE-0000000000", int(time.time() * 1000))
    (folder / "seal.key").write_bytes(key)
    (folder / "seal.pem").write_bytes(pem)
    (folder / "europass").mkdir(exist_ok=True)
    made = Fleet(emptied(), folder, urls, **more)
    try:
        yield made
    finally:
        for name in list(made.workers):
            made.kill(name)


def _line(text: str) -> dict:
    try:
        found = json.loads(text)
    except ValueError:
        return {"text": text}
    return found if isinstance(found, dict) else {"text": text}
