"""Subject, claim and specification of an EDCI credential, by its references."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from credstream.contract.values import Reason
from credstream.formats.elm2_xml.links import Known, concept, concepts, ids, known_in, linked, words
from credstream.formats.shared.json_nodes import first
from credstream.formats.shared.parsed import (
    Amount,
    Assurance,
    Body,
    Id,
    LevelClaim,
    Parsed,
    Person,
    StatedOutcome,
    Value,
    Whole,
)
from credstream.formats.shared.xml_nodes import Spot, attribute, down, kid, kids, said, text

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


def read(credential: Spot, claim: Spot, attended: bool) -> Parsed:  # noqa: FBT001 - one caller
    """The award of one claim. An activity alone is attendance: nobody assessed anything."""
    known = known_in(credential)
    spec = linked(kid(claim, "specifiedBy"), known)
    process = linked(kid(claim, "wasAwardedBy"), known)
    body = linked(kid(process, "awardingBody"), known) or linked(kid(claim, "directedBy"), known)
    issuer = linked(kid(credential, "issuer"), known)
    activity = claim if attended else kid(claim, "wasInfluencedBy")
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
        learner=_learner(kid(credential, "credentialSubject")),
        evidence=len(kids(credential, "evidence")),
        findings=_findings(claim, attended=attended),
    )
    tested = _assessed(award, kid(claim, "wasDerivedFrom"), known)
    return _described(tested, credential, claim, spec, known)


def _assessed(award: Parsed, assessment: Spot, known: Known) -> Parsed:
    specification = linked(kid(assessment, "specifiedBy"), known)
    return replace(
        award,
        assessments=concepts(specification, "type"),
        supervision=concept(kid(assessment, "idVerificationMethod")),
        grade=text(assessment, "grade"),
        grade_scale=words(linked(kid(specification, "gradingScheme"), known), "title"),
        assessed_by=_assessors(assessment, known),
    )


def _described(award: Parsed, credential: Spot, claim: Spot, spec: Spot, known: Known) -> Parsed:
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
        url=attribute(kid(spec, "homepage"), "uri", "id"),
        identifiers=ids(spec, "identifier"),
        languages=concepts(spec, "language"),
        fields=concepts(spec, "hasISCED-FCode"),
        route=concept(kid(spec, "learningSettingType")),
    )


def _own_id(spot: Spot) -> Value | None:
    found = ids(spot, "identifier")
    return found[0].value if found else None


def _learner(subject: Spot) -> Person | None:
    national = tuple(
        Id(scheme="national", value=found)
        for each in kids(subject, "nationalId")
        if (found := said(each))
    )
    mail = attribute(kid(subject, "contactPoint", "mailBox"), "uri") or attribute(
        kid(subject, "contactPoint", "email"), "id"
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


def _bodies(organisation: Spot) -> tuple[Body, ...]:
    body = Body(
        name=first(words(organisation, "prefLabel"), words(organisation, "preferredName")),
        country=_country(organisation),
        identifiers=(
            *(
                Id(scheme=scheme, value=found)
                for name, scheme in BODY_IDS.items()
                for each in kids(organisation, name)
                if (found := said(each))
            ),
            *ids(organisation, "identifier"),
        ),
    )
    return (body,) if body.name or body.identifiers else ()


def _country(organisation: Spot) -> Value | None:
    """By its address in the list of countries; free text stands inside it in some files."""
    ways = (("hasLocation", "hasAddress"), ("location", "address"), ("contactPoint", "address"))
    for way in ways:
        for place in down(organisation, *way):
            found = concept(kid(place, "country"))
            if found:
                return found
    return None


def _region(organisation: Spot) -> Value | None:
    return concept(kid(organisation, "hasLocation", "spatialCode"))


def _learned(spec: Spot, known: Known) -> Iterator[StatedOutcome]:
    for link in down(spec, "learningOutcomes", "learningOutcome"):
        outcome = linked(link, known)
        name = first(
            words(outcome, "prefLabel"), words(outcome, "title"), words(outcome, "description")
        )
        skills = tuple(
            found
            for each in kids(outcome, "relatedEscoSkill", "relatedSkill")
            if (found := attribute(each, "uri"))
        )
        if name:
            yield StatedOutcome(text=name, skills=skills)


def _amounts(spec: Spot, activity: Spot) -> Iterator[Amount]:
    """The specification's own, and the workload of the activity where that is all there is."""
    found = [
        Amount(unit=unit, value=value)
        for name, unit in AMOUNTS.items()
        for each in kids(spec, name)
        if (value := said(each))
    ]
    yield from found
    workload = text(activity, "workload")
    if workload and not any(each.unit == "duration" for each in found):
        yield Amount(unit="duration", value=workload)


def _levels(spec: Spot) -> Iterator[LevelClaim]:
    european, national = concept(kid(spec, "eqfLevel")), concept(kid(spec, "nqfLevel"))
    if european or national:
        yield LevelClaim(eqf=european, value=national)


def _assessors(assessment: Spot, known: Known) -> tuple[Value, ...]:
    bodies = (_bodies(linked(each, known)) for each in kids(assessment, "assessedBy"))
    return tuple(body.name for found in bodies for body in found if body.name)


def _assurances(organisation: Spot, known: Known) -> Iterator[Assurance]:
    for link in kids(organisation, "hasAccreditation", "accreditation"):
        accreditation = linked(link, known)
        agent = _bodies(linked(kid(accreditation, "accreditingAgent"), known))
        reference = first(attribute(accreditation, "id"), words(accreditation, "title"))
        yield Assurance(
            type=Value("external", link.path),
            body=agent[0].name if agent else None,
            reference=reference,
        )


def _partial(spec: Spot, claim: Spot) -> Whole | None:
    stated = text(spec, "isPartialQualification")
    entitled = words(kid(claim, "entitlesTo"), "title")
    if stated is None or str(stated.raw).lower() != "true":
        return None
    return Whole(is_part=Value(True, stated.path), qualification=entitled)


def _type(credential: Spot) -> Value | None:
    """The kind of credential by its name; `Generic` says nothing."""
    kind = kid(credential, "type")
    name = first(words(kind, "targetName"), said(kind))
    return None if name is None or "generic" in str(name.raw).lower() else name


def _findings(claim: Spot, *, attended: bool) -> tuple[Reason, ...]:
    nested = down(claim, "hasPart", "learningAchievement")
    found = []
    if nested:
        detail = f"nested achievements, taken as parts of this one: {len(nested)}"
        found.append(Reason(code="elm2.parts", path=f"{claim.path}/hasPart", detail=detail))
    if attended or not kid(claim, "wasDerivedFrom"):
        detail = "no assessment stands behind it"
        found.append(Reason(code="assessment.none", path=claim.path, detail=detail))
    return tuple(found)
