"""European Digital Credentials (ELM v3 as JSON-LD): one award for each claim of a learner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.elm3 import parts, shape
from credstream.formats.elm3.learning import Learning
from credstream.formats.elm3.learning import read as learning_of
from credstream.formats.elm3.parts import concept, concepts, note
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
    raw_values,
    root,
    text,
    type_names,
)
from credstream.formats.shared.parsed import Id, LargerQualification, Parsed, Rules, Value
from credstream.formats.shared.values import first

NAME = "elm3"
CREDENTIAL = "EuropeanDigitalCredential"
CONTEXT = "http://data.europa.eu/snb/model/context/edc-ap"
PRESENTATIONS = frozenset({"VerifiablePresentation", "EuropeanDigitalPresentation"})
AWARDS = frozenset({"LearningAchievement", "LearningActivity"})
# Each claim carries the whole envelope, pictures and all; transcripts here have some sixty.
MOST_CLAIMS = 100
# Says who may issue for whom, nothing about the learning.
MANDATE = "http://data.europa.eu/snb/evidence-type/c_18016257"
GENERIC_PROFILE = "http://data.europa.eu/snb/credential/e34929035b"


def recognise(document: Any) -> bool:
    named = type_names(document)
    if not isinstance(document, dict) or named & PRESENTATIONS:
        return False
    return CREDENTIAL in named or any(
        each == CONTEXT for each, _ in raw_values(root(document), "@context")
    )


def unfit(document: Any) -> Reason | None:
    del document  # a credential of the model is always of somebody
    return None


def split(document: Any, rules: Rules) -> tuple[Any, ...]:
    """One document for each claim that is an award, told apart in its id; raises Rejected.

    What a claim only names and another claim tells goes along under `@included` of JSON-LD.
    """
    del rules
    whole = parts.known(document)
    credential = JsonNode(document if isinstance(document, dict) else {}, "")
    subject = child(credential, "credentialSubject")
    claims = tuple(each.members for each in children(subject, "hasClaim") if _awards(each))
    if len(claims) <= 1:
        return (document,)
    if len(claims) > MOST_CLAIMS:
        raise Rejected(
            "format.invalid", member_path(subject, "hasClaim"), f"more than {MOST_CLAIMS} claims"
        )
    named = text(credential, "id")
    divided = []
    for mark, claim in zip(_marks(claims), claims, strict=True):
        part = {**document, "credentialSubject": {**subject.members, "hasClaim": claim}}
        if named is not None:
            part["id"] = f"{named.raw}#{mark}"
        included = parts.told_elsewhere(part, whole)
        divided.append({**part, "@included": list(included)} if included else part)
    return tuple(divided)


def parse(document: Any) -> Parsed:
    credential = replace(root(document), objects_by_id=parts.known(document))
    subject = child(credential, "credentialSubject")
    if not subject:
        raise Rejected("format.invalid", "credentialSubject", "there is no learner object")
    claim = next((each for each in children(subject, "hasClaim") if _awards(each)), None)
    if claim is None:
        raise Rejected(
            "format.invalid", "credentialSubject.hasClaim", "no achievement or activity is claimed"
        )
    learning = learning_of(claim)
    return _definition(_award(credential, subject, learning), credential, learning)


def _marks(claims: tuple[Mapping[str, Any], ...]) -> tuple[str, ...]:
    """The ids of the claims; their places where an id is absent or stands twice."""
    names = tuple(str(each.get("id") or "") for each in claims)
    distinct = all(names) and len(set(names)) == len(names)
    return names if distinct else tuple(str(place) for place in range(len(claims)))


def _awards(claim: JsonNode) -> bool:
    named = type_names(claim.members)
    # A claim that states no type is taken at its word and reported as a broken rule.
    return bool(named & AWARDS) if named else not is_reference(claim)


def _award(credential: JsonNode, subject: JsonNode, learning: Learning) -> Parsed:
    starts = text(credential, "validFrom")
    ends = first(text(credential, "validUntil"), text(credential, "expirationDate"))
    issued = first(text(credential, "issued"), text(credential, "issuanceDate"))
    period = next((each for each in map(_period, learning.activities) if each), JsonNode({}, ""))
    return Parsed(
        kind="award",
        credential_id=text(credential, "id"),
        credential_ids=parts.identifiers(credential),
        occurred_at=first(issued, starts),
        # Before sealing there is no day of issue; the day of award then says more than validFrom.
        issued_on=first(issued, text(child(learning.claim, "awardedBy"), "awardingDate"), starts),
        valid_until=ends,
        starts_on=text(period, "startDate"),
        ends_on=text(period, "endDate"),
        learner=parts.learner(subject),
        grade=learning.grade,
        grade_scale=learning.grade_scale,
        assessed_by=learning.assessed_by,
        evidence=_evidence(credential),
        unknown_fields=(
            *unknown_fields(credential, shape.CREDENTIAL_MEMBERS),
            *unknown_fields(subject, shape.PERSON_MEMBERS),
            *unknown_fields(learning.claim, shape.CLAIM_MEMBERS),
            *unknown_fields(learning.spec, shape.SPECIFICATION_MEMBERS),
        ),
        findings=(
            *reversed_validity(starts, ends),
            *unchecked_status(credential, "credentialStatus", "status"),
            *_attended(learning),
        ),
        violations=shape.violations(credential),
    )


def _attended(learning: Learning) -> tuple[Reason, ...]:
    if not learning.attendance:
        return ()
    detail = "no assessment stands behind it"
    return (Reason(code="assessment.none", path=learning.claim.path, detail=detail),)


def _definition(award: Parsed, credential: JsonNode, learning: Learning) -> Parsed:
    claim, spec = learning.claim, learning.spec
    titled = first(language_text(claim, "title"), language_text(spec, "title"))
    bodies = parts.bodies(claim) or parts.issuer(credential)
    organisations = (
        *children(child(claim, "awardedBy"), "awardingBody"),
        child(credential, "issuer"),
    )
    named = _definition_id(spec)
    return replace(
        award,
        definition_id=named,
        reference=is_reference(spec) and named is not None and titled is None,
        language=concept(child(child(credential, "displayParameter"), "primaryLanguage")),
        title=first(titled, language_text(child(credential, "displayParameter"), "title")),
        description=first(language_text(claim, "description"), language_text(spec, "description")),
        country=first(*map(parts.country, organisations)),
        region=first(*map(parts.region, organisations)),
        awarding_bodies=bodies,
        learning_outcomes=learning.outcomes,
        workload=learning.workload,
        levels=learning.levels,
        assessments=learning.assessments,
        supervision=learning.supervision,
        modes=learning.modes,
        schedule=learning.schedule,
        quality_assurance=parts.assurances(credential, claim, spec),
        prerequisites=note(child(spec, "entryRequirement")),
        partial=_partial(claim, spec),
        further_information=_further(claim, spec),
        url=first(
            *(text(child(each, "homepage"), "contentURL") for each in (spec, claim)),
            *(text(child(each, "supplementaryDocument"), "contentURL") for each in (spec, claim)),
        ),
        identifiers=_identifiers(spec),
        languages=concepts(spec, "language"),
        fields=concepts(spec, "thematicArea"),
        occupations=learning.occupations,
        target_groups=concepts(spec, "targetGroup"),
        route=concept(child(spec, "learningSetting")),
        credential_type=_credential_type(credential, learning),
    )


def _definition_id(spec: JsonNode) -> Value | None:
    own = parts.lasting_id(spec)
    return first(own, *(each.value for each in parts.identifiers(spec)))


def _identifiers(spec: JsonNode) -> tuple[Id, ...]:
    codes = concepts(spec, "qualificationCode")
    return (
        *parts.identifiers(spec),
        *(Id(scheme="qualification_code", value=each) for each in codes),
    )


def _period(activity: JsonNode) -> JsonNode:
    return child(activity, "temporal")


def _partial(claim: JsonNode, spec: JsonNode) -> LargerQualification | None:
    stated = flag(spec, "isPartialQualification")
    whole = next((each for node in (spec, claim) for each in children(node, "isPartOf")), None)
    named = first(parts.lasting_id(whole), language_text(whole, "title")) if whole else None
    return LargerQualification(is_part=stated, qualification=named) if stated or named else None


def _further(claim: JsonNode, spec: JsonNode) -> Value | None:
    """A note; else what the award entitles to, which ELM has instead of a place in a stack."""
    nodes = (spec, claim)
    notes = (note(each) for node in nodes for each in children(node, "additionalNote"))
    rights = (
        language_text(each, "title") for node in nodes for each in children(node, "entitlesTo")
    )
    return first(*notes, *rights)


def _credential_type(credential: JsonNode, learning: Learning) -> Value | None:
    """Attendance by its class; else a telling profile; else the type of the opportunity."""
    if learning.attendance:
        return text(learning.claim, "type")
    profiles = concepts(credential, "credentialProfiles")
    telling = next((each for each in profiles if each.raw != GENERIC_PROFILE), None)
    return first(telling, concept(child(learning.spec, "dcType")))


def _evidence(credential: JsonNode) -> int:
    kinds = (text(child(each, "dcType"), "id") for each in children(credential, "evidence"))
    return sum(1 for each in kinds if each is None or each.raw != MANDATE)
