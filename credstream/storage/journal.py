"""The journal: what a batch sends is kept with its state until Kafka has it.

One row per source partition. The SQL transaction of a batch moves the row from the end of the
batch before to its own end, with the batch's outputs; the Kafka transaction follows. After a
crash between the two, the row is one batch ahead of the committed offset, and its outputs are
published before anything new is read.
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
    """The journal and the broker do not fit together; an operator has to decide."""


class NotOurs(Exception):
    """The row is not where this worker believes it to be: it must roll back and end."""


@dataclass(frozen=True, slots=True)
class Output:
    """One message to be written; `headers` are (name, value) pairs."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the journal; `outputs` are (place in the batch, output) pairs."""

    cluster_id: str
    since: int | None
    upto: int
    outputs: tuple[tuple[int, Output], ...] = ()

    @property
    def settled(self) -> bool:
        """Whether its worker knew that Kafka has everything."""
        return self.since == self.upto + 1 and not self.outputs

    def as_settled(self) -> Row:
        return Row(self.cluster_id, self.upto + 1, self.upto)


@dataclass(frozen=True, slots=True)
class Move:
    """A batch's part of one source partition."""

    since: int | None
    upto: int
    outputs: tuple[tuple[int, Output], ...]


def read(connection: sa.Connection, places: Iterable[Partition]) -> dict[Partition, Row]:
    """The rows of some source partitions."""
    wanted = set(places)
    names = {topic for topic, _ in wanted}
    found = {
        (row.topic, row.partition): Row(row.cluster_id, row.since, row.upto, _unpack(row.outputs))
        for row in connection.execute(sa.select(JOURNAL).where(JOURNAL.c.topic.in_(names)))
    }
    return {place: found[place] for place in wanted if place in found}


def trusts_broker(connection: sa.Connection) -> bool:
    """Whether an operator said, within a day, that a partition without a row is no reason to stop.

    A day is enough for every worker to come back; for longer, a lost row would go unseen.
    """
    query = sa.select(JOURNAL.c.since).where(JOURNAL.c.topic == ANY_PARTITION[0])
    said = connection.execute(query).scalar()
    return said is not None and time.time() * 1000 - said < DAY_MS


def move(
    connection: sa.Connection,
    cluster_id: str,
    before: Mapping[Partition, Row | None],
    moves: Mapping[Partition, Move],
) -> None:
    """Set the rows by compare-and-set, in key order, onwards only; raises NotOurs."""
    for place in sorted(moves):
        row, upto = before[place], moves[place].upto
        if row is not None and upto <= row.upto:
            raise NotOurs(f"journal row {_name(place)} ends at {row.upto}, after {upto}")
    values = {place: _values(place, cluster_id, moves[place]) for place in sorted(moves)}
    _insert(connection, [row for place, row in values.items() if before[place] is None])
    _update(
        connection,
        [
            row | {"old_upto": old.upto, "old_cluster": old.cluster_id}
            for place, row in values.items()
            if (old := before[place]) is not None
        ],
    )


def verdict(
    place: Partition,
    row: Row | None,
    cluster_id: str,
    committed: int | None,
    *,
    trusting: bool = False,
) -> str:
    """go-on, replay, or raise JournalError: there are two good states only.

    `trusting` is what `trusts_broker` says.
    """
    name = _name(place)
    if row is None:
        if committed is None or trusting:
            return "go-on"
        raise JournalError(
            f"journal row {name} is missing, yet the broker has offset {committed}: "
            "the database is new or from the past"
        )
    if row.cluster_id == ANY_CLUSTER:
        return "go-on"
    if row.cluster_id != cluster_id:
        raise JournalError(f"journal row {name} is of cluster {row.cluster_id}, not {cluster_id}")
    if committed == row.upto + 1:
        return "go-on"
    if committed == row.since:
        return "replay"
    raise JournalError(
        f"journal row {name} ends at {row.upto} and began at {row.since}, "
        f"yet the broker has offset {committed}: the topic or its offsets were reset"
    )


