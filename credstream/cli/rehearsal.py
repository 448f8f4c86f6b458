"""A file's way through ingest, normalise and accreditation, in memory and without a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from credstream.cli.place import service_part
from credstream.cli.rehearsed import (
    HELD,
    PUBLISHED,
    REFUSED,
    Credential,
    Known,
    Rehearsal,
    learner_of,
    unique,
)
from credstream.cli.summary import RANK
from credstream.contract import topics
from credstream.contract.errors import Rejected
from credstream.contract.flow import Incoming
from credstream.contract.identity import definition_key
from credstream.contract.parts import Account, Award, Learner, Reason
from credstream.contract.records import Accredited, Normalised, Provider, Received
from credstream.formats import naming
from credstream.formats.common import Parsed, Person

# Refusals that say nothing of the content: what was read is shown all the same.
NOT_OF_CONTENT = frozenset({"signature.invalid", "provider.suspended"})
# Nothing is kept, so one key that everybody knows protects as much as a secret one.
THROW_AWAY = bytes(32)
TOPIC = "try"


@dataclass(frozen=True, slots=True)
class _Read:
    """A file as far as it can be read, whoever sends it."""

    format: str = "unknown"
    envelope: str = "none"
    proof: str = "none"
    proof_detail: str = ""
    document: Any = None
    parsed: tuple[Parsed, ...] = ()
    broken: bool = False


@dataclass(frozen=True, slots=True)
class _Step:
    """How one received record ends in normalise."""

    ending: str
    records: tuple[Normalised, ...] = ()
    reasons: tuple[Reason, ...] = ()


def rehearse(value: bytes, known: Known, at: int) -> Rehearsal:
    """Run the real steps on the bytes of a submission; never raises for what they hold."""
    read = _read(value, known.provider, at)
    received, reasons = _received(value, read, known.provider, at)
    steps = _normalised(received, read.parsed, known, at)
    steps = steps or [_Step(REFUSED) for _ in read.parsed]
    told = (*reasons, *(reason for step in steps for reason in step.reasons))
    readable = not read.broken and read.format != "unknown"
    refused = bool(reasons) or any(step.ending == REFUSED for step in steps)
    return Rehearsal(
        provider=known.provider.id,
        outcome=REFUSED if refused else max((s.ending for s in steps), key=RANK.__getitem__),
        format=read.format,
        envelope=read.envelope,
        proof=read.proof,
        proof_detail=read.proof_detail,
        readable=readable,
        normalisable=readable and bool(received) and all(step.ending != REFUSED for step in steps),
        violations=sum(len(each.violations) for each in read.parsed),
        reasons=unique(told),
        credentials=_credentials(steps, read, known, at),
    )


def definitions_in(value: bytes, provider: Provider, at: int) -> Mapping[str, Any]:
    """The definitions that a submission registers, by key, as normalise holds them."""
    try:
        received = service_part("ingest.examine").examine(_message(value, 0, at), provider).received
    except Rejected:
        return {}
    step = service_part("normalise.step")
    facts = step.Facts(providers={provider.id: provider})
    for number, each in enumerate(received):
        if each.kind == "definition":
            _normalise(_message(None, number, at, each), facts)
    return dict(facts.definitions)


def _read(value: bytes, provider: Provider, at: int) -> _Read:
    detect = service_part("ingest.detect")
    try:
        detected = detect.detect(value)
    except Rejected:
        return _Read(broken=True)
    proof = service_part("ingest.examine").prove(detected, provider, at)
    read = _Read(detected.format, detected.envelope, proof.state, proof.detail, detected.document)
    module = detect.BY_NAME.get(detected.format)
    if module is None:
        return read
    try:
        documents = module.split(detected.document)
        return replace(read, parsed=tuple(module.parse(each) for each in documents))
    except Rejected:
        return replace(read, broken=True)


def _received(
    value: bytes, read: _Read, provider: Provider, at: int
) -> tuple[tuple[Received, ...], tuple[Reason, ...]]:
    """What ingest passes on, and why it refuses; behind a bad signature, what it would read."""
    examine = service_part("ingest.examine").examine
    suspended = Rejected("provider.suspended", "", provider.id)
    reasons = () if provider.status == "active" else (_reason(suspended),)
    try:
        return examine(_message(value, 0, at), provider).received, reasons
    except Rejected as refusal:
        reasons = (*reasons, _reason(refusal))
        if refusal.code not in NOT_OF_CONTENT or read.broken:
            return (), reasons
    try:
        bare = _message(orjson.dumps(read.document), 0, at)
        return examine(bare, provider).received, reasons
    except Rejected as refusal:
        return (), (*reasons, _reason(refusal))


def _normalised(
    received: Sequence[Received], parsed: Sequence[Parsed], known: Known, at: int
) -> list[_Step]:
    """How each credential ends; an award that waits for a later one of its file is taken up."""
    facts = _facts(received, parsed, known)
    steps: list[_Step] = []
    late: dict[str, Normalised] = {}
    for number, each in enumerate(received):
        step, again = _normalise(_message(None, number, at, each), facts)
        steps.append(step)
        for ask in again:
            found, _ = _normalise(_message(None, len(received), at, ask), facts)
            late.update({record.key: record for record in found.records})
    return [_taken_up(step, late) for step in steps]


def _taken_up(step: _Step, late: Mapping[str, Normalised]) -> _Step:
    if step.ending != HELD or step.records[0].key not in late:
        return step
    return _Step(PUBLISHED, (late[step.records[0].key],))


def _facts(received: Sequence[Received], parsed: Sequence[Parsed], known: Known) -> Any:
    step, provider = service_part("normalise.step"), known.provider
    places = {(TOPIC, 0, number) for number in range(len(received))}
    keys = {_definition_key(each, provider) for each in parsed} if received else set()
    return step.Facts(
        providers={provider.id: provider},
        definitions=dict(known.definitions(keys)),
        learners=dict.fromkeys(places, _throw_away()),
    )


def _throw_away() -> Any:
    return service_part("normalise.step").LearnerKey("", TOPIC, THROW_AWAY)


def _normalise(message: Incoming, facts: Any) -> tuple[_Step, list[Any]]:
    """One run of normalise's step, and the awards that it asks to be looked at again."""
    step = service_part("normalise.step")
    try:
        outcome = step.normalise(message, facts)
    except Rejected as refusal:
        return _Step(REFUSED, (), (_reason(refusal),)), []
    step.learn(facts, outcome.rows)
    records = tuple(e.record for e in outcome.emits if isinstance(e.record, Normalised))
    again = [e.record for e in outcome.emits if e.topic == topics.again("normalise")]
    if records:
        return _Step(PUBLISHED, records), again
    waiting = tuple(row.record for row in outcome.rows if getattr(row, "waiting", False))
    receipts = [e.record for e in outcome.emits]
    ending = receipts[0].status if receipts else PUBLISHED
    return _Step(ending, waiting, tuple(r for each in receipts for r in each.reasons)), again


