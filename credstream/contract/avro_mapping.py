"""Records of the contract to the dicts and lists that Avro knows, and back.

How is worked out once for each class, since every event passes here several times.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from credstream.contract import records, values

Change = Callable[[Any], Any]
# For a class, what makes or takes apart its records.
Of = Callable[[type], Change]
NAMESPACE = "credstream"


@cache
def to_record(kind: type) -> Callable[[dict[str, Any]], Any]:
    """What makes a record of a class from what Avro was read to."""
    changes = _changes(kind, to_record, tuple)

    def read(data: dict[str, Any]) -> Any:
        for name, change in changes.items():
            value = data[name]
            data[name] = None if value is None else change(value)
        return kind(**data)

    return read


@cache
def to_plain(kind: type, without: str = "") -> Callable[[Any], dict[str, Any]]:
    """What takes a record of a class apart into what Avro is written from, but for one field."""
    names = tuple(each.name for each in fields(kind) if each.name != without)
    found = _changes(kind, to_plain, list)
    changes = {name: change for name, change in found.items() if name != without}

    def apart(record: Any) -> dict[str, Any]:
        data = {name: getattr(record, name) for name in names}
        for name, change in changes.items():
            value = data[name]
            data[name] = None if value is None else change(value)
        return data

    return apart


def _changes(kind: type, of: Of, sequence: type) -> dict[str, Change]:
    """By name, what has to be done to the fields that are not taken as they are."""
    hints = typing.get_type_hints(kind, vars(values) | vars(records))
    found = {name: _change(hint, of, sequence) for name, hint in hints.items()}
    return {name: change for name, change in found.items() if change}


def _change(hint: Any, of: Of, sequence: type) -> Change | None:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        change = _change(inner[0], of, sequence)
        return (lambda items: sequence(map(change, items))) if change else sequence
    if origin in (types.UnionType, typing.Union):
        there = next(each for each in inner if each is not type(None))
        named = of is to_plain and is_dataclass(there)
        return _branch(there) if named else _change(there, of, sequence)
    return of(hint) if isinstance(hint, type) and is_dataclass(hint) else None


def _branch(kind: Any) -> Change:
    """Name the branch of a union that is meant: fastavro else tries every one on the record."""
    name, apart = f"{NAMESPACE}.{kind.__name__}", to_plain(kind)
    return lambda record: (name, apart(record))
