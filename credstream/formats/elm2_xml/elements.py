"""Reads elements of an EDCI credential: links by id, texts by language, codes of lists."""

from __future__ import annotations

from lxml import etree

from credstream.formats.shared.budget import Budget
from credstream.formats.shared.parsed import Id, Value
from credstream.formats.shared.references import References
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

ById = References[XmlNode]
# lxml makes a text anew for each reader, so a long one counts as several values.
BYTES_OF_A_VALUE = 50


def elements_by_id(credential: XmlNode, budget: Budget | None) -> ById:
    """The elements in the groups of references, by the id in an attribute or a child.

    The groups have names such as agentReferences; what an `idref` leads to is in one of them.
    """
    by_id: ById = References(_size, budget)
    for group in children(credential, "*"):
        if group.element is None or not local_name(group.element).endswith("References"):
            continue
        for node in children(group, "*"):
            # Locations have their id as a child, everything else as an attribute.
            id_ = attribute(node, "id") or text(node, "id")
            if id_:
                by_id.nodes.setdefault(str(id_.raw), node)
    return by_id


def _size(node: XmlNode) -> int:
    written = etree.tostring(node.element) if node.element is not None else b""
    return bytes(written).count(b"<") + len(written) // BYTES_OF_A_VALUE


def linked(node: XmlNode, by_id: ById) -> XmlNode:
    """The element that an `idref` leads to; the element itself where it has its content inside."""
    link = attribute(node, "idref")
    if link is None:
        return node
    return by_id.follow(str(link.raw)) or XmlNode(None, node.path, node.namespaces)


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
