"""The toy stage with receipts, on a broker of lists: what a batch leaves behind."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.messages import Emit, Incoming, StepResult
from credstream.contract.records import Again, Receipt
from credstream.runtime.service import Sender
from credstream.runtime.stage import Stage
from credstream.storage.engine import transaction
from tests.support import simulation, stages
from tests.support.simulation import CLUSTER
from tests.support.stages import CODEC, VERSIONS, VersionRow

INPUT, AGAIN = (stages.INPUT, 0), (stages.AGAIN, 0)


def step(message, facts):
    """Bumps the version of a key: a second handling would show as a second version."""
    if message.value == b"bad":
        raise Rejected("format.invalid", "a.b", "bad")
    if message.value == b"bug":
        raise ZeroDivisionError
    if message.value == b"away":
        raise Unavailable("the vault")
    version = facts.get(message.record, 0) + 1
    topic = topics.DEFINITIONS if message.value != b"nowhere" else "nowhere.v1"
    again = Again(key=message.record, cause=str(version), detail="", at=message.at)
    receipt = Receipt(
        submission=message.record, provider="acme", status="published", stage="toy", at=message.at
    )
    return StepResult(
        (
            Emit(topic, message.record, again),
            Emit(topics.receipts("acme"), message.record, receipt),
        ),
        (VersionRow(message.record, version),),
    )


def read(message):
    if message.value == b"unreadable":
        raise Rejected("avro.magic", "", "")
    return (message.key or b"").decode()


SERVICE = replace(
    stages.TOY, read=read, step=step, sender=lambda message: Sender("acme", message.record)
)
KNOWN = {topics.DEFINITIONS, topics.receipts("acme"), topics.dlq(INPUT[0]), topics.dlq(AGAIN[0])}


def database(folder):
    path = f"{folder}/toy.db"
    made = simulation.database(path)
    with transaction(made) as connection:
        stages.TABLES.create_all(connection)
    return made


def message(offset, value=b"", key=b"k", place=INPUT):
    return Incoming(
        topic=place[0],
        partition=place[1],
        offset=offset,
        key=key,
        value=value,
        at=5,
        headers=(("x", b"\xff"),),
    )


def stage_in(folder):
    return Stage(SERVICE, database(folder), CODEC, CLUSTER, set(KNOWN))


def settle(stage, *batch, rows=None, committed=None):
    rows, committed = rows or {}, committed or {}
    places = {(m.topic, m.partition) for m in batch}
    return stage.settle(
        batch, {p: rows.get(p) for p in places}, {p: committed.get(p) for p in places}
    )


def versions(stage):
    with transaction(stage.engine) as connection:
        return {row.key: row.version for row in connection.execute(sa.select(VERSIONS))}
