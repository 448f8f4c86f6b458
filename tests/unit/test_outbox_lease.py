"""Of two workers on one outbox one makes a delivery, and a dead one's is taken over."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from credstream.process import timeouts
from credstream.storage.engine import transaction
from services.publisher import deliveries
from services.publisher.tables import DELIVERED
from tests.support.channels import Outlet
from tests.support.outboxes import START, World, away, ended


@pytest.fixture
def world():
    world = World()
    yield world
    world.engine.dispose()


def test_a_worker_does_not_take_over_a_delivery_that_another_one_makes(world):
    world.add()
    other, busy = Outlet(), []

    def slowly(source, published):
        world.now += timeouts.OUTBOX_LEASE_SECONDS - 1
        busy.append(world.worker(other).work())
        return "there"

    world.outlet.answer = slowly

    assert world.outbox.work() == 1
    assert (busy, other.given) == ([0], [])


def test_of_two_workers_that_see_a_delivery_at_once_one_makes_it(world):
    world.add()
    now, until = int(START * 1000), int((START + timeouts.OUTBOX_LEASE_SECONDS) * 1000)
    with transaction(world.engine) as connection:
        leases = [
            deliveries.lease(connection, "europass", ("mc:de:a", 1), now, until) for _ in range(2)
        ]

    assert [lease is None for lease in leases] == [False, True]


def test_a_delivery_that_another_worker_finished_during_the_pass_is_not_made_again(world):
    world.add("mc:de:a")
    world.add("mc:de:b")
    other = Outlet()

    def slowly(source, published):
        assert world.worker(other).work() == 1
        world.now += timeouts.OUTBOX_LEASE_SECONDS
        return "there"

    world.outlet.answer = slowly
    world.outbox.work()

    assert (world.outlet.given, other.given) == ([("mc:de:a", 1)], [("mc:de:b", 1)])


def test_a_lease_lasts_from_its_own_beginning_however_long_the_pass_took(world):
    world.add("mc:de:a")
    world.add("mc:de:b")
    other, busy = Outlet(), []

    def slowly(source, published):
        if published.key == "mc:de:b":
            world.now += 2
            busy.append(world.worker(other).work())
        world.now += timeouts.OUTBOX_LEASE_SECONDS - 1
        return "there"

    world.outlet.answer = slowly

    assert world.outbox.work() == 2
    assert (busy, other.given) == ([0], [])


def test_a_delivery_whose_worker_died_is_made_by_another_after_the_lease(world):
    world.add()
    with transaction(world.engine) as connection:
        now = int(START * 1000)
        deliveries.lease(connection, "europass", ("mc:de:a", 1), now, now + 60_000)

    assert world.outbox.work() == 0
    world.now += timeouts.OUTBOX_LEASE_SECONDS
    assert world.outbox.work() == 1


@pytest.mark.parametrize("answer", [away, lambda *_: "late"])
def test_a_call_that_outlasts_its_lease_says_nothing_about_the_delivery_any_more(world, answer):
    world.add()
    other, before = world.worker(Outlet(answer=lambda *_: "in time")), ended(DELIVERED)

    def slowly(source, published):
        world.now += timeouts.OUTBOX_LEASE_SECONDS
        assert other.work() == 1
        return answer()

    world.outlet.answer = slowly
    with capture_logs() as logs:
        assert world.outbox.work() == 0

    assert [line["event"] for line in logs] == ["delivery completed", "delivery lease lost"]
    assert (world.row().state, world.row().note) == (DELIVERED, "in time")
    assert ended(DELIVERED) == before + 1
