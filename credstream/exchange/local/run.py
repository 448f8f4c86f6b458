"""An exchange that runs on this machine: started, fed with submissions, followed to their end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from credstream.contract import topics
from credstream.contract.errors import Unavailable
from credstream.contract.records import Provider, PublishedChange
from credstream.exchange.local import backends
from credstream.exchange.local.collector import Collector, receipts_on_file
from credstream.exchange.local.examples import Examples
from credstream.exchange.local.feed import feed
from credstream.exchange.local.outcomes import ledger
from credstream.exchange.local.prepare import prepare
from credstream.exchange.local.processes import Processes
from credstream.exchange.local.watch import Ending, Watch
from credstream.kafka import metadata
from credstream.process import timeouts


@dataclass(frozen=True, slots=True)
class Restarted:
    """A service that ended, and was started again."""

    service: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class Silence:
    """The broker did not answer, and is asked again."""

    why: str


Event = Ending | Restarted | Silence


@dataclass(slots=True)
class LocalRun:
    """A running exchange, and what comes out of it.

    `named` are the topics in which something was published, as changes say: to follow a country
    more than the few that are in use would mean six partitions more to read.
    """

    processes: Processes
    collector: Collector
    watch: Watch
    named: set[str] = field(default_factory=set)
    listed_at: float = 0.0
    began_at: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> bool:
        """Every submission has ended, and everything that came out of it is on file."""
        return self.watch.done and self.collector.caught_up

    def start(self, examples: Examples) -> None:
        """Start the first service and send it the examples."""
        self.processes.start()
        feed(self.processes.backend, examples)

    def until_done(self, stopping: Callable[[], bool]) -> Iterator[Event]:
        """What happens until every submission has ended, or it took too long."""
        while not stopping() and not self.done and self._seconds() < timeouts.RUN_SECONDS:
            # The first service has the machine to itself until its first receipt, for which the
            # user waits; the time is for examples of which no receipt comes without the others.
            if self.watch.has_receipt or self._seconds() > timeouts.FIRST_RECEIPT_SECONDS:
                self.processes.start_rest()
            yield from self.turn()
        self.processes.start_rest()

    def turn(self) -> Iterator[Event]:
        """Restart what has ended, and take what has arrived."""
        for service, exit_code in self.processes.restart_ended():
            yield Restarted(service, exit_code)
        if time.monotonic() - self.listed_at > timeouts.RUN_TOPICS_CHECK_SECONDS:
            yield from self._follow_new_topics()
        for message in self.collector.poll(timeouts.RUN_POLL_SECONDS):
            record = message.record
            if isinstance(record, Provider):
                self.processes.backend.create_topics(record.kind, record.id)
            if isinstance(record, PublishedChange) and record.topic not in self.named:
                self.named.add(record.topic)
                self.listed_at = 0.0  # list the topics again at once
            if ending := self.watch.take(message):
                yield ending

    def close(self) -> None:
        self.collector.close()
        self.processes.stop()

    def _seconds(self) -> float:
        return time.monotonic() - self.began_at

    def _follow_new_topics(self) -> Iterator[Silence]:
        try:
            known = metadata.topics_seen_by(self.collector.consumer)[1]
        except Unavailable:
            yield Silence(str(self.collector.cluster.outage()))
            return
        self.listed_at = time.monotonic()
        wanted = {topics.DEFINITIONS, topics.CHANGES, topics.PROVIDERS, *self.named}
        wanted |= {name for name in known if name.endswith(".dlq") or name.startswith("receipts.")}
        self.collector.follow({name: known[name] for name in wanted & known.keys()})


@contextmanager
def opened(
    path: Path, examples: Examples, stack: Path | None, *, fresh: bool
) -> Iterator[LocalRun]:
    """An exchange in a folder, with its servers; nothing of it runs before `start` or after.

    `stack` is the file of real servers; without one the broker is embedded in this process.
    """
    folder = prepare(path, fresh=fresh, real_servers=stack is not None)
    servers = backends.real(folder, stack, fresh=fresh) if stack else backends.embedded()
    with servers as backend:
        watch = Watch(folder, ledger(examples.submissions))
        watch.recall(receipts_on_file(path))
        collector = Collector(backend.target.cluster, path, backend.target.codec())
        run = LocalRun(Processes(folder, backend), collector, watch)
        try:
            yield run
        finally:
            run.close()
