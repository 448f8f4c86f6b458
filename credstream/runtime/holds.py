"""Topics whose messages are held for a while, because their provider is not registered yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import sqlalchemy as sa

from credstream.process.logs import logger
from credstream.storage.engine import transaction

# Of some topics, those whose provider is not registered.
FindUnknown: TypeAlias = Callable[[sa.Connection, set[str]], set[str]]


@dataclass(slots=True)
class Holds:
    """Holds each topic of an unknown provider for `seconds`; after that its messages are refused.

    A registration may arrive just after the first submission, so early is not wrong. `since` is
    when a topic was first seen. A service without `find_unknown` holds nothing.
    """

    engine: sa.Engine
    seconds: float
    find_unknown: FindUnknown | None = None
    since: dict[str, float] = field(default_factory=dict)

    def held(self, topics: set[str], now: float) -> set[str]:
        """Those topics of a batch whose messages have to wait; raises Unavailable."""
        if self.find_unknown is None:
            return set()
        with transaction(self.engine) as connection:
            unknown = self.find_unknown(connection, topics)
        self._forget(topics - unknown)
        for topic in unknown - self.since.keys():
            self.since[topic] = now
            logger().warning("topic held", topic=topic, seconds=self.seconds)
        return {topic for topic in unknown if now - self.since[topic] < self.seconds}

    def _forget(self, known: set[str]) -> None:
        for topic in known & self.since.keys():
            del self.since[topic]
