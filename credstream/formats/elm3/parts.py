"""Concepts, organisations, the learner and accreditations of a European Digital Credential."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    is_reference,
    language_text,
    member_path,
    number_or_text,
    preferred_text,
    text,
)
from credstream.formats.shared.parsed import Assurance, Body, Id, Person, Value
from credstream.formats.shared.values import distinct, first, uri_identifier

# Ids of this form name an object within one file only: builders count them up from 1 in each file.
LOCAL = re.compile(r"urn:epass:.*:\d+", re.DOTALL | re.ASCII)
EPASS = "urn:epass:"
LEGAL_IDENTIFIERS = {
    "eIDASIdentifier": "eidas",
    "registration": "registration",
    "vatIdentifier": "vat",
    "taxIdentifier": "tax",
}
SCHEMES = {
    "european student identifier": "esi",
    "student id": "student",
    "student number": "student",
    "erasmus code": "erasmus",
}


def known(document: Any) -> Mapping[str, JsonNode]:
    """The fullest copy of each object by id: a file may tell an object once and then name it."""
    found: dict[str, JsonNode] = {}
    pending: list[tuple[Any, str]] = [(document, "")]
    while pending:
        value, path = pending.pop()
        if isinstance(value, list):
            pending += [(each, f"{path}[{place}]") for place, each in enumerate(value)]
        elif isinstance(value, dict):
            node = JsonNode(value, path, found)
            name = value.get("id")
            if isinstance(name, str) and not is_reference(node):
                held = found.get(name)
                if held is None or len(held.members) <= len(value):
                    found[name] = node
            pending += [(each, member_path(node, key)) for key, each in value.items()]
    return found


def told_elsewhere(part: Any, whole: Mapping[str, JsonNode]) -> tuple[Mapping[str, Any], ...]:
    """The objects that a part of a document names and only the rest of the document tells."""
    own = known(part)
    found: dict[str, Mapping[str, Any]] = {}
    pending: list[Any] = [part]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value
        elif isinstance(value, str) and value in whole and value not in own and value not in found:
            found[value] = whole[value].members
            pending.append(whole[value].members)
    return tuple(found.values())


def concept(node: JsonNode) -> Value | None:
    """The address of a concept, or its label where the address is local to the file."""
    name = text(node, "id")
    if name is not None and not str(name.raw).startswith(EPASS):
        return name
    return first(language_text(node, "prefLabel"), text(node, "notation"), name)


def concepts(node: JsonNode, key: str) -> tuple[Value, ...]:
    return distinct(*map(concept, children(node, key)))


def note(node: JsonNode) -> Value | None:
    return language_text(node, "noteLiteral")


def lasting_id(node: JsonNode) -> Value | None:
    """An id that means the same object in the next file."""
    name = text(node, "id")
    return None if name is None or LOCAL.fullmatch(str(name.raw)) else name


def identifiers(node: JsonNode) -> tuple[Id, ...]:
    return tuple(each for entry in children(node, "identifier") for each in identifier(entry))


def identifier(entry: JsonNode, scheme: str | None = None) -> tuple[Id, ...]:
    value = first(
        number_or_text(entry, "notation"), text(entry, "id") if is_reference(entry) else None
    )
    named = first(
        preferred_text(language_text(entry, "schemeName")),
        text(entry, "schemeId"),
        text(entry, "schemeAgency"),
    )
    spelt = str(named.raw).strip().lower() if named else "identifier"
    return () if value is None else (Id(scheme=scheme or SCHEMES.get(spelt, spelt), value=value),)


def bodies(claim: JsonNode) -> tuple[Body, ...]:
    return tuple(map(_body, children(child(claim, "awardedBy"), "awardingBody")))


def issuer(credential: JsonNode) -> tuple[Body, ...]:
    return tuple(map(_body, children(credential, "issuer")))


def country(organisation: JsonNode) -> Value | None:
    places = children(organisation, "location")
    return first(
        *(concept(child(each, "address", "countryCode")) for each in places),
        concept(child(organisation, "address", "countryCode")),
    )


def region(organisation: JsonNode) -> Value | None:
    return first(
        *(concept(child(each, "spatialCode")) for each in children(organisation, "location"))
    )


def learner(subject: JsonNode) -> Person | None:
    contacts = children(subject, "contactPoint")
    emails = tuple(
        mail
        for contact in contacts
        for box in children(contact, "emailAddress")
        for mail in _email(box)
    )
    nationals = (
        each for entry in children(subject, "nationalID") for each in identifier(entry, "national")
    )
    person = Person(
        identifiers=(*nationals, *identifiers(subject), *_address(subject), *emails),
        full_name=language_text(subject, "fullName"),
        given_name=language_text(subject, "givenName"),
        family_name=language_text(subject, "familyName"),
        birth_date=text(subject, "dateOfBirth"),
        email=emails[0].value if emails else None,
    )
    return person if person != Person() else None


def assurances(credential: JsonNode, claim: JsonNode, spec: JsonNode) -> tuple[Assurance, ...]:
    """Accreditations of the specification, the awarding bodies and the evidence, each once."""
    holders = (
        spec,
        *children(child(claim, "awardedBy"), "awardingBody"),
        child(credential, "issuer"),
        *children(credential, "evidence"),
    )
    kept: dict[tuple[str, ...], Assurance] = {}
    for entry in (each for holder in holders for each in children(holder, "accreditation")):
        agent = child(entry, "accreditingAgent")
        found = Assurance(
            type=Value("accreditation", entry.path),
            body=first(language_text(agent, "legalName"), lasting_id(agent)),
            reference=first(
                *(each.value for each in identifiers(entry)),
                lasting_id(entry),
                language_text(entry, "title"),
            ),
        )
        kept.setdefault(
            tuple(str(each.raw) if each else "" for each in (found.body, found.reference)), found
        )
    return tuple(kept.values())


def _body(organisation: JsonNode) -> Body:
    pages = (text(each, "contentURL") for each in children(organisation, "homepage"))
    legal = (
        each
        for key, scheme in LEGAL_IDENTIFIERS.items()
        for entry in children(organisation, key)
        for each in identifier(entry, scheme)
    )
    return Body(
        name=first(
            language_text(organisation, "legalName"), language_text(organisation, "altLabel")
        ),
        country=country(organisation),
        identifiers=(
            *_address(organisation),
            *legal,
            *identifiers(organisation),
            *(each for page in pages for each in uri_identifier(page)),
        ),
    )


def _address(node: JsonNode) -> tuple[Id, ...]:
    """The id of an agent; builders and the seal make up the `urn:epass` ones for each file."""
    name = text(node, "id")
    return () if name is None or str(name.raw).startswith(EPASS) else uri_identifier(name)


def _email(mailbox: JsonNode) -> tuple[Id, ...]:
    """`mailto:` is how ELM spells it and no part of the address."""
    written = text(mailbox, "id")
    if written is None:
        return ()
    bare_address = str(written.raw).removeprefix("mailto:").strip()
    value = Value(bare_address, written.path)
    return (Id(scheme="email", value=value),) if bare_address else ()
