"""Web hooks and interfaces of badge vendors, by the field names that Credly and Accredible use.

https://www.credly.com/docs/webhooks and https://docs.api.accredible.com
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.parts import Reason
from credstream.formats.common import (
    Amount,
    Assurance,
    Body,
    Id,
    Outcome,
    Parsed,
    Person,
    Rules,
    Value,
)
from credstream.formats.walking import (
    Node,
    amount,
    at,
    first,
    flag,
    items,
    many,
    one,
    root,
    strangers,
    text,
    texts,
    types,
    words,
)

NAME = "vendor"
TEMPLATE = "badge_template"
WRAPPERS = ("data", "badge", "credential", "event")
# Of each dialect, the members by which an award or a template of it is told.
CREDLY_AWARD = frozenset(
    {TEMPLATE, "issued_at", "recipient_email", "issued_to_first_name", "issued_to"}
)
CREDLY_TEMPLATE = frozenset(
    {"badge_template_activities", "type_category", "vanity_slug", "global_activity_url"}
)
ACCREDIBLE = frozenset(
    {"recipient", "issued_on", "group_name", "group_id", "expired_on", "course_link"}
)
LEAST = 3
CLOSED = {"pending": "vendor.not_accepted", "rejected": "vendor.not_accepted"}
KNOWN = frozenset(
    [
        "id",
        "badge_template",
        "issued_at",
        "issued_at_date",
        "recipient_email",
        "issued_to",
        "issued_to_first_name",
        "issued_to_last_name",
        "issued_to_middle_name",
        "state",
        "expires_at",
        "accepted_at",
        "evidence",
        "issuer",
        "locale",
        "updated_at",
        "created_at",
        "badge_url",
        "image",
        "image_url",
        "url",
        "public",
        "user",
        "issuer_earner_id",
        "recipient",
        "group_name",
        "group_id",
        "name",
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
        "course_name",
        "uuid",
        "issuer_id",
        "attributes",
    ]
)


def recognise(document: Any) -> bool:
    if not isinstance(document, dict) or types(document) or "@context" in document:
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
        return _credly(node)
    if kind == "template":
        return _template(Parsed(kind="definition"), node, one(node, "issuer"))
    if kind == "accredible":
        return _accredible(node)
    raise Rejected("format.invalid", "", "no award and no template")


def _opened(document: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in WRAPPERS:
        inner = document.get(name)
        if isinstance(inner, dict) and _dialect(inner):
            return inner
    return document


def _node(whole: Node) -> Node:
    for name in WRAPPERS:
        inner = whole.members.get(name)
        if isinstance(inner, dict) and _dialect(inner):
            return Node(inner, at(whole, name))
    return whole


def _dialect(members: Mapping[str, Any]) -> str:
    if (
        TEMPLATE in members
        and isinstance(members[TEMPLATE], dict)
        and len(CREDLY_AWARD & members.keys()) > 1
    ):
        return "credly"
    if len(CREDLY_TEMPLATE & members.keys()) > 1 and "name" in members:
        return "template"
    person = members.get("recipient")
    named = isinstance(person, dict) and bool({"name", "email", "id"} & person.keys())
    return "accredible" if named and len(ACCREDIBLE & members.keys()) >= LEAST else ""


def _credly(node: Node) -> Parsed:
    _accepted(text(node, "state"))
    template = one(node, TEMPLATE)
    day = first(text(node, "issued_at_date"), text(node, "issued_at"))
    award = Parsed(
        kind="award",
        credential_id=text(node, "id"),
        occurred_at=text(node, "issued_at"),
        issued_on=day,
        valid_until=first(text(node, "expires_at_date"), text(node, "expires_at")),
        learner=_earner(node),
        evidence=len(many(node, "evidence")),
        status=_revoked(text(node, "state")),
        strangers=strangers(node, KNOWN),
    )
    return _template(award, template, one(node, "issuer") or one(template, "issuer"))


def _earner(node: Node) -> Person | None:
    mail = text(node, "recipient_email")
    person = Person(
        identifiers=(Id(scheme="email", value=mail),) if mail else (),
        full_name=text(node, "issued_to"),
        given_name=text(node, "issued_to_first_name"),
        family_name=text(node, "issued_to_last_name"),
        email=mail,
    )
    return person if person != Person() else None


def _template(found: Parsed, template: Node, issuer: Node) -> Parsed:
    level = text(template, "level")
    return replace(
        found,
        definition_id=text(template, "id"),
        title=words(template, "name"),
        description=words(template, "description"),
        awarding_bodies=tuple(_issuers(issuer)),
        learning_outcomes=tuple(_outcomes(template)),
        workload=_time(template),
        assessments=texts(template, "assessment_type"),
        quality_assurance=_industry(template),
        url=first(text(template, "url"), text(template, "global_activity_url")),
        credential_type=_category(template),
        findings=(*found.findings, *_marketing(level)),
    )


def _issuers(issuer: Node) -> Iterator[Body]:
    entities = [one(each, "entity") or each for each in many(issuer, "entities")]
    for each in entities or ([issuer] if issuer else []):
        name = first(words(each, "name"), text(each, "summary"))
        page = first(text(each, "vanity_url"), text(each, "url"), text(each, "website"))
        ids = (Id(scheme="url", value=page),) if page else ()
        if name or ids:
            yield Body(name=name, identifiers=ids)


def _outcomes(template: Node) -> Iterator[Outcome]:
    """What has to be done for it, and the skills; free words of the vendor's."""
    for each in many(template, "badge_template_activities"):
        found = first(text(each, "title"), text(each, "description"))
        if found:
            yield Outcome(text=found)
    for value, path in items(template, "skills"):
        name = value.get("name") if isinstance(value, dict) else value
        if isinstance(name, str) and name.strip():
            yield Outcome(text=Value(name, path))


