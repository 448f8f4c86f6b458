"""A message whose code ends the process again and again, and what becomes of it.

Each death with a message in hand makes it a suspect: from then on the messages of its partition are
handled one at a time, after those of all others. A death with that message alone counts, and after
the third it is dead-lettered without being read again (decision 0027).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from credstream.contract.messages import Message, MessageId, Partition, Positioned
from credstream.process import metrics
from credstream.process.in_hand import Evidence, InHand, Phase, left_behind
from credstream.process.logs import logger
from credstream.storage import attempts
from credstream.storage.attempts import Attempt
from credstream.storage.engine import transaction
from credstream.storage.journal import Move, Row

MOST_DEATHS = 3


@dataclass(slots=True)
class Attempts:
    """What a data path knows of messages that ended processes; `in_hand` is its own file."""

    in_hand: InHand = field(default_factory=InHand)
    suspects: dict[MessageId, Attempt] = field(default_factory=dict)

    def recall(self, engine: sa.Engine) -> None:
        """Read the suspects of all partitions: another worker may have died with one of ours."""
        with transaction(engine) as connection:
            self.suspects = attempts.read(connection)

    def split(self, batch: Sequence[Message]) -> tuple[list[Message], list[Message]]:
        """The messages of ordinary partitions, and those of partitions with a suspect."""
        if not self.suspects:
            return list(batch), []
        suspected = {(topic, partition) for topic, partition, _ in self.suspects}
        kinds: tuple[list[Message], list[Message]] = ([], [])
        for message in batch:
            kinds[(message.topic, message.partition) in suspected].append(message)
        return kinds

    def spent(self, message: Positioned) -> Attempt | None:
        """The deaths of a message that must not be tried once more."""
        attempt = self.suspects.get((message.topic, message.partition, message.offset))
        return attempt if attempt and attempt.deaths >= MOST_DEATHS else None

    def forget(self, connection: sa.Connection, moves: Mapping[Partition, Move]) -> None:
        """Remove the suspects that a batch ends, in its own transaction."""
        if self.suspects:
            attempts.remove(connection, [(p, moves[p].upto) for p in sorted(moves)])

    def ended(self, rows: Mapping[Partition, Row]) -> None:
        """Forget the suspects of a batch that SQL has committed."""
        if self.suspects:
            ends = {partition: row.upto for partition, row in rows.items()}
            self.suspects = {
                (topic, partition, offset): attempt
                for (topic, partition, offset), attempt in self.suspects.items()
                if offset > ends.get((topic, partition), -1)
            }


def count_deaths(engine: sa.Engine, folder: Path, name: str, stage: str) -> None:
    """Count what dead processes of this name had in hand; raises Unavailable."""
    for path, evidence in left_behind(folder, name):
        if evidence:
            _count(engine, evidence, stage)
        path.unlink(missing_ok=True)


def _count(engine: sa.Engine, evidence: Evidence, stage: str) -> None:
    phase = Phase(evidence.phase).name.lower()
    with transaction(engine) as connection:
        attempts.add(connection, evidence.message, int(evidence.alone), phase)
    topic, partition, offset = evidence.message
    metrics.DEATHS.labels(stage, phase).inc()
    logger().error(
        "worker died with a message in hand",
        topic=topic,
        partition=partition,
        offset=offset,
        phase=phase,
        alone=evidence.alone,
    )
