"""Reads the learner and the organisations of an EDCI credential."""

from __future__ import annotations

from collections.abc import Iterator

from credstream.formats.elm2_xml.elements import ById, concept, identifiers, language_text, linked
from credstream.formats.shared.parsed import Assurance, Body, Id, Person, Value
from credstream.formats.shared.values import first
from credstream.formats.shared.xml_nodes import (
    XmlNode,
    attribute,
    child,
    children,
    descendants,
    text,
    text_of,
)

SCHEME_BY_ELEMENT = {
    "registration": "registration",
    "legalIdentifier": "registration",
    "vatIdentifier": "vat",
    "taxIdentifier": "tax",
    "eidasIdentifier": "eidas",
}
# The path to an address; dialects of the format differ in it.
ADDRESS_PATHS = (
    ("hasLocation", "hasAddress"),
    ("location", "address"),
    ("contactPoint", "address"),
)


def learner(subject: XmlNode) -> Person | None:
    national = tuple(
        Id(scheme="national", value=value)
        for node in children(subject, "nationalId")
        if (value := text_of(node))
    )
    contact = child(subject, "contactPoint")
    email = attribute(child(contact, "mailBox"), "uri") or attribute(child(contact, "email"), "id")
    person = Person(
        identifiers=(*national, *identifiers(subject, "identifier")),
        full_name=language_text(subject, "fullName"),
        given_name=language_text(subject, "givenNames"),
        family_name=language_text(subject, "familyName"),
        birth_date=text(subject, "dateOfBirth"),
        email=Value(str(email.raw).removeprefix("mailto:"), email.path) if email else None,
    )
    return person if person != Person() else None


def bodies(organisation: XmlNode) -> tuple[Body, ...]:
    body = Body(
        name=first(
            language_text(organisation, "prefLabel"), language_text(organisation, "preferredName")
        ),
        country=country(organisation),
        identifiers=(
            *(
                Id(scheme=scheme, value=value)
                for name, scheme in SCHEME_BY_ELEMENT.items()
                for node in children(organisation, name)
                if (value := text_of(node))
            ),
            *identifiers(organisation, "identifier"),
        ),
    )
    return (body,) if body.name or body.identifiers else ()


def country(organisation: XmlNode) -> Value | None:
    """The country of the first address, by the list of countries or as free text."""
    for path in ADDRESS_PATHS:
        for address in descendants(organisation, *path):
            value = concept(child(address, "country"))
            if value:
                return value
    return None


def region(organisation: XmlNode) -> Value | None:
    return concept(child(organisation, "hasLocation", "spatialCode"))


def assessors(assessment: XmlNode, by_id: ById) -> tuple[Value, ...]:
    links = children(assessment, "assessedBy")
    return tuple(body.name for link in links for body in bodies(linked(link, by_id)) if body.name)


def assurances(organisation: XmlNode, by_id: ById) -> Iterator[Assurance]:
    for link in children(organisation, "hasAccreditation", "accreditation"):
        accreditation = linked(link, by_id)
        agent = bodies(linked(child(accreditation, "accreditingAgent"), by_id))
        yield Assurance(
            type=Value("external", link.path),
            body=agent[0].name if agent else None,
            reference=first(attribute(accreditation, "id"), language_text(accreditation, "title")),
        )
