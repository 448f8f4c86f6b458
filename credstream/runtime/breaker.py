"""When a stage stops by itself: a bad deployment must not drain a topic into its dead letters.

Too many messages that failed unexpectedly, or refusals of several providers at once, open the
breaker: the stage waits for an operator. Refusals of one provider alone only slow that provider
down (decision 0007). `Breaker` counts and is pure; `StoredBreaker` keeps it over restarts.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import islice, repeat
from typing import Protocol

import sqlalchemy as sa

from credstream.kafka.dead_letters import VERSION
from credstream.process import metrics, timeouts
from credstream.process.logs import logger
from credstream.storage.engine import transaction
from credstream.storage.statements import upsert
from credstream.storage.tables import BREAKER

IN_A_ROW = 100
WINDOW = 1000
SHARE = 0.05
PROVIDERS = 3

_OTHER = (False, "")
FINE, REFUSED, UNEXPECTED = "records", "refused", "unexpected"


class Ending(Protocol):
    """How one message ended."""

    @property
    def outcome(self) -> str:
        """One of FINE, REFUSED and UNEXPECTED."""

    @property
    def provider(self) -> str | None:
        """Who sent the message, as far as that is known."""


@dataclass(slots=True)
class _Window:
    """Counts endings of one kind: `row` of them in a row, and `hits` among the last WINDOW."""

    kind: str
    row: int = 0
    last: deque[tuple[bool, str]] = field(default_factory=lambda: deque(maxlen=WINDOW))
    hits: int = 0

    def note(self, outcome: str, provider: str) -> None:
        hit = outcome == self.kind
        if len(self.last) == WINDOW:  # the oldest ending falls out of the window
            self.hits -= self.last[0][0]
        self.last.append((hit, provider))
        self.hits += hit
        self.row = self.row + 1 if hit else 0

    def miss(self, count: int) -> None:
        """Note endings of other kinds, all at once."""
        self.row = 0
        if self.hits:
            for _ in range(count):
                self.note("", "")
        else:
            self.last.extend(repeat(_OTHER, count))

    def over(self, providers: int = 1) -> bool:
        """Whether there are too many in a row or in the window, of at least some providers."""
        # A window that is not full yet has no share: one failure of two would be half.
        share = int(SHARE * WINDOW) if len(self.last) == WINDOW else WINDOW + 1
        return any(
            hits >= limit and self._spread(newest, math.ceil(limit / providers)) >= limit
            for hits, newest, limit in (
                (self.row, self.row, IN_A_ROW),
                (self.hits, WINDOW, share),
            )
        )

    def _spread(self, newest: int, most: int) -> int:
        """Count the hits among the newest endings, at most `most` of each provider.

        So a provider that sends thousands of faults needs others that share them.
        """
        names = Counter(name for hit, name in islice(reversed(self.last), newest) if hit)
        return sum(min(count, most) for count in names.values())

    def providers(self) -> int:
        return len({provider for hit, provider in self.last if hit})


class Breaker:
    """Counts endings, and says when to stop and which providers to slow down."""

    def __init__(self) -> None:
        self._unexpected = _Window(UNEXPECTED)
        self._refused = _Window(REFUSED)
        self._rows: dict[str, int] = {}

    def note(self, outcome: str, provider: str | None) -> None:
        """Count how one message ended."""
        name = provider or ""
        self._unexpected.note(outcome, name)
        self._refused.note(outcome, name)
        self._rows[name] = self._rows.get(name, 0) + 1 if outcome == REFUSED else 0

    def fine(self, count: int, providers: AbstractSet[str | None]) -> None:
        """Count messages that were all handled well; cheaper than to note each."""
        self._unexpected.miss(count)
        self._refused.miss(count)
        self._rows.update(dict.fromkeys((name or "" for name in providers), 0))

    def reason(self) -> str | None:
        """Why the breaker has to open, or None."""
        if self._unexpected.over():
            return "too many messages failed unexpectedly"
        if self._refused.over(PROVIDERS):
            return f"too many refusals from {self._refused.providers()} providers at once"
        return None

    def slowed(self) -> dict[str, float]:
        """Seconds to pause after each batch, by provider whose messages are refused in a row."""
        first, longest = timeouts.FIRST_SLOWDOWN_SECONDS, timeouts.LONGEST_SLOWDOWN_SECONDS
        return {
            name: min(longest, first * 2 ** min(10, (row - IN_A_ROW) // IN_A_ROW))
            for name, row in self._rows.items()
            if name and row >= IN_A_ROW
        }


@dataclass(slots=True)
class StoredBreaker:
    """One worker's breaker; while it is open, a row of the service's database holds the reason.

    `credstream resume` deletes the row, and the worker goes on.
    """

    engine: sa.Engine
    service: str
    worker: str
    counts: Breaker = field(default_factory=Breaker)
    reason: str | None = None

    def recall(self) -> None:
        """Open again what was open before the restart, unless another version opened it."""
        mine = BREAKER.c.worker == self.worker
        with transaction(self.engine) as connection:
            row = connection.execute(sa.select(BREAKER).where(mine)).first()
            # A new version may have mended what failed; if not, the breaker opens again.
            if row is not None and row.version != VERSION:
                connection.execute(sa.delete(BREAKER).where(mine))
                row = None
        self._show(row.reason if row is not None else None)

    def count(self, endings: Sequence[Ending]) -> None:
        """Count how the messages of a batch ended."""
        if all(ending.outcome == FINE for ending in endings):
            self.counts.fine(len(endings), {ending.provider for ending in endings})
        else:
            for ending in endings:
                self.counts.note(ending.outcome, ending.provider)

    def slowed(self) -> dict[str, float]:
        """Seconds to pause after each batch, by provider."""
        return self.counts.slowed()

    def open_if_due(self) -> None:
        """Open where too many messages failed; raises Unavailable, and then stays closed."""
        reason = self.counts.reason()
        if not reason:
            return
        row = {"worker": self.worker, "version": VERSION, "reason": reason}
        # Stored first: a breaker that is open in memory alone would be closed by any restart.
        with transaction(self.engine) as connection:
            upsert(connection, BREAKER, [row])
        logger().error("breaker opened", reason=reason, resume="credstream resume")
        self._show(reason)

    def check_closed(self) -> None:
        """Close an open breaker whose row an operator has deleted."""
        if not self.reason:
            return
        query = sa.select(BREAKER.c.reason).where(BREAKER.c.worker == self.worker)
        with transaction(self.engine) as connection:
            self._show(connection.execute(query).scalar())
        if not self.reason:
            self.counts = Breaker()
            logger().info("breaker closed")

    def _show(self, reason: str | None) -> None:
        self.reason = reason
        metrics.BREAKER_OPEN.labels(self.service).set(1 if reason else 0)
