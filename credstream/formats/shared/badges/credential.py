"""The award and the achievement of one Open Badge 3.0, alone or in a learner record."""

from __future__ import annotations

from dataclasses import replace

from credstream.contract.errors import Rejected
from credstream.formats.shared.badges import parts, shape
from credstream.formats.shared.badges.alignment import read_alignments
from credstream.formats.shared.badges.results import read_results
from credstream.formats.shared.badges.shape_tables import (
    ACHIEVEMENT_MEMBERS,
    CREDENTIAL_MEMBERS,
    SUBJECT_MEMBERS,
)
from credstream.formats.shared.json_checks import (
    reversed_validity,
    unchecked_status,
    unknown_fields,
)
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    flag,
    is_reference,
    language_text,
    member_path,
    number_or_text,
    raw_values,
    text,
    texts,
)
from credstream.formats.shared.parsed import Amount, Id, Parsed, Value
from credstream.formats.shared.values import distinct, first

# The Dutch educredential marks its kinds by the file name of the schema, without achievementType.
DUTCH_SCHEMAS = ("microcredential", "regular", "extracurricular")
# Extensions of the Dutch educredential; an SBU is an hour of study.
WORKLOADS = (("ects", "ECTS"), ("sbu", "SBU"), ("hours", "timeInvestment"))


def read(credential: JsonNode) -> Parsed:
    """The award and the achievement of one badge; raises Rejected."""
    subject = _only_child(credential, "credentialSubject")
    achievement = _only_child(subject, "achievement")
    award = _award(credential, subject, achievement)
    if is_reference(achievement):
        definition_id = text(achievement, "id")
        if definition_id is None:
            raise Rejected("format.invalid", member_path(achievement, "id"), "the id is no text")
        return replace(award, definition_id=definition_id, reference=True)
    return _with_definition(award, credential, subject, achievement)


def _only_child(node: JsonNode, key: str) -> JsonNode:
    nodes = [found for found in children(node, key) if found]
    if len(nodes) != 1:
        detail = f"{len(nodes)} found where one is needed"
        raise Rejected("format.invalid", member_path(node, key), detail)
    return nodes[0]


def _award(credential: JsonNode, subject: JsonNode, achievement: JsonNode) -> Parsed:
    # Version 1.1 of the VC data model has issuanceDate and expirationDate where 2.0 has validFrom
    # and validUntil: https://www.w3.org/TR/vc-data-model-2.0/#validity-period
    starts = first(text(credential, "validFrom"), text(credential, "issuanceDate"))
    ends = first(text(credential, "validUntil"), text(credential, "expirationDate"))
    graded = read_results(subject, achievement)
    return Parsed(
        kind="award",
        credential_id=text(credential, "id"),
        credential_ids=_id("license_number", text(subject, "licenseNumber")),
        occurred_at=starts,
        issued_on=first(text(credential, "awardedDate"), starts),
        valid_until=ends,
        starts_on=text(subject, "activityStartDate"),
        ends_on=text(subject, "activityEndDate"),
        awarding_bodies=parts.bodies(credential, achievement),
        country=parts.country(child(credential, "issuer")),
        region=text(child(credential, "issuer", "address"), "addressRegion"),
        learner=parts.learner(subject),
        assessed_by=parts.assessors(subject),
        grade=graded.grade,
        grade_scale=graded.scale,
        evidence=len(children(credential, "evidence")),
        unknown_fields=(
            *unknown_fields(credential, CREDENTIAL_MEMBERS),
            *unknown_fields(subject, SUBJECT_MEMBERS),
            *unknown_fields(achievement, ACHIEVEMENT_MEMBERS),
        ),
        findings=(
            *reversed_validity(starts, ends),
            *graded.findings,
            *unchecked_status(credential, "credentialStatus"),
        ),
        violations=shape.violations(credential),
    )


def _with_definition(
    award: Parsed, credential: JsonNode, subject: JsonNode, achievement: JsonNode
) -> Parsed:
    aligned = read_alignments(achievement)
    language = text(achievement, "inLanguage")
    return replace(
        award,
        definition_id=text(achievement, "id"),
        definition_version=text(achievement, "version"),
        language=language,
        title=language_text(achievement, "name"),
        description=language_text(achievement, "description"),
        learning_outcomes=(*parts.criteria(achievement), *aligned.outcomes),
        workload=_workload(subject, achievement, aligned.workload),
        levels=aligned.levels,
        assessments=texts(achievement, "assessmentType"),
        supervision=text(achievement, "supervisionType"),
        identity_verified=flag(achievement, "identityChecked"),
        modes=texts(achievement, "participationType"),
        quality_assurance=(
            *aligned.assurances,
            *parts.endorsements(credential, achievement),
        ),
        url=_page(achievement),
        identifiers=(*_identifiers(achievement), *aligned.identifiers),
        languages=distinct(language),
        fields=(*texts(achievement, "fieldOfStudy"), *aligned.fields),
        occupations=aligned.occupations,
        credential_type=first(text(achievement, "achievementType"), _dutch_type(credential)),
    )


def _workload(
    subject: JsonNode, achievement: JsonNode, aligned: tuple[Amount, ...]
) -> tuple[Amount, ...]:
    own = tuple(
        Amount(unit=unit, value=value)
        for unit, key in WORKLOADS
        if (value := number_or_text(achievement, key)) is not None
    )
    stated = (*own, *aligned)
    # Open Badges does not define the unit of its credits, so they count where nothing else does:
    # https://www.imsglobal.org/spec/ob/v3p0/#achievement (creditsAvailable)
    points = first(
        number_or_text(achievement, "creditsAvailable"), number_or_text(subject, "creditsEarned")
    )
    if stated or points is None:
        return stated
    return (Amount(unit="text", value=points),)


def _identifiers(achievement: JsonNode) -> tuple[Id, ...]:
    programmes = tuple(
        Id(scheme="education_program", value=Value(raw, path))
        for raw, path in raw_values(achievement, "educationProgramIdentifier")
        if isinstance(raw, int | str) and not isinstance(raw, bool) and str(raw).strip()
    )
    return (
        *parts.other_identifiers(achievement),
        *_id("human_code", text(achievement, "humanCode")),
        *programmes,
    )


def _id(scheme: str, value: Value | None) -> tuple[Id, ...]:
    return () if value is None else (Id(scheme=scheme, value=value),)


def _page(achievement: JsonNode) -> Value | None:
    page = text(child(achievement, "criteria"), "id")
    return page if page and str(page.raw).startswith(("http://", "https://")) else None


def _dutch_type(credential: JsonNode) -> Value | None:
    """The kind of badge by the Dutch schema that it names, such as `microcredential_sbu.json`."""
    for schema in children(credential, "credentialSchema"):
        address = text(schema, "id")
        file = str(address.raw).rpartition("/")[2] if address else ""
        for kind in DUTCH_SCHEMAS:
            if address and file.startswith(kind) and file.endswith(".json"):
                return Value(kind, address.path)
    return None
