"""Reads concepts, notes and identifiers, which every class of an EDC may have.

https://github.com/european-commission-empl/European-Learning-Model (application profile EDC)
"""

from __future__ import annotations

import re

from credstream.formats.shared.json_nodes import (
    JsonNode,
    children,
    is_reference,
    language_text,
    number_or_text,
    preferred_text,
    text,
)
from credstream.formats.shared.parsed import Id, Value
from credstream.formats.shared.values import distinct, first, uri_identifier

# Builders number the objects of a file: `urn:epass:qualification:1` is another one in each file.
NUMBERED_ID = re.compile(r"urn:epass:.*:\d+", re.DOTALL | re.ASCII)
EPASS = "urn:epass:"
SCHEME_BY_NAME = {
    "european student identifier": "esi",
    "student id": "student",
    "student number": "student",
    "erasmus code": "erasmus",
}


def concept(node: JsonNode) -> Value | None:
    """The address of a concept, or its label where the address is local to the file."""
    address = text(node, "id")
    if address is not None and not str(address.raw).startswith(EPASS):
        return address
    return first(language_text(node, "prefLabel"), text(node, "notation"), address)


def concepts(node: JsonNode, key: str) -> tuple[Value, ...]:
    return distinct(*map(concept, children(node, key)))


def note(node: JsonNode) -> Value | None:
    return language_text(node, "noteLiteral")


def lasting_id(node: JsonNode) -> Value | None:
    """An id that names the same object in the next file."""
    id_ = text(node, "id")
    return None if id_ is None or NUMBERED_ID.fullmatch(str(id_.raw)) else id_


def identifiers(node: JsonNode) -> tuple[Id, ...]:
    return tuple(id_ for entry in children(node, "identifier") for id_ in identifier(entry))


def identifier(entry: JsonNode, scheme: str | None = None) -> tuple[Id, ...]:
    """The notation of an Identifier or LegalIdentifier, by the scheme that it names."""
    value = first(
        number_or_text(entry, "notation"), text(entry, "id") if is_reference(entry) else None
    )
    if value is None:
        return ()
    stated = first(
        preferred_text(language_text(entry, "schemeName")),
        text(entry, "schemeId"),
        text(entry, "schemeAgency"),
    )
    name = str(stated.raw).strip().lower() if stated else "identifier"
    return (Id(scheme=scheme or SCHEME_BY_NAME.get(name, name), value=value),)


def agent_id(node: JsonNode) -> tuple[Id, ...]:
    """The id of an agent, unless a builder or the seal made it up for this file."""
    id_ = text(node, "id")
    return () if id_ is None or str(id_.raw).startswith(EPASS) else uri_identifier(id_)
