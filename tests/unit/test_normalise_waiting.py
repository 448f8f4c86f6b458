"""Awards that wait for their definition: the order of arrival does not matter."""

from __future__ import annotations

from dataclasses import replace

from credstream.contract.messages import StepResult
from credstream.contract.records import Again
from tests.support.normalising import (
    AT,
    Exchange,
    award,
    complete,
    records,
    v,
)

NAMED = {"reference": True, "title": None}


def test_an_award_waits_for_its_definition_and_is_completed_by_it():
    exchange = Exchange()
    held = exchange.send(award(**NAMED))
    (emit,) = held.emits
    assert (emit.topic, emit.record.status) == ("receipts.festo-like", "held")
    (reason,) = emit.record.reasons
    assert (reason.code, reason.path) == ("definition.missing", "definition.id")
    assert "D1" in reason.detail
    assert held.rows[0].waiting
    assert held.rows[0].record.definition.title == {}

    arrived = exchange.send(complete())
    due = arrived.emits[-1]
    assert (due.topic, due.key) == ("again.normalise.v1", arrived.rows[0].key)
    assert (due.record.cause, due.record.at) == ("page.due", AT)
    asked = exchange.facts.paging.cursors[due.key].again
    assert asked == Again(key=due.key, cause="definition.arrived", detail=due.key, at=AT)
    assert exchange.asked(arrived) == ["mc:de:r1"]

    completed = exchange.again(cause="definition.arrived")
    (record,) = records(completed)
    assert (record.kind, record.cause) == ("award", "definition.arrived")
    assert record.account.completeness.mandatory == 11
    assert not completed.rows[0].waiting
    assert exchange.send(complete()).emits[1:] == ()


def test_the_order_of_award_and_definition_does_not_matter():
    early, late = Exchange(), Exchange()
    early.send(award(**NAMED))
    early.send(complete())
    (completed,) = records(early.again())
    late.send(complete())
    (direct,) = records(late.send(award(**NAMED)))
    assert replace(completed, cause="submitted") == direct


def test_a_description_by_another_award_ends_the_waiting_too():
    exchange = Exchange()
    exchange.send(award(**NAMED))
    outcome = exchange.send(award(), key="mc:de:r2")
    assert exchange.asked(outcome) == ["mc:de:r1"]
    (record,) = records(exchange.again())
    assert record.definition.title == {"de": "Robotik"}


def test_an_award_that_only_names_and_says_one_thing_keeps_it():
    exchange = Exchange()
    exchange.send(award(**NAMED, modes=(v("blended"),)))
    exchange.send(complete())
    (record,) = records(exchange.again())
    assert record.definition.participation.modes == ("blended",)
    assert record.definition.workload.hours == 40


def test_an_award_waits_where_it_only_names_a_definition_with_or_without_its_title():
    for by_name in ({"reference": True}, {"title": None}):
        held = Exchange().send(award(**by_name))
        assert [each.record.status for each in held.emits] == ["held"]
        assert held.rows[0].waiting


def test_an_award_that_still_waits_stays_silent():
    exchange = Exchange()
    exchange.send(award(**NAMED))
    assert exchange.again() == exchange.again("mc:de:nobody") == StepResult()


def test_looking_again_at_an_unchanged_award_says_nothing():
    exchange = Exchange()
    exchange.send(complete())
    exchange.send(award(**NAMED))
    assert exchange.again().emits == ()
    exchange.send(complete(prerequisites=v("welding")))
    (record,) = records(exchange.again())
    assert record.definition.prerequisites == {"de": "welding"}
    assert exchange.again().emits == ()


def test_what_left_the_definition_leaves_the_award():
    exchange = Exchange()
    exchange.send(complete())
    exchange.send(award(**NAMED, valid_until=v("2030-01-01")))
    exchange.send(complete(prerequisites=None))
    (record,) = records(exchange.again())
    assert record.definition.prerequisites == {}
    assert "prerequisites" in record.account.completeness.absent
    assert record.award.valid_until == "2030-01-01"


def test_an_award_of_its_own_description_does_not_follow_another_award_s():
    exchange = Exchange()
    exchange.send(award())
    exchange.send(award(prerequisites=v("welding")), key="mc:de:r2")
    assert exchange.again().emits == ()


def test_a_corrected_award_that_names_another_definition_waits_for_that_one():
    exchange = Exchange()
    exchange.send(award(**NAMED))
    exchange.send(award(**NAMED, definition_id=v("D2")))
    assert exchange.send(complete()).emits[1:] == ()
    other = exchange.send(complete(definition_id=v("D2")))
    assert exchange.asked(other) == ["mc:de:r1"]
