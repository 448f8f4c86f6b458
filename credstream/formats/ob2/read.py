"""Open Badges 2.0: an assertion, its badge class and its issuer, hosted, signed or baked.

https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.badges import before_3
from credstream.formats.shared.badges.extensions import extension_members
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.json_checks import missing_members, unknown_fields
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    is_reference,
    member_path,
    raw_values,
    root,
    text,
    type_names,
)
from credstream.formats.shared.parsed import Parsed, Rules, Value

NAME = "ob2"
# Parts of the context's address: several hosts serve it, with and without a version.
CONTEXTS = ("w3id.org/openbadges", "openbadgespec.org", "w3id.org/blockcerts/v2")
AWARD, DEFINITION = "Assertion", "BadgeClass"
# What an issuer publishes beside its badges.
CODE_BY_TYPE: Mapping[str, str] = {
    "Issuer": "ob2.profile",
    "Profile": "ob2.profile",
    "CryptographicKey": "ob2.key",
    "RevocationList": "ob2.revocation_list",
    "Endorsement": "ob2.endorsement",
}
# The properties of OBv2p0Final/index.html#Assertion and #BadgeClass.
ASSERTION_MEMBERS = frozenset(
    {
        *("@context", "type", "id", "uid", "recipient", "badge", "verification", "verify"),
        *("issuedOn", "image", "evidence", "narrative", "expires", "revoked", "revocationReason"),
        *("related", "@language", "version", "endorsement"),
    }
)
BADGE_MEMBERS = frozenset(
    {
        *("@context", "type", "id", "name", "description", "image", "criteria", "issuer"),
        *("alignment", "tags", "related", "@language", "version", "endorsement", "slug"),
    }
)


def recognise(document: Any) -> bool:
    if not isinstance(document, dict):
        return False
    known = bool(type_names(document) & ({AWARD, DEFINITION} | CODE_BY_TYPE.keys()))
    return known and any(map(_is_badge_context, _contexts(document)))


def unfit(document: Any) -> Reason | None:
    names = type_names(document)
    if names & {AWARD, DEFINITION}:
        return None
    code = next((code for name, code in CODE_BY_TYPE.items() if name in names), "ob2.profile")
    return Reason(code=code, path="type", detail="")


def split(document: Any, rules: Rules) -> Iterable[Any]:
    del rules
    return (document,)


def parse(document: Any, budget: Budget | None = None) -> Parsed:
    del budget
    node = root(document)
    if AWARD in type_names(document):
        return _award(node)
    return _checked(before_3.with_badge_class(Parsed(kind="definition"), node), node, node)


def _award(assertion: JsonNode) -> Parsed:
    badge = child(assertion, "badge")
    if not badge:
        path = member_path(assertion, "badge")
        raise Rejected("format.invalid", path, "the assertion names no badge")
    award = Parsed(
        kind="award",
        credential_id=text(assertion, "id") or text(assertion, "uid"),
        occurred_at=text(assertion, "issuedOn"),
        issued_on=text(assertion, "issuedOn"),
        valid_until=text(assertion, "expires"),
        learner=before_3.learner(assertion),
        evidence=len(children(assertion, "evidence")),
        status=_status(assertion),
        findings=_unchecked_revocation(assertion),
        violations=missing_members(assertion, ("id", "recipient", "badge", "issuedOn")),
    )
    if is_reference(badge):
        return _with_reference(award, badge)
    return _checked(before_3.with_badge_class(award, badge), assertion, badge)


def _with_reference(award: Parsed, badge: JsonNode) -> Parsed:
    definition_id = text(badge, "id")
    if definition_id is None:
        raise Rejected("format.invalid", member_path(badge, "id"), "the id is no text")
    return replace(award, definition_id=definition_id, reference=True)


def _checked(parsed: Parsed, assertion: JsonNode, badge: JsonNode) -> Parsed:
    """With the unknown fields of both objects, and the missing members of the badge class."""
    missing = missing_members(badge, ("id", "name", "description", "criteria", "issuer"))
    # Without an assertion the badge class is checked alone, under both names.
    unknown = unknown_fields(
        assertion, ASSERTION_MEMBERS | BADGE_MEMBERS | extension_members(assertion)
    )
    if assertion is not badge:
        unknown += unknown_fields(badge, BADGE_MEMBERS | extension_members(badge))
    return replace(parsed, violations=(*parsed.violations, *missing), unknown_fields=unknown)


def _status(assertion: JsonNode) -> Value | None:
    revoked = assertion.members.get("revoked")
    return Value("revoked", member_path(assertion, "revoked")) if revoked is True else None


def _unchecked_revocation(assertion: JsonNode) -> tuple[Reason, ...]:
    """A warning where the issuer's profile names the revocation list of its signed badges.

    OBv2p0Final/index.html#RevocationList; nothing is fetched while a record is processed.
    """
    address = text(child(assertion, "badge", "issuer"), "revocationList")
    if address is None:
        return ()
    return (Reason(code="status.unchecked", path=address.path, detail="RevocationList"),)


def _contexts(document: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(raw for raw, _ in raw_values(JsonNode(document, ""), "@context"))


def _is_badge_context(context: Any) -> bool:
    """Whether it is a known address, or a context written out with the prefix `obi`."""
    if isinstance(context, dict):
        return "obi" in context
    return isinstance(context, str) and any(address in context for address in CONTEXTS)
