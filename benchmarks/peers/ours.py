"""The runtime as a worker of a service has it, less the Faust shell."""

from __future__ import annotations

import time
from dataclasses import replace

from benchmarks.peers import job
from benchmarks.peers.meter import asked, meter_of
from credstream.contract.messages import Emit, StepResult
from credstream.process import logs
from credstream.process.settings import Settings
from credstream.runtime.control_path import ControlPath
from credstream.runtime.data_path import DataPath
from credstream.runtime.hooks import BatchHooks
from credstream.runtime.resources import Resources
from credstream.runtime.service import Sender, Service, as_read, nothing_known
from credstream.runtime.worker import Worker
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import EPOCH, METADATA


class Codec:
    """The job's own encoding where the runtime asks for the contract's."""

    def prepare(self):
        """Nothing to learn."""

    def encode(self, made):
        return job.encode(made)


def service_of(source, target):
    def step(message, _facts):
        return StepResult((Emit(target, message.key.decode(), job.record(message.record)),))

    return Service(
        name="bench",
        inputs=(source,),
        read=lambda message: job.read(message.value),
        known=nothing_known,
        examine=as_read,
        gather=lambda _connection, _batch: None,
        step=step,
        learn=lambda _facts, _rows: None,
        apply=lambda _connection, _rows: None,
        sender=lambda message: Sender(message.record.issuer["id"], message.record.id),
    )


def database_of(url):
    """The runtime's tables as its migrations leave them."""
    made = open_engine(url)
    METADATA.create_all(made)
    with transaction(made) as connection:
        connection.execute(EPOCH.insert(), {"id": 1, "changes": 0})
    return made


def measure(loop, meter):
    """Tell the meter of each batch."""
    own = loop.hooks.batch

    def to_pause(batch):
        meter.begin()
        return own.to_pause(batch)

    def completed(settled):
        pauses = own.completed(settled)
        meter.add(len(settled.ended))
        return pauses

    measured = BatchHooks(to_pause=to_pause, completed=completed)
    loop.hooks = replace(loop.hooks, batch=measured)


def main():
    given = asked()
    logs.configure("bench", given.group, "INFO")
    service = service_of(given.source, given.target)
    service = replace(service, name=given.group)  # the consumer group, new for each run
    settings = Settings(broker=given.bootstrap_servers)
    resources = Resources(settings, Codec(), database_of(given.database))
    path = DataPath(service, resources)
    worker = Worker(resources, (path,), ControlPath(service.name, (), resources))
    meter, until = meter_of(given), time.monotonic() + 600
    worker.open(lambda: time.monotonic() > until)
    measure(path.loop, meter)
    path.run(lambda: meter.full() or time.monotonic() > until)
    meter.report()


if __name__ == "__main__":
    main()
