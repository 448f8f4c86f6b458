"""Reads the award of one claim, and the definition that its specification describes."""

from __future__ import annotations

from dataclasses import replace

from credstream.contract.values import Reason
from credstream.formats.elm3 import parts, shape
from credstream.formats.elm3.concepts import concept, concepts, identifiers, lasting_id, note
from credstream.formats.elm3.learning import Learning
from credstream.formats.elm3.members import (
    CLAIM_MEMBERS,
    CREDENTIAL_MEMBERS,
    PERSON_MEMBERS,
    SPECIFICATION_MEMBERS,
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
    text,
)
from credstream.formats.shared.parsed import Id, LargerQualification, Parsed, Value
from credstream.formats.shared.values import first

# The evidence type of a mandate: who may issue for whom, nothing about the learning.
MANDATE = "http://data.europa.eu/snb/evidence-type/c_18016257"
GENERIC_PROFILE = "http://data.europa.eu/snb/credential/e34929035b"


def read_award(credential: JsonNode, subject: JsonNode, learning: Learning) -> Parsed:
    starts = text(credential, "validFrom")
    # EDC is based on VCDM 1.1, which has expirationDate and issuanceDate; the others are ELM's own.
    ends = first(text(credential, "validUntil"), text(credential, "expirationDate"))
    issued = first(text(credential, "issued"), text(credential, "issuanceDate"))
    awarded = text(child(learning.claim, "awardedBy"), "awardingDate")
    period = _period(learning.activities)
    return Parsed(
        kind="award",
        credential_id=text(credential, "id"),
        credential_ids=identifiers(credential),
        occurred_at=first(issued, starts),
        # The seal adds the day of issue; before it the day of award says more than validFrom.
        issued_on=first(issued, awarded, starts),
        valid_until=ends,
        starts_on=text(period, "startDate"),
        ends_on=text(period, "endDate"),
        learner=parts.learner(subject),
        grade=learning.grade,
        grade_scale=learning.grade_scale,
        assessed_by=learning.assessed_by,
        evidence=_evidence(credential),
        unknown_fields=(
            *unknown_fields(credential, CREDENTIAL_MEMBERS),
            *unknown_fields(subject, PERSON_MEMBERS),
            *unknown_fields(learning.claim, CLAIM_MEMBERS),
            *unknown_fields(learning.spec, SPECIFICATION_MEMBERS),
        ),
        findings=(
            *reversed_validity(starts, ends),
            *unchecked_status(credential, "credentialStatus", "status"),
            *_not_assessed(learning),
        ),
        violations=shape.violations(credential),
    )


def with_definition(award: Parsed, credential: JsonNode, learning: Learning) -> Parsed:
    claim, spec = learning.claim, learning.spec
    display = child(credential, "displayParameter")
    title = first(language_text(claim, "title"), language_text(spec, "title"))
    # After sealing the issuer is the owner of the certificate, so awarding bodies come first.
    issuers = children(credential, "issuer")
    organisations = (*parts.awarding_bodies(claim), child(credential, "issuer"))
    definition_id = _definition_id(spec)
    return replace(
        award,
        definition_id=definition_id,
        reference=is_reference(spec) and definition_id is not None and title is None,
        language=concept(child(display, "primaryLanguage")),
        title=title,
        description=language_text(_described(claim, spec), "description"),
        country=first(*map(parts.country, organisations)),
        region=first(*map(parts.region, organisations)),
        awarding_bodies=parts.bodies(parts.awarding_bodies(claim)) or parts.bodies(issuers),
        learning_outcomes=learning.outcomes,
        workload=learning.workload,
        levels=learning.levels,
        assessments=learning.assessments,
        supervision=learning.supervision,
        modes=learning.modes,
        schedule=learning.schedule,
        quality_assurance=parts.assurances(credential, claim, spec),
        prerequisites=note(child(spec, "entryRequirement")),
        partial=_larger_qualification(claim, spec),
        further_information=_further_information(spec),
        url=_page(spec),
        identifiers=_identifiers(spec),
        languages=concepts(spec, "language"),
        fields=concepts(spec, "thematicArea"),
        occupations=learning.occupations,
        target_groups=concepts(spec, "targetGroup"),
        route=concept(child(spec, "learningSetting")),
        credential_type=_credential_type(credential, learning),
    )


def _described(claim: JsonNode, spec: JsonNode) -> JsonNode:
    """What describes the definition: the claim only where there is no specification.

    What else a claim says of itself is of one award, and may name its learner.
    """
    return claim if is_reference(spec) or not spec else spec


def _period(activities: tuple[JsonNode, ...]) -> JsonNode:
    periods = (child(activity, "temporal") for activity in activities)
    return next((period for period in periods if period), JsonNode({}, ""))


def _not_assessed(learning: Learning) -> tuple[Reason, ...]:
    if not learning.attendance:
        return ()
    detail = "no assessment stands behind it"
    return (Reason(code="assessment.none", path=learning.claim.path, detail=detail),)


def _definition_id(spec: JsonNode) -> Value | None:
    return first(lasting_id(spec), *(id_.value for id_ in identifiers(spec)))


def _identifiers(spec: JsonNode) -> tuple[Id, ...]:
    codes = concepts(spec, "qualificationCode")
    return (
        *identifiers(spec),
        *(Id(scheme="qualification_code", value=code) for code in codes),
    )


def _page(spec: JsonNode) -> Value | None:
    documents = ("homepage", "supplementaryDocument")
    return first(*(text(child(spec, key), "contentURL") for key in documents))


def _larger_qualification(claim: JsonNode, spec: JsonNode) -> LargerQualification | None:
    """The whole by its id; by its title only where the specification names it."""
    stated = flag(spec, "isPartialQualification")
    wholes = children(spec, "isPartOf")
    name = first(
        *(first(lasting_id(whole), language_text(whole, "title")) for whole in wholes),
        *(lasting_id(whole) for whole in children(claim, "isPartOf")),
    )
    return LargerQualification(is_part=stated, qualification=name) if stated or name else None


def _further_information(spec: JsonNode) -> Value | None:
    """A note; else what the award entitles to, as ELM has no place in a stack."""
    notes = (note(found) for found in children(spec, "additionalNote"))
    entitlements = (language_text(found, "title") for found in children(spec, "entitlesTo"))
    return first(*notes, *entitlements)


def _credential_type(credential: JsonNode, learning: Learning) -> Value | None:
    """Attendance by its class; else a specific profile; else the type of the opportunity."""
    if learning.attendance:
        return text(learning.claim, "type")
    profiles = concepts(credential, "credentialProfiles")
    specific = next((profile for profile in profiles if profile.raw != GENERIC_PROFILE), None)
    return first(specific, concept(child(learning.spec, "dcType")))


def _evidence(credential: JsonNode) -> int:
    """How many evidences there are, mandates apart."""
    types = (text(child(node, "dcType"), "id") for node in children(credential, "evidence"))
    return sum(1 for kind in types if kind is None or kind.raw != MANDATE)
