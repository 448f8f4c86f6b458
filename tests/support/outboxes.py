"""A publisher's database with an outbox over one outlet, and ways for its target to fail."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from prometheus_client import REGISTRY

from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import METADATA
from services.publisher import write
from services.publisher.outbox import Outbox
from services.publisher.step import OutboxRow, VersionRow, state_of
from services.publisher.tables import OUTBOX
from tests.support.channels import Outlet
from tests.support.documents import AT, accredited
from tests.support.published import change

START = AT / 1000 + 3600
LEARNER = "Ana Żółć"


class World:
    """A publisher's database, a clock that tests turn, and an outbox over one outlet."""

    def __init__(self):
        self.engine, self.codec, self.now = open_engine("sqlite://"), Codec(), START
        with transaction(self.engine) as connection:
            METADATA.create_all(connection)
        self.outlet, self.pauses = Outlet(), []
        self.outbox = self.worker()

    def worker(self, outlet=None):
        outlet = outlet or self.outlet
        return Outbox(
            self.engine, self.codec, outlet, clock=lambda: self.now, sleep=self.pauses.append
        )

    def add(self, key="mc:de:a", version=1, at=AT, channel="europass"):
        state = replace(state_of(accredited(), at), key=key, version=version)
        rows = [
            VersionRow(accredited(), state, change(key, version)),
            OutboxRow(key, version, channel, at),
        ]
        with transaction(self.engine) as connection:
            write.apply(self.codec, connection, rows)

    def change(self, table, key="mc:de:a", **values):
        with transaction(self.engine) as connection:
            connection.execute(sa.update(table).where(table.c.key == key).values(**values))

    def row(self, key="mc:de:a", version=1):
        query = sa.select(OUTBOX).where(OUTBOX.c.key == key, OUTBOX.c.version == version)
        with transaction(self.engine) as connection:
            return connection.execute(query).one()

    def states(self):
        query = sa.select(OUTBOX.c.key, OUTBOX.c.version, OUTBOX.c.state)
        with transaction(self.engine) as connection:
            return {(key, version): state for key, version, state in connection.execute(query)}

    def wait_for(self, key="mc:de:a"):
        """Turn the clock to the next try of a delivery; how long that is."""
        pause = self.row(key).due / 1000 - self.now
        self.now += pause
        return round(pause, 3)


def away(*_):
    raise Unavailable("the target is away")


def broken(*_):
    raise ValueError(LEARNER)


def withheld(*_):
    raise Rejected("edc.value", "validUntil", "ends before it begins")


def only(key, failing):
    """An answer that fails for one key alone."""
    return lambda source, published: failing() if published.key == key else "there"


def ended(state):
    name = "credstream_outbox_total"
    return REGISTRY.get_sample_value(name, {"channel": "europass", "outcome": state}) or 0.0
