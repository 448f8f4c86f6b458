"""Reads a national list of accreditations, kept as CSV by whoever recognises providers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TypeVar

from credstream.contract.errors import Rejected
from credstream.contract.parts import Identifier, Organisation, Reason
from credstream.contract.records import Accreditation
from credstream.vocabularies import countries, eqf, isced_f
from services.accreditation.organisations import tokens
from services.accreditation.rules import DECISIONS, KINDS

NAME = "national-list"

COLUMNS = (
    "id",
    "title",
    "kind",
    "organisation",
    "organisation_id",
    "country",
    "agent",
    "agent_id",
    "agent_trusted",
    "decision",
    "issued_on",
    "expires_on",
    "withdrawn_on",
    "review_on",
    "jurisdictions",
    "credential_types",
    "qualifications",
    "isced_f",
    "eqf",
)
REQUIRED = ("id", "organisation", "organisation_id", "agent_trusted")

_ANSWERS = {"yes": True, "no": False}
_IDENTIFIER = re.compile(r"([A-Za-z][A-Za-z0-9._-]*):(.+)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ADDRESS_SCHEMES = {"http": "url", "https": "url", "did": "did"}
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SHOWN = 60

Row = Mapping[str, str]
T = TypeVar("T")


def read(
    text: str, *, name: str, as_of: int
) -> tuple[tuple[Accreditation, ...], tuple[Reason, ...]]:
    """Give the accreditations of the good rows, and why each bad row was left out.

    A row with a value that is not understood is left out whole: a limit that got lost would
    cover what the list never meant. Raises Rejected where the header is not that of a list.
    """
    kept: dict[str, Accreditation] = {}
    reasons: list[Reason] = []
    for line, row in _rows(text):
        try:
            found = _accreditation(_row(row), name, as_of)
        except Rejected as error:
            where = f"line {line}, column {error.path}" if error.path else f"line {line}"
            reasons.append(Reason(code=error.code, path=where, detail=error.detail))
            continue
        if kept.pop(found.id, None):
            detail = "The id stands on an earlier line too; this line counts."
            where = f"line {line}, column id"
            reasons.append(Reason(code="source.row_duplicate", path=where, detail=detail))
        kept[found.id] = found
    return tuple(kept.values()), tuple(reasons)


def _rows(text: str) -> Iterator[tuple[int, tuple[list[str], list[str]] | None]]:
    """Yield line number, columns and cells of every row; None for a row that cannot be split."""
    text = text.removeprefix("\ufeff")
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            break
        except csv.Error:
            yield line, None
            continue
        if not columns:
            columns = _columns(cells)
        elif any(cells):
            yield line, (columns, cells)
    if not columns:
        raise _header("The list is empty.")
