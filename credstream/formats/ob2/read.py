"""Open Badges 2.0: an assertion, its badge class and its issuer, hosted, signed or baked.

https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.badges import before_3
from credstream.formats.shared.json_nodes import (
    Node,
    at,
    bare,
    items,
    many,
    missing,
    one,
    root,
    strangers,
    text,
    types,
)
from credstream.formats.shared.parsed import Parsed, Rules, Value

NAME = "ob2"
CONTEXTS = ("w3id.org/openbadges", "openbadgespec.org", "w3id.org/blockcerts/v2")
AWARD, DEFINITION = "Assertion", "BadgeClass"
# What an issuer publishes beside its badges.
OTHERS: Mapping[str, str] = {
    "Issuer": "ob2.profile",
    "Profile": "ob2.profile",
    "CryptographicKey": "ob2.key",
    "RevocationList": "ob2.revocation_list",
    "Endorsement": "ob2.endorsement",
}
ASSERTION_MEMBERS = frozenset(
    [
        "@context",
        "type",
        "id",
        "uid",
        "recipient",
        "badge",
        "verification",
        "verify",
        "issuedOn",
        "image",
        "evidence",
        "narrative",
        "expires",
        "revoked",
        "revocationReason",
        "related",
        "@language",
        "version",
        "endorsement",
    ]
)
BADGE_MEMBERS = frozenset(
    [
        "@context",
        "type",
        "id",
        "name",
        "description",
        "image",
        "criteria",
        "issuer",
        "alignment",
        "tags",
        "related",
        "@language",
        "version",
        "endorsement",
        "slug",
    ]
)


def recognise(document: Any) -> bool:
    if not isinstance(document, dict):
        return False
    named = types(document)
    known = bool(named & ({AWARD, DEFINITION} | OTHERS.keys()))
    return known and any(map(_is_badge_context, _contexts(document)))


def unfit(document: Any) -> Reason | None:
    named = types(document)
    if named & {AWARD, DEFINITION}:
        return None
    code = next((code for name, code in OTHERS.items() if name in named), "ob2.profile")
    return Reason(code=code, path="type", detail="")


def split(document: Any, rules: Rules) -> tuple[Any, ...]:
    del rules
    return (document,)


def parse(document: Any) -> Parsed:
    assertion = root(document)
    if AWARD in types(document):
        return _award(assertion)
    found = before_3.described(Parsed(kind="definition"), assertion)
    return _with_rest(found, assertion, assertion)


def _award(assertion: Node) -> Parsed:
    badge = one(assertion, "badge")
    if not badge:
        raise Rejected("format.invalid", at(assertion, "badge"), "the assertion names no badge")
    award = Parsed(
        kind="award",
        credential_id=text(assertion, "id") or text(assertion, "uid"),
        occurred_at=text(assertion, "issuedOn"),
        issued_on=text(assertion, "issuedOn"),
        valid_until=text(assertion, "expires"),
        learner=before_3.learner(assertion),
        evidence=len(many(assertion, "evidence")),
        status=_status(assertion),
        findings=_unchecked(assertion),
        violations=missing(assertion, ("id", "recipient", "badge", "issuedOn")),
    )
    if bare(badge):
        return _reference(award, badge)
    return _with_rest(before_3.described(award, badge), assertion, badge)


def _reference(award: Parsed, badge: Node) -> Parsed:
    named = text(badge, "id")
    if named is None:
        raise Rejected("format.invalid", at(badge, "id"), "the id is no text")
    return replace(award, definition_id=named, reference=True)


def _with_rest(found: Parsed, assertion: Node, badge: Node) -> Parsed:
    broken = missing(badge, ("id", "name", "description", "criteria", "issuer"))
    own = strangers(assertion, ASSERTION_MEMBERS | BADGE_MEMBERS | before_3.extensions(assertion))
    theirs = strangers(badge, BADGE_MEMBERS | before_3.extensions(badge))
    every = own if assertion is badge else (*own, *theirs)
    return replace(found, violations=(*found.violations, *broken), strangers=every)


def _status(assertion: Node) -> Value | None:
    revoked = assertion.members.get("revoked")
    return Value("revoked", at(assertion, "revoked")) if revoked is True else None


def _unchecked(assertion: Node) -> tuple[Reason, ...]:
    """The revocation list of a signed badge stands in its issuer's profile."""
    issuer = one(one(assertion, "badge"), "issuer")
    lists = text(issuer, "revocationList")
    if lists is None:
        return ()
    return (Reason(code="status.unchecked", path=lists.path, detail="RevocationList"),)


def _contexts(document: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(each for each, _ in items(Node(document, ""), "@context"))


def _is_badge_context(context: Any) -> bool:
    """A known address, or the terms of one written out."""
    if isinstance(context, dict):
        return "obi" in context
    return isinstance(context, str) and any(each in context for each in CONTEXTS)
