"""What a worker does while no message arrives: settle its journal, and ask for the broker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

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
    `read_beyond` gives the rows of partitions that were read further than their messages, `ids`
    the ids of the topics. `noted` is when how far was read was last kept, `kept` what was, and
    `ends` are the ends that rows had then.
    """

    engine: sa.Engine
    ask: Callable[[], None] | None = None
    unsettled: dict[Partition, Row] = field(default_factory=dict)
    busy: float = 0.0
    read_beyond: Callable[[], Mapping[Partition, tuple[Row, int]]] = dict
    ids: Mapping[Partition, str] = field(default_factory=dict)
    noted: float = 0.0
    kept: dict[Partition, tuple[int, int]] = field(default_factory=dict)
    ends: dict[Partition, int] = field(default_factory=dict)

    def note(self, rows: Mapping[Partition, Row], now: float) -> None:
        """A batch was completed: Kafka has the outputs of its rows."""
        self.busy = now
        self.unsettled |= rows

    def check(self, now: float) -> None:
        """After some seconds without a batch, settle and ask; raises Unavailable."""
        idle = now - self.busy > timeouts.IDLE_SECONDS
        if idle or now - self.noted > timeouts.READ_NOTE_SECONDS:
            self.note_read(idle=idle)
            self.noted = now
        if idle:
            self.settle()
            if self.ask:
                # A consumer that has nothing to read does not report that its broker is away.
                self.ask()

    def note_read(self, *, idle: bool) -> None:
        """Keep how far was read: retention may empty a topic behind that without any loss.

        A busy worker does so for partitions that have not moved since it last looked.
        """
        beyond = self.read_beyond()
        found = {
            partition: (row, position)
            for partition, (row, position) in beyond.items()
            if self.kept.get(partition) != (row.upto, position)
            and (idle or self.ends.get(partition) == row.upto)
        }
        self.ends = {partition: row.upto for partition, (row, _) in beyond.items()}
        if found:
            with transaction(self.engine) as connection:
                journal.note_read(connection, found)
            self.kept |= {p: (row.upto, position) for p, (row, position) in found.items()}

    def at_end(self) -> None:
        """What a worker leaves behind for the next one."""
        self.settle()
        self.note_read(idle=True)

    def settle(self) -> None:
        """Settle this worker's journal rows: an idle worker keeps no learners in its journal.

        A row that another worker has moved since is not ours to settle: `journal.settle` leaves
        it alone (decision 0014).
        """
        if self.unsettled:
            rows = {
                partition: replace(row, topic_id=self.ids.get(partition, ""))
                for partition, row in self.unsettled.items()
            }
            with transaction(self.engine) as connection:
                journal.settle(connection, rows)
            self.unsettled.clear()
