"""The step: definitions and awards apart, what ends here, and what is refused."""

from __future__ import annotations

from pathlib import Path

from credstream.contract.records import Receipt
from credstream.formats.shared.parsed import Amount, Body, FundingMark, LevelClaim
from services.normalise.assemble import MAPPING_VERSION
from services.normalise.facts import AwardRow, DefinitionRow, Persons
from tests.support.normalising import (
    AT,
    LEARNER_ID,
    PROVIDER,
    Exchange,
    award,
    complete,
    parsed,
    records,
    refusal,
    v,
)

GOLDEN = Path(__file__).parents[1] / "golden"

NAMED = {"reference": True, "title": None}


def test_a_definition_goes_on_under_its_own_key():
    outcome = Exchange().send(complete(fields=(v("0714"),)))
    (emit,) = outcome.emits
    assert (emit.topic, emit.key) == ("normalised.v1", emit.record.definition.key)
    assert (emit.record.kind, emit.record.award, emit.record.mapping) == (
        "definition",
        None,
        MAPPING_VERSION,
    )
    assert emit.record.definition.workload.hours == 40
    assert emit.record.definition.level.eqf == 5
    assert emit.record.definition.fields == ("0714",)
    assert emit.record.definition.key.startswith("mc:de:")
    (row,) = outcome.rows
    assert (row.registered, row.definition) == (True, emit.record.definition)


def test_a_vendor_s_definition_takes_its_assurance_from_the_registration():
    (record,) = records(Exchange().send(parsed(levels=(LevelClaim(value=v("Foundational")),))))
    assert record.definition.quality_assurance[0].type == "chamber"
    assert record.definition.level is None


def test_a_definition_without_an_id_has_a_key_by_its_title():
    one = records(Exchange().send(parsed(definition_id=None, title=v("Robotik"))))[0]
    two = records(Exchange().send(parsed(definition_id=None, title=v(" ROBOTIK "))))[0]
    three = records(Exchange().send(parsed(definition_id=None, title=v("Optik"))))[0]
    assert one.key == two.key != three.key
    assert one.definition.id is None


def test_title_and_awarding_body_are_refused_by_name():
    without_title = refusal(Exchange(), parsed(title=v(" ", "achievement.name")))
    assert (without_title.code, without_title.path) == ("title.missing", "achievement.name")
    without_body = refusal(Exchange(awarding_bodies=()), parsed())
    assert without_body.code == "awarding_bodies.missing"


def test_a_definition_needs_no_learner():
    assert records(Exchange().send(parsed()))[0].account.completeness.mandatory_of == 9


def test_what_is_out_of_scope_ends_with_a_receipt_only():
    outcome = Exchange().send(parsed(workload=(Amount(unit="ects", value=v(180, "ects")),)))
    (emit,) = outcome.emits
    assert (emit.topic, emit.key) == ("receipts.festo-like", "s1")
    assert (emit.record.status, emit.record.stage, emit.record.at) == (
        "out_of_scope",
        "normalise",
        AT,
    )
    assert emit.record.reasons[0].code == "scope.ects"
    assert emit.record.key == records(Exchange().send(parsed()))[0].key
    assert outcome.rows == ()


def test_an_apprenticeship_s_award_is_out_of_scope_even_without_a_date():
    given = award(workload=(Amount(unit="duration", value=v("P2Y")),), issued_on=None)
    (receipt,) = records(Exchange().send(given), Receipt)
    assert (receipt.key, receipt.kind) == ("mc:de:r1", "award")


def test_an_award_that_describes_its_definition_sends_both():
    outcome = Exchange().send(award())
    described, earned = records(outcome)
    assert [described.kind, earned.kind] == ["definition", "award"]
    assert described.key == earned.award.definition_key == earned.definition.key
    assert earned.key == "mc:de:r1"
    assert described.definition == earned.definition
    assert (
        described.account.completeness.mandatory_of,
        earned.account.completeness.mandatory_of,
    ) == (9, 11)
    assert [type(row) for row in outcome.rows] == [DefinitionRow, AwardRow]
    assert not outcome.rows[0].registered


def test_the_same_description_is_sent_once():
    exchange = Exchange()
    exchange.send(award())
    second = exchange.send(award(), key="mc:de:r2")
    assert [each.kind for each in records(second)] == ["award"]
    changed = exchange.send(award(title=v("Robotik II")), key="mc:de:r3")
    assert [each.kind for each in records(changed)] == ["definition", "award"]


def test_a_description_never_replaces_a_registered_definition():
    exchange = Exchange()
    exchange.send(complete())
    outcome = exchange.send(award(title=v("Robotics", "badge.name"), language=v("en")))
    (earned,) = records(outcome)
    assert earned.definition.title == {"en": "Robotics"}
    assert earned.definition.workload.hours == 40
    origins = {each.descriptor: each.origin for each in earned.account.provenance}
    assert (origins["title"], origins["workload"]) == ("payload", "definition")
    assert [type(row) for row in outcome.rows] == [AwardRow]


def test_the_definition_says_more_than_the_registration():
    exchange = Exchange()
    exchange.send(complete())
    (earned,) = records(exchange.send(award()))
    assert [each.type for each in earned.definition.quality_assurance] == ["external"]
    origins = [each for each in earned.account.provenance if each.descriptor == "quality_assurance"]
    assert [each.origin for each in origins] == ["definition"]


def test_an_award_by_name_takes_the_whole_definition():
    exchange = Exchange(hours_per_day=8)
    definition = complete(workload=(Amount(unit="duration", value=v("P5D", "d.workload")),))
    (described,) = records(exchange.send(definition))
    (earned,) = records(exchange.send(award(**NAMED, grade=v("A"))))
    assert earned.definition == described.definition
    assert earned.account.completeness.mandatory == 11
    (origin,) = [each for each in earned.account.provenance if each.descriptor == "workload"]
    assert (origin.origin, origin.path) == ("definition", None)
    assert (origin.rule, origin.raw) == ("hours_per_day", "P5D")


def test_an_award_without_learner_is_refused():
    assert refusal(Exchange(), award(learner=None)).code == "learner.missing"


def test_an_erased_learner_is_refused_before_anything_of_the_award_is_quoted():
    exchange = Exchange()
    exchange.facts.persons = Persons(erased=frozenset({(PROVIDER, LEARNER_ID)}))
    failure = refusal(exchange, award(issued_on=v("Canary")))
    assert (failure.code, failure.path) == ("learner.erased", "learner")
    assert "Canary" not in failure.detail


def test_the_time_that_a_source_states_goes_on():
    stated = "2026-05-02T10:00:00Z"
    (record,) = records(Exchange().send(parsed(), occurred_at=stated))
    assert record.occurred_at == stated


def test_fields_of_a_definition_that_were_left_out_are_warned_about():
    (record,) = records(Exchange().send(parsed(unknown_fields=("salary",))))
    assert "extension.dropped" in [each.code for each in record.account.warnings]


def test_a_funding_reference_of_two_providers_is_two_hashes():
    mark = (FundingMark(funder=v("ESF"), reference=v("R-1")),)
    sent = (Exchange(id=name).send(award(funding=mark)) for name in ("acme", "other"))
    one, two = (records(outcome)[-1].award.funding[0].reference for outcome in sent)
    assert "R-1" not in one
    assert one != two


def test_only_the_trainer_may_be_named():
    (_, earned) = records(Exchange().send(award(awarding_bodies=(Body(name=v("Festo")),))))
    assert [each.name for each in earned.definition.awarding_bodies] == [{"de": "Festo"}]
