"""Each stage sends once more what was lost behind it, and nothing else comes of it."""

from __future__ import annotations

import pytest

from credstream.contract import topics
from credstream.contract.messages import ReadMessage
from credstream.contract.paging import REPUBLISHED
from credstream.contract.records import Again, Normalised
from services.accreditation import step as accreditation
from services.ingest import step as ingest
from services.ingest.examine import Examined
from services.publisher import step as publisher
from tests.support.accreditations import award
from tests.support.documents import accredited
from tests.support.normalise_batches import normalise_tables, one_award, written
from tests.support.normalising import AT, received


@pytest.fixture
def normalise():
    with normalise_tables() as made:
        yield made


def asked(key):
    return Again(key=key, cause=REPUBLISHED, detail="", at=AT)


def test_normalise_sends_award_and_definition_as_they_were(normalise):
    first = written(normalise.settle(one_award()), Normalised)
    normalise.start()
    again = written(normalise.settle(*(asked(key) for _, key, _ in first)), Normalised)
    assert [(t, k) for t, k, _ in again] == [(t, k) for t, k, _ in first]
    for (*_, before), (*_, after) in zip(first, again, strict=True):
        assert (before.definition, before.award) == (after.definition, after.award)
        assert (before.account, before.provider) == (after.account, after.provider)
        assert (before.cause, after.cause) == ("submitted", REPUBLISHED)


def test_normalise_has_nothing_to_send_of_a_key_that_it_does_not_hold(normalise):
    assert written(normalise.settle(asked("mc:de:none"))) == []


def message(record):
    return ReadMessage(topic="t", partition=0, offset=1, key=b"k", value=b"v", at=AT, record=record)


def test_accreditation_sends_what_it_holds_also_where_its_judgement_is_the_same():
    facts = accreditation.Facts(loaded=True)
    first = accreditation.accredit(message(award()), facts)
    accreditation.learn(facts, first.rows)
    key = first.emits[0].key
    (again,) = accreditation.accredit(message(asked(key)), facts).emits
    assert (again.topic, again.record.record) == (topics.ACCREDITED, first.emits[0].record.record)
    assert again.record.judgement == first.emits[0].record.judgement
    assert again.record.cause == REPUBLISHED


def test_publisher_repeats_its_head_without_a_change_or_a_receipt():
    facts = publisher.Facts()
    first = publisher.publish(message(accredited()), facts, ())
    state = first.rows[0].published
    facts.repeated[state.key] = state
    again = publisher.publish(message(asked(state.key)), facts, ())
    assert [(each.topic, each.record) for each in again.emits] == [(first.emits[0].topic, state)]
    assert again.rows == ()


def test_publisher_says_nothing_of_a_record_that_it_has():
    facts = publisher.Facts()
    publisher.learn(facts, publisher.publish(message(accredited()), facts, ()).rows)
    source = accredited()
    values = {name: getattr(source, name) for name in source.__dataclass_fields__}
    same = type(source)(**{**values, "cause": REPUBLISHED})
    assert publisher.publish(message(same), facts, ()).emits == ()


def examined(digest, submission="s-1"):
    return Examined(submission, (received("award", "k", digest=digest, submission=submission),))


def accepted(facts, digest, submission="s-1"):
    """Whether ingest passes content on."""
    result = ingest.ingest(message(examined(digest, submission)), facts)
    ingest.learn(facts, result.rows)
    return any(each.topic == topics.RECEIVED for each in result.emits), result.rows


def test_ingest_accepts_the_last_content_of_a_lost_key_once_and_no_earlier_one():
    facts = ingest.Facts()
    assert [accepted(facts, digest)[0] for digest in ("one", "two", "two")] == [True, True, False]
    facts.lost = {"k"}
    assert not accepted(facts, "one")[0]
    found, rows = accepted(facts, "two")
    assert found
    assert ingest.FoundRow("k") in rows
    assert not accepted(facts, "two")[0]


def test_newer_content_of_a_lost_key_ends_the_loss():
    facts = ingest.Facts(last={"k": "one"}, lost={"k"})
    assert ingest.FoundRow("k") in accepted(facts, "two", "s-2")[1]
    assert not accepted(facts, "two", "s-2")[0]
