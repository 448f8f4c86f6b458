"""The step judges what comes, judges again what it holds, and is silent without a change."""

from __future__ import annotations

from dataclasses import replace

from credstream.contract import topics
from credstream.contract.messages import ReadMessage, StepResult
from credstream.contract.records import Again
from services.accreditation.organisations import tokens
from services.accreditation.step import Facts, JudgedRow, accredit, learn
from tests.support.accreditations import (
    CHAMBER,
    LIMITED,
    TRAINER,
    award,
    definition,
    list_of,
    organisation,
)

CHANGED = Again(key="mc:de:a", cause="accreditation.changed", detail="list:1", at=5)
AMU_LIST = """\
id;organisation;organisation_id;country;agent;agent_trusted;issued_on;jurisdictions;qualifications
47382;Herningsholm;cvr:29 55 42 99;DK;Arbejdsmarkedsuddannelserne;yes;2024-07-01;DK;amu:47382
"""


def message(record):
    return ReadMessage(
        topic=topics.NORMALISED,
        partition=0,
        offset=1,
        key=b"k",
        value=b"v",
        headers={},
        at=1,
        record=record,
    )


def facts(*accreditations, loaded=True):
    found: dict[str, tuple] = {}
    for each in accreditations:
        for token in tokens(each.organisation):
            found[token] = (*found.get(token, ()), each)
    return Facts(accreditations=found, loaded=loaded)


def handled(record, known):
    """What a batch does: the step decides, and the facts learn it."""
    outcome = accredit(message(record), known)
    learn(known, outcome.rows)
    return outcome


def test_an_award_goes_on_with_its_judgement():
    outcome = accredit(message(award(cause="definition.changed")), facts(LIMITED))

    (emit,) = outcome.emits
    assert (emit.topic, emit.key) == (topics.ACCREDITED, "mc:de:a")
    assert emit.record.judgement.outcome == "confirmed"
    assert (emit.record.cause, emit.record.cause_detail) == ("definition.changed", "")
    (row,) = outcome.rows
    found_by = frozenset({"vat:de147794196"})
    assert row == JudgedRow("mc:de:a", emit.record.record, emit.record.judgement, found_by)


def test_a_definition_passes_without_a_judgement():
    (emit,) = accredit(message(definition()), facts(LIMITED)).emits

    assert emit.record.judgement is None
    assert emit.record.record == definition()


def test_the_row_of_an_award_is_found_by_every_body_and_that_of_a_definition_by_none():
    joint = award(awarding_bodies=(CHAMBER, TRAINER))

    (row,) = accredit(message(joint), facts()).rows
    (other,) = accredit(message(definition()), facts()).rows

    assert row.tokens == tokens(CHAMBER) | tokens(TRAINER)
    assert other.tokens == frozenset()


def test_an_amu_code_in_a_national_list_is_confirmed_without_any_other_register():
    listed, reasons = list_of(AMU_LIST, name="amu", as_of=7)
    school = organisation("Herningsholm", "cvr:29554299", country="DK")

    (emit,) = accredit(
        message(award(awarding_bodies=(school,), country="DK")), facts(*listed)
    ).emits

    assert reasons == ()
    judgement = emit.record.judgement
    assert (judgement.outcome, judgement.source) == ("confirmed", "amu")
    assert (judgement.accreditation, judgement.source_as_of) == ("amu:47382", 7)


def test_a_withdrawn_accreditation_is_seen_by_the_next_again():
    known = facts(LIMITED)
    handled(award(), known)
    withdrawn = replace(facts(replace(LIMITED, withdrawn_on="2026-01-01")), held=known.held)

    (emit,) = handled(CHANGED, withdrawn).emits

    assert emit.record.judgement.reason == "not_covered.withdrawn"
    assert (emit.record.cause, emit.record.cause_detail) == ("accreditation.changed", "list:1")
    assert emit.record.record == award()


def test_an_again_that_changes_nothing_is_silent_even_after_a_reload():
    known = facts(LIMITED)
    handled(award(), known)
    reloaded = replace(facts(replace(LIMITED, as_of=9_000)), held=known.held)

    assert handled(CHANGED, reloaded) == StepResult()


def test_the_second_of_two_equal_agains_in_a_batch_is_silent():
    known = facts(loaded=False)
    handled(award(), known)
    arrived = replace(facts(LIMITED), held=known.held)

    assert len(handled(CHANGED, arrived).emits) == 1
    assert handled(CHANGED, arrived) == StepResult()


def test_an_again_for_a_key_that_nobody_holds_or_for_a_definition_is_silent():
    known = facts(LIMITED)
    handled(definition("mc:de:a"), known)

    assert handled(CHANGED, known) == StepResult()
    assert handled(replace(CHANGED, key="mc:de:other"), known) == StepResult()


def test_a_new_record_goes_on_though_its_judgement_is_the_same():
    known = facts(LIMITED)
    handled(award(), known)

    assert len(handled(award(description={"de": "neu"}), known).emits) == 1
