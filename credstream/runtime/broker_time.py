"""Topics of submissions whose messages carry the time of their producer, not the broker's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from credstream.contract.messages import Positioned
from credstream.process import metrics
from credstream.process.logs import logger

# Of some topics, those on which the broker does not write the time, with the reason.
FindUnstamped: TypeAlias = Callable[[Iterable[str]], Mapping[str, str]]


@dataclass(slots=True)
class BrokerTime:
    """Holds a topic until its time is the broker's: a provider could write any time itself.

    Messages from before that have the time at which they are read. Without `find_unstamped`
    nothing is held, as on the embedded broker, which writes no time.
    """

    service: str
    find_unstamped: FindUnstamped | None = None
    held: Mapping[str, str] = field(default_factory=dict)

    def to_hold(self, batch: Sequence[Positioned]) -> set[str]:
        """The topics of a batch that have to wait; raises Unavailable."""
        names = {message.topic for message in batch}
        doubtful = {message.topic for message in batch if not message.stamped}
        if self.find_unstamped is None or not (doubtful or self.held):
            return set()
        found = self.find_unstamped(doubtful) if doubtful else {}
        for topic in sorted(found.keys() - self.held.keys()):
            logger().error("topic without broker time", topic=topic, why=found[topic])
        elsewhere = {name: why for name, why in self.held.items() if name not in names}
        self.held = {**elsewhere, **found}
        metrics.UNSTAMPED_TOPICS.labels(self.service).set(len(self.held))
        return set(found)
