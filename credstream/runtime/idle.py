"""What a worker does while no message arrives: settle its journal, and ask for the broker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from credstream.contract.messages import Partition
from credstream.process import timeouts
from credstream.storage import journal
from credstream.storage.engine import transaction
from credstream.storage.journal import Row


@dataclass(slots=True)
class Idle:
    """Notices that a worker is idle.

    `unsettled` are the journal rows of completed batches whose outputs still lie in the journal,
    `busy` is when the last batch was completed. `ask` asks the broker whether it is there.
    """

    engine: sa.Engine
    ask: Callable[[], None] | None = None
    unsettled: dict[Partition, Row] = field(default_factory=dict)
    busy: float = 0.0

    def note(self, rows: Mapping[Partition, Row], now: float) -> None:
        """A batch was completed: Kafka has the outputs of its rows."""
        self.busy = now
        self.unsettled |= rows

    def check(self, now: float) -> None:
        """After some seconds without a batch, settle and ask; raises Unavailable."""
        if now - self.busy > timeouts.IDLE_SECONDS:
            self.settle()
            if self.ask:
                # A consumer that has nothing to read does not report that its broker is away.
                self.ask()

    def settle(self) -> None:
        """Settle this worker's journal rows: an idle worker keeps no learners in its journal.

        A row that another worker has moved since is not ours to settle: `journal.settle` leaves
        it alone (decision 0014).
        """
        if self.unsettled:
            with transaction(self.engine) as connection:
                journal.settle(connection, self.unsettled)
            self.unsettled.clear()
