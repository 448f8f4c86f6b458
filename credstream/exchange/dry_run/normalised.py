"""What normalise makes of received records, one batch in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from credstream.contract.errors import Rejected
from credstream.contract.messages import Emit, ReadMessage, with_record
from credstream.contract.records import Again, Normalised, Provider, Receipt, Received
from credstream.contract.values import Reason
from credstream.exchange.dry_run.ingested import read_message, reason_of, received_in
from credstream.exchange.dry_run.lookups import Definitions, Lookups
from credstream.exchange.dry_run.partial_record import learner_key
from credstream.exchange.dry_run.result import HELD, PUBLISHED, REFUSED
from credstream.formats.shared.parsed import Parsed
from services.normalise.assemble import definition_key_of
from services.normalise.examine import examine
from services.normalise.facts import AwardRow, Facts, Learner, Persons, learn
from services.normalise.learner import identified
from services.normalise.step import normalise

# Nothing of a person leaves a dry run, so that its HMACs need no secret.
NO_SECRET = b""


@dataclass(frozen=True, slots=True)
class Ending:
    """How one received record ends in normalise: its receipt's status, and its records."""

    status: str
    records: tuple[Normalised, ...] = ()
    reasons: tuple[Reason, ...] = ()


def normalise_all(
    received: Sequence[Received], parsed: Sequence[Parsed], lookups: Lookups, at: int
) -> list[Ending]:
    """How each record ends; an award that waits for a later definition of its file is published."""
    facts = _facts(received, parsed, lookups)
    endings: list[Ending] = []
    completed: dict[str, Normalised] = {}
    for record in received:
        ending, requests = _normalise(read_message(record, at), facts)
        endings.append(ending)
        for again in _asked(requests, facts):
            later, _ = _normalise(read_message(again, at), facts)
            completed.update({each.key: each for each in later.records})
    return [_completed(ending, completed) for ending in endings]


def definitions_in(value: bytes, provider: Provider, at: int) -> Definitions:
    """The definitions that a submission registers, by key, as normalise holds them."""
    try:
        received = received_in(value, provider, at)
    except Rejected:
        return {}
    facts = Facts()
    for record in received:
        if record.kind == "definition":
            _normalise(read_message(record, at), facts)
    return dict(facts.definitions)


def _asked(requests: Sequence[Again], facts: Facts) -> list[Again]:
    """What the service would find on its `again` topic, page by page after the batch."""
    return [
        replace(request, key=key, cause=request.detail)
        for request in requests
        for key in sorted(facts.waiting.get(request.key, ()))
    ]


def _completed(ending: Ending, completed: Mapping[str, Normalised]) -> Ending:
    if ending.status != HELD or ending.records[0].key not in completed:
        return ending
    return Ending(PUBLISHED, (completed[ending.records[0].key],))


def _facts(received: Sequence[Received], parsed: Sequence[Parsed], lookups: Lookups) -> Facts:
    provider = lookups.provider
    # Of a file that ingest refuses, nothing reaches normalise, so nothing is looked up for it.
    keys = {definition_key_of(each, provider) for each in parsed} if received else set()
    return Facts(
        definitions=dict(lookups.definitions(keys)),
        persons=Persons(_learners(parsed, provider)),
    )


def _learners(parsed: Sequence[Parsed], provider: Provider) -> Mapping[tuple[str, str], Learner]:
    """A throw-away key for each learner, by the strongest identifier of an award."""
    learners: dict[tuple[str, str], Learner] = {}
    for number, each in enumerate(parsed):
        own = identified(NO_SECRET, each.learner, provider.id, provider.country)
        for strongest in own.hmacs[:1]:
            learners.setdefault((provider.id, strongest), learner_key(f"try-{number}"))
    return learners


def _normalise(message: ReadMessage[Received | Again], facts: Facts) -> tuple[Ending, list[Again]]:
    """Run normalise's functions for one message; also the awards that it asks to handle again."""
    try:
        submission = examine(NO_SECRET, message, None)
        result = normalise(with_record(message, submission), facts)
    except Rejected as refusal:
        return Ending(REFUSED, (), (reason_of(refusal),)), []
    learn(facts, result.rows)
    again = [emit.record for emit in result.emits if isinstance(emit.record, Again)]
    records = tuple(emit.record for emit in result.emits if isinstance(emit.record, Normalised))
    if records:
        return Ending(PUBLISHED, records), again
    waiting = tuple(row.record for row in result.rows if isinstance(row, AwardRow) and row.waiting)
    return _unpublished(result.emits, waiting), again


def _unpublished(emits: Sequence[Emit], waiting: tuple[Normalised, ...]) -> Ending:
    """The ending that the receipts tell; without one, nothing changed for what is published."""
    receipts = [emit.record for emit in emits if isinstance(emit.record, Receipt)]
    status = receipts[0].status if receipts else PUBLISHED
    reasons = tuple(reason for receipt in receipts for reason in receipt.reasons)
    return Ending(status, waiting, reasons)
