"""Extensions of Open Badges 2.0, as edubadges and other Dutch issuers use them.

https://www.imsglobal.org/sites/default/files/Badges/OBv2p0Final/index.html#Extension
"""

from __future__ import annotations

from collections.abc import Mapping

from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    flag,
    language_text,
    number_or_text,
    raw_values,
    texts,
)
from credstream.formats.shared.parsed import Amount, Assurance, Id, LevelClaim, Value
from credstream.formats.shared.values import first

# A dump of the REST interface writes an absent value as one of these words.
ABSENT = frozenset({"null", "None"})
PREFIX = "extensions:"
SUPERVISED = {True: "supervised", False: "unsupervised"}
UNIT_BY_EXTENSION: Mapping[str, str] = {
    "ECTS": "ects",
    "StudyLoad": "hours",
    "TimeInvestment": "hours",
}
# Members of a badge class without a prefix; the REST interface has them in snake case.
EDUBADGES_MEMBERS = frozenset(
    {
        *("assessmentType", "assessment_type", "participation", "stackable"),
        *("assessmentIdVerified", "assessment_id_verified"),
        *("assessmentSupervised", "assessment_supervised"),
        *("quality_assurance_name", "qualityAssuranceName"),
        *("quality_assurance_description", "qualityAssuranceDescription"),
        *("quality_assurance_url", "qualityAssuranceUrl"),
        *("eqfNlqfLevelVerified", "eqf_nlqf_level_verified"),
    }
)


def extension(node: JsonNode, name: str) -> Value | None:
    """The value of an extension: an object that holds one member of its own name."""
    holder = child(node, f"{PREFIX}{name}Extension") or child(node, f"{name}Extension")
    value = first(number_or_text(holder, name), language_text(holder, name))
    return None if value is None or str(value.raw) in ABSENT else value


def extension_members(node: JsonNode) -> frozenset[str]:
    """The names of members that are extensions, whether they are read or not."""
    return EDUBADGES_MEMBERS | {key for key in node.members if key.startswith(PREFIX)}


def extension_ids(node: JsonNode, name: str, scheme: str) -> tuple[Id, ...]:
    """The identifiers in an extension: a number, a text or an array of either."""
    holder = child(node, f"{PREFIX}{name}Extension")
    return tuple(
        Id(scheme=scheme, value=Value(raw, path))
        for raw, path in raw_values(holder, name)
        if isinstance(raw, int | str) and not isinstance(raw, bool) and str(raw).strip()
    )


def workload(badge: JsonNode) -> tuple[Amount, ...]:
    return tuple(
        Amount(unit=unit, value=value)
        for name, unit in UNIT_BY_EXTENSION.items()
        if (value := extension(badge, name)) is not None
    )


def levels(badge: JsonNode) -> tuple[LevelClaim, ...]:
    level = extension(badge, "EQF")
    if level is None:
        return ()
    verified = first_flag(badge, "eqf_nlqf_level_verified", "eqfNlqfLevelVerified")
    claimed = Value("verified" if verified.raw else "provider", verified.path) if verified else None
    return (LevelClaim(eqf=level, claimed_by=claimed),)


def supervision(badge: JsonNode) -> Value | None:
    """Supervised or not; the extension has a truth value and names no kind of supervision."""
    value = first_flag(badge, "assessmentSupervised", "assessment_supervised")
    return Value(SUPERVISED[bool(value.raw)], value.path) if value else None


def assurances(badge: JsonNode) -> tuple[Assurance, ...]:
    body = next(iter(given_texts(badge, "quality_assurance_name", "qualityAssuranceName")), None)
    reference = next(iter(given_texts(badge, "quality_assurance_url", "qualityAssuranceUrl")), None)
    stated = (Assurance(body=body, reference=reference),) if body or reference else ()
    agency = extension(child(badge, "issuer"), "issuerAccreditation")
    if agency is None:
        return stated
    return (*stated, Assurance(type=Value("external", agency.path), body=agency))


def given_texts(badge: JsonNode, *names: str) -> tuple[Value, ...]:
    """The texts under any of the names, without the words for an absent value."""
    values = (value for name in names for value in texts(badge, name))
    return tuple(value for value in values if str(value.raw) not in ABSENT)


def first_flag(badge: JsonNode, *names: str) -> Value | None:
    """The truth value under the first of the names that has one."""
    return first(*(flag(badge, name) for name in names))
