"""Tables that the version before wrote go on: what waits in them is found page by page."""

from __future__ import annotations

import shutil

import sqlalchemy as sa

from credstream.contract import paging, topics
from credstream.contract.codec import Codec
from credstream.contract.records import Again
from credstream.storage import migrate
from credstream.storage.engine import open_engine, transaction
from credstream.storage.vault import Vault
from services.normalise import gather
from services.normalise.assemble import definition_key_of
from services.normalise.examine import examine
from services.normalise.learner_keys import LearnerKeys
from services.normalise.step import normalise
from services.normalise.write import apply
from tests.support import databases
from tests.support.normalise_events import UNIT, sent
from tests.support.normalising import message

CODEC = Codec()
# Definitions have no learner, so that none is looked up.
NO_KEYS = LearnerKeys(Vault(sa.create_engine("sqlite://"), bytes(32)), bytes(32))
BEFORE = ("n0001_awards.py", "n0002_versions_and_sources.py")


def as_before(engine, folder):
    """The tables of the version before."""
    runtime, own = migrate.folders("normalise")
    folder.mkdir()
    for name in BEFORE:
        shutil.copy(own / name, folder)
    migrate.upgrade(engine, (runtime, folder))


def handled(connection, record):
    """What is put on the topic for one message, its rows written."""
    given = message(record)
    given = message(examine(b"", given, None))
    facts = gather.gather(CODEC, NO_KEYS, connection, [given])
    outcome = normalise(given, facts)
    apply(CODEC, connection, outcome.rows)
    return [emit.record for emit in outcome.emits if emit.topic == topics.again("normalise")]


def test_awards_that_waited_in_the_tables_of_before_are_asked_for(tmp_path):
    engine = open_engine(databases.url(tmp_path, "before"))
    as_before(engine, tmp_path / "migrations")
    unit = sent("definition", "mc:de:unit", UNIT)
    key = definition_key_of(examine(b"", message(unit), None).parsed, unit.registration)
    waited = [f"mc:de:{number:02}" for number in range(3)]
    row = {"definition_key": key, "waiting": True, "issued_on": "2026-06-01"}
    row |= {"learner": "", "alike": "", "record": b""}
    awards_of_before = sa.table("awards", *(sa.column(name) for name in ("key", *row))).insert()
    with transaction(engine) as connection:
        connection.execute(awards_of_before, [{"key": award, **row} for award in waited])

    migrate.upgrade(engine, migrate.folders("normalise"))

    with transaction(engine) as connection:
        (due,) = handled(connection, unit)
        assert due == Again(key=key, cause=paging.PAGE_DUE, detail="definition.arrived", at=due.at)
        assert [each.key for each in handled(connection, due)] == waited
    engine.dispose()
