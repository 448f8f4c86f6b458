"""One row of a list, its cells by column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credstream.formats.shared.parsed import Value

SEPARATOR = "|"


class Row:
    """The cells of a row, each value with its path.

    `patterns` has the notation of dates by column. `programme` is the number of the programme
    that is meant, where a row describes several.
    """

    __slots__ = ("cells", "path", "patterns", "programme")

    def __init__(self, path: str, cells: Mapping[str, str], patterns: Any, programme: str) -> None:
        self.path, self.cells, self.patterns, self.programme = path, cells, patterns, programme

    def get(self, column: str) -> Value | None:
        cell = self.cells.get(column, "").strip()
        pattern = self.patterns.get(column, "") if isinstance(self.patterns, dict) else ""
        return Value(cell, f"{self.path}, column {column}", str(pattern)) if cell else None

    def several(self, column: str) -> tuple[Value, ...]:
        """The values of a cell that may hold several."""
        cell = self.get(column)
        if cell is None:
            return ()
        values = str(cell.raw).split(SEPARATOR)
        return tuple(Value(value.strip(), cell.path) for value in values if value.strip())
