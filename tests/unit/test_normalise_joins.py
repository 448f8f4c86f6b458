"""Who is one person, through the real stage: late joins move awards, and strangers move none."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from credstream.contract import learner_block
from credstream.contract.records import Again, Normalised, Receipt
from credstream.contract.registration import provider_from
from credstream.formats.shared.parsed import Person, Value
from credstream.storage.engine import transaction
from services.normalise.learner import hmac_of, identified
from services.normalise.links import INHERITED, LinkRow
from services.normalise.tables import AWARDS, LINKS, SOURCES
from tests.support.normalise_batches import CODEC, PSEUDONYM_KEY, normalise_tables, written
from tests.support.normalising import provider, received

ADDRESS, NATIONAL, OTHER, STUDENT, DID = (
    {"scheme": "email", "value": "canaria@example.org"},
    {"scheme": "national", "value": "120490-1234"},
    {"scheme": "national", "value": "010101-0001"},
    {"scheme": "student", "value": "S-1"},
    {"scheme": "did", "value": "did:key:zCanary"},
)

STUDENT_CARD = {"scheme": "esi", "value": "urn:schac:personalUniqueCode:int:esi:fi:1"}
EIDAS = {"scheme": "eidas", "value": "FI/DE/1"}


def award(name, sender, *identifiers, **registration):
    """An award of a learner with these identifiers, sent by a provider."""
    document = {
        "credstream": 1,
        "kind": "award",
        "id": name,
        "title": "Course",
        "issued_on": "2026-06-01",
        "awarding_bodies": [{"name": "School"}],
        "learner": {"id": identifiers, "given_name": name},
    }
    return received(
        "award",
        f"mc:de:{name}",
        payload=json.dumps(document).encode(),
        submission=name,
        provider=sender,
        registration=provider(id=sender, **registration),
    )


class Persons:
    """A service, what it was sent, and who it takes each award's learner for."""

    def __init__(self, service):
        self.service, self.published = service, []

    def send(self, *records):
        """One batch, and all that it has asked to look at again."""
        batch = list(records)
        while batch:
            settled = self.service.settle(*batch)
            self.published += [r for *_, r in written(settled, Normalised) if r.award]
            batch = [again for *_, again in written(settled, Again)]
        return settled

    def learners(self):
        """The learner's id of each award, as it is stored and as it was published last."""
        rows = {row.key: CODEC.decode(row.record, Normalised) for row in self.service.table(AWARDS)}
        last = {record.key: record for record in self.published}
        assert {key: r.award.learner for key, r in rows.items()} == {
            key: r.award.learner for key, r in last.items()
        }
        return {key.removeprefix("mc:de:"): r.award.learner.key_id for key, r in rows.items()}

    def given_name(self, record):
        """What the learner's key opens."""
        learner = record.award.learner
        key = self.service.vault().get(learner.key_id)
        return json.loads(learner_block.decrypt(learner.block, key))["given_name"]


@pytest.fixture
def persons():
    with normalise_tables() as service:
        yield Persons(service)


def test_a_stranger_s_address_beside_a_victim_s_number_joins_nobody_elsewhere(persons):
    persons.send(award("victim", "good", NATIONAL), award("stranger", "good", ADDRESS))
    before = persons.learners()
    persons.send(award("joined", "enemy", NATIONAL, ADDRESS))
    persons.send(award("later", "good", ADDRESS), award("again", "good", NATIONAL))
    found = persons.learners()
    assert {name: found[name] for name in before} == before
    assert found["later"] == found["stranger"] != found["victim"] == found["again"]


def test_erasing_the_stranger_erases_no_victim(persons):
    persons.send(award("joined", "enemy", NATIONAL, ADDRESS))
    persons.send(award("victim", "good", NATIONAL), award("stranger", "good", ADDRESS))
    found = persons.learners()
    persons.service.vault().erase(found["stranger"])
    persons.service.start()
    persons.send(award("more", "good", NATIONAL))
    assert persons.learners()["more"] == found["victim"]


def test_a_join_that_is_known_late_moves_earlier_awards_under_the_other_key(persons):
    persons.send(award("first", "good", ADDRESS), award("second", "good", STUDENT))
    before = persons.learners()
    persons.send(award("third", "good", NATIONAL, STUDENT, ADDRESS))
    found = persons.learners()
    assert len(set(before.values())) == 2
    assert set(found.values()) == {found["third"]}
    moved = [each for each in persons.published if each.cause == "learner.joined"]
    assert sorted(persons.given_name(each) for each in moved) == ["first", "second"]
    assert len({each.award.learner.pseudonym for each in moved}) == 1


def test_awards_move_over_several_links(persons):
    persons.send(award("first", "good", ADDRESS))
    persons.send(award("second", "good", STUDENT, ADDRESS))
    persons.send(award("third", "good", NATIONAL, STUDENT))
    assert len(set(persons.learners().values())) == 1


def test_sources_move_with_their_award(persons):
    persons.send(award("first", "good", ADDRESS))
    persons.send(award("third", "good", NATIONAL, ADDRESS))
    (source,) = [row for row in persons.service.table(SOURCES) if row.key == "mc:de:first"]
    stored = CODEC.decode(source.record, Normalised)
    assert stored.award.learner.key_id == persons.learners()["third"]
    assert persons.given_name(stored) == "first"


def test_a_second_person_of_an_address_takes_the_join_back(persons):
    persons.send(award("first", "good", ADDRESS), award("second", "good", NATIONAL, ADDRESS))
    assert len(set(persons.learners().values())) == 1
    persons.send(award("third", "good", OTHER, ADDRESS))
    assert len(set(persons.learners().values())) == 3


