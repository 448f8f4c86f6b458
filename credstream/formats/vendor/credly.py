"""Reads awards and badge templates by the field names that Credly uses.

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
# The reason by the state of an award that its learner has not accepted.
CODE_BY_STATE = {"pending": "vendor.not_accepted", "rejected": "vendor.not_accepted"}
ENDED_STATES = frozenset({"revoked", "expired"})
AWARD_MEMBERS = frozenset(
    {
        *("id", TEMPLATE, "issued_at", "issued_at_date", "recipient_email", "issued_to"),
        *("issued_to_first_name", "issued_to_last_name", "issued_to_middle_name", "state"),
        *("expires_at", "expires_at_date", "accepted_at", "evidence", "issuer", "locale"),
        *("updated_at", "created_at", "badge_url", "image", "image_url", "url", "public"),
        *("user", "issuer_earner_id"),
    }
)


def read_award(node: JsonNode) -> Parsed:
    """An award with its template; raises Rejected where the learner has not accepted it."""
    state = text(node, "state")
    code = CODE_BY_STATE.get(str(state.raw).lower()) if state else None
    if code and state:
        raise Rejected(code, state.path, f"the state is {state.raw}")
    template = child(node, TEMPLATE)
    award = Parsed(
        kind="award",
        credential_id=text(node, "id"),
        occurred_at=text(node, "issued_at"),
        issued_on=first(text(node, "issued_at_date"), text(node, "issued_at")),
        valid_until=first(text(node, "expires_at_date"), text(node, "expires_at")),
        learner=_learner(node),
        evidence=len(children(node, "evidence")),
        status=state if state and str(state.raw).lower() in ENDED_STATES else None,
        unknown_fields=unknown_fields(node, AWARD_MEMBERS),
    )
    return with_template(award, template, child(node, "issuer") or child(template, "issuer"))


def with_template(parsed: Parsed, template: JsonNode, issuer: JsonNode) -> Parsed:
    """What a badge template says, and who issues its badges."""
    return replace(
        parsed,
        definition_id=text(template, "id"),
        title=language_text(template, "name"),
        description=language_text(template, "description"),
        awarding_bodies=tuple(_bodies(issuer)),
        learning_outcomes=tuple(_outcomes(template)),
        workload=_workload(template),
        assessments=texts(template, "assessment_type"),
        quality_assurance=_assurances(template),
        url=first(text(template, "url"), text(template, "global_activity_url")),
        credential_type=text(template, "type_category"),
        findings=(*parsed.findings, *_vendor_level(template)),
    )


def _learner(node: JsonNode) -> Person | None:
    email = text(node, "recipient_email")
    learner = Person(
        identifiers=(Id(scheme="email", value=email),) if email else (),
        full_name=text(node, "issued_to"),
        given_name=text(node, "issued_to_first_name"),
        family_name=text(node, "issued_to_last_name"),
        email=email,
    )
    return learner if learner != Person() else None


def _bodies(issuer: JsonNode) -> Iterator[Body]:
    """The entities of an issuer, of which a badge may have several; else the issuer itself."""
    entities = [child(entry, "entity") or entry for entry in children(issuer, "entities")]
    for organisation in entities or ([issuer] if issuer else []):
        name = first(language_text(organisation, "name"), text(organisation, "summary"))
        page = first(*(text(organisation, key) for key in ("vanity_url", "url", "website")))
        identifiers = (Id(scheme="url", value=page),) if page else ()
        if name or identifiers:
            yield Body(name=name, identifiers=identifiers)


def _outcomes(template: JsonNode) -> Iterator[StatedOutcome]:
    """What has to be done for the badge, and its skills as free text."""
    for activity in children(template, "badge_template_activities"):
        statement = first(text(activity, "title"), text(activity, "description"))
        if statement:
            yield StatedOutcome(text=statement)
    for raw, path in raw_values(template, "skills"):
        name = raw.get("name") if isinstance(raw, dict) else raw
        if isinstance(name, str) and name.strip():
            yield StatedOutcome(text=Value(name, path))


def _workload(template: JsonNode) -> tuple[Amount, ...]:
    """The time as the vendor writes it: any text, with or without a unit."""
    time = number_or_text(template, "time_to_earn")
    return (Amount(unit="text", value=time),) if time else ()


def _assurances(template: JsonNode) -> tuple[Assurance, ...]:
    """A certification rests on a standard of its industry, and on nothing else."""
    category = text(template, "type_category")
    if category is None or str(category.raw).strip().lower() != "certification":
        return ()
    return (Assurance(type=Value("industry-standard", category.path)),)


def _vendor_level(template: JsonNode) -> tuple[Reason, ...]:
    """A warning about a level such as `Foundational`, which is a vendor's own and no EQF level."""
    level = text(template, "level")
    if level is None:
        return ()
    detail = f"seen {str(level.raw)[:40]}"
    return (Reason(code="level.marketing", path=level.path, detail=detail),)
