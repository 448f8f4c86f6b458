"""What every field reader of the native format shares: the report, and checks of raw values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Protocol

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason

# Each is compared with the names of all fields and travels with the record.
MOST_REPORTED = 100
FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


@dataclass(slots=True)
class ReadReport:
    """What reading a document finds beside the values; it names fields and never a value.

    It has the first of each kind; a document may have more.
    """

    violations: list[Reason] = field(default_factory=list)
    unknown_fields: list[str] = field(default_factory=list)

    def add_violation(self, path: str, detail: str) -> None:
        if len(self.violations) < MOST_REPORTED:
            self.violations.append(Reason(code="schema.violation", path=path, detail=detail))

    def add_unknown_field(self, path: str) -> None:
        if len(self.unknown_fields) < MOST_REPORTED:
            self.unknown_fields.append(path)


class FieldReader(Protocol):
    """Reads one field of the table; `read` gives None for a value that is as good as absent.

    It raises Rejected for a type that cannot be read, and reports what the schema forbids.
    """

    def read(self, raw: Any, path: str, report: ReadReport) -> Any: ...


def read_field(reader: FieldReader, raw: Any, path: str, report: ReadReport) -> Any:
    return None if raw is None else reader.read(raw, path, report)


def is_blank(raw: Any) -> bool:
    return isinstance(raw, str) and not raw.strip()


def printable_name(name: str) -> str:
    """A member's name as paths have it; `?` where it does not look like a name."""
    # Paths travel in warnings, and a name that a provider made up may be about a person.
    return name if FIELD_NAME.fullmatch(name) else "?"


def check_type(raw: Any, types: tuple[type, ...], path: str, expected: str) -> None:
    # Compared exactly, because `bool` is a kind of `int` for Python but not for JSON.
    if type(raw) not in types:
        raise Rejected("format.invalid", path, f"expected {expected}")
