"""A plain confluent-kafka loop: 500 a batch, flush and commit, at least once, no journal."""

from __future__ import annotations

from confluent_kafka import Consumer, Producer, TopicPartition

from benchmarks.peers import job
from benchmarks.peers.meter import asked, meter_of

CONSUMER = {"auto.offset.reset": "earliest", "enable.auto.commit": False}
PRODUCER = {
    "acks": "all",
    "linger.ms": 5,
    "batch.size": 262144,
    "partitioner": "murmur2_random",
}


def main():
    given = asked()
    meter = meter_of(given)
    where = {"bootstrap.servers": given.bootstrap_servers}
    consumer = Consumer(where | CONSUMER | {"group.id": given.group})
    producer = Producer(where | PRODUCER)
    consumer.subscribe([given.source])
    while not meter.full():
        messages = [each for each in consumer.consume(500, 0.01) if not each.error()]
        if messages:
            meter.begin()
            turn(messages, consumer, producer, given.target)
            meter.add(len(messages))
    meter.report()
    consumer.close()


def turn(messages, consumer, producer, target):
    """One batch; offsets are committed when its outputs are with the broker."""
    after = {}
    for message in messages:
        producer.produce(target, job.work(message.value()), message.key())
        after[message.topic(), message.partition()] = message.offset() + 1
    producer.flush()
    offsets = [TopicPartition(*place, offset) for place, offset in after.items()]
    consumer.commit(offsets=offsets, asynchronous=False)


if __name__ == "__main__":
    main()
