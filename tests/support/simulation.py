"""A broker of lists around a real stage and a real database, to crash at any point."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.messages import Incoming, Partition
from credstream.runtime.service import Service
from credstream.runtime.stage import Stage
from credstream.storage import journal
from credstream.storage.comparison import Found, compare
from credstream.storage.engine import open_engine, transaction
from credstream.storage.journal import Output
from credstream.storage.tables import EPOCH, METADATA
from tests.support import databases

CLUSTER = "fake-cluster"
BEFORE, BETWEEN, AFTER = "before", "between", "after"


class Everything:
    """Every topic exists."""

    def __contains__(self, name: object) -> bool:
        return True


class Crash(BaseException):
    """The process is gone."""


@dataclass
class Log:
    """What a broker holds: messages by topic, committed offsets, and what was written."""

    inputs: dict[Partition, list[Incoming]] = field(default_factory=dict)
    committed: dict[Partition, int] = field(default_factory=dict)
    written: list[Output] = field(default_factory=list)

    def append(self, topic: str, key: str, value: bytes, partition: int = 0) -> None:
        held = self.inputs.setdefault((topic, partition), [])
        held.append(
            Incoming(
                topic=topic,
                partition=partition,
                offset=len(held),
                key=key.encode(),
                value=value,
                at=1_000 + len(held),
            )
        )

    def commit(self, outputs: Sequence[Output], offsets: Mapping[Partition, int]) -> None:
        """One transaction: all of it or nothing."""
        self.written += outputs
        self.committed |= offsets
        for output in outputs:
            if (output.topic, 0) in self.inputs:
                self.append(output.topic, (output.key or b"").decode(), output.value or b"")


@dataclass
class Simulation:
    """One service on a `Log`; a crash loses the process and keeps database and broker."""

    service: Service
    engine: sa.Engine
    log: Log
    journalled: bool = True
    in_order: Callable[..., list[Output]] = journal.outputs_in_order
    rows: dict[Partition, journal.Row | None] = field(default_factory=dict)
    running: bool = False

    def start(self) -> None:
        """What a worker does on assignment: compare, and publish what the crash kept back."""
        places = list(self.log.inputs)
        with transaction(self.engine) as connection:
            found = journal.read(connection, places) if self.journalled else {}
        behind = {}
        for place in places:
            committed = self.log.committed.get(place)
            if not self.journalled:
                continue
            broker = Found(committed, 0, len(self.log.inputs[place]))
            if compare(place, found.get(place), CLUSTER, broker).replay:
                behind[place] = found[place]
        if behind:
            self.log.commit(
                self.in_order(behind.values()),
                {place: row.upto + 1 for place, row in behind.items()},
            )
        self.rows = {place: found.get(place) for place in places}
        self.running = True

    def batch(self, sizes: Mapping[Partition, int], crash: str | None = None) -> bool:
        """Handle some messages of each place, interleaved; False when there was nothing."""
        if not self.running:
            self.start()
        taken = [
            self.log.inputs[place][self.log.committed.get(place, 0) :][:size]
            for place, size in sizes.items()
        ]
        mixed = [m for row in itertools.zip_longest(*taken) for m in row if m is not None]
        if not mixed:
            return False
        try:
            self._handle(mixed, crash)
        except Crash:
            self.running = False
        return True

    def drain(self, most: int = 10_000) -> None:
        while most and self.batch(dict.fromkeys(self.log.inputs, 7)):
            most -= 1

    def _handle(self, messages: Sequence[Incoming], crash: str | None) -> None:
        stage = Stage(
            self.service, self.engine, Codec(), CLUSTER, Everything(), journalled=self.journalled
        )
        _at(crash, BEFORE)
        committed = {place: self.log.committed.get(place) for place in self.log.inputs}
        settled = stage.settle(messages, self.rows, committed)
        _at(crash, BETWEEN)
        self.log.commit(
            settled.outputs, {place: row.upto + 1 for place, row in settled.journal.items()}
        )
        _at(crash, AFTER)
        self.rows |= settled.journal


def database(path: str, metadata: sa.MetaData = METADATA) -> sa.Engine:
    """A fresh database with the tables of everything that is imported."""
    made = open_engine(databases.schema() if databases.real() else f"sqlite:///{path}")
    with transaction(made) as connection:
        metadata.create_all(connection)
        connection.execute(sa.insert(EPOCH), {"id": 1, "changes": 0})
    return made


def address(made: sa.Engine) -> str:
    """The URL of a test's database, for a service that opens it itself."""
    return made.url.render_as_string(hide_password=False)


def _at(crash: str | None, point: str) -> None:
    if crash == point:
        raise Crash(point)


AGAIN = topics.again("accreditation")
