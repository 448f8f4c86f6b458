"""Open Badges 0.5, 1.0 and 1.1: recognised by their members, as they name no type.

https://github.com/openbadges/openbadges-specification/blob/master/Assertion/latest.md
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.badges import before_3
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.json_checks import missing_members
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    is_reference,
    language_text,
    member_path,
    number_or_text,
    raw_values,
    root,
    text,
    type_names,
)
from credstream.formats.shared.parsed import Body, Parsed, Rules
from credstream.formats.shared.values import first, uri_identifier

NAME = "ob1"
BADGE_CLASS_MEMBERS = frozenset({"name", "image", "criteria", "issuer"})
TYPES = frozenset({"Assertion", "BadgeClass", "BlockchainCertificate"})
DATES = ("issuedOn", "issued_on")


def recognise(document: Any) -> bool:
    if not isinstance(document, dict) or type_names(document) - TYPES:
        return False
    assertion = _assertion(document)
    # `recipient` and `badge` are common names; one member more makes the pair an assertion.
    dated = any(key in assertion for key in (*DATES, "verify", "uid"))
    is_assertion = "recipient" in assertion and "badge" in assertion and dated
    return is_assertion or document.keys() >= BADGE_CLASS_MEMBERS


def unfit(document: Any) -> Reason | None:
    del document  # an assertion is an award, a badge class a definition
    return None


def split(document: Any, rules: Rules) -> Iterable[Any]:
    del rules
    return (document,)


def parse(document: Any, budget: Budget | None = None) -> Parsed:
    del budget  # nothing refers to anything
    whole = root(document)
    assertion = _assertion_node(whole)
    if "badge" not in assertion.members:
        return before_3.with_badge_class(Parsed(kind="definition"), whole)
    badge = child(assertion, "badge")
    if not badge:
        path = member_path(assertion, "badge")
        raise Rejected("format.invalid", path, "the assertion names no badge")
    # 1.0 allows seconds since 1970 as well as ISO 8601; as an event's time only a text is taken.
    day = first(number_or_text(assertion, "issuedOn"), number_or_text(assertion, "issued_on"))
    award = Parsed(
        kind="award",
        credential_id=first(text(assertion, "id"), text(assertion, "uid")),
        issued_on=day,
        occurred_at=day if day and isinstance(day.raw, str) else None,
        valid_until=number_or_text(assertion, "expires"),
        learner=before_3.learner(assertion),
        evidence=len(children(assertion, "evidence")),
        violations=missing_members(assertion, ("recipient", "badge")),
    )
    if is_reference(badge):
        return replace(award, definition_id=text(badge, "id"), reference=True)
    return _with_issuer_of_0_5(before_3.with_badge_class(award, badge), badge)


def _with_issuer_of_0_5(award: Parsed, badge: JsonNode) -> Parsed:
    """Open Badges 0.5 identifies an issuer by `origin`; the organisation is in `name` or `org`."""
    issuer = child(badge, "issuer")
    origin = text(issuer, "origin")
    if origin is None:
        return award
    name = first(language_text(issuer, "name"), text(issuer, "org"))
    return replace(award, awarding_bodies=(Body(name=name, identifiers=uri_identifier(origin)),))


def _assertion(document: Any) -> Any:
    """The members of the assertion, also where Blockcerts 1 wraps it with its badge class."""
    wrapper = document.get("document")
    wrapped = wrapper.get("assertion") if isinstance(wrapper, dict) else None
    if not isinstance(wrapper, dict) or not isinstance(wrapped, dict):
        return document
    badge = {"badge": wrapper["certificate"]} if "certificate" in wrapper else {}
    return {**wrapper, **badge, **wrapped}


def _assertion_node(whole: JsonNode) -> JsonNode:
    """The assertion with the path that its members have in the document."""
    wrapper = child(whole, "document")
    if not wrapper or not any(isinstance(raw, dict) for raw, _ in raw_values(wrapper, "assertion")):
        return whole
    return JsonNode(_assertion(whole.members), child(wrapper, "assertion").path)
