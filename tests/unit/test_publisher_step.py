"""A record becomes the next version of its key, or nothing is new; channels get what they want."""

from __future__ import annotations

from dataclasses import replace

import pytest

from credstream.contract import topics
from credstream.contract.messages import ReadMessage, StepResult
from credstream.contract.records import Again, PublishedAward, PublishedDefinition
from credstream.contract.values import Judgement, Reason
from services.publisher.channels.channel import Scope
from services.publisher.step import UNJUDGED, Facts, OutboxRow, VersionRow, head_of, learn, publish
from tests.support.channels import Outlet
from tests.support.documents import AT, JUDGEMENT, accredited

KEY = "mc:de:a"
LATER = AT + 1_000
AGAIN = Again(key=KEY, cause="accreditation.changed", detail="list:1", at=AT)


def message(record, at=AT):
    return ReadMessage(
        topic=topics.ACCREDITED, partition=0, offset=1, key=b"k", value=b"v", at=at, record=record
    )


def published(record, facts, *channels, at=AT):
    """What a batch does: the step decides, and the facts learn it."""
    result = publish(message(record, at), facts, channels)
    learn(facts, result.rows)
    return result


def having(source=None):
    """Facts with a first version of a record."""
    facts = Facts()
    published(source or accredited(), facts)
    return facts


def of_status(status):
    return accredited(status=status)


def judged(outcome="confirmed", **changes):
    judgement = replace(JUDGEMENT, outcome=outcome, **changes)
    return replace(accredited(), judgement=judgement, cause="accreditation.changed")


def definition():
    source = accredited()
    return replace(source, record=replace(source.record, kind="definition", award=None))


def test_a_record_of_a_new_key_is_its_first_version():
    facts = Facts()

    state, change, receipt = published(accredited(), facts).emits

    assert (state.topic, state.key) == (topics.awards("de"), KEY)
    assert isinstance(state.record, PublishedAward)
    assert (state.record.version, state.record.published_at) == (1, AT)
    assert (change.topic, change.key, change.record.change) == (topics.CHANGES, KEY, "issued")
    assert (change.record.version, change.record.previous_version) == (1, None)
    assert (change.record.topic, change.record.digest) == (state.topic, state.record.digest)
    assert (receipt.topic, receipt.key) == (topics.receipts("acme"), "s")
    assert (receipt.record.version, receipt.record.outcome) == (1, "confirmed")
    assert facts.heads[KEY].version == 1


def test_the_receipt_of_a_version_says_what_was_published_and_of_whose_submission():
    source = accredited()

    *_, receipt = published(source, Facts()).emits

    record = receipt.record
    assert (record.submission, record.provider) == (source.record.submission, "acme")
    assert (record.status, record.stage, record.at) == ("published", "publisher", AT)
    assert (record.key, record.kind) == (KEY, "award")


def test_a_change_carries_when_the_award_happened():
    source = accredited()
    happened = replace(source, record=replace(source.record, occurred_at="2026-05-01"))

    _, change, _ = published(happened, Facts()).emits

    assert change.record.occurred_at == "2026-05-01"


def test_versions_are_counted_within_a_batch():
    facts = having()

    state, change, _ = published(of_status("revoked"), facts, at=LATER).emits

    assert (state.record.version, state.record.published_at) == (2, LATER)
    assert (change.record.version, change.record.previous_version) == (2, 1)
    assert facts.heads[KEY].version == 2


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("issued", "revoked", "revoked"),
        ("issued", "suspended", "suspended"),
        ("suspended", "revoked", "revoked"),
        ("suspended", "issued", "reinstated"),
        ("revoked", "issued", "reinstated"),
        ("revoked", "suspended", "corrected"),
    ],
)
def test_a_change_of_status_has_a_name(before, after, change):
    result = published(of_status(after), having(of_status(before)))

    assert result.emits[1].record.change == change


def test_another_judgement_is_a_change_with_both_outcomes():
    _, change, _ = published(judged("not-covered"), having()).emits

    assert (change.record.change, change.record.cause) == ("rejudged", "accreditation.changed")
    assert (change.record.previous_outcome, change.record.outcome) == ("confirmed", "not-covered")


def test_other_content_is_a_correction():
    result = published(accredited(grade="8"), having())

    assert result.emits[1].record.change == "corrected"


