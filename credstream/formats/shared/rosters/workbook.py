"""What a workbook (XLSX) needs before and after it is read: a safe archive, and cells as text."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import date, datetime
from typing import Any

from credstream.contract.errors import Rejected

MOST_ENTRIES, MOST_BYTES = 200, 16 * 1024 * 1024
WORKBOOK = "xl/workbook.xml"
# What openpyxl raises for files that it cannot read.
UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OSError,
    ArithmeticError,  # for a date beyond all calendars
    EOFError,
    RuntimeError,  # for a part with a password, or with an unknown compression
    SyntaxError,  # for the XML inside
    zipfile.BadZipFile,
    zlib.error,
)
MIDNIGHT = (0, 0, 0)


def check_archive(value: bytes) -> None:
    """Raises Rejected for an archive that is no workbook or declares too much content.

    Nothing is unpacked for it, and zipfile unpacks no entry beyond its declared size.
    """
    try:
        entries = zipfile.ZipFile(io.BytesIO(value)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Rejected("roster.unreadable", "", "a ZIP archive that is damaged") from error
    if WORKBOOK not in {entry.filename for entry in entries}:
        raise Rejected("format.unknown", "", "the value is a ZIP archive and no workbook")
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise Rejected("roster.too_large", "", "the workbook unpacks to more than 16 MiB")


def cell_text(cell: Any) -> str:
    """A cell as a person would write it: a date without midnight, an integer without `.0`."""
    if cell is None:
        return ""
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == MIDNIGHT:
        return cell.date().isoformat()
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
