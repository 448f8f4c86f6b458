"""How a process is, for pages and watchdog: as well as the worst of what runs in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.runtime.progress import STARTING, Progress, Wait


class Path(Protocol):
    """A data path, as far as its health goes."""

    @property
    def progress(self) -> Progress: ...

    @property
    def stopped_by(self) -> str | None:
        """Why its breaker is open."""


class Waiting(Protocol):
    """Work beside the data paths that may have to wait."""

    @property
    def waiting(self) -> Wait | None: ...


@dataclass(slots=True)
class Health:
    """There from the first second of a process; times are by the monotonic clock.

    `start` is what is done before all is `opened`, `event_loop` is set while Faust's loop runs.
    `migrating` is the one piece of work that may take any time without a turn.
    `control` makes the process wait; `beside` are outboxes, which wait without stopping anybody.
    `stuck` is what the watchdog found out about a call that has not come back, and `away` asks
    why the broker does not answer.
    """

    service: str
    start: Progress = field(default_factory=Progress)
    paths: Sequence[Path] = ()
    control: Waiting | None = None
    beside: Sequence[Waiting] = ()
    event_loop: Progress | None = None
    opened: bool = False
    migrating: bool = False
    stuck: Wait | None = None
    away: Callable[[], str | None] = lambda: None

    def turn(self) -> None:
        """Count a turn for all, while what they wait for is retried."""
        self.start.turn()
        for path in self.paths:
            path.progress.turn()

    def wait(self, failure: Unavailable) -> None:
        self.start.wait(failure)

    def work(self) -> None:
        """A step of the start has succeeded; its time is not counted with the next one's."""
        self.turn()
        self.start.waiting = STARTING

    def last_turn(self) -> float:
        """When the slowest last turned."""
        if self.migrating:
            return time.monotonic()
        working = [path.progress for path in self.paths] if self.opened else [self.start]
        event_loop = self.event_loop
        return min(each.turned for each in (*working, *filter(None, (event_loop,))))

    def is_stuck(self, patience: float) -> bool:
        """Whether it is time to give up.

        A start has no loop yet: its steps are bounded by the default, not by what is set.
        """
        limit = patience if self.opened else max(patience, timeouts.PATIENCE_SECONDS)
        return time.monotonic() - self.last_turn() > limit

    def calling(self) -> float | None:
        """When the oldest transaction call began that has not returned."""
        began = [path.progress.calling for path in self.paths]
        return min((at for at in began if at is not None), default=None)

    def waits(self) -> list[Wait]:
        """All that work waits for, empty when it goes on."""
        if not self.opened:
            return [self.start.waiting or STARTING]
        of_paths = (self._path_waits_for(path) for path in self.paths)
        control = self.control.waiting if self.control else None
        return [wait for wait in (*of_paths, control) if wait]

    def causes(self) -> set[str]:
        """The causes of all waits, of those beside the data paths too."""
        beside = (each.waiting for each in self.beside)
        return {wait.cause for wait in (*self.waits(), *beside) if wait}

    def _path_waits_for(self, path: Path) -> Wait | None:
        if reason := path.stopped_by:
            return Wait("breaker", f"breaker open: {reason}")
        if path.progress.waiting:
            return path.progress.waiting
        still = time.monotonic() - path.progress.turned
        if still > timeouts.STILL_REPORT_SECONDS:
            return self.stuck or Wait("call", f"a call has not come back for {still:.0f} s")
        return None
