"""The whole house as its user starts it: the command, its folder, and what it leaves there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credstream.contract import topics
from credstream.exchange.target import target_of
from credstream.kafka import clients
from credstream.kafka.cluster import Cluster
from tests.support import databases, nursery, stacks

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PROGRAM = ("-c", "from credstream.interfaces.cli.main import main; main()")
COMMAND = (sys.executable, *PROGRAM)
# Many times longer than anything takes that is waited for, also on a busy machine.
GIVE_UP_SECONDS = 120.0


def ground() -> tuple[str, ...]:
    """What puts a run on real servers, on which nothing of earlier runs is left."""
    if not databases.real():
        return ()
    return "--broker", "kafka", "--stack", str(stacks.told()), "--fresh"


def credstream(
    *words: str | Path, timeout: float = 120, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run the command and wait for it."""
    whole = {**os.environ, "COLUMNS": "200", **env}
    return nursery.run([*PROGRAM, *map(str, words)], whole, timeout)


def source(folder: Path, files: Mapping[str, bytes | str | Mapping[str, Any]]) -> Path:
    """A folder as `run --from` reads it, of files by their paths in it; what is no text is JSON."""
    for name in ("providers", "accreditations", "submissions"):
        (folder / name).mkdir(parents=True)
    for name, content in files.items():
        whole = json.dumps(content) if isinstance(content, Mapping) else content
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(whole.encode() if isinstance(whole, str) else whole)
    return folder


def summary(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "summary.json").read_text("utf-8"))


def outcomes(entries: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """What must not differ between two runs of the same submissions."""
    return {
        entry["file"]: (
            entry["outcome"],
            entry["judgement"],
            tuple(sorted({reason["code"] for reason in entry["reasons"]})),
            tuple(entry["keys"]),
        )
        for entry in entries
    }


def whole_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a file that are written to their end; the last one may be on its way."""
    text = path.read_text("utf-8") if path.exists() else ""
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def lines(folder: Path, kind: str) -> list[dict[str, Any]]:
    """Every line of a kind of files: published, receipts or dlq."""
    return [each for path in sorted((folder / kind).glob("*.jsonl")) for each in whole_lines(path)]


def awards(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The published versions of every award, in the order they came."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((folder / "published").glob("published.awards.*.jsonl")):
        for record in whole_lines(path):
            found.setdefault(record["key"], []).append(record)
    return found


def eventually(what: Callable[[], Any], seconds: float = GIVE_UP_SECONDS) -> Any:
    """The first true value of something; that it never comes is the failure, not that it is late."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end, f"not even after {seconds} s"
        time.sleep(0.05)


@dataclass
class Kept:
    """A house that stays up."""

    folder: Path
    process: nursery.Process

    @property
    def told(self) -> dict[str, Any]:
        return json.loads((self.folder / "run.json").read_text("utf-8"))

    @property
    def cluster(self) -> Cluster:
        return target_of(self.folder).cluster

    def pid(self, service: str) -> int:
        return int(self.told["services"][service]["pid"])

    def send(
        self,
        provider: str,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        self.send_all(provider, [(value, headers)])

    def send_all(
        self, provider: str, events: Iterable[tuple[bytes | None, Sequence[tuple[str, bytes]]]]
    ) -> None:
        producer = clients.producer(self.cluster)
        for value, headers in events:
            producer.produce(topics.submissions("provider", provider), value, headers=list(headers))
        assert producer.flush(10) == 0

    def receipts(self, provider: str) -> list[dict[str, Any]]:
        return whole_lines(self.folder / "receipts" / f"{provider}.jsonl")

    def receipt(self, submission: str, status: str, provider: str) -> dict[str, Any]:
        """The receipt of a status for a submission, as soon as it is there."""

        def look() -> dict[str, Any] | None:
            return next(
                (
                    each
                    for each in self.receipts(provider)
                    if each["submission"] == submission and each["status"] == status
                ),
                None,
            )

        return eventually(look)


@contextmanager
def kept(folder: Path, source: Path = EXAMPLES, **env: str) -> Iterator[Kept]:
    """A house that has ended all its submissions and stays up until the block ends."""
    log = (folder.parent / f"{folder.name}.out").open("wb")
    words = ("run", "--keep", "--dir", str(folder), "--from", str(source), *ground())
    whole = {**os.environ, "COLUMNS": "200", **env}
    process = nursery.start([*PROGRAM, *words], whole, log.fileno(), log.fileno())
    try:
        # Longer than a run waits for what does not end, so that its own words are there to read.
        eventually(lambda: (folder / "summary.json").exists() or process.poll() is not None, 150)
        told = Path(log.name).read_text("utf-8")
        assert process.poll() is None, told
        assert "pending" not in told, told + _logs(folder)
        yield Kept(folder, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(GIVE_UP_SECONDS)
        finally:
            process.kill()
            log.close()


def _logs(folder: Path) -> str:
    """The last lines of every service, for a house that did not end its work."""
    found = sorted((folder / "logs").glob("*.jsonl"))
    return "".join(
        f"\n== {path.name}\n" + "\n".join(path.read_text("utf-8").splitlines()[-15:])
        for path in found
    )


def alive(pid: int) -> bool:
    """Whether a process is there and not only its remains."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[-1].split()[0]
    except OSError:
        return False
    return state != "Z"
