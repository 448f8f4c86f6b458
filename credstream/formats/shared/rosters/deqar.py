"""A row of DEQAR's template for programmes: what a programme is, never that somebody earned it.

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

Get = Callable[[str], Value | None]
PROGRAMME = re.compile(r"programme\[(\d+)\]\.")
CYCLES: Mapping[str, str] = {
    "0": "short cycle",
    "1": "first cycle",
    "2": "second cycle",
    "3": "third cycle",
}
ASSESSED: Mapping[str, str] = {
    "1": "attendance certificate",
    "2": "assessment-based certificate",
    "3": "no assessment and no certificate",
}
DEGREES: Mapping[str, bool] = {
    "1": True, "yes": True, "full degree": True, "2": False, "no": False, "no full degree": False,
}  # fmt: skip
MOST = 20


def programmes(filled: Iterable[str]) -> list[str]:
    """The numbers of the programmes in a row, by the names of its filled cells; 1 for none."""
    numbers = {found[1] for name in filled if (found := PROGRAMME.match(name))}
    return sorted(numbers, key=int) or ["1"]


def read(path: str, number: str, row: Get) -> Parsed:
    """The definition of a programme; raises Rejected for a row of an institution alone.

    `number` is the programme's in its row; a row that names several is as many definitions.
    """

    def own(name: str) -> Value | None:
        return row(f"programme[{number}].{name}")

    title = own("name_primary")
    if title is None:
        raise Rejected("roster.no_programme", path, "the row names no programme")
    return Parsed(
        kind="definition",
        # The report's own number cannot tell two programmes of one report apart.
        definition_id=own("identifier[1]") or (row("local_identifier") if number == "1" else None),
        title=title,
        awarding_bodies=tuple(_bodies(row)),
        learning_outcomes=tuple(_outcomes(own)),
        workload=tuple(_workload(own)),
        levels=tuple(_levels(own)),
        assessments=tuple(_assessments(own)),
        quality_assurance=tuple(_assurances(row)),
        fields=tuple(filter(None, (own("field_study"),))),
        credential_type=_kind(own),
        findings=tuple(_findings(own)),
    )


def _bodies(row: Get) -> Iterator[Body]:
    """Every institution of the report."""
    for number in range(1, MOST):
        prefix = f"institution[{number}]."
        ids = tuple(
            Id(scheme=scheme, value=value)
            for scheme, name in (("deqar", "deqar_id"), ("eter", "eter_id"))
            if (value := row(f"{prefix}{name}"))
        )
        name = row(f"{prefix}name_official[1]") or row(f"{prefix}name_english")
        if ids or name:
            yield Body(name=name, identifiers=ids)


def _outcomes(own: Get) -> Iterator[StatedOutcome]:
    described = own("learning_outcome_description")
    skills = tuple(filter(None, (own(f"learning_outcome[{n}]") for n in range(1, MOST))))
    if described:
        yield StatedOutcome(text=described, skills=skills)
    else:
        yield from (StatedOutcome(text=each, skills=(each,)) for each in skills)


def _workload(own: Get) -> Iterator[Amount]:
    credits_ = own("workload_ects")
    if credits_:
        yield Amount(unit="ects", value=credits_)


def _levels(own: Get) -> Iterator[LevelClaim]:
    national, cycle = own("nqf_level"), own("qf_ehea_level")
    if national or cycle:
        named = Value(CYCLES.get(str(cycle.raw), str(cycle.raw)), cycle.path) if cycle else None
        yield LevelClaim(value=national, cycle=named)


def _assessments(own: Get) -> Iterator[Value]:
    written = own("assessment_certification")
    if written:
        yield Value(ASSESSED.get(str(written.raw), str(written.raw)), written.path)


def _assurances(row: Get) -> Iterator[Assurance]:
    """The agency assures quality; it awards nothing."""
    agency = row("agency")
    if agency:
        yield Assurance(
            type=Value("external", agency.path), body=agency, reference=row("local_identifier")
        )


def _degree(own: Get) -> bool | None:
    written = own("degree_outcome")
    return DEGREES.get(str(written.raw).strip().casefold()) if written else None


def _kind(own: Get) -> Value | None:
    written = own("degree_outcome")
    return Value("degree", written.path) if written and _degree(own) else None


def _findings(own: Get) -> Iterator[Reason]:
    written = own("degree_outcome")
    if written and _degree(own) is None:
        detail = f"seen {str(written.raw)[:40]}; write 1 or 2"
        yield Reason(code="roster.value_unknown", path=written.path, detail=detail)
