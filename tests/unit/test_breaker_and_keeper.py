"""When a stage stops by itself, and what it lets wait."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from credstream.contract.messages import Incoming
from credstream.runtime import keeper as keeping
from credstream.runtime.breaker import FINE, REFUSED, UNEXPECTED, Breaker
from credstream.runtime.keeper import Keeper
from credstream.runtime.stage import Ended, Service, Settled
from credstream.storage.engine import transaction
from credstream.storage.tables import BREAKER
from tests.support import exchanges

TOPIC = "submissions.provider.{}"


def noted(*endings):
    breaker = Breaker()
    for outcome, provider in endings:
        breaker.note(outcome, provider)
    return breaker


def test_a_hundred_unexpected_in_a_row_open_it_and_ninety_nine_do_not():
    assert noted(*[(UNEXPECTED, "a")] * 99).reason() is None
    assert noted(*[(UNEXPECTED, "a")] * 100).reason()
    assert noted(*[(UNEXPECTED, "a")] * 99, (FINE, "a"), *[(UNEXPECTED, "a")] * 99).reason() is None


def test_five_in_a_hundred_of_the_last_thousand_open_it():
    mixed = [(UNEXPECTED if n % 20 == 0 else FINE, "a") for n in range(1000)]
    assert noted(*mixed).reason()
    rarer = [(UNEXPECTED if n % 21 == 0 else FINE, "a") for n in range(1000)]
    assert noted(*rarer).reason() is None


def test_refusals_open_it_only_when_three_providers_share_them():
    assert noted(*[(REFUSED, name) for _ in range(40) for name in "abc"]).reason()
    assert noted(*[(REFUSED, name) for _ in range(200) for name in "ab"]).reason() is None
    assert noted(*[(REFUSED, "a")] * 1000).reason() is None


def test_one_provider_that_is_refused_again_and_again_is_slowed_more_and_more():
    assert noted(*[(REFUSED, "a")] * 99).slowed() == {}
    pauses = [noted(*[(REFUSED, "a")] * count).slowed()["a"] for count in (100, 200, 300, 5000)]
    assert pauses == sorted(pauses)
    assert 0 < pauses[0] < pauses[-1] <= 5.0
    assert noted(*[(REFUSED, "a")] * 300, (FINE, "a")).slowed() == {}
    assert set(noted(*[(REFUSED, "a")] * 100, (FINE, "b")).slowed()) == {"a"}


class Consumer:
    def assignment(self):
        return []


SERVICE = Service(
    name="ingest", inputs=(), read=lambda m: None, gather=lambda c, b: None, step=lambda m, f: None,
    learn=lambda f, r: None, apply=lambda c, r: None, sender=lambda m: (None, ""),
    unknown=lambda connection, names: {name for name in names if "later" in name},
)  # fmt: skip


@pytest.fixture
def keeper(tmp_path):
    return Keeper(
        SERVICE, "ingest-0", exchanges.database(f"{tmp_path}/k.db"), Consumer(), hold_seconds=30
    )


def message(provider):
    return Incoming(topic=TOPIC.format(provider), partition=0, offset=0, key=None, value=b"", at=0)


def ended(provider, outcome, count=1):
    one = Ended(message(provider), outcome, provider, ())
    return Settled((), {}, (one,) * count)


def test_messages_of_an_unknown_provider_are_held_and_then_let_through(keeper, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(keeping.time, "monotonic", lambda: now[0])
    batch = [message("later"), message("known")]
    with capture_logs() as lines:
        assert set(keeper.waits(batch)) == {TOPIC.format("later")}
        now[0] += 29
        assert keeper.waits([message("later")])
        now[0] += 2
        assert keeper.waits([message("later")]) == {}
    assert [(line["event"], line["topic"]) for line in lines] == [("held", TOPIC.format("later"))]


def test_a_provider_that_becomes_known_waits_no_longer(keeper):
    assert keeper.waits([message("later")])
    keeper.service = replace(SERVICE, unknown=lambda connection, names: set())
    assert keeper.waits([message("later")]) == {}
    assert keeper.held == {}


def test_an_open_breaker_is_stored_recalled_and_closed_by_an_operator(keeper):
    keeper.ended(ended("a", UNEXPECTED, 100))
    assert keeper.opened
    assert keeper.waits([message("known")])
    again = Keeper(SERVICE, "ingest-0", keeper.engine, Consumer(), 30)
    again.start()
    assert again.opened == keeper.opened
    with transaction(keeper.engine) as connection:
        connection.execute(sa.delete(BREAKER))
    again.chores()
    assert again.opened is None
    assert again.waits([message("known")]) == {}


def test_another_version_closes_it(keeper):
    keeper.ended(ended("a", UNEXPECTED, 100))
    with transaction(keeper.engine) as connection:
        connection.execute(sa.update(BREAKER).values(version="0.0.0"))
    keeper.start()
    assert keeper.opened is None


def test_two_hundred_refusals_of_one_provider_slow_its_own_topic_alone(keeper):
    slow = keeper.ended(ended("bad", REFUSED, 200))
    assert set(slow) == {TOPIC.format("bad")}
    assert keeper.opened is None
    assert keeper.ended(ended("good", FINE)) == {}
