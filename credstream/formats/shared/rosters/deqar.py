"""Reads a row of DEQAR's template: the definition of a programme, never an award.

https://docs.deqar.eu/en/stable/data_submission/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from credstream.contract.errors import Rejected
from credstream.contract.values import Reason
from credstream.formats.shared.parsed import (
    Amount,
    Assurance,
    Body,
    Id,
    LevelClaim,
    Parsed,
    StatedOutcome,
    Value,
)
from credstream.formats.shared.rosters.row import Row

Get = Callable[[str], Value | None]
PROGRAMME_COLUMN = re.compile(r"programme\[(\d+)\]\.")
# The codes of DEQAR: https://docs.deqar.eu/en/stable/data_submission/. The texts that stand for
# them are accepted too.
CYCLE_BY_CODE: Mapping[str, str] = {
    "0": "short cycle",
    "1": "first cycle",
    "2": "second cycle",
    "3": "third cycle",
}
ASSESSMENT_BY_CODE: Mapping[str, str] = {
    "1": "attendance certificate",
    "2": "assessment-based certificate",
    "3": "no assessment and no certificate",
}
IS_DEGREE: Mapping[str, bool] = {
    "1": True, "yes": True, "full degree": True, "2": False, "no": False, "no full degree": False,
}  # fmt: skip
MOST_NUMBERED = 20


def programme_numbers(filled: Iterable[str]) -> list[str]:
    """The numbers of the programmes in a row, by the names of its filled cells; 1 for none."""
    numbers = {match[1] for column in filled if (match := PROGRAMME_COLUMN.match(column))}
    return sorted(numbers, key=int) or ["1"]


def read(row: Row) -> Parsed:
    """The definition of one programme of a row; raises Rejected for an institution alone."""
    number, report = row.programme, row.get

    def own(column: str) -> Value | None:
        return report(f"programme[{number}].{column}")

    title = own("name_primary")
    if title is None:
        raise Rejected("roster.no_programme", row.path, "the row names no programme")
    return Parsed(
        kind="definition",
        # The report's number stands for its first programme alone: all have the same.
        definition_id=own("identifier[1]")
        or (report("local_identifier") if number == "1" else None),
        title=title,
        awarding_bodies=tuple(_bodies(report)),
        learning_outcomes=tuple(_outcomes(own)),
        workload=tuple(_workload(own)),
        levels=tuple(_levels(own)),
        assessments=tuple(_assessments(own)),
        quality_assurance=tuple(_assurances(report)),
        fields=tuple(filter(None, (own("field_study"),))),
        credential_type=_credential_type(own),
        findings=tuple(_findings(own)),
    )


def _bodies(report: Get) -> Iterator[Body]:
    """Every institution of the report."""
    for number in range(1, MOST_NUMBERED):
        prefix = f"institution[{number}]."
        identifiers = tuple(
            Id(scheme=scheme, value=value)
            for scheme, column in (("deqar", "deqar_id"), ("eter", "eter_id"))
            if (value := report(f"{prefix}{column}"))
        )
        name = report(f"{prefix}name_official[1]") or report(f"{prefix}name_english")
        if identifiers or name:
            yield Body(name=name, identifiers=identifiers)


def _outcomes(own: Get) -> Iterator[StatedOutcome]:
    described = own("learning_outcome_description")
    skills = tuple(filter(None, (own(f"learning_outcome[{n}]") for n in range(1, MOST_NUMBERED))))
    if described:
        yield StatedOutcome(text=described, skills=skills)
    else:
        yield from (StatedOutcome(text=skill, skills=(skill,)) for skill in skills)


def _workload(own: Get) -> Iterator[Amount]:
    ects = own("workload_ects")
    if ects:
        yield Amount(unit="ects", value=ects)


def _levels(own: Get) -> Iterator[LevelClaim]:
    national, cycle = own("nqf_level"), own("qf_ehea_level")
    if national or cycle:
        raw = str(cycle.raw) if cycle else ""
        named = Value(CYCLE_BY_CODE.get(raw, raw), cycle.path) if cycle else None
        yield LevelClaim(value=national, cycle=named)


def _assessments(own: Get) -> Iterator[Value]:
    written = own("assessment_certification")
    if written:
        yield Value(ASSESSMENT_BY_CODE.get(str(written.raw), str(written.raw)), written.path)


def _assurances(report: Get) -> Iterator[Assurance]:
    """The agency of the report assures quality; it is not an awarding body."""
    agency = report("agency")
    if agency:
        yield Assurance(
            type=Value("external", agency.path), body=agency, reference=report("local_identifier")
        )


def _is_degree(own: Get) -> bool | None:
    written = own("degree_outcome")
    return IS_DEGREE.get(str(written.raw).strip().casefold()) if written else None


def _credential_type(own: Get) -> Value | None:
    written = own("degree_outcome")
    return Value("degree", written.path) if written and _is_degree(own) else None


def _findings(own: Get) -> Iterator[Reason]:
    written = own("degree_outcome")
    if written and _is_degree(own) is None:
        detail = f"seen {str(written.raw)[:40]}; write 1 or 2"
        yield Reason(code="roster.value_unknown", path=written.path, detail=detail)
