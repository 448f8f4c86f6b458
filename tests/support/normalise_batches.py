"""normalise as it is wired, on databases of its own: batches go through the real stage."""

from __future__ import annotations

import json
import tempfile
from contextlib import closing, contextmanager

import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.codec import CLASS_BY_NAME, Codec
from credstream.contract.messages import Incoming
from credstream.contract.records import Again
from credstream.process.settings import Settings
from credstream.runtime.stage import Stage
from credstream.storage import migrate, vault
from credstream.storage.engine import transaction
from credstream.storage.tables import EPOCH, METADATA
from services.normalise.app import build
from tests.support import databases
from tests.support.normalising import AT, received
from tests.support.simulation import CLUSTER, Everything

CODEC = Codec()
KEK, PSEUDONYM_KEY = "0" * 64, "1" * 64
AWARD_KEY = "mc:de:1"
AWARD = {
    "credstream": 1,
    "kind": "award",
    "id": "A-1",
    "title": "Course",
    "issued_on": "2026-06-01",
    "awarding_bodies": [{"name": "School"}],
    "learner": {"id": [{"scheme": "national", "value": "1"}]},
}


def one_award():
    """An award of one learner as ingest passes it on."""
    return received("award", AWARD_KEY, payload=json.dumps(AWARD).encode())


class Normalise:
    """The wired service; `settle` is one batch of the runtime, without Kafka."""

    def __init__(self, own, keys, *, migrated=False):
        self.settings = Settings(
            database_url=own, vault_url=keys, kek=KEK, pseudonym_key=PSEUDONYM_KEY
        )
        self.rows, self.offset = {}, 0
        self.start()
        with transaction(self.databases.vault) as connection:
            vault.METADATA.create_all(connection)
        if migrated:
            migrate.upgrade(self.stage.engine, migrate.folders("normalise"))
        else:
            with transaction(self.stage.engine) as connection:
                METADATA.create_all(connection)
                connection.execute(sa.insert(EPOCH), {"id": 1, "changes": 0})

    def start(self):
        """A process that remembers nothing of an earlier one."""
        worker = build(self.settings)
        self.databases = worker.resources
        service = worker.paths[0].service
        self.stage = Stage(service, self.databases.engine, CODEC, CLUSTER, Everything())

    def settle(self, *records):
        """One batch: each record is the next message of its topic."""
        batch = [self._message(record) for record in records]
        places = {(each.topic, each.partition) for each in batch}
        before = {place: self.rows.get(place) for place in places}
        settled = self.stage.settle(
            batch, before, {place: row.upto + 1 if row else None for place, row in before.items()}
        )
        self.rows |= settled.journal
        return settled

    def table(self, table):
        with transaction(self.stage.engine) as connection:
            return connection.execute(sa.select(table)).all()

    def keys(self):
        """What the vault holds, by the id of the key; None for an erased learner."""
        with transaction(self.databases.vault) as connection:
            return {row.id: row.wrapped for row in connection.execute(sa.select(vault.KEYS))}

    def vault(self):
        return vault.Vault(self.databases.vault, bytes.fromhex(KEK))

    def close(self):
        self.stage.engine.dispose()
        self.databases.vault.dispose()

    def _message(self, record):
        self.offset += 1
        topic = topics.again("normalise") if isinstance(record, Again) else topics.RECEIVED
        value = CODEC.encode(record)
        return Incoming(
            topic=topic,
            partition=0,
            offset=self.offset,
            key=record.key.encode(),
            value=value,
            at=AT,
        )


@contextmanager
def normalise_tables():
    """The service on databases that a new process finds again."""
    with tempfile.TemporaryDirectory() as folder:
        urls = [databases.url(folder, name) for name in ("own", "keys")]
        with closing(Normalise(*urls)) as service:
            yield service


def normalise_in_memory(*, migrated=False):
    """The service on databases that go with it; only `migrated` ones have indexes."""
    return closing(Normalise("sqlite://", "sqlite://", migrated=migrated))


def written(settled, *kinds):
    """Topic, key and record of all outputs of a batch, or of those kinds of records."""
    found = [
        (each.topic, each.key.decode(), CODEC.decode(each.value, *CLASS_BY_NAME.values()))
        for each in settled.outputs
        if not each.topic.endswith(".dlq")
    ]
    return [each for each in found if not kinds or isinstance(each[2], kinds)]
