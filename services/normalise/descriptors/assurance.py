"""Quality assurance (M11): the payload's, else what the provider registered."""

from __future__ import annotations

from credstream.contract.records import Provider
from credstream.contract.values import QualityAssurance, Reason
from credstream.formats.shared.parsed import Assurance, Parsed, Value
from credstream.vocabularies import quality_assurance as kinds
from services.normalise.descriptors.base import (
    WithOrigins,
    from_payload,
    from_registration,
    look_up,
    single_text,
    warning_about,
)

# A stated assurance is kept where its type is not of the list: the body and reference still count.
UNKNOWN = "unknown"
FIX = "write a type of the list, such as external or industry-standard"


def quality_assurance(
    parsed: Parsed, provider: Provider
) -> WithOrigins[tuple[QualityAssurance, ...]]:
    stated = [
        (assurance, value)
        for assurance in parsed.quality_assurance
        if (value := _first_value(assurance))
    ]
    if not stated:
        registered = provider.quality_assurance
        origins = (from_registration("quality_assurance"),) if registered else ()
        return WithOrigins(registered, origins)
    assurances = tuple(_assurance(assurance) for assurance, _ in stated)
    return WithOrigins(
        assurances,
        tuple(
            from_payload("quality_assurance", value, None if given.type is None else result.type)
            for (given, value), result in zip(stated, assurances, strict=True)
        ),
        tuple(reason for given, value in stated for reason in _warnings(given, value)),
    )


def _first_value(assurance: Assurance) -> Value | None:
    """The value whose path the whole assurance is given."""
    values = (assurance.type, assurance.body, assurance.reference)
    return next((value for value in values if value and single_text(value)), None)


def _assurance(stated: Assurance) -> QualityAssurance:
    kind = look_up(stated.type, kinds.quality_assurance)
    return QualityAssurance(
        type=kind.code if kind else UNKNOWN,
        body=single_text(stated.body),
        reference=single_text(stated.reference),
    )


def _warnings(stated: Assurance, value: Value) -> tuple[Reason, ...]:
    if look_up(stated.type, kinds.quality_assurance):
        return ()
    return (warning_about("quality_assurance.unrecognised", value, FIX),)
