"""What a workbook (XLSX) needs before and after it is read: a safe archive, and cells as text."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from credstream.contract.errors import Rejected
from credstream.formats.shared.budget import too_much

MOST_ENTRIES, MOST_BYTES = 200, 16 * 1024 * 1024
# Sheets pack to a tenth or a twentieth; what packs better than this repeats itself on purpose.
MOST_TIMES_PACKED, FEWEST_BYTES = 50, 1024 * 1024
# openpyxl makes an object of each tag of a part, but for sheets and texts, which it reads by row
# and by text. The largest real workbook known has 1,400 tags in a part, and 26 in a row.
MOST_TAGS, MOST_TAGS_TOGETHER = 20_000, 5_000
LARGE_TYPES = ("worksheet+xml", "sharedStrings+xml")
CONTENT_TYPES = "[Content_Types].xml"
PIECE = re.compile(rb"<(?:\w+:)?(?:row|si)[\s/>]")
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
# A tag ends where the next begins, so that no text is looked at twice.
TAG = re.compile(r"<[^<>]*>")
NAMED_PART = re.compile(r"""["']/([^"'<>]*)["']""")
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
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_BYTES:
        raise Rejected("roster.too_large", "", "the workbook unpacks to more than 16 MiB")
    if unpacked > max(FEWEST_BYTES, MOST_TIMES_PACKED * len(value)):
        raise too_much("", f"the workbook unpacks to {unpacked // len(value)} times its size")


def check_parts(value: bytes) -> None:
    """Raises Rejected for a workbook with a part that openpyxl would make too many objects of.

    It raises what zipfile does, too, where a part cannot be unpacked.
    """
    archive = zipfile.ZipFile(io.BytesIO(value))
    overrides = _overrides(archive.read(CONTENT_TYPES).decode("utf-8", "replace"))
    for entry in archive.infolist():
        content = archive.read(entry)
        if content.count(b"<") <= MOST_TAGS_TOGETHER:
            continue
        own = overrides.get(entry.filename, [])
        is_large = bool(own) and all(any(kind in tag for kind in LARGE_TYPES) for tag in own)
        if not _is_cheap(content, in_pieces=is_large):
            raise too_much(entry.filename[:80], "more tags than a workbook needs")


def _overrides(types: str) -> dict[str, list[str]]:
    """The tags of a content-types part that name a part, by its name without the slash."""
    found: dict[str, list[str]] = {}
    for tag in TAG.findall(types):
        for name in set(NAMED_PART.findall(tag)):
            found.setdefault(name, []).append(tag)
    return found


def _is_cheap(content: bytes, *, in_pieces: bool) -> bool:
    # A comment could hide where a row begins; programs write none.
    if not in_pieces or b"<!" in content:
        return content.count(b"<") <= MOST_TAGS
    starts = [match.start() for match in PIECE.finditer(content)] or [len(content)]
    pieces = pairwise(starts)
    most = max((content.count(b"<", start, end) for start, end in pieces), default=0)
    around = max(content.count(b"<", 0, starts[0]), content.count(b"<", starts[-1]))
    return most <= MOST_TAGS_TOGETHER and around <= MOST_TAGS


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
