"""How deliveries end: delivered, withheld, tried again, given up."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.runtime.progress import Wait
from credstream.storage.engine import open_engine
from services.publisher.outbox import MOST_FAILURES, Outbox
from services.publisher.tables import DELIVERED, FAILED, OUTBOX, WAITING, WITHHELD
from tests.support.documents import AT
from tests.support.outboxes import LEARNER, START, World, away, broken, ended, only, withheld


@pytest.fixture
def world():
    world = World()
    yield world
    world.engine.dispose()


def test_a_delivery_is_made_once(world):
    world.add()

    assert (world.outbox.work(), world.outbox.work()) == (1, 0)

    assert world.outlet.given == [("mc:de:a", 1)]
    assert (world.row().state, world.row().note) == (DELIVERED, "mc:de:a v1")


@pytest.mark.parametrize(
    ("answer", "state", "level", "event"),
    [
        (lambda *_: "there", DELIVERED, "info", "delivery completed"),
        (withheld, WITHHELD, "warning", "delivery withheld"),
    ],
)
def test_how_a_delivery_ended_is_counted_and_logged(world, answer, state, level, event):
    world.add()
    world.outlet.answer, before = answer, ended(state)

    with capture_logs() as logs:
        world.outbox.work()

    assert ended(state) == before + 1
    (line,) = logs
    assert (line["log_level"], line["event"], line["channel"]) == (level, event, "europass")
    assert (line["key"], line["version"], line["note"]) == ("mc:de:a", 1, world.row().note)


def test_the_number_that_waits_for_a_channel_is_a_metric(world):
    world.add("mc:de:a")
    world.add("mc:de:b")
    world.add("mc:de:c", channel="another")
    seen = []

    for _ in range(2):
        world.outbox.work()
        name, labels = "credstream_outbox_waiting", {"channel": "europass"}
        seen.append(REGISTRY.get_sample_value(name, labels))

    assert seen == [2, 0]


def test_what_a_check_refuses_is_withheld_with_code_and_path(world):
    world.add()
    world.outlet.answer = withheld

    assert world.outbox.work() == 1

    assert world.row().state == WITHHELD
    assert world.row().note == "edc.value at validUntil: ends before it begins"


def test_an_unavailable_target_is_tried_for_as_long_as_it_takes_with_growing_pauses(world):
    world.add(at=int(START * 1000))
    world.outlet.answer, pauses = away, []

    for _ in range(40):
        with pytest.raises(Unavailable, match="the target is away"):
            world.outbox.work()
        pauses.append(world.wait_for())

    assert pauses[:4] == [1.0, 1.0, 1.0, 1.5]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timeouts.LONGEST_DELIVERY_PAUSE_SECONDS
    assert (world.row().state, world.row().attempts) == (WAITING, 0)


def test_an_unexpected_error_is_tried_again_so_many_times_and_then_given_up(world):
    world.add()
    world.outlet.answer, before, pauses = broken, ended(FAILED), []

    with capture_logs() as logs:
        for _ in range(MOST_FAILURES - 1):
            assert world.outbox.work() == 0
            pauses.append(world.wait_for())
        assert world.outbox.work() == 1

    assert pauses == [1, 2, 4, 8, 16, 32, 60]
    assert len(world.outlet.given) == MOST_FAILURES
    assert (world.row().state, world.row().note) == (FAILED, "unexpected: ValueError")
    assert ended(FAILED) == before + 1
    assert (logs[-1]["event"], logs[-1]["log_level"]) == ("delivery abandoned", "error")
    world.now += 1_000_000
    assert world.outbox.work() == 0


def test_an_unexpected_error_is_logged_by_its_place_and_not_by_its_text(world):
    world.add()
    world.outlet.answer = broken

    with capture_logs() as logs:
        world.outbox.work()

    (line,) = logs
    assert (line["event"], line["error"], line["tries"]) == ("delivery failed", "ValueError", 1)
    assert any("in broken" in each for each in line["trace"])
    assert LEARNER not in str(line)


def test_a_time_when_the_target_was_away_is_not_counted_as_a_failure(world):
    world.add()
    for _ in range(MOST_FAILURES):
        world.outlet.answer = away
        with pytest.raises(Unavailable):
            world.outbox.work()
        world.wait_for()
    world.outlet.answer = broken

    world.outbox.work()

    assert (world.row().state, world.row().attempts) == (WAITING, 1)


def test_a_failure_is_still_counted_after_the_target_was_away(world):
    world.add()
    world.outlet.answer = broken
    world.outbox.work()
    world.wait_for()
    world.outlet.answer = away

    with pytest.raises(Unavailable):
        world.outbox.work()

    assert (world.row().state, world.row().attempts) == (WAITING, 1)


def test_a_channel_is_given_what_was_judged_beside_what_was_published(world):
    world.add()
    world.outlet.answer = lambda source, published: f"{source.record.key} {published.key}"

    world.outbox.work()

    assert world.row().note == "mc:de:a mc:de:a"


def test_what_was_given_up_is_delivered_when_an_operator_lets_it_wait_again(world):
    world.add()
    world.change(OUTBOX, state=FAILED, attempts=MOST_FAILURES)
    world.change(OUTBOX, state=WAITING, attempts=0, due=0)

    assert world.outbox.work() == 1


@pytest.mark.parametrize("cause", ["channel", "vault"])
def test_an_outbox_shows_what_it_waits_for_until_something_ended(world, cause):
    def away_by(*_):
        raise Unavailable("it is away", cause)

    def step():
        seen.append(world.outbox.waiting)
        if len(seen) == 2:
            world.wait_for()
            world.outlet.answer = lambda *_: "there"
        return len(seen) > 2

    world.add()
    world.outlet.answer, seen = away_by, []
    world.outbox.run(step)
    assert seen == [None, Wait(cause, "it is away"), None]


def test_a_database_that_is_away_ends_the_pass(world):
    gone = Outbox(open_engine("sqlite:////no/such/folder/x.db"), world.codec, world.outlet)

    with pytest.raises(Unavailable):
        gone.work()


def test_the_outbox_pauses_where_nothing_is_due_and_longer_where_the_target_is_away(world):
    for number in range(10):
        world.add(f"mc:de:{number}")
    answers = iter(["there", *[away] * 10])

    def answer(*_):
        one = next(answers)
        return one if isinstance(one, str) else one()

    world.outlet.answer = answer
    steps = iter([False] * 9)

    def stopping():
        # One delivery a pass: the others are not due yet.
        for number in range(10):
            world.change(OUTBOX, f"mc:de:{number}", due=AT * 2)
        world.change(OUTBOX, f"mc:de:{len(world.pauses)}", due=AT)
        return next(steps, True)

    with capture_logs() as logs:
        world.outbox.run(stopping)

    assert world.pauses == [0.0, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0]
    assert {line["event"] for line in logs[1:]} == {"channel unavailable"}
    assert [line["pause"] for line in logs[1:]] == world.pauses[1:]


def test_an_outbox_without_work_looks_again_soon(world):
    steps = iter([False, False, True])

    world.outbox.run(lambda: next(steps))

    assert world.pauses == [timeouts.OUTBOX_IDLE_SECONDS] * 2


class Death(BaseException):
    """kill -9 in the middle of a delivery."""


def dies(*_):
    raise Death


def test_a_death_in_a_delivery_counts_as_a_try_and_the_others_go_on(world):
    world.add()
    world.add("mc:de:b", at=AT + 1)
    world.outlet.answer = only("mc:de:a", dies)

    for _ in range(MOST_FAILURES):
        with pytest.raises(Death):
            world.worker().work()
        world.now += timeouts.OUTBOX_LEASE_SECONDS
    world.worker().work()

    assert world.states() == {("mc:de:a", 1): FAILED, ("mc:de:b", 1): DELIVERED}
    assert world.row().note == "the process ended in the last try"


def test_deaths_beside_a_target_that_is_away_give_up_late_and_failures_add_to_them(world):
    world.add()
    world.outlet.answer = dies
    with pytest.raises(Death):
        world.worker().work()
    world.now += timeouts.OUTBOX_LEASE_SECONDS
    world.outlet.answer = away
    with pytest.raises(Unavailable):
        world.worker().work()
    assert (world.row().state, world.row().attempts) == (WAITING, 1)
    world.wait_for()
    world.outlet.answer = broken
    world.worker().work()
    assert (world.row().state, world.row().attempts) == (WAITING, 2)
