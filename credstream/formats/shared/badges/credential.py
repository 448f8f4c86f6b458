"""The award and the achievement of one Open Badge 3.0 credential, wherever it stands."""

from __future__ import annotations

from dataclasses import replace

from credstream.contract.errors import Rejected
from credstream.formats.shared.badges import alignment, parts, shape
from credstream.formats.shared.json_nodes import (
    Node,
    amount,
    at,
    backwards,
    bare,
    first,
    flag,
    follow,
    items,
    listed,
    many,
    one,
    present,
    strangers,
    text,
    texts,
    words,
)
from credstream.formats.shared.parsed import Amount, Id, Parsed, Value

DUTCH_SCHEMAS = ("microcredential", "regular", "extracurricular")
WORKLOADS = (("ects", "ECTS"), ("sbu", "SBU"), ("hours", "timeInvestment"))


def read(credential: Node) -> Parsed:
    """The award and the achievement of one badge; raises Rejected."""
    subject = _only(credential, "credentialSubject")
    achievement = _only(subject, "achievement")
    award = _award(credential, subject, achievement)
    named = text(achievement, "id")
    if bare(achievement):
        if named is None:
            raise Rejected("format.invalid", at(achievement, "id"), "the id is no text")
        return replace(award, definition_id=named, reference=True)
    return _definition(award, credential, subject, achievement)


def _only(node: Node, key: str) -> Node:
    found = [each for each in many(node, key) if each]
    if len(found) != 1:
        raise Rejected("format.invalid", at(node, key), f"{len(found)} found where one is needed")
    return found[0]


def _award(credential: Node, subject: Node, achievement: Node) -> Parsed:
    starts = first(text(credential, "validFrom"), text(credential, "issuanceDate"))
    ends = first(text(credential, "validUntil"), text(credential, "expirationDate"))
    result = parts.result(subject, achievement)
    return Parsed(
        kind="award",
        credential_id=text(credential, "id"),
        credential_ids=_scheme("license_number", text(subject, "licenseNumber")),
        occurred_at=starts,
        issued_on=first(text(credential, "awardedDate"), starts),
        valid_until=ends,
        starts_on=text(subject, "activityStartDate"),
        ends_on=text(subject, "activityEndDate"),
        awarding_bodies=parts.bodies(credential, subject, achievement),
        country=parts.country(one(credential, "issuer")),
        region=text(follow(credential, "issuer", "address"), "addressRegion"),
        learner=parts.learner(subject),
        grade=result.grade,
        grade_scale=result.scale,
        evidence=len(many(credential, "evidence")),
        strangers=_strangers(credential, subject, achievement),
        findings=(
            *backwards(starts, ends),
            *result.findings,
            *listed(credential, "credentialStatus"),
        ),
        violations=shape.violations(credential),
    )


def _definition(award: Parsed, credential: Node, subject: Node, achievement: Node) -> Parsed:
    aligned = alignment.read(achievement)
    language = text(achievement, "inLanguage")
    return replace(
        award,
        definition_id=text(achievement, "id"),
        definition_version=text(achievement, "version"),
        language=language,
        title=first(words(achievement, "name"), words(credential, "name")),
        description=words(achievement, "description"),
        learning_outcomes=(*parts.criteria(achievement), *aligned.outcomes),
        workload=_workload(subject, achievement, aligned.workload),
        levels=aligned.levels,
        assessments=texts(achievement, "assessmentType"),
        supervision=text(achievement, "supervisionType"),
        identity_verified=flag(achievement, "identityChecked"),
        modes=texts(achievement, "participationType"),
        quality_assurance=(
            *aligned.assurances,
            *parts.endorsements(credential, subject, achievement),
        ),
        url=_page(achievement),
        identifiers=(*_identifiers(achievement), *aligned.identifiers),
        languages=present(language),
        fields=(*texts(achievement, "fieldOfStudy"), *aligned.fields),
        occupations=aligned.occupations,
        credential_type=first(text(achievement, "achievementType"), _dutch_type(credential)),
    )


def _workload(subject: Node, achievement: Node, aligned: tuple[Amount, ...]) -> tuple[Amount, ...]:
    own = tuple(
        Amount(unit=unit, value=value)
        for unit, key in WORKLOADS
        if (value := amount(achievement, key)) is not None
    )
    stated = (*own, *aligned)
    # Open Badges leaves the unit of its credits open, so they only count where nothing better is.
    credits_ = first(amount(achievement, "creditsAvailable"), amount(subject, "creditsEarned"))
    if stated or credits_ is None:
        return stated
    return (Amount(unit="text", value=credits_),)


def _identifiers(achievement: Node) -> tuple[Id, ...]:
    programmes = tuple(
        Id(scheme="education_program", value=Value(each, path))
        for each, path in items(achievement, "educationProgramIdentifier")
        if isinstance(each, int | str) and not isinstance(each, bool) and str(each).strip()
    )
    return (
        *parts.entries(achievement),
        *_scheme("human_code", text(achievement, "humanCode")),
        *programmes,
    )


def _scheme(scheme: str, value: Value | None) -> tuple[Id, ...]:
    return () if value is None else (Id(scheme=scheme, value=value),)


def _page(achievement: Node) -> Value | None:
    page = text(one(achievement, "criteria"), "id")
    return page if page and str(page.raw).startswith(("http://", "https://")) else None


def _dutch_type(credential: Node) -> Value | None:
    """The kind of badge by the Dutch schema that it names, such as `microcredential_sbu.json`."""
    for schema in many(credential, "credentialSchema"):
        address = text(schema, "id")
        file = str(address.raw).rpartition("/")[2] if address else ""
        for kind in DUTCH_SCHEMAS:
            if address and file.startswith(kind) and file.endswith(".json"):
                return Value(kind, address.path)
    return None


def _strangers(credential: Node, subject: Node, achievement: Node) -> tuple[str, ...]:
    return (
        *strangers(credential, shape.CREDENTIAL_MEMBERS),
        *strangers(subject, shape.SUBJECT_MEMBERS),
        *strangers(achievement, shape.ACHIEVEMENT_MEMBERS),
    )
