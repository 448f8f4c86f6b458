"""The job alone: what no way of reading and writing can go below."""

from __future__ import annotations

from itertools import cycle, islice

from benchmarks.peers import job
from benchmarks.peers.meter import asked, meter_of

DIFFERENT = 5000


def main():
    given = asked()
    meter = meter_of(given)
    values = [job.event(number)[1] for number in range(DIFFERENT)]
    meter.begin()
    for value in islice(cycle(values), given.events):
        job.work(value)
    meter.add(given.events)
    meter.report()


if __name__ == "__main__":
    main()
