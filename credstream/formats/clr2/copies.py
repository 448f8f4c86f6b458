"""Tells copies of one award in a learner record from different awards."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from credstream.formats.shared.json_nodes import JsonNode, child

# Members that two copies of one credential may differ in.
COPY_MEMBERS = frozenset({"id", "proof", "@context"})


def content_hash(badge: Mapping[str, Any]) -> str:
    """The same for copies of one award.

    Ids are left out, the achievement's as well: real records have one id for several
    achievements, and several ids for one.
    """
    subject = child(JsonNode(badge, ""), "credentialSubject")
    content = {key: value for key, value in badge.items() if key not in COPY_MEMBERS}
    content["credentialSubject"] = _without_achievement_id(subject.members)
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _without_achievement_id(subject: Mapping[str, Any]) -> Mapping[str, Any]:
    achievement = subject.get("achievement")
    if not isinstance(achievement, dict):
        return subject
    return {**subject, "achievement": {k: v for k, v in achievement.items() if k != "id"}}
