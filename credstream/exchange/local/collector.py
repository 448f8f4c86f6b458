"""Follows every stream that leaves a local exchange, and writes what arrives to files."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from confluent_kafka import Consumer, TopicPartition

from credstream.contract import topics
from credstream.contract.avro_mapping import record_reader
from credstream.contract.codec import CLASS_BY_NAME, Codec
from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming
from credstream.contract.records import Receipt
from credstream.kafka import clients
from credstream.kafka.cluster import Cluster
from credstream.kafka.fetched import incoming_of
from credstream.kafka.topic_reader import partition_at_end

# The line of a message that cannot be decoded.
UNREADABLE = b"null"


@dataclass(frozen=True, slots=True)
class CollectedMessage:
    """A message of a followed topic; `record` is None where it cannot be decoded."""

    topic: str
    record: object
    headers: Mapping[str, str]


@dataclass(slots=True)
class Collector:
    """Reads receipts, published streams and dead letters from their beginning."""

    cluster: Cluster
    folder: Path
    codec: Codec = field(default_factory=Codec)
    followed: set[str] = field(default_factory=set)
    unread: set[tuple[str, int]] = field(default_factory=set)
    consumer: Consumer = field(init=False)

    def __post_init__(self) -> None:
        self.consumer = clients.consumer(
            self.cluster, "credstream-collector", enable_partition_eof=True
        )

    def follow(self, counts: Mapping[str, int]) -> None:
        """Follow more topics, by name and number of partitions, from their first message."""
        new = sorted(counts.keys() - self.followed)
        partitions = [(name, number) for name in new for number in range(counts[name])]
        if partitions:
            self.consumer.incremental_assign([TopicPartition(*each, 0) for each in partitions])
        self.unread |= set(partitions)
        self.followed |= set(new)

    def poll(self, seconds: float) -> Iterator[CollectedMessage]:
        """The messages that have arrived, each already written to its file."""
        for message in self.consumer.consume(500, seconds):
            if message.error() is None:
                yield self._written(incoming_of(message))
            elif partition := partition_at_end(message):
                self.unread.discard(partition)

    @property
    def caught_up(self) -> bool:
        """Whether everything that is followed has been read to its end once."""
        return not self.unread

    def close(self) -> None:
        self.consumer.close()

    def _written(self, message: Incoming) -> CollectedMessage:
        headers = {name: value.decode("utf-8", "replace") for name, value in message.headers}
        if message.topic.endswith(".dlq"):
            self._append("dlq", message.topic, _dead_letter(message, headers))
            return CollectedMessage(message.topic, None, headers)
        record = self._read(message)
        if message.topic.startswith("receipts."):
            self._append("receipts", message.topic.removeprefix("receipts."), record)
        elif message.topic.startswith("published."):
            self._append("published", message.topic, record)
        return CollectedMessage(message.topic, record, headers)

    def _read(self, message: Incoming) -> object:
        row = topics.row_of(message.topic)
        try:
            return self.codec.decode(message.value, CLASS_BY_NAME[row.record]) if row else None
        except Rejected:
            return None  # on an open broker, others may write to our topics

    def _append(self, folder: str, name: str, record: object) -> None:
        line = orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
        with (self.folder / folder / f"{name}.jsonl").open("ab") as file:
            file.write(line)


def receipts_on_file(folder: Path) -> Iterator[Receipt]:
    """The receipts that earlier runs left, oldest first within each provider."""
    for path in sorted((folder / "receipts").glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            if line != UNREADABLE:
                yield record_reader(Receipt)(orjson.loads(line))


def _dead_letter(message: Incoming, headers: Mapping[str, str]) -> dict[str, Any]:
    """A dead letter as JSON; its bytes, which may hold persons, stay as they came."""
    return {
        "key": (message.key or b"").decode("utf-8", "replace"),
        "headers": headers,
        "value": base64.b64encode(message.value or b"").decode(),
    }
