"""Route of recognition and kind of credential."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.records import Provider
from credstream.contract.values import Reason
from credstream.formats.shared.parsed import Parsed
from services.normalise.descriptors.base import (
    WithOrigins,
    casefolded,
    from_payload,
    look_up,
    single_text,
    warning_about,
)

ROUTES: Mapping[str, str] = {
    "formal": "formal",
    "non-formal": "non-formal",
    "non formal": "non-formal",
    "nonformal": "non-formal",
    "validation": "validation",
    "validation of prior learning": "validation",
    "recognition of prior learning": "validation",
    "vae": "validation",
    "rpl": "validation",
    "vpl": "validation",
    "formal learning": "formal",
    "non-formal learning": "non-formal",
    # The Europass list of learning settings.
    "http://data.europa.eu/snb/learning-setting/6fd4685715": "formal",
    "http://data.europa.eu/snb/learning-setting/e207a81fc7": "non-formal",
}
ROUTE_FIX = "write formal, non-formal or validation"
UNPROVEN_FIX = "state the national code of the qualification"
# Schemes of identifiers that anybody can make; no authority gives them.
NOT_NATIONAL = frozenset({"", "id", "local", "url", "urn", "uuid", "did", "ooapi", "ctid", "doi"})
MICRO_CREDENTIAL = frozenset({"microcredential", "micro-credential", "micro credential"})


def route(parsed: Parsed, _: Provider) -> WithOrigins[str | None]:
    code = look_up(parsed.route, _route)
    if parsed.route is None or single_text(parsed.route) is None:
        return WithOrigins(None)
    if code is None:
        warning = warning_about("route.unrecognised", parsed.route, ROUTE_FIX)
        return WithOrigins(None, (), (warning,))
    origin = from_payload("route", parsed.route, code)
    return WithOrigins(code, (origin,), _formal_without_code(parsed, code))


def credential_type(parsed: Parsed, _: Provider) -> WithOrigins[str | None]:
    """The kind as written; the notations of micro-credential become one."""
    written = single_text(parsed.credential_type)
    if parsed.credential_type is None or written is None:
        return WithOrigins(None)
    # Other kinds are free text: the rules of scope read degrees and apprenticeships from it.
    kind = "micro-credential" if casefolded(written) in MICRO_CREDENTIAL else written
    return WithOrigins(kind, (from_payload("credential_type", parsed.credential_type, kind),))


def _formal_without_code(parsed: Parsed, code: str) -> tuple[Reason, ...]:
    """A warning for a formal qualification without a national code, which each of them has."""
    national = (id_ for id_ in parsed.identifiers if casefolded(id_.scheme) not in NOT_NATIONAL)
    if code != "formal" or parsed.route is None or any(single_text(id_.value) for id_ in national):
        return ()
    return (warning_about("route.formal_unproven", parsed.route, UNPROVEN_FIX),)


def _route(text: str) -> str | None:
    return ROUTES.get(casefolded(text))
