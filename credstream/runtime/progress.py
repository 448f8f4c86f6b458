"""How far a piece of work has got; its thread writes it, watchdog and pages read it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from credstream.contract.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Wait:
    """What work waits for: a cause of `error_catalogue.CAUSES`, and the words of the doctor."""

    cause: str
    why: str


STARTING = Wait("starting", "starting")


@dataclass(slots=True)
class Progress:
    """Times by the monotonic clock.

    `turned` is when the work last turned, and `calling` when a transaction call began that has
    not returned. `waiting` is set from the start, or from a failure, to the next whole turn.
    """

    turned: float = field(default_factory=time.monotonic)
    calling: float | None = None
    waiting: Wait | None = STARTING

    def turn(self) -> None:
        self.turned = time.monotonic()

    def wait(self, failure: Unavailable) -> None:
        """Something is away, and is tried again after a pause."""
        self.waiting = Wait(failure.cause, str(failure))

    def work(self) -> None:
        """Work goes on."""
        self.waiting = None
