"""The members of every object that we write, how many of each, and what their values are.

As in the shapes EDC-generic-no-cv (members) and EDC-generic-full (lists of codes) of the European
Learning Model, versions 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.publisher.elm import lexical

MANY = 1000


@dataclass(frozen=True, slots=True)
class Member:
    """One member: how many values it has, and what each is.

    A value is of the list `code`, an object of one of the kinds `nodes`, or a literal that
    `holds`, which `word` describes.
    """

    least: int
    most: int
    code: str = ""
    nodes: tuple[str, ...] = ()
    holds: Callable[[object], bool] | None = None
    word: str = ""


def _code(name: str, least: int = 0, most: int = 1) -> Member:
    return Member(least, most, code=name)


def _node(*kinds: str, least: int = 0, most: int = 1) -> Member:
    return Member(least, most, nodes=kinds)


def _is(holds: Callable[[object], bool], word: str, least: int = 0) -> Member:
    return Member(least, 1, holds=holds, word=word)


def _exactly(value: object) -> Member:
    return Member(1, 1, holds=lambda given: given == value, word=str(value))


TEXT = _is(lexical.is_text, "a text by language", 1)
MAYBE_TEXT = _is(lexical.is_text, "a text by language")
NAME = _is(lexical.is_text_in_one_language, "a text in one language")
STRING = _is(lexical.is_string, "a text", 1)
MAYBE_STRING = _is(lexical.is_string, "a text")
MOMENT = _is(lexical.is_moment, "a date and time with its offset", 1)
MAYBE_MOMENT = _is(lexical.is_moment, "a date and time with its offset")
NOTES = _node("Note", most=MANY)
LEGAL = _node("LegalIdentifier")
LEGALS = _node("LegalIdentifier", most=MANY)
IDENTIFIERS = _node("Identifier", most=MANY)

CONTEXTS = [
    "https://www.w3.org/2018/credentials/v1",
    "http://data.europa.eu/snb/model/context/edc-ap",
]
SCHEMA = {
    "id": "http://data.europa.eu/snb/model/ap/edc-generic-full",
    "type": "ShaclValidator2017",
}
TYPES = ["VerifiableCredential", "EuropeanDigitalCredential"]

TOP: Mapping[str, Member] = {
    "id": _is(lexical.is_uri, "an absolute address", 1),
    "type": _exactly(TYPES),
    "@context": _exactly(CONTEXTS),
    "credentialProfiles": _code("profile", 1),
    "credentialSchema": _exactly(SCHEMA),
    "displayParameter": _node("DisplayParameter", least=1),
    "credentialSubject": _node("Person", least=1),
    "issuer": _node("Issuer", least=1),
    "issuanceDate": MOMENT,
    "issued": MOMENT,
    "validFrom": MOMENT,
    "validUntil": MAYBE_MOMENT,
    "expirationDate": MAYBE_MOMENT,
}
ORGANISATION: Mapping[str, Member] = {
    "legalName": TEXT,
    "altLabel": MAYBE_TEXT,
    "location": _node("Location", least=1, most=MANY),
    "eIDASIdentifier": LEGAL,
    "registration": LEGAL,
    "vatIdentifier": LEGALS,
    "taxIdentifier": LEGALS,
    "identifier": IDENTIFIERS,
}
SPECIFICATION: Mapping[str, Member] = {
    "title": TEXT,
    "description": MAYBE_TEXT,
    # The official shapes ask for neither of these two; Annex I does.
    "learningOutcome": _node("LearningOutcome", least=1, most=MANY),
    "volumeOfLearning": _is(lexical.is_volume, "a duration in hours and minutes"),
    "creditPoint": _node("CreditPoint", most=MANY),
    "thematicArea": _code("field", most=MANY),
    "mode": _code("mode", most=MANY),
    "language": _code("language", most=MANY),
    "targetGroup": _code("target", most=MANY),
    "learningSetting": _code("setting"),
    "entryRequirement": _node("Note"),
    "identifier": IDENTIFIERS,
    "homepage": _node("WebResource", most=MANY),
    "provenBy": _node("LearningAssessmentSpecification", most=MANY),
    "additionalNote": NOTES,
}
# Rules with another name than the type that they are for: an issuer has rules of its own.
TYPE_OF: Mapping[str, str] = {"Issuer": "Organisation"}
NODES: Mapping[str, Mapping[str, Member]] = {
    "DisplayParameter": {
        "title": TEXT,
        "language": _code("language", 1, MANY),
        "primaryLanguage": _code("language", 1),
        "individualDisplay": _node("IndividualDisplay", least=1, most=MANY),
    },
    "IndividualDisplay": {
        "language": _code("language", 1),
        "displayDetail": _node("DisplayDetail", least=1, most=MANY),
    },
    "DisplayDetail": {
        "page": _is(lexical.is_page_number, "a page number", 1),
        "image": _node("MediaObject", least=1),
    },
    "MediaObject": {
        "content": _is(lexical.is_png, "a PNG in base64", 1),
        "contentEncoding": _code("encoding", 1),
        "contentType": _code("file-type", 1),
    },
    "Person": {
        "fullName": NAME,
        "givenName": NAME,
        "familyName": NAME,
        "dateOfBirth": _is(lexical.is_local_moment, "a date and time"),
        "nationalID": LEGAL,
        "identifier": IDENTIFIERS,
        "contactPoint": _node("ContactPoint", most=MANY),
        "hasClaim": _node("LearningAchievement", least=1),
    },
    "ContactPoint": {"emailAddress": _node("Mailbox", least=1)},
    "Mailbox": {},
    "Organisation": ORGANISATION,
    "Issuer": {**ORGANISATION, "eIDASIdentifier": _node("LegalIdentifier", least=1)},
    "Location": {"address": _node("Address", least=1, most=MANY), "identifier": IDENTIFIERS},
    "Address": {"countryCode": _code("country", 1)},
    "LegalIdentifier": {"notation": STRING, "spatial": _code("country", 1)},
    "Identifier": {"notation": STRING, "schemeName": MAYBE_STRING},
    "LearningAchievement": {
        "title": TEXT,
        "awardedBy": _node("AwardingProcess", least=1),
        "specifiedBy": _node("Qualification", "LearningAchievementSpecification", least=1),
        "provenBy": _node("LearningAssessment", most=MANY),
        "additionalNote": NOTES,
    },
    "AwardingProcess": {
        "awardingBody": _node("Organisation", least=1, most=MANY),
        "awardingDate": MOMENT,
    },
    "LearningAchievementSpecification": SPECIFICATION,
    "Qualification": {
        **SPECIFICATION,
        "eqfLevel": _code("eqf"),
        "nqfLevel": _code("nqf", most=MANY),
        "isPartialQualification": _is(lexical.is_boolean, "true or false"),
    },
    "LearningOutcome": {"title": TEXT, "relatedESCOSkill": _code("skill", most=MANY)},
    "CreditPoint": {
        "framework": _code("credit", 1),
        "point": _is(lexical.is_points, "a number of points", 1),
    },
    "LearningAssessment": {
        "title": TEXT,
        "awardedBy": _node("AwardingProcess", least=1),
        "grade": _node("Note", least=1),
        "idVerification": _code("supervision"),
        "specifiedBy": _node("LearningAssessmentSpecification"),
    },
    "LearningAssessmentSpecification": {"title": TEXT, "dcType": _code("assessment")},
    "Note": {"noteLiteral": TEXT},
    "WebResource": {"contentURL": _is(lexical.is_page_address, "a page's address", 1)},
}
