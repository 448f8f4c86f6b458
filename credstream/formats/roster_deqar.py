"""A row of DEQAR's template for programmes: what a programme is, never that somebody earned it.

https://docs.deqar.eu/en/stable/data_submission/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from credstream.contract.errors import Rejected
from credstream.contract.parts import Reason
from credstream.formats.common import (
    Amount,
    Assurance,
    Body,
    Id,
    LevelClaim,
    Outcome,
    Parsed,
    Value,
)

Get = Callable[[str], Value | None]
P = "programme[]."
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

    def get(name: str) -> Value | None:
        return row(name.replace("programme[]", f"programme[{number}]"))

    title = get(f"{P}name_primary")
    if title is None:
        raise Rejected("roster.no_programme", path, "the row names no programme")
    own = get(f"{P}identifier[1]")
    return Parsed(
        kind="definition",
        # The report's own number cannot tell two programmes of one report apart.
        definition_id=own or (get("local_identifier") if number == "1" else None),
        title=title,
        awarding_bodies=tuple(_bodies(get)),
        learning_outcomes=tuple(_outcomes(get)),
        workload=tuple(_workload(get)),
        levels=tuple(_levels(get)),
        assessments=tuple(_assessments(get)),
        quality_assurance=tuple(_assurances(get)),
        fields=tuple(filter(None, (get(f"{P}field_study"),))),
        credential_type=_kind(get),
        findings=tuple(_findings(get)),
    )


def _bodies(get: Get) -> Iterator[Body]:
    """Every institution of the report."""
    for number in range(1, MOST):
        prefix = f"institution[{number}]."
        ids = tuple(
            Id(scheme=scheme, value=value)
            for scheme, name in (("deqar", "deqar_id"), ("eter", "eter_id"))
            if (value := get(f"{prefix}{name}"))
        )
        name = get(f"{prefix}name_official[1]") or get(f"{prefix}name_english")
        if ids or name:
            yield Body(name=name, identifiers=ids)


def _outcomes(get: Get) -> Iterator[Outcome]:
    described = get(f"{P}learning_outcome_description")
    skills = tuple(filter(None, (get(f"{P}learning_outcome[{n}]") for n in range(1, MOST))))
    if described:
        yield Outcome(text=described, skills=skills)
    else:
        yield from (Outcome(text=each, skills=(each,)) for each in skills)


def _workload(get: Get) -> Iterator[Amount]:
    credits_ = get(f"{P}workload_ects")
    if credits_:
        yield Amount(unit="ects", value=credits_)


def _levels(get: Get) -> Iterator[LevelClaim]:
    national, cycle = get(f"{P}nqf_level"), get(f"{P}qf_ehea_level")
    if national or cycle:
        named = Value(CYCLES.get(str(cycle.raw), str(cycle.raw)), cycle.path) if cycle else None
        yield LevelClaim(value=national, cycle=named)


def _assessments(get: Get) -> Iterator[Value]:
    written = get(f"{P}assessment_certification")
    if written:
        yield Value(ASSESSED.get(str(written.raw), str(written.raw)), written.path)


def _assurances(get: Get) -> Iterator[Assurance]:
    """The agency assures quality; it awards nothing."""
    agency = get("agency")
    if agency:
        yield Assurance(
            type=Value("external", agency.path), body=agency, reference=get("local_identifier")
        )


def _degree(get: Get) -> bool | None:
    written = get(f"{P}degree_outcome")
    return DEGREES.get(str(written.raw).strip().casefold()) if written else None


def _kind(get: Get) -> Value | None:
    written = get(f"{P}degree_outcome")
    return Value("degree", written.path) if written and _degree(get) else None


def _findings(get: Get) -> Iterator[Reason]:
    written = get(f"{P}degree_outcome")
    if written and _degree(get) is None:
        detail = f"seen {str(written.raw)[:40]}; write 1 or 2"
        yield Reason(code="roster.value_unknown", path=written.path, detail=detail)
