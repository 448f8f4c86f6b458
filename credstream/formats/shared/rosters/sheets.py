"""Reads CSV text and XLSX workbooks as a header and rows of text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from credstream.contract.errors import Rejected
from credstream.formats.shared.budget import Budget
from credstream.formats.shared.parsed import Rules, Table
from credstream.formats.shared.rosters.columns import LONGEST_NAME, list_kind
from credstream.formats.shared.rosters.workbook import (
    UNREADABLE,
    cell_text,
    check_archive,
    check_parts,
)

SEPARATORS = ";,|\t"
FEWEST_NAMES, MOST_NAMES, MOST_ROWS = 3, 300, 20_000
MOST_BLANK_ROWS = 1_000
# A header may come after some lines of prose.
HEADER_LINES = 15
# The first column of the sheets in which Europass has credentials prepared.
EUROPASS_HEADER = ("Class", "Field")


def from_csv(text: str, rules: Rules) -> Table | None:
    """The rows of a text whose first line is a known header; None for any other text."""
    if "\n" not in text:
        text = text.replace("\r", "\n")  # the line ends of Excel for Macintosh
    first_line = text[: text.find("\n")] if "\n" in text else ""
    for separator in SEPARATORS:
        header = _header(_cells_of_line(first_line, separator), rules)
        if header:
            rows = _csv_rows(text, separator)
            next(rows)
            return Table("csv", header, tuple(_bounded(rows)))
    return None


def from_xlsx(value: bytes, rules: Rules, budget: Budget) -> Table:
    """The rows of the first sheet with a known header; raises Rejected.

    Without such a sheet the table has no header.
    """
    import openpyxl  # noqa: PLC0415, a twelfth of a worker's start, for whoever sends a workbook

    check_archive(value)
    try:
        check_parts(value)
        # Without links, as openpyxl would read the parts of other workbooks that are kept inside.
        book = openpyxl.load_workbook(
            io.BytesIO(value), read_only=True, data_only=True, keep_links=False
        )
        tables = (_sheet(sheet, rules, budget) for sheet in book.worksheets)
        table = next(filter(None, tables), None)
    except UNREADABLE as error:
        raise Rejected("roster.unreadable", "", "the workbook cannot be read") from error
    return table if table is not None else Table("xlsx", (), ())


def _header(cells: Iterable[str], rules: Rules) -> tuple[str, ...]:
    """A row as a header: several short names, enough of them known; empty for any other row."""
    names = without_blank_end(tuple(cell.strip() for cell in cells))
    short = all(len(name) <= LONGEST_NAME for name in names)
    if not FEWEST_NAMES <= len(names) <= MOST_NAMES or not short:
        return ()
    return names if list_kind(names, rules.columns) else ()


def _csv_rows(text: str, separator: str) -> Iterator[tuple[str, ...]]:
    try:
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            yield tuple(row)
    except csv.Error as error:
        raise Rejected("roster.unreadable", "", "a cell of the list does not end") from error


def _cells_of_line(line: str, separator: str) -> tuple[str, ...]:
    """The cells of a first line; none where it is prose with a lone quotation mark."""
    try:
        return next(_csv_rows(line, separator), ())
    except Rejected:
        return ()


def _bounded(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise Rejected("format.too_many", "", f"more than {MOST_ROWS} rows")
        yield row


def _until_blank(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The rows up to a long run of blank ones: one cell far below makes a million of them."""
    blank = 0
    for row in rows:
        blank = 0 if any(row) else blank + 1
        if blank > MOST_BLANK_ROWS:
            return
        yield row


def without_blank_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    """A row up to its last cell that is not empty."""
    length = len(cells)
    while length and not cells[length - 1]:
        length -= 1
    return cells[:length]


def _sheet_rows(sheet: Any, budget: Budget) -> Iterator[tuple[str, ...]]:
    """The rows as text, without the empty cells with which openpyxl fills each to full width."""
    for row in sheet.iter_rows(values_only=True, max_col=MOST_NAMES):
        cells = without_blank_end(tuple(map(cell_text, row)))
        # One text may be the content of every cell, and a number of five characters have 300.
        budget.add_bytes(sum(map(len, cells)))
        yield cells


def _sheet(sheet: Any, rules: Rules, budget: Budget) -> Table | None:
    # The size that a sheet declares for itself may be wrong, and openpyxl cuts rows off by it.
    sheet.reset_dimensions()
    rows = _sheet_rows(sheet, budget)
    above = ""
    for number in range(1, HEADER_LINES + 1):
        cells = next(rows, ())
        label = next(iter(cells), "")
        if (above, label) == EUROPASS_HEADER:
            return Table("xlsx", EUROPASS_HEADER, ())
        above = label
        header = _header(cells, rules)
        if header:
            return Table("xlsx", header, tuple(_bounded(_until_blank(rows))), number + 1)
    return None
