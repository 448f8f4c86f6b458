"""Makes an award from its parsed values: learner, dates, status and funding."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.errors import Rejected
from credstream.contract.learner_block import encrypt
from credstream.contract.records import Provider
from credstream.contract.values import Award, Funding, Learner, Origin, Reason
from credstream.formats.shared.parsed import Parsed, Person, Value
from services.normalise import learner
from services.normalise.descriptors import assessments, dates
from services.normalise.descriptors.base import (
    WithOrigins,
    casefolded,
    from_payload,
    shortened,
    single_text,
    warning_about,
)
from services.normalise.facts import LearnerKey

# An empty status is that of an award which was not earned.
STATUS_BY_WORD: Mapping[str, str] = {
    word: status
    for status, words in {
        "issued": "issued active valid passed completed accepted achieved awarded",
        "revoked": "revoked withdrawn cancelled annulled",
        "suspended": "suspended",
        "": "failed in-progress in_progress pending rejected enrolled",
    }.items()
    for word in words.split()
}
STATUS_FIX = "write issued, revoked or suspended; it is taken as issued"


def award_of(
    parsed: Parsed, provider: Provider, definition_key: str, key: LearnerKey
) -> WithOrigins[Award]:
    """The award; raises Rejected where learner or date are missing, or it was not earned."""
    person = learner.require(parsed.learner)
    issued_on = _issued_on(parsed.issued_on)
    valid_until = dates.day_of("award.valid_until", parsed.valid_until)
    verified = assessments.identity_verified(parsed, "identity_verified")
    status = _status(parsed.status)
    award = Award(
        definition_key=definition_key,
        learner=_learner(person, parsed.assessed_by, key),
        issued_on=issued_on.value,
        valid_until=valid_until.value,
        grade=single_text(parsed.grade),
        grade_scale=single_text(parsed.grade_scale),
        identity_verified=verified.value,
        evidence=parsed.evidence,
        status=status.value,
        funding=_funding(parsed, provider, key),
    )
    read = (issued_on, valid_until, verified, status)
    return WithOrigins(
        award,
        (
            # Without a path: the names of fields of a person stay out of the record.
            Origin(descriptor="learner", origin="payload"),
            *(origin for value in read for origin in value.origins),
            *_unconverted_origins(parsed),
        ),
        (
            *(reason for value in read for reason in value.warnings),
            *dates.birth_date_warnings(person.birth_date),
            *_name_only(person),
        ),
    )


def _issued_on(value: Value | None) -> WithOrigins[str]:
    day = dates.day_of("issued_on", value)
    if day.value is None:
        detail = f"seen {shortened(value.raw)}; {dates.FIX}" if value else "no date was read"
        raise Rejected("issued_on.missing", value.path if value else "issued_on", detail)
    return WithOrigins(day.value, day.origins)


def _status(value: Value | None) -> WithOrigins[str]:
    written = single_text(value)
    if value is None or written is None:
        return WithOrigins("issued")
    status = STATUS_BY_WORD.get(casefolded(written))
    if status == "":
        raise Rejected("status.not_awarded", value.path, f"seen {shortened(value.raw)}")
    if status is None:
        warning = warning_about("status.unrecognised", value, STATUS_FIX)
        return WithOrigins("issued", (), (warning,))
    return WithOrigins(status, (from_payload("status", value, status),))


def _learner(person: Person, assessed_by: tuple[Value, ...], key: LearnerKey) -> Learner:
    return Learner(
        pseudonym=key.pseudonym,
        key_id=key.key_id,
        block=encrypt(learner.block(person, assessed_by), key.key),
    )


def _funding(parsed: Parsed, provider: Provider, key: LearnerKey) -> tuple[Funding, ...]:
    """The funding marks; of a reference only a keyed hash, as it may be a personal account."""
    marks = ((single_text(mark.funder), single_text(mark.reference)) for mark in parsed.funding)
    return tuple(
        Funding(
            funder=funder,
            reference=learner.hmac_of(key.key, provider.id, "funding", reference)
            if reference
            else None,
        )
        for funder, reference in marks
        if funder
    )


def _unconverted_origins(parsed: Parsed) -> tuple[Origin, ...]:
    """The origins of values that are kept as they are written."""
    stated = {"grade": parsed.grade, "grade_scale": parsed.grade_scale}
    origins = tuple(from_payload(name, value) for name, value in stated.items() if value)
    marks = parsed.funding
    return (*origins, from_payload("funding", marks[0].funder)) if marks else origins


def _name_only(person: Person) -> tuple[Reason, ...]:
    ((scheme, _), *_rest) = learner.identifiers(person)
    if scheme != learner.NAME:
        return ()
    detail = "a name alone does not tell persons apart; add an identifier or a birth date"
    return (Reason(code="learner.name_only", path="learner", detail=detail),)
