"""What every client of ours is set to, seen on a broker."""

from __future__ import annotations

import uuid

from aiokafka.partitioner import DefaultPartitioner
from confluent_kafka import TopicPartition

from credstream.kafka import clients, metadata
from credstream.kafka.fetched import incoming_of
from credstream.kafka.metadata import KnownTopics
from tests.support import raw_headers

KEYS = [f"mc:de:{uuid.uuid5(uuid.NAMESPACE_URL, str(number))}".encode() for number in range(200)]


def test_a_key_has_the_partition_that_faust_and_java_give_it(broker, cluster):
    """By default librdkafka puts 167 of 200 keys elsewhere."""
    name, places = f"test.{uuid.uuid4().hex}", {}
    broker.create_topic(name, 6)
    producer = clients.producer(cluster)
    for key in KEYS:
        producer.produce(
            name, b"", key, on_delivery=lambda _e, m: places.update({m.key(): m.partition()})
        )
    assert producer.flush(10) == 0
    theirs = DefaultPartitioner()
    partitions = list(range(6))
    assert places == {key: theirs(key, partitions, partitions) for key in KEYS}


def test_a_topic_is_known_once_it_exists_and_never_made_by_asking(broker, cluster):
    name = f"test.{uuid.uuid4().hex}"
    known = KnownTopics(metadata.MetadataClient(cluster))
    assert name not in known
    known._fetched_at = -1.0
    assert name not in known
    broker.create_topic(name, 1)
    known._fetched_at = -1.0
    assert name in known


def test_headers_and_bytes_arrive_as_they_were_sent(cluster, topic):
    producer = clients.producer(cluster)
    producer.produce(topic, b"\x00\xff", b"k", headers=[("a", b"\xff"), ("a", b"2"), ("b", None)])
    assert producer.flush(10) == 0
    consumer = clients.consumer(cluster, f"g-{topic}")
    consumer.subscribe([topic])
    messages = []
    for _ in range(100):
        messages += consumer.consume(1, 0.1)
        if messages:
            break
    consumer.close()
    found = incoming_of(messages[0])
    assert (found.key, found.value) == (b"k", b"\x00\xff")
    assert found.headers == (("a", b"\xff"), ("a", b"2"), ("b", b""))
    assert found.at > 1_600_000_000_000


def test_headers_that_no_client_can_read_are_named_and_spoil_no_other_message(cluster, topic):
    """After many messages: CPython calls differently what it has called before."""
    producer = clients.producer(cluster)
    for _ in range(30):
        producer.produce(topic, b"good", headers=[("a", b"b")])
    assert producer.flush(10) == 0
    raw_headers.send(cluster.address, topic)
    producer.produce(topic, b"last", headers=[("a", b"b")])
    assert producer.flush(10) == 0
    consumer = clients.consumer(cluster, f"g-{topic}")
    consumer.assign([TopicPartition(topic, 0, 0)])
    read = []
    while len(read) < 32:
        read += [incoming_of(message) for message in consumer.consume(50, 0.2)]
    consumer.close()
    assert [message.unreadable for message in read] == [""] * 30 + ["headers", ""]
    assert (read[30].headers, read[30].value) == ((), b"{}")
    assert read[31].headers == (("a", b"b"),)
