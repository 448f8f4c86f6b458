"""Reads CTDL's properties and terms, with and without the prefix of their namespace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credstream.formats.shared.json_nodes import JsonNode, children, language_text, text
from credstream.formats.shared.parsed import Value
from credstream.formats.shared.references import References
from credstream.formats.shared.values import first

NodesById = References[Mapping[str, Any]]


def without_prefix(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members with their names behind the colon: `ceterms:name` is name."""
    return {key.rpartition(":")[2]: value for key, value in members.items()}


def term_names(node: JsonNode, key: str) -> tuple[Value, ...]:
    """The names of the terms under a key: the text of an alignment, else the term's address.

    https://credreg.net/ctdl/terms/CredentialAlignmentObject
    """
    names = []
    for found in children(node, key):
        alignment = JsonNode(without_prefix(found.members), found.path)
        name = first(
            any_language(language_text(alignment, "targetNodeName")),
            text(alignment, "targetNode"),
            text(alignment, "id"),
        )
        if name:
            names.append(name)
    return tuple(names)


def any_language(value: Value | None) -> Value | None:
    """The first text of a language map: names of terms and countries need no certain language."""
    if value is None or not isinstance(value.raw, Mapping):
        return value
    return Value(next(iter(value.raw.values())), value.path)
