"""Reads awards by the field names that Accredible uses.

https://docs.api.accredible.com
"""

from __future__ import annotations

from credstream.contract.errors import Rejected
from credstream.formats.shared.json_checks import unknown_fields
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    flag,
    language_text,
    number_or_text,
    text,
    texts,
)
from credstream.formats.shared.parsed import Body, Id, Parsed, Person, StatedOutcome
from credstream.formats.shared.values import first

AWARD_MEMBERS = frozenset(
    {
        *("id", "uuid", "url", "image", "issuer", "issuer_id", "attributes", "recipient"),
        *("group_name", "group_id", "name", "course_name", "issued_on", "expired_on"),
        *("description", "learning_outcomes", "course_link", "grade", "private", "approve"),
        *("department", "evidence_items", "references", "created_at", "updated_at"),
    }
)


def read_award(node: JsonNode) -> Parsed:
    """An award; raises Rejected where it is private or not approved."""
    for name, public in (("private", False), ("approve", True)):
        stated = flag(node, name)
        if stated is not None and stated.raw is not public:
            detail = f"{name} is {str(stated.raw).lower()}"
            raise Rejected("vendor.not_public", stated.path, detail)
    body = language_text(child(node, "department"), "name") or language_text(
        child(node, "issuer"), "name"
    )
    return Parsed(
        kind="award",
        credential_id=first(number_or_text(node, "id"), text(node, "uuid")),
        issued_on=text(node, "issued_on"),
        valid_until=text(node, "expired_on"),
        definition_id=first(number_or_text(node, "group_id"), text(node, "group_name")),
        title=first(*(language_text(node, key) for key in ("name", "course_name", "group_name"))),
        description=language_text(node, "description"),
        awarding_bodies=(Body(name=body),) if body else (),
        learning_outcomes=tuple(
            StatedOutcome(text=statement) for statement in texts(node, "learning_outcomes")
        ),
        url=text(node, "course_link"),
        grade=number_or_text(node, "grade"),
        learner=_learner(child(node, "recipient")),
        evidence=len(children(node, "evidence_items")),
        unknown_fields=unknown_fields(node, AWARD_MEMBERS),
    )


def _learner(recipient: JsonNode) -> Person:
    """The recipient by e-mail, else by the id that the issuer gave."""
    email, id_ = text(recipient, "email"), number_or_text(recipient, "id")
    identifiers: tuple[Id, ...] = ()
    if email:
        identifiers = (Id(scheme="email", value=email),)
    elif id_:
        identifiers = (Id(scheme="student", value=id_),)
    return Person(identifiers=identifiers, full_name=text(recipient, "name"), email=email)