def in_order(rows: Iterable[Row]) -> list[Output]:
    """The outputs of rows that one batch wrote, as they stood in the batch."""
    placed = [pair for row in rows for pair in row.outputs]
    return [output for _, output in sorted(placed, key=lambda pair: pair[0])]


def forget(connection: sa.Connection) -> int:
    """Keep the state, trust the broker's offsets from here on; how many rows it concerned."""
    nothing = {"cluster_id": ANY_CLUSTER, "since": None, "upto": -1, "outputs": _pack(())}
    done = connection.execute(
        sa.update(JOURNAL).where(JOURNAL.c.topic != ANY_PARTITION[0]).values(**nothing)
    )
    topic, partition = ANY_PARTITION
    now = int(time.time() * 1000)
    row = {"topic": topic, "partition": partition, **nothing, "since": now}
    upsert(connection, JOURNAL, [row])
    return done.rowcount


def settle(connection: sa.Connection, done: Mapping[Partition, Row]) -> None:
    """Settle rows whose outputs Kafka has: an idle worker keeps no persons.

    A settled row begins where it ends. The row of a partition's first batch began at no offset,
    which is also what the broker has when a topic was made anew: only a settled one tells them
    apart. `done` are the rows whose outputs their worker knows to be there: a row that moved on
    since, or that another worker left between its two commits, keeps what only it has.
    """
    for place in sorted(done):
        settled = {"outputs": _pack(()), "since": done[place].upto + 1}
        connection.execute(
            sa.update(JOURNAL).where(*_one(place), *_still(done[place])).values(**settled)
        )


def _values(place: Partition, cluster_id: str, move: Move) -> dict[str, Any]:
    return {
        "at_topic": place[0],
        "at_partition": place[1],
        "cluster_id": cluster_id,
        "since": move.since,
        "upto": move.upto,
        "outputs": _pack(move.outputs),
    }


def _insert(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        try:
            connection.execute(_MADE, row)
        except IntegrityError as error:
            raise _not_ours([row]) from error


def _update(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows or connection.execute(_MOVE, rows).rowcount == len(rows):
        return
    ends = {place: row.upto for place, row in read(connection, map(_place, rows)).items()}
    raise _not_ours([row for row in rows if ends.get(_place(row)) != row["upto"]] or rows)


def _not_ours(rows: Sequence[Mapping[str, Any]]) -> NotOurs:
    names = ", ".join(_name(_place(row)) for row in rows)
    return NotOurs(f"journal row {names} was moved by another worker")


def _place(row: Mapping[str, Any]) -> Partition:
    return row["at_topic"], row["at_partition"]


def _name(place: Partition) -> str:
    return f"{place[0]}[{place[1]}]"


def _one(place: Partition) -> tuple[sa.ColumnElement[bool], ...]:
    return JOURNAL.c.topic == place[0], JOURNAL.c.partition == place[1]


def _still(row: Row) -> tuple[sa.ColumnElement[bool], ...]:
    return JOURNAL.c.upto == row.upto, JOURNAL.c.cluster_id == row.cluster_id


# Made once, and run for all rows of a batch at once: to build a statement and to look it up anew
# costs more than to run it.
_SET: dict[str, Any] = {c: sa.bindparam(c) for c in ("cluster_id", "since", "upto", "outputs")}
_PLACE: dict[str, Any] = {
    "topic": sa.bindparam("at_topic"),
    "partition": sa.bindparam("at_partition"),
}
_MADE = sa.insert(JOURNAL).values(_SET | _PLACE)
_MOVE = (
    sa.update(JOURNAL)
    .where(
        *(JOURNAL.c[name] == value for name, value in _PLACE.items()),
        JOURNAL.c.upto == sa.bindparam("old_upto"),
        JOURNAL.c.cluster_id == sa.bindparam("old_cluster"),
    )
    .values(_SET)
)
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(tuple[tuple[int, Output], ...])


def _pack(outputs: Sequence[tuple[int, Output]]) -> bytes:
    return bytes(cramjam.zstd.compress(_ENCODER.encode(tuple(outputs)), level=1))


def _unpack(blob: bytes) -> tuple[tuple[int, Output], ...]:
    return _DECODER.decode(bytes(cramjam.zstd.decompress(blob)))
