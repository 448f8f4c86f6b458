"""Type of assessment (M9), supervision and identity check (O2)."""

from __future__ import annotations

from credstream.contract.records import Provider
from credstream.contract.values import Assessment, Origin
from credstream.formats.shared.parsed import Parsed
from credstream.vocabularies import assessment as kinds
from credstream.vocabularies import supervision as supervisions
from services.normalise.descriptors.base import (
    Finding,
    doubt,
    from_payload,
    known,
    plain,
    shown,
    sort_out,
    truth,
    unique,
)

KIND_FIX = "write a kind of the list, such as portfolio; it is kept as text meanwhile"
SUPERVISION_FIX = "write a kind of the list, such as onsite with identity verification"


def assessment(parsed: Parsed, _: Provider) -> Finding[Assessment | None]:
    """Kinds that the vocabulary knows, others as written, and how the learner is supervised."""
    recognised, strange = sort_out(parsed.assessments, kinds.assessment)
    supervision = supervised(parsed)
    verified = identity_verified(parsed)
    found = Assessment(
        types=unique(kind.code for _, kind in recognised),
        other=unique(shown(value.raw) for value in strange),
        supervision=supervision.value,
        identity_verified=verified.value,
    )
    origins = (
        *(from_payload("assessment", value, kind.code) for value, kind in recognised),
        *(from_payload("assessment", value) for value in strange),
        *supervision.origins,
        *verified.origins,
    )
    doubts = tuple(doubt("assessment.unrecognised", value, KIND_FIX) for value in strange)
    return Finding(
        found if origins else None,
        tuple(dict.fromkeys(origins)),
        (*doubts, *supervision.warnings),
    )


def supervised(parsed: Parsed) -> Finding[str | None]:
    value = parsed.supervision
    found = known(value, supervisions.supervision)
    if value is None or plain(value) is None:
        return Finding(None)
    if found is None:
        return Finding(None, (), (doubt("supervision.unrecognised", value, SUPERVISION_FIX),))
    return Finding(found.code, (from_payload("assessment", value, found.code),))


def identity_verified(parsed: Parsed, descriptor: str = "assessment") -> Finding[bool | None]:
    """Whether identity is checked: as stated, else as the kind of supervision implies."""
    stated = truth(parsed.identity_verified)
    if parsed.identity_verified and stated is not None:
        return Finding(stated, (from_payload(descriptor, parsed.identity_verified, stated),))
    found = known(parsed.supervision, supervisions.supervision)
    if found is None or found.identity_verified is None or parsed.supervision is None:
        return Finding(None)
    return Finding(found.identity_verified, (_implied(descriptor, parsed.supervision.path),))


def _implied(descriptor: str, path: str) -> Origin:
    return Origin(descriptor=descriptor, origin="derived", path=path, rule="supervision")
