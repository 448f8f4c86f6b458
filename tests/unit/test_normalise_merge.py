"""The same award in two formats is one key with two sources; another id is only a likeness."""

from __future__ import annotations

import hashlib

from credstream.contract.values import Source
from credstream.formats.shared.parsed import Amount, Body
from services.normalise.facts import Persons
from services.normalise.merge import likeness
from tests.support.normalising import (
    AT,
    LEARNER_ID,
    Exchange,
    award,
    codes,
    complete,
    parsed,
    provider,
    records,
    v,
)

KEY = "mc:de:r1"
WORKLOAD = {"workload": (Amount(unit="hours", value=v(40, "workload.hours")),)}


def last(outcome):
    return records(outcome)[-1]


def differences(record):
    return [each for each in record.account.warnings if each.code == "sources.differ"]


def two(first, second, *formats):
    exchange = Exchange()
    exchange.send(first, format=formats[0], submission="s1")
    return last(exchange.send(second, format=formats[1], submission="s2"))


def test_the_same_award_as_ob3_and_elm_is_one_key_with_two_sources():
    record = two(award(**WORKLOAD), award(modes=(v("blended"),)), "ob3", "elm3")
    assert record.key == KEY
    assert [(each.format, each.submission) for each in record.sources] == [
        ("elm3", "s2"),
        ("ob3", "s1"),
    ]
    assert record.account.completeness.mandatory_of == 11
    assert record.definition.workload.hours == 40  # only the badge says so
    assert record.definition.participation.modes == ("blended",)


def test_sources_are_named_the_newest_first_with_their_proofs_and_times():
    exchange = Exchange()
    exchange.send(award(), format="ob3", proof="verified")
    exchange.send(award(), format="elm3", received_at=AT + 1)
    record = last(exchange.send(award(), format="elmo", received_at=AT + 2, proof="unverifiable"))
    assert record.sources == (
        Source(format="elmo", submission="s1", proof="unverifiable", received_at=AT + 2),
        Source(format="elm3", submission="s1", proof="none", received_at=AT + 1),
        Source(format="ob3", submission="s1", proof="verified", received_at=AT),
    )


def test_of_the_award_itself_the_newer_source_decides_and_the_older_fills_what_it_leaves_open():
    older = award(valid_until=v("2030-01-01"), grade=v("A"), grade_scale=v("A-F"))
    record = two(older, award(valid_until=v("2031-01-01")), "ob3", "elm3")
    assert record.award.valid_until == "2031-01-01"
    assert (record.award.grade, record.award.grade_scale) == ("A", "A-F")


def test_evidence_is_the_most_that_one_source_has():
    for older, newer, most in ((0, 0, 0), (2, 1, 2), (1, 3, 3)):
        record = two(award(evidence=older), award(evidence=newer), "ob3", "elm3")
        assert record.award.evidence == most


def test_origins_are_those_of_the_award_and_of_the_source_that_was_taken():
    first, second = award(title=v("Robotik", "name")), award(title=v("Roboter", "title"))
    record = two(first, second, "ob3", "elm3")
    paths = [(each.descriptor, each.path) for each in record.account.provenance]
    assert paths.count(("title", "title")) == 1
    assert ("title", "name") not in paths
    assert paths.count(("learner", None)) == paths.count(("issued_on", "issued_on")) == 1


def test_what_the_registration_said_once_fills_what_a_newer_source_lacks():
    exchange = Exchange()
    exchange.send(award(), format="ob3")
    without = provider(quality_assurance=())
    record = last(exchange.send(award(), format="elm3", registration=without))
    assert [each.type for each in record.definition.quality_assurance] == ["chamber"]


def test_what_a_payload_says_stands_before_what_a_registration_adds():
    complete_ = award(awarding_bodies=complete().awarding_bodies)
    record = two(complete_, award(), "ob3", "elm3")
    origins = {e.origin for e in record.account.provenance if e.descriptor == "awarding_bodies"}
    assert "payload" in origins


def test_two_sources_that_differ_are_told_and_the_newer_of_equals_is_taken():
    first, second = (award(title=v(title), **WORKLOAD) for title in ("Robotik", "Roboter"))
    record = two(first, second, "ob3", "elm3")
    assert record.definition.title == {"de": "Roboter"}
    (differs,) = differences(record)
    assert differs.path == "title"
    assert "ob3" in differs.detail
    assert "elm3" in differs.detail


def test_what_was_derived_may_differ_and_what_a_registration_added_may_not():
    days = ({"workload": (Amount(unit="duration", value=v(text)),)} for text in ("P5D", "P6D"))
    exchange = Exchange(hours_per_day=8)
    exchange.send(award(**next(days), awarding_bodies=(Body(name=v("Festo")),)), format="ob3")
    record = last(exchange.send(award(**next(days)), format="elm3"))
    assert [each.path for each in differences(record)] == ["workload"]


def test_a_verified_source_is_surer_than_a_newer_one_without_proof():
    exchange = Exchange()
    exchange.send(award(title=v("Robotik")), format="ob3", proof="verified")
    record = last(exchange.send(award(title=v("Roboter")), format="elm3"))
    assert record.definition.title == {"de": "Robotik"}
    assert record.award.issued_on == "2026-05-01"


def test_a_correction_in_the_same_format_leaves_nothing_of_the_first():
    record = two(award(**WORKLOAD), award(), "ob3", "ob3")
    assert record.definition.workload is None
    assert record.sources == ()


def test_a_withdrawal_in_one_format_withdraws_the_award():
    record = two(award(), award(status=v("revoked")), "ob3", "elm3")
    assert record.award.status == "revoked"


def test_likeness_by_content_is_a_warning_and_never_a_merge():
    exchange = Exchange()
    exchange.send(award(), format="ob3")
    record = last(exchange.send(award(), key="mc:de:r2", format="elm3"))
    assert record.key == "mc:de:r2"
    assert record.sources == ()
    assert ("award.alike", "") in [(each.code, each.path) for each in record.account.warnings]
    other = last(exchange.send(award(issued_on=v("2026-05-02")), key="mc:de:r3"))
    assert "award.alike" not in codes(other.account)


def test_a_provider_is_not_told_of_another_ones_award():
    exchange = Exchange()
    (learner,) = exchange.facts.persons.learners.values()
    names = {(provider, LEARNER_ID): learner for provider in "ab"}
    exchange.facts.persons = Persons(names)
    exchange.send(award(), provider="a")
    record = last(exchange.send(award(), key="mc:de:r2", provider="b"))
    assert "award.alike" not in codes(record.account)


def test_an_award_that_is_sent_again_is_no_likeness_of_itself():
    exchange = Exchange()
    for submitted in ("ob3", "ob3", "elm3"):
        assert "award.alike" not in codes(last(exchange.send(award(), format=submitted)).account)


def test_a_likeness_is_the_same_in_every_release_as_rows_keep_it():
    record = last(Exchange().send(award(title=v({"de": "Robotik", "en": " ROBOTICS"}))))
    content = "festo-like\npseudonym\n2026-05-01\nrobotics\nrobotik"
    expected = hashlib.sha256(content.encode()).hexdigest()
    assert likeness("festo-like", record.award, record.definition) == expected


def test_a_definition_alone_has_no_sources():
    assert last(Exchange().send(parsed(awarding_bodies=complete().awarding_bodies))).sources == ()
