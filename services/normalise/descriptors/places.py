"""The country and region of the issuer (M3)."""

from __future__ import annotations

from credstream.contract.records import Provider
from credstream.contract.values import Origin, Reason
from credstream.formats.shared.parsed import Parsed, Value
from credstream.vocabularies import countries
from services.normalise.descriptors.base import (
    WithOrigins,
    from_payload,
    from_registration,
    look_up,
    single_text,
    warning_about,
)
from services.normalise.descriptors.registered import registered_bodies

COUNTRY_FIX = "write an ISO 3166-1 code such as DE"


def country(parsed: Parsed, provider: Provider) -> WithOrigins[str | None]:
    """The payload's country, else the first awarding body's, else the registration's."""
    stated = look_up(parsed.country, countries.country)
    if parsed.country and stated:
        return WithOrigins(stated, (from_payload("country", parsed.country, stated),))
    warnings = country_warnings(parsed.country)
    code, origin = _country_of_bodies(parsed, provider)
    return WithOrigins(code, (origin,), warnings) if code else WithOrigins(None, (), warnings)


def region(parsed: Parsed, _: Provider) -> WithOrigins[str | None]:
    """The NUTS or ATU code as written; of an address its last part."""
    written = single_text(parsed.region)
    if parsed.region is None or written is None:
        return WithOrigins(None)
    # ELM has the code in an address of its list, Open Badges as the region itself.
    code = written.rstrip("/").rpartition("/")[2] or None
    return WithOrigins(code, (from_payload("region", parsed.region, code),) if code else ())


def country_warnings(value: Value | None) -> tuple[Reason, ...]:
    known = look_up(value, countries.country)
    if value is None or single_text(value) is None or known is not None:
        return ()
    return (warning_about("country.unrecognised", value, COUNTRY_FIX),)


def _country_of_bodies(parsed: Parsed, provider: Provider) -> tuple[str | None, Origin]:
    for body in parsed.awarding_bodies:
        own = look_up(body.country, countries.country)
        if own and body.country:
            return own, Origin(
                descriptor="country",
                origin="derived",
                path=body.country.path,
                rule="country_of_body",
            )
    bodies = registered_bodies(parsed, provider)
    registered = next((body.country for body in bodies if body.country), "")
    return registered or countries.country(provider.country), from_registration("country")
