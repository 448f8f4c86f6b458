"""Finds the larger achievement that a learner record puts a child credential into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from credstream.formats.shared.json_nodes import JsonNode, child, children, language_text, text

# Which end of an association is the part and which the whole, by its type:
# https://www.imsglobal.org/spec/clr/v2p0/#association
PART_AND_WHOLE: Mapping[str, tuple[str, str]] = {
    "isChildOf": ("sourceId", "targetId"),
    "isPartOf": ("sourceId", "targetId"),
    "isParentOf": ("targetId", "sourceId"),
}


def larger_achievement(subject: JsonNode, own_subject: JsonNode) -> Mapping[str, Any] | None:
    """Name and path of the achievement that the child's achievement is part of.

    `subject` is the record's, `own_subject` the child credential's.
    """
    achievement = text(child(own_subject, "achievement"), "id")
    if achievement is None:
        return None
    for association in children(subject, "association"):
        kind = text(association, "associationType")
        part, whole = PART_AND_WHOLE.get(str(kind.raw) if kind else "", ("", ""))
        whole_id = association.members.get(whole)
        if part and association.members.get(part) == achievement.raw and whole_id:
            name = next((n for id_, n in _achievement_names(subject) if id_ == whole_id), whole_id)
            return {"name": name, "path": association.path}
    return None


def _achievement_names(subject: JsonNode) -> Iterator[tuple[Any, Any]]:
    """Id and name of each achievement in a record: its own definitions and its children's."""
    badges = children(subject, "verifiableCredential")
    for holder in (subject, *(child(badge, "credentialSubject") for badge in badges)):
        for achievement in children(holder, "achievement"):
            name = language_text(achievement, "name")
            if name is not None:
                yield achievement.members.get("id"), name.raw
