"""A changed list has every award judged again that it concerns, a page in a batch."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from credstream.contract import paging, topics
from credstream.contract.codec import Codec
from credstream.contract.messages import ReadMessage
from credstream.storage import migrate
from credstream.storage.engine import open_engine, transaction
from services.accreditation import lists, write
from services.accreditation.gather import gather
from services.accreditation.organisations import tokens
from services.accreditation.step import accredit
from services.accreditation.tables import CURSORS, JUDGED, JUDGED_TOKENS
from tests.support import effort
from tests.support.accreditations import CHAMBER, OPEN, TRAINER

CODEC = Codec()
LEARN = lists.learn_accreditation(CODEC)
OF_CHAMBER = replace(OPEN, id="list:chamber", organisation=CHAMBER)
OF_TRAINER = replace(OPEN, id="list:trainer", organisation=TRAINER)


@contextmanager
def judged(count):
    """Tables with so many awards of the chamber; nobody reads their records."""
    engine = open_engine("sqlite://")
    migrate.upgrade(engine, migrate.folders("accreditation"))
    (token,) = tokens(CHAMBER)
    keys = [f"mc:de:{number:06}" for number in range(count)]
    with transaction(engine) as connection:
        connection.execute(sa.insert(JUDGED), [{"key": key, "record": b""} for key in keys])
        connection.execute(sa.insert(JUDGED_TOKENS), [{"token": token, "key": key} for key in keys])
        yield engine, connection
    engine.dispose()


def message(record):
    return ReadMessage(
        topic=topics.again("accreditation"),
        partition=0,
        offset=0,
        key=None,
        value=None,
        at=1,
        record=record,
    )


def batch(connection, *records):
    """What a batch of requests puts on the topic."""
    given = [message(each) for each in records]
    facts, emits = gather(CODEC, connection, given), []
    for each in given:
        outcome = accredit(each, facts)
        emits += outcome.emits
        write.apply(CODEC, connection, outcome.rows)
        facts.pages.pop(each.record.key, None)
    return [emit.record for emit in emits]


def learnt(connection, record):
    return [emit.record for emit in LEARN(connection, record.id, record)]


def rounds(connection, requests):
    """The keys of each page until no request is left."""
    most = 100
    while requests:
        most -= 1
        assert most, "pages without an end"
        asked = batch(connection, *requests)
        yield [each.key for each in asked if each.cause != paging.PAGE_DUE]
        requests = [each for each in asked if each.cause == paging.PAGE_DUE]


@pytest.mark.embedded
@pytest.mark.parametrize("size", [1, 2, 7, paging.PAGE_KEYS])
def test_pages_of_any_size_ask_for_each_award_once(size, monkeypatch):
    monkeypatch.setattr(paging, "PAGE_KEYS", size)
    with judged(9) as (_, connection):
        for record in (OF_TRAINER, OF_CHAMBER):  # the first is for everyone, the second for its own
            pages = list(rounds(connection, learnt(connection, record)))
            assert max(map(len, pages)) <= size
            assert [key for page in pages for key in page] == [f"mc:de:{n:06}" for n in range(9)]
        assert connection.execute(sa.select(CURSORS)).all() == []


@pytest.mark.embedded
def test_a_list_of_many_accreditations_of_one_body_asks_for_its_awards_once():
    with judged(9) as (_, connection):
        list(rounds(connection, learnt(connection, OF_TRAINER)))
        due = []
        for number in range(50):
            due += learnt(connection, replace(OF_CHAMBER, id=f"list:{number}"))
        assert len([key for page in rounds(connection, due) for key in page]) == 9


@pytest.mark.embedded
def test_awards_that_were_asked_for_are_asked_for_again_after_a_change_meanwhile(monkeypatch):
    monkeypatch.setattr(paging, "PAGE_KEYS", 3)
    with judged(9) as (_, connection):
        list(rounds(connection, learnt(connection, OF_TRAINER)))
        first, due = batch(connection, *learnt(connection, OF_CHAMBER))[::3]
        assert first.key == "mc:de:000000"
        learnt(connection, replace(OF_CHAMBER, withdrawn_on="2026-01-01"))
        asked = [len(page) for page in rounds(connection, [due])]
        assert asked == [3, 3, 0, 3, 0]


@pytest.mark.embedded
@pytest.mark.parametrize("record", [OF_CHAMBER, replace(OF_CHAMBER, withdrawn_on="2026-01-01")])
@pytest.mark.parametrize("first", [True, False])
def test_twice_as_many_awards_are_no_more_work_for_a_change_or_a_page(first, record):
    measured = []
    for count in (600, 1200):
        for measure in (lambda _, work: effort.calls(work), effort.sql_steps):
            with judged(count) as (engine, connection):
                if not first:
                    list(rounds(connection, learnt(connection, OF_TRAINER)))
                due = []
                measured += [
                    measure(engine, lambda: due.extend(learnt(connection, record))),  # noqa: B023
                    measure(engine, lambda: batch(connection, *due)),  # noqa: B023
                ]
    few, many = measured[:4], measured[4:]
    assert all(more <= 1.1 * less for less, more in zip(few, many, strict=True))


@pytest.mark.embedded
def test_a_list_that_concerns_many_awards_needs_little_memory():
    with judged(40_000) as (_, connection):
        assert effort.memory(lambda: batch(connection, *learnt(connection, OF_CHAMBER))) < 64
