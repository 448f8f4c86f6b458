"""Reads partitions to the end that they have when the reading begins."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from credstream.contract.errors import Unavailable
from credstream.kafka.fetched import incoming_of
from credstream.process import timeouts

MOST_MESSAGES = 500


class Ends(NamedTuple):
    """The first offset that a partition holds, and the one that its next message will have."""

    low: int
    high: int


class Progress(NamedTuple):
    """Messages that were read, and the offset from which the reading goes on."""

    messages: Sequence[Message]
    position: int


def read_to_end(client: Consumer, topic: str, seconds: float) -> Iterator[tuple[str, bytes | None]]:
    """Key and value of everything that a topic of one partition holds now; raises Unavailable."""
    until = time.monotonic() + seconds
    low, high = ends(client, topic, 0, seconds)
    for messages, position in read_partition(client, topic, 0, low, high):
        for message in map(incoming_of, messages):
            yield (message.key or b"").decode("utf-8", "replace"), message.value
        if position < high and time.monotonic() > until:
            raise Unavailable(f"{topic}: not read to its end in {seconds:.0f} s")


def ends(
    client: Consumer,
    topic: str,
    partition: int,
    seconds: float = timeouts.BROKER_ANSWER_SECONDS,
) -> Ends:
    """The ends of a partition; raises Unavailable."""
    try:
        found = client.get_watermark_offsets(TopicPartition(topic, partition), timeout=seconds)
    except KafkaException as error:
        raise Unavailable(f"{topic}: {error.args[0].str()}") from error
    return Ends(*found)


def read_partition(
    client: Consumer, topic: str, partition: int, start: int, end: int
) -> Iterator[Progress]:
    """Read from one offset until another is reached, in turns that may bring no message.

    Raises Unavailable. The client is assigned this partition alone, and nothing afterwards.
    """
    place = TopicPartition(topic, partition, start)
    position = start
    try:
        client.assign([place])
        while position < end:
            messages = client.consume(MOST_MESSAGES, timeouts.READ_POLL_SECONDS)
            for error in filter(None, (message.error() for message in messages)):
                raise Unavailable(f"{topic}: {error.str()}")
            # Markers of transactions and compacted records leave gaps between the offsets of
            # messages: only the consumer's position tells that the end is reached.
            position = max(position, client.position([place])[0].offset)
            yield Progress(messages, position)
        client.unassign()
    except KafkaException as error:
        raise Unavailable(f"{topic}: {error.args[0].str()}") from error


def partition_at_end(message: Message) -> tuple[str, int] | None:
    """The topic and partition of which a client with `enable.partition.eof` reports the end."""
    error = message.error()
    if error is None or error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001
        return None
    return message.topic() or "", message.partition() or 0
