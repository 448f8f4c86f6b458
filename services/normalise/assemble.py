"""Puts the findings of every family together: a definition, an award, and one from another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.identity import definition_key
from credstream.contract.learner_block import encrypt
from credstream.contract.records import Provider
from credstream.contract.values import Award, Definition, Funding, Learner, Origin, Reason
from credstream.formats.shared import credential_ids
from credstream.formats.shared.parsed import Parsed, Person, Value
from services.normalise import learner
from services.normalise.descriptors import (
    assessments,
    assurance,
    bodies,
    dates,
    fields,
    funding,
    kinds,
    levels,
    outcomes,
    participation,
    stacks,
    texts,
    workload,
)
from services.normalise.descriptors.base import (
    Finding,
    doubt,
    fold,
    from_payload,
    plain,
    shown,
)
from services.normalise.facts import HeldDefinition, LearnerKey
from services.normalise.sensitive import sensitive

DESCRIPTORS: Mapping[str, Callable[[Parsed, Provider], Finding[Any]]] = {
    "language": texts.language,
    "title": texts.title,
    "description": texts.description,
    "country": bodies.country,
    "region": bodies.region,
    "awarding_bodies": bodies.awarding_bodies,
    "learning_outcomes": outcomes.learning_outcomes,
    "workload": workload.workload,
    "level": levels.level,
    "assessment": assessments.assessment,
    "participation": participation.participation,
    "quality_assurance": assurance.quality_assurance,
    "prerequisites": texts.prerequisites,
    "stack": stacks.stack,
    "partial": stacks.partial,
    "further_information": texts.further_information,
    "url": texts.url,
    "identifiers": bodies.identifiers,
    "languages": fields.languages,
    "fields": fields.fields,
    "occupations": fields.occupations,
    "target_groups": fields.target_groups,
    "co_designers": bodies.co_designers,
    "route": kinds.route,
    "credential_type": kinds.credential_type,
    "valid_from": dates.valid_from,
    "valid_until": dates.definition_valid_until,
    "review_on": dates.review_on,
}
# The version of the rules by which values become descriptors; every normalised record names it.
MAPPING = "2026-11"
# An award says more than its definition, and its definition more than the registration.
WEAKER = frozenset({"registration", "definition"})

STATUSES: Mapping[str, str] = {
    word: status
    for status, words in {
        "issued": "issued active valid passed completed accepted achieved awarded",
        "revoked": "revoked withdrawn cancelled annulled",
        "suspended": "suspended",
        "": "failed in-progress in_progress pending rejected enrolled",
    }.items()
    for word in words.split()
}


def definition_key_of(parsed: Parsed, provider: Provider) -> str:
    """The key of the definition that a submission names or describes."""
    return definition_key(provider.country, provider.id, credential_ids.definition_id(parsed))


def definition_of(parsed: Parsed, provider: Provider, key: str) -> Finding[Definition]:
    """Everything that the payload says of the definition, completed by the registration."""
    found = {name: read(parsed, provider) for name, read in DESCRIPTORS.items()}
    values = {name: each.value for name, each in found.items()}
    definition = Definition(
        key=key,
        id=plain(parsed.definition_id),
        version=plain(parsed.definition_version),
        **values,
    )
    named = parsed.definition_version
    version = (from_payload("version", named),) if named and plain(named) else ()
    return Finding(
        definition,
        (*(origin for each in found.values() for origin in each.origins), *version),
        tuple(reason for each in found.values() for reason in each.warnings),
    )


def require(definition: Definition, parsed: Parsed) -> None:
    """Raises Rejected where a definition lacks what nothing can go on without."""
    if not definition.title:
        path = parsed.title.path if parsed.title else "title"
        raise Rejected("title.missing", path, "no title was read")
    if not definition.awarding_bodies:
        raise Rejected("awarding_bodies.missing", "awarding_bodies", "no awarding body was read")


def completed(found: Finding[Definition], held: HeldDefinition) -> Finding[Definition]:
    """A definition that a payload describes in part, completed from the one that is held."""
    definition, origins = filled(found.value, found.origins, held.definition, held.origins)
    return Finding(definition, origins, found.warnings)


def filled(
    definition: Definition,
    origins: Iterable[Origin],
    held: Definition,
    held_origins: Iterable[Origin],
) -> tuple[Definition, tuple[Origin, ...]]:
    """As `completed`, without warnings."""
    kept = tuple(origins)
    own = {each.descriptor for each in kept if each.origin not in WEAKER}
    taken = {
        name: getattr(held, name) for name in DESCRIPTORS if name not in own and getattr(held, name)
    }
    stale = {
        each.descriptor: getattr(Definition(key=held.key), each.descriptor)
        for each in kept
        if each.origin == "definition" and each.descriptor in DESCRIPTORS
    }
    combined = replace(
        definition,
        id=definition.id or held.id,
        version=definition.version if "version" in own else held.version,
        **(stale | taken),
    )
    mine = (each for each in kept if each.descriptor not in taken and each.origin != "definition")
    return combined, (*_of_definition(held_origins, taken), *mine)


def award_of(parsed: Parsed, provider: Provider, key: str, known: LearnerKey) -> Finding[Award]:
    """The award; raises Rejected where learner or date are missing, or it was not earned."""
    person = learner.require(parsed.learner)
    issued_on = _issued_on(parsed.issued_on)
    valid_until = dates.day_of("award.valid_until", parsed.valid_until)
    verified = assessments.identity_verified(parsed, "identity_verified")
    status = _status(parsed.status)
    award = Award(
        definition_key=key,
        learner=_learner(person, parsed.assessed_by, known),
        issued_on=issued_on.value,
        valid_until=valid_until.value,
        grade=plain(parsed.grade),
        grade_scale=plain(parsed.grade_scale),
        identity_verified=verified.value,
        evidence=parsed.evidence,
        status=status.value,
        funding=_funding(parsed, provider, known),
    )
    findings = (issued_on, valid_until, verified, status)
    return Finding(
        award,
        (
            Origin(descriptor="learner", origin="payload"),
            *(origin for each in findings for origin in each.origins),
            *_plain_origins(parsed),
        ),
        (
            *(reason for each in findings for reason in each.warnings),
            *dates.birth_date_doubts(person.birth_date),
            *_name_only(person),
        ),
    )


def remarks(parsed: Parsed) -> tuple[Reason, ...]:
    """What the parser found, and how much of the payload was left out.

    The names of fields left out may tell as much of a person as their content: they are counted.
    """
    count = len(parsed.unknown_fields)
    detail = f"fields that the format does not define, left out: {count}"
    dropped = (Reason(code="extension.dropped", path="", detail=detail),) if count else ()
    found = (*parsed.findings, *parsed.violations)
    kept = (each for each in found if each.path not in parsed.unknown_fields)
    return (*kept, *dropped, *_sensitive(parsed), *funding.doubts(parsed.funding))


def _sensitive(parsed: Parsed) -> tuple[Reason, ...]:
    count = sensitive(parsed.unknown_fields)
    detail = f"fields left out that tell of special categories or of pay: {count}"
    return (Reason(code="extension.sensitive", path="", detail=detail),) if count else ()


def _of_definition(origins: Iterable[Origin], taken: Mapping[str, Any]) -> tuple[Origin, ...]:
    """Origins in another payload: their rules are kept, their paths mean nothing here."""
    found = (
        Origin(descriptor=each.descriptor, origin="definition", rule=each.rule, raw=each.raw)
        for each in origins
        if each.descriptor in taken
    )
    return tuple(dict.fromkeys(found))


def _issued_on(value: Value | None) -> Finding[str]:
    found = dates.day_of("issued_on", value)
    if found.value is None:
        detail = f"seen {shown(value.raw)}; {dates.FIX}" if value else "no date was read"
        raise Rejected("issued_on.missing", value.path if value else "issued_on", detail)
    return Finding(found.value, found.origins)


def _status(value: Value | None) -> Finding[str]:
    written = plain(value)
    if value is None or written is None:
        return Finding("issued")
    status = STATUSES.get(fold(written))
    if status == "":
        raise Rejected("status.not_awarded", value.path, f"seen {shown(value.raw)}")
    if status is None:
        fix = "write issued, revoked or suspended; it is taken as issued"
        return Finding("issued", (), (doubt("status.unrecognised", value, fix),))
    return Finding(status, (from_payload("status", value, status),))


def _learner(person: Person, assessed_by: tuple[Value, ...], known: LearnerKey) -> Learner:
    return Learner(
        pseudonym=known.pseudonym,
        key_id=known.key_id,
        block=encrypt(learner.block(person, assessed_by), known.key),
    )


def _funding(parsed: Parsed, provider: Provider, known: LearnerKey) -> tuple[Funding, ...]:
    """Funding marks; a reference may be a personal account, so only its keyed hash goes on."""
    marks = ((plain(each.funder), plain(each.reference)) for each in parsed.funding)
    return tuple(
        Funding(
            funder=funder,
            reference=learner.hmac_of(known.key, provider.id, "funding", reference)
            if reference
            else None,
        )
        for funder, reference in marks
        if funder
    )


def _plain_origins(parsed: Parsed) -> tuple[Origin, ...]:
    given = {"grade": parsed.grade, "grade_scale": parsed.grade_scale}
    found = tuple(from_payload(name, value) for name, value in given.items() if value)
    marks = parsed.funding
    return (*found, from_payload("funding", marks[0].funder)) if marks else found


def _name_only(person: Person) -> tuple[Reason, ...]:
    ((scheme, _), *_rest) = learner.identifiers(person)
    if scheme != learner.NAME:
        return ()
    detail = "a name alone does not tell persons apart; add an identifier or a birth date"
    return (Reason(code="learner.name_only", path="learner", detail=detail),)
