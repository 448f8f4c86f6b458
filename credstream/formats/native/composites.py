"""Readers for fields that hold arrays and objects of other fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from credstream.formats.native.base import (
    FieldReader,
    ReadReport,
    check_type,
    printable_name,
    read_field,
)
from credstream.formats.native.scalars import TextField

#: Each group holds alternatives, of which one is required.
Required: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ArrayField:
    """An array; a value alone is read as an array of one.

    `single_allowed` says that the schema allows that, too.
    """

    item: FieldReader
    single_allowed: bool = False

    def read(self, raw: Any, path: str, report: ReadReport) -> tuple[Any, ...] | None:
        if isinstance(raw, list):
            items = [(item, f"{path}[{index}]") for index, item in enumerate(raw)]
        else:
            items = [(raw, path)]
            if not self.single_allowed:
                report.add_violation(path, "expected an array")
        values = [read_field(self.item, item, item_path, report) for item, item_path in items]
        return tuple(value for value in values if value is not None) or None


@dataclass(frozen=True, slots=True)
class ObjectField:
    """An object: its fields, and the function that is called with their values.

    `short_for` is the field that a value stands for which is no object; `short_allowed` says
    that the schema allows that, too.
    """

    fields: Mapping[str, FieldReader]
    build: Callable[..., Any]
    required: Required = ()
    short_for: str | None = None
    short_allowed: bool = False

    def read(self, raw: Any, path: str, report: ReadReport) -> Any:
        if self.short_for is not None and self._is_short(raw, self.fields[self.short_for]):
            return self._read_short(raw, path, report, self.short_for)
        check_type(raw, (dict,), path, "an object")
        values = read_members(self.fields, raw, path, report)
        report_missing(self.required, values, path, report)
        return self.build(**values)

    def _is_short(self, raw: Any, field: FieldReader) -> bool:
        """Whether the value stands for its one field; a language map is an object as well."""
        if isinstance(raw, dict):
            return isinstance(field, TextField) and bool(raw) and raw.keys().isdisjoint(self.fields)
        return not isinstance(raw, list)

    def _read_short(self, raw: Any, path: str, report: ReadReport, name: str) -> Any:
        inner = report
        if not self.short_allowed:
            report.add_violation(path, "expected an object")
            # One warning for one path is enough.
            inner = ReadReport()
        value = read_field(self.fields[name], raw, path, inner)
        return None if value is None else self.build(**{name: value})


def read_members(
    fields: Mapping[str, FieldReader], raw: Mapping[str, Any], path: str, report: ReadReport
) -> dict[str, Any]:
    """The values of the members that have one; members without a reader are reported."""
    values = {}
    for name, member in raw.items():
        member_path = f"{path}.{printable_name(name)}" if path else printable_name(name)
        if name not in fields:
            report.add_unknown_field(member_path)
        elif (value := read_field(fields[name], member, member_path, report)) is not None:
            values[name] = value
    return values


def report_missing(
    required: Required, values: Mapping[str, Any], path: str, report: ReadReport
) -> None:
    for names in required:
        if values.keys().isdisjoint(names):
            first_path = f"{path}.{names[0]}" if path else names[0]
            report.add_violation(first_path, f"missing: {' or '.join(names)}")
