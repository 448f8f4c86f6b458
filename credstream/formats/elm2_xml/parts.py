"""Subject, claim and specification of an EDCI credential, by its references."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from credstream.contract.values import Reason
from credstream.formats.elm2_xml.links import Known, concept, concepts, ids, known_in, linked, words
from credstream.formats.shared.parsed import (
    Amount,
    Assurance,
    Body,
    Id,
    LargerQualification,
    LevelClaim,
    Parsed,
    Person,
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

BODY_IDS = {
    "registration": "registration",
    "legalIdentifier": "registration",
    "vatIdentifier": "vat",
    "taxIdentifier": "tax",
    "eidasIdentifier": "eidas",
}
AMOUNTS = {
    "volumeOfLearning": "duration",
    "workload": "duration",
    "hasECTSCreditPoints": "ects",
    "ECTSCreditPoints": "ects",
    "duration": "span",
}


def read(credential: XmlNode, claim: XmlNode, attended: bool) -> Parsed:  # noqa: FBT001 - one caller
    """The award of one claim. An activity alone is attendance: nobody assessed anything."""
    known = known_in(credential)
    spec = linked(child(claim, "specifiedBy"), known)
    process = linked(child(claim, "wasAwardedBy"), known)
    body = linked(child(process, "awardingBody"), known) or linked(
        child(claim, "directedBy"), known
    )
    issuer = linked(child(credential, "issuer"), known)
    activity = claim if attended else child(claim, "wasInfluencedBy")
    issued = first(text(credential, "issued"), text(credential, "issuanceDate"))
    starts = text(credential, "validFrom")
    organisation = body or issuer
    award = Parsed(
        kind="award",
        credential_id=attribute(credential, "id"),
        credential_ids=ids(claim, "identifier"),
        occurred_at=first(issued, starts),
        country=_country(organisation) or _country(issuer),
        region=_region(organisation),
        awarding_bodies=_bodies(organisation),
        issued_on=first(text(process, "date"), issued, starts),
        valid_until=first(text(credential, "validUntil"), text(credential, "expirationDate")),
        workload=tuple(_amounts(spec, activity)),
        starts_on=text(activity, "startedAtTime"),
        ends_on=text(activity, "endedAtTime"),
        quality_assurance=tuple(_assurances(organisation, known)),
        credential_type=_type(credential),
        learner=_learner(child(credential, "credentialSubject")),
        evidence=len(children(credential, "evidence")),
        findings=_findings(claim, attended=attended),
    )
    tested = _assessed(award, child(claim, "wasDerivedFrom"), known)
    return _described(tested, credential, claim, spec, known)


def _assessed(award: Parsed, assessment: XmlNode, known: Known) -> Parsed:
    specification = linked(child(assessment, "specifiedBy"), known)
    return replace(
        award,
        assessments=concepts(specification, "type"),
        supervision=concept(child(assessment, "idVerificationMethod")),
        grade=text(assessment, "grade"),
        grade_scale=words(linked(child(specification, "gradingScheme"), known), "title"),
        assessed_by=_assessors(assessment, known),
    )


def _described(
    award: Parsed, credential: XmlNode, claim: XmlNode, spec: XmlNode, known: Known
) -> Parsed:
    """What the learning is, by its specification and, where that is silent, by the claim."""
    return replace(
        award,
        definition_id=_own_id(spec) or _own_id(claim),
        title=first(words(claim, "title"), words(spec, "title"), words(credential, "title")),
        description=first(words(spec, "description"), words(claim, "description")),
        learning_outcomes=tuple(_learned(spec, known)),
        levels=tuple(_levels(spec)),
        modes=concepts(spec, "mode"),
        prerequisites=first(words(spec, "entryRequirementsNote"), words(spec, "entryRequirements")),
        partial=_partial(spec, claim),
        further_information=words(spec, "additionalNote"),
        url=attribute(child(spec, "homepage"), "uri", "id"),
        identifiers=ids(spec, "identifier"),
        languages=concepts(spec, "language"),
        fields=concepts(spec, "hasISCED-FCode"),
        route=concept(child(spec, "learningSettingType")),
    )


def _own_id(spot: XmlNode) -> Value | None:
    found = ids(spot, "identifier")
    return found[0].value if found else None


def _learner(subject: XmlNode) -> Person | None:
    national = tuple(
        Id(scheme="national", value=found)
        for each in children(subject, "nationalId")
        if (found := text_of(each))
    )
    mail = attribute(child(subject, "contactPoint", "mailBox"), "uri") or attribute(
        child(subject, "contactPoint", "email"), "id"
    )
    person = Person(
        identifiers=(*national, *ids(subject, "identifier")),
        full_name=words(subject, "fullName"),
        given_name=words(subject, "givenNames"),
        family_name=words(subject, "familyName"),
        birth_date=text(subject, "dateOfBirth"),
        email=Value(str(mail.raw).removeprefix("mailto:"), mail.path) if mail else None,
    )
    return person if person != Person() else None


def _bodies(organisation: XmlNode) -> tuple[Body, ...]:
    body = Body(
        name=first(words(organisation, "prefLabel"), words(organisation, "preferredName")),
        country=_country(organisation),
        identifiers=(
            *(
                Id(scheme=scheme, value=found)
                for name, scheme in BODY_IDS.items()
                for each in children(organisation, name)
                if (found := text_of(each))
            ),
            *ids(organisation, "identifier"),
        ),
    )
    return (body,) if body.name or body.identifiers else ()


def _country(organisation: XmlNode) -> Value | None:
    """By its address in the list of countries; free text stands inside it in some files."""
    ways = (("hasLocation", "hasAddress"), ("location", "address"), ("contactPoint", "address"))
    for way in ways:
        for place in descendants(organisation, *way):
            found = concept(child(place, "country"))
            if found:
                return found
    return None


def _region(organisation: XmlNode) -> Value | None:
    return concept(child(organisation, "hasLocation", "spatialCode"))


def _learned(spec: XmlNode, known: Known) -> Iterator[StatedOutcome]:
    for link in descendants(spec, "learningOutcomes", "learningOutcome"):
        outcome = linked(link, known)
        name = first(
            words(outcome, "prefLabel"), words(outcome, "title"), words(outcome, "description")
        )
        skills = tuple(
            found
            for each in children(outcome, "relatedEscoSkill", "relatedSkill")
            if (found := attribute(each, "uri"))
        )
        if name:
            yield StatedOutcome(text=name, skills=skills)


def _amounts(spec: XmlNode, activity: XmlNode) -> Iterator[Amount]:
    """The specification's own, and the workload of the activity where that is all there is."""
    found = [
        Amount(unit=unit, value=value)
        for name, unit in AMOUNTS.items()
        for each in children(spec, name)
        if (value := text_of(each))
    ]
    yield from found
    workload = text(activity, "workload")
    if workload and not any(each.unit == "duration" for each in found):
        yield Amount(unit="duration", value=workload)


