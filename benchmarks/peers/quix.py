"""Quix Streams, exactly once, one transaction a second."""

from __future__ import annotations

import tempfile

from quixstreams import Application

from benchmarks.peers import job
from benchmarks.peers.meter import asked, meter_of


def main():
    given = asked()
    meter = meter_of(given)
    with tempfile.TemporaryDirectory() as folder:
        app = Application(
            broker_address=given.bootstrap_servers,
            consumer_group=given.group,
            auto_offset_reset="earliest",
            processing_guarantee="exactly-once",
            commit_interval=1.0,
            auto_create_topics=False,
            loglevel="ERROR",
            state_dir=folder,
            producer_extra_config={"linger.ms": 5, "batch.size": 262144},
        )
        source = app.topic(given.source, value_deserializer="bytes")
        target = app.topic(given.target, value_serializer="bytes")

        def work(value):
            meter.begin()
            return job.work(value)

        app.dataframe(source).apply(work).to_topic(target)
        app.run(count=given.events, collect=False)
        meter.add(given.events)  # its last transaction ends within run()
    meter.report()


if __name__ == "__main__":
    main()
