"""The classes of the Open Badges 3.0 schema as data: types, required members, kinds of values.

https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class ClassRule(NamedTuple):
    """A class: the names in its `type`, its required members, and the kind of each member.

    Names in `type` stand in an array, alternatives are separated by `|`; a name after `=` stands
    alone, and `=` alone is any text. A kind is a kind of value or a class, `evidence[]` an array.
    A closed class may have no other members.
    """

    types: str
    required: str
    members: Mapping[str, str]
    closed: bool = False


def member_kinds(definition: str) -> dict[str, str]:
    """`name url=text image=image` as a table; a member without a kind is a text."""
    pairs = (entry.partition("=") for entry in definition.split())
    return {name: kind or "text" for name, _, kind in pairs}


CLASSES: Mapping[str, ClassRule] = {
    "credential": ClassRule(
        "OpenBadgeCredential|AchievementCredential",
        "@context id type credentialSubject issuer validFrom",
        member_kinds(
            "@context=context id name description image=image awardedDate=date_time issuer=issuer"
            " credentialSubject=subject endorsement=endorsement[] endorsementJwt=jws[]"
            " evidence=evidence[] validFrom=date_time validUntil=date_time proof=typed[]"
            " credentialSchema=named[] credentialStatus=named refreshService=named"
            " termsOfUse=typed[]"
        ),
    ),
    "subject": ClassRule(
        "AchievementSubject",
        "type achievement",
        member_kinds(
            "id activityStartDate=date_time activityEndDate=date_time creditsEarned=number"
            " achievement=achievement identifier=identity[] image=image licenseNumber narrative"
            " result=result[] role source=profile term"
        ),
    ),
    "achievement": ClassRule(
        "Achievement",
        "id type criteria description name",
        member_kinds(
            "id alignment=alignment[] achievementType creator=profile creditsAvailable=number"
            " criteria=criteria description endorsement=endorsement[] endorsementJwt=jws[]"
            " fieldOfStudy humanCode image=image inLanguage=language name otherIdentifier=entry[]"
            " related=related[] resultDescription=description[] specialization tag=text[] version"
        ),
    ),
    "profile": ClassRule(
        "Profile",
        "id type",
        member_kinds(
            "id name url phone description endorsement=endorsement[] endorsementJwt=jws[]"
            " image=image email address=address otherIdentifier=entry[] official"
            " parentOrg=profile familyName givenName additionalName patronymicName"
            " honorificPrefix honorificSuffix familyNamePrefix dateOfBirth=day"
        ),
    ),
    "endorsement": ClassRule(
        "EndorsementCredential",
        "@context type id name credentialSubject issuer validFrom",
        member_kinds(
            "@context=context id name description credentialSubject=endorsed awardedDate=date_time"
            " issuer=issuer validFrom=date_time validUntil=date_time proof=typed[]"
            " credentialSchema=named[] credentialStatus=named refreshService=named"
            " termsOfUse=typed[]"
        ),
    ),
    "endorsed": ClassRule("EndorsementSubject", "id type", member_kinds("id endorsementComment")),
    "evidence": ClassRule(
        "Evidence", "type", member_kinds("id narrative name description genre audience")
    ),
    "alignment": ClassRule(
        "Alignment",
        "type targetName targetUrl",
        member_kinds(
            "targetCode targetDescription targetName targetFramework targetType targetUrl"
        ),
    ),
    "result": ClassRule(
        "Result",
        "type",
        member_kinds("achievedLevel alignment=alignment[] resultDescription status=status value"),
    ),
    "description": ClassRule(
        "ResultDescription",
        "id type name resultType",
        member_kinds(
            "id alignment=alignment[] allowedValue=text[] name requiredLevel requiredValue"
            " resultType rubricCriterionLevel=rubric[] valueMax valueMin"
        ),
    ),
    "rubric": ClassRule(
        "RubricCriterionLevel",
        "id type name",
        member_kinds("id alignment=alignment[] description level name points"),
    ),
    "related": ClassRule("Related", "id type", member_kinds("id inLanguage=language version")),
    "address": ClassRule(
        "Address",
        "type",
        member_kinds(
            "addressCountry addressCountryCode addressRegion addressLocality streetAddress"
            " postOfficeBoxNumber postalCode geo=place"
        ),
    ),
    # A class without a type of its own in the schema.
    "criteria": ClassRule("", "", member_kinds("id narrative")),
    "place": ClassRule(
        "=GeoCoordinates",
        "type latitude longitude",
        member_kinds("latitude=number longitude=number"),
    ),
    "image": ClassRule("=Image", "id type", member_kinds("id caption"), closed=True),
    "identity": ClassRule(
        "=IdentityObject",
        "type hashed identityHash identityType",
        member_kinds("hashed=flag identityHash identityType salt"),
        closed=True,
    ),
    "entry": ClassRule(
        "=IdentifierEntry",
        "type identifier identifierType",
        member_kinds("identifier identifierType"),
        closed=True,
    ),
    "named": ClassRule("=", "id type", member_kinds("id")),
    "typed": ClassRule("=", "type", {}),
}
# The members that are read or may be ignored: the schema's, those of version 1.1 of the VC data
# model, and the extensions of the Dutch educredential.
CREDENTIAL_MEMBERS = frozenset(
    {*CLASSES["credential"].members, "type", "issuanceDate", "expirationDate", "issued"}
    # Claims that a token adds: https://www.rfc-editor.org/rfc/rfc7519#section-4.1
    | {"iss", "sub", "jti", "iat", "nbf", "exp", "aud", "cnf"}
)
SUBJECT_MEMBERS = frozenset({*CLASSES["subject"].members, "type", "name", "email"}) | {
    "givenName",
    "familyName",
    "dateOfBirth",
}
ACHIEVEMENT_MEMBERS = frozenset({*CLASSES["achievement"].members, "type", "ECTS", "SBU"}) | {
    "timeInvestment",
    "assessmentType",
    "participationType",
    "supervisionType",
    "identityChecked",
    "educationProgramIdentifier",
}
