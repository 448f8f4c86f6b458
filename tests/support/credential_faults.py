"""Faults that a finished credential can have, one fact at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

CLAIM = ("credentialSubject", "hasClaim")
SPEC = (*CLAIM, "specifiedBy")
BODY = (*CLAIM, "awardedBy", "awardingBody", 0)
PAGE = ("displayParameter", "individualDisplay", 0)
PICTURE = (*PAGE, "displayDetail", "image")


def _drop(*path: str | int) -> Callable[[Any], None]:
    def way(node: Any) -> None:
        for step in path[:-1]:
            node = node[step]
        del node[path[-1]]

    return way


def _put(value: Any, *path: str | int) -> Callable[[Any], None]:
    def way(node: Any) -> None:
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = value

    return way


REQUIRED = {
    "profile": ("credentialProfiles",), "schema": ("credentialSchema",), "display": ("displayParameter",), "issued": ("issued",),
    "issuance": ("issuanceDate",), "valid-from": ("validFrom",), "issuer": ("issuer",), "subject": ("credentialSubject",), "context": ("@context",),
    "id": ("id",), "type": ("type",), "eidas": ("issuer", "eIDASIdentifier"), "issuer-name": ("issuer", "legalName"), "issuer-place": ("issuer", "location"),
    "claim": CLAIM, "claim-title": (*CLAIM, "title"), "awarded-by": (*CLAIM, "awardedBy"), "bodies": (*CLAIM, "awardedBy", "awardingBody"),
    "award-date": (*CLAIM, "awardedBy", "awardingDate"), "specification": SPEC, "spec-title": (*SPEC, "title"), "outcomes": (*SPEC, "learningOutcome"),
    "body-name": (*BODY, "legalName"), "body-place": (*BODY, "location"), "body-address": (*BODY, "location", "address"),
    "body-country": (*BODY, "location", "address", "countryCode"), "display-title": ("displayParameter", "title"), "display-language": ("displayParameter", "language"),
    "primary-language": ("displayParameter", "primaryLanguage"), "pages": ("displayParameter", "individualDisplay"), "page-language": (*PAGE, "language"),
    "detail": (*PAGE, "displayDetail"), "page-number": (*PAGE, "displayDetail", "page"), "picture": PICTURE, "content": (*PICTURE, "content"),
    "encoding": (*PICTURE, "contentEncoding"), "content-type": (*PICTURE, "contentType"), "credit-framework": (*SPEC, "creditPoint", "framework"),
    "points": (*SPEC, "creditPoint", "point"), "spatial": ("issuer", "eIDASIdentifier", "spatial"), "notation": ("issuer", "eIDASIdentifier", "notation"),
    "outcome-title": (*SPEC, "learningOutcome", 0, "title"), "assessment-title": (*SPEC, "provenBy", 0, "title"), "note": (*SPEC, "entryRequirement", "noteLiteral"),
}  # fmt: skip
WRONG = {
    "plain-title": _put("A title", *CLAIM, "title"),
    "empty-title": _put({"de": ""}, *CLAIM, "title"),
    "und-title": _put({"und": "A title"}, *CLAIM, "title"),
    "hours-in-words": _put("50 hours", *SPEC, "volumeOfLearning"),
    "sixty-months": _put("P60M", *SPEC, "volumeOfLearning"),
    "days": _put("P2DT12H", *SPEC, "volumeOfLearning"),
    "page-zero": _put(0, *PAGE, "displayDetail", "page"),
    "yesterday": _put("yesterday", "issued"),
    "date-only": _put("2026-03-02", "issued"),
    "no-such-day": _put("2026-02-30T00:00:00Z", "validFrom"),
    "ends-before": _put("2020-01-01T00:00:00Z", "validUntil"),
    "eqf-nine": _put("http://data.europa.eu/snb/eqf/9", *SPEC, "eqfLevel", "id"),
    "no-country": _put("http://publications.europa.eu/resource/authority/country/QQQ", *BODY, "location", "address", "countryCode", "id"),
    "no-language": _put("http://publications.europa.eu/resource/authority/language/ZZZZ", "displayParameter", "primaryLanguage", "id"),
    "no-field": _put("http://data.europa.eu/snb/isced-f/8888", *SPEC, "thematicArea", "id"),
    "foreign-scheme": _put({"id": "http://data.europa.eu/snb/isced-f/25831c2", "type": "ConceptScheme"}, *SPEC, "eqfLevel", "inScheme"),
    "no-profile": _put("http://data.europa.eu/snb/credential/nonsense", "credentialProfiles", "id"),
    "no-schema": _put({"id": "http://example.org/x", "type": "ShaclValidator2017"}, "credentialSchema"),
    "points-in-words": _put("lots", *SPEC, "creditPoint", "point"),
    "no-picture": _put("not an image!!", *PICTURE, "content"),
    "misspelt": _put({"de": "x"}, *SPEC, "learningOutcom"),
    "unknown-term": _put("bar", "foo"),
    "one-type": _put(["VerifiableCredential"], "type"),
    "one-context": _put(["https://www.w3.org/2018/credentials/v1"], "@context"),
    "relative-id": _put("42", "id"),
    "two-names": _put({"de": "Ana", "en": "Anna"}, "credentialSubject", "givenName"),
    "birth": _put("last spring", "credentialSubject", "dateOfBirth"),
    "one-id-twice": _put("urn:epass:learningOutcome:1", *SPEC, "learningOutcome", 1, "id"),
    "two-levels": lambda d: _put([d["credentialSubject"]["hasClaim"]["specifiedBy"]["eqfLevel"]] * 2, *SPEC, "eqfLevel")(d),
    "wrong-class": _put("LearningAchievementSpecification", *SPEC, "type"),
}  # fmt: skip
FAULTS: dict[str, Callable[[Any], None]] = {
    **{f"without-{name}": _drop(*path) for name, path in REQUIRED.items()},
    **WRONG,
}


def with_fault(document: dict, name: str) -> dict:
    """A copy of a document with one fault."""
    copied = copy.deepcopy(document)
    FAULTS[name](copied)
    return copied
