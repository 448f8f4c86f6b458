"""Receipts folded into what became of a submission, for a provider and for a whole run."""

import pytest

from credstream.contract.progress import strongest
from credstream.contract.records import Receipt
from credstream.contract.values import Reason
from credstream.exchange.local.examples import Submission
from credstream.exchange.local.outcomes import ledger
from credstream.process import timeouts
from credstream.sdk.provider import Course

SENT = [Submission(f"a/{name}.json", "a", b"", name) for name in ("one", "two")]


def receipt(submission, status, key=None, stage="publisher", code=None):
    reasons = (Reason(code=code, path="", detail=""),) if code else ()
    return Receipt(
        submission=submission,
        provider="a",
        status=status,
        stage=stage,
        key=key,
        reasons=reasons,
        at=0,
    )


@pytest.fixture
def course():
    return Course(["one", "two"])


@pytest.fixture
def run():
    return ledger(SENT)


def heard(told, *receipts):
    for each in receipts:
        told.hear(each) if isinstance(told, Course) else told.take(each)
    return told


def test_a_submission_ends_when_each_of_its_credentials_has(course):
    heard(course, receipt("one", "accepted", "k1"), receipt("one", "accepted", "k2"))
    heard(course, receipt("one", "published", "k1"))
    assert course.waiting == {"one", "two"}
    heard(course, receipt("one", "refused", "k2"))
    assert course.waiting == {"two"}


def test_a_refusal_of_some_rows_does_not_end_the_others(course):
    """Ingest tells of the rows it left out before, or after, it tells of those it took."""
    heard(course, receipt("one", "refused", stage="ingest"), receipt("one", "accepted", "k1"))
    assert "one" in course.waiting
    heard(course, receipt("one", "published", "k1"))
    assert "one" not in course.waiting


def test_the_definition_beside_an_award_does_not_end_the_award(course):
    heard(course, receipt("one", "accepted", "award"), receipt("one", "published", "definition"))
    assert "one" in course.waiting


def test_a_provider_awaits_nothing_more_of_what_is_unchanged(course):
    assert "one" not in heard(course, receipt("one", "unchanged", "k1")).waiting


def test_a_provider_awaits_the_ending_of_its_own_submission(course):
    heard(course, receipt("one", "accepted", "k1"), receipt("two", "accepted", "k1"))
    heard(course, receipt("two", "published", "k1"))
    assert course.waiting == {"one"}


def test_what_is_held_is_listened_to_for_longer(course):
    assert course.quiet_seconds == timeouts.QUIET_SECONDS
    heard(course, receipt("one", "accepted", "k1"), receipt("one", "held", "k1"))
    assert course.quiet_seconds == timeouts.HELD_QUIET_SECONDS
    heard(course, receipt("one", "published", "k1"))
    assert course.quiet_seconds == timeouts.QUIET_SECONDS


def test_in_a_run_a_later_submission_of_a_key_ends_the_earlier_one(run):
    heard(run, receipt("one", "accepted", "k1"), receipt("two", "accepted", "k1"))
    assert run.outcome("one") == "pending"
    heard(run, receipt("two", "published", "k1"))
    assert (run.outcome("one"), run.outcome("two")) == ("published", "published")


def test_in_a_run_what_is_unchanged_has_the_outcome_that_an_earlier_run_saw(run):
    heard(run, receipt("one", "accepted", "k1"), receipt("one", "held", "k1"))
    heard(run, receipt("one", "unchanged", "k1"))
    assert run.outcome("one") == "held"


def test_the_summary_has_the_reasons_of_each_credential_and_of_what_was_left_out(run):
    heard(run, receipt("one", "refused", stage="ingest", code="issued_on.missing"))
    heard(run, receipt("one", "accepted", "k1"))
    heard(run, receipt("one", "published", "k1", code="schema.violation"))
    entry = run.entry("one", {"k1": "europass/k1.jsonld"})
    assert entry["outcome"] == "published"
    assert [reason["code"] for reason in entry["reasons"]] == [
        "schema.violation",
        "issued_on.missing",
    ]
    assert (entry["keys"], entry["europass"]) == (["k1"], "europass/k1.jsonld")


@pytest.mark.parametrize(
    ("statuses", "whole"),
    [
        (["held", "published", "refused"], "published"),
        (["out_of_scope", "held"], "held"),
        (["refused", "out_of_scope"], "out_of_scope"),
        ([], "refused"),
    ],
)
def test_the_strongest_ending_stands_for_the_whole(statuses, whole):
    assert strongest(statuses) == whole
