"""Reads a national list of accreditations, kept as CSV by whoever recognises providers."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import BinaryIO, TextIO, TypeVar

from credstream.contract.errors import Rejected
from credstream.contract.records import Accreditation
from credstream.contract.values import Identifier, Organisation, Reason
from credstream.vocabularies import countries, eqf, isced_f
from services.accreditation.checks import DECISIONS, UNKNOWN_FIELD
from services.accreditation.organisations import tokens
from services.accreditation.rules import KINDS

NAME = "national_csv"

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
_DELIMITERS = ";,\t"
_IDENTIFIER = re.compile(r"([A-Za-z][A-Za-z0-9._-]*):(.+)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: Schemes that are the beginning of the identifier itself, which is kept whole.
_WHOLE = {"http": "url", "https": "url", "did": "did"}
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SHOWN = 60
_LONGEST_ID = 200

Row = Mapping[str, str]
Line = tuple[int, list[str] | None]
T = TypeVar("T")


def recognise(head: bytes) -> bool:
    """Whether the first line of a file names a column of ours."""
    lines = _lines(io.StringIO(head.decode("utf-8-sig", "replace"), newline=""))
    _, cells = next(lines, (1, None))
    return any(cell.casefold() in COLUMNS for cell in cells or ())


def read(stream: BinaryIO, *, name: str, as_of: int) -> Iterator[Accreditation | Reason]:
    """Yield the accreditation of each good row, and why each bad row is left out.

    Raises Rejected where the header is not that of a list, UnicodeDecodeError where the file is
    not written in UTF-8.
    """
    text = io.TextIOWrapper(stream, "utf-8-sig", newline="")
    try:
        yield from _parts(_lines(text), name, as_of)
    finally:
        text.detach()  # else the stream, which is the caller's, is closed with the text


def _parts(lines: Iterator[Line], name: str, as_of: int) -> Iterator[Accreditation | Reason]:
    columns = _columns(next(lines, (1, None))[1])
    ids: set[str] = set()
    for line, cells in lines:
        try:
            accreditation = _accreditation(_row(columns, cells), name, as_of)
        except Rejected as error:
            yield _reason(error.code, line, error.path, error.detail)
            continue
        if accreditation.id in ids:
            detail = "The id stands on an earlier line too; this line counts."
            yield _reason("source.row_duplicate", line, "id", detail)
        ids.add(accreditation.id)
        yield accreditation


def _reason(code: str, line: int, column: str, detail: str) -> Reason:
    path = f"line {line}, column {column}" if column else f"line {line}"
    return Reason(code=code, path=path, detail=detail)


def _lines(text: TextIO) -> Iterator[Line]:
    """Yield number and cells of every line that is not blank; None where quotes do not pair."""
    start: list[str] = []
    for line in text:
        start.append(line)
        if line.strip():
            break
    # Strict, because a quote that never closes would take the rows after it for one cell.
    reader = csv.reader(itertools.chain(start, text), delimiter=_delimiter(start), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield number, None
            continue
        if any(cells):
            yield number, cells


def _delimiter(start: Sequence[str]) -> str:
    """The delimiter that the header, the last of the first lines, has most of."""
    return max(_DELIMITERS, key=(start[-1] if start else "").count)


def _columns(cells: list[str] | None) -> tuple[str, ...]:
    """Check the header; an unknown column is refused, because it may be a misspelt limit."""
    columns = tuple(cell.casefold() for cell in cells or ())
    # Spreadsheets save empty columns at the end.
    while columns and not columns[-1]:
        columns = columns[:-1]
    faults = {
        "missing": [column for column in REQUIRED if column not in columns],
        "unknown": [column for column in columns if column not in COLUMNS],
        "twice": [column for column in COLUMNS if columns.count(column) > 1],
    }
    problems = [
        f"{fault}: {', '.join(map(_shown, names))}" for fault, names in faults.items() if names
    ]
    if problems:
        raise Rejected("source.header_invalid", "line 1", "; ".join(problems))
    return columns


def _row(columns: Sequence[str], cells: list[str] | None) -> Row:
    if cells is None:
        raise _invalid("", "the quotes do not pair, or a cell is too long")
    # A cell too few or too many may have moved a limit under another column.
    if len(cells) < len(columns) or any(cells[len(columns) :]):
        raise _invalid("", f"{len(cells)} cells under {len(columns)} columns")
    row = dict.fromkeys(COLUMNS, "") | dict(zip(columns, cells, strict=False))
    for column, cell in row.items():
        if _UNSTORABLE.search(cell):
            raise _invalid(column, "a character that cannot be stored")
    return row


def _accreditation(row: Row, name: str, as_of: int) -> Accreditation:
    accreditation = Accreditation(
        id=_id(row, name),
        source=name,
        as_of=as_of,
        kind=_choice(row, "kind", {kind: kind for kind in KINDS}, "accreditation"),
        organisation=_organisation(row),
        agent=_agent(row),
        agent_trusted=_choice(row, "agent_trusted", _ANSWERS),
        decision=_choice(row, "decision", {each: each for each in DECISIONS}, "positive"),
        issued_on=_day(row, "issued_on"),
        expires_on=_day(row, "expires_on"),
        withdrawn_on=_day(row, "withdrawn_on"),
        review_on=_day(row, "review_on"),
        jurisdictions=_each(row, "jurisdictions", countries.country),
        credential_types=_each(row, "credential_types", str),
        qualifications=_each(row, "qualifications", str),
        fields=_each(row, "isced_f", _field),
        levels=_each(row, "eqf", eqf.eqf),
    )
    first, last = accreditation.issued_on, accreditation.expires_on
    if first and last and last < first:
        raise _invalid("expires_on", "the last day lies before the first")
    return accreditation


def _id(row: Row, name: str) -> str:
    own = f"{name}:{_needed(row, 'id').removeprefix(f'{name}:')}"
    if len(own) > _LONGEST_ID:
        raise _invalid("id", f"an id has at most {_LONGEST_ID} characters with the list's name")
    return own


def _organisation(row: Row) -> Organisation:
    _needed(row, "organisation_id")
    country = row["country"]
    organisation = Organisation(
        name={"und": _needed(row, "organisation")},
        country=_known("country", country, countries.country(country)) if country else None,
        identifiers=_identifiers(row, "organisation_id"),
    )
    if not tokens(organisation):
        raise _invalid("organisation_id", "without a country this number could be anybody's")
    return organisation


def _agent(row: Row) -> Organisation | None:
    if not row["agent"] and not row["agent_id"]:
        return None
    name = {"und": row["agent"]} if row["agent"] else {}
    return Organisation(name=name, role="accreditor", identifiers=_identifiers(row, "agent_id"))


def _identifiers(row: Row, column: str) -> tuple[Identifier, ...]:
    return _each(row, column, _identifier)


def _identifier(text: str) -> Identifier | None:
    parts = _IDENTIFIER.fullmatch(text)
    if not parts:
        return None
    scheme, value = parts[1].casefold(), parts[2].strip()
    if scheme in _WHOLE:
        return Identifier(scheme=_WHOLE[scheme], value=text)
    return Identifier(scheme=scheme, value=value)


def _field(text: str) -> str | None:
    """A field by its code: a label may be that of two fields; `unknown` (99) limits nothing."""
    code = isced_f.field(text) if any(map(str.isdigit, text)) else None
    return None if code is None or code.startswith(UNKNOWN_FIELD) else code


def _each(row: Row, column: str, read_one: Callable[[str], T | None]) -> tuple[T, ...]:
    """Read all values of a cell; one that is not known refuses the row."""
    parts = [part.strip() for part in row[column].split("|")] if row[column] else []
    return tuple(_known(column, part, read_one(part) if part else None) for part in parts)


def _known(column: str, part: str, value: T | None) -> T:
    if value is None:
        raise _invalid(column, f"{_shown(part)} is not known here")
    return value


def _choice(row: Row, column: str, choices: Mapping[str, T], default: str = "") -> T:
    chosen = row[column].casefold() or default
    if chosen not in choices:
        raise _invalid(column, f"{_shown(row[column])} is none of {', '.join(choices)}")
    return choices[chosen]


def _needed(row: Row, column: str) -> str:
    if not row[column]:
        raise _invalid(column, "the cell is empty")
    return row[column]


def _day(row: Row, column: str) -> str | None:
    cell = row[column]
    if not cell:
        return None
    try:
        date.fromisoformat(cell)
    except ValueError as error:
        raise _invalid(column, f"{_shown(cell)} is no day written YYYY-MM-DD") from error
    if not _DAY.fullmatch(cell):
        raise _invalid(column, f"{_shown(cell)} is no day written YYYY-MM-DD")
    return cell


def _invalid(column: str, fault: str) -> Rejected:
    return Rejected("source.row_invalid", column, f"The row is left out: {fault}.")


def _shown(text: str) -> str:
    return repr(text[:_SHOWN])