def _credentials(
    steps: Sequence[_Step], read: _Read, known: Known, at: int
) -> tuple[Credential, ...]:
    """By key, so that a definition that several awards describe stands once."""
    found: dict[str, Credential] = {}
    for step, parsed in zip(steps, read.parsed, strict=True):
        records = step.records or (_as_read(parsed, read, known.provider, at),)
        for record in records:
            found[record.key] = _credential(step.ending, record, parsed.learner, known, at)
    return tuple(found.values())


def _credential(
    ending: str, record: Normalised, person: Person | None, known: Known, at: int
) -> Credential:
    if record.kind != "award":
        return Credential(ending=ending, record=record)
    learner = learner_of(person)
    if ending != PUBLISHED:
        return Credential(ending=ending, record=record, learner=learner)
    accredited = _accredited(record, known, at)
    return Credential(
        ending=ending,
        record=record,
        learner=learner,
        judgement=accredited.judgement,
        lacking=service_part("publisher.step").unsealable(accredited),
    )


def _accredited(record: Normalised, known: Known, at: int) -> Accredited:
    step = service_part("accreditation.step")
    listed = known.accreditations(set(step.bodies_tokens(record)))
    facts = step.Facts(dict(listed), loaded=known.loaded)
    accredited: Accredited = step.accredit(_message(None, 0, at, record), facts).emits[0].record
    return accredited


def _as_read(parsed: Parsed, read: _Read, provider: Provider, at: int) -> Normalised:
    """A credential that goes no further, with all that could be read of it."""
    assemble = service_part("normalise.assemble")
    found = assemble.definition_of(parsed, provider, _definition_key(parsed, provider))
    earned, origins, warnings = None, found.origins, found.warnings
    if parsed.kind == "award":
        earned, more_origins, more_warnings = _award_as_read(parsed, provider, found.value.key)
        origins, warnings = (*origins, *more_origins), (*warnings, *more_warnings)
    account = service_part("normalise.completeness").account(
        found.value, earned, origins, (*warnings, *assemble.remarks(parsed))
    )
    return Normalised(
        key=service_part("ingest.examine").key_of(parsed, provider),
        kind=parsed.kind,
        provider=provider.id,
        country=provider.country,
        submission="",
        received_at=at,
        format=read.format,
        envelope=read.envelope,
        proof=read.proof,
        mapping=service_part("normalise.step").MAPPING,
        definition=found.value,
        award=earned,
        account=_learner_counted(account, parsed),
        cause="",
    )


def _award_as_read(
    parsed: Parsed, provider: Provider, key: str
) -> tuple[Award, tuple[Any, ...], tuple[Reason, ...]]:
    """An award, or as much of it as there is: the step that refused it has told why."""
    try:
        found = service_part("normalise.assemble").award_of(parsed, provider, key, _throw_away())
    except Rejected:
        day = service_part("normalise.descriptors.dates").day_of("issued_on", parsed.issued_on)
        nobody = Learner(pseudonym="", key_id="", block=b"")
        award = Award(
            definition_key=key,
            learner=nobody,
            issued_on=day.value or "",
            evidence=parsed.evidence,
            status="",
        )
        return award, day.origins, ()
    return found.value, found.origins, found.warnings


def _learner_counted(account: Account, parsed: Parsed) -> Account:
    """An award counts as having a learner; one that could not be read may have none."""
    if parsed.kind != "award" or learner_of(parsed.learner)["present"]:
        return account
    counted = account.completeness
    absent = ("learner", *counted.absent)
    return replace(
        account, completeness=replace(counted, mandatory=counted.mandatory - 1, absent=absent)
    )


def _definition_key(parsed: Parsed, provider: Provider) -> str:
    return definition_key(provider.country, provider.id, naming.definition_id(parsed))


def _message(value: bytes | None, offset: int, at: int, record: Any = None) -> Incoming:
    return Incoming(
        topic=TOPIC, partition=0, offset=offset, key=None, value=value, at=at, record=record
    )


def _reason(refusal: Rejected) -> Reason:
    return Reason(code=refusal.code, path=refusal.path, detail=refusal.detail)
