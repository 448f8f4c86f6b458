"""What publisher writes is what it reads for the next batch: heads, versions, deliveries."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.messages import ReadMessage
from credstream.contract.records import (
    Accredited,
    Again,
    PublishedAward,
    PublishedChange,
    PublishedDefinition,
)
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import METADATA
from services.publisher import write
from services.publisher.gather import gather
from services.publisher.step import Facts, Head, learn, publish
from services.publisher.tables import HEADS, OUTBOX, VERSIONS, WAITING
from tests.support import effort
from tests.support.channels import Outlet
from tests.support.documents import AT, accredited

CODEC = Codec()
KEY = "mc:de:a"


@pytest.fixture
def engine():
    engine = open_engine("sqlite://")
    with transaction(engine) as connection:
        METADATA.create_all(connection)
    yield engine
    engine.dispose()


def of_key(key, **award):
    source = accredited(**award)
    return replace(source, record=replace(source.record, key=key))


def definition(key):
    source = of_key(key)
    record = replace(source.record, kind="definition", award=None)
    return replace(source, record=record, judgement=None)


def again(key):
    return Again(key=key, cause="accreditation.changed", detail="list:1", at=AT)


def message(record, at=AT):
    """A message as the stage reads it from its topic: numbers are those that Avro has."""
    value = CODEC.encode(record)
    read = CODEC.decode(value, Accredited, Again)
    return ReadMessage(
        topic=topics.ACCREDITED, partition=0, offset=1, key=b"k", value=value, at=at, record=read
    )


def batch(engine, *messages):
    """One batch as the stage makes it: gather, a step for each message, write; its facts."""
    with transaction(engine) as connection:
        facts, rows = gather(CODEC, connection, messages), []
        for each in messages:
            result = publish(each, facts, [Outlet()])
            learn(facts, result.rows)
            rows += result.rows
        write.apply(CODEC, connection, rows)
    return facts


def facts_of(engine, *records):
    with transaction(engine) as connection:
        return gather(CODEC, connection, [message(each) for each in records])


def stored(engine, table):
    with transaction(engine) as connection:
        return connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all()


def test_a_batch_knows_the_heads_of_its_own_keys_alone(engine):
    batch(engine, *[message(of_key(key)) for key in ("mc:de:a", "mc:de:b", "mc:de:c")])

    assert facts_of(
        engine, of_key("mc:de:a"), again("mc:de:c"), of_key("mc:de:new")
    ).heads.keys() == {
        "mc:de:a",
        "mc:de:c",
    }
    assert facts_of(engine) == Facts()


def test_the_source_of_a_head_is_read_only_where_it_is_judged_again(engine):
    facts = batch(engine, message(of_key("mc:de:a")), message(of_key("mc:de:b")))
    written = facts.heads["mc:de:a"]

    heads = facts_of(engine, of_key("mc:de:a"), again("mc:de:b")).heads

    assert heads["mc:de:a"] == replace(written, source=None)
    assert heads["mc:de:b"].source == of_key("mc:de:b")


def test_a_head_is_that_of_the_last_version(engine):
    batch(engine, message(of_key(KEY)), message(of_key(KEY, status="revoked")))
    batch(engine, message(of_key(KEY, status="issued")))

    (row,) = stored(engine, HEADS)

    assert (row.key, row.version, row.status, row.outcome) == (KEY, 3, "issued", "confirmed")
    assert CODEC.decode(row.source, Accredited) == of_key(KEY)


def test_the_head_of_a_definition_has_no_outcome(engine):
    batch(engine, message(definition("mc:de:d")))

    head = facts_of(engine, again("mc:de:d")).heads["mc:de:d"]

    assert isinstance(head, Head)
    assert (head.version, head.status, head.outcome) == (1, "issued", None)


def test_every_version_is_kept_with_its_source_its_state_and_its_change(engine):
    batch(engine, message(of_key(KEY)), message(of_key(KEY, status="revoked"), AT + 1))

    first, second = stored(engine, VERSIONS)

    assert (first.version, second.version) == (1, 2)
    assert CODEC.decode(first.source, Accredited) == of_key(KEY)
    assert CODEC.decode(second.published, PublishedAward).published_at == AT + 1
    assert CODEC.decode(second.change, PublishedChange).change == "revoked"


def test_a_definition_is_kept_as_one(engine):
    batch(engine, message(definition("mc:de:d")))

    (row,) = stored(engine, VERSIONS)

    assert CODEC.decode(row.published, PublishedDefinition).key == "mc:de:d"
    assert stored(engine, OUTBOX) == []


def test_a_delivery_waits_from_the_time_of_its_version_on(engine):
    batch(engine, message(of_key(KEY), AT + 7))

    (row,) = stored(engine, OUTBOX)

    assert (row.key, row.version, row.channel) == (KEY, 1, "europass")
    assert (row.state, row.attempts, row.due, row.note) == (WAITING, 0, AT + 7, "")


def test_a_repeated_submission_in_a_later_batch_is_no_new_version(engine):
    batch(engine, message(of_key(KEY)))
    batch(engine, message(of_key(KEY), AT + 1))

    assert [row.version for row in stored(engine, VERSIONS)] == [1]
    assert [row.due for row in stored(engine, OUTBOX)] == [AT]


def test_an_again_in_a_later_batch_finds_what_was_published(engine):
    batch(engine, message(of_key(KEY)))
    batch(engine, message(again(KEY)), message(again("mc:de:unknown")))

    assert [row.version for row in stored(engine, VERSIONS)] == [1]


def test_a_batch_that_decided_nothing_writes_nothing(engine):
    with transaction(engine) as connection:
        write.apply(CODEC, connection, [])

    assert stored(engine, HEADS) == stored(engine, VERSIONS) == stored(engine, OUTBOX) == []


def test_heads_of_large_records_need_little_memory(engine):
    keys = [f"{KEY}{number}" for number in range(100)]
    common = {"version": 1, "digest": "", "status": "issued", "source": bytes(900_000)}
    with transaction(engine) as connection:
        connection.execute(sa.insert(HEADS), [{"key": key, **common} for key in keys])
    batch = [message(of_key(key)) for key in keys]
    with transaction(engine) as connection:
        assert effort.memory(lambda: gather(CODEC, connection, batch)) < 64
