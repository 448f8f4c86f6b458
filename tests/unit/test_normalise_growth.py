"""The work of a batch does not grow with the awards that wait for a definition or follow it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from credstream.contract import paging, topics
from credstream.contract.codec import Codec
from credstream.contract.records import Again
from credstream.storage.engine import transaction
from services.normalise.assemble import definition_key_of
from services.normalise.examine import parse
from services.normalise.tables import AWARDS
from tests.support import effort
from tests.support.normalise_batches import normalise_in_memory
from tests.support.normalise_events import AWARD, UNIT, sent

CODEC = Codec()
MIB_EXTRA = 64
DEFINED = sent("definition", "mc:de:unit", UNIT)
REDEFINED = sent("definition", "mc:de:unit", UNIT | {"title": "Rescuing"})
NAMED = sent("award", "mc:de:next", AWARD)
DESCRIBED = sent("award", "mc:de:next", AWARD | {"title": "Rescue"})

pytestmark = pytest.mark.embedded


def key_of(definition):
    return definition_key_of(parse(definition), definition.registration)


def hold(service, definition, count, *, waiting):
    """Awards of a definition as the tables have them; nobody reads their records."""
    key = key_of(definition)
    rows = [
        {
            "key": f"{key}:{number:06}",
            "definition_key": key,
            "waiting": waiting,
            "issued_on": "2026-06-01",
            "learner": "",
            "alike": "",
            "record": b"",
        }
        for number in range(count)
    ]
    with transaction(service.stage.engine) as connection:
        connection.execute(sa.insert(AWARDS), rows)


def due_in(settled):
    again = [e for e in settled.outputs if e.topic == topics.again("normalise")]
    records = [CODEC.decode(each.value, Again) for each in again]
    return [each for each in records if each.cause == paging.PAGE_DUE]


def work_of(event, count, *, waiting):
    """Calls, and SQLite's steps, of a batch with one event beside so many awards."""
    measured = []
    for measure in (lambda _engine, call: effort.calls(call), effort.sql_steps):
        with normalise_in_memory(migrated=True) as service:
            if not waiting:
                service.settle(DEFINED)
            hold(service, DEFINED, count, waiting=waiting)
            (given,) = [event] if event else due_in(service.settle(REDEFINED))
            service.settle(sent("award", "mc:de:other", {**AWARD, "definition": {"id": "other"}}))
            measured.append(measure(service.stage.engine, lambda: service.settle(given)))  # noqa: B023, called at once
    return measured


@pytest.mark.parametrize("waiting", [True, False], ids=["waiting", "following"])
@pytest.mark.parametrize(
    "event", [NAMED, DESCRIBED, REDEFINED, None], ids=["named", "described", "defined", "page"]
)
def test_twice_as_many_awards_are_no_more_work_for_the_next_event(event, waiting):
    few, many = (work_of(event, count, waiting=waiting) for count in (600, 1200))
    assert all(more <= 1.1 * less for less, more in zip(few, many, strict=True))


def test_definitions_that_many_follow_leave_few_outputs_in_a_batch_and_need_little_memory():
    units = [sent("definition", "u", UNIT | {"id": f"U{number}"}) for number in range(10)]
    changed = [sent("definition", "u", UNIT | {"id": f"U{n}", "title": "X"}) for n in range(10)]
    with normalise_in_memory(migrated=True) as service:
        service.settle(*units)
        for unit in units:
            hold(service, unit, 4000, waiting=False)
        settled = []
        assert effort.memory(lambda: settled.append(service.settle(*changed))) < MIB_EXTRA
        due = due_in(settled[0])
        assert (len(settled[0].outputs), len(due)) == (20, 10)
        assert effort.memory(lambda: settled.append(service.settle(*due))) < MIB_EXTRA
        assert len(settled[1].outputs) == paging.PAGE_KEYS + 10
