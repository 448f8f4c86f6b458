"""A toy stage, and lives of the real loop with it: it can crash and go on."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected
from credstream.contract.messages import Emit, StepResult
from credstream.contract.records import Again
from credstream.kafka.retry import Backoff
from credstream.runtime.hooks import Hooks, no_crash
from credstream.runtime.loop import Limits, Loop
from credstream.runtime.partitions import Partitions
from credstream.runtime.progress import Progress
from credstream.runtime.service import NOBODY, Service, as_read, nothing_known
from credstream.runtime.stage import Stage
from credstream.runtime.transactions import Transactions
from credstream.storage import tables
from credstream.storage.engine import open_engine, transaction
from credstream.storage.statements import keys_query, select_by_keys, upsert
from tests.support import databases
from tests.support.kafkas import Consumer, Kafka, Producer
from tests.support.simulation import CLUSTER, Everything

INPUT, AGAIN, OUT = topics.NORMALISED, topics.again("accreditation"), topics.ACCREDITED
CODEC = Codec()
TABLES = sa.MetaData()
VERSIONS = sa.Table(
    "toy_versions",
    TABLES,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
_VERSIONS = keys_query(sa.select(VERSIONS), VERSIONS.c.key)
RUNTIME = (
    tables.JOURNAL,
    tables.EPOCH,
    tables.BREAKER,
    tables.REFERENCE,
    tables.FAILURES,
    tables.ATTEMPTS,
    tables.PROVIDERS,
)


class Crash(BaseException):
    """kill -9: nothing catches it."""


@dataclass(frozen=True)
class VersionRow:
    key: str
    version: int


def gather(connection, batch):
    keys = {message.record for message in batch}
    return {r.key: r.version for r in select_by_keys(connection, _VERSIONS, keys)}


def step(message, facts):
    """Bump the version of a key, and say which message did it."""
    if message.value == b"bad":
        raise Rejected("format.invalid", "a.b", "bad")
    if message.value == b"bug":
        raise ZeroDivisionError
    key, version = message.record, facts.get(message.record, 0) + 1
    again = Again(key=key, cause=str(version), detail=where(message), at=message.at)
    return StepResult((Emit(OUT, key, again),), (VersionRow(key, version),))


def where(message) -> str:
    return f"{message.topic}/{message.partition}/{message.offset}"


def apply(connection, rows):
    upsert(connection, VERSIONS, [{"key": r.key, "version": r.version} for r in rows])


TOY = Service(
    name="toy",
    inputs=(INPUT, AGAIN),
    read=lambda message: (message.key or b"").decode(),
    known=nothing_known,
    examine=as_read,
    gather=gather,
    step=step,
    learn=lambda facts, rows: facts.update({row.key: row.version for row in rows}),
    apply=apply,
    sender=lambda _message: NOBODY,
)


def database(folder) -> sa.Engine:
    """A database with the runtime's tables and the toy's own."""
    made = open_engine(databases.url(folder, "toy"))
    with transaction(made) as connection:
        tables.METADATA.create_all(connection, tables=RUNTIME)
        TABLES.create_all(connection)
        connection.execute(sa.insert(tables.EPOCH), {"id": 1, "changes": 0})
    return made


class Blind(Partitions):
    """A worker that trusts the broker alone: what a loop without the journal would do."""

    __slots__ = ()

    def compare(self):
        self.rows |= dict.fromkeys(self._unchecked)
        self.committed |= self._committed(sorted(self._unchecked))
        self.done |= {p: self.committed[p] or 0 for p in self._unchecked}
        return {}


def loop_of(clients, stage, partitions, size=50, crash=no_crash, **more) -> Loop:
    """The real loop around a consumer and a producer; it does not pause between attempts."""
    consumer, producer = clients
    progress = Progress()
    transactions = Transactions(consumer, lambda: producer, progress, crash=crash, **more)
    return Loop(
        consumer, stage, partitions, transactions, Limits(size, 0.01), progress, Hooks(crash=crash),
        Backoff(longest=0.0),
    )  # fmt: skip


EVENTS = ("before", "between", "inside", "after", "rebalance", "abort send", "abort", "late", "lost seek")  # fmt: skip


def lives(kafka: Kafka, made: sa.Engine, script, *, journalled: bool = True) -> None:
    """Run the real loop through a script of (messages, event), with a new life after each crash.

    The event of an entry is what happens in that turn of the loop.
    """
    entries = list(script)
    now = [""]

    def events():
        many, now[0] = entries.pop(0) if entries else (50, "")
        return many, now[0]

    def crash(point):
        if now[0] == point:
            now[0] = ""
            raise Crash(point)

    def fails(call):
        wanted = {"abort send": ("send", "abort"), "abort": ("commit", "abort"), "late": ("commit", "late")}  # fmt: skip
        at, how = wanted.get(now[0], ("", ""))
        if at != call:
            return ""
        now[0] = ""
        return how

    for _life in range(len(entries) + 2):
        consumer, producer = Consumer(kafka, events), Producer(kafka, fails)
        stage = Stage(TOY, made, CODEC, CLUSTER, Everything(), journalled=journalled)
        own = (Partitions if journalled else Blind)(consumer, made, CLUSTER)
        loop = loop_of((consumer, producer), stage, own, crash=crash)
        try:
            loop.run(lambda: not entries and kafka.drained())
        except Crash:
            continue
        return
