"""The members that ELM v3 defines for the classes that are read; all others are unknown fields.

https://github.com/european-commission-empl/European-Learning-Model (application profile EDC)
"""

from __future__ import annotations

from credstream.formats.elm3.shape_tables import REQUIRED_MEMBERS

# Members of claims and of specifications alike.
COMMON_MEMBERS = frozenset(
    {
        *("id", "type", "title", "description", "identifier", "additionalNote", "dcType"),
        *("supplementaryDocument", "hasPart", "isPartOf", "specifiedBy", "awardedBy"),
    }
)
CREDENTIAL_MEMBERS = frozenset(
    {
        *REQUIRED_MEMBERS["EuropeanDigitalCredential"],
        *("@context", "@included", "id", "type", "identifier", "attachment", "evidence"),
        *("proof", "cnf"),
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
CLAIM_MEMBERS = COMMON_MEMBERS | {
    *("provenBy", "influencedBy", "entitlesTo", "creditReceived", "learningOpportunity"),
    *("workload", "temporal", "location", "directedBy", "levelOfCompletion", "homepage"),
}
SPECIFICATION_MEMBERS = COMMON_MEMBERS | {
    *("altLabel", "category", "homepage", "language", "mode", "learningSetting", "status"),
    *("learningOutcome", "learningOutcomeSummary", "volumeOfLearning", "maximumDuration"),
    *("creditPoint", "thematicArea", "educationLevel", "educationSubject", "targetGroup"),
    *("entryRequirement", "learningSchedule", "contactHour", "influencedBy", "provenBy"),
    *("entitlesTo", "specialisationOf", "generalisationOf", "awardingOpportunity"),
    *("eqfLevel", "nqfLevel", "isPartialQualification", "accreditation", "dateModified"),
    *("qualificationCode", "directedBy"),
}
