"""Converts records of the contract to the dicts and lists of Avro, and back.

A converter is made once for each class, since every event passes one several times.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from credstream.contract import records, values

Conversion = Callable[[Any], Any]
# The conversion for records of a class.
RecordConversion = Callable[[type], Conversion]
NAMESPACE = "credstream"


@cache
def record_reader(kind: type) -> Callable[[dict[str, Any]], Any]:
    """The function that makes a record of a class from the dict that Avro read."""
    conversions = _field_conversions(kind, record_reader, tuple)

    def read(data: dict[str, Any]) -> Any:
        for name, convert in conversions.items():
            value = data[name]
            data[name] = None if value is None else convert(value)
        return kind(**data)

    return read


@cache
def record_writer(kind: type, without: str = "") -> Callable[[Any], dict[str, Any]]:
    """The function that makes the dict for Avro from a record; `without` is a field left out."""
    names = tuple(field.name for field in fields(kind) if field.name != without)
    by_name = _field_conversions(kind, record_writer, list)
    conversions = {name: convert for name, convert in by_name.items() if name != without}

    def write(record: Any) -> dict[str, Any]:
        data = {name: getattr(record, name) for name in names}
        for name, convert in conversions.items():
            value = data[name]
            data[name] = None if value is None else convert(value)
        return data

    return write


def _field_conversions(
    kind: type, of_record: RecordConversion, sequence: type
) -> dict[str, Conversion]:
    """The conversions by field; a field without one is taken as it is."""
    hints = typing.get_type_hints(kind, vars(values) | vars(records))
    by_name = {name: _conversion(hint, of_record, sequence) for name, hint in hints.items()}
    return {name: convert for name, convert in by_name.items() if convert}


def _conversion(hint: Any, of_record: RecordConversion, sequence: type) -> Conversion | None:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        convert = _conversion(inner[0], of_record, sequence)
        return (lambda items: sequence(map(convert, items))) if convert else sequence
    if origin in (types.UnionType, typing.Union):
        given = next(kind for kind in inner if kind is not type(None))
        is_branch = of_record is record_writer and is_dataclass(given)
        return _union_branch(given) if is_branch else _conversion(given, of_record, sequence)
    return of_record(hint) if isinstance(hint, type) and is_dataclass(hint) else None


def _union_branch(kind: Any) -> Conversion:
    """A record with the name of its branch of a union."""
    # Without the name, fastavro tries every branch on the record until one fits:
    # https://fastavro.readthedocs.io/en/latest/writer.html#using-the-tuple-notation-to-specify-which-branch-of-a-union-to-take
    name, write = f"{NAMESPACE}.{kind.__name__}", record_writer(kind)
    return lambda record: (name, write(record))
