"""Following topics: nothing is skipped, whatever is away for a while."""

from __future__ import annotations

from collections import deque

import pytest

from credstream.contract.codec import Codec
from credstream.contract.errors import Unavailable
from credstream.contract.messages import Incoming
from credstream.process import timeouts
from credstream.sdk import register, topic_names
from credstream.sdk.assigned import End, TopicIncarnation
from credstream.sdk.positions import InDatabase, InMemory
from credstream.sdk.register import Follower, How
from tests.support.published import AWARDS, award, key

CODEC = Codec()


class Reader:
    """AssignedPartitions of which a list says what they give; `away` counts failures to come."""

    def __init__(self, *values, incarnation="t-1"):
        self.values, self.incarnation = list(values), incarnation
        self.away = deque()
        self.at = 0

    def _fail(self, what):
        if self.away and self.away[0] == what:
            self.away.popleft()
            raise Unavailable(what)

    def visible(self):
        self._fail("visible")
        return {AWARDS: 1}

    def incarnations(self, wanted):
        return {name: TopicIncarnation("c-1", self.incarnation) for name in wanted}

    def ends(self, places):
        return dict.fromkeys(places, len(self.values))

    def begin(self, starts):
        self.at = starts[AWARDS, 0]

    def read(self, seconds):
        self._fail("read")
        if self.at >= len(self.values):
            return [End((AWARDS, 0))]
        self.at += 1
        return [incoming(self.at - 1, self.values[self.at - 1])]


def incoming(offset, value):
    return Incoming(topic=AWARDS, partition=0, offset=offset, key=b"k", value=value, at=1)


class Tape:
    """A database that may be away; what was taken, and from where it goes on."""

    def __init__(self, start=0):
        self.start, self.taken, self.away = start, [], 0

    def prepare(self):
        pass

    def positions(self, incarnations):
        return {(AWARDS, 0): self.start + len(self.taken)}

    def forget(self, topics):
        self.start = -len(self.taken)

    def take(self, messages, incarnations):
        if self.away:
            self.away -= 1
            raise Unavailable("database")
        self.taken += messages


def values(count):
    return [CODEC.encode(award(key(number))) for number in range(count)]


def run(reader, keeper, **how):
    """Everything up to the end; what was said meanwhile."""
    said = []
    how = How(until_end=True, say=said.append, sleep=lambda _seconds: None, **how)
    follower = Follower(reader, CODEC, ["awards.lu"], keeper, how)
    while not follower.done:
        batch = register.patient(follower.poll, how) or ()
        register.patient(lambda batch=batch: follower.keep(batch), how)
    return said


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(timeouts, "FIRST_FOLLOW_PAUSE_SECONDS", 0.001)


def test_a_broker_and_a_database_that_come_back_leave_no_gap():
    reader, tape = Reader(*values(5)), Tape()
    reader.away, tape.away = deque(["visible", "visible", "read", "read"]), 3
    said = run(reader, InDatabase(tape))
    assert [each.offset for each in tape.taken] == [0, 1, 2, 3, 4]
    assert len(said) == 7
    assert all(line.startswith("waiting: ") for line in said)


def test_pauses_grow_to_a_limit():
    failures, said = iter(range(9)), []

    def work():
        if next(failures, None) is not None:
            raise Unavailable("x")
        return "done"

    how = How(say=said.append, sleep=lambda _seconds: None)
    assert register.patient(work, how) == "done"
    pauses = [float(line.split()[-2]) for line in said]
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1] <= timeouts.LONGEST_FOLLOW_PAUSE_SECONDS


def test_a_position_beyond_the_end_means_the_beginning_and_is_told():
    tape = Tape(start=77)
    said = run(Reader(*values(3)), InDatabase(tape))
    assert [each.offset for each in tape.taken] == [0, 1, 2]
    assert "read from its beginning" in said[0]


def test_a_position_at_the_end_brings_nothing_and_ends():
    tape = Tape(start=3)
    assert run(Reader(*values(3)), InDatabase(tape)) == []
    assert tape.taken == []


def test_from_the_beginning_forgets_the_place_once():
    tape = Tape(start=3)
    run(Reader(*values(3)), InDatabase(tape), beginning=True)
    assert [each.offset for each in tape.taken] == [0, 1, 2]


def test_a_topic_that_is_made_anew_while_it_is_followed_is_read_from_its_beginning():
    reader = Reader(*values(4))
    memory = InMemory(reader, newest=False)
    how = How(say=lambda _words: None, sleep=lambda _seconds: None)
    follower = Follower(reader, CODEC, ["awards"], memory, how)
    seen = []
    for turn in range(12):
        if turn == 3:
            reader.values, reader.incarnation, reader.at = values(2), "t-2", 0
        batch = register.patient(follower.poll, how)
        follower.keep(batch)
        seen += [each.offset for each in batch]
    assert seen == [0, 1, 2, 0, 1]


def test_what_cannot_be_read_has_its_fault_and_the_next_one_comes():
    reader = Reader(b"rubbish", values(1)[0], None)
    tape = Tape()
    run(reader, InDatabase(tape))
    first, second, third = tape.taken
    assert (first.offset, first.value, first.record) == (0, b"rubbish", None)
    assert "avro.magic" in first.fault
    assert not first.deletes
    assert second.record == award(key(0))
    assert third.deletes


def test_a_registry_that_is_away_is_waited_for_and_nothing_is_passed_over():
    class Away(Codec):
        left = 2

        def decode(self, value, *expected):
            if self.left:
                self.left -= 1
                raise Unavailable("registry")
            return super().decode(value, *expected)

    reader, tape, said = Reader(*values(2)), Tape(), []
    how = How(until_end=True, say=said.append, sleep=lambda _seconds: None)
    follower = Follower(reader, Away(), ["awards"], InDatabase(tape), how)
    while not follower.done:
        follower.keep(register.patient(follower.poll, how))
    assert [each.offset for each in tape.taken] == [0, 1]
    assert len(said) == 2


def test_newest_leaves_out_what_is_there():
    reader = Reader(*values(3))
    memory = InMemory(reader, newest=True)
    run(reader, memory)
    assert reader.at == 3
    reader.values += values(1)
    follower = Follower(reader, CODEC, ["awards"], memory, How())
    assert [each.offset for each in follower.poll()] == [3]


VISIBLE = ["published.awards.be.v1", AWARDS, "published.changes.v1", "published.definitions.v1", "received.v1", "published.awards.be.v1.dlq"]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["definitions"], ["published.definitions.v1"]),
        (["changes", "changes"], ["published.changes.v1"]),
        (["awards"], ["published.awards.be.v1", AWARDS]),
        (["awards.be"], ["published.awards.be.v1"]),
        (["awards.lu", "awards"], [AWARDS, "published.awards.be.v1"]),
        (["published.awards.*"], ["published.awards.be.v1", AWARDS]),
        (["published.*"], ["published.awards.be.v1", AWARDS, "published.changes.v1", "published.definitions.v1"]),
    ],
)  # fmt: skip
def test_short_names_and_patterns(words, meant):
    assert list(topic_names.published(words, VISIBLE)) == meant


@pytest.mark.parametrize("word", ["", "award", "awards.", "awards.xx", "received.v1", "*.dlq", "receipts.acme"])  # fmt: skip
def test_a_name_that_means_nothing_is_an_error_that_says_what_there_is(word):
    with pytest.raises(topic_names.UnknownTopicError, match=r"awards\.be"):
        topic_names.published([word], VISIBLE)
