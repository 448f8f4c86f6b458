"""The doctor compares the journal of a service with the offsets that the broker has for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sqlalchemy as sa

from credstream.contract import topics
from credstream.contract.messages import Partition
from credstream.exchange.doctor.broker import BrokerReport
from credstream.exchange.doctor.databases import Database
from credstream.exchange.doctor.findings import OK, WRONG, Finding
from credstream.exchange.doctor.topics import SHOWN, inputs_of
from credstream.kafka import groups
from credstream.storage import journal
from credstream.storage.comparison import Found, compare
from credstream.storage.engine import open_engine, transaction
from credstream.storage.journal import JournalError, Row
from credstream.storage.tables import JOURNAL

PAGE = "`The journal refuses`"


def checks(broker: BrokerReport, database: Database) -> Iterator[Finding]:
    """Compare every row of a service's journal with the offset of its partition."""
    before, trusting = _rows(database)
    partitions = sorted(before.keys() | set(_inputs(broker, database.name)))
    found = groups.positions(broker.cluster, database.name, partitions)
    after, _ = _rows(database)
    # A row that changed meanwhile has a worker, which compared it before it began.
    # A partition that is gone has no state that anybody could go on from.
    unchanged = [p for p in partitions if before.get(p) == after.get(p) and p in found]
    faults = []
    for partition in unchanged:
        try:
            state = Found(*found[partition])
            verdict = compare(partition, after.get(partition), broker.id, state, trusting=trusting)
        except JournalError as error:
            faults.append(str(error))
        else:
            faults += [verdict.hold.why] if verdict.hold else []
    do = f"credstream journal show {database.name}; then see {PAGE} in the documentation"
    for fault in faults[:SHOWN]:
        yield Finding("journal", WRONG, f"{database.name}: {fault}", do)
    if len(faults) > SHOWN:
        yield Finding("journal", WRONG, f"{database.name}: and {len(faults) - SHOWN} rows more", do)
    if not faults:
        yield Finding(
            "journal", OK, f"{database.name}: {len(after)} rows go with the broker's offsets"
        )


def _inputs(broker: BrokerReport, service: str) -> Iterator[Partition]:
    for name, count in broker.partitions.items():
        is_input = name in inputs_of(service)
        if is_input or (service == topics.SERVICES[0] and re.match(topics.SUBMISSIONS, name)):
            yield from ((name, partition) for partition in range(count))


def _rows(database: Database) -> tuple[dict[Partition, Row], bool]:
    with transaction(open_engine(database.url)) as connection:
        found = connection.execute(sa.select(JOURNAL.c.topic, JOURNAL.c.partition)).all()
        partitions = [
            (row.topic, row.partition) for row in found if row.topic != journal.ANY_PARTITION[0]
        ]
        return journal.read(connection, partitions), journal.trusts_broker(connection)
