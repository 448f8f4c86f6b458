"""Reads elements that occur in many places of an ELMO transcript."""

from __future__ import annotations

from credstream.formats.shared.parsed import Id, Value
from credstream.formats.shared.xml_nodes import (
    XmlNode,
    attribute,
    children,
    language_map,
    text_of,
)


def texts(node: XmlNode, name: str) -> tuple[Value, ...]:
    return tuple(value for found in children(node, name) if (value := text_of(found)))


def language_text(node: XmlNode, name: str) -> Value | None:
    """A text by language, or alone where the file names no language."""
    return language_map(children(node, name))


def date_of(node: XmlNode, name: str) -> Value | None:
    """A date with its notation, which the old schema has in the attribute `dtf`."""
    for found in children(node, name):
        pattern = attribute(found, "dtf")
        value = text_of(found, str(pattern.raw) if pattern else "")
        if value:
            return value
    return None


def identifiers(node: XmlNode) -> tuple[Id, ...]:
    return tuple(
        Id(scheme=_scheme(found), value=value)
        for found in children(node, "identifier")
        if (value := text_of(found))
    )


def _scheme(identifier: XmlNode) -> str:
    kind = attribute(identifier, "type")
    return str(kind.raw).lower() if kind else "id"
