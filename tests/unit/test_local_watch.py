"""When a local run has nothing more to wait for, and what its user sees of each message."""

import json

import pytest

from credstream.contract.records import Receipt
from credstream.contract.sealed_files import file_name
from credstream.contract.topics import UNKNOWN_DLQ, receipts
from credstream.contract.values import Reason
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.local.collector import CollectedMessage
from credstream.exchange.local.examples import Submission
from credstream.exchange.local.outcomes import ledger
from credstream.exchange.local.watch import Watch, newest_sealed
from credstream.process import timeouts

KEY = "mc:de:2f7c-1"


@pytest.fixture
def now():
    """A clock that the test moves."""
    return [1000.0]


@pytest.fixture
def watch(tmp_path, now):
    folder = ExchangeFolder(tmp_path)
    folder.europass.mkdir()
    return Watch(folder, ledger([Submission("a/one.json", "a", b"", "s-1")]), clock=lambda: now[0])


def receipt(status, *, kind="award", key=KEY, code=None, submission="s-1"):
    reasons = (Reason(code=code, path="", detail=""),) if code else ()
    return Receipt(
        submission=submission,
        provider="a",
        status=status,
        stage="publisher",
        key=key,
        kind=kind,
        version=1 if status == "published" else None,
        reasons=reasons,
        at=0,
    )


def send(watch, *given):
    return [watch.take(CollectedMessage(receipts("a"), each, {})) for each in given]


def quiet(watch, now, seconds=timeouts.QUIET_SECONDS):
    now[0] += seconds
    return watch.done


def test_it_waits_for_the_ending_of_every_submission(watch, now):
    assert not quiet(watch, now)
    send(watch, receipt("accepted"))
    assert not quiet(watch, now)
    send(watch, receipt("refused"))
    assert not watch.done
    assert quiet(watch, now)


def test_it_waits_for_the_sealed_credential_of_a_published_award(watch, now):
    send(watch, receipt("accepted"), receipt("published"))
    assert not quiet(watch, now)
    (watch.folder.europass / file_name(KEY, 1)).touch()
    assert watch.done


@pytest.mark.parametrize("code", ["edc.incomplete", "edc.not_in_force"])
def test_it_does_not_wait_for_a_seal_that_the_receipt_denies(watch, now, code):
    send(watch, receipt("accepted"), receipt("published", code=code))
    assert quiet(watch, now)


def test_it_waits_longer_where_something_is_held(watch, now):
    send(watch, receipt("accepted"), receipt("held"))
    assert not quiet(watch, now)
    assert quiet(watch, now, timeouts.HELD_QUIET_SECONDS)


def test_the_user_sees_endings_and_what_is_unchanged_by_the_name_of_the_file(watch):
    accepted, unchanged, held = send(
        watch, receipt("accepted"), receipt("unchanged"), receipt("held")
    )
    assert accepted is None
    assert (unchanged.receipt.status, held.receipt.status) == ("unchanged", "held")
    assert held.file == "a/one.json"
    (other,) = send(watch, receipt("refused", submission="s-2"))
    assert other.file == "s-2"


def test_what_an_earlier_run_was_told_counts_and_is_no_sign_of_life(watch, now):
    watch.recall([receipt("accepted"), receipt("refused")])
    assert quiet(watch, now)
    assert not watch.has_receipt


def test_a_dead_letter_of_an_unregistered_provider_ends_its_submission(watch, now):
    headers = {"ce_id": "s-1", "credstream_dlq_reason": "provider.unknown"}
    ending = watch.take(CollectedMessage(UNKNOWN_DLQ, None, headers))
    assert (ending.file, ending.receipt.status) == ("a/one.json", "refused")
    assert [reason.code for reason in ending.receipt.reasons] == ["provider.unknown"]
    assert quiet(watch, now)


def test_the_newest_version_of_a_key_is_named_in_the_summary(watch):
    for version in (2, 10, 9):
        (watch.folder.europass / file_name(KEY, version)).touch()
    assert newest_sealed(watch.folder) == {KEY: f"europass/{file_name(KEY, 10)}"}


def test_the_summary_is_written_again_only_where_it_changes(watch):
    send(watch, receipt("accepted"))
    (entry,) = watch.write_summary()
    path = watch.folder.path / "summary.json"
    assert json.loads(path.read_text("utf-8")) == [entry]
    assert entry["outcome"] == "pending"
    before = path.stat()
    watch.write_summary()
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    send(watch, receipt("refused"))
    assert watch.write_summary()[0]["outcome"] == "refused"
