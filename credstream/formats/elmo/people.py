"""Reads the learner and the issuer of an ELMO report."""

from __future__ import annotations

from dataclasses import replace

from credstream.formats.elmo.fields import date_of, identifiers, language_text
from credstream.formats.shared.parsed import Body, Id, Person, Value
from credstream.formats.shared.xml_nodes import XmlNode, child, text

LEARNER_SCHEMES = {
    "europeanstudentidentifier": "esi",
    "esi": "esi",
    "nationalidentifier": "national",
    "citizenidentifier": "national",
    "ssn": "national",
    "personnummer": "national",
    "studentidentifier": "student",
    "studentindentifier": "student",  # a misspelling in real files
    "local": "student",
}
# Erasmus codes begin with codes of vehicle registration that are older than ISO 3166.
COUNTRY_BY_ERASMUS_PREFIX = {
    "A": "AT", "B": "BE", "D": "DE", "E": "ES", "F": "FR", "G": "GR", "I": "IT", "IRL": "IE",
    "LUX": "LU", "N": "NO", "P": "PT", "S": "SE", "SF": "FI",
}  # fmt: skip
LEARNER_PATH = "/elmo/learner"


def learner(part: XmlNode) -> Person | None:
    node = replace(child(part, "learner"), path=LEARNER_PATH)
    person = Person(
        identifiers=tuple(
            Id(scheme=LEARNER_SCHEMES.get(id_.scheme, id_.scheme), value=id_.value)
            for id_ in identifiers(node)
        ),
        full_name=text(node, "fullName"),
        given_name=text(node, "givenNames"),
        family_name=text(node, "familyName"),
        birth_date=date_of(node, "bday"),
        email=text(node, "email"),
    )
    return person if person != Person() else None


def country(issuer: XmlNode) -> Value | None:
    """The country as stated, else that of the Erasmus code: the old schema has no country."""
    stated = text(issuer, "country")
    if stated:
        return stated
    for id_ in identifiers(issuer):
        prefix = str(id_.value.raw).split(" ")[0].upper()
        if id_.scheme == "erasmus" and prefix:
            return Value(COUNTRY_BY_ERASMUS_PREFIX.get(prefix, prefix), id_.value.path)
    return None


def bodies(issuer: XmlNode, country: Value | None) -> tuple[Body, ...]:
    page = text(issuer, "url")
    ids = identifiers(issuer)
    body = Body(
        name=language_text(issuer, "title"),
        country=country,
        identifiers=(*ids, Id(scheme="url", value=page)) if page else ids,
    )
    return (body,) if body.name or body.identifiers else ()
