"""The same award in two formats is one key with two sources; another id is only a likeness."""

from __future__ import annotations

from credstream.formats.shared.parsed import Amount
from tests.support.normalising import Exchange, award, codes, complete, parsed, records, v

KEY = "mc:de:r1"
WORKLOAD = {"workload": (Amount(unit="hours", value=v(40, "workload.hours")),)}


def last(outcome):
    return records(outcome)[-1]


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
    assert record.definition.workload.hours == 40  # only the badge says so
    assert record.definition.participation.modes == ("blended",)


def test_what_a_payload_says_stands_before_what_a_registration_adds():
    complete_ = award(awarding_bodies=complete().awarding_bodies)
    record = two(complete_, award(), "ob3", "elm3")
    origins = {e.origin for e in record.account.provenance if e.descriptor == "awarding_bodies"}
    assert "payload" in origins


def test_two_sources_that_differ_are_told_and_the_newer_of_equals_is_taken():
    record = two(award(title=v("Robotik")), award(title=v("Roboter")), "ob3", "elm3")
    assert record.definition.title == {"de": "Roboter"}
    assert [e.path for e in record.account.warnings if e.code == "sources.differ"] == ["title"]


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
    assert "award.alike" in [each.code for each in record.account.warnings]
    other = last(exchange.send(award(issued_on=v("2026-05-02")), key="mc:de:r3"))
    assert "award.alike" not in codes(other.account)


def test_a_provider_is_not_told_of_another_ones_award():
    exchange = Exchange()
    exchange.send(award(), provider="a")
    record = last(exchange.send(award(), key="mc:de:r2", provider="b"))
    assert "award.alike" not in codes(record.account)


def test_a_definition_alone_has_no_sources():
    assert last(Exchange().send(parsed(awarding_bodies=complete().awarding_bodies))).sources == ()
