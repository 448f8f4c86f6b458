"""When to stop by oneself: a bad deployment must not drain a topic into its dead letters.

Too many `unexpected`, or refusals of several providers at once, open the breaker: the stage
waits for an operator. Refusals of one provider alone only slow that provider down.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import islice, repeat

IN_A_ROW = 100
WINDOW = 1000
SHARE = 0.05
PROVIDERS = 3
SLOWEST_SECONDS = 5.0

MISS = (False, "")
FINE, REFUSED, UNEXPECTED = "records", "refused", "unexpected"


@dataclass(slots=True)
class _Window:
    """The last endings of one kind: how many in a row, and their share of the window."""

    kind: str
    row: int = 0
    last: deque[tuple[bool, str]] = field(default_factory=lambda: deque(maxlen=WINDOW))
    hits: int = 0

    def note(self, outcome: str, provider: str) -> None:
        hit = outcome == self.kind
        if len(self.last) == WINDOW:
            self.hits -= self.last[0][0]
        self.last.append((hit, provider))
        self.hits += hit
        self.row = self.row + 1 if hit else 0

    def miss(self, count: int) -> None:
        """As many notes of other endings."""
        self.row = 0
        if self.hits:
            for _ in range(count):
                self.note("", "")
        else:
            self.last.extend(repeat(MISS, count))

    def over(self, providers: int = 1) -> bool:
        """Too many in a row or in the window, in no less than some providers' messages."""
        share = int(SHARE * WINDOW) if len(self.last) == WINDOW else WINDOW + 1
        return any(
            hits >= limit and self._spread(newest, math.ceil(limit / providers)) >= limit
            for hits, newest, limit in (
                (self.row, self.row, IN_A_ROW),
                (self.hits, WINDOW, share),
            )
        )

    def _spread(self, newest: int, most: int) -> int:
        """The hits among the newest, of each provider `most` at the most."""
        names = Counter(name for hit, name in islice(reversed(self.last), newest) if hit)
        return sum(min(count, most) for count in names.values())

    def providers(self) -> int:
        return len({provider for hit, provider in self.last if hit})


class Breaker:
    """Counts endings; says when to stop, and which providers to slow down."""

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
        """Count messages that all ended well."""
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
        """Seconds to pause after each batch, by provider that is refused again and again."""
        return {
            name: min(SLOWEST_SECONDS, 0.5 * 2 ** min(10, (row - IN_A_ROW) // IN_A_ROW))
            for name, row in self._rows.items()
            if name and row >= IN_A_ROW
        }
