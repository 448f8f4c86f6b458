"""Finds the larger achievement that a learner record puts a child credential into."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from credstream.formats.shared.json_nodes import JsonNode, child, children, language_text, text

# Which end of an association is the part and which the whole, by its type:
# https://www.imsglobal.org/spec/clr/v2p0/#association
PART_AND_WHOLE: Mapping[str, tuple[str, str]] = {
    "isChildOf": ("sourceId", "targetId"),
    "isPartOf": ("sourceId", "targetId"),
    "isParentOf": ("targetId", "sourceId"),
}
# Name and path of a larger achievement, by the id of an achievement that is part of it.
Wholes = Mapping[Any, Mapping[str, Any]]


def larger_achievements(subject: JsonNode) -> Wholes:
    """The larger achievements that the associations of a record's subject name.

    They are looked up in one pass for all children: many times many would be compared otherwise.
    """
    wholes: dict[Any, Mapping[str, Any]] = {}
    names: dict[Any, Any] | None = None
    for association in children(subject, "association"):
        kind = text(association, "associationType")
        part, whole = PART_AND_WHOLE.get(str(kind.raw) if kind else "", ("", ""))
        part_id, whole_id = association.members.get(part), association.members.get(whole)
        if part and isinstance(part_id, str) and whole_id and part_id not in wholes:
            names = _achievement_names(subject) if names is None else names
            name = names.get(whole_id, whole_id) if isinstance(whole_id, Hashable) else whole_id
            wholes[part_id] = {"name": name, "path": association.path}
    return wholes


def larger_achievement(wholes: Wholes, own_subject: JsonNode) -> Mapping[str, Any] | None:
    """Name and path of the achievement that the achievement of a child credential is part of."""
    achievement = text(child(own_subject, "achievement"), "id")
    return wholes.get(achievement.raw) if achievement else None


def _achievement_names(subject: JsonNode) -> dict[Any, Any]:
    """The names of the achievements in a record by their ids, the first of each id."""
    names: dict[Any, Any] = {}
    for achievement in _achievements(subject):
        id_, name = achievement.members.get("id"), language_text(achievement, "name")
        if name is not None and isinstance(id_, Hashable):
            names.setdefault(id_, name.raw)
    return names


def _achievements(subject: JsonNode) -> Iterator[JsonNode]:
    """A record's own definitions and its children's."""
    badges = children(subject, "verifiableCredential")
    for holder in (subject, *(child(badge, "credentialSubject") for badge in badges)):
        yield from children(holder, "achievement")
