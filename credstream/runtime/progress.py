"""How far the loop of a data path has got; its thread writes it, watchdog and pages read it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Progress:
    """Times by the monotonic clock.

    `turned` is when the loop last turned, and `calling` when a transaction call began that has
    not returned. `working` is false from the start, or from a failure, to the next whole turn.
    """

    turned: float = field(default_factory=time.monotonic)
    calling: float | None = None
    working: bool = False

    def turn(self) -> None:
        self.turned = time.monotonic()
