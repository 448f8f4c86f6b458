"""Rules of the Open Badges 3.0 schema that are checked while a badge is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from credstream.contract.values import Reason
from credstream.formats.shared.json_nodes import Node, at, moment, strangers, violation

MOST = 50
CONTEXT_OF_CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
CONTEXT_OF_BADGES = re.compile(
    r"https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json", re.ASCII
)
LANGUAGE = re.compile(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
JWS = re.compile(r"[a-zA-Z0-9_-]+\.[a-zA-Z0-9_-]*\.[a-zA-Z0-9_-]+")
RESULT_STATUSES = frozenset(
    {"Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"}
)


class Shape(NamedTuple):
    """A class: its name in `type`, the required members, and what each member has to be.

    A member is a kind of value, a class, or an array of either (`evidence[]`). Names of classes
    in capitals stand in an array, the others alone. A closed class has no other members.
    """

    named: str
    required: str
    members: Mapping[str, str]
    closed: bool = False


def members(listed: str) -> dict[str, str]:
    """`name=text url` as a table; a member without a kind is a text."""
    pairs = (each.partition("=") for each in listed.split())
    return {name: kind or "text" for name, _, kind in pairs}


SHAPES: Mapping[str, Shape] = {
    "credential": Shape(
        "OpenBadgeCredential|AchievementCredential",
        "@context id type credentialSubject issuer validFrom",
        members(
            "@context=context id name description image=image awardedDate=moment issuer=issuer"
            " credentialSubject=subject endorsement=endorsement[] endorsementJwt=jws[]"
            " evidence=evidence[] validFrom=moment validUntil=moment proof=typed[]"
            " credentialSchema=named[] credentialStatus=named refreshService=named"
            " termsOfUse=typed[]"
        ),
    ),
    "subject": Shape(
        "AchievementSubject",
        "type achievement",
        members(
            "id activityStartDate=moment activityEndDate=moment creditsEarned=number"
            " achievement=achievement identifier=identity[] image=image licenseNumber narrative"
            " result=result[] role source=profile term"
        ),
    ),
    "achievement": Shape(
        "Achievement",
        "id type criteria description name",
        members(
            "id alignment=alignment[] achievementType creator=profile creditsAvailable=number"
            " criteria=criteria description endorsement=endorsement[] endorsementJwt=jws[]"
            " fieldOfStudy humanCode image=image inLanguage=language name otherIdentifier=entry[]"
            " related=related[] resultDescription=description[] specialization tag=text[] version"
        ),
    ),
    "profile": Shape(
        "Profile",
        "id type",
        members(
            "id name url phone description endorsement=endorsement[] endorsementJwt=jws[]"
            " image=image email address=address otherIdentifier=entry[] official"
            " parentOrg=profile familyName givenName additionalName patronymicName"
            " honorificPrefix honorificSuffix familyNamePrefix dateOfBirth=day"
        ),
    ),
    "endorsement": Shape(
        "EndorsementCredential",
        "@context type id name credentialSubject issuer validFrom",
        members(
            "@context=context id name description credentialSubject=endorsed awardedDate=moment"
            " issuer=issuer validFrom=moment validUntil=moment proof=typed[]"
            " credentialSchema=named[] credentialStatus=named refreshService=named"
            " termsOfUse=typed[]"
        ),
    ),
    "endorsed": Shape("EndorsementSubject", "id type", members("id endorsementComment")),
    "evidence": Shape("Evidence", "type", members("id narrative name description genre audience")),
    "alignment": Shape(
        "Alignment",
        "type targetName targetUrl",
        members("targetCode targetDescription targetName targetFramework targetType targetUrl"),
    ),
    "result": Shape(
        "Result",
        "type",
        members("achievedLevel alignment=alignment[] resultDescription status=status value"),
    ),
    "description": Shape(
        "ResultDescription",
        "id type name resultType",
        members(
            "id alignment=alignment[] allowedValue=text[] name requiredLevel requiredValue"
            " resultType rubricCriterionLevel=rubric[] valueMax valueMin"
        ),
    ),
    "rubric": Shape(
        "RubricCriterionLevel",
        "id type name",
        members("id alignment=alignment[] description level name points"),
    ),
    "related": Shape("Related", "id type", members("id inLanguage=language version")),
    "address": Shape(
        "Address",
        "type",
        members(
            "addressCountry addressCountryCode addressRegion addressLocality streetAddress"
            " postOfficeBoxNumber postalCode geo=place"
        ),
    ),
    "criteria": Shape("", "", members("id narrative")),
    "place": Shape(
        "=GeoCoordinates", "type latitude longitude", members("latitude=number longitude=number")
    ),
    "image": Shape("=Image", "id type", members("id caption"), closed=True),
    "identity": Shape(
        "=IdentityObject",
        "type hashed identityHash identityType",
        members("hashed=flag identityHash identityType salt"),
        closed=True,
    ),
    "entry": Shape(
        "=IdentifierEntry",
        "type identifier identifierType",
        members("identifier identifierType"),
        closed=True,
    ),
    "named": Shape("=", "id type", members("id")),
    "typed": Shape("=", "type", {}),
}
CREDENTIAL_MEMBERS = frozenset(
    {*SHAPES["credential"].members, "type", "issuanceDate", "expirationDate", "issued"}
    # What a token adds around a credential.
    | {"iss", "sub", "jti", "iat", "nbf", "exp", "aud", "cnf"}
)
SUBJECT_MEMBERS = frozenset({*SHAPES["subject"].members, "type", "name", "email"}) | {
    "givenName",
    "familyName",
    "dateOfBirth",
}
ACHIEVEMENT_MEMBERS = frozenset({*SHAPES["achievement"].members, "type", "ECTS", "SBU"}) | {
    "timeInvestment",
    "assessmentType",
    "participationType",
    "supervisionType",
    "identityChecked",
    "educationProgramIdentifier",
}


def violations(credential: Node) -> tuple[Reason, ...]:
    """The first broken rules; a document may break more."""
    return tuple(islice(_broken(credential), MOST))


def _broken(credential: Node) -> Iterator[Reason]:
    pending: list[tuple[Any, str, str]] = [(credential.members, credential.path, "credential")]
    while pending:
        value, path, kind = pending.pop()
        if kind == "issuer":
            kind = "text" if isinstance(value, str) else "profile"
        if kind.endswith("[]"):
            if isinstance(value, list):
                pending += [(each, f"{path}[{n}]", kind[:-2]) for n, each in enumerate(value)]
            else:
                yield violation(path, "an array is needed")
        elif kind not in SHAPES:
            if not VALUES[kind](value):
                yield violation(path, WANTED[kind])
        elif not isinstance(value, dict):
            yield violation(path, "an object is needed")
        else:
            node, shape = Node(value, path), SHAPES[kind]
            yield from _own_rules(node, shape)
            pending += [
                (value[key], at(node, key), expected)
                for key, expected in reversed(list(shape.members.items()))
                if key in value
            ]


def _own_rules(node: Node, shape: Shape) -> Iterator[Reason]:
    required = shape.required.split()
    yield from (
        violation(at(node, key), "a required member is missing")
        for key in required
        if key not in node.members
    )
    if "type" in node.members and "type" in required and not _typed(node.members["type"], shape):
        yield violation(at(node, "type"), _wanted_type(shape))
    if shape.closed:
        for path in strangers(node, {*shape.members, "type"}):
            yield violation(path, "the class has no such member")


def _wanted_type(shape: Shape) -> str:
    names = shape.named.strip("=").replace("|", " or ")
    return f"{names or 'a text'} is needed{'' if shape.named.startswith('=') else ', in an array'}"


def _typed(value: Any, shape: Shape) -> bool:
    if shape.named.startswith("="):
        return isinstance(value, str) and shape.named in {"=", f"={value}"}
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return False
    credential = {"OpenBadgeCredential|AchievementCredential", "EndorsementCredential"}
    if shape.named in credential and "VerifiableCredential" not in value:
        return False
    return any(each in value for each in shape.named.split("|"))


def _contexts(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 1
        and value[0] == CONTEXT_OF_CREDENTIALS
        and isinstance(value[1], str)
        and CONTEXT_OF_BADGES.fullmatch(value[1]) is not None
        and all(isinstance(each, str | dict) for each in value)
    )


def _day(value: Any) -> bool:
    if not isinstance(value, str) or re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


VALUES: Mapping[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "number": _number,
    "flag": lambda value: isinstance(value, bool),
    "moment": lambda value: moment(value, zoned=True) is not None,
    "day": _day,
    "language": _matches(LANGUAGE),
    "jws": _matches(JWS),
    "status": lambda value: isinstance(value, str) and value in RESULT_STATUSES,
    "context": _contexts,
}
WANTED = {
    "text": "a text is needed",
    "number": "a number is needed",
    "flag": "true or false is needed",
    "moment": "a date and time with its zone is needed",
    "day": "a day such as 2026-05-01 is needed",
    "language": "a language tag is needed",
    "jws": "a token of three parts is needed",
    "status": "no status that results may have",
    "context": "the contexts of Verifiable Credentials 2.0 and Open Badges 3.0 come first",
}
