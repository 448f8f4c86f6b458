"""A file's way through ingest, normalise and accreditation, in memory and without a trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming, ReadMessage
from credstream.contract.progress import strongest
from credstream.contract.records import Accredited, Again, Normalised, Provider, Receipt, Received
from credstream.contract.values import Reason
from credstream.exchange.dry_run.partial_record import Read, as_read, definition_key_of, throw_away
from credstream.exchange.dry_run.result import (
    HELD,
    PUBLISHED,
    REFUSED,
    Credential,
    Known,
    Rehearsal,
    learner_of,
    unique,
)
from credstream.formats.shared.parsed import Parsed, Person
from services.accreditation import step as accreditation
from services.ingest import examine
from services.ingest.detect import detect
from services.ingest.proofs.base import Proof
from services.normalise.facts import AwardRow, Facts, LearnerKey, learn
from services.normalise.learner import identifiers
from services.normalise.step import normalise
from services.publisher.elm.gate import unsealable

# Refusals that say nothing of the content: what was read is shown all the same.
NOT_OF_CONTENT = frozenset({"signature.invalid", "provider.suspended"})
TOPIC = "try"
Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class _Step:
    """How one received record ends in normalise."""

    ending: str
    records: tuple[Normalised, ...] = ()
    reasons: tuple[Reason, ...] = ()


def rehearse(value: bytes, known: Known, at: int) -> Rehearsal:
    """Run the real steps on the bytes of a submission; never raises for what they hold."""
    read = _read(value, known.provider, at)
    received, reasons = _received(value, known.provider, at)
    steps = _normalised(received, read.parsed, known, at)
    steps = steps or [_Step(REFUSED) for _ in read.parsed]
    left_out = read.unread if received else ()
    told = (*reasons, *left_out, *(reason for step in steps for reason in step.reasons))
    readable = not read.broken and read.format != "unknown"
    normal = bool(received) and all(step.ending != REFUSED for step in steps)
    if reasons:  # what is refused as a whole is shown, but nothing of it goes on
        steps = [replace(step, ending=REFUSED) for step in steps]
    return Rehearsal(
        provider=known.provider.id,
        outcome=_outcome(steps),
        format=read.format,
        envelope=read.envelope,
        proof=read.proof,
        proof_detail=read.proof_detail,
        readable=readable,
        normalisable=readable and normal,
        violations=sum(len(each.violations) for each in read.parsed),
        left_out=len(left_out),
        reasons=unique(told),
        credentials=_credentials(steps, read, known, at),
    )


def definitions_in(value: bytes, provider: Provider, at: int) -> Mapping[str, Any]:
    """The definitions that a submission registers, by key, as normalise holds them."""
    try:
        received = examine.examine(_submitted(value, at), provider).received
    except Rejected:
        return {}
    facts = Facts()
    for number, each in enumerate(received):
        if each.kind == "definition":
            _normalise(_read_message(each, number, at), facts)
    return dict(facts.definitions)


def _outcome(steps: Sequence[_Step]) -> str:
    """The best ending of any part, as the summary of a run tells it."""
    return strongest(step.ending for step in steps)


def _read(value: bytes, provider: Provider, at: int) -> Read:
    try:
        detected = detect(value, examine.rules_of(provider))
    except Rejected:
        return Read(broken=True)
    proof = examine.prove(detected, provider, at)
    read = Read(detected.format, detected.envelope, proof.state, proof.detail, detected.document)
    if detected.unfit is not None:
        return read
    try:
        found, unread = examine.parts(detected, examine.rules_of(provider))
        return replace(read, parsed=tuple(parsed for _, parsed in found), unread=unread)
    except Rejected:
        return replace(read, broken=True)


def _received(
    value: bytes, provider: Provider, at: int
) -> tuple[tuple[Received, ...], tuple[Reason, ...]]:
    """What ingest passes on, and why it refuses; behind a bad signature, what it would read."""
    suspended = Rejected("provider.suspended", "", provider.id)
    reasons = () if provider.status == "active" else (_reason(suspended),)
    try:
        return examine.examine(_submitted(value, at), provider).received, reasons
    except Rejected as refusal:
        reasons = (*reasons, _reason(refusal))
        if refusal.code not in NOT_OF_CONTENT:
            return (), reasons
    try:
        return examine.examine(_submitted(value, at), provider, _unproven).received, reasons
    except Rejected as refusal:
        return (), (*reasons, _reason(refusal))


def _unproven(*_: Any) -> Proof:
    """No verdict, so that the content behind a bad signature is shown."""
    return Proof("none", "none", None, "")


def _normalised(
    received: Sequence[Received], parsed: Sequence[Parsed], known: Known, at: int
) -> list[_Step]:
    """How each credential ends; an award that waits for a later one of its file is taken up."""
    facts = _facts(received, parsed, known)
    steps: list[_Step] = []
    late: dict[str, Normalised] = {}
    for number, each in enumerate(received):
        step, again = _normalise(_read_message(each, number, at), facts)
        steps.append(step)
        for ask in again:
            found, _ = _normalise(_read_message(ask, len(received), at), facts)
            late.update({record.key: record for record in found.records})
    return [_taken_up(step, late) for step in steps]


def _taken_up(step: _Step, late: Mapping[str, Normalised]) -> _Step:
    if step.ending != HELD or step.records[0].key not in late:
        return step
    return _Step(PUBLISHED, (late[step.records[0].key],))


def _facts(received: Sequence[Received], parsed: Sequence[Parsed], known: Known) -> Facts:
    provider = known.provider
    keys = {definition_key_of(each, provider) for each in parsed} if received else set()
    return Facts(
        definitions=dict(known.definitions(keys)),
        learners={(TOPIC, 0, n): key for n, key in enumerate(_learners(parsed, provider))},
    )


def _learners(parsed: Sequence[Parsed], provider: Provider) -> Iterator[LearnerKey]:
    """A throw-away key for each award; awards of one identity have one learner, as in the vault."""
    seen: dict[Any, int] = {}
    for number, each in enumerate(parsed):
        named = identifiers(each.learner, provider.country)[:1] if each.learner else ()
        yield throw_away(f"try-{seen.setdefault(named or number, len(seen))}")


def _normalise(message: ReadMessage[Received | Again], facts: Facts) -> tuple[_Step, list[Again]]:
    """One run of normalise's step, and the awards that it asks to be looked at again."""
    try:
        outcome = normalise(message, facts)
    except Rejected as refusal:
        return _Step(REFUSED, (), (_reason(refusal),)), []
    learn(facts, outcome.rows)
    records = tuple(e.record for e in outcome.emits if isinstance(e.record, Normalised))
    again = [e.record for e in outcome.emits if isinstance(e.record, Again)]
    if records:
        return _Step(PUBLISHED, records), again
    waiting = tuple(row.record for row in outcome.rows if isinstance(row, AwardRow) and row.waiting)
    receipts = [e.record for e in outcome.emits if isinstance(e.record, Receipt)]
    ending = receipts[0].status if receipts else PUBLISHED
    return _Step(ending, waiting, tuple(r for each in receipts for r in each.reasons)), again


def _credentials(
    steps: Sequence[_Step], read: Read, known: Known, at: int
) -> tuple[Credential, ...]:
    """By key, so that a definition that several awards describe stands once."""
    found: dict[str, Credential] = {}
    for step, parsed in zip(steps, read.parsed, strict=True):
        records = step.records or (as_read(parsed, read, known.provider, at),)
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
        lacking=unsealable(accredited),
    )


def _accredited(record: Normalised, known: Known, at: int) -> Accredited:
    listed = known.accreditations(set(accreditation.bodies_tokens(record)))
    facts = accreditation.Facts(dict(listed), loaded=known.loaded)
    emits = accreditation.accredit(_read_message(record, 0, at), facts).emits
    return next(each.record for each in emits if isinstance(each.record, Accredited))


def _submitted(value: bytes, at: int) -> Incoming:
    return Incoming(topic=TOPIC, partition=0, offset=0, key=None, value=value, at=at)


def _read_message(record: Content, offset: int, at: int) -> ReadMessage[Content]:
    return ReadMessage(
        topic=TOPIC, partition=0, offset=offset, key=None, value=None, at=at, record=record
    )


def _reason(refusal: Rejected) -> Reason:
    return Reason(code=refusal.code, path=refusal.path, detail=refusal.detail)
