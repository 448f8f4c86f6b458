"""A plain confluent-kafka loop with our clients' settings: 500 a batch, at least once."""

from __future__ import annotations

from confluent_kafka import TopicPartition

from benchmarks.peers import job
from benchmarks.peers.meter import asked, meter_of
from credstream.runtime import clients
from credstream.runtime.clients import Cluster


def main():
    given = asked()
    meter = meter_of(given)
    cluster = Cluster(given.bootstrap_servers)
    consumer = clients.consumer(cluster, given.group)
    producer = clients.producer(cluster)
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
