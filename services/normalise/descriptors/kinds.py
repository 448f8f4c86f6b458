"""Route of recognition and kind of credential."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.records import Provider
from credstream.contract.values import Reason
from credstream.formats.shared.parsed import Parsed
from services.normalise.descriptors.base import Finding, doubt, fold, from_payload, known, plain

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
UNPROVEN_FIX = "state the national code of the qualification"
# Schemes of a maker's own system, or of anybody's: no authority gives such a code.
NO_CODE = frozenset({"", "id", "local", "url", "urn", "uuid", "did", "ooapi", "ctid", "doi"})
MICRO = frozenset({"microcredential", "micro-credential", "micro credential"})


def route(parsed: Parsed, _: Provider) -> Finding[str | None]:
    found = known(parsed.route, _route)
    if parsed.route is None or plain(parsed.route) is None:
        return Finding(None)
    if found is None:
        fix = "write formal, non-formal or validation"
        return Finding(None, (), (doubt("route.unrecognised", parsed.route, fix),))
    return Finding(found, (from_payload("route", parsed.route, found),), _unproven(parsed, found))


def credential_type(parsed: Parsed, _: Provider) -> Finding[str | None]:
    """The kind as written; the spellings of micro-credential become one."""
    written = plain(parsed.credential_type)
    if parsed.credential_type is None or written is None:
        return Finding(None)
    found = "micro-credential" if fold(written) in MICRO else written
    return Finding(found, (from_payload("credential_type", parsed.credential_type, found),))


def _unproven(parsed: Parsed, found: str) -> tuple[Reason, ...]:
    """A formal qualification has a national code; the claim is kept, and told to lack one."""
    codes = (each for each in parsed.identifiers if fold(each.scheme) not in NO_CODE)
    if found != "formal" or parsed.route is None or any(plain(each.value) for each in codes):
        return ()
    return (doubt("route.formal_unproven", parsed.route, UNPROVEN_FIX),)


def _route(text: str) -> str | None:
    return ROUTES.get(fold(text))
