"""The maintenance of a data path without a broker, and batches to count."""

from __future__ import annotations

from credstream.contract.messages import Incoming
from credstream.runtime.breaker import FINE, StoredBreaker
from credstream.runtime.broker_time import BrokerTime
from credstream.runtime.holds import Holds
from credstream.runtime.idle import Idle
from credstream.runtime.lag import Lag
from credstream.runtime.maintenance import Maintenance
from credstream.runtime.outputs import Ended
from credstream.runtime.stage import Settled
from tests.support.stages import INPUT

START = 1_000.0


class Clock:
    """Tells the time that a test sets."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


class Unassigned:
    """A consumer that is assigned nothing."""

    def assignment(self):
        return []


def maintenance(
    engine, clock, consumer=None, worker="toy-0", find_unknown=None, find_unstamped=None
):
    service = worker.partition("-")[0]
    return Maintenance(
        service,
        Holds(engine, 30.0, find_unknown),
        StoredBreaker(engine, service, worker),
        Lag(service, consumer or Unassigned()),
        Idle(engine),
        BrokerTime(service, find_unstamped),
        clock,
    )


def settled(rows=None, outcome=FINE, topic=INPUT, at=0, count=1, provider="acme"):
    """A completed batch of some messages that ended alike."""
    message = Incoming(topic=topic, partition=0, offset=0, key=None, value=b"", at=at)
    return Settled((), rows or {}, (Ended(message, outcome, provider, ()),) * count)
