"""normalise's tables: what they tell a batch is what one long batch would have known by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from credstream.contract.records import Again, Normalised, Receipt
from credstream.runtime.breaker import FINE, REFUSED
from tests.support.normalise_batches import normalise_in_memory, normalise_tables, written
from tests.support.normalise_events import AWARD, UNIT, sent
from tests.support.normalising import AT

ONE, OTHER = "mc:de:one", "mc:de:other"
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


def work(service, names):
    """One batch of events, none of which may be refused; what it writes to topics."""
    settled = service.settle(*(EVENTS[name] for name in names)) if names else None
    assert settled is None or {each.outcome for each in settled.ended} == {FINE}
    return [without_learner(*each) for each in written(settled)] if settled else []


def without_learner(topic, key, record):
    """All of a record but the learner, whose block is sealed with another key each time."""
    if isinstance(record, Normalised) and record.award is not None:
        record = replace(record, award=replace(record.award, learner=None))
    return topic, key, record


def by_key(told):
    """In order where Kafka keeps one."""
    found = {}
    for topic, key, record in told:
        found.setdefault((topic, key), []).append(record)
    return found


@pytest.mark.embedded
@given(SCRIPTS)
@example([("named", True), ("unit", False), ("again", True), ("named by another", True)])
@example([("named", True), ("vendor", False), ("unit", True)])  # it waits no longer
def test_where_batches_end_changes_nothing(script):
    with normalise_in_memory() as whole, normalise_in_memory() as parts:
        told, batch = [], []
        for name, ends in script:
            batch.append(name)
            if ends:
                told += work(parts, batch)
                batch = []
        told += work(parts, batch)
        assert by_key(told) == by_key(work(whole, [name for name, _ in script]))


def test_an_award_of_two_formats_has_both_sources_in_whatever_batch_they_come():
    with normalise_tables() as service:
        for batch in (["vendor"], ["described"], ["vendor corrects", "vendor"]):
            *_, (_, _, record) = work(service, batch)
        assert sorted(each.format for each in record.sources) == ["native", "vendor"]


def test_an_award_that_waited_is_complete_once_its_definition_is_there():
    with normalise_tables() as service:
        *_, (_, _, receipt) = work(service, ["named"])
        assert receipt.status == "held"
        *_, (topic, _, due) = work(service, ["unit"])
        assert (topic, due.cause) == ("again.normalise.v1", "page.due")
        assert [(key, again.cause) for _, key, again in written(service.settle(due))] == [
            (ONE, "definition.arrived")
        ]
        *_, (_, _, record) = work(service, ["again"])
        assert record.definition.title == {"de": "Rescue"}


def test_an_award_completed_later_is_still_told_apart_from_one_like_it():
    with normalise_tables() as service:
        for batch in (["named"], ["unit"], ["again"]):
            work(service, batch)
        *_, (_, _, record) = work(service, ["named by another"])
        assert "award.alike" in {each.code for each in record.account.warnings}


def test_a_payload_that_cannot_be_parsed_is_refused_alone_and_its_provider_is_told():
    broken = replace(EVENTS["vendor"], payload=b"{", submission="broken")
    with normalise_tables() as service:
        settled = service.settle(broken, EVENTS["unit"])
    assert [(each.outcome, each.provider) for each in settled.ended] == [
        (REFUSED, "festo-like"),
        (FINE, "festo-like"),
    ]
    ((_, _, receipt),) = written(settled, Receipt)
    assert (receipt.status, receipt.submission, receipt.key) == ("refused", "broken", ONE)