def _levels(spec: XmlNode) -> Iterator[LevelClaim]:
    european, national = concept(child(spec, "eqfLevel")), concept(child(spec, "nqfLevel"))
    if european or national:
        yield LevelClaim(eqf=european, value=national)


def _assessors(assessment: XmlNode, known: Known) -> tuple[Value, ...]:
    bodies = (_bodies(linked(each, known)) for each in children(assessment, "assessedBy"))
    return tuple(body.name for found in bodies for body in found if body.name)


def _assurances(organisation: XmlNode, known: Known) -> Iterator[Assurance]:
    for link in children(organisation, "hasAccreditation", "accreditation"):
        accreditation = linked(link, known)
        agent = _bodies(linked(child(accreditation, "accreditingAgent"), known))
        reference = first(attribute(accreditation, "id"), words(accreditation, "title"))
        yield Assurance(
            type=Value("external", link.path),
            body=agent[0].name if agent else None,
            reference=reference,
        )


def _partial(spec: XmlNode, claim: XmlNode) -> LargerQualification | None:
    stated = text(spec, "isPartialQualification")
    entitled = words(child(claim, "entitlesTo"), "title")
    if stated is None or str(stated.raw).lower() != "true":
        return None
    return LargerQualification(is_part=Value(True, stated.path), qualification=entitled)


def _type(credential: XmlNode) -> Value | None:
    """The kind of credential by its name; `Generic` says nothing."""
    kind = child(credential, "type")
    name = first(words(kind, "targetName"), text_of(kind))
    return None if name is None or "generic" in str(name.raw).lower() else name


def _findings(claim: XmlNode, *, attended: bool) -> tuple[Reason, ...]:
    nested = descendants(claim, "hasPart", "learningAchievement")
    found = []
    if nested:
        detail = f"nested achievements, taken as parts of this one: {len(nested)}"
        found.append(Reason(code="elm2.parts", path=f"{claim.path}/hasPart", detail=detail))
    if attended or not child(claim, "wasDerivedFrom"):
        detail = "no assessment stands behind it"
        found.append(Reason(code="assessment.none", path=claim.path, detail=detail))
    return tuple(found)
