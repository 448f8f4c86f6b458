"""A partition is read to the end that it had, whatever gaps it has, or its failure is raised."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from credstream.contract.errors import Unavailable
from credstream.kafka.topic_reader import ends, read_partition, read_to_end
from tests.support.consumers import Consumer


def test_everything_is_read_although_the_last_offsets_hold_no_message():
    consumer = Consumer({3: b"a", 9: None}, high=15)
    assert list(read_to_end(consumer, "t", 5.0)) == [("acme", b"a"), ("acme", None)]
    assert consumer.assigned == []


def test_an_empty_topic_is_read_at_once():
    assert list(read_to_end(Consumer({}, high=0), "t", 5.0)) == []


def test_a_turn_without_messages_shows_how_far_the_reading_is():
    turns = list(read_partition(Consumer({3: b"a"}, high=9), "t", 0, 3, 9))
    assert [(len(messages), position) for messages, position in turns] == [(1, 4), (0, 9)]


def test_a_message_that_tells_an_error_ends_the_reading():
    error = KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED)
    with pytest.raises(Unavailable, match="t: .*authorization failed"):
        list(read_to_end(Consumer({0: b"a"}, high=1, errors=[error]), "t", 5.0))


def test_an_end_that_is_not_reached_in_time_is_unavailable():
    consumer = Consumer({0: b"a"}, high=3)
    consumer.consume = lambda *_: []
    consumer.position = lambda places: [TopicPartition(places[0].topic, 0, 0)]
    with pytest.raises(Unavailable, match="not read to its end"):
        list(read_to_end(consumer, "t", 0.01))


@pytest.mark.parametrize("call", ["get_watermark_offsets", "assign", "consume", "position"])
def test_a_failure_of_any_call_is_unavailable(call):
    def fail(*_, **__):
        raise KafkaException(KafkaError(KafkaError._TRANSPORT))

    consumer = Consumer({0: b"a"}, high=1)
    setattr(consumer, call, fail)
    with pytest.raises(Unavailable, match="t: "):
        list(read_to_end(consumer, "t", 5.0))


def test_the_ends_of_a_partition_are_named():
    found = ends(Consumer({4: b"a"}, high=7), "t", 0)
    assert (found.low, found.high) == (4, 7)
