"""Open Badges 0.5, 1.0 and 1.1: told by their shape, as they name no type.

https://github.com/openbadges/openbadges-specification/blob/master/Assertion/latest.md
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.badges import before_3
from credstream.formats.shared.json_nodes import (
    Node,
    address,
    amount,
    at,
    bare,
    first,
    items,
    many,
    missing,
    one,
    root,
    text,
    types,
    words,
)
from credstream.formats.shared.parsed import Body, Parsed, Rules

NAME = "ob1"
BADGE_CLASS = frozenset({"name", "image", "criteria", "issuer"})
TYPES = frozenset({"Assertion", "BadgeClass", "BlockchainCertificate"})
DATES = ("issuedOn", "issued_on")


def recognise(document: Any) -> bool:
    if not isinstance(document, dict) or types(document) - TYPES:
        return False
    found = _assertion(document)
    dated = any(key in found for key in (*DATES, "verify", "uid"))
    return ("recipient" in found and "badge" in found and dated) or document.keys() >= BADGE_CLASS


def unfit(document: Any) -> Reason | None:
    del document  # a badge class is a definition
    return None


def split(document: Any, rules: Rules) -> tuple[Any, ...]:
    del rules
    return (document,)


def parse(document: Any) -> Parsed:
    whole = root(document)
    assertion = _node(whole)
    if "badge" not in assertion.members:
        return before_3.described(Parsed(kind="definition"), whole)
    badge = one(assertion, "badge")
    if not badge:
        raise Rejected("format.invalid", at(assertion, "badge"), "the assertion names no badge")
    day = first(amount(assertion, "issuedOn"), amount(assertion, "issued_on"))
    award = Parsed(
        kind="award",
        credential_id=first(text(assertion, "id"), text(assertion, "uid")),
        issued_on=day,
        occurred_at=day if day and isinstance(day.raw, str) else None,
        valid_until=amount(assertion, "expires"),
        learner=before_3.learner(assertion),
        evidence=len(many(assertion, "evidence")),
        violations=missing(assertion, ("recipient", "badge")),
    )
    if bare(badge):
        return replace(award, definition_id=text(badge, "id"), reference=True)
    return _issued(before_3.described(award, badge), badge)


def _issued(found: Parsed, badge: Node) -> Parsed:
    """0.5 names its issuer by origin, and its criteria by an address."""
    issuer = one(badge, "issuer")
    origin = text(issuer, "origin")
    if origin is None:
        return found
    body = Body(name=first(words(issuer, "name"), text(issuer, "org")), identifiers=address(origin))
    return replace(found, awarding_bodies=(body,))


def _assertion(document: Any) -> Any:
    """The assertion itself, also where Blockcerts 1 wraps it."""
    inner = document.get("document")
    wrapped = inner.get("assertion") if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or not isinstance(wrapped, dict):
        return document
    badge = {"badge": inner["certificate"]} if "certificate" in inner else {}
    return {**inner, **badge, **wrapped}


def _node(whole: Node) -> Node:
    """The assertion with the paths where its members stand."""
    inner = one(whole, "document")
    if not inner or not any(isinstance(each, dict) for each, _ in items(inner, "assertion")):
        return whole
    return Node(_assertion(whole.members), one(inner, "assertion").path)
