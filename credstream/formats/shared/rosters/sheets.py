"""Lists of rows: CSV text and XLSX workbooks, every cell as text."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from credstream.contract.errors import Rejected
from credstream.formats.shared.parsed import Rules, Table
from credstream.formats.shared.rosters.columns import LONGEST_NAME, dialect

SEPARATORS = ";,|\t"
FEWEST, WIDEST, MOST_ROWS = 3, 300, 20_000
MOST_BLANK = 1_000
MOST_ENTRIES, MOST_BYTES = 200, 16 * 1024 * 1024
WORKBOOK = "xl/workbook.xml"
# A header may stand below some lines of prose.
SEARCHED = 15
# What openpyxl lets out for workbooks that are none.
UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OSError,
    ArithmeticError,  # of a date beyond all calendars
    EOFError,
    RuntimeError,  # of a part with a password, or with a packing that nobody knows
    SyntaxError,  # of the XML inside
    zipfile.BadZipFile,
    zlib.error,
)
# The first column of the sheets by which Europass lets credentials be prepared.
EDC = ("Class", "Field")
MIDNIGHT = (0, 0, 0)


def from_csv(text: str, rules: Rules) -> Table | None:
    """The rows of a text that is a list of ours; None where its first line is no known header."""
    if "\n" not in text:
        text = text.replace("\r", "\n")  # as Excel for Macintosh ends lines
    first = text[: text.find("\n")] if "\n" in text else ""
    for separator in SEPARATORS:
        header = _header(_first(first, separator), rules)
        if header:
            rows = _rows(text, separator)
            next(rows)
            return Table("csv", header, tuple(_bounded(rows)))
    return None


def from_xlsx(value: bytes, rules: Rules) -> Table:
    """The rows of the first sheet with a known header; raises Rejected."""
    import openpyxl  # noqa: PLC0415, a twelfth of a worker's start, for whoever sends a workbook

    _check(value)
    try:
        book = openpyxl.load_workbook(io.BytesIO(value), read_only=True, data_only=True)
        found = next(filter(None, (_sheet(sheet, rules) for sheet in book.worksheets)), None)
    except UNREADABLE as error:
        raise Rejected("roster.unreadable", "", "the workbook cannot be read") from error
    if found is None:
        return Table("xlsx", (), ())
    return found


def _header(cells: Iterable[str], rules: Rules) -> tuple[str, ...]:
    """A row as a header, where it has several distinct short names and enough of them are known."""
    names = tuple(each.strip() for each in cells)
    while names and not names[-1]:
        names = names[:-1]
    short = all(len(each) <= LONGEST_NAME for each in names)
    if not FEWEST <= len(names) <= WIDEST or not short or not dialect(names, rules.columns):
        return ()
    return names


def _rows(text: str, separator: str) -> Iterator[tuple[str, ...]]:
    try:
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            yield tuple(row)
    except csv.Error as error:
        raise Rejected("roster.unreadable", "", "a cell of the list does not end") from error


def _first(line: str, separator: str) -> tuple[str, ...]:
    """The cells of a first line; none where it is prose with an odd sign in it."""
    try:
        return next(_rows(line, separator), ())
    except Rejected:
        return ()


def _bounded(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise Rejected("format.too_many", "", f"more than {MOST_ROWS} rows")
        yield row


def _filled(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The rows up to a long run of blank ones: one cell far below makes a million of them."""
    blank = 0
    for row in rows:
        blank = 0 if any(row) else blank + 1
        if blank > MOST_BLANK:
            return
        yield row


def _check(value: bytes) -> None:
    """What the archive says of itself, before anything is unpacked; it keeps to it when it is."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(value)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Rejected("roster.unreadable", "", "a ZIP archive that is damaged") from error
    if WORKBOOK not in {each.filename for each in entries}:
        raise Rejected("format.unknown", "", "the value is a ZIP archive and no workbook")
    if len(entries) > MOST_ENTRIES or sum(each.file_size for each in entries) > MOST_BYTES:
        raise Rejected("roster.too_large", "", "the workbook unpacks to more than 16 MiB")


def _sheet(sheet: Any, rules: Rules) -> Table | None:
    sheet.reset_dimensions()  # a wrong one would cut rows off without a word
    rows = (_cells(row) for row in sheet.iter_rows(values_only=True, max_col=WIDEST))
    above = ""
    for number in range(1, SEARCHED + 1):
        cells = next(rows, ())
        if (above, next(iter(cells), "")) == EDC:
            return Table("xlsx", EDC, ())
        above = next(iter(cells), "")
        header = _header(cells, rules)
        if header:
            return Table("xlsx", header, tuple(_bounded(_filled(rows))), number + 1)
    return None


def _cells(row: Sequence[Any]) -> tuple[str, ...]:
    return tuple(_cell(each) for each in row)


def _cell(value: Any) -> str:
    """A cell as a person would write it: a date without midnight, a number without a zero."""
    if value is None:
        return ""
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == MIDNIGHT:
        return value.date().isoformat()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
