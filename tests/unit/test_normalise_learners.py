"""Learners across batches: links and keys that crashes, refusals and erasure leave right."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from credstream.contract import learner_block
from credstream.contract.errors import Unavailable
from credstream.contract.records import Normalised, Receipt
from credstream.runtime.breaker import FINE, REFUSED
from credstream.storage import vault
from credstream.storage.engine import transaction
from credstream.storage.journal import NotOurs, Row
from services.normalise.tables import LINKS
from tests.support.normalise_batches import normalise_tables, written
from tests.support.normalising import received
from tests.support.simulation import CLUSTER

MAIL, NATIONAL, STUDENT = (
    {"scheme": "email", "value": "canaria@example.org"},
    {"scheme": "national", "value": "120490-1234"},
    {"scheme": "student", "value": "S-1"},
)


def award(number, *identifiers, **changes):
    """An award of a learner with these identifiers; `title=None` makes it one that is refused."""
    document = {
        "credstream": 1,
        "kind": "award",
        "id": f"A-{number}",
        "title": f"Course {number}",
        "issued_on": "2026-06-01",
        "awarding_bodies": [{"name": "School"}],
        "learner": {"id": identifiers},
    } | changes
    payload = json.dumps({name: value for name, value in document.items() if value}).encode()
    return received("award", f"mc:de:{number}", payload=payload, submission=f"s-{number}")


def learners(settled):
    return [record.award.learner for *_, record in written(settled, Normalised) if record.award]


def reasons(settled):
    return [
        (record.status, *(reason.code for reason in record.reasons))
        for *_, record in written(settled, Receipt)
    ]


@pytest.fixture
def service():
    with normalise_tables() as made:
        yield made


@pytest.mark.parametrize("together", [True, False])
def test_any_identifier_leads_to_the_learner_in_one_batch_and_over_two(service, together):
    both, mail = award(1, NATIONAL, MAIL), award(2, MAIL)
    batches = [(both, mail)] if together else [(both,), (mail,)]
    one, two = [each for batch in batches for each in learners(service.settle(*batch))]
    assert one.pseudonym == two.pseudonym
    assert one.key_id == two.key_id
    assert list(service.keys()) == [one.key_id]


def test_the_links_of_a_refused_submission_are_kept(service):
    settled = service.settle(award(1, NATIONAL, MAIL, title=None), award(2, NATIONAL))
    assert [each.outcome for each in settled.ended] == [REFUSED, FINE]
    (first,) = learners(settled)
    assert len(service.table(LINKS)) == 1
    assert [each.key_id for each in learners(service.settle(award(3, MAIL)))] == [first.key_id]


def test_links_stand_in_the_transaction_of_the_journal(service):
    service.rows["received.v1", 0] = Row(CLUSTER, 0, 0)  # which is not what the table has
    with pytest.raises(NotOurs):
        service.settle(award(1, NATIONAL, MAIL))
    assert service.table(LINKS) == []


def test_a_crash_between_the_vault_and_the_tables_makes_no_second_key(service):
    service.rows["received.v1", 0] = Row(CLUSTER, 0, 0)
    with pytest.raises(NotOurs):
        service.settle(award(1, NATIONAL, MAIL))
    keys = service.keys()
    service.rows.clear()
    (learner,) = learners(service.settle(award(1, NATIONAL, MAIL)))
    assert service.keys() == keys
    key = service.vault().get(learner.key_id)
    assert b"canaria@example.org" in learner_block.decrypt(learner.block, key)


def test_an_erased_learner_is_refused_by_whatever_identifier_comes(service):
    (learner,) = learners(service.settle(award(1, NATIONAL, MAIL)))
    service.vault().erase(learner.key_id)
    service.start()
    settled = service.settle(award(2, MAIL, STUDENT), award(3, STUDENT), award(4, MAIL, title=None))
    assert reasons(settled) == [("refused", "learner.erased")] * 3
    assert reasons(service.settle(award(5, STUDENT))) == [("refused", "learner.erased")]
    assert service.keys() == {learner.key_id: None}


def test_a_learner_who_has_awards_gets_no_second_key_from_an_old_vault(service):
    service.settle(award(1, NATIONAL))
    with transaction(service.databases.vault) as connection:
        connection.execute(sa.delete(vault.KEYS))
    service.start()
    with pytest.raises(Unavailable, match="old copy"):
        service.settle(award(2, NATIONAL))
    assert service.keys() == {}
