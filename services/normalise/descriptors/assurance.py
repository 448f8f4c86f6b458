"""Quality assurance (M11): the payload's, else what the provider registered."""

from __future__ import annotations

from credstream.contract.records import Provider
from credstream.contract.values import QualityAssurance, Reason
from credstream.formats.shared.parsed import Assurance, Parsed, Value
from credstream.vocabularies import quality_assurance as kinds
from services.normalise.descriptors.base import (
    Finding,
    doubt,
    from_payload,
    from_registration,
    known,
    plain,
)

UNKNOWN = "unknown"
FIX = "write a type of the list, such as external or industry-standard"


def quality_assurance(parsed: Parsed, provider: Provider) -> Finding[tuple[QualityAssurance, ...]]:
    read = [(each, place) for each in parsed.quality_assurance if (place := _place(each))]
    if not read:
        registered = provider.quality_assurance
        origins = (from_registration("quality_assurance"),) if registered else ()
        return Finding(registered, origins)
    found = tuple(_assurance(each) for each, _ in read)
    return Finding(
        found,
        tuple(
            from_payload("quality_assurance", place, None if each.type is None else kind.type)
            for (each, place), kind in zip(read, found, strict=True)
        ),
        tuple(reason for each, place in read for reason in _doubts(each, place)),
    )


def _place(given: Assurance) -> Value | None:
    values = (given.type, given.body, given.reference)
    return next((each for each in values if each and plain(each)), None)


def _assurance(given: Assurance) -> QualityAssurance:
    kind = known(given.type, kinds.quality_assurance)
    return QualityAssurance(
        type=kind.code if kind else UNKNOWN,
        body=plain(given.body),
        reference=plain(given.reference),
    )


def _doubts(given: Assurance, place: Value) -> tuple[Reason, ...]:
    if known(given.type, kinds.quality_assurance):
        return ()
    return (doubt("quality_assurance.unrecognised", place, FIX),)
