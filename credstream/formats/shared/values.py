"""Chooses between values as written, and turns addresses into identifiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credstream.formats.shared.parsed import Id, Value

SCHEME_BY_PREFIX = {
    "did:": "did",
    "https:": "url",
    "http:": "url",
    "mailto:": "email",
    "urn:uuid:": "uuid",
    "urn:": "urn",
}


def first(*values: Value | None) -> Value | None:
    """The first value that is there."""
    return next((value for value in values if value is not None), None)


def distinct(*values: Value | None) -> tuple[Value, ...]:
    """The values that are there, each content once."""
    kept: dict[Any, Value] = {}
    for value in values:
        if value is not None:
            kept.setdefault(_content_key(value), value)
    return tuple(kept.values())


def uri_identifier(value: Value | None) -> tuple[Id, ...]:
    """The identifier that a URI is, with the scheme that its prefix shows; empty for none."""
    if value is None or not isinstance(value.raw, str):
        return ()
    written = value.raw.lower()
    scheme = next(
        (name for prefix, name in SCHEME_BY_PREFIX.items() if written.startswith(prefix)), "id"
    )
    notation = value.raw[len("mailto:") :] if scheme == "email" else value.raw
    return (Id(scheme=scheme, value=Value(notation, value.path)),) if notation.strip() else ()


def _content_key(value: Value) -> Any:
    if isinstance(value.raw, Mapping):
        return frozenset(value.raw.items())
    # Python holds 1, 1.0 and True for equal; as values they are three.
    return (type(value.raw), value.raw)
