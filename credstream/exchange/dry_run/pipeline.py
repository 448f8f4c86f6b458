"""A file's way through ingest, normalise and accreditation, in memory and without a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from credstream.contract.progress import strongest
from credstream.contract.records import Accredited, Normalised
from credstream.exchange.dry_run.ingested import ParsedFile, parse_file, read_message, receive
from credstream.exchange.dry_run.lookups import Lookups
from credstream.exchange.dry_run.normalised import Ending, normalise_all
from credstream.exchange.dry_run.partial_record import partial_record
from credstream.exchange.dry_run.result import (
    PUBLISHED,
    REFUSED,
    CredentialResult,
    DryRun,
    learner_of,
    unique,
)
from credstream.formats.shared.parsed import Person
from services.accreditation import step as accreditation
from services.publisher.elm.gate import unsealable


def try_submission(value: bytes, lookups: Lookups, at: int) -> DryRun:
    """Run the real steps on the bytes of a submission; never raises for what they hold.

    `at` stands for the broker's time, in milliseconds since the epoch.
    """
    file = parse_file(value, lookups.provider, at)
    received, refusals = receive(value, lookups.provider, at)
    endings = normalise_all(received, file.parsed, lookups, at)
    endings = endings or [Ending(REFUSED) for _ in file.parsed]
    left_out = file.unread if received else ()
    normalisable = bool(received) and all(ending.status != REFUSED for ending in endings)
    reasons = (*refusals, *left_out, *(reason for each in endings for reason in each.reasons))
    if refusals:  # what is refused as a whole is shown, but nothing of it goes on
        endings = [replace(ending, status=REFUSED) for ending in endings]
    return DryRun(
        provider=lookups.provider.id,
        status=strongest(ending.status for ending in endings),
        format=file.format,
        envelope=file.envelope,
        proof=file.proof,
        proof_detail=file.proof_detail,
        readable=file.readable,
        normalisable=file.readable and normalisable,
        violations=sum(len(parsed.violations) for parsed in file.parsed),
        left_out=len(left_out),
        reasons=unique(reasons),
        credentials=_credentials(endings, file, lookups, at),
    )


def _credentials(
    endings: Sequence[Ending], file: ParsedFile, lookups: Lookups, at: int
) -> tuple[CredentialResult, ...]:
    """Each credential once: several awards of a file may describe one definition."""
    by_key: dict[str, CredentialResult] = {}
    for ending, parsed in zip(endings, file.parsed, strict=True):
        records = ending.records or (partial_record(parsed, file, lookups.provider, at),)
        for record in records:
            by_key[record.key] = _credential(ending.status, record, parsed.learner, lookups, at)
    return tuple(by_key.values())


def _credential(
    status: str, record: Normalised, person: Person | None, lookups: Lookups, at: int
) -> CredentialResult:
    if record.kind != "award":
        return CredentialResult(status=status, record=record)
    learner = learner_of(person)
    if status != PUBLISHED:
        return CredentialResult(status=status, record=record, learner=learner)
    accredited = _accredited(record, lookups, at)
    return CredentialResult(
        status=status,
        record=record,
        learner=learner,
        judgement=accredited.judgement,
        lacking=unsealable(accredited),
    )


def _accredited(record: Normalised, lookups: Lookups, at: int) -> Accredited:
    listed = lookups.accreditations(set(accreditation.bodies_tokens(record)))
    facts = accreditation.Facts(dict(listed), loaded=lookups.loaded)
    emits = accreditation.accredit(read_message(record, at), facts).emits
    return next(emit.record for emit in emits if isinstance(emit.record, Accredited))
