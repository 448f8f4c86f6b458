"""Reads elements of an EDCI credential: links by id, texts by language, codes of lists."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.formats.shared.parsed import Id, Value
from credstream.formats.shared.values import first
from credstream.formats.shared.xml_nodes import (
    XmlNode,
    attribute,
    children,
    language_map,
    local_name,
    text,
    text_of,
)

ById = Mapping[str, XmlNode]


def elements_by_id(credential: XmlNode) -> ById:
    """The elements in the groups of references, by the id in an attribute or a child."""
    by_id: dict[str, XmlNode] = {}
    for group in children(credential, *_reference_groups(credential)):
        names = (
            {local_name(element) for element in group.element} if group.element is not None else ()
        )
        for name in names:
            for node in children(group, name):
                # Locations have their id as a child, everything else as an attribute.
                id_ = attribute(node, "id") or text(node, "id")
                if id_:
                    by_id.setdefault(str(id_.raw), node)
    return by_id


def _reference_groups(credential: XmlNode) -> tuple[str, ...]:
    """The names of the groups, such as agentReferences: what `idref` leads to is in one of them."""
    elements = credential.element if credential.element is not None else ()
    names = (local_name(element) for element in elements)
    return tuple({name for name in names if name.endswith("References")})


def linked(node: XmlNode, by_id: ById) -> XmlNode:
    """The element that an `idref` leads to; the element itself where it has its content inside."""
    link = attribute(node, "idref")
    return by_id.get(str(link.raw), XmlNode(None, node.path, node.namespaces)) if link else node


def language_text(node: XmlNode, name: str) -> Value | None:
    """The texts of an element by language; in EDCI they are `text` elements inside it."""
    nodes = children(node, name)
    inner = tuple(found for parent in nodes for found in children(parent, "text"))
    return language_map(inner) or language_map(nodes)


def concept(node: XmlNode) -> Value | None:
    """The address of a code, else its name, else its notation, else the text."""
    return first(
        attribute(node, "uri"),
        language_text(node, "targetName"),
        attribute(node, "targetNotation"),
        text_of(node),
    )


def concepts(node: XmlNode, name: str) -> tuple[Value, ...]:
    return tuple(value for found in children(node, name) if (value := concept(found)))


def identifiers(node: XmlNode, *names: str) -> tuple[Id, ...]:
    """The identifiers in elements of some names, each with the scheme that it names."""
    return tuple(
        Id(scheme=_scheme(found), value=value)
        for found in children(node, *names)
        if (value := text_of(found))
    )


def _scheme(identifier: XmlNode) -> str:
    scheme = attribute(identifier, "schemeID", "identifierSchemeId", "schemeAgencyName")
    return str(scheme.raw).lower() if scheme else "id"
