"""Persons: nothing of them leaves in the clear, in no record, row or warning."""

from __future__ import annotations

from dataclasses import replace

from credstream.contract import learner_block
from credstream.contract.codec import Codec
from credstream.contract.values import Reason
from tests.support.normalising import (
    KEY,
    Exchange,
    award,
    records,
    v,
)

NAMED = {"reference": True, "title": None}
CANARIES = (
    b"Canary",
    b"canary",
    b"1990-01-31",
    b"4711",
    b"Schwerbehindert",
    b"disability",
    b"52000",
)


def test_nothing_of_a_person_leaves_in_the_clear():
    given = award(
        assessed_by=(v("Canary-Assessor"),),
        unknown_fields=("learner.disability", "salary_52000", "ext.Schwerbehindert"),
        findings=(),
    )
    exchange = Exchange()
    outcomes = [exchange.send(given), exchange.send(replace(given, **NAMED), key="mc:de:r2")]
    outcomes.append(exchange.send(replace(given, **NAMED, definition_id=v("D9")), key="mc:de:r3"))
    emits = [each for outcome in outcomes for each in outcome.emits]
    for each in emits:
        wire = Codec().encode(each.record) + each.key.encode() + each.topic.encode()
        assert not [canary for canary in CANARIES if canary in wire]
    rows = repr([row for outcome in outcomes for row in outcome.rows]).encode()
    assert not [canary for canary in CANARIES if canary in rows]
    assert len(emits) == 4


def test_fields_left_out_are_counted_and_never_named():
    given = award(
        unknown_fields=("learner.disability", "salary"),
        findings=(ours("native.unknown_field", "learner.disability"),),
        violations=(ours("schema.violation", "salary"), ours("schema.violation", "kind")),
    )
    earned = records(Exchange().send(given))[1]
    warned = [(each.code, each.path) for each in earned.account.warnings]
    assert ("schema.violation", "kind") in warned
    assert not [path for _, path in warned if path in given.unknown_fields]
    (dropped,) = [each for each in earned.account.warnings if each.code == "extension.dropped"]
    assert dropped.detail.endswith(": 2")


def test_the_learner_block_opens_with_the_learner_s_key():
    (_, earned) = records(Exchange().send(award()))
    assert b"Canary-Given" in learner_block.decrypt(earned.award.learner.block, KEY)
    assert earned.award.learner.pseudonym == "pseudonym"
    (origin,) = [each for each in earned.account.provenance if each.descriptor == "learner"]
    assert (origin.raw, origin.origin) == (None, "payload")


def test_the_birth_date_stays_out_of_warnings():
    person = replace(award().learner, birth_date=v("1990-01-31T22:00:00Z", "learner.birth_date"))
    (_, earned) = records(Exchange().send(award(learner=person)))
    codes = [each.code for each in earned.account.warnings]
    assert "birth_date.instant" in codes
    assert "1990" not in repr(earned.account)


def ours(code, path):
    return Reason(code=code, path=path, detail="ours")
