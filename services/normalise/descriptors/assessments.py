"""Type of assessment (M9), supervision and identity check (O2)."""

from __future__ import annotations

from credstream.contract.records import Provider
from credstream.contract.values import Assessment, Origin
from credstream.formats.shared.parsed import Parsed
from credstream.vocabularies import assessment as kinds
from credstream.vocabularies import supervision as supervisions
from services.normalise.descriptors.base import (
    WithOrigins,
    from_payload,
    look_up,
    look_up_all,
    shortened,
    single_text,
    truth_value,
    unique,
    warning_about,
)

KIND_FIX = "write a kind of the list, such as portfolio; it is kept as text meanwhile"
SUPERVISION_FIX = "write a kind of the list, such as onsite with identity verification"


def assessment(parsed: Parsed, _: Provider) -> WithOrigins[Assessment | None]:
    """The kinds of the vocabulary, others as written, and how the learner is supervised."""
    recognised, unrecognised = look_up_all(parsed.assessments, kinds.assessment)
    supervised = supervision(parsed)
    verified = identity_verified(parsed)
    described = Assessment(
        types=unique(kind.code for _, kind in recognised),
        other=unique(shortened(value.raw) for value in unrecognised),
        supervision=supervised.value,
        identity_verified=verified.value,
    )
    origins = (
        *(from_payload("assessment", value, kind.code) for value, kind in recognised),
        *(from_payload("assessment", value) for value in unrecognised),
        *supervised.origins,
        *verified.origins,
    )
    warnings = (
        *(warning_about("assessment.unrecognised", value, KIND_FIX) for value in unrecognised),
        *supervised.warnings,
    )
    return WithOrigins(described if origins else None, unique(origins), warnings)


def supervision(parsed: Parsed) -> WithOrigins[str | None]:
    value = parsed.supervision
    form = look_up(value, supervisions.supervision)
    if value is None or single_text(value) is None:
        return WithOrigins(None)
    if form is None:
        warning = warning_about("supervision.unrecognised", value, SUPERVISION_FIX)
        return WithOrigins(None, (), (warning,))
    return WithOrigins(form.code, (from_payload("assessment", value, form.code),))


def identity_verified(parsed: Parsed, descriptor: str = "assessment") -> WithOrigins[bool | None]:
    """Whether the identity is checked: as stated, else as the form of supervision implies."""
    stated = truth_value(parsed.identity_verified)
    if parsed.identity_verified and stated is not None:
        return WithOrigins(stated, (from_payload(descriptor, parsed.identity_verified, stated),))
    form = look_up(parsed.supervision, supervisions.supervision)
    if form is None or form.identity_verified is None or parsed.supervision is None:
        return WithOrigins(None)
    path = parsed.supervision.path
    origin = Origin(descriptor=descriptor, origin="derived", path=path, rule="supervision")
    return WithOrigins(form.identity_verified, (origin,))
