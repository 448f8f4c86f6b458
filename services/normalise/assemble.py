"""Makes a definition from its parsed values, and completes one definition from another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.identity import definition_key
from credstream.contract.records import Provider
from credstream.contract.values import Definition, Origin, Reason
from credstream.formats.shared import credential_ids
from credstream.formats.shared.parsed import Parsed
from services.normalise.descriptors import (
    assessments,
    assurance,
    bodies,
    dates,
    fields,
    funding,
    kinds,
    levels,
    outcomes,
    participation,
    places,
    stacks,
    texts,
    workload,
)
from services.normalise.descriptors.base import (
    WithOrigins,
    from_payload,
    single_text,
    unique,
)
from services.normalise.facts import HeldDefinition
from services.normalise.sensitive import count_sensitive

DESCRIPTORS: Mapping[str, Callable[[Parsed, Provider], WithOrigins[Any]]] = {
    "language": texts.language,
    "title": texts.title,
    "description": texts.description,
    "country": places.country,
    "region": places.region,
    "awarding_bodies": bodies.awarding_bodies,
    "learning_outcomes": outcomes.learning_outcomes,
    "workload": workload.workload,
    "level": levels.level,
    "assessment": assessments.assessment,
    "participation": participation.participation,
    "quality_assurance": assurance.quality_assurance,
    "prerequisites": texts.prerequisites,
    "stack": stacks.stack,
    "partial": stacks.partial,
    "further_information": texts.further_information,
    "url": texts.url,
    "identifiers": bodies.identifiers,
    "languages": fields.languages,
    "fields": fields.fields,
    "occupations": fields.occupations,
    "target_groups": fields.target_groups,
    "co_designers": bodies.co_designers,
    "route": kinds.route,
    "credential_type": kinds.credential_type,
    "valid_from": dates.valid_from,
    "valid_until": dates.definition_valid_until,
    "review_on": dates.review_on,
}
# The version of the rules by which values become descriptors; every normalised record has it.
MAPPING_VERSION = "2026-11"
# Values of these origins were filled in: what a payload or a definition states replaces them.
FILLED_ORIGINS = frozenset({"registration", "definition"})


def definition_key_of(parsed: Parsed, provider: Provider) -> str:
    """The key of the definition that a submission names or describes."""
    return definition_key(provider.country, provider.id, credential_ids.definition_id(parsed))


def definition_of(parsed: Parsed, provider: Provider, key: str) -> WithOrigins[Definition]:
    """The definition that a payload describes, completed from the registration."""
    read = {name: reader(parsed, provider) for name, reader in DESCRIPTORS.items()}
    values = {name: descriptor.value for name, descriptor in read.items()}
    definition = Definition(
        key=key,
        id=single_text(parsed.definition_id),
        version=single_text(parsed.definition_version),
        **values,
    )
    stated = parsed.definition_version
    version = (from_payload("version", stated),) if stated and single_text(stated) else ()
    return WithOrigins(
        definition,
        (*(origin for descriptor in read.values() for origin in descriptor.origins), *version),
        tuple(reason for descriptor in read.values() for reason in descriptor.warnings),
    )


def require(definition: Definition, parsed: Parsed) -> None:
    """Raises Rejected where a definition has no title or no awarding body."""
    if not definition.title:
        path = parsed.title.path if parsed.title else "title"
        raise Rejected("title.missing", path, "no title was read")
    if not definition.awarding_bodies:
        raise Rejected("awarding_bodies.missing", "awarding_bodies", "no awarding body was read")


def completed_by(
    described: WithOrigins[Definition], held: HeldDefinition
) -> WithOrigins[Definition]:
    """A definition that a payload describes in part, completed from the one that is stored."""
    definition, origins = filled_from(
        described.value, described.origins, held.definition, held.origins
    )
    return WithOrigins(definition, origins, described.warnings)


def filled_from(
    definition: Definition,
    origins: Iterable[Origin],
    held: Definition,
    held_origins: Iterable[Origin],
) -> tuple[Definition, tuple[Origin, ...]]:
    """A definition with the stored one's values for what its own payload does not state."""
    before = tuple(origins)
    own = {origin.descriptor for origin in before if origin.origin not in FILLED_ORIGINS}
    taken = {
        name: getattr(held, name) for name in DESCRIPTORS if name not in own and getattr(held, name)
    }
    # A value that another version of the definition filled in is emptied, unless this one has it.
    stale = {
        origin.descriptor: getattr(Definition(key=held.key), origin.descriptor)
        for origin in before
        if origin.origin == "definition" and origin.descriptor in DESCRIPTORS
    }
    combined = replace(
        definition,
        id=definition.id or held.id,
        version=definition.version if "version" in own else held.version,
        **(stale | taken),
    )
    kept = (
        origin
        for origin in before
        if origin.descriptor not in taken and origin.origin != "definition"
    )
    return combined, (*_as_definition_origins(held_origins, taken), *kept)


def parser_warnings(parsed: Parsed) -> tuple[Reason, ...]:
    """The parser's warnings, with the number of the fields that were left out.

    Unknown fields are counted and not named: a name may say as much about a person as its value.
    """
    count = len(parsed.unknown_fields)
    detail = f"fields that the format does not define, left out: {count}"
    dropped = (Reason(code="extension.dropped", path="", detail=detail),) if count else ()
    warnings = (*parsed.findings, *parsed.violations)
    kept = (reason for reason in warnings if reason.path not in parsed.unknown_fields)
    return (*kept, *dropped, *_sensitive_fields(parsed), *funding.funding_warnings(parsed.funding))


def _sensitive_fields(parsed: Parsed) -> tuple[Reason, ...]:
    count = count_sensitive(parsed.unknown_fields)
    detail = f"fields left out that tell of special categories or of pay: {count}"
    return (Reason(code="extension.sensitive", path="", detail=detail),) if count else ()


def _as_definition_origins(
    origins: Iterable[Origin], taken: Mapping[str, Any]
) -> tuple[Origin, ...]:
    """The origins of values taken from a definition; a path in its payload is none in this one."""
    return unique(
        Origin(descriptor=origin.descriptor, origin="definition", rule=origin.rule, raw=origin.raw)
        for origin in origins
        if origin.descriptor in taken
    )