def _time(template: Node) -> tuple[Amount, ...]:
    found = amount(template, "time_to_earn")
    return (Amount(unit="text", value=found),) if found else ()


def _industry(template: Node) -> tuple[Assurance, ...]:
    """A certification of a vendor rests on its industry's standard, and on nobody else's."""
    kind = text(template, "type_category")
    if kind is None or str(kind.raw).strip().lower() != "certification":
        return ()
    return (Assurance(type=Value("industry-standard", kind.path)),)


def _category(template: Node) -> Value | None:
    return text(template, "type_category")


def _marketing(level: Value | None) -> tuple[Reason, ...]:
    """Levels of vendors say how hard a course is, in the words of a brochure."""
    if level is None:
        return ()
    detail = f"seen {str(level.raw)[:40]}"
    return (Reason(code="level.marketing", path=level.path, detail=detail),)


def _accepted(state: Value | None) -> None:
    code = CLOSED.get(str(state.raw).lower()) if state else None
    if code and state:
        raise Rejected(code, state.path, f"the state is {state.raw}")


def _revoked(state: Value | None) -> Value | None:
    return state if state and str(state.raw).lower() in {"revoked", "expired"} else None


def _accredible(node: Node) -> Parsed:
    for name, wanted in (("private", False), ("approve", True)):
        stated = flag(node, name)
        if stated is not None and stated.raw is not wanted:
            raise Rejected("vendor.not_public", stated.path, f"{name} is {str(stated.raw).lower()}")
    recipient = one(node, "recipient")
    mail = text(recipient, "email")
    body = words(one(node, "department"), "name") or words(one(node, "issuer"), "name")
    return Parsed(
        kind="award",
        credential_id=first(amount(node, "id"), text(node, "uuid")),
        issued_on=text(node, "issued_on"),
        valid_until=text(node, "expired_on"),
        definition_id=first(amount(node, "group_id"), text(node, "group_name")),
        title=first(words(node, "name"), words(node, "course_name"), words(node, "group_name")),
        description=words(node, "description"),
        awarding_bodies=(Body(name=body),) if body else (),
        learning_outcomes=tuple(Outcome(text=each) for each in texts(node, "learning_outcomes")),
        url=text(node, "course_link"),
        grade=amount(node, "grade"),
        learner=Person(
            identifiers=(Id(scheme="email", value=mail),) if mail else _known_as(recipient),
            full_name=text(recipient, "name"),
            email=mail,
        ),
        evidence=len(many(node, "evidence_items")),
        strangers=strangers(node, KNOWN),
    )


def _known_as(recipient: Node) -> tuple[Id, ...]:
    found = amount(recipient, "id")
    return (Id(scheme="student", value=found),) if found else ()
