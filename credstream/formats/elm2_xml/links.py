"""Looks into an EDCI credential: links by id, texts by language, codes of lists."""

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

Known = Mapping[str, XmlNode]


def known_in(credential: XmlNode) -> Known:
    """Every element by the id that it bears, as an attribute or as a child."""
    found: dict[str, XmlNode] = {}
    for group in children(credential, *_groups(credential)):
        for name in (
            {local_name(each) for each in group.element} if group.element is not None else ()
        ):
            for each in children(group, name):
                own = attribute(each, "id") or text(each, "id")
                if own:
                    found.setdefault(str(own.raw), each)
    return found


def _groups(credential: XmlNode) -> tuple[str, ...]:
    every = credential.element if credential.element is not None else ()
    return tuple({name for each in every if (name := local_name(each)).endswith("References")})


def linked(spot: XmlNode, known: Known) -> XmlNode:
    """What a link leads to; the element itself where it holds its content."""
    link = attribute(spot, "idref")
    return known.get(str(link.raw), XmlNode(None, spot.path)) if link else spot


def words(spot: XmlNode, name: str) -> Value | None:
    """The texts of an element by their language."""
    found = children(spot, name)
    return language_map(
        tuple(each for one in found for each in children(one, "text"))
    ) or language_map(found)


def concept(spot: XmlNode) -> Value | None:
    """A code of a list by its address, else by its name."""
    return first(
        attribute(spot, "uri"),
        words(spot, "targetName"),
        attribute(spot, "targetNotation"),
        text_of(spot),
    )


def concepts(spot: XmlNode, name: str) -> tuple[Value, ...]:
    """The codes of all elements of a name."""
    return tuple(found for each in children(spot, name) if (found := concept(each)))


def ids(spot: XmlNode, *names: str) -> tuple[Id, ...]:
    """Identifiers, each with the scheme that it names."""
    return tuple(
        Id(scheme=_scheme(each), value=found)
        for each in children(spot, *names)
        if (found := text_of(each))
    )


def _scheme(spot: XmlNode) -> str:
    scheme = attribute(spot, "schemeID", "identifierSchemeId", "schemeAgencyName")
    return str(scheme.raw).lower() if scheme else "id"
