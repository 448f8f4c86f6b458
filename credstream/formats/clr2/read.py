"""Comprehensive Learner Record 2.0: many badges of one learner in one credential.

https://www.imsglobal.org/spec/clr/v2p0
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.badges import credential
from credstream.formats.shared.json_nodes import (
    Node,
    at,
    items,
    many,
    one,
    root,
    text,
    texts,
    types,
    words,
)
from credstream.formats.shared.parsed import Parsed, Rules, Unread, Value, Whole

NAME = "clr2"
RECORD = "ClrCredential"
AWARDS = frozenset({"OpenBadgeCredential", "AchievementCredential"})
# Which end of an association is the part, by its type.
PARTS: Mapping[str, tuple[str, str]] = {
    "isChildOf": ("sourceId", "targetId"),
    "isPartOf": ("sourceId", "targetId"),
    "isParentOf": ("targetId", "sourceId"),
}
# Members that two copies of one child may differ in.
OF_COPIES = frozenset({"id", "proof", "@context"})


def recognise(document: Any) -> bool:
    return RECORD in types(document)


def unfit(document: Any) -> Reason | None:
    subject = one(root(document), "credentialSubject")
    if items(subject, "verifiableCredential"):
        return None
    path = at(subject, "verifiableCredential")
    return Reason(code="clr.no_children", path=path, detail="no credential inside")


def split(document: Any, rules: Rules) -> tuple[Any, ...]:
    """Each child credential once, with what the record says of its place among the others."""
    del rules
    record = root(document)
    subject = one(record, "credentialSubject")
    parts: list[Any] = []
    kept: dict[str, list[str]] = {}
    for child, path in items(subject, "verifiableCredential"):
        reason = _no_award(child, path)
        if reason is not None:
            parts.append(Unread(reason))
        elif (mark := _mark(child)) in kept:
            kept[mark].append(path)
        else:
            kept[mark] = []
            parts.append({**_part(record, subject, child, path), "repeated": kept[mark]})
    return tuple(parts)


def parse(document: Any) -> Parsed:
    part = root(document)
    path = text(part, "path")
    if path is None or not isinstance(document.get("credential"), dict):
        raise Rejected("format.invalid", "credential", "no part of a learner record")
    parsed = credential.read(Node(document["credential"], str(path.raw)))
    whole = one(part, "whole")
    copies = tuple(
        Reason(code="clr.child_repeated", path=str(each.raw), detail=f"as {path.raw}")
        for each in texts(part, "repeated")
    )
    found = replace(parsed, findings=(*parsed.findings, *copies))
    return replace(found, partial=_whole(whole)) if whole else found


def _no_award(child: Any, path: str) -> Reason | None:
    if isinstance(child, str):
        return Reason(code="clr.child_signed", path=path, detail="a token, not an object")
    if not isinstance(child, dict) or not types(child) & AWARDS:
        return Reason(code="clr.child_no_award", path=path, detail="")
    return None


def _part(record: Node, subject: Node, child: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """A child with the issuer and the learner of its record, where it has none of its own."""
    own = one(Node(child, path), "credentialSubject")
    learner = {} if "id" in own.members else {"id": subject.members.get("id")}
    issuer = {} if "issuer" in child else {"issuer": record.members.get("issuer")}
    combined = {**issuer, **child, "credentialSubject": {**learner, **own.members}}
    return {"path": path, "credential": combined, **_place(subject, own)}


def _place(subject: Node, own: Node) -> Mapping[str, Any]:
    """The larger achievement that an association puts the child's achievement into."""
    achievement = text(one(own, "achievement"), "id")
    for association in many(subject, "association") if achievement else ():
        kind = text(association, "associationType")
        part, whole = PARTS.get(str(kind.raw) if kind else "", ("", ""))
        named = association.members.get(whole)
        if part and association.members.get(part) == (achievement and achievement.raw) and named:
            name = next((each for key, each in _names(subject) if key == named), named)
            return {"whole": {"name": name, "path": association.path}}
    return {}


def _names(subject: Node) -> Iterator[tuple[Any, Any]]:
    """Ids and names of the achievements that a record knows."""
    children = (one(each, "credentialSubject") for each in many(subject, "verifiableCredential"))
    for holder in (subject, *children):
        for achievement in many(holder, "achievement"):
            name = words(achievement, "name")
            if name is not None:
                yield achievement.members.get("id"), name.raw


def _whole(whole: Node) -> Whole:
    path = text(whole, "path")
    name = words(whole, "name")
    where = str(path.raw) if path else ""
    return Whole(is_part=Value(True, where), qualification=Value(name.raw, where) if name else None)


def _mark(child: Mapping[str, Any]) -> str:
    """The same for copies of one award.

    The id of its achievement tells nothing: real records have one id for several achievements,
    and several ids for one.
    """
    subject = one(Node(child, ""), "credentialSubject")
    bare = {key: each for key, each in child.items() if key not in OF_COPIES}
    bare["credentialSubject"] = _without_ids(subject.members)
    return hashlib.sha256(orjson.dumps(bare, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _without_ids(subject: Mapping[str, Any]) -> Mapping[str, Any]:
    achievement = subject.get("achievement")
    if not isinstance(achievement, dict):
        return subject
    return {**subject, "achievement": {k: v for k, v in achievement.items() if k != "id"}}
