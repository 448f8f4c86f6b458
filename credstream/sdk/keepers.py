"""Where it is kept how far topics were taken: nowhere, by the broker, or in a database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from credstream.sdk.partitions import Life, Partitions, Place
from credstream.sdk.rows import Published

Lives = Mapping[str, Life]
Batch = Sequence[Published]


class Keeper(Protocol):
    """Every method raises Unavailable, and may be called once more then."""

    def load(self, lives: Lives, places: Collection[Place]) -> Mapping[Place, int]:
        """Where to go on, for the places that are known."""

    def forget(self, places: Collection[Place]) -> None:
        """Go back to the beginning."""

    def keep(self, batch: Batch, lives: Lives) -> None:
        """These were taken."""


@dataclass(slots=True)
class Memory:
    """Kept nowhere; `newest` begins with what comes from now on."""

    reader: Partitions
    newest: bool
    known: dict[Place, int] = field(default_factory=dict)
    lives: Lives = field(default_factory=dict)

    def load(self, lives: Lives, places: Collection[Place]) -> Mapping[Place, int]:
        if self.newest and not self.lives:
            self.known = dict(self.reader.ends(places))
        anew = {name for name, life in self.lives.items() if lives.get(name) != life}
        self.known = {place: at for place, at in self.known.items() if place[0] not in anew}
        self.lives = lives
        return self.known

    def forget(self, places: Collection[Place]) -> None:
        self.known = dict.fromkeys(places, 0)

    def keep(self, batch: Batch, lives: Lives) -> None:
        del lives
        self.known |= reached(batch)


@dataclass(frozen=True, slots=True)
class Group:
    """Kept by the broker for a consumer group, of which one reader follows at a time."""

    reader: Partitions

    def load(self, lives: Lives, places: Collection[Place]) -> Mapping[Place, int]:
        del lives  # the broker forgets a topic's positions with the topic
        return self.reader.committed(places)

    def forget(self, places: Collection[Place]) -> None:
        self.reader.commit(dict.fromkeys(places, 0))

    def keep(self, batch: Batch, lives: Lives) -> None:
        del lives
        self.reader.commit(reached(batch))


class Database(Protocol):
    """What `store.Register` is."""

    def prepare(self) -> None:
        """Make the tables."""

    def positions(self, lives: Lives) -> Mapping[Place, int]:
        """Where to go on in these makings of topics."""

    def forget(self, names: Collection[str]) -> None:
        """Forget the positions in topics."""

    def take(self, messages: Batch, lives: Lives) -> None:
        """Write rows and positions in one transaction."""


@dataclass(slots=True)
class Tables:
    """Kept beside the rows, in the same transaction: each message counts exactly once."""

    database: Database
    prepared: bool = False

    def load(self, lives: Lives, places: Collection[Place]) -> Mapping[Place, int]:
        del places
        self._prepare()
        return self.database.positions(lives)

    def forget(self, places: Collection[Place]) -> None:
        self._prepare()
        self.database.forget({topic for topic, _ in places})

    def keep(self, batch: Batch, lives: Lives) -> None:
        self.database.take(batch, lives)

    def _prepare(self) -> None:
        if not self.prepared:
            self.database.prepare()
            self.prepared = True


def reached(batch: Batch) -> dict[Place, int]:
    """The offset after the last message of each partition."""
    return {(each.topic, each.partition): each.offset + 1 for each in batch}
