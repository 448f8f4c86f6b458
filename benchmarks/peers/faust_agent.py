"""A Faust agent over batches of 500, each output confirmed before the batch is acknowledged."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile

import faust

from benchmarks.peers import job
from benchmarks.peers.meter import asked, meter_of

BATCH, SECONDS = 500, 0.05


def app_of(given, folder):
    return faust.App(
        given.group,
        broker=f"kafka://{given.bootstrap_servers}",
        store="memory://",
        topic_disable_leader=True,
        topic_allow_declare=False,
        key_serializer="raw",
        value_serializer="raw",
        datadir=folder,
        consumer_auto_offset_reset="earliest",
        producer_acks=-1,
        producer_linger=0.005,
        producer_max_batch_size=262144,
        stream_buffer_maxsize=16384,
        web_enabled=False,
    )


def add_agent(app, given):
    meter = meter_of(given)
    target = app.topic(given.target)

    async def agent(stream):
        async for batch in stream.take_events(BATCH, within=SECONDS):
            meter.begin()
            sent = [await target.send(key=each.key, value=job.work(each.value)) for each in batch]
            await asyncio.gather(*sent)
            meter.add(len(batch))
            if meter.full():
                meter.report()
                os._exit(0)  # its own stop takes seconds

    app.agent(app.topic(given.source), name="job")(agent)


def main():
    given = asked()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        app = app_of(given, folder)
        add_agent(app, given)
        worker = faust.Worker(app, loglevel="CRITICAL", redirect_stdouts=False, quiet=True)
        worker.execute_from_commandline()


if __name__ == "__main__":
    main()
