"""Splits a list into rows and reads each of them by the kind of the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.parsed import Parsed, Rules, SkippedPart, Table
from credstream.formats.shared.rosters import awards, columns, deqar, sheets
from credstream.formats.shared.rosters.row import Row

# Of each group one column has to be there.
REQUIRED_COLUMNS = (
    ("issued_on",),
    ("learner_id", "email", "family_name", "given_name"),
    ("title", "definition_id"),
)
DATE_COLUMNS = ("issued_on", "birth_date", "valid_until")


def recognise(document: Any, kind: str) -> bool:
    return isinstance(document, Table) and document.kind == kind


def unfit(document: Table) -> Reason | None:
    if document.header == sheets.EUROPASS_HEADER:
        detail = "sheets that describe European credentials field by field"
        return Reason(code="roster.edc_sheets", path="", detail=detail)
    if not document.header:
        detail = "no sheet has a header of ours in its first lines"
        return Reason(code="roster.header_unknown", path="", detail=detail)
    if all(_is_blank(row) for row in document.rows):
        return Reason(code="roster.empty", path="", detail="a header and no rows")
    return None


def split(table: Table, rules: Rules) -> Iterable[Any]:
    """A part for each row that is not blank, and for each programme of a row; raises Rejected."""
    repeated = columns.repeated_column(table.header, rules.columns)
    if repeated:
        raise Rejected("roster.column_twice", f"column {repeated}", "two columns of one meaning")
    kind = columns.list_kind(table.header, rules.columns)
    indexes = _column_indexes(kind, table.header, rules)
    _check_required(kind, indexes)
    patterns = dict.fromkeys(DATE_COLUMNS, rules.dates) if rules.dates else {}
    return (
        part
        for number, row in enumerate(table.rows, table.first)
        if not _is_blank(row)
        for part in _parts(kind, number, row, indexes, len(table.header), patterns)
    )


def parse(part: Any) -> Parsed:
    if not isinstance(part, dict) or not isinstance(part.get("cells"), dict):
        raise Rejected("format.invalid", "", "no row of a list")
    cells = {str(k): v for k, v in part["cells"].items() if isinstance(v, str)}
    patterns = part.get("shapes") if isinstance(part.get("shapes"), dict) else {}
    read = READER_BY_KIND.get(str(part.get("roster")))
    if read is None:
        raise Rejected("format.invalid", "roster", "no kind of list")
    return read(Row(f"row {part.get('row')}", cells, patterns, str(part.get("programme", "1"))))


def _is_blank(row: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in row)


def _column_indexes(kind: str, header: Sequence[str], rules: Rules) -> dict[str, int]:
    if kind == "deqar":
        return columns.deqar_indexes(header)
    if kind == "direct":
        return columns.direct_indexes(header)
    return columns.own_indexes(header, rules.columns)


def _check_required(kind: str, indexes: Mapping[str, int]) -> None:
    """Raises Rejected where a list of our own lacks a column that every award needs."""
    absent = [" or ".join(group) for group in REQUIRED_COLUMNS if not set(group) & set(indexes)]
    if kind == "own" and absent:
        raise Rejected("roster.column_missing", "", f"no column {absent[0]}")


def _parts(
    kind: str,
    number: int,
    row: Sequence[str],
    indexes: Mapping[str, int],
    width: int,
    patterns: Mapping[str, str],
) -> Iterator[Any]:
    # With more cells than names a separator stands inside a value, and the cells are shifted.
    if any(cell.strip() for cell in row[width:]):
        detail = f"{len(row)} cells under {width} names"
        yield SkippedPart(Reason(code="roster.row_ragged", path=f"row {number}", detail=detail))
        return
    cells = {name: row[index] for name, index in indexes.items() if index < len(row)}
    filled = {name: cell for name, cell in cells.items() if cell.strip()}
    part = {"roster": kind, "row": number, "cells": filled, "shapes": dict(patterns)}
    if kind == "deqar":
        yield from (
            part | {"programme": programme} for programme in deqar.programme_numbers(filled)
        )
    else:
        yield part


READER_BY_KIND: Mapping[str, Callable[[Row], Parsed]] = {
    "own": awards.read_own,
    "direct": awards.read_direct,
    "deqar": deqar.read,
}
