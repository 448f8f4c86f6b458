"""Checks a badge against the Open Badges 3.0 schema while it is read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from credstream.contract.values import Reason
from credstream.formats.shared.badges.shape_tables import CLASSES, ClassRule
from credstream.formats.shared.badges.shape_values import NEEDED, VALUE_CHECKS
from credstream.formats.shared.json_checks import unknown_fields, violation
from credstream.formats.shared.json_nodes import LONGEST_PATH, JsonNode, member_path

MOST_VIOLATIONS = 50


def violations(credential: JsonNode) -> tuple[Reason, ...]:
    """The first broken rules; a document may break more."""
    return tuple(islice(_broken_rules(credential), MOST_VIOLATIONS))


def _broken_rules(credential: JsonNode) -> Iterator[Reason]:
    # A stack instead of recursion: how deep it goes is the sender's choice.
    pending: list[tuple[Any, str, str]] = [(credential.members, credential.path, "credential")]
    while pending:
        value, path, kind = pending.pop()
        if kind == "issuer":
            kind = "text" if isinstance(value, str) else "profile"
        if kind.endswith("[]"):
            if isinstance(value, list):
                pending += [(item, f"{path}[{n}]", kind[:-2]) for n, item in enumerate(value)]
            else:
                yield violation(path, "an array is needed")
        elif kind not in CLASSES:
            if not VALUE_CHECKS[kind](value):
                yield violation(path, NEEDED[kind])
        elif not isinstance(value, dict):
            yield violation(path, "an object is needed")
        else:
            node, rule = JsonNode(value, path), CLASSES[kind]
            yield from _broken_by_object(node, rule)
            pending += [
                (value[key], member_path(node, key)[:LONGEST_PATH], member_kind)
                for key, member_kind in reversed(list(rule.members.items()))
                if key in value
            ]


def _broken_by_object(node: JsonNode, rule: ClassRule) -> Iterator[Reason]:
    required = rule.required.split()
    yield from (
        violation(member_path(node, key), "a required member is missing")
        for key in required
        if key not in node.members
    )
    if "type" in required and "type" in node.members and not _has_type(node.members["type"], rule):
        yield violation(member_path(node, "type"), _needed_type(rule))
    if rule.closed:
        for path in unknown_fields(node, {*rule.members, "type"}):
            yield violation(path, "the class has no such member")


def _needed_type(rule: ClassRule) -> str:
    names = rule.types.strip("=").replace("|", " or ")
    return f"{names or 'a text'} is needed{'' if rule.types.startswith('=') else ', in an array'}"


def _has_type(value: Any, rule: ClassRule) -> bool:
    if rule.types.startswith("="):
        return isinstance(value, str) and rule.types in {"=", f"={value}"}
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        return False
    # A credential names both its own type and the general one:
    # https://www.w3.org/TR/vc-data-model-2.0/#types
    credentials = {"OpenBadgeCredential|AchievementCredential", "EndorsementCredential"}
    if rule.types in credentials and "VerifiableCredential" not in value:
        return False
    return any(name in value for name in rule.types.split("|"))
