"""The outbox takes the oldest first and versions in their order, and no bad row stops others."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from credstream.contract.errors import Unavailable
from credstream.storage.engine import transaction
from services.publisher import deliveries, outbox
from services.publisher.tables import DELIVERED, FAILED, OUTBOX, VERSIONS, WAITING, WITHHELD
from tests.support.documents import AT
from tests.support.outboxes import World, away, broken, only, withheld


@pytest.fixture
def world():
    world = World()
    yield world
    world.engine.dispose()


def test_the_oldest_is_delivered_first_whatever_its_key(world):
    for number in range(outbox.BATCH):
        world.add(f"mc:de:{number:02}", at=AT + 1 + number)
    world.add("mc:de:zz", at=AT)

    world.outbox.work()

    assert world.outlet.given[0] == ("mc:de:zz", 1)
    assert len(world.outlet.given) == outbox.BATCH
    assert ("mc:de:19", 1) not in world.outlet.given


def test_rows_of_the_version_before_which_are_due_at_0_go_first(world):
    world.add("mc:de:a")
    world.add("mc:de:b")
    world.change(OUTBOX, "mc:de:b", due=0, attempts=5)

    world.outbox.work()

    assert world.outlet.given == [("mc:de:b", 1), ("mc:de:a", 1)]


def test_a_channel_gets_its_own_rows_alone(world):
    world.add("mc:de:a", channel="other")

    assert world.outbox.work() == 0
    assert world.outlet.given == []


def test_what_is_not_due_yet_is_not_looked_at(world):
    world.add("mc:de:a", at=AT)
    world.add("mc:de:b", at=AT + 1)

    with transaction(world.engine) as connection:
        assert deliveries.due(connection, "europass", AT, 20) == [("mc:de:a", 1)]


@pytest.mark.parametrize("answer", [away, broken])
def test_a_later_version_waits_for_an_earlier_one_that_is_tried_again(world, answer):
    world.add(version=1)
    world.add(version=2)
    world.outlet.answer = answer
    with pytest.raises(Unavailable) if answer is away else capture_logs():
        world.outbox.work()

    assert world.outbox.work() == 0
    assert world.outlet.given == [("mc:de:a", 1)]

    world.outlet.answer = lambda *_: "there"
    world.wait_for()
    assert (world.outbox.work(), world.outbox.work()) == (1, 1)
    assert world.outlet.given == [("mc:de:a", 1), ("mc:de:a", 1), ("mc:de:a", 2)]


@pytest.mark.parametrize("state", [DELIVERED, WITHHELD, FAILED])
def test_a_later_version_follows_an_earlier_one_that_ended(world, state):
    world.add(version=1)
    world.change(OUTBOX, state=state)
    world.add(version=2)

    world.outbox.work()

    assert world.outlet.given == [("mc:de:a", 2)]


def test_a_version_waits_for_no_other_key_and_no_other_channel(world):
    world.add("mc:de:a", version=1, channel="other")
    world.add("mc:de:a", version=2)
    world.add("mc:de:b", version=1, at=AT * 2)

    world.outbox.work()

    assert world.outlet.given == [("mc:de:a", 2)]


@pytest.mark.parametrize("failing", [away, broken, withheld])
def test_one_bad_target_does_not_end_the_pass_for_the_others(world, failing):
    for key in ("mc:de:a", "mc:de:b", "mc:de:c"):
        world.add(key)
    world.outlet.answer = only("mc:de:a", failing)

    world.outbox.work()

    assert world.states()["mc:de:b", 1] == world.states()["mc:de:c", 1] == DELIVERED


def test_targets_that_are_away_beside_others_are_logged_once_a_pass(world):
    for key in ("mc:de:a", "mc:de:b", "mc:de:c"):
        world.add(key)
    world.outlet.answer = lambda source, published: (
        "there" if published.key == "mc:de:c" else away()
    )

    with capture_logs() as logs:
        world.outbox.work()

    assert [line["event"] for line in logs] == ["delivery completed", "deliveries postponed"]
    assert (logs[1]["count"], logs[1]["why"]) == (2, "the target is away")


@pytest.mark.parametrize("spoilt", ["source", "published"])
def test_a_row_that_cannot_be_read_does_not_end_the_pass_for_the_others(world, spoilt):
    world.add("mc:de:a")
    world.add("mc:de:b")
    world.change(VERSIONS, "mc:de:a", **{spoilt: b"\x00rubbish"})

    assert world.outbox.work() == 1
    assert world.states() == {("mc:de:a", 1): WAITING, ("mc:de:b", 1): DELIVERED}
    assert world.row("mc:de:a").attempts == 1


def test_a_row_without_a_version_does_not_end_the_pass_for_the_others(world):
    world.add("mc:de:a")
    world.add("mc:de:b")
    with transaction(world.engine) as connection:
        connection.execute(sa.delete(VERSIONS).where(VERSIONS.c.key == "mc:de:a"))

    assert world.outbox.work() == 1
