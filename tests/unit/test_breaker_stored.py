"""A breaker is stored, recalled after a restart, and closed by an operator or a new version."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from credstream.contract.errors import Unavailable
from credstream.process import timeouts
from credstream.runtime.breaker import FINE, REFUSED, UNEXPECTED, StoredBreaker
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import BREAKER
from tests.support import maintaining, stages
from tests.support.maintaining import settled

TOPIC = "submissions.provider.{}"


@pytest.fixture
def engine(tmp_path):
    return stages.database(tmp_path)


@pytest.fixture
def clock():
    return maintaining.Clock()


@pytest.fixture
def maintenance(engine, clock):
    return maintaining.maintenance(engine, clock, worker="ingest-0")


def recalled(engine, worker="ingest-0"):
    breaker = StoredBreaker(engine, "ingest", worker)
    breaker.recall()
    return breaker


def test_an_open_breaker_is_stored_recalled_and_closed_by_an_operator(maintenance, engine, clock):
    maintenance.completed(settled(outcome=UNEXPECTED, count=100))
    assert maintenance.breaker.reason
    assert maintenance.to_pause([settled().ended[0].message])
    again = maintaining.maintenance(engine, clock, worker="ingest-0")
    again.breaker.recall()
    assert again.breaker.reason == maintenance.breaker.reason
    clock.now += timeouts.MAINTENANCE_SECONDS
    again.chores()
    assert again.breaker.reason, "nobody has closed it"
    with transaction(engine) as connection:
        connection.execute(sa.delete(BREAKER))
    clock.now += timeouts.MAINTENANCE_SECONDS
    again.chores()
    assert again.breaker.reason is None
    assert again.to_pause([settled().ended[0].message]) == {}


def test_a_breaker_that_was_closed_counts_from_the_beginning(maintenance, engine, clock):
    maintenance.completed(settled(outcome=UNEXPECTED, count=100))
    with transaction(engine) as connection:
        connection.execute(sa.delete(BREAKER))
    clock.now += timeouts.MAINTENANCE_SECONDS
    maintenance.chores()
    maintenance.completed(settled(outcome=UNEXPECTED, count=99))
    assert maintenance.breaker.reason is None


def test_another_version_closes_it(maintenance, engine):
    maintenance.completed(settled(outcome=UNEXPECTED, count=100))
    with transaction(engine) as connection:
        connection.execute(sa.update(BREAKER).values(version="0.0.0"))
    assert recalled(engine).reason is None
    with transaction(engine) as connection:
        assert connection.execute(sa.select(BREAKER)).all() == []


def test_an_open_breaker_of_one_worker_is_not_another_s(maintenance, engine):
    maintenance.completed(settled(outcome=UNEXPECTED, count=100))
    assert recalled(engine, "ingest-1").reason is None


def test_a_breaker_that_cannot_be_stored_opens_with_the_next_batch(maintenance, engine, tmp_path):
    breaker = maintenance.breaker
    breaker.engine = open_engine(f"sqlite:///{tmp_path}/no/such.db")
    with pytest.raises(Unavailable):
        maintenance.completed(settled(outcome=UNEXPECTED, count=100))
    assert breaker.reason is None
    breaker.engine = engine
    maintenance.completed(settled(outcome=UNEXPECTED))
    assert breaker.reason


def test_two_hundred_refusals_of_one_provider_slow_its_own_topic_alone(maintenance):
    bad = settled(outcome=REFUSED, count=200, topic=TOPIC.format("bad"), provider="bad")
    assert set(maintenance.completed(bad)) == {TOPIC.format("bad")}
    assert maintenance.breaker.reason is None
    good = settled(outcome=FINE, topic=TOPIC.format("good"), provider="good")
    assert maintenance.completed(good) == {}


def test_a_topic_that_carries_several_providers_is_not_slowed_for_one(maintenance):
    assert maintenance.completed(settled(outcome=REFUSED, count=200, provider="bad")) == {}
