"""Finds the objects of a European Digital Credential by their ids.

JSON-LD lets a document describe an object in one place and refer to it by id in others:
https://www.w3.org/TR/json-ld11/#node-identifiers
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credstream.formats.shared.budget import Budget
from credstream.formats.shared.json_nodes import LONGEST_PATH, JsonNode, is_reference, member_path
from credstream.formats.shared.references import References, size_of_json


def by_id(document: Any, budget: Budget | None = None) -> References[JsonNode]:
    """The fullest copy of each object in a document, by its id."""
    found: References[JsonNode] = References(_size, budget)
    # A stack instead of recursion: how deep it goes is the sender's choice.
    pending: list[tuple[Any, str]] = [(document, "")]
    while pending:
        value, path = pending.pop()
        if isinstance(value, list):
            pending += [
                (item, f"{path}[{index}]")
                for index, item in enumerate(value)
                if isinstance(item, (dict, list))
            ]
        elif isinstance(value, dict):
            node = JsonNode(value, path, found)
            _keep_fullest(found.nodes, node)
            pending += [
                (member, member_path(node, key)[:LONGEST_PATH])
                for key, member in value.items()
                if isinstance(member, (dict, list))
            ]
    return found


def _keep_fullest(found: dict[str, JsonNode], node: JsonNode) -> None:
    id_ = node.members.get("id")
    if isinstance(id_, str) and not is_reference(node):
        other = found.get(id_)
        # Of copies of one size the one that comes first in the document is kept.
        if other is None or len(other.members) <= len(node.members):
            found[id_] = node


def _size(node: JsonNode) -> int:
    return size_of_json(node.members)


def _ids(document: Any) -> frozenset[str]:
    """The ids of the objects that a document describes itself."""
    found: set[str] = set()
    pending = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending += value
        elif isinstance(value, dict):
            if isinstance(value.get("id"), str) and not is_reference(JsonNode(value, "")):
                found.add(value["id"])
            pending += value.values()
    return frozenset(found)


def described_elsewhere(part: Any, whole: Mapping[str, JsonNode]) -> tuple[Mapping[str, Any], ...]:
    """The objects that a part of a document refers to and only the rest of it describes."""
    if not whole:
        return ()
    own = _ids(part)
    found: dict[str, Mapping[str, Any]] = {}
    pending: list[Any] = [part]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value
        elif isinstance(value, str) and value in whole and value not in own and value not in found:
            # An object may refer to others in turn, so it is searched as well.
            found[value] = whole[value].members
            pending.append(whole[value].members)
    return tuple(found.values())
