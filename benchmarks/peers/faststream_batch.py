"""FastStream over batches of 500, published partition by partition and then committed.

A batch that it publishes goes to one partition, wherever the keys belong; here a key's partition
is the one that it came from.
"""

from __future__ import annotations

import asyncio
import os

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaPublishMessage

from benchmarks.peers import job
from benchmarks.peers.meter import asked, meter_of


async def as_they_came(message):
    """Without this each body would be tried as JSON."""
    return message.raw_message


def app_of(given):
    meter = meter_of(given)
    broker = KafkaBroker(
        given.bootstrap_servers,
        acks="all",
        max_batch_size=1024 * 1024,
        apply_types=False,
        logger=None,
    )

    @broker.subscriber(
        given.source,
        group_id=given.group,
        auto_offset_reset="earliest",
        batch=True,
        max_records=500,
        batch_timeout_ms=10,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=as_they_came,
    )
    async def handle(batch):
        meter.begin()
        parts = {}
        for each in batch:
            made = KafkaPublishMessage(job.work(each.value), key=each.key)
            parts.setdefault(each.partition, []).append(made)
        for partition, outputs in parts.items():
            await broker.publish_batch(*outputs, topic=given.target, partition=partition)
        meter.add(len(batch))
        if meter.full():
            meter.report()
            os._exit(0)

    return FastStream(broker, logger=None)


def main():
    asyncio.run(app_of(asked()).run())


if __name__ == "__main__":
    main()
