"""Reads a row of a list of awards, in our own columns or in those of direct awards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from credstream.contract.errors import Rejected
from credstream.formats.shared.parsed import (
    Amount,
    Assurance,
    Body,
    Id,
    LevelClaim,
    Parsed,
    Person,
    StatedOutcome,
    Value,
)
from credstream.formats.shared.rosters.row import Row

UNIT_BY_COLUMN = {"hours": "hours", "contact_hours": "contact_hours", "ects": "ects"}


def read_own(row: Row) -> Parsed:
    return Parsed(
        kind="award",
        credential_id=row.get("credential_id"),
        definition_id=row.get("definition_id"),
        # Without a title the row only names its definition.
        reference=row.get("title") is None,
        language=row.get("language"),
        title=row.get("title"),
        country=row.get("country"),
        awarding_bodies=tuple(_bodies(row)),
        issued_on=row.get("issued_on"),
        valid_until=row.get("valid_until"),
        learning_outcomes=tuple(_outcomes(row)),
        workload=tuple(_workload(row)),
        levels=tuple(_levels(row)),
        assessments=row.several("assessment"),
        supervision=row.get("supervision"),
        modes=row.several("mode"),
        schedule=row.get("schedule"),
        quality_assurance=tuple(Assurance(type=kind) for kind in row.several("quality_assurance")),
        grade=row.get("grade"),
        languages=row.several("language"),
        fields=row.several("isced_f"),
        learner=_learner(row),
    )


def read_direct(row: Row) -> Parsed:
    """An award of a definition on a day; raises Rejected for a recipient alone."""
    if row.get("definition_id") is None or row.get("issued_on") is None:
        detail = "the row says neither what was awarded nor when"
        raise Rejected("roster.no_award", row.path, detail)
    return replace(read_own(row), evidence=1 if row.get("evidence") else 0)


def _learner(row: Row) -> Person | None:
    student_id = row.get("learner_id")
    person = Person(
        identifiers=(Id(scheme="student", value=student_id),) if student_id else (),
        given_name=row.get("given_name"),
        family_name=row.get("family_name"),
        birth_date=row.get("birth_date"),
        email=row.get("email"),
    )
    return person if person != Person() else None


def _bodies(row: Row) -> Iterator[Body]:
    """The awarding body; its id is written as `scheme:value`, or alone as a local one."""
    name, written = row.get("awarding_body"), row.get("awarding_body_id")
    if not (name or written):
        return
    scheme, colon, rest = str(written.raw).partition(":") if written else ("", "", "")
    value = Value(rest.strip(), written.path) if written and colon else written
    scheme = scheme.strip().lower() if colon else "local"
    identifiers = (Id(scheme=scheme, value=value),) if value else ()
    yield Body(name=name, country=row.get("country"), identifiers=identifiers)


def _outcomes(row: Row) -> Iterator[StatedOutcome]:
    """The outcomes, or the skills in their place."""
    outcomes, skills = row.several("learning_outcomes"), row.several("esco_skills")
    # The columns do not say which skill belongs to which outcome, so the first has them all.
    for number, outcome in enumerate(outcomes):
        yield StatedOutcome(text=outcome, skills=skills if number == 0 else ())
    if not outcomes:
        for skill in skills:
            yield StatedOutcome(text=skill, skills=(skill,))


def _workload(row: Row) -> Iterator[Amount]:
    for column, unit in UNIT_BY_COLUMN.items():
        value = row.get(column)
        if value:
            yield Amount(unit=unit, value=value)


def _levels(row: Row) -> Iterator[LevelClaim]:
    """The EQF level, and the national one as `framework level`."""
    european, national = row.get("eqf"), row.get("nqf")
    if european or national:
        framework, _, level = str(national.raw).rpartition(" ") if national else ("", "", "")
        yield LevelClaim(
            eqf=european,
            framework=Value(framework, national.path) if national and framework else None,
            value=Value(level, national.path) if national else None,
        )
