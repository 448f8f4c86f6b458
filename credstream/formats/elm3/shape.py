"""Checks an EDC against rules of the official shapes (no-cv and full) while it is read.

What is checked here is what real files break; it does not replace SHACL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from credstream.contract.values import Reason
from credstream.formats.elm3.shape_tables import (
    DATE_TIME_MEMBERS,
    DURATION_MEMBERS,
    LANGUAGE_MAP_MEMBERS,
    REQUIRED_MEMBERS,
    SCHEME_BY_MEMBER,
    TYPES_OF_MEMBERS,
    UNCHECKED_MEMBERS,
)
from credstream.formats.shared.json_checks import missing_members, parse_date_time, violation
from credstream.formats.shared.json_nodes import (
    LONGEST_PATH,
    JsonNode,
    child,
    children,
    is_reference,
    member_path,
    raw_values,
    text,
    type_names,
)

MOST_VIOLATIONS = 50
CONTEXT = "http://data.europa.eu/snb/model/context/edc-ap"
TYPES = frozenset({"VerifiableCredential", "EuropeanDigitalCredential"})
# https://www.w3.org/TR/xmlschema11-2/#duration
DURATION = re.compile(
    r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?", re.ASCII
)


def violations(credential: JsonNode) -> tuple[Reason, ...]:
    """The first broken rules; a document may break more."""
    return tuple(islice(_broken_rules(credential), MOST_VIOLATIONS))


def _broken_rules(credential: JsonNode) -> Iterator[Reason]:
    yield from _broken_by_envelope(credential)
    contents: dict[str, str] = {}
    pending = [credential]
    while pending:
        node = pending.pop()
        yield from _broken_by_class(node)
        yield from _broken_by_members(node)
        yield from _differing_copy(node, contents)
        # Reversed, so that the objects are taken from the stack in the order of the document.
        pending += reversed(tuple(_nested_objects(node)))


def _nested_objects(node: JsonNode) -> Iterator[JsonNode]:
    """The objects of all members as the document has them, references not resolved."""
    for key, value in node.members.items():
        if key in UNCHECKED_MEMBERS:
            continue
        path = member_path(node, key)[:LONGEST_PATH]
        if isinstance(value, dict):
            yield JsonNode(value, path, node.references)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield JsonNode(item, f"{path}[{index}]", node.references)


def _broken_by_envelope(credential: JsonNode) -> Iterator[Reason]:
    types = credential.members.get("type")
    if not isinstance(types, list) or not type_names(credential.members) >= TYPES:
        yield violation("type", "an array that names both types of an EDC is needed")
        # Without its type the check by class would pass the envelope over.
        yield from missing_members(credential, REQUIRED_MEMBERS["EuropeanDigitalCredential"])
    if all(context != CONTEXT for context, _ in raw_values(credential, "@context")):
        yield violation("@context", "without the EDC context nothing is what it seems")
    issuer = child(credential, "issuer")
    if issuer and not child(issuer, "eIDASIdentifier"):
        path = member_path(issuer, "eIDASIdentifier")
        yield violation(path, "a required member is missing; a seal adds it")


def _broken_by_class(node: JsonNode) -> Iterator[Reason]:
    types = type_names(node.members)
    # A reference is checked where its object is described.
    if not is_reference(node):
        for kind in sorted(types & REQUIRED_MEMBERS.keys()):
            yield from missing_members(node, REQUIRED_MEMBERS[kind])
    for kind in sorted(types & TYPES_OF_MEMBERS.keys()):
        for key, allowed in TYPES_OF_MEMBERS[kind].items():
            for member in children(node, key):
                if not type_names(member.members) & allowed:
                    path = member_path(member, "type")
                    yield violation(path, f"{' or '.join(sorted(allowed))} is needed")


def _broken_by_members(node: JsonNode) -> Iterator[Reason]:
    for key in node.members:
        if key in VALUE_CHECKS:
            yield from _invalid_values(node, key)
        elif key in SCHEME_BY_MEMBER:
            yield from _outside_scheme(node, key)


def _invalid_values(node: JsonNode, key: str) -> Iterator[Reason]:
    is_valid, needed = VALUE_CHECKS[key]
    value, path = node.members[key], member_path(node, key)
    if not isinstance(value, list):
        if value is not None and not is_valid(value):
            yield violation(path, needed)
        return
    for index, item in enumerate(value):
        if item is not None and not is_valid(item):
            yield violation(f"{path}[{index}]", needed)


def _outside_scheme(node: JsonNode, key: str) -> Iterator[Reason]:
    for concept in children(node, key):
        schemes = children(concept, "inScheme")
        stated = {str(id_.raw) for scheme in schemes if (id_ := text(scheme, "id"))}
        if SCHEME_BY_MEMBER[key] not in stated:
            path = member_path(concept, "inScheme")
            yield violation(path, f"a concept of {SCHEME_BY_MEMBER[key]} is needed")


def _differing_copy(node: JsonNode, contents: dict[str, str]) -> Iterator[Reason]:
    """In RDF two pictures of one id are one object with two contents, which no shape allows."""
    id_, content = node.members.get("id"), node.members.get("content")
    if (
        isinstance(id_, str)
        and isinstance(content, str)
        and contents.setdefault(id_, content) != content
    ):
        path = member_path(node, "content")
        yield violation(path, "another object of the same id has other content")


def _is_language_map(raw: Any) -> bool:
    return not isinstance(raw, str)


def _is_date_time(raw: Any) -> bool:
    return parse_date_time(raw) is not None


def _is_duration(raw: Any) -> bool:
    return isinstance(raw, str) and DURATION.fullmatch(raw) is not None


VALUE_CHECKS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(
        LANGUAGE_MAP_MEMBERS, (_is_language_map, "a map of language to text is needed")
    ),
    **dict.fromkeys(DATE_TIME_MEMBERS, (_is_date_time, "a date with its time is needed")),
    **dict.fromkeys(DURATION_MEMBERS, (_is_duration, "a duration such as PT60H is needed")),
}
