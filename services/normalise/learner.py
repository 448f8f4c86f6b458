"""The learner: identifiers to link by, pseudonyms, and the block that is encrypted."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from credstream.contract.errors import Rejected
from credstream.formats.shared.parsed import Person, Value
from services.normalise.descriptors.base import casefolded, single_text
from services.normalise.descriptors.dates import day, is_instant

# The strong ones: equal values mean one person wherever they come from. Any other identifier means
# something only to the provider that gave it, an address too, which several people may read.
STRONGEST = ("eidas", "national", "esi", "did")
EMAIL, HASHED = "email", "hashed-"
# A did:key is base58, whose letters differ by their case.
CASE_MATTERS = frozenset({"did"})
ALIASES: Mapping[str, str] = {
    "emailaddress": EMAIL,
    "e-mail": EMAIL,
    "nationalid": "national",
    "nationalidentifier": "national",
    "eidasidentifier": "eidas",
}
# A value that begins so has this scheme, whatever the source calls it. The last prefix is that of
# the European Student Identifier.
PREFIXES: Mapping[str, str] = {
    "did:": "did",
    "mailto:": EMAIL,
    "urn:schac:personaluniquecode:int:esi:": "esi",
}
NAME_AND_BIRTH, NAME = "name-birth", "name"


@dataclass(frozen=True, slots=True)
class Identifiers:
    """The identifiers of a learner as HMACs, the strongest first.

    `before` has of addresses the HMAC that links of before know them by, the same for all
    providers.
    """

    hmacs: tuple[str, ...] = ()
    before: Mapping[str, str] = field(default_factory=dict)


def identifiers(person: Person, country: str = "") -> tuple[tuple[str, str], ...]:
    """Every identifier as (scheme, folded value), the strongest first.

    `country` is the provider's: two countries may give the same national number to two persons.
    Name and birth date, or a name alone, are used only where there is nothing else: they would
    join persons whom a real identifier keeps apart.
    """
    given = [
        (identifier.scheme, single_text(identifier.value)) for identifier in person.identifiers
    ]
    given += [(EMAIL, single_text(person.email))]
    folded = {_folded(scheme, value, country) for scheme, value in given if value}
    # Whole, so that the order in a document decides nothing.
    strongest_first = sorted(folded, key=lambda pair: (_strength(pair[0]), pair))
    return tuple(strongest_first) or _by_name(person)


def identified(secret: bytes, person: Person | None, provider: str, country: str) -> Identifiers:
    """The identifiers of a learner as HMACs: links are made of these alone."""
    named = identifiers(person, country) if person else ()
    by_hmac = {hmac_of(secret, provider, *each): each for each in named}
    return Identifiers(
        tuple(by_hmac),
        {
            name: _hmac(secret, "", scheme, value)
            for name, (scheme, value) in by_hmac.items()
            if scheme == EMAIL or scheme.startswith(HASHED)
        },
    )


def hmac_of(secret: bytes, provider: str, scheme: str, value: str) -> str:
    """Equal for one value of one strong scheme; of another, within its provider only."""
    return _hmac(secret, "" if scheme in STRONGEST else provider, scheme, value)


def _hmac(secret: bytes, where: str, scheme: str, value: str) -> str:
    message = f"{scheme}\n{where}\n{value}".encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def pseudonym(secret: bytes, learner: str) -> str:
    """The pseudonym of a learner in published awards."""
    # Not the learner's id: that is the id of a key, which readers of a stream must not learn.
    return hmac.digest(secret, f"pseudonym\n{learner}".encode(), "sha256").hex()


def require(person: Person | None, path: str = "learner") -> Person:
    """The person of an award; raises Rejected where there is neither identifier nor name."""
    if person is None or not identifiers(person):
        raise Rejected("learner.missing", path, "neither an identifier nor a name was read")
    return person


def block(person: Person, assessed_by: tuple[Value, ...] = ()) -> bytes:
    """All that is known of the person, as written, as JSON with sorted names.

    Members: identifiers (scheme, value), full_name, given_name, family_name, birth_date, email,
    assessed_by; each only where the source has it.
    """
    members: dict[str, Any] = {
        "identifiers": [
            {"scheme": each.scheme, "value": _written(each.value)} for each in person.identifiers
        ],
        "full_name": _written(person.full_name),
        "given_name": _written(person.given_name),
        "family_name": _written(person.family_name),
        "birth_date": _written(person.birth_date),
        "email": _written(person.email),
        "assessed_by": [_written(each) for each in assessed_by],
    }
    # Sorted, so that one person gives the same bytes, and one key the same block, each time.
    present = {name: value for name, value in members.items() if value not in (None, [])}
    return json.dumps(present, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _strength(scheme: str) -> int:
    if scheme in STRONGEST:
        return STRONGEST.index(scheme)
    if scheme == EMAIL:
        return len(STRONGEST) + 1
    return len(STRONGEST) + (2 if scheme.startswith(HASHED) else 0)


def _folded(scheme: str, value: str, country: str) -> tuple[str, str]:
    compact = "".join(value.split())
    own = (name for prefix, name in PREFIXES.items() if compact.lower().startswith(prefix))
    name = next(own, ALIASES.get(scheme.lower(), scheme.lower()))
    if name not in CASE_MATTERS:
        compact = casefolded(compact).removeprefix("mailto:").replace(" ", "")
    return name, f"{country.lower()}:{compact}" if name == "national" and country else compact


def _by_name(person: Person) -> tuple[tuple[str, str], ...]:
    parts = (single_text(person.given_name), single_text(person.family_name))
    name = casefolded(single_text(person.full_name) or " ".join(each for each in parts if each))
    if not name:
        return ()
    born = _born(person.birth_date)
    return ((NAME_AND_BIRTH, f"{name}\n{born}"),) if born else ((NAME, name),)


def _born(value: Value | None) -> str | None:
    """A birth date to compare by; an instant stays as written, since its day depends on a zone."""
    if value is None:
        return None
    return (None if is_instant(value.raw) else day(value.raw)) or single_text(value)


def _written(value: Value | None) -> Any:
    if value is None:
        return None
    return dict(value.raw) if isinstance(value.raw, Mapping) else value.raw
