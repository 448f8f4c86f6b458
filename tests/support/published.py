"""Published records and messages for registers."""

from __future__ import annotations

import uuid
from dataclasses import replace

import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.records import PublishedAward, PublishedChange, PublishedDefinition
from credstream.kafka import clients
from credstream.sdk import tables
from credstream.sdk.assigned import TopicIncarnation
from credstream.sdk.rows import Published
from credstream.storage.engine import transaction
from services.publisher.step import state_of
from tests.support import codecs, documents

AWARDS = topics.awards("lu")
STATE = state_of(documents.accredited(), documents.AT)
KINDS = {
    AWARDS: "published_award",
    topics.DEFINITIONS: "published_definition",
    topics.CHANGES: "published_change",
}


def key(number: int = 0, country: str = "lu") -> str:
    return f"mc:{country}:{uuid.uuid5(uuid.NAMESPACE_URL, str(number))}"


def award(name: str = key(), version: int = 1, title: str = "A course", **more) -> PublishedAward:
    definition = replace(STATE.definition, title={"de": title})
    return replace(STATE, key=name, version=version, definition=definition, **more)


def definition(name: str = key(), version: int = 1, title: str = "A course") -> PublishedDefinition:
    return PublishedDefinition(
        key=name, version=version, status="issued", provider="acme", account=STATE.account,
        definition=replace(STATE.definition, title={"de": title}), mapping="m", digest="d",
        received_at=1, published_at=2,
    )  # fmt: skip


def change(name: str = key(), version: int = 1) -> PublishedChange:
    return PublishedChange(
        key=name, kind="award", change="issued", cause="submitted", cause_detail="",
        version=version, outcome="confirmed", topic=AWARDS, provider="acme", digest="d",
        received_at=1, published_at=2,
    )  # fmt: skip


def message(offset: int, record=None, topic: str = AWARDS, partition: int = 0, **more) -> Published:
    """A message as a subscriber has it; without a record it deletes its key."""
    name = record.key if record else key()
    given = {"kind": KINDS[topic], "key": name, "record": record, "at": documents.AT} | more
    return Published(topic=topic, partition=partition, offset=offset, **given)


def incarnations(cluster: str = "c-1", made: str = "t-1") -> dict[str, TopicIncarnation]:
    return dict.fromkeys(KINDS, TopicIncarnation(cluster, made))


def publish(exchange, topic, *records, deleted=()):
    """Write to a published topic as the publisher does."""
    codec, producer = codecs.wire(), clients.producer(exchange.cluster)
    for record in records:
        value = record if isinstance(record, bytes) else codec.encode(record)
        name = b"?" if isinstance(record, bytes) else record.key.encode()
        producer.produce(topic, value, name)
    for name in deleted:
        producer.produce(topic, None, name.encode())
    assert producer.flush(20) == 0


def rows(url, table=tables.AWARDS):
    source = tables.database(url).source
    with transaction(source) as connection:
        return connection.execute(sa.select(table)).all()


def taken(kept):
    """How many versions a register has."""
    with transaction(kept.source) as connection:
        return connection.execute(sa.select(sa.func.sum(tables.AWARDS.c.version))).scalar() or 0
