"""Subject, claim and specification of an EDCI credential, by its references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from credstream.contract.parts import Reason
from credstream.formats.common import (
    Amount,
    Assurance,
    Body,
    Id,
    LevelClaim,
    Outcome,
    Parsed,
    Person,
    Value,
    Whole,
)
from credstream.formats.xml_walking import (
    Spot,
    attribute,
    down,
    kid,
    kids,
    name_of,
    said,
    spoken,
    text,
)

BODY_IDS = {
    "registration": "registration",
    "legalIdentifier": "registration",
    "vatIdentifier": "vat",
    "taxIdentifier": "tax",
    "eidasIdentifier": "eidas",
}
SPECIFICATIONS = ("learningSpecification", "qualification", "learningActivitySpecification")
AMOUNTS = {
    "volumeOfLearning": "duration",
    "workload": "duration",
    "hasECTSCreditPoints": "ects",
    "ECTSCreditPoints": "ects",
    "duration": "span",
}
Known = Mapping[str, Spot]


def read(credential: Spot, claim: Spot, attended: bool) -> Parsed:  # noqa: FBT001 - one caller
    """The award of one claim. An activity alone is attendance: nobody assessed anything."""
    known = _known(credential)
    spec = _linked(kid(claim, "specifiedBy"), known)
    process = _linked(kid(claim, "wasAwardedBy"), known)
    body = _linked(kid(process, "awardingBody"), known) or _linked(kid(claim, "directedBy"), known)
    issuer = _linked(kid(credential, "issuer"), known)
    assessment = kid(claim, "wasDerivedFrom")
    tested = _linked(kid(assessment, "specifiedBy"), known)
    activity = claim if attended else kid(claim, "wasInfluencedBy")
    day = _first(*(text(each, "date") for each in (process,) if each))
    issued = _first(text(credential, "issued"), text(credential, "issuanceDate"))
    starts = text(credential, "validFrom")
    organisation = body or issuer
    return Parsed(
        kind="award",
        credential_id=attribute(credential, "id"),
        credential_ids=_ids(claim, "identifier"),
        occurred_at=_first(issued, starts),
        definition_id=_own_id(spec) or _own_id(claim),
        title=_first(_words(claim, "title"), _words(spec, "title"), _words(credential, "title")),
        description=_first(_words(spec, "description"), _words(claim, "description")),
        country=_country(organisation) or _country(issuer),
        region=_region(organisation),
        awarding_bodies=_bodies(organisation),
        issued_on=_first(day, issued, starts),
        valid_until=_first(text(credential, "validUntil"), text(credential, "expirationDate")),
        learning_outcomes=tuple(_learned(spec, known)),
        workload=tuple(_amounts(spec, activity)),
        starts_on=text(activity, "startedAtTime"),
        ends_on=text(activity, "endedAtTime"),
        levels=tuple(_levels(spec)),
        assessments=_concepts(tested, "type"),
        supervision=_concept(kid(assessment, "idVerificationMethod")),
        grade=text(assessment, "grade"),
        grade_scale=_words(_linked(kid(tested, "gradingScheme"), known), "title"),
        assessed_by=_assessors(assessment, known),
        modes=_concepts(spec, "mode"),
        quality_assurance=tuple(_assurances(organisation, known)),
        prerequisites=_first(
            _words(spec, "entryRequirementsNote"), _words(spec, "entryRequirements")
        ),
        partial=_partial(spec, claim),
        further_information=_words(spec, "additionalNote"),
        url=attribute(kid(spec, "homepage"), "uri", "id"),
        identifiers=_ids(spec, "identifier"),
        languages=_concepts(spec, "language"),
        fields=_concepts(spec, "hasISCED-FCode"),
        route=_concept(kid(spec, "learningSettingType")),
        credential_type=_type(credential),
        learner=_learner(kid(credential, "credentialSubject")),
        evidence=len(kids(credential, "evidence")),
        findings=_findings(claim, attended=attended),
    )


def _known(credential: Spot) -> Known:
    """Every element by the id that it bears, as an attribute or as a child."""
    found: dict[str, Spot] = {}
    for group in kids(credential, *_groups(credential)):
        for name in {name_of(each) for each in group.element} if group.element is not None else ():
            for each in kids(group, name):
                own = attribute(each, "id") or text(each, "id")
                if own:
                    found.setdefault(str(own.raw), each)
    return found


def _groups(credential: Spot) -> tuple[str, ...]:
    every = credential.element if credential.element is not None else ()
    return tuple({name for each in every if (name := name_of(each)).endswith("References")})


def _linked(spot: Spot, known: Known) -> Spot:
    """What a link leads to; the element itself where it holds its content."""
    link = attribute(spot, "idref")
    return known.get(str(link.raw), Spot(None, spot.path)) if link else spot


def _first(*values: Value | None) -> Value | None:
    return next((each for each in values if each is not None), None)


def _words(spot: Spot, name: str) -> Value | None:
    found = kids(spot, name)
    return spoken(tuple(each for one in found for each in kids(one, "text"))) or spoken(found)


def _concept(spot: Spot) -> Value | None:
    """A code of a list by its address, else by its name."""
    return _first(
        attribute(spot, "uri"),
        _words(spot, "targetName"),
        attribute(spot, "targetNotation"),
        said(spot),
    )


def _concepts(spot: Spot, name: str) -> tuple[Value, ...]:
    return tuple(found for each in kids(spot, name) if (found := _concept(each)))


def _ids(spot: Spot, *names: str) -> tuple[Id, ...]:
    return tuple(
        Id(scheme=_scheme(each), value=found)
        for each in kids(spot, *names)
        if (found := said(each))
    )


def _scheme(spot: Spot) -> str:
    scheme = attribute(spot, "schemeID", "identifierSchemeId", "schemeAgencyName")
    return str(scheme.raw).lower() if scheme else "id"


def _own_id(spot: Spot) -> Value | None:
    ids = _ids(spot, "identifier")
    return ids[0].value if ids else None


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
        identifiers=(*national, *_ids(subject, "identifier")),
        full_name=_words(subject, "fullName"),
        given_name=_words(subject, "givenNames"),
        family_name=_words(subject, "familyName"),
        birth_date=text(subject, "dateOfBirth"),
        email=Value(str(mail.raw).removeprefix("mailto:"), mail.path) if mail else None,
    )
    return person if person != Person() else None


def _bodies(organisation: Spot) -> tuple[Body, ...]:
    body = Body(
        name=_first(_words(organisation, "prefLabel"), _words(organisation, "preferredName")),
        country=_country(organisation),
        identifiers=(
            *(
                Id(scheme=scheme, value=found)
                for name, scheme in BODY_IDS.items()
                for each in kids(organisation, name)
                if (found := said(each))
            ),
            *_ids(organisation, "identifier"),
        ),
    )
    return (body,) if body.name or body.identifiers else ()


def _country(organisation: Spot) -> Value | None:
    """By its address in the list of countries; free text stands inside it in some files."""
    ways = (("hasLocation", "hasAddress"), ("location", "address"), ("contactPoint", "address"))
    for way in ways:
        for place in down(organisation, *way):
            found = _concept(kid(place, "country"))
            if found:
                return found
    return None


def _region(organisation: Spot) -> Value | None:
    return _concept(kid(organisation, "hasLocation", "spatialCode"))


def _learned(spec: Spot, known: Known) -> Iterator[Outcome]:
    for link in down(spec, "learningOutcomes", "learningOutcome"):
        outcome = _linked(link, known)
        name = _first(
            _words(outcome, "prefLabel"), _words(outcome, "title"), _words(outcome, "description")
        )
        skills = tuple(
            found
            for each in kids(outcome, "relatedEscoSkill", "relatedSkill")
            if (found := attribute(each, "uri"))
        )
        if name:
            yield Outcome(text=name, skills=skills)


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
    european, national = _concept(kid(spec, "eqfLevel")), _concept(kid(spec, "nqfLevel"))
    if european or national:
        yield LevelClaim(eqf=european, value=national)


def _assessors(assessment: Spot, known: Known) -> tuple[Value, ...]:
    bodies = (_bodies(_linked(each, known)) for each in kids(assessment, "assessedBy"))
    return tuple(body.name for found in bodies for body in found if body.name)


def _assurances(organisation: Spot, known: Known) -> Iterator[Assurance]:
    for link in kids(organisation, "hasAccreditation", "accreditation"):
        accreditation = _linked(link, known)
        agent = _bodies(_linked(kid(accreditation, "accreditingAgent"), known))
        reference = _first(attribute(accreditation, "id"), _words(accreditation, "title"))
        yield Assurance(
            type=Value("external", link.path),
            body=agent[0].name if agent else None,
            reference=reference,
        )


def _partial(spec: Spot, claim: Spot) -> Whole | None:
    stated = text(spec, "isPartialQualification")
    entitled = _words(kid(claim, "entitlesTo"), "title")
    if stated is None or str(stated.raw).lower() != "true":
        return None
    return Whole(is_part=Value(True, stated.path), qualification=entitled)


def _type(credential: Spot) -> Value | None:
    """The kind of credential by its name; `Generic` says nothing."""
    kind = kid(credential, "type")
    name = _first(_words(kind, "targetName"), said(kind))
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
