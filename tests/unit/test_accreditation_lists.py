"""An accreditation that comes, changes or goes has every award judged again that it may concern."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from credstream.contract import paging, topics
from credstream.contract.codec import Codec
from credstream.contract.messages import ReadMessage
from credstream.contract.records import Again
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import METADATA
from services.accreditation import lists, write
from services.accreditation.gather import gather
from services.accreditation.step import JudgedRow, accredit, bodies_tokens
from services.accreditation.tables import ACCREDITATIONS
from tests.support.accreditations import CHAMBER, OPEN, TRAINER, award, organisation

CODEC = Codec()
LEARN = lists.learn_accreditation(CODEC)
OTHER = organisation("Other", "vat:DE000000001")
OF_CHAMBER = replace(OPEN, id="list:chamber", organisation=CHAMBER)
OF_TRAINER = replace(OPEN, id="list:trainer", organisation=TRAINER)
OF_OTHER = replace(OPEN, id="list:other", organisation=OTHER)
JOINT = award("mc:de:joint", awarding_bodies=(CHAMBER, TRAINER))
ALONE = award("mc:de:alone", awarding_bodies=(TRAINER,))


@pytest.fixture
def connection():
    engine = open_engine("sqlite://")
    with transaction(engine) as connection:
        METADATA.create_all(connection)
        judged = [JudgedRow(r.key, r, None, bodies_tokens(r)) for r in (JOINT, ALONE)]
        write.apply(CODEC, connection, judged)
        yield connection
    engine.dispose()


def learnt(connection, record):
    return LEARN(connection, record.id, record)


def deleted(connection, record):
    return LEARN(connection, record.id, None)


def agains(connection, emits):
    """What a data path puts on the topic for some emits, page by page to the end."""
    found = []
    for emit in emits:
        given = messages(emit.record)
        outcome = accredit(given[0], gather(CODEC, connection, given))
        write.apply(CODEC, connection, outcome.rows)
        due = [each for each in outcome.emits if each.record.cause == paging.PAGE_DUE]
        found += [each for each in outcome.emits if each not in due] + agains(connection, due)
    return found


def keys(connection, emits):
    return sorted(emit.key for emit in agains(connection, emits))


def messages(*records):
    return [
        ReadMessage(
            topic=topics.NORMALISED, partition=0, offset=0, key=None, value=None, at=1, record=each
        )
        for each in records
    ]


def test_the_first_accreditation_has_every_award_judged_again(connection):
    assert keys(connection, learnt(connection, OF_OTHER)) == ["mc:de:alone", "mc:de:joint"]


def test_a_later_one_has_the_awards_of_its_own_organisation_judged_again(connection):
    learnt(connection, OF_OTHER)

    assert keys(connection, learnt(connection, OF_CHAMBER)) == ["mc:de:joint"]
    assert keys(connection, learnt(connection, OF_TRAINER)) == ["mc:de:alone", "mc:de:joint"]
    assert learnt(connection, replace(OF_OTHER, as_of=9)) == []


def test_without_the_last_accreditation_every_award_is_judged_again(connection):
    learnt(connection, OF_OTHER)
    learnt(connection, OF_CHAMBER)

    assert keys(connection, deleted(connection, OF_CHAMBER)) == ["mc:de:joint"]
    assert keys(connection, deleted(connection, OF_OTHER)) == ["mc:de:alone", "mc:de:joint"]


def test_an_organisation_that_lost_an_identifier_has_the_awards_of_both_judged_again(connection):
    learnt(connection, OF_OTHER)
    learnt(connection, OF_CHAMBER)

    moved = replace(OF_CHAMBER, organisation=OTHER)

    assert keys(connection, learnt(connection, moved)) == ["mc:de:joint"]


def test_a_repeated_record_repeats_its_agains(connection):
    learnt(connection, OF_OTHER)
    first = learnt(connection, OF_CHAMBER)

    assert learnt(connection, OF_CHAMBER) == first


@pytest.mark.parametrize(
    ("change", "cause"),
    [({}, "accreditation.changed"), ({"withdrawn_on": "2026-01-01"}, "accreditation.withdrawn")],
)
def test_an_again_says_what_happened_to_which_accreditation(connection, change, cause):
    learnt(connection, OF_OTHER)

    due = learnt(connection, replace(OF_CHAMBER, as_of=7, **change))
    (emit,) = agains(connection, due)

    assert emit.topic == topics.again("accreditation")
    assert emit.record == Again(key="mc:de:joint", cause=cause, detail="list:chamber", at=7)


def test_an_again_after_a_deletion_says_so(connection):
    learnt(connection, OF_OTHER)
    learnt(connection, OF_CHAMBER)

    (emit,) = agains(connection, deleted(connection, OF_CHAMBER))

    assert (emit.record.cause, emit.record.at) == ("accreditation.deleted", 0)


def test_a_batch_reads_what_was_learnt_of_its_bodies(connection):
    for record in (OF_OTHER, OF_CHAMBER, OF_TRAINER):
        learnt(connection, record)

    facts = gather(CODEC, connection, messages(JOINT))

    assert facts.loaded
    listed = [each for found in facts.accreditations.values() for each in found]
    assert sorted(each.id for each in listed) == ["list:chamber", "list:trainer"]


def test_a_deleted_accreditation_is_in_no_batch(connection):
    learnt(connection, OF_CHAMBER)
    deleted(connection, OF_CHAMBER)

    assert connection.execute(sa.select(ACCREDITATIONS)).all() == []
    assert not gather(CODEC, connection, []).loaded
