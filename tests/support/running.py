"""A running exchange: `credstream run --keep` with its folder, and messages to and from it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credstream.contract import topics
from credstream.exchange.target import target_of
from credstream.kafka import clients
from credstream.kafka.cluster import Cluster
from tests.support import databases, folders, stacks
from tests.support.commands import COLUMNS, COMMAND, EXAMPLES
from tests.support.folders import whole_lines
from tests.support.waiting import GIVE_UP_SECONDS, eventually


def server_options() -> tuple[str, ...]:
    """The options of a run on real servers, where nothing of earlier runs stays."""
    if not databases.real():
        return ()
    return "--broker", "kafka", "--stack", str(stacks.stack_file()), "--fresh"


@dataclass
class RunningExchange:
    """An exchange whose processes run until the test has ended."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def run_file(self) -> dict[str, Any]:
        """What the run says of itself: its processes and their pages."""
        return json.loads((self.folder / "run.json").read_text("utf-8"))

    @property
    def cluster(self) -> Cluster:
        return target_of(self.folder).cluster

    def pid(self, service: str) -> int:
        return int(self.run_file["services"][service]["pid"])

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


_SHARED: list[tuple[RunningExchange, ExitStack]] = []


def shared(folder: Callable[[], Path], inputs: folders.Files) -> RunningExchange:
    """The exchange that tests share: it starts for the first of them, in a folder made for it."""
    if not _SHARED:
        base, stack = folder(), ExitStack()
        shutil.copytree(EXAMPLES, base / "source")
        source = folders.source(base / "source", inputs)
        _SHARED.append((stack.enter_context(exchange(base / "exchange", source)), stack))
    return _SHARED[0][0]


def end_shared() -> None:
    """Stop the exchange that tests share, if it runs."""
    while _SHARED:
        _SHARED.pop()[1].close()


@contextmanager
def exchange(folder: Path, source: Path = EXAMPLES, **env: str) -> Iterator[RunningExchange]:
    """An exchange whose submissions have all ended; it stops with the block."""
    if databases.real():
        end_shared()  # the servers are emptied for each
    log = (folder.parent / f"{folder.name}.out").open("wb")
    words = ("run", "--keep", "--dir", str(folder), "--from", str(source), *server_options())
    process = subprocess.Popen(
        [*COMMAND, *words],
        env={**os.environ, **COLUMNS, **env},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    try:
        # Longer than a run waits for what does not end, so that its own words are there to read.
        eventually(lambda: (folder / "summary.json").exists() or process.poll() is not None, 150)
        printed = Path(log.name).read_text("utf-8")
        assert process.poll() is None, printed
        assert "pending" not in printed, printed + _logs(folder)
        yield RunningExchange(folder, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(GIVE_UP_SECONDS)
        finally:
            process.kill()
            log.close()


def _logs(folder: Path) -> str:
    """The last lines of every service, where a run did not end its work."""
    found = sorted((folder / "logs").glob("*.jsonl"))
    return "".join(
        f"\n== {path.name}\n" + "\n".join(path.read_text("utf-8").splitlines()[-15:])
        for path in found
    )
