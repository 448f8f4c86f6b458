"""Place in a scheme of stackable units, and in a larger qualification (O4)."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.records import Provider
from credstream.contract.values import PartialQualification, Stack
from credstream.formats.shared.parsed import Parsed, Value
from services.normalise.descriptors.base import (
    WithOrigins,
    casefolded,
    from_payload,
    single_text,
    truth_value,
    warning_about,
)

# The roles of stackable units in sectoral schemes; a top-up is a satellite to them.
ROLES: Mapping[str, str] = {
    "core": "core",
    "core unit": "core",
    "satellite": "satellite",
    "satellite unit": "satellite",
    "top-up": "satellite",
    "part": "part",
}
FIX = "name the scheme, and the role core, satellite or part"


def stack(parsed: Parsed, _: Provider) -> WithOrigins[Stack | None]:
    stated = parsed.stack
    value = _first_value(stated.scheme, stated.role, stated.core) if stated else None
    if stated is None or value is None:
        return WithOrigins(None)
    scheme = single_text(stated.scheme)
    role = ROLES.get(casefolded(single_text(stated.role) or ""))
    if scheme is None or role is None:
        return WithOrigins(None, (), (warning_about("stack.unrecognised", value, FIX),))
    place = Stack(scheme=scheme, role=role, core=single_text(stated.core))
    return WithOrigins(place, (from_payload("stack", value),))


def partial(parsed: Parsed, _: Provider) -> WithOrigins[PartialQualification | None]:
    """Whether it is a part; a payload that names the whole says so as well."""
    stated = parsed.partial
    value = _first_value(stated.is_part, stated.qualification) if stated else None
    if stated is None or value is None:
        return WithOrigins(None)
    whole, is_part = single_text(stated.qualification), truth_value(stated.is_part)
    if is_part is None and whole is None:
        return WithOrigins(None)
    qualification = PartialQualification(is_part=is_part is not False, qualification=whole)
    return WithOrigins(qualification, (from_payload("partial", value),))


def _first_value(*values: Value | None) -> Value | None:
    """The value whose path the whole object is given."""
    return next((value for value in values if value and single_text(value)), None)