def test_a_definition_is_published_on_the_stream_of_definitions():
    state, change, receipt = published(definition(), Facts()).emits

    assert state.topic == change.record.topic == topics.DEFINITIONS
    assert isinstance(state.record, PublishedDefinition)
    assert (state.record.status, change.record.outcome) == ("issued", None)
    assert (receipt.record.kind, receipt.record.version) == ("definition", 1)


def test_an_award_that_nobody_judged_is_unknown():
    state, _, receipt = published(replace(accredited(), judgement=None), Facts()).emits

    assert state.record.judgement == UNJUDGED
    assert receipt.record.outcome is None


def test_a_submission_that_changes_nothing_is_answered_with_the_version_there_is():
    facts = having()

    result = published(accredited(), facts, at=LATER)

    (receipt,) = result.emits
    assert (receipt.topic, receipt.record.version) == (topics.receipts("acme"), 1)
    assert (receipt.record.at, result.rows) == (LATER, ())


def test_the_times_of_a_record_make_no_new_version():
    again = accredited()
    again = replace(again, record=replace(again.record, received_at=LATER, occurred_at=LATER))

    assert published(again, having(), at=LATER).rows == ()


def test_the_age_of_a_source_makes_no_new_version():
    facts = having(judged(source_as_of=1_000))

    assert published(judged(source_as_of=2_000), facts) == StepResult()


def test_a_judgement_that_changes_nothing_is_silent():
    assert published(judged(), having(judged())) == StepResult()


def test_an_again_that_changes_nothing_is_silent_though_its_record_was_submitted():
    facts = having()

    assert facts.heads[KEY].source.cause == "submitted"
    assert published(AGAIN, facts) == StepResult()


def test_an_again_of_a_key_that_was_never_published_is_silent():
    assert published(AGAIN, Facts()) == StepResult()


def test_an_again_publishes_the_stored_record_where_that_says_something_new():
    facts = having()
    facts.heads[KEY] = replace(facts.heads[KEY], digest="that of an earlier version of the code")

    state, _, receipt = published(AGAIN, facts, at=LATER).emits

    assert (state.record.version, state.record.published_at) == (2, LATER)
    assert receipt.record.version == 2


def test_each_channel_that_wants_a_version_gets_a_row_with_the_time_of_its_message():
    result = published(accredited(), Facts(), Outlet("one"), Outlet("two"), at=LATER)

    assert result.rows[1:] == (OutboxRow(KEY, 1, "one", LATER), OutboxRow(KEY, 1, "two", LATER))


def test_a_version_that_is_not_new_gets_no_row():
    assert published(accredited(), having(), Outlet()).rows == ()


def test_a_channel_gets_only_the_kinds_and_the_scope_that_it_wants():
    channels = (Outlet("awards"), Outlet("definitions", kinds=frozenset({"definition"})))
    sets = Outlet("sets", scope=Scope.SET)

    awards = published(accredited(), Facts(), *channels, sets).rows[1:]
    definitions = published(definition(), Facts(), *channels, sets).rows[1:]

    assert [row.channel for row in awards] == ["awards"]
    assert [row.channel for row in definitions] == ["definitions"]


def test_what_a_channel_lacks_stands_in_the_receipt_and_keeps_back_that_channel_alone():
    lacking = Reason(code="edc.incomplete", path="workload", detail="not sealed without it")
    channels = (Outlet("strict", lacking=lambda _: (lacking,)), Outlet("lax"))

    result = published(accredited(), Facts(), *channels)

    assert [row.channel for row in result.rows[1:]] == ["lax"]
    assert result.emits[2].record.reasons == (lacking,)


def test_warnings_stand_before_what_channels_lack():
    warning = Reason(code="workload.implausible", path="workload", detail="x")
    source = accredited(status="revoked")
    account = replace(source.record.account, warnings=(warning,))
    source = replace(source, record=replace(source.record, account=account))

    _, _, receipt = published(source, Facts(), Outlet()).emits

    assert [each.code for each in receipt.record.reasons] == [warning.code, "edc.not_in_force"]


def test_rows_of_deliveries_are_not_learnt():
    facts = Facts()

    learn(facts, [OutboxRow(KEY, 1, "europass", AT)])

    assert facts.heads == {}


def test_a_head_is_what_the_next_version_is_compared_with():
    row = next(each for each in published(judged("unknown"), Facts()).rows)

    assert isinstance(row, VersionRow)
    head = head_of(row)
    assert (head.version, head.status, head.outcome) == (1, "issued", "unknown")
    assert head.digest == row.published.digest
    assert isinstance(head.source.judgement, Judgement)
