"""Web hooks and interfaces of badge vendors, by the field names that Credly and Accredible use.

https://www.credly.com/docs/webhooks and https://docs.api.accredible.com
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.json_checks import unknown_fields
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    flag,
    language_text,
    member_path,
    number_or_text,
    root,
    text,
    texts,
    type_names,
)
from credstream.formats.shared.parsed import Body, Id, Parsed, Person, Rules, StatedOutcome
from credstream.formats.shared.values import first
from credstream.formats.vendor import credly

NAME = "vendor"
WRAPPERS = ("data", "badge", "credential", "event")
# Of each dialect, the members by which an award or a template of it is told.
CREDLY_AWARD = frozenset(
    {credly.TEMPLATE, "issued_at", "recipient_email", "issued_to_first_name", "issued_to"}
)
CREDLY_TEMPLATE = frozenset(
    {"badge_template_activities", "type_category", "vanity_slug", "global_activity_url"}
)
ACCREDIBLE = frozenset(
    {"recipient", "issued_on", "group_name", "group_id", "expired_on", "course_link"}
)
LEAST = 3
KNOWN = frozenset(
    [
        "id",
        "uuid",
        "url",
        "image",
        "issuer",
        "issuer_id",
        "attributes",
        "recipient",
        "group_name",
        "group_id",
        "name",
        "course_name",
        "issued_on",
        "expired_on",
        "description",
        "learning_outcomes",
        "course_link",
        "grade",
        "private",
        "approve",
        "department",
        "evidence_items",
        "references",
        "created_at",
        "updated_at",
    ]
)


def recognise(document: Any) -> bool:
    if not isinstance(document, dict) or type_names(document) or "@context" in document:
        return False
    found = _opened(document)
    return bool(_dialect(found))


def unfit(document: Any) -> Reason | None:
    del document  # awards and templates both go on
    return None


def split(document: Any, rules: Rules) -> tuple[Any, ...]:
    del rules
    return (document,)


def parse(document: Any) -> Parsed:
    whole = root(document)
    node = _node(whole)
    kind = _dialect(node.members)
    if kind == "credly":
        return credly.award(node)
    if kind == "template":
        return credly.described(Parsed(kind="definition"), node, child(node, "issuer"))
    if kind == "accredible":
        return _accredible(node)
    raise Rejected("format.invalid", "", "no award and no template")


def _opened(document: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in WRAPPERS:
        inner = document.get(name)
        if isinstance(inner, dict) and _dialect(inner):
            return inner
    return document


def _node(whole: JsonNode) -> JsonNode:
    for name in WRAPPERS:
        inner = whole.members.get(name)
        if isinstance(inner, dict) and _dialect(inner):
            return JsonNode(inner, member_path(whole, name))
    return whole


def _dialect(members: Mapping[str, Any]) -> str:
    if (
        credly.TEMPLATE in members
        and isinstance(members[credly.TEMPLATE], dict)
        and len(CREDLY_AWARD & members.keys()) > 1
    ):
        return "credly"
    if len(CREDLY_TEMPLATE & members.keys()) > 1 and "name" in members:
        return "template"
    person = members.get("recipient")
    named = isinstance(person, dict) and bool({"name", "email", "id"} & person.keys())
    return "accredible" if named and len(ACCREDIBLE & members.keys()) >= LEAST else ""


def _accredible(node: JsonNode) -> Parsed:
    for name, wanted in (("private", False), ("approve", True)):
        stated = flag(node, name)
        if stated is not None and stated.raw is not wanted:
            raise Rejected("vendor.not_public", stated.path, f"{name} is {str(stated.raw).lower()}")
    recipient = child(node, "recipient")
    mail = text(recipient, "email")
    body = language_text(child(node, "department"), "name") or language_text(
        child(node, "issuer"), "name"
    )
    return Parsed(
        kind="award",
        credential_id=first(number_or_text(node, "id"), text(node, "uuid")),
        issued_on=text(node, "issued_on"),
        valid_until=text(node, "expired_on"),
        definition_id=first(number_or_text(node, "group_id"), text(node, "group_name")),
        title=first(
            language_text(node, "name"),
            language_text(node, "course_name"),
            language_text(node, "group_name"),
        ),
        description=language_text(node, "description"),
        awarding_bodies=(Body(name=body),) if body else (),
        learning_outcomes=tuple(
            StatedOutcome(text=each) for each in texts(node, "learning_outcomes")
        ),
        url=text(node, "course_link"),
        grade=number_or_text(node, "grade"),
        learner=Person(
            identifiers=(Id(scheme="email", value=mail),) if mail else _known_as(recipient),
            full_name=text(recipient, "name"),
            email=mail,
        ),
        evidence=len(children(node, "evidence_items")),
        unknown_fields=unknown_fields(node, KNOWN),
    )


def _known_as(recipient: JsonNode) -> tuple[Id, ...]:
    found = number_or_text(recipient, "id")
    return (Id(scheme="student", value=found),) if found else ()
