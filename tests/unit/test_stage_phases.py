"""The two phases of a batch: what is known first, then each message examined, then its rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from credstream.contract import topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.records import Receipt
from credstream.runtime.service import Sender
from credstream.runtime.stage import UnexpectedError
from credstream.storage import journal
from credstream.storage.engine import transaction
from tests.support import counting
from tests.support.counting import INPUT, message, settle, versions

BAD, BUG, AWAY = b"?bad", b"?bug", b"?away"
ERRORS = {
    BAD: Rejected("format.invalid", "a", "b"),
    BUG: ZeroDivisionError(),
    AWAY: Unavailable("x"),
}


class Calls:
    """A service of two phases, whose messages hold their keys; `made` is what was called."""

    def __init__(self, folder):
        self.made = []
        self.stage = counting.stage_in(folder)
        self.stage.service = replace(
            self.stage.service,
            read=lambda message: message.offset,
            sender=lambda message: Sender("acme", f"s-{message.record}"),
            known=self.known,
            examine=self.examine,
            gather=self.gather,
            step=self.step,
        )

    def known(self, _connection, batch):
        self.made.append(("known", [each.record for each in batch]))
        return "registrations"

    def examine(self, message, known):
        self.made.append(("examine", message.record, known))
        if message.value in ERRORS:
            raise ERRORS[message.value]
        return message.value.decode()

    def gather(self, connection, batch):
        self.made.append(("gather", [each.record for each in batch]))
        return counting.SERVICE.gather(connection, batch)

    def step(self, message, facts):
        self.made.append(("step", message.record))
        return counting.step(replace(message, value=b""), facts)


@pytest.fixture
def calls(tmp_path):
    return Calls(tmp_path)


def receipts(settled):
    found = [o for o in settled.outputs if o.topic == topics.receipts("acme")]
    return [Codec().decode(each.value, Receipt) for each in found]


def test_each_phase_reads_once_for_a_batch_and_the_second_by_what_was_examined(calls):
    settle(calls.stage, message(0, b"a"), message(1, b"b"))
    assert calls.made == [
        ("known", [0, 1]),
        ("examine", 0, "registrations"),
        ("examine", 1, "registrations"),
        ("gather", ["a", "b"]),
        ("step", "a"),
        ("step", "b"),
    ]
    assert versions(calls.stage) == {"a": 1, "b": 1}


def test_a_message_refused_when_it_is_examined_ends_alone_and_its_sender_is_told(calls):
    settled = settle(calls.stage, message(0, b"a"), message(1, BAD), message(2, b"c"))
    assert [each.outcome for each in settled.ended] == ["records", "refused", "records"]
    assert ("gather", ["a", "c"]) in calls.made
    assert [(each.status, each.submission) for each in receipts(settled)] == [
        ("published", "a"),
        ("refused", "s-1"),
        ("published", "c"),
    ]
    (letter,) = [o for o in settled.outputs if o.topic == topics.dlq(INPUT[0])]
    assert letter.value == BAD
    assert settled.journal[INPUT].upto == 2


def test_a_bug_in_examining_gives_the_batch_back_and_alone_becomes_a_dead_letter(calls):
    with pytest.raises(UnexpectedError):
        settle(calls.stage, message(0, b"a"), message(1, BUG))
    assert versions(calls.stage) == {}
    settled = settle(calls.stage, message(1, BUG))
    assert [(each.outcome, each.provider) for each in settled.ended] == [("unexpected", "acme")]
    assert [(each.status, each.submission) for each in receipts(settled)] == [("refused", "s-1")]


def test_what_is_away_while_a_message_is_examined_decides_nothing(calls):
    with pytest.raises(Unavailable):
        settle(calls.stage, message(0, b"a"), message(1, AWAY))
    with transaction(calls.stage.engine) as connection:
        assert journal.read(connection, [INPUT]) == {}
