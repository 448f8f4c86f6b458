"""Comprehensive Learner Record 2.0: many badges of one learner in one credential.

https://www.imsglobal.org/spec/clr/v2p0/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.clr2.associations import (
    Wholes,
    larger_achievement,
    larger_achievements,
)
from credstream.formats.clr2.copies import content_hash
from credstream.formats.shared.badges import credential
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    language_text,
    member_path,
    raw_values,
    root,
    text,
    texts,
    type_names,
)
from credstream.formats.shared.parsed import LargerQualification, Parsed, Rules, SkippedPart, Value

NAME = "clr2"
RECORD = "ClrCredential"
AWARDS = frozenset({"OpenBadgeCredential", "AchievementCredential"})


def recognise(document: Any) -> bool:
    return RECORD in type_names(document)


def unfit(document: Any) -> Reason | None:
    subject = child(root(document), "credentialSubject")
    if raw_values(subject, "verifiableCredential"):
        return None
    path = member_path(subject, "verifiableCredential")
    return Reason(code="clr.no_children", path=path, detail="no credential inside")


def split(document: Any, rules: Rules) -> Iterable[Any]:
    """Each child credential once, with the larger achievement that the record puts it into."""
    del rules
    record = root(document)
    subject = child(record, "credentialSubject")
    badges = raw_values(subject, "verifiableCredential")
    reasons = tuple(_not_an_award(badge, path) for badge, path in badges)
    contents = tuple(
        None if reason else content_hash(badge)
        for (badge, _), reason in zip(badges, reasons, strict=True)
    )
    # All paths of a content: each is known before the first part is given.
    paths: dict[str | None, list[str]] = {}
    for (_, path), content in zip(badges, contents, strict=True):
        paths.setdefault(content, []).append(path)
    wholes = larger_achievements(subject)
    for (badge, path), content, reason in zip(badges, contents, reasons, strict=True):
        if reason is not None:
            yield SkippedPart(reason)
        elif path == paths[content][0]:
            part = _part(record, subject, badge, path, wholes)
            yield {**part, "repeated": paths[content][1:]}


def parse(document: Any, budget: Budget | None = None) -> Parsed:
    del budget
    part = root(document)
    path = text(part, "path")
    if path is None or not isinstance(document.get("credential"), dict):
        raise Rejected("format.invalid", "credential", "no part of a learner record")
    parsed = credential.read(JsonNode(document["credential"], str(path.raw)))
    copies = tuple(
        Reason(code="clr.child_repeated", path=str(copy.raw), detail=f"as {path.raw}")
        for copy in texts(part, "repeated")
    )
    parsed = replace(parsed, findings=(*parsed.findings, *copies))
    whole = child(part, "whole")
    return replace(parsed, partial=_larger_qualification(whole)) if whole else parsed


def _not_an_award(badge: Any, path: str) -> Reason | None:
    if isinstance(badge, str):
        return Reason(code="clr.child_signed", path=path, detail="a token, not an object")
    if not isinstance(badge, dict) or not type_names(badge) & AWARDS:
        return Reason(code="clr.child_no_award", path=path, detail="")
    return None


def _part(
    record: JsonNode, subject: JsonNode, badge: Mapping[str, Any], path: str, wholes: Wholes
) -> Mapping[str, Any]:
    """A child credential with the issuer and learner of its record where it has none of its own."""
    own_subject = child(JsonNode(badge, path), "credentialSubject")
    learner = {} if "id" in own_subject.members else {"id": subject.members.get("id")}
    issuer = {} if "issuer" in badge else {"issuer": record.members.get("issuer")}
    combined = {**issuer, **badge, "credentialSubject": {**learner, **own_subject.members}}
    whole = larger_achievement(wholes, own_subject)
    return {"path": path, "credential": combined, **({"whole": whole} if whole else {})}


def _larger_qualification(whole: JsonNode) -> LargerQualification:
    path = text(whole, "path")
    name = language_text(whole, "name")
    association = str(path.raw) if path else ""
    return LargerQualification(
        is_part=Value(True, association),
        qualification=Value(name.raw, association) if name else None,
    )
