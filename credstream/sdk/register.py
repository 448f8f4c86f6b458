"""Follow published topics: one message after the other, or into a register's own database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from credstream.contract.codec import Codec
from credstream.contract.errors import Unavailable
from credstream.contract.messages import Incoming, Partition
from credstream.kafka.cluster import Cluster
from credstream.process import timeouts
from credstream.sdk import rows, topic_names
from credstream.sdk.assigned import AssignedPartitions, End
from credstream.sdk.positions import (
    Batch,
    Database,
    Incarnations,
    InDatabase,
    InGroup,
    InMemory,
    Positions,
    after,
)
from credstream.sdk.rows import Published

T = TypeVar("T")
# librdkafka must name a group; a reader that keeps its own positions needs no right on it.
NO_GROUP = "credstream-register"


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How to follow.

    `say` is called with the reason of each wait, `stopping` between two messages. `until_end` stops
    at the ends that the topics had at the start.
    """

    beginning: bool = False
    until_end: bool = False
    say: Callable[[str], None] = lambda _words: None
    stopping: Callable[[], bool] = lambda: False
    sleep: Callable[[float], None] = time.sleep


def follow(
    cluster: Cluster,
    codec: Codec,
    topics: Sequence[str],
    group: str | None = None,
    *,
    newest: bool = False,
    how: How | None = None,
) -> Iterator[Published]:
    """Messages of published topics, each at least once; raises UnknownTopicError.

    A message is committed for the group after the caller has asked for the next one: a message
    that the caller was handling when it died is given again. Without a group no position is kept,
    and `newest` leaves out what is there already.
    """
    how = how or How()
    with AssignedPartitions(cluster, group or NO_GROUP) as reader:
        positions: Positions = InGroup(reader) if group else InMemory(reader, newest)
        follower = Follower(reader, codec, topics, positions, how)
        while not follower.done:
            batch, taken = patient(follower.poll, how) or (), 0
            try:
                for message in batch:
                    if how.stopping():
                        break
                    yield message
                    taken += 1
            except GeneratorExit:
                with suppress(Unavailable):
                    follower.keep(batch[:taken])
                raise
            patient(partial(follower.keep, batch[:taken]), how)


def keep_in(
    database: Database,
    cluster: Cluster,
    codec: Codec,
    topics: Sequence[str],
    how: How | None = None,
) -> Iterator[Batch]:
    """Batches that were written to a register's database, each exactly once.

    A batch and its positions are one transaction, so that the process may be killed at any time.
    Raises UnknownTopicError.
    """
    how = how or How()
    with AssignedPartitions(cluster, NO_GROUP) as reader:
        follower = Follower(reader, codec, topics, InDatabase(database), how)
        while not follower.done:
            batch = patient(follower.poll, how) or ()
            kept = patient(partial(follower.keep, batch), how)
            if batch and kept:
                yield batch


@dataclass(slots=True)
class Follower:
    """Reads on from its positions; after a failure it loads them once more.

    `names` say which topics; `next` are the offsets to read next, `ends` those ends of the start
    that are not reached yet.
    """

    reader: AssignedPartitions
    codec: Codec
    names: Sequence[str]
    positions: Positions
    how: How
    connected: bool = False
    was_reset: bool = False
    incarnations: Incarnations = field(default_factory=dict)
    next: dict[Partition, int] = field(default_factory=dict)
    ends: dict[Partition, int] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        at_end = self.how.until_end and bool(self.incarnations) and not self.ends
        return at_end or self.how.stopping()

    def poll(self) -> Batch:
        """The next messages, perhaps none; raises Unavailable, and UnknownTopicError at first."""
        try:
            if not self.connected:
                self._connect()
            return self._read()
        except Unavailable:
            self.connected = False
            raise

    def keep(self, batch: Batch) -> bool:
        """True; raises Unavailable, and the same batch may be kept again then."""
        if batch:
            self.positions.save(batch, self.incarnations)
        return True

    def _connect(self) -> None:
        counts = self.reader.visible()
        names = tuple(self.incarnations) or topic_names.published(self.names, counts)
        incarnations = self.reader.incarnations(names)
        partitions = [(name, number) for name in names for number in range(counts.get(name, 0))]
        if self.how.beginning and not self.was_reset:
            self.positions.reset(partitions)
            self.was_reset = True
        ends = self.reader.ends(partitions)
        known = self.positions.load(incarnations, partitions)
        self.next = {p: self._start(p, known.get(p, 0), ends[p]) for p in partitions}
        self.reader.begin(self.next)
        if self.incarnations != incarnations:
            self.ends = dict(ends)
        self.incarnations, self.connected = incarnations, True
        self._drop_reached_ends()

    def _start(self, partition: Partition, position: int, end: int) -> int:
        """The position, or the beginning of a partition that does not reach that far."""
        if position <= end:
            return position
        topic, number = partition
        self.how.say(f"{topic} {number}: it ends before {position} and is read from its beginning")
        return 0

    def _read(self) -> Batch:
        read = self.reader.read(timeouts.FOLLOW_POLL_SECONDS)
        batch = [rows.published(item, self.codec) for item in read if isinstance(item, Incoming)]
        for message in batch:
            if message.offset < self.next.get((message.topic, message.partition), 0):
                raise Unavailable(f"{message.topic} was deleted and created again")
        self.next |= after(batch)
        self._drop_reached_ends()
        for end in (item for item in read if isinstance(item, End)):
            # Only markers of transactions may be left before the end: no message reaches it.
            self.ends.pop(end.partition, None)
        return batch

    def _drop_reached_ends(self) -> None:
        self.ends = {p: end for p, end in self.ends.items() if self.next[p] < end}


def patient(work: Callable[[], T], how: How) -> T | None:
    """The result of some work, tried again while what it needs is away; None after a stop."""
    pause = timeouts.FIRST_FOLLOW_PAUSE_SECONDS
    while True:
        try:
            return work()
        except Unavailable as failure:
            if how.stopping():
                return None
            how.say(f"waiting: {failure}; trying again in {pause:g} s")
        until = time.monotonic() + pause
        while time.monotonic() < until and not how.stopping():
            how.sleep(timeouts.FOLLOW_STOP_CHECK_SECONDS)
        pause = min(timeouts.LONGEST_FOLLOW_PAUSE_SECONDS, pause * 2)
