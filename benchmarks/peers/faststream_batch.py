"""FastStream over batches of 500, each published as one and then committed.

This is its cheapest form: a batch goes to one partition, wherever its keys belong.
"""

from __future__ import annotations

import asyncio
import logging
import os

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaMessage, KafkaPublishMessage

from benchmarks.peers import job
from benchmarks.peers.meter import asked, meter_of


async def as_it_is(message):
    return message.body


def app_of(given):
    meter = meter_of(given)
    broker = KafkaBroker(
        given.bootstrap_servers,
        acks="all",
        max_batch_size=1024 * 1024,
        apply_types=False,
        log_level=logging.DEBUG,
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
        decoder=as_it_is,
    )
    async def handle(message: KafkaMessage):
        meter.begin()
        given_all = message.raw_message
        made = [KafkaPublishMessage(job.work(each.value), key=each.key) for each in given_all]
        await broker.publish_batch(*made, topic=given.target)
        meter.add(len(made))
        if meter.full():
            meter.report()
            os._exit(0)

    return FastStream(broker, logger=None)


def main():
    asyncio.run(app_of(asked()).run())


if __name__ == "__main__":
    main()
