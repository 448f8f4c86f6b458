"""However batches, withdrawals and crashes interleave, no award stays confirmed that is not."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract import paging, topics
from credstream.contract.codec import Codec
from credstream.contract.records import Accreditation, Accredited
from credstream.process.settings import Settings
from credstream.runtime.reference import Control, Reference
from services.accreditation import lists
from services.accreditation.app import build
from services.accreditation.rules import judge
from tests.support import simulation
from tests.support.accreditations import OPEN, award
from tests.support.producers import sender
from tests.support.simulation import AFTER, AGAIN, BEFORE, BETWEEN, Crash

CODEC = Codec()
KEYS = [f"mc:de:{number}" for number in range(4)]
POINTS = st.sampled_from([None, None, BEFORE, BETWEEN, AFTER])
STATES = (None, "2026-01-01", "2027-01-01")
MOVES = st.one_of(
    st.tuples(
        st.just("submit"), st.sampled_from(KEYS), st.sampled_from(["2025-06-01", "2026-06-01"])
    ),
    st.tuples(st.just("change"), st.sampled_from(["list:2", "list:3"]), st.sampled_from(STATES)),
    st.tuples(st.just("learn"), st.sampled_from([None, "lost", "told"]), st.none()),
    st.tuples(st.just("batch"), POINTS, st.integers(1, 4)),
)


class Producer:
    """What the control agent writes to, on the same log; `lose` is a crash before the sending."""

    def __init__(self, log, crash):
        self.log, self.crash, self.held = log, crash, []

    def produce(self, topic, value, key, on_delivery=None, headers=()):
        self.held.append((topic, key.decode(), value, on_delivery))

    def poll(self, _seconds):
        return 0

    def flush(self, _seconds=0):
        if self.crash == "lost":
            raise Crash
        for topic, key, value, report in self.held:
            self.log.append(topic, key, value)
            report(None, None)
        self.held = []
        if self.crash == "told":
            raise Crash
        return 0


class World:
    """The accreditation service with its lists; `control` is the reference topic."""

    def __init__(self, folder):
        self.log = simulation.Log()
        self.log.inputs |= {(topics.NORMALISED, 0): [], (AGAIN, 0): []}
        self.engine = simulation.database(f"{folder}/a.db")
        url = simulation.address(self.engine)
        self.exchange = simulation.Simulation(
            build(Settings(database_url=url)).paths[0].service, self.engine, self.log
        )
        self.control, self.position, self.lists = [], 0, {}

    def submit(self, key, day):
        self.log.append(topics.NORMALISED, key, CODEC.encode(award(key=key, day=day)))

    def change(self, name, withdrawn):
        record = replace(OPEN, id=name, withdrawn_on=withdrawn)
        self.lists[name] = record
        self.control.append(record)

    def learn(self, crash, _nothing=None):
        if self.position == len(self.control):
            return False
        record = self.control[self.position]
        controls = (
            Control(
                topics.ACCREDITATIONS,
                Accreditation,
                lists.learn_accreditation(CODEC),
                exclusive=True,
            ),
        )
        reference = Reference(
            self.engine,
            CODEC,
            sender(Producer(self.log, crash)),
            simulation.CLUSTER,
            controls,
            "accreditation",
        )
        try:
            reference.take(
                topics.ACCREDITATIONS, 0, self.position, record.id.encode(), CODEC.encode(record)
            )
        except Crash:
            return True
        self.position += 1
        return True

    def batch(self, crash, size):
        self.exchange.batch({(topics.NORMALISED, 0): size, (AGAIN, 0): size}, crash)

    def end(self):
        while self.learn(None):
            pass
        self.exchange.drain()

    def last(self):
        told = {}
        for output in self.log.written:
            if output.topic == topics.ACCREDITED:
                record = CODEC.decode(output.value, Accredited)
                told[record.record.key] = record
        return told


def run(moves, size=paging.PAGE_KEYS):
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(paging, "PAGE_KEYS", size)
        world = World(Path(folder))
        for move, *words in moves:
            getattr(world, move)(*words)
        world.end()
        return world, world.last()


@given(st.lists(MOVES, min_size=4, max_size=30), st.sampled_from((1, 2, 7, paging.PAGE_KEYS)))
def test_the_last_word_on_each_award_is_what_the_lists_say_now(moves, size):
    world, told = run(moves, size)
    for key, record in told.items():
        fresh = judge(record.record, world.lists.values(), loaded=bool(world.lists))
        assert record.judgement.outcome == fresh.outcome, key


def test_the_property_can_fail(monkeypatch):
    """Without the again of a withdrawal a stale confirmed stays: the property would see it."""
    monkeypatch.setattr(lists, "_concerned", lambda *_args, **_more: [])
    moves = [
        ("change", "list:2", None),
        ("learn", None, None),
        ("submit", KEYS[0], "2026-06-01"),
        ("batch", None, 4),
        ("change", "list:2", "2026-01-01"),
        ("learn", None, None),
    ]
    world, told = run(moves)
    assert told[KEYS[0]].judgement.outcome == "confirmed"
    assert judge(told[KEYS[0]].record, world.lists.values(), loaded=True).outcome == "not-covered"
