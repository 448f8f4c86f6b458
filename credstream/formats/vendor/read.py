"""Web hooks and interfaces of badge vendors, by the field names of Credly and Accredible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.json_nodes import JsonNode, child, member_path, root, type_names
from credstream.formats.shared.parsed import Parsed, Rules
from credstream.formats.vendor import accredible, credly

NAME = "vendor"
# Members in which a web hook wraps what it is about.
WRAPPERS = ("data", "badge", "credential", "event")
# No vendor names its format, so the names of members tell: two of Credly's, three of Accredible's,
# which are more common words.
CREDLY_AWARD = frozenset(
    {credly.TEMPLATE, "issued_at", "recipient_email", "issued_to_first_name", "issued_to"}
)
CREDLY_TEMPLATE = frozenset(
    {"badge_template_activities", "type_category", "vanity_slug", "global_activity_url"}
)
ACCREDIBLE_AWARD = frozenset(
    {"recipient", "issued_on", "group_name", "group_id", "expired_on", "course_link"}
)
FEWEST_OF_ACCREDIBLE = 3


def recognise(document: Any) -> bool:
    if not isinstance(document, dict) or type_names(document) or "@context" in document:
        return False
    return bool(_dialect(_without_wrapper(JsonNode(document, "")).members))


def unfit(document: Any) -> Reason | None:
    del document  # an award or a template, which is a definition
    return None


def split(document: Any, rules: Rules) -> Iterable[Any]:
    del rules
    return (document,)


def parse(document: Any, budget: Budget | None = None) -> Parsed:
    del budget
    node = _without_wrapper(root(document))
    dialect = _dialect(node.members)
    if dialect == "credly award":
        return credly.read_award(node)
    if dialect == "credly template":
        return credly.with_template(Parsed(kind="definition"), node, child(node, "issuer"))
    if dialect == "accredible award":
        return accredible.read_award(node)
    raise Rejected("format.invalid", "", "no award and no template")


def _without_wrapper(document: JsonNode) -> JsonNode:
    for name in WRAPPERS:
        wrapped = document.members.get(name)
        if isinstance(wrapped, dict) and _dialect(wrapped):
            return JsonNode(wrapped, member_path(document, name))
    return document


def _dialect(members: Mapping[str, Any]) -> str:
    """Whose names the members have; empty for nobody's."""
    if isinstance(members.get(credly.TEMPLATE), dict) and len(CREDLY_AWARD & members.keys()) > 1:
        return "credly award"
    if len(CREDLY_TEMPLATE & members.keys()) > 1 and "name" in members:
        return "credly template"
    recipient = members.get("recipient")
    has_person = isinstance(recipient, dict) and bool({"name", "email", "id"} & recipient.keys())
    known = len(ACCREDIBLE_AWARD & members.keys())
    return "accredible award" if has_person and known >= FEWEST_OF_ACCREDIBLE else ""
