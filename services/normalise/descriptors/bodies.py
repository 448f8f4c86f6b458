"""Organisations: awarding bodies (M4) and co-designers; identifiers of the credential."""

from __future__ import annotations

from dataclasses import replace

from credstream.contract.records import Provider
from credstream.contract.values import Identifier, Organisation, Origin, Reason
from credstream.formats.shared.parsed import Body, Parsed, Value
from services.normalise.descriptors.base import (
    WithOrigins,
    from_payload,
    from_registration,
    single_text,
    unique,
    warning_about,
)
from services.normalise.descriptors.places import country_warnings
from services.normalise.descriptors.registered import (
    identifiers_of,
    organisation_of,
    registered_as,
)
from services.normalise.descriptors.texts import (
    UNDETERMINED,
    default_language,
    mojibake_warnings,
)

ROLE_FIX = "write provider, certifier or employer"


def awarding_bodies(parsed: Parsed, provider: Provider) -> WithOrigins[tuple[Organisation, ...]]:
    """The payload's bodies, completed from the registration; without any, the registration's."""
    named = _organisations("awarding_bodies", parsed.awarding_bodies, parsed, provider)
    if named.value or not provider.awarding_bodies:
        return replace(named, warnings=(*named.warnings, *_unregistered(parsed, provider)))
    origin = from_registration("awarding_bodies")
    return WithOrigins(provider.awarding_bodies, (origin,), named.warnings)


def co_designers(parsed: Parsed, provider: Provider) -> WithOrigins[tuple[Organisation, ...]]:
    return _organisations("co_designers", parsed.co_designers, parsed, provider)


def identifiers(parsed: Parsed, _: Provider) -> WithOrigins[tuple[Identifier, ...]]:
    stated = identifiers_of(parsed.identifiers)
    value = parsed.identifiers[0].value if stated else None
    return WithOrigins(stated, (from_payload("identifiers", value),) if value else ())


def _organisations(
    descriptor: str, bodies: tuple[Body, ...], parsed: Parsed, provider: Provider
) -> WithOrigins[tuple[Organisation, ...]]:
    language = default_language(parsed, provider)
    organisations: list[Organisation] = []
    origins: list[Origin] = []
    warnings: list[Reason] = []
    for body in bodies:
        named = organisation_of(body, language)
        warnings += _warnings(body, named)
        # A country or a role alone identifies no organisation.
        if not named.name and not named.identifiers:
            continue
        completed = _completed(named, registered_as(named, provider))
        organisations.append(completed)
        origins.append(from_payload(descriptor, _first_value(body)))
        origins += [from_registration(descriptor)] if completed != named else []
    return WithOrigins(tuple(organisations), unique(origins), tuple(warnings))


def _completed(named: Organisation, registered: Organisation | None) -> Organisation:
    if registered is None:
        return named
    return replace(
        named,
        name=named.name or registered.name,
        country=named.country or registered.country,
        role=named.role or registered.role,
        identifiers=named.identifiers or registered.identifiers,
    )


def _first_value(body: Body) -> Value:
    """The value whose path the whole organisation is given."""
    return body.name or next(id_.value for id_ in body.identifiers)


def _unregistered(parsed: Parsed, provider: Provider) -> tuple[Reason, ...]:
    """A warning for each awarding body that is not in the provider's registration.

    Even where a list has such a body, only the provider says that it awarded the credential.
    """
    if not provider.awarding_bodies:
        return ()
    detail = "none of the awarding bodies in the registration"
    return tuple(
        Reason(code="awarding_bodies.unregistered", path=_first_value(body).path, detail=detail)
        for body in parsed.awarding_bodies
        if (body.name or body.identifiers)
        and not registered_as(organisation_of(body, UNDETERMINED), provider)
    )


def _warnings(body: Body, named: Organisation) -> tuple[Reason, ...]:
    mojibake = mojibake_warnings(body.name, named.name) if body.name else ()
    has_unknown_role = body.role and single_text(body.role) and named.role is None
    role = (
        (warning_about("body.role_unrecognised", body.role, ROLE_FIX),)
        if body.role and has_unknown_role
        else ()
    )
    return (*country_warnings(body.country), *role, *mojibake)
