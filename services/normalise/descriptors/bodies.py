"""Organisations: awarding bodies (M4), co-designers, and the country and region (M3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from credstream.contract.records import Provider
from credstream.contract.values import Identifier, Organisation, Origin, Reason, Text
from credstream.formats.shared.parsed import Body, Id, Parsed, Value
from credstream.vocabularies import countries
from services.normalise.descriptors.base import (
    Finding,
    doubt,
    fold,
    from_payload,
    from_registration,
    known,
    plain,
)
from services.normalise.descriptors.texts import by_language, default_language, doubly_encoded

WORDS: Mapping[str, str] = {
    "provider": "provider|training provider|trainer|education provider|issuer|school|university",
    "certifier": "certifier|certification body|certifying body|chamber|awarder|awarding body",
    "employer": "employer|company|enterprise|firm",
    "accreditor": "accreditor|accrediting body|accreditation body|regulator|quality agency",
}
ROLES = {word: role for role, words in WORDS.items() for word in words.split("|")}
COUNTRY_FIX = "write an ISO 3166-1 code such as DE"


def awarding_bodies(parsed: Parsed, provider: Provider) -> Finding[tuple[Organisation, ...]]:
    """The payload's bodies, completed from the registration; without any, the registration's."""
    found = _organisations("awarding_bodies", parsed.awarding_bodies, parsed, provider)
    if found.value or not provider.awarding_bodies:
        return replace(found, warnings=(*found.warnings, *_other_providers(parsed, provider)))
    registered = (from_registration("awarding_bodies"),)
    return Finding(provider.awarding_bodies, registered, found.warnings)


def co_designers(parsed: Parsed, provider: Provider) -> Finding[tuple[Organisation, ...]]:
    return _organisations("co_designers", parsed.co_designers, parsed, provider)


def country(parsed: Parsed, provider: Provider) -> Finding[str | None]:
    """The payload's country, else the first awarding body's, else the registration's."""
    found = known(parsed.country, countries.country)
    if parsed.country and found:
        return Finding(found, (from_payload("country", parsed.country, found),))
    warnings = _country_doubts(parsed.country)
    value, origin = _country_of_bodies(parsed, provider)
    return Finding(value, (origin,), warnings) if value else Finding(None, (), warnings)


def region(parsed: Parsed, _: Provider) -> Finding[str | None]:
    """The NUTS or ATU code as written, of an address its last part."""
    found = plain(parsed.region)
    if parsed.region is None or found is None:
        return Finding(None)
    code = found.rstrip("/").rpartition("/")[2] or None
    return Finding(code, (from_payload("region", parsed.region, code),) if code else ())


def identifiers(parsed: Parsed, _: Provider) -> Finding[tuple[Identifier, ...]]:
    found = _identifiers(parsed.identifiers)
    path = parsed.identifiers[0].value if found else None
    return Finding(found, (from_payload("identifiers", path),) if path else ())


def _country_of_bodies(parsed: Parsed, provider: Provider) -> tuple[str | None, Origin]:
    for body in parsed.awarding_bodies:
        own = known(body.country, countries.country)
        if own and body.country:
            return own, Origin(
                descriptor="country",
                origin="derived",
                path=body.country.path,
                rule="country_of_body",
            )
    registered = next((each.country for each in _registered(parsed, provider) if each.country), "")
    return registered or countries.country(provider.country), from_registration("country")


def _registered(parsed: Parsed, provider: Provider) -> tuple[Organisation, ...]:
    """The registration's organisations that the payload names; all of them where it names none."""
    named = (_match(_organisation(each, "und"), provider) for each in parsed.awarding_bodies)
    matched = tuple(each for each in named if each)
    return matched if parsed.awarding_bodies else provider.awarding_bodies


def _organisations(
    descriptor: str, bodies: tuple[Body, ...], parsed: Parsed, provider: Provider
) -> Finding[tuple[Organisation, ...]]:
    default = default_language(parsed, provider)
    found: list[Organisation] = []
    origins: list[Origin] = []
    warnings: list[Reason] = []
    for body in bodies:
        own = _organisation(body, default)
        warnings += _doubts(body, own)
        if not own.name and not own.identifiers:
            continue
        full = _completed(own, _match(own, provider))
        found.append(full)
        origins.append(from_payload(descriptor, _place(body)))
        origins += [from_registration(descriptor)] if full != own else []
    return Finding(tuple(found), tuple(dict.fromkeys(origins)), tuple(warnings))


def _other_providers(parsed: Parsed, provider: Provider) -> tuple[Reason, ...]:
    """Bodies that a provider names besides those that it is registered with.

    What a list says of such a body then rests on the provider's word that it awarded.
    """
    if not provider.awarding_bodies:
        return ()
    detail = "none of the awarding bodies in the registration"
    return tuple(
        Reason(code="awarding_bodies.unregistered", path=_place(body).path, detail=detail)
        for body in parsed.awarding_bodies
        if (body.name or body.identifiers) and not _match(_organisation(body, "und"), provider)
    )


def _organisation(body: Body, default: str) -> Organisation:
    return Organisation(
        name=by_language(body.name, default) if body.name else {},
        country=known(body.country, countries.country),
        role=known(body.role, _role),
        identifiers=_identifiers(body.identifiers),
    )


def _role(word: str) -> str | None:
    return ROLES.get(fold(word).replace("_", " ").replace("-", " "))


def _identifiers(given: tuple[Id, ...]) -> tuple[Identifier, ...]:
    pairs = ((each.scheme, plain(each.value)) for each in given)
    return tuple(Identifier(scheme=scheme.lower(), value=value) for scheme, value in pairs if value)


def _match(own: Organisation, provider: Provider) -> Organisation | None:
    """The registration's organisation with the same identifier, else with the same name."""
    same: tuple[Callable[[Organisation], bool], ...] = (
        lambda each: bool(set(each.identifiers) & set(own.identifiers)),
        lambda each: bool(_names(each.name) & _names(own.name)),
    )
    return next(
        (each for test in same for each in provider.awarding_bodies if test(each)),
        None,
    )


def _names(name: Text) -> frozenset[str]:
    return frozenset(fold(each) for each in name.values())


def _completed(own: Organisation, registered: Organisation | None) -> Organisation:
    if registered is None:
        return own
    return replace(
        own,
        name=own.name or registered.name,
        country=own.country or registered.country,
        role=own.role or registered.role,
        identifiers=own.identifiers or registered.identifiers,
    )


def _place(body: Body) -> Value:
    """The value whose path stands for the whole organisation."""
    return body.name or next(each.value for each in body.identifiers)


def _doubts(body: Body, own: Organisation) -> tuple[Reason, ...]:
    mojibake = doubly_encoded(body.name, own.name) if body.name else ()
    role = (
        (doubt("body.role_unrecognised", body.role, "write provider, certifier or employer"),)
        if body.role and plain(body.role) and own.role is None
        else ()
    )
    return (*_country_doubts(body.country), *role, *mojibake)


def _country_doubts(value: Value | None) -> tuple[Reason, ...]:
    found = known(value, countries.country)
    if value is None or plain(value) is None or found is not None:
        return ()
    return (doubt("country.unrecognised", value, COUNTRY_FIX),)
