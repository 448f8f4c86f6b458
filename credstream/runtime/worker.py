"""A worker: one process of a service, with its data paths and what runs beside them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeAlias

from credstream.kafka.retry import retry_until_available
from credstream.process import timeouts
from credstream.runtime import opening
from credstream.runtime.control_path import ControlPath
from credstream.runtime.data_path import DataPath
from credstream.runtime.health import Health
from credstream.runtime.progress import Wait
from credstream.runtime.resources import Resources
from credstream.runtime.threads import freeze_heap

# Runs until what it is given says that the process stops.
Work: TypeAlias = Callable[[Callable[[], bool]], None]


class Runner(Protocol):
    """Work beside the data paths, such as an outbox, in a thread of its own."""

    @property
    def waiting(self) -> Wait | None:
        """What it waits for."""

    def run(self, stopping: Callable[[], bool]) -> None:
        """Work until `stopping`; raises nothing but bugs."""


@dataclass(slots=True)
class Worker:
    """Everything of one process; clients are opened when it runs, not when it is built.

    The first data path is the service's own, and names the process. `check` raises Unavailable
    where the service's databases do not fit one another.
    """

    resources: Resources
    paths: Sequence[DataPath]
    control: ControlPath
    runners: Sequence[Runner] = ()
    check: Callable[[], None] = lambda: None
    opened: threading.Event = field(default_factory=threading.Event)
    health: Health = field(init=False)

    def __post_init__(self) -> None:
        self.watched_by(Health(self.control.service))

    def watched_by(self, health: Health) -> None:
        """Show how all of this is in a health that was there before."""
        health.paths, health.control, health.beside = self.paths, self.control, self.runners
        health.away = self.resources.away
        self.health = health

    @property
    def name(self) -> str:
        return self.paths[0].name

    def reach(self) -> None:
        """Reach the broker and fence earlier processes of these names; raises Unavailable."""
        for path in self.paths:
            path.producer()

    def work(self) -> Sequence[Work]:
        """All that this process does; each piece has a thread of its own."""
        after = (*(path.run for path in self.paths), self.control.watch)
        return (
            self.open,
            *(partial(self._once_open, work) for work in after),
            *(runner.run for runner in self.runners),
        )

    def open(self, stopping: Callable[[], bool]) -> None:
        """Open everything, waiting while something that it needs is away."""
        retry_until_available(self._open, stopping, self.health)
        if not stopping():
            freeze_heap()  # everything that lives as long as the process exists now
            self.health.turn()  # the loops take over from here
            self.health.opened = True
            self.opened.set()

    def _open(self) -> None:
        self.check()
        self.resources.codec.prepare()
        self.health.turn()
        connections = [opening.connect(path, self.control.topics) for path in self.paths]
        # No data path subscribes before the tables have reached the ends of the reference topics.
        self.control.open(connections[0].cluster_id, self.health.turn)
        for path, connection in zip(self.paths, connections, strict=True):
            opening.open_loop(path, connection)

    def _once_open(self, work: Work, stopping: Callable[[], bool]) -> None:
        while not stopping():
            if self.opened.wait(timeouts.STOP_CHECK_SECONDS):
                work(stopping)
                return
