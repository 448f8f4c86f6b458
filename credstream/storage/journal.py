"""The journal: the outputs of a batch are stored with its state until Kafka has them.

It has one row for each source partition. The SQL transaction of a batch moves the row from the end
of the batch before to its own end, and stores the batch's outputs in it; the Kafka transaction
follows. After a crash between the two, the row is one batch ahead of the committed offset, and its
outputs are published before the worker reads anything new.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cramjam
import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from credstream.contract.messages import Partition
from credstream.contract.topics import DAY_MS
from credstream.storage.statements import upsert
from credstream.storage.tables import JOURNAL

ANY_CLUSTER = ""
# Written by forget: no topic has this name.
ANY_PARTITION: Partition = ("*", 0)


class JournalError(Exception):
    """The journal contradicts the broker's offsets; an operator has to decide."""


class NotOurs(Exception):
    """Another worker has moved the row: this one must roll back and end."""


@dataclass(frozen=True, slots=True)
class Output:
    """One message to be sent; `headers` are (name, value) pairs."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the journal; `outputs` are (place in the batch, output) pairs.

    `topic_id` is empty where it is not known. `read` is the offset up to which an idle worker has
    read, `accepted` whether an operator has set the end of the row.
    """

    cluster_id: str
    since: int | None
    upto: int
    outputs: tuple[tuple[int, Output], ...] = ()
    topic_id: str = ""
    read: int = 0
    accepted: bool = False

    @property
    def settled(self) -> bool:
        """Whether its worker knew that Kafka has the outputs."""
        return self.since == self.upto + 1 and not self.outputs

    def as_settled(self) -> Row:
        return Row(self.cluster_id, self.upto + 1, self.upto, (), self.topic_id, self.read)


@dataclass(frozen=True, slots=True)
class Move:
    """A batch's part of one source partition."""

    since: int | None
    upto: int
    outputs: tuple[tuple[int, Output], ...]


def read(connection: sa.Connection, partitions: Iterable[Partition]) -> dict[Partition, Row]:
    """The rows of some source partitions."""
    wanted = set(partitions)
    names = {topic for topic, _ in wanted}
    rows = {
        (row.topic, row.partition): Row(
            row.cluster_id,
            row.since,
            row.upto,
            _unpack(row.outputs),
            row.topic_id,
            row.read,
            row.accepted,
        )
        for row in connection.execute(sa.select(JOURNAL).where(JOURNAL.c.topic.in_(names)))
    }
    return {partition: rows[partition] for partition in wanted if partition in rows}


def trusts_broker(connection: sa.Connection) -> bool:
    """Whether an operator has told workers, within a day, to go on without a row.

    A day is enough for every worker to start again; after that a lost row must be noticed.
    """
    query = sa.select(JOURNAL.c.since).where(JOURNAL.c.topic == ANY_PARTITION[0])
    told_at = connection.execute(query).scalar()
    return told_at is not None and time.time() * 1000 - told_at < DAY_MS


def move(
    connection: sa.Connection,
    cluster_id: str,
    before: Mapping[Partition, Row | None],
    moves: Mapping[Partition, Move],
) -> None:
    """Move rows by compare-and-set, only forward and in key order; raises NotOurs."""
    for partition in sorted(moves):
        row, upto = before[partition], moves[partition].upto
        if row is not None and upto <= row.upto:
            raise NotOurs(f"journal row {name_of(partition)} ends at {row.upto}, after {upto}")
    values = {
        partition: _values(partition, cluster_id, moves[partition]) for partition in sorted(moves)
    }
    _insert(connection, [row for partition, row in values.items() if before[partition] is None])
    _update(
        connection,
        [
            row | {"old_upto": old.upto, "old_cluster": old.cluster_id}
            for partition, row in values.items()
            if (old := before[partition]) is not None
        ],
    )


def outputs_in_order(rows: Iterable[Row]) -> list[Output]:
    """The outputs of rows that one batch wrote, in the order that they had in it."""
    placed = [pair for row in rows for pair in row.outputs]
    return [output for _, output in sorted(placed, key=lambda pair: pair[0])]


def forget(connection: sa.Connection) -> int:
    """Forget what rows say and trust the broker's offsets from now on; the number of the rows.

    The state of the service stays.
    """
    nothing = {"cluster_id": ANY_CLUSTER, "since": None, "upto": -1, "outputs": _pack(())}
    nothing |= {"topic_id": "", "read": 0, "accepted": False}
    done = connection.execute(
        sa.update(JOURNAL).where(JOURNAL.c.topic != ANY_PARTITION[0]).values(**nothing)
    )
    topic, partition = ANY_PARTITION
    now = int(time.time() * 1000)
    row = {"topic": topic, "partition": partition, **nothing, "since": now}
    upsert(connection, JOURNAL, [row])
    return done.rowcount


