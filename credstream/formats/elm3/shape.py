"""Rules of the official EDC shapes (no-cv and full) that are checked while an EDC is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from credstream.contract.values import Reason
from credstream.formats.shared.json_checks import missing_members, parse_date_time, violation
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    is_reference,
    member_path,
    raw_values,
    text,
    type_names,
)

MOST = 50
CONTEXT = "http://data.europa.eu/snb/model/context/edc-ap"
TYPES = frozenset({"VerifiableCredential", "EuropeanDigitalCredential"})
DURATION = re.compile(
    r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?", re.ASCII
)
AGENTS = frozenset({"Agent", "Person", "Organisation"})
CLAIMS = frozenset(
    {
        *("LearningAchievement", "LearningActivity", "LearningAssessment"),
        *("LearningEntitlement", "Claim"),
    }
)

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "EuropeanDigitalCredential": (
        *("credentialProfiles", "credentialSchema", "credentialSubject", "displayParameter"),
        *("issued", "issuer", "validFrom"),
    ),
    "DisplayParameter": ("title", "language", "primaryLanguage", "individualDisplay"),
    "IndividualDisplay": ("language", "displayDetail"),
    "DisplayDetail": ("image", "page"),
    "MediaObject": ("content", "contentEncoding", "contentType"),
    "Organisation": ("legalName", "location"),
    "Location": ("address",),
    "Address": ("countryCode",),
    "LegalIdentifier": ("notation", "spatial"),
    "Identifier": ("notation",),
    "LearningAchievement": ("title", "awardedBy"),
    "LearningActivity": ("title", "awardedBy"),
    "LearningAssessment": ("title", "awardedBy", "grade"),
    "LearningEntitlement": ("title", "awardedBy"),
    "AwardingProcess": ("awardingBody",),
    "LearningAchievementSpecification": ("title",),
    "Qualification": ("title",),
    "LearningActivitySpecification": ("title",),
    "LearningAssessmentSpecification": ("title",),
    "LearningEntitlementSpecification": ("title", "dcType", "entitlementStatus"),
    "LearningOutcome": ("title",),
    "CreditPoint": ("framework", "point"),
    "Accreditation": ("title", "dcType", "accreditingAgent"),
    "Evidence": ("dcType",),
    "GradingScheme": ("title",),
    "Note": ("noteLiteral",),
    "WebResource": ("contentURL",),
}
CLASSES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "LearningAchievement": {
        "specifiedBy": frozenset({"LearningAchievementSpecification", "Qualification"})
    },
    "LearningActivity": {"specifiedBy": frozenset({"LearningActivitySpecification"})},
    "LearningAssessment": {"specifiedBy": frozenset({"LearningAssessmentSpecification"})},
    "EuropeanDigitalCredential": {
        "issuer": AGENTS,
        "credentialSubject": AGENTS,
        "credentialSchema": frozenset({"ShaclValidator2017"}),
    },
    "Person": {"hasClaim": CLAIMS},
}
COUNTRY = "http://publications.europa.eu/resource/authority/country"
LANGUAGE = "http://publications.europa.eu/resource/authority/language"
SCHEMES: Mapping[str, str] = {
    "credentialProfiles": "http://data.europa.eu/snb/credential/25831c2",
    "eqfLevel": "http://data.europa.eu/snb/eqf/25831c2",
    "nqfLevel": "http://data.europa.eu/snb/qdr/25831c2",
    "thematicArea": "http://data.europa.eu/snb/isced-f/25831c2",
    "learningSetting": "http://data.europa.eu/snb/learning-setting/25831c2",
    "relatedESCOSkill": "http://data.europa.eu/esco/concept-scheme/skills",
    "limitOccupation": "http://data.europa.eu/esco/concept-scheme/occupations",
    "countryCode": COUNTRY,
    "spatial": COUNTRY,
    "citizenshipCountry": COUNTRY,
    "primaryLanguage": LANGUAGE,
    "language": LANGUAGE,
}
LANGUAGE_MAPS = (
    *("title", "description", "prefLabel", "altLabel", "legalName", "noteLiteral"),
    *("fullName", "givenName", "familyName", "birthName", "patronymicName"),
)
MOMENTS = (
    *("issued", "issuanceDate", "validFrom", "validUntil", "expirationDate", "dateOfBirth"),
    *("awardingDate", "dateIssued", "startDate", "endDate", "expiryDate", "reviewDate"),
)
# A proof follows the rules of the seal, and of a scheme only the id is looked at.
UNCHECKED = frozenset({"proof", "inScheme"})
DURATIONS = ("volumeOfLearning", "maximumDuration", "workload")

COMMON = frozenset(
    {
        *("id", "type", "title", "description", "identifier", "additionalNote", "dcType"),
        *("supplementaryDocument", "hasPart", "isPartOf", "specifiedBy", "awardedBy"),
    }
)
CREDENTIAL_MEMBERS = frozenset(
    {
        *REQUIRED["EuropeanDigitalCredential"],
        *(
            "@context",
            "@included",
            "id",
            "type",
            "identifier",
            "attachment",
            "evidence",
            "proof",
            "cnf",
        ),
        *("credentialStatus", "status", "termsOfUse", "refreshService", "issuanceDate"),
        *("validUntil", "expirationDate", "name", "description", "holder"),
    }
)
PERSON_MEMBERS = frozenset(
    {
        *("id", "type", "hasClaim", "fullName", "givenName", "familyName", "birthName"),
        *("patronymicName", "dateOfBirth", "placeOfBirth", "nationalID", "identifier"),
        *("citizenshipCountry", "gender", "contactPoint", "location", "groupMemberOf"),
        *("altLabel", "prefLabel", "additionalNote", "dateModified"),
    }
)
CLAIM_MEMBERS = COMMON | {
    *("provenBy", "influencedBy", "entitlesTo", "creditReceived", "learningOpportunity"),
    *("workload", "temporal", "location", "directedBy", "levelOfCompletion", "homepage"),
}
SPECIFICATION_MEMBERS = COMMON | {
    *("altLabel", "category", "homepage", "language", "mode", "learningSetting", "status"),
    *("learningOutcome", "learningOutcomeSummary", "volumeOfLearning", "maximumDuration"),
    *("creditPoint", "thematicArea", "educationLevel", "educationSubject", "targetGroup"),
    *("entryRequirement", "learningSchedule", "contactHour", "influencedBy", "provenBy"),
    *("entitlesTo", "specialisationOf", "generalisationOf", "awardingOpportunity"),
    *("eqfLevel", "nqfLevel", "isPartialQualification", "accreditation", "dateModified"),
    *("qualificationCode", "directedBy"),
}


def violations(credential: JsonNode) -> tuple[Reason, ...]:
    """The first broken rules; a document may break more."""
    return tuple(islice(_broken(credential), MOST))


def _broken(credential: JsonNode) -> Iterator[Reason]:
    yield from _envelope(credential)
    pictures: dict[str, Any] = {}
    pending = [credential]
    while pending:
        node = pending.pop()
        yield from _classes(node)
        yield from _members(node)
        yield from _picture(node, pictures)
        pending += reversed(tuple(_children(node)))


def _children(node: JsonNode) -> Iterator[JsonNode]:
    for key, value in node.members.items():
        if key in UNCHECKED:
            continue
        if isinstance(value, dict):
            yield JsonNode(value, member_path(node, key), node.objects_by_id)
        elif isinstance(value, list):
            path = member_path(node, key)
            for place, each in enumerate(value):
                if isinstance(each, dict):
                    yield JsonNode(each, f"{path}[{place}]", node.objects_by_id)


def _envelope(credential: JsonNode) -> Iterator[Reason]:
    named = credential.members.get("type")
    if not isinstance(named, list) or not type_names(credential.members) >= TYPES:
        yield violation("type", "an array that names both types of an EDC is needed")
        yield from missing_members(credential, REQUIRED["EuropeanDigitalCredential"])
    if all(each != CONTEXT for each, _ in raw_values(credential, "@context")):
        yield violation("@context", "without the EDC context nothing is what it seems")
    issuer = child(credential, "issuer")
    if issuer and not child(issuer, "eIDASIdentifier"):
        yield violation(
            member_path(issuer, "eIDASIdentifier"), "a required member is missing; a seal adds it"
        )


def _classes(node: JsonNode) -> Iterator[Reason]:
    """What the classes of an object ask of it; an object that only names another is told there."""
    named = type_names(node.members)
    if not is_reference(node):
        for kind in sorted(named & REQUIRED.keys()):
            yield from missing_members(node, REQUIRED[kind])
    for kind in sorted(named & CLASSES.keys()):
        for key, wanted in CLASSES[kind].items():
            for each in children(node, key):
                if not type_names(each.members) & wanted:
                    yield violation(
                        member_path(each, "type"), f"{' or '.join(sorted(wanted))} is needed"
                    )


def _members(node: JsonNode) -> Iterator[Reason]:
    for key in node.members:
        if key in VALUES:
            fits, needed = VALUES[key]
            yield from (
                violation(path, needed) for each, path in raw_values(node, key) if not fits(each)
            )
        elif key in SCHEMES:
            yield from _scheme(node, key)


def _is_duration(written: Any) -> bool:
    return isinstance(written, str) and DURATION.fullmatch(written) is not None


def _scheme(node: JsonNode, key: str) -> Iterator[Reason]:
    for concept in children(node, key):
        stated = {
            str(name.raw) for each in children(concept, "inScheme") if (name := text(each, "id"))
        }
        if SCHEMES[key] not in stated:
            yield violation(
                member_path(concept, "inScheme"), f"a concept of {SCHEMES[key]} is needed"
            )


def _picture(node: JsonNode, pictures: dict[str, Any]) -> Iterator[Reason]:
    """One id for two contents becomes one object with both, which no shape allows."""
    name, content = node.members.get("id"), node.members.get("content")
    if (
        isinstance(name, str)
        and isinstance(content, str)
        and pictures.setdefault(name, content) != content
    ):
        yield violation(
            member_path(node, "content"), "another object of the same id has other content"
        )


def _is_map(written: Any) -> bool:
    return not isinstance(written, str)


def _is_moment(written: Any) -> bool:
    return parse_date_time(written) is not None


VALUES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(LANGUAGE_MAPS, (_is_map, "a map of language to text is needed")),
    **dict.fromkeys(MOMENTS, (_is_moment, "a date with its time is needed")),
    **dict.fromkeys(DURATIONS, (_is_duration, "a duration such as PT60H is needed")),
}
