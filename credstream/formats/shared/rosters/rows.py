"""Rows of lists to parts and values: awards in our columns, DEQAR's programmes, direct awards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.parsed import (
    Amount,
    Assurance,
    Body,
    Id,
    LevelClaim,
    Parsed,
    Person,
    Rules,
    SkippedPart,
    StatedOutcome,
    Table,
    Value,
)
from credstream.formats.shared.rosters import deqar, sheets
from credstream.formats.shared.rosters.columns import (
    DIRECT,
    dialect,
    fold,
    numbered,
    own_columns,
    repeated,
)

SEVERAL = "|"
NEEDED = (
    ("issued_on",),
    ("learner_id", "email", "family_name", "given_name"),
    ("title", "definition_id"),
)
DATES = ("issued_on", "birth_date", "valid_until")
AMOUNTS = {"hours": "hours", "contact_hours": "contact_hours", "ects": "ects"}


def recognise(document: Any, kind: str) -> bool:
    return isinstance(document, Table) and document.kind == kind


def unfit(document: Table) -> Reason | None:
    if document.header == sheets.EDC:
        detail = "sheets that describe European credentials field by field"
        return Reason(code="roster.edc_sheets", path="", detail=detail)
    if not document.header:
        detail = "no sheet has a header of ours in its first lines"
        return Reason(code="roster.header_unknown", path="", detail=detail)
    if not any(any(cell.strip() for cell in row) for row in document.rows):
        return Reason(code="roster.empty", path="", detail="a header and no rows")
    return None


def split(table: Table, rules: Rules) -> tuple[Any, ...]:
    """A part for each row that is not blank; a row with more cells than names is left out."""
    kind = dialect(table.header, rules.columns)
    twice = repeated(table.header, rules.columns)
    if twice:
        raise Rejected("roster.column_twice", f"column {twice}", "two columns of one meaning")
    places = _places(kind, table.header, rules)
    _check(kind, places)
    shapes = dict.fromkeys(DATES, rules.dates) if rules.dates else {}
    return tuple(
        part
        for number, row in enumerate(table.rows, table.first)
        if any(cell.strip() for cell in row)
        for part in _parts(kind, number, row, places, len(table.header), shapes)
    )


def parse(part: Any) -> Parsed:
    if not isinstance(part, dict) or not isinstance(part.get("cells"), dict):
        raise Rejected("format.invalid", "", "no row of a list")
    cells = {str(k): v for k, v in part["cells"].items() if isinstance(v, str)}
    shapes = part.get("shapes") if isinstance(part.get("shapes"), dict) else {}
    read = PARSERS.get(str(part.get("roster")))
    if read is None:
        raise Rejected("format.invalid", "roster", "no kind of list")
    return read(Row(f"row {part.get('row')}", cells, shapes, str(part.get("programme", "1"))))


class Row:
    """The cells of a row, each value with its path; `programme` is which of a row is meant."""

    __slots__ = ("cells", "path", "programme", "shapes")

    def __init__(self, path: str, cells: Mapping[str, str], shapes: Any, programme: str) -> None:
        self.path, self.cells, self.shapes, self.programme = path, cells, shapes, programme

    def get(self, name: str) -> Value | None:
        found = self.cells.get(name, "").strip()
        shape = self.shapes.get(name, "") if isinstance(self.shapes, dict) else ""
        return Value(found, f"{self.path}, column {name}", str(shape)) if found else None

    def several(self, name: str) -> tuple[Value, ...]:
        found = self.get(name)
        parts = str(found.raw).split(SEVERAL) if found else []
        path = found.path if found else ""
        return tuple(Value(each.strip(), path) for each in parts if each.strip())


def _places(kind: str, header: Sequence[str], rules: Rules) -> dict[str, int]:
    if kind == "deqar":
        return numbered(header)
    if kind == "direct":
        return {DIRECT[fold(n)]: place for place, n in enumerate(header) if fold(n) in DIRECT}
    return own_columns(header, rules.columns)


def _check(kind: str, places: Mapping[str, int]) -> None:
    """Raises Rejected where our own list lacks a column that no row can do without."""
    lacking = [" or ".join(group) for group in NEEDED if not set(group) & set(places)]
    if kind == "own" and lacking:
        raise Rejected("roster.column_missing", "", f"no column {lacking[0]}")


def _parts(
    kind: str,
    number: int,
    row: Sequence[str],
    places: Mapping[str, int],
    width: int,
    shapes: Mapping[str, str],
) -> Iterator[Any]:
    if any(cell.strip() for cell in row[width:]):
        detail = f"{len(row)} cells under {width} names"
        yield SkippedPart(Reason(code="roster.row_ragged", path=f"row {number}", detail=detail))
        return
    cells = {name: row[place] for name, place in places.items() if place < len(row)}
    filled = {name: cell for name, cell in cells.items() if cell.strip()}
    part = {"roster": kind, "row": number, "cells": filled, "shapes": dict(shapes)}
    if kind == "deqar":
        yield from (part | {"programme": each} for each in deqar.programmes(filled))
    else:
        yield part


def _own(row: Row) -> Parsed:
    reference = row.get("title") is None
    return Parsed(
        kind="award",
        credential_id=row.get("credential_id"),
        definition_id=row.get("definition_id"),
        reference=reference,
        language=row.get("language"),
        title=row.get("title"),
        country=row.get("country"),
        awarding_bodies=tuple(_bodies(row)),
        issued_on=row.get("issued_on"),
        valid_until=row.get("valid_until"),
        learning_outcomes=tuple(_outcomes(row)),
        workload=tuple(
            Amount(unit=unit, value=value)
            for name, unit in AMOUNTS.items()
            if (value := row.get(name))
        ),
        levels=tuple(_levels(row)),
        assessments=row.several("assessment"),
        supervision=row.get("supervision"),
        modes=row.several("mode"),
        schedule=row.get("schedule"),
        quality_assurance=tuple(Assurance(type=e) for e in row.several("quality_assurance")),
        grade=row.get("grade"),
        languages=row.several("language"),
        fields=row.several("isced_f"),
        learner=_learner(row),
    )


def _learner(row: Row) -> Person | None:
    identity = row.get("learner_id")
    person = Person(
        identifiers=(Id(scheme="student", value=identity),) if identity else (),
        given_name=row.get("given_name"),
        family_name=row.get("family_name"),
        birth_date=row.get("birth_date"),
        email=row.get("email"),
    )
    return person if person != Person() else None


def _bodies(row: Row) -> Iterator[Body]:
    name, written = row.get("awarding_body"), row.get("awarding_body_id")
    if name or written:
        scheme, colon, rest = str(written.raw).partition(":") if written else ("", "", "")
        value = Value(rest.strip(), written.path) if written and colon else written
        ids = (
            (Id(scheme=scheme.strip().lower() if colon else "local", value=value),) if value else ()
        )
        yield Body(name=name, country=row.get("country"), identifiers=ids)


def _outcomes(row: Row) -> Iterator[StatedOutcome]:
    """Skills stand beside outcomes without saying to which they belong: they go to the first."""
    texts, skills = row.several("learning_outcomes"), row.several("esco_skills")
    for number, each in enumerate(texts):
        yield StatedOutcome(text=each, skills=skills if number == 0 else ())
    if not texts:
        for each in skills:
            yield StatedOutcome(text=each, skills=(each,))


def _levels(row: Row) -> Iterator[LevelClaim]:
    european, national = row.get("eqf"), row.get("nqf")
    if european or national:
        framework, _, level = str(national.raw).rpartition(" ") if national else ("", "", "")
        yield LevelClaim(
            eqf=european,
            framework=Value(framework, national.path) if national and framework else None,
            value=Value(level, national.path) if national else None,
        )


def _direct(row: Row) -> Parsed:
    """Recipients alone are no awards; with a definition and a day they are awards of it."""
    if row.get("definition_id") is None or row.get("issued_on") is None:
        detail = "the row says neither what was awarded nor when"
        raise Rejected("roster.no_award", row.path, detail)
    return replace(_own(row), evidence=1 if row.get("evidence") else 0)


def _deqar(row: Row) -> Parsed:
    return deqar.read(row.path, row.programme, row.get)


PARSERS: Mapping[str, Callable[[Row], Parsed]] = {"own": _own, "direct": _direct, "deqar": _deqar}
