"""Follow published topics: one message after the other, or into a register's own database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from credstream.contract.codec import Codec
from credstream.contract.errors import Unavailable
from credstream.contract.messages import Incoming
from credstream.kafka.clients import Cluster
from credstream.process import timeouts
from credstream.sdk import names, rows
from credstream.sdk.keepers import Batch, Database, Group, Keeper, Lives, Memory, Tables, reached
from credstream.sdk.partitions import End, Partitions, Place
from credstream.sdk.rows import Published

T = TypeVar("T")
# The client must name a group; whoever keeps positions elsewhere needs no right on it.
NO_GROUP = "credstream-register"


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How to follow. `say` is told why it waits; `stopping` ends it between two messages.

    `until_end` stops at the ends that the topics had at the start.
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

    A message is taken when the next one is asked for, and committed for the group after that:
    what the caller was busy with when it died comes again. Without a group nothing is kept, and
    `newest` leaves out what is there already.
    """
    how = how or How()
    with Partitions(cluster, group or NO_GROUP) as reader:
        keeper: Keeper = Group(reader) if group else Memory(reader, newest)
        follower = Follower(reader, codec, topics, keeper, how)
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
    """Batches that a register's database now has, each exactly once; raises UnknownTopicError.

    Every message is written with its position, so that a subscriber may be killed at any time.
    """
    how = how or How()
    with Partitions(cluster, NO_GROUP) as reader:
        follower = Follower(reader, codec, topics, Tables(database), how)
        while not follower.done:
            batch = patient(follower.poll, how) or ()
            kept = patient(partial(follower.keep, batch), how)
            if batch and kept:
                yield batch


@dataclass(slots=True)
class Follower:
    """Reads on from where its keeper says; after a failure it asks again where that is."""

    reader: Partitions
    codec: Codec
    words: Sequence[str]
    keeper: Keeper
    how: How
    ready: bool = False
    forgotten: bool = False
    lives: Lives = field(default_factory=dict)
    next: dict[Place, int] = field(default_factory=dict)
    # Ends of the start that are not reached yet.
    ends: dict[Place, int] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        at_end = self.how.until_end and bool(self.lives) and not self.ends
        return at_end or self.how.stopping()

    def poll(self) -> Batch:
        """The next messages, perhaps none; raises Unavailable, and UnknownTopicError at first."""
        try:
            if not self.ready:
                self._connect()
            return self._read()
        except Unavailable:
            self.ready = False
            raise

    def keep(self, batch: Batch) -> bool:
        """True; raises Unavailable, and the same batch may be kept once more then."""
        if batch:
            self.keeper.keep(batch, self.lives)
        return True

    def _connect(self) -> None:
        visible = self.reader.visible()
        meant = tuple(self.lives) or names.published(self.words, visible)
        lives = self.reader.lives(meant)
        places = [(name, number) for name in meant for number in range(visible.get(name, 0))]
        if self.how.beginning and not self.forgotten:
            self.keeper.forget(places)
            self.forgotten = True
        ends, known = self.reader.ends(places), self.keeper.load(lives, places)
        self.next = {place: self._start(place, known, ends[place]) for place in places}
        self.reader.begin(self.next)
        if self.lives != lives:
            self.ends = dict(ends)
        self.lives, self.ready = lives, True
        self._leave_reached()

    def _start(self, place: Place, known: Mapping[Place, int], end: int) -> int:
        at = known.get(place, 0)
        if at <= end:
            return at
        self.how.say(f"{place[0]} {place[1]}: it ends before {at} and is read from its beginning")
        return 0

    def _read(self) -> Batch:
        found = self.reader.read(timeouts.FOLLOW_POLL_SECONDS)
        batch = [rows.published(each, self.codec) for each in found if isinstance(each, Incoming)]
        for each in batch:
            if each.offset < self.next.get((each.topic, each.partition), 0):
                raise Unavailable(f"{each.topic} was made anew")
        self.next |= reached(batch)
        self._leave_reached()
        for place in (each.place for each in found if isinstance(each, End)):
            # What is left before the end may be nothing but the markers of transactions.
            self.ends.pop(place, None)
        return batch

    def _leave_reached(self) -> None:
        self.ends = {place: end for place, end in self.ends.items() if self.next[place] < end}


def patient(work: Callable[[], T], how: How) -> T | None:
    """What some work gives, waiting while what it needs is away; None where it was stopped."""
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
