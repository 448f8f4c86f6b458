"""A changed definition reaches every award that it concerns, whatever pages, batches and crashes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from credstream.contract import paging, topics
from credstream.contract.codec import Codec
from credstream.contract.records import Again, Normalised
from services.normalise.tables import AWARDS, CURSORS
from tests.support.normalise_batches import normalise_in_memory
from tests.support.normalise_events import AWARD, UNIT, sent
from tests.support.simulation import AFTER, BEFORE, BETWEEN, Log, Simulation

CODEC = Codec()
INPUT, AGAIN = (topics.RECEIVED, 0), (topics.again("normalise"), 0)
DAYS = ("2026-01-01", "2026-06-01", "2026-12-31")
AWARDED = [(f"mc:de:{number:02}", DAYS[number % len(DAYS)]) for number in range(9)]
VERSIONS = [
    UNIT | {"version": version, "title": title, "valid_from": first}
    for version, first in (("1", "2025-01-01"), ("2", "2026-05-01"))
    for title in ("Rescue", "Rescuing", "Saving")
]
POINTS = st.sampled_from((None, None, BEFORE, BETWEEN, AFTER))
SIZES = (1, 2, 7, paging.PAGE_KEYS)
COUNTS = st.integers(0, 4)
MOVES = st.one_of(
    st.tuples(st.just("award"), st.integers(0, len(AWARDED) - 1), st.none()),
    st.tuples(st.just("define"), st.integers(0, len(VERSIONS) - 1), st.none()),
    st.tuples(st.just("batch"), st.tuples(COUNTS, COUNTS), POINTS),
)


class World:
    """The wired service on a log of its two inputs."""

    def __init__(self, service):
        self.service, self.log, self.sent = service, Log({INPUT: [], AGAIN: []}), 0
        self.runs = Simulation(service.stage.service, service.stage.engine, self.log)

    def award(self, number, _nothing=None):
        key, day = AWARDED[number]
        # Another learner for each: who has two alike gets a warning that depends on their order.
        learner = {"email": f"canaria{number}@example.org"}
        self._send(sent("award", key, AWARD | {"issued_on": day, "learner": learner}))

    def define(self, number, _nothing=None):
        self._send(sent("definition", "mc:de:unit", VERSIONS[number]))

    def batch(self, sizes, crash=None):
        self.runs.batch(dict(zip((INPUT, AGAIN), sizes, strict=True)), crash)

    def end(self):
        """What was last written of each key, but for the cause and the learner's sealed block."""
        self.runs.drain()
        last = {}
        for output in self.log.written:
            if output.topic == topics.NORMALISED:
                record = CODEC.decode(output.value, Normalised)
                award = record.award and replace(record.award, learner=None)
                last[record.key] = replace(record, award=award, cause="", received_at=0)
        return last

    def _send(self, record):
        # The key of a record counts up, so that every submission is one of its own.
        self.sent += 1
        record = replace(record, submission=str(self.sent))
        self.log.append(topics.RECEIVED, record.key, CODEC.encode(record))


def after(moves, size):
    """What is last written of each key after some moves, and what the tables are left with."""
    with pytest.MonkeyPatch.context() as patch, normalise_in_memory() as service:
        patch.setattr(paging, "PAGE_KEYS", size)
        world = World(service)
        for name, *words in moves:
            getattr(world, name)(*words)
        return world.end(), service.table(CURSORS), world.log.written


def at_rest(moves):
    """The same submissions, each followed by all that it leads to."""
    with normalise_in_memory() as service:
        world = World(service)
        for name, *words in moves:
            if name != "batch":
                getattr(world, name)(*words)
                world.runs.drain()
        return world.end()


WAITED = [("award", n, None) for n in range(9)]
STEP = ("batch", (0, 1), None)


@pytest.mark.embedded
@given(st.lists(MOVES, max_size=14), st.sampled_from(SIZES))
@example([*WAITED, ("define", 0, None), ("batch", (10, 0), None), STEP, STEP], 2)
@example(
    [*WAITED, ("define", 0, None), ("batch", (10, 0), None), STEP, STEP]
    + [("define", 1, None), ("batch", (1, 0), None), STEP, ("define", 3, None)],
    2,
)
def test_the_last_word_on_each_key_is_that_of_one_submission_at_a_time(moves, size):
    last, cursors, _ = after(moves, size)
    assert last == at_rest(moves)
    assert cursors == []


def definition_changes_while_paged(size, crash, nth):
    """Nine awards, a definition, and another state of it after its first pages; one crash."""
    moves = [*WAITED, ("define", 0, None), ("batch", (10, 0), None)]
    moves += [STEP, STEP, ("define", 1, None), ("define", 4, None)]
    steps = [("batch", (1, 2), crash if number == nth else None) for number in range(8)]
    return after([*moves, *steps], size)


