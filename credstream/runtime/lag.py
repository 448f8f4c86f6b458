"""How far a consumer is behind the ends of its topics, in messages and in seconds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from confluent_kafka import Consumer, KafkaException, TopicPartition

from credstream.contract.messages import Incoming
from credstream.process import metrics


@dataclass(slots=True)
class Lag:
    """Keeps the metrics of one service's lag and of the age of its messages.

    `newest` is the broker time, in ms, of the last message of each topic, `measured` the topics
    of the last measurement.
    """

    service: str
    consumer: Consumer
    newest: dict[str, int] = field(default_factory=dict)
    measured: set[str] = field(default_factory=set)

    def note(self, batch: Sequence[Incoming]) -> None:
        """Remember how new a handled batch was, and observe how old its messages were."""
        now_ms = time.time() * 1000
        self.newest |= {message.topic: message.at for message in batch}
        # The oldest message of each partition is observed for all: observing each costs too much.
        oldest = {(message.topic, message.partition): message.at for message in reversed(batch)}
        for at in oldest.values():
            metrics.EVENT_AGE.labels(self.service).observe(max(0.0, now_ms - at) / 1000)

    def measure(self) -> None:
        """Set the metrics; a topic of which no partition is assigned any more has no lag."""
        behind = self._behind()
        for topic in behind.keys() | self.measured:
            count = behind.get(topic, 0)
            late = time.time() - self.newest[topic] / 1000 if count and topic in self.newest else 0
            metrics.LAG_MESSAGES.labels(self.service, topic).set(count)
            metrics.LAG_SECONDS.labels(self.service, topic).set(late)
        self.measured = set(behind)

    def _behind(self) -> dict[str, int]:
        """Messages that the consumer has yet to read, by topic, as far as the client knows."""
        behind: Counter[str] = Counter()
        for assigned in self.consumer.assignment():
            try:
                _low, high = self.consumer.get_watermark_offsets(assigned, cached=True)
                partition = TopicPartition(assigned.topic, assigned.partition)
                position = self.consumer.position([partition])[0].offset
            except KafkaException:
                continue
            if high >= 0 and position >= 0:
                behind[assigned.topic] += max(0, high - position)
        return dict(behind)
