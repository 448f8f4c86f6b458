"""Builds what normalise is given: values as written, registrations, messages and facts."""

from __future__ import annotations

from functools import partial

import pytest

from credstream.contract.errors import Rejected
from credstream.contract.messages import ReadMessage
from credstream.contract.paging import Page
from credstream.contract.records import Again, Normalised, Provider, Received
from credstream.contract.values import Identifier, Organisation, QualityAssurance
from credstream.formats.shared.parsed import (
    Amount,
    Assurance,
    Body,
    Id,
    LevelClaim,
    Parsed,
    Person,
    StatedOutcome,
    Value,
)
from services.normalise.examine import Submission
from services.normalise.facts import Facts, LearnerKey, Persons, learn
from services.normalise.learner import Identifiers
from services.normalise.step import normalise
from services.normalise.versions import days_in

AT = 1_780_000_000_000
KEY = bytes(range(32))
LEARNER_ID, PROVIDER = "identifier-1", "festo-like"


def v(raw, path="somewhere"):
    return Value(raw, path)


def identifier(scheme, raw, path="id"):
    return Id(scheme=scheme, value=Value(raw, path))


CHAMBER = Organisation(
    name={"de": "IHK Region Stuttgart"},
    country="DE",
    role="certifier",
    identifiers=(Identifier(scheme="vat", value="DE147794196"),),
)
LEARNER = Person(
    identifiers=(identifier("esi", "urn:schac:personalUniqueCode:int:esi:de:4711"),),
    given_name=v("Canary-Given", "learner.given_name"),
    family_name=v("Canary-Family", "learner.family_name"),
    birth_date=v("1990-01-31", "learner.birth_date"),
    email=v("canary@example.org", "learner.email"),
)


def provider(**changes):
    whole = {
        "id": PROVIDER,
        "kind": "certifier",
        "name": "Festo-like",
        "country": "DE",
        "status": "active",
        "language": "de",
        "awarding_bodies": (CHAMBER,),
        "quality_assurance": (QualityAssurance(type="chamber"),),
    }
    return Provider(**{**whole, **changes})


def parsed(**changes):
    whole = {"kind": "definition", "definition_id": v("D1", "id"), "title": v("Robotik", "title")}
    return Parsed(**{**whole, **changes})


def award(**changes):
    whole = {
        "kind": "award",
        "definition_id": v("D1", "definition.id"),
        "title": v("Robotik", "title"),
        "issued_on": v("2026-05-01", "issued_on"),
        "learner": LEARNER,
    }
    return Parsed(**{**whole, **changes})


def complete(**changes):
    """A definition in which every common descriptor is present."""
    whole = {
        "country": v("DE", "country"),
        "awarding_bodies": (Body(name=v("IHK Region Stuttgart", "body")),),
        "learning_outcomes": (StatedOutcome(text=v("programs a robot", "outcome")),),
        "workload": (Amount(unit="hours", value=v(40, "workload.hours")),),
        "levels": (LevelClaim(eqf=v(5, "level.eqf")),),
        "assessments": (v("portfolio", "assessment"),),
        "modes": (v("online", "mode"),),
        "quality_assurance": (Assurance(type=v("external", "qa")),),
        "prerequisites": v("none", "prerequisites"),
        "supervision": v("onsite", "supervision"),
        "url": v("https://example.org/robotik", "url"),
    }
    return parsed(**{**whole, **changes})


def received(kind="definition", key="mc:de:r1", **changes):
    whole = {
        "key": key,
        "provider": PROVIDER,
        "country": "DE",
        "registration": provider(),
        "submission": "s1",
        "received_at": AT,
        "format": "native",
        "envelope": "none",
        "kind": kind,
        "proof": "none",
        "proof_detail": "",
        "digest": "0" * 64,
        "payload": b"{}",
    }
    return Received(**{**whole, **changes})


def facts(**more):
    """What a batch of the one learner's submissions is decided with."""
    learner = LearnerKey("pseudonym", "key-1", KEY)
    return Facts(persons=Persons({(PROVIDER, LEARNER_ID): learner}), **more)


def submission(values, record):
    """A received record with its values; every person is the one learner."""
    return Submission(record, values, Identifiers((LEARNER_ID,) if values.learner else ()))


def message(record, offset=0):
    topic = "again.normalise.v1" if isinstance(record, Again) else "received.v1"
    return ReadMessage(
        topic=topic,
        partition=0,
        offset=offset,
        key=None,
        value=None,
        headers={},
        at=AT,
        record=record,
    )


def codes(found):
    return [each.code for each in found.warnings]


def records(outcome, kind=Normalised):
    return [each.record for each in outcome.emits if isinstance(each.record, kind)]


def refusal(exchange, values):
    with pytest.raises(Rejected) as failure:
        exchange.send(values)
    return failure.value


class Exchange:
    """Hands values to the step one after another, and learns as the runtime does."""

    def __init__(self, **registration):
        self.facts = facts()
        self.registration = provider(**registration)
        self.offset = 0

    def send(self, values, key="mc:de:r1", **changes):
        self.offset += 1
        changes = {"registration": self.registration} | changes
        return self._handle(submission(values, received(values.kind, key, **changes)))

    def again(self, key="mc:de:r1", cause="definition.changed"):
        return self._handle(Again(key=key, cause=cause, detail="", at=AT))

    def asked(self, outcome):
        """The awards that are asked for again after an outcome, as one page of the tables."""
        asked = []
        for due in records(outcome, Again):
            cursor = self.facts.paging.cursors[due.key]
            keys = tuple(sorted(filter(partial(self._concerned, cursor), self.facts.awards)))
            self.facts.paging.pages[due.key] = Page(cursor, keys, full=False)
            asked += [emit.key for emit in self._handle(due).emits]
        return asked

    def _concerned(self, cursor, key):
        held, days = self.facts.awards[key], days_in(cursor.scope)
        day = held.record.award.issued_on
        changed = days is not None and days.first <= day and (not days.end or day < days.end)
        return held.record.definition.key == cursor.again.key and (held.waiting or changed)

    def _handle(self, record):
        outcome = normalise(message(record, self.offset), self.facts)
        learn(self.facts, outcome.rows)
        return outcome
