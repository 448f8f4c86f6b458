"""A worker that breaks its promises on purpose, or dies at chosen points; only tests start it.

`python -m tests.support.mutants KIND[,POINT:CHANCE:SEED] services.<name> worker`
"""

from __future__ import annotations

import importlib
import os
import random
import signal
import sys
import time

from credstream.kafka import clients, fencing, profiles
from credstream.kafka.cluster import cluster_of
from credstream.runtime import command, opening
from credstream.runtime.data_path import Faults
from credstream.runtime.hooks import no_crash
from credstream.runtime.transactions import TopicPartition, Transactions, enqueue
from tests.support.stages import Blind

SOUND, NO_JOURNAL, NO_TRANSACTIONS = "sound", "no-journal", "no-transactions"
# The broker waits ten minutes for a worker that is gone: whoever waits for that, waits too long.
LONG_TIME_OUTS, LONG_MS = "long-time-outs", 600_000


class Bare(Transactions):
    """Writes outputs and offsets one after the other, as a plain loop does."""

    def commit(self, outputs, rows):
        producer = self.producer()
        for output in outputs:
            enqueue(producer, output)
        assert producer.flush(30) == 0
        self.crash("inside")
        offsets = [TopicPartition(*p, row.upto + 1) for p, row in sorted(rows.items())]
        self.consumer.commit(offsets=offsets, asynchronous=False)


def main() -> None:
    kind, _, point = sys.argv[1].partition(",")
    name = sys.argv[2].rpartition(".")[2]
    sys.argv = [name, *sys.argv[3:]]
    build = importlib.import_module(f"services.{name}.app").build
    if kind == NO_JOURNAL:
        replace(opening, "Partitions", Blind)
    if kind == NO_TRANSACTIONS:
        replace(opening, "Transactions", Bare)
        whole = clients.producer
        replace(clients, "producer", lambda cluster, transactional_id=None: whole(cluster))
        replace(fencing.Fence, "_connect", lambda self: whole(cluster_of(self._settings)))

    if kind == LONG_TIME_OUTS:
        profiles.TRANSACTIONAL["transaction.timeout.ms"] = LONG_MS
        profiles.CONSUMER |= {"session.timeout.ms": LONG_MS, "max.poll.interval.ms": LONG_MS}
        # Faust wants it below the 90 s of a request.
        profiles.CONTROL["broker_session_timeout"] = 80.0

    def broken(settings):
        made = build(settings)
        faults = Faults(dying(point) if point else no_crash, journalled=kind != NO_JOURNAL)
        for path in made.paths:
            path.faults = faults
        return made

    command.main(name, lambda: broken)


def replace(owner: object, name: str, part: object) -> None:
    """Put a broken part in the place of a whole one; a name that is gone would break nothing."""
    if not hasattr(owner, name):
        raise AttributeError(f"{owner!r} has no {name}: the mutant does not follow the code")
    setattr(owner, name, part)


def dying(text: str):
    """kill -9 by one's own hand at a point of the loop, or at `any`, but not in the first seconds."""
    wanted, chance, seed = text.split(":")
    points = ("before", "between", "inside", "after") if wanted == "any" else (wanted,)
    dice = random.Random(f"{seed}-{os.getpid()}")
    alive = time.monotonic() + 2

    def crash(point):
        if point in points and time.monotonic() > alive and dice.random() < float(chance):
            os.kill(os.getpid(), signal.SIGKILL)

    return crash


if __name__ == "__main__":
    main()
