"""Rules of the official EDC shapes as data.

https://github.com/european-commission-empl/European-Learning-Model, EDC-generic-no-cv.ttl and
EDC-generic-full.ttl.
"""

from __future__ import annotations

from collections.abc import Mapping

AGENTS = frozenset({"Agent", "Person", "Organisation"})
CLAIMS = frozenset(
    {
        *("LearningAchievement", "LearningActivity", "LearningAssessment"),
        *("LearningEntitlement", "Claim"),
    }
)

# sh:minCount in EDC-generic-no-cv.ttl: the members that an object of a class needs.
REQUIRED_MEMBERS: Mapping[str, tuple[str, ...]] = {
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
# sh:class: the classes that the object of a member may have, by the class that has the member.
TYPES_OF_MEMBERS: Mapping[str, Mapping[str, frozenset[str]]] = {
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
# EDC-generic-full.ttl: the list that a concept has to be of, by its skos:inScheme.
COUNTRY = "http://publications.europa.eu/resource/authority/country"
LANGUAGE = "http://publications.europa.eu/resource/authority/language"
SCHEME_BY_MEMBER: Mapping[str, str] = {
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
# sh:datatype: rdf:langString, xsd:dateTime and xsd:duration.
LANGUAGE_MAP_MEMBERS = (
    *("title", "description", "prefLabel", "altLabel", "legalName", "noteLiteral"),
    *("fullName", "givenName", "familyName", "birthName", "patronymicName"),
)
DATE_TIME_MEMBERS = (
    *("issued", "issuanceDate", "validFrom", "validUntil", "expirationDate", "dateOfBirth"),
    *("awardingDate", "dateIssued", "startDate", "endDate", "expiryDate", "reviewDate"),
)
# A proof is for the seal to check, and a concept scheme needs nothing but its id.
UNCHECKED_MEMBERS = frozenset({"proof", "inScheme"})
DURATION_MEMBERS = ("volumeOfLearning", "maximumDuration", "workload")