@pytest.mark.embedded
@pytest.mark.parametrize("crash", [BEFORE, BETWEEN, AFTER])
@pytest.mark.parametrize("size", SIZES)
def test_a_crash_between_two_pages_loses_and_doubles_nothing(size, crash):
    calm, cursors, written = definition_changes_while_paged(size, None, 0)
    assert cursors == []
    assert {record.definition.title["de"] for record in calm.values() if record.award} == {
        VERSIONS[1]["title"],
        VERSIONS[4]["title"],
    }
    for nth in range(8):
        told, cursors, again = definition_changes_while_paged(size, crash, nth)
        assert (told, cursors) == (calm, [])
        assert [keyed(each) for each in again] == [keyed(each) for each in written]


def keyed(output):
    return output.topic, output.key


def test_a_page_asks_for_some_awards_and_for_the_next_page():
    with pytest.MonkeyPatch.context() as patch, normalise_in_memory() as service:
        patch.setattr(paging, "PAGE_KEYS", 4)
        service.settle(*(sent("award", key, AWARD) for key, _ in AWARDED))
        (due,) = asked(service.settle(sent("definition", "mc:de:unit", UNIT)))
        sizes = []
        while due is not None:
            outputs = asked(service.settle(due))
            sizes.append(sum(each.cause == "definition.arrived" for each in outputs))
            due = next((each for each in outputs if each.cause == paging.PAGE_DUE), None)
        assert sizes == [4, 4, 1]
        assert service.table(CURSORS) == []


def test_a_second_request_for_a_page_in_one_batch_asks_for_nothing():
    with pytest.MonkeyPatch.context() as patch, normalise_in_memory() as service:
        patch.setattr(paging, "PAGE_KEYS", 4)
        service.settle(*(sent("award", key, AWARD) for key, _ in AWARDED))
        (due,) = asked(service.settle(sent("definition", "mc:de:unit", UNIT)))
        assert len(asked(service.settle(due, due, due))) == 5


def test_many_pages_in_one_batch_have_as_many_keys_together_as_one():
    units = [UNIT | {"id": f"U{number}"} for number in range(10)]
    with pytest.MonkeyPatch.context() as patch, normalise_in_memory() as service:
        patch.setattr(paging, "PAGE_KEYS", 20)
        for number, unit in enumerate(units):
            named = AWARD | {"definition": {"id": unit["id"]}}
            service.settle(*(sent("award", f"{key}:{number}", named) for key, _ in AWARDED))
        due = asked(service.settle(*(sent("definition", unit["id"], unit) for unit in units)))
        outputs = asked(service.settle(*due))
        assert sum(each.cause == "definition.arrived" for each in outputs) == 20
        assert sum(each.cause == paging.PAGE_DUE for each in outputs) == 10


def asked(settled):
    found = [each for each in settled.outputs if each.topic == topics.again("normalise")]
    return [CODEC.decode(each.value, Again) for each in found]


def test_awards_that_waited_before_there_were_cursors_are_found():
    """Tables of the version before have no cursor; the rows of awards are as they were."""
    with normalise_in_memory() as service:
        service.settle(*(sent("award", key, AWARD) for key, _ in AWARDED))
        assert (len(service.table(AWARDS)), service.table(CURSORS)) == (9, [])
        (due,) = asked(service.settle(sent("definition", "mc:de:unit", UNIT)))
        assert {each.key for each in asked(service.settle(due))} == {key for key, _ in AWARDED}


def test_a_definition_that_changes_while_paged_asks_once_more_for_those_already_asked():
    with pytest.MonkeyPatch.context() as patch, normalise_in_memory() as service:
        patch.setattr(paging, "PAGE_KEYS", 3)
        service.settle(*(sent("award", key, AWARD) for key, _ in AWARDED))
        (due,) = asked(service.settle(sent("definition", "mc:de:unit", UNIT)))
        found = asked(service.settle(due))
        service.settle(sent("definition", "mc:de:unit", UNIT | {"title": "Rescuing"}))
        counts = [len(found) - 1]
        while found and found[-1].cause == paging.PAGE_DUE:
            found = asked(service.settle(found[-1]))
            counts.append(sum(each.cause == "definition.arrived" for each in found))
        assert counts == [3, 3, 3, 0, 3, 0]


def test_a_definition_that_changes_before_each_page_still_reaches_its_last_award():
    with pytest.MonkeyPatch.context() as patch, normalise_in_memory() as service:
        patch.setattr(paging, "PAGE_KEYS", 2)
        service.settle(*(sent("award", key, AWARD) for key, _ in AWARDED))
        reached, due = set(), None
        for number in range(5):
            unit = UNIT | {"title": f"Rescue {number}"}
            requests = asked(service.settle(sent("definition", "mc:de:unit", unit)))
            found = asked(service.settle(due or requests[0]))
            reached |= {each.key for each in found if each.cause == "definition.arrived"}
            due = next(each for each in found if each.cause == paging.PAGE_DUE)
        assert reached == {key for key, _ in AWARDED}
