"""Reads registrations and other records from the JSON that operators write."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any

from credstream.contract import records, values
from credstream.contract.errors import Rejected
from credstream.contract.key_entries import texts_of
from credstream.contract.records import Provider
from credstream.contract.topics import KINDS, PROVIDER_ID
from credstream.vocabularies.countries import country

STATES = ("active", "suspended")
# Whether what a provider says of persons' identifiers counts for awards of other providers too. A
# registration has it among `reading`, so that records and their schemas are those of before.
IDENTITIES = "identities"
TRUST = ("own", "trusted")


def provider_from(plain: Any) -> Provider:
    """A registration from its JSON; raises Rejected with the path of an invalid value."""
    if isinstance(plain, dict):
        plain = {"status": "active", **plain}
        keys = {name: texts_of(plain[name], name) for name in ("keys", "seals") if name in plain}
        plain |= keys
        if IDENTITIES in plain:
            _mark(plain)
    provider: Provider = record_from(Provider, plain)
    if not PROVIDER_ID.fullmatch(provider.id):
        raise Rejected("registration.invalid", "id", "2 to 40 of a-z, 0-9 and -")
    for name, value, allowed in (
        ("kind", provider.kind, KINDS),
        ("status", provider.status, STATES),
        (IDENTITIES, provider.reading.get(IDENTITIES, "own"), TRUST),
    ):
        if value not in allowed:
            raise Rejected("registration.invalid", name, f"one of {', '.join(allowed)}")
    for name, hours in (
        ("hours_per_day", provider.hours_per_day),
        ("hours_per_ects", provider.hours_per_ects),
    ):
        if hours is not None and hours <= 0:
            raise Rejected("registration.invalid", name, "more than 0")
    if country(provider.country) != provider.country:
        raise Rejected("registration.invalid", "country", "an ISO 3166-1 alpha-2 code")
    return provider


def _mark(plain: dict[str, Any]) -> None:
    """Put the mark among `reading`, where records have it."""
    mark, reading = plain.pop(IDENTITIES), plain.get("reading", {})
    if mark not in TRUST:
        raise Rejected("registration.invalid", IDENTITIES, f"one of {', '.join(TRUST)}")
    # Any other `reading` is refused by its own name.
    if isinstance(reading, Mapping):
        plain["reading"] = {**reading, IDENTITIES: mark}


def trusts_identities(provider: Provider) -> bool:
    """Whether the operator marked the provider as one whose word on persons counts for others."""
    return provider.reading.get(IDENTITIES) == "trusted"


def record_from(kind: type, plain: Any, path: str = "") -> Any:
    """A record of a class from JSON values; unknown members and wrong types are refused."""
    if not isinstance(plain, Mapping):
        raise Rejected("registration.invalid", path, "an object is expected")
    hints = typing.get_type_hints(kind, vars(values) | vars(records))
    unknown = sorted(set(plain) - set(hints))
    if unknown:
        raise Rejected("registration.invalid", _member_path(path, unknown[0]), "no such field")
    members = {
        name: _value(hints[name], value, _member_path(path, name)) for name, value in plain.items()
    }
    missing = [
        field.name
        for field in dataclasses.fields(kind)
        if field.name not in members
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise Rejected(
            "registration.invalid", _member_path(path, missing[0]), "the field is missing"
        )
    return kind(**members)


def _value(hint: Any, value: Any, path: str) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        given = next(kind for kind in inner if kind is not type(None))
        return None if value is None else _value(given, value, path)
    if origin is tuple:
        if not isinstance(value, list):
            raise Rejected("registration.invalid", path, "a list is expected")
        return tuple(_value(inner[0], item, f"{path}[{n}]") for n, item in enumerate(value))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return record_from(hint, value, path)
    if origin is not None:
        return _text_map(value, path)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise Rejected("registration.invalid", path, f"{hint.__name__} is expected")
    return value


def _text_map(value: Any, path: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise Rejected("registration.invalid", path, "an object of texts is expected")
    return dict(value)


def _member_path(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
