"""Awards and templates by the field names that Credly uses.

https://www.credly.com/docs/webhooks
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.json_checks import unknown_fields
from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    language_text,
    number_or_text,
    raw_values,
    text,
    texts,
)
from credstream.formats.shared.parsed import (
    Amount,
    Assurance,
    Body,
    Id,
    Parsed,
    Person,
    StatedOutcome,
    Value,
)
from credstream.formats.shared.values import first

TEMPLATE = "badge_template"
CLOSED = {"pending": "vendor.not_accepted", "rejected": "vendor.not_accepted"}
KNOWN = frozenset(
    [
        "id",
        TEMPLATE,
        "issued_at",
        "issued_at_date",
        "recipient_email",
        "issued_to",
        "issued_to_first_name",
        "issued_to_last_name",
        "issued_to_middle_name",
        "state",
        "expires_at",
        "expires_at_date",
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
    ]
)


def award(node: JsonNode) -> Parsed:
    """An award with its template; raises Rejected where the learner has not accepted it."""
    _accepted(text(node, "state"))
    template = child(node, TEMPLATE)
    day = first(text(node, "issued_at_date"), text(node, "issued_at"))
    found = Parsed(
        kind="award",
        credential_id=text(node, "id"),
        occurred_at=text(node, "issued_at"),
        issued_on=day,
        valid_until=first(text(node, "expires_at_date"), text(node, "expires_at")),
        learner=_earner(node),
        evidence=len(children(node, "evidence")),
        status=_revoked(text(node, "state")),
        unknown_fields=unknown_fields(node, KNOWN),
    )
    return described(found, template, child(node, "issuer") or child(template, "issuer"))


def _earner(node: JsonNode) -> Person | None:
    mail = text(node, "recipient_email")
    person = Person(
        identifiers=(Id(scheme="email", value=mail),) if mail else (),
        full_name=text(node, "issued_to"),
        given_name=text(node, "issued_to_first_name"),
        family_name=text(node, "issued_to_last_name"),
        email=mail,
    )
    return person if person != Person() else None


def described(found: Parsed, template: JsonNode, issuer: JsonNode) -> Parsed:
    """What a template says of the badge."""
    level = text(template, "level")
    return replace(
        found,
        definition_id=text(template, "id"),
        title=language_text(template, "name"),
        description=language_text(template, "description"),
        awarding_bodies=tuple(_issuers(issuer)),
        learning_outcomes=tuple(_outcomes(template)),
        workload=_time(template),
        assessments=texts(template, "assessment_type"),
        quality_assurance=_industry(template),
        url=first(text(template, "url"), text(template, "global_activity_url")),
        credential_type=_category(template),
        findings=(*found.findings, *_marketing(level)),
    )


def _issuers(issuer: JsonNode) -> Iterator[Body]:
    entities = [child(each, "entity") or each for each in children(issuer, "entities")]
    for each in entities or ([issuer] if issuer else []):
        name = first(language_text(each, "name"), text(each, "summary"))
        page = first(text(each, "vanity_url"), text(each, "url"), text(each, "website"))
        ids = (Id(scheme="url", value=page),) if page else ()
        if name or ids:
            yield Body(name=name, identifiers=ids)


def _outcomes(template: JsonNode) -> Iterator[StatedOutcome]:
    """What has to be done for it, and the skills; free words of the vendor's."""
    for each in children(template, "badge_template_activities"):
        found = first(text(each, "title"), text(each, "description"))
        if found:
            yield StatedOutcome(text=found)
    for value, path in raw_values(template, "skills"):
        name = value.get("name") if isinstance(value, dict) else value
        if isinstance(name, str) and name.strip():
            yield StatedOutcome(text=Value(name, path))


def _time(template: JsonNode) -> tuple[Amount, ...]:
    found = number_or_text(template, "time_to_earn")
    return (Amount(unit="text", value=found),) if found else ()


def _industry(template: JsonNode) -> tuple[Assurance, ...]:
    """A certification of a vendor rests on its industry's standard, and on nobody else's."""
    kind = text(template, "type_category")
    if kind is None or str(kind.raw).strip().lower() != "certification":
        return ()
    return (Assurance(type=Value("industry-standard", kind.path)),)


def _category(template: JsonNode) -> Value | None:
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
