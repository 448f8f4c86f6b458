"""Place in a scheme of stackable units, and in a larger qualification (O4)."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.records import Provider
from credstream.contract.values import PartialQualification, Stack
from credstream.formats.shared.parsed import Parsed, Value
from services.normalise.descriptors.base import Finding, doubt, fold, from_payload, plain, truth

ROLES: Mapping[str, str] = {
    "core": "core",
    "core unit": "core",
    "satellite": "satellite",
    "satellite unit": "satellite",
    "top-up": "satellite",
    "part": "part",
}
FIX = "name the scheme, and the role core, satellite or part"


def stack(parsed: Parsed, _: Provider) -> Finding[Stack | None]:
    given = parsed.stack
    place = _first(given.scheme, given.role, given.core) if given else None
    if given is None or place is None:
        return Finding(None)
    scheme, role = plain(given.scheme), ROLES.get(fold(plain(given.role) or ""))
    if scheme is None or role is None:
        return Finding(None, (), (doubt("stack.unrecognised", place, FIX),))
    found = Stack(scheme=scheme, role=role, core=plain(given.core))
    return Finding(found, (from_payload("stack", place),))


def partial(parsed: Parsed, _: Provider) -> Finding[PartialQualification | None]:
    """Whether it is a part; naming the whole says so too."""
    given = parsed.partial
    place = _first(given.is_part, given.qualification) if given else None
    if given is None or place is None:
        return Finding(None)
    whole, stated = plain(given.qualification), truth(given.is_part)
    if stated is None and whole is None:
        return Finding(None)
    found = PartialQualification(is_part=stated is not False, qualification=whole)
    return Finding(found, (from_payload("partial", place),))


def _first(*values: Value | None) -> Value | None:
    return next((each for each in values if each and plain(each)), None)
