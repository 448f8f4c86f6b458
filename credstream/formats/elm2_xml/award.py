"""Reads the award of one claim of an EDCI credential, with its assessment and specification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from credstream.contract.values import Reason
from credstream.formats.elm2_xml import agents
from credstream.formats.elm2_xml.elements import (
    ById,
    concept,
    concepts,
    elements_by_id,
    identifiers,
    language_text,
    linked,
)
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.parsed import (
    Amount,
    LargerQualification,
    LevelClaim,
    Parsed,
    StatedOutcome,
    Value,
)
from credstream.formats.shared.values import first
from credstream.formats.shared.xml_nodes import (
    XmlNode,
    attribute,
    child,
    children,
    descendants,
    text,
    text_of,
)

UNIT_BY_ELEMENT = {
    "volumeOfLearning": "duration",
    "workload": "duration",
    "hasECTSCreditPoints": "ects",
    "ECTSCreditPoints": "ects",
    # From the first to the last day, so `P12M` is no workload.
    "duration": "span",
}


def read_award(
    credential: XmlNode, claim: XmlNode, budget: Budget | None, *, attendance: bool
) -> Parsed:
    """The award of one claim; `attendance` says that the claim is an activity."""
    by_id = elements_by_id(credential, budget)
    spec = linked(child(claim, "specifiedBy"), by_id)
    process = linked(child(claim, "wasAwardedBy"), by_id)
    # An activity has nobody who awards it, only somebody who directs it.
    body = linked(child(process, "awardingBody"), by_id) or linked(
        child(claim, "directedBy"), by_id
    )
    issuer = linked(child(credential, "issuer"), by_id)
    activity = claim if attendance else child(claim, "wasInfluencedBy")
    issued = first(text(credential, "issued"), text(credential, "issuanceDate"))
    starts = text(credential, "validFrom")
    organisation = body or issuer
    award = Parsed(
        kind="award",
        credential_id=attribute(credential, "id"),
        credential_ids=identifiers(claim, "identifier"),
        occurred_at=first(issued, starts),
        country=agents.country(organisation) or agents.country(issuer),
        region=agents.region(organisation),
        awarding_bodies=agents.bodies(organisation),
        issued_on=first(text(process, "date"), issued, starts),
        valid_until=first(text(credential, "validUntil"), text(credential, "expirationDate")),
        workload=tuple(_workload(spec, activity)),
        starts_on=text(activity, "startedAtTime"),
        ends_on=text(activity, "endedAtTime"),
        quality_assurance=tuple(agents.assurances(organisation, by_id)),
        credential_type=_credential_type(credential),
        learner=agents.learner(child(credential, "credentialSubject")),
        evidence=len(children(credential, "evidence")),
        findings=(*_nested(claim), *_not_assessed(claim, attendance=attendance)),
    )
    assessed = _with_assessment(award, child(claim, "wasDerivedFrom"), by_id)
    return _with_definition(assessed, claim, spec, by_id)


def _with_assessment(award: Parsed, assessment: XmlNode, by_id: ById) -> Parsed:
    """EDCI says that an achievement was derived from its assessment."""
    spec = linked(child(assessment, "specifiedBy"), by_id)
    return replace(
        award,
        assessments=concepts(spec, "type"),
        supervision=concept(child(assessment, "idVerificationMethod")),
        grade=text(assessment, "grade"),
        grade_scale=language_text(linked(child(spec, "gradingScheme"), by_id), "title"),
        assessed_by=agents.assessors(assessment, by_id),
    )


def _with_definition(award: Parsed, claim: XmlNode, spec: XmlNode, by_id: ById) -> Parsed:
    """The award with its definition, by the specification or, where that is silent, the claim."""
    return replace(
        award,
        definition_id=_first_identifier(spec) or _first_identifier(claim),
        title=first(language_text(claim, "title"), language_text(spec, "title")),
        # What else a claim says of itself is of one award, and may name its learner.
        description=language_text(spec or claim, "description"),
        learning_outcomes=tuple(_outcomes(spec, by_id)),
        levels=tuple(_levels(spec)),
        modes=concepts(spec, "mode"),
        prerequisites=first(
            language_text(spec, "entryRequirementsNote"), language_text(spec, "entryRequirements")
        ),
        partial=_larger_qualification(spec),
        further_information=language_text(spec, "additionalNote"),
        url=attribute(child(spec, "homepage"), "uri", "id"),
        identifiers=identifiers(spec, "identifier"),
        languages=concepts(spec, "language"),
        fields=concepts(spec, "hasISCED-FCode"),
        route=concept(child(spec, "learningSettingType")),
    )


def _first_identifier(node: XmlNode) -> Value | None:
    ids = identifiers(node, "identifier")
    return ids[0].value if ids else None


def _outcomes(spec: XmlNode, by_id: ById) -> Iterator[StatedOutcome]:
    for link in descendants(spec, "learningOutcomes", "learningOutcome"):
        outcome = linked(link, by_id)
        statement = first(
            *(language_text(outcome, name) for name in ("prefLabel", "title", "description"))
        )
        skills = tuple(
            address
            for skill in children(outcome, "relatedEscoSkill", "relatedSkill")
            if (address := attribute(skill, "uri"))
        )
        if statement:
            yield StatedOutcome(text=statement, skills=skills)


def _workload(spec: XmlNode, activity: XmlNode) -> Iterator[Amount]:
    """The specification's workload; that of the activity where it states no duration."""
    amounts = [
        Amount(unit=unit, value=value)
        for name, unit in UNIT_BY_ELEMENT.items()
        for node in children(spec, name)
        if (value := text_of(node))
    ]
    yield from amounts
    spent = text(activity, "workload")
    if spent and not any(amount.unit == "duration" for amount in amounts):
        yield Amount(unit="duration", value=spent)


def _levels(spec: XmlNode) -> Iterator[LevelClaim]:
    european, national = concept(child(spec, "eqfLevel")), concept(child(spec, "nqfLevel"))
    if european or national:
        yield LevelClaim(eqf=european, value=national)


def _larger_qualification(spec: XmlNode) -> LargerQualification | None:
    stated = text(spec, "isPartialQualification")
    if stated is None or str(stated.raw).lower() != "true":
        return None
    entitled = language_text(child(spec, "entitlesTo"), "title")
    return LargerQualification(is_part=Value(True, stated.path), qualification=entitled)


def _credential_type(credential: XmlNode) -> Value | None:
    """The type of credential by its name; the generic type says nothing."""
    kind = child(credential, "type")
    name = first(language_text(kind, "targetName"), text_of(kind))
    return None if name is None or "generic" in str(name.raw).lower() else name


def _nested(claim: XmlNode) -> tuple[Reason, ...]:
    nested = descendants(claim, "hasPart", "learningAchievement")
    if not nested:
        return ()
    detail = f"nested achievements, taken as parts of this one: {len(nested)}"
    return (Reason(code="elm2.parts", path=f"{claim.path}/hasPart", detail=detail),)


def _not_assessed(claim: XmlNode, *, attendance: bool) -> tuple[Reason, ...]:
    if not attendance and child(claim, "wasDerivedFrom"):
        return ()
    detail = "no assessment stands behind it"
    return (Reason(code="assessment.none", path=claim.path, detail=detail),)