def test_a_refused_submission_moves_awards_all_the_same(persons):
    persons.send(award("first", "good", ADDRESS))
    refused = award("bad", "good", NATIONAL, ADDRESS)
    document = json.loads(refused.payload) | {"title": ""}
    values = {name: getattr(refused, name) for name in refused.__dataclass_fields__}
    settled = persons.service.settle(
        type(refused)(**{**values, "payload": json.dumps(document).encode()})
    )
    assert [r.status for *_, r in written(settled, Receipt)] == ["refused"]
    persons.send(*[again for *_, again in written(settled, Again)])
    persons.send(award("third", "good", NATIONAL))
    found = persons.learners()
    assert found["first"] == found["third"]


def test_an_award_of_an_erased_person_moves_nowhere(persons):
    persons.send(award("first", "good", ADDRESS))
    erased = persons.learners()["first"]
    persons.service.vault().erase(erased)
    persons.service.start()
    settled = persons.send(award("second", "good", NATIONAL, ADDRESS))
    assert [r.reasons[0].code for *_, r in written(settled, Receipt)] == ["learner.erased"]
    assert persons.learners() == {"first": erased}


def test_an_award_that_turns_out_to_be_an_erased_person_s_keeps_no_block(persons):
    persons.send(award("first", "good", STUDENT), award("second", "good", NATIONAL))
    persons.service.vault().erase(persons.learners()["second"])
    persons.service.start()
    persons.send(award("third", "good", NATIONAL, STUDENT))
    last = persons.published[-1]
    assert (last.key, last.award.learner.block) == ("mc:de:first", b"")
    assert last.award.learner.key_id == persons.learners()["second"]


def test_what_another_process_has_just_erased_is_not_moved_by_a_key_that_is_remembered(persons):
    persons.send(award("first", "good", STUDENT), award("second", "good", NATIONAL))
    erased = persons.learners()["first"]
    persons.service.vault().erase(erased)
    persons.send(award("third", "good", NATIONAL, STUDENT))
    assert persons.learners()["first"] == erased
    assert [each.key for each in persons.published if each.cause == "learner.joined"] == []


def test_what_a_trusted_provider_says_of_strong_identifiers_counts_for_others(persons):
    trusted = {"reading": {"identities": "trusted"}}
    persons.send(award("first", "good", DID))
    persons.send(award("second", "register", NATIONAL, DID, **trusted))
    persons.send(award("third", "good", DID))
    assert len(set(persons.learners().values())) == 1


def test_a_registration_says_that_a_provider_is_trusted():
    plain = {"id": "register", "kind": "provider", "name": "R", "country": "DE"}
    assert provider_from({**plain, "identities": "trusted"}).reading == {"identities": "trusted"}


def test_strangers_cannot_cut_the_links_that_a_trusted_provider_said(persons):
    trusted = {"reading": {"identities": "trusted"}}
    persons.send(
        award("first", "register", STUDENT_CARD, DID, **trusted),
        award("second", "register", NATIONAL, STUDENT_CARD, **trusted),
        award("third", "register", EIDAS, NATIONAL, **trusted),
    )
    for enemy in ("enemy-1", "enemy-2"):
        numbers = [{"scheme": "national", "value": f"{enemy} {n}"} for n in range(40)]
        persons.send(*(award(f"{enemy}-{n}", enemy, each, DID) for n, each in enumerate(numbers)))
    persons.send(award("fourth", "good", DID))
    found = persons.learners()
    assert found["fourth"] == found["third"]


def linked_before(persons):
    """As before links had providers: "joiner" had joined a number and an address for all."""
    secret = bytes.fromhex(PSEUDONYM_KEY)
    number = hmac_of(secret, "joiner", "national", "de:120490-1234")
    (address,) = identified(
        secret, Person(email=Value(ADDRESS["value"], "")), "joiner", "DE"
    ).before.values()
    rows = [asdict(LinkRow(each, INHERITED, address)) for each in (number, address)]
    with transaction(persons.service.stage.engine) as connection:
        connection.execute(sa.insert(LINKS), rows)
    persons.service.vault().make_or_get([address])
    persons.send(award("before", "joiner", NATIONAL))
    with transaction(persons.service.stage.engine) as connection:
        connection.execute(sa.update(AWARDS).values(identifier=""))
    assert persons.learners() == {"before": address}


def test_an_address_from_before_counts_for_a_provider_that_it_had_joined(persons):
    linked_before(persons)
    persons.send(award("later", "joiner", ADDRESS))
    found = persons.learners()
    assert found["later"] == found["before"]


def test_an_address_from_before_counts_for_no_provider_that_meets_the_learner_later(persons):
    linked_before(persons)
    persons.send(award("victim", "good", NATIONAL))
    persons.send(award("stranger", "good", ADDRESS))
    found = persons.learners()
    assert found["victim"] == found["before"] != found["stranger"]


names = st.lists(
    st.sampled_from([EIDAS, NATIONAL, OTHER, STUDENT_CARD, DID, STUDENT, ADDRESS]),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each["value"],
)
senders = st.sampled_from(["a", "b", "register"])
submissions = st.lists(st.tuples(senders, names), min_size=1, max_size=6)


@pytest.mark.embedded
@given(submissions, st.randoms(use_true_random=False))
def test_any_order_and_any_batches_give_the_same_persons(sent, chance):
    reading = {"a": {}, "b": {}, "register": {"identities": "trusted"}}
    records = [
        award(str(n), sender, *own, reading=reading[sender]) for n, (sender, own) in enumerate(sent)
    ]
    seen = []
    for order in (records, chance.sample(records, len(records))):
        with normalise_tables() as service:
            found = Persons(service)
            rest = list(order)
            while rest:
                size = chance.randint(1, len(rest))
                found.send(*rest[:size])
                rest = rest[size:]
            seen.append(found.learners())
    assert seen[0] == seen[1]
