"""A consumer of one partition with gaps, such as compaction and markers of transactions leave."""

from __future__ import annotations

from types import SimpleNamespace

from confluent_kafka import TopicPartition

INVALID_OFFSET = -1001


class Consumer:
    """`values` are the messages by offset; `errors` come instead of messages, one a call."""

    def __init__(self, values, high, errors=()):
        self.values, self.high, self.errors = values, high, list(errors)
        self.at, self.assigned = INVALID_OFFSET, []

    def get_watermark_offsets(self, _place, timeout):
        assert timeout
        return min(self.values, default=self.high), self.high

    def assign(self, places):
        self.at, self.assigned = places[0].offset, places

    def unassign(self):
        self.assigned = []

    def position(self, places):
        return [TopicPartition(places[0].topic, 0, self.at)]

    def consume(self, _size, _seconds):
        if self.errors:
            return [_message(0, None, self.errors.pop(0))]
        offset = next((each for each in sorted(self.values) if each >= self.at), None)
        self.at = self.high if offset is None else offset + 1
        return [] if offset is None else [_message(offset, self.values[offset])]


def _message(offset, value, error=None):
    facts = {
        "error": error,
        "topic": "t",
        "partition": 0,
        "offset": offset,
        "key": b"acme",
        "value": value,
        "headers": None,
        "timestamp": (1, 7),
    }
    return SimpleNamespace(**{name: lambda fact=fact: fact for name, fact in facts.items()})