def settle(connection: sa.Connection, done: Mapping[Partition, Row]) -> None:
    """Empty rows whose outputs Kafka has, so that an idle worker stores no persons.

    A settled row begins where it ends. The row of a partition's first batch began at no offset,
    and a topic that was created again has no committed offset either: only a settled row tells the
    two apart. `done` are the rows whose outputs their worker knows to be in Kafka: a row that has
    moved since, or that another worker left between its two commits, stays as it is (decision
    0014).
    """
    for partition in sorted(done):
        row = done[partition]
        settled = {"outputs": _pack(()), "since": row.upto + 1, "accepted": False}
        settled |= {"topic_id": row.topic_id} if row.topic_id else {}
        connection.execute(
            sa.update(JOURNAL).where(*_is_of(partition), *_has_not_moved(row)).values(**settled)
        )


def note_read(connection: sa.Connection, positions: Mapping[Partition, tuple[Row, int]]) -> None:
    """Keep how far an idle worker has read, with the rows up to which it has handled that."""
    for partition in sorted(positions):
        row, position = positions[partition]
        connection.execute(
            sa.update(JOURNAL).where(*_is_of(partition), *_has_not_moved(row)).values(read=position)
        )


def accept(connection: sa.Connection, partition: Partition, row: Row, settled: Row) -> bool:
    """Put a settled row for one that is held; False where a worker has moved that meanwhile."""
    accepted = {
        "cluster_id": settled.cluster_id,
        "since": settled.since,
        "upto": settled.upto,
        "outputs": _pack(()),
        "topic_id": settled.topic_id,
        "read": 0,
        "accepted": True,
    }
    done = connection.execute(
        sa.update(JOURNAL).where(*_is_of(partition), *_has_not_moved(row)).values(**accepted)
    )
    return done.rowcount == 1


def _values(partition: Partition, cluster_id: str, move: Move) -> dict[str, Any]:
    return {
        "at_topic": partition[0],
        "at_partition": partition[1],
        "cluster_id": cluster_id,
        "since": move.since,
        "upto": move.upto,
        "outputs": _pack(move.outputs),
    }


def _insert(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        try:
            connection.execute(_INSERT, row)
        except IntegrityError as error:
            raise _not_ours([row]) from error


def _update(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows or connection.execute(_MOVE, rows).rowcount == len(rows):
        return
    ends = {
        partition: row.upto for partition, row in read(connection, map(_partition, rows)).items()
    }
    raise _not_ours([row for row in rows if ends.get(_partition(row)) != row["upto"]] or rows)


def _not_ours(rows: Sequence[Mapping[str, Any]]) -> NotOurs:
    names = ", ".join(name_of(_partition(row)) for row in rows)
    return NotOurs(f"journal row {names} was moved by another worker")


def _partition(row: Mapping[str, Any]) -> Partition:
    return row["at_topic"], row["at_partition"]


def name_of(partition: Partition) -> str:
    return f"{partition[0]}[{partition[1]}]"


def _is_of(partition: Partition) -> tuple[sa.ColumnElement[bool], ...]:
    return JOURNAL.c.topic == partition[0], JOURNAL.c.partition == partition[1]


def _has_not_moved(row: Row) -> tuple[sa.ColumnElement[bool], ...]:
    return JOURNAL.c.upto == row.upto, JOURNAL.c.cluster_id == row.cluster_id


# Built once, and run for all rows of a batch at once: building a statement costs more than running
# it.
_SET: dict[str, Any] = {c: sa.bindparam(c) for c in ("cluster_id", "since", "upto", "outputs")}
_PARTITION: dict[str, Any] = {
    "topic": sa.bindparam("at_topic"),
    "partition": sa.bindparam("at_partition"),
}
_INSERT = sa.insert(JOURNAL).values(_SET | _PARTITION)
_MOVE = (
    sa.update(JOURNAL)
    .where(
        *(JOURNAL.c[name] == value for name, value in _PARTITION.items()),
        JOURNAL.c.upto == sa.bindparam("old_upto"),
        JOURNAL.c.cluster_id == sa.bindparam("old_cluster"),
    )
    .values(_SET | {"accepted": sa.false()})
)
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(tuple[tuple[int, Output], ...])


def _pack(outputs: Sequence[tuple[int, Output]]) -> bytes:
    return bytes(cramjam.zstd.compress(_ENCODER.encode(tuple(outputs)), level=1))


def _unpack(blob: bytes) -> tuple[tuple[int, Output], ...]:
    return _DECODER.decode(bytes(cramjam.zstd.decompress(blob)))
