"""normalise's tables: what they tell a batch is what one long batch would have known by itself."""

from __future__ import annotations

import json
import tempfile
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected
from credstream.contract.records import Again, Normalised
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import METADATA
from credstream.storage.vault import METADATA as KEYS
from credstream.storage.vault import Vault
from services.normalise.step import learn, normalise
from services.normalise.store import Store
from tests.support import databases
from tests.support.normalising import AT, message, received

SECRET = bytes(range(32))
ONE, OTHER = "mc:de:one", "mc:de:other"
UNIT = {
    "credstream": 1,
    "kind": "definition",
    "id": "U",
    "title": "Rescue",
    "awarding_bodies": [{"name": "School"}],
}
AWARD = {
    "credstream": 1,
    "kind": "award",
    "issued_on": "2026-06-01",
    "learner": {"email": "canaria@example.org"},
    "definition": {"id": "U"},
}
VENDOR = {
    "credential": {
        "id": 7,
        "recipient": {"name": "Canaria Testwell", "email": "canaria@example.org"},
        "group_name": "Pouring",
        "group_id": 5,
        "name": "Pouring",
        "issued_on": "2026-02-03",
        "learning_outcomes": ["Pours"],
    }
}


def sent(kind, key, document, **changes):
    payload = json.dumps(document).encode()
    return received(kind, key, payload=payload, submission=payload.hex(), **changes)


# What may arrive, in any order and as often as it likes.
EVENTS = {
    "unit": sent("definition", ONE, UNIT | {"version": "1"}),
    "later unit": sent(
        "definition", ONE, UNIT | {"version": "2", "valid_from": "2026-05-01", "title": "Rescuing"}
    ),
    "named": sent("award", ONE, AWARD),
    "named by another": sent("award", OTHER, AWARD),
    "described": sent("award", ONE, AWARD | {"title": "Pouring", "workload": {"hours": 3}}),
    "vendor": sent("award", ONE, VENDOR, format="vendor"),
    "vendor corrects": sent(
        "award", ONE, VENDOR, format="vendor", received_at=AT + 5, proof="verified"
    ),
    "again": Again(key=ONE, cause="definition.arrived", detail="", at=AT),
    "again other": Again(key=OTHER, cause="definition.arrived", detail="", at=AT),
}
SCRIPTS = st.lists(st.tuples(st.sampled_from(sorted(EVENTS)), st.booleans()), max_size=7)


class Tables:
    """normalise on tables of its own; `work` is one batch of the runtime, without Kafka."""

    def __init__(self, folder):
        self.database, keys = (open_engine(databases.url(folder, name)) for name in ("own", "keys"))
        for made, tables in ((self.database, METADATA), (keys, KEYS)):
            with transaction(made) as connection:
                tables.create_all(connection)
        self.store = Store(Codec(), Vault(keys, SECRET), SECRET)
        self.offset = 0

    def work(self, names):
        batch = [message(EVENTS[name], self.offset + n) for n, name in enumerate(names)]
        self.offset += len(batch)
        with transaction(self.database) as connection:
            facts, told, rows = self.store.gather(connection, batch), [], []
            for each in batch:
                outcome = tried(each, facts)
                learn(facts, outcome.rows)
                told += [told_of(emit) for emit in outcome.emits]
                rows += outcome.rows
            self.store.apply(connection, rows)
        return told

    def close(self):
        self.database.dispose()
        self.store.vault.engine.dispose()


def tried(incoming, facts):
    try:
        return normalise(incoming, facts)
    except Rejected as refusal:
        pytest.fail(f"{refusal.code} {refusal.detail}")


def told_of(emit):
    """All of a record but the learner, whose block is sealed anew each time."""
    record = emit.record
    if isinstance(record, Normalised) and record.award is not None:
        award = replace(record.award, learner=None)
        record = replace(record, award=award)
    return emit.topic, emit.key, record


def by_key(told):
    """In order where Kafka keeps one."""
    found = {}
    for topic, key, record in told:
        found.setdefault((topic, key), []).append(record)
    return found


@contextmanager
def made():
    with tempfile.TemporaryDirectory() as folder, closing(Tables(folder)) as tables:
        yield tables


@pytest.mark.embedded
@given(SCRIPTS)
@example([("named", True), ("unit", False), ("again", True), ("named by another", True)])
@example([("named", True), ("vendor", False), ("unit", True)])  # it waits no longer
def test_where_batches_end_changes_nothing(script):
    with made() as whole, made() as parts:
        told, batch = [], []
        for name, ends in script:
            batch.append(name)
            if ends:
                told += parts.work(batch)
                batch = []
        told += parts.work(batch)
        assert by_key(told) == by_key(whole.work([name for name, _ in script]))


def test_an_award_of_two_formats_has_both_sources_in_whatever_batch_they_come():
    with made() as tables:
        for batch in (["vendor"], ["described"], ["vendor corrects", "vendor"]):
            *_, (_, _, record) = tables.work(batch)
        assert sorted(each.format for each in record.sources) == ["native", "vendor"]


def test_an_award_that_waited_is_complete_once_its_definition_is_there():
    with made() as tables:
        *_, (_, _, receipt) = tables.work(["named"])
        assert receipt.status == "held"
        assert ("again.normalise.v1", ONE) in [
            (topic, key) for topic, key, _ in tables.work(["unit"])
        ]
        *_, (_, _, record) = tables.work(["again"])
        assert record.definition.title == {"de": "Rescue"}


def test_an_award_completed_later_is_still_told_apart_from_one_like_it():
    with made() as tables:
        for batch in (["named"], ["unit"], ["again"]):
            tables.work(batch)
        *_, (_, _, record) = tables.work(["named by another"])
        assert "award.alike" in {each.code for each in record.account.warnings}
