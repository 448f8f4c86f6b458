"""Reads the learning outcomes, the workload and the levels of an OOAPI course."""

from __future__ import annotations

from collections.abc import Iterator

from credstream.formats.ooapi5.fields import language_map
from credstream.formats.shared.json_nodes import (
    JsonNode,
    children,
    number_or_text,
    raw_values,
    text,
)
from credstream.formats.shared.parsed import Amount, LevelClaim, StatedOutcome, Value

# The enumeration studyLoadUnit; `sp` (study points) has no defined length and stays a text.
UNIT_BY_NAME = {"ects": "ects", "sbu": "sbu", "hour": "hours", "contacttime": "contact_hours"}
CYCLE_BY_LEVEL = {"bachelor": "first cycle", "master": "second cycle", "doctoral": "third cycle"}
# Values of the enumeration level that are no level of a framework.
NO_LEVEL = frozenset({"undefined", "undivided", "nt2-1", "nt2-2"})


def read_outcomes(course: JsonNode) -> Iterator[StatedOutcome]:
    """Each outcome is an array with one text in several languages."""
    for raw, path in raw_values(course, "learningOutcomes"):
        statement = language_map(JsonNode({"outcome": raw}, path), "outcome")
        if statement:
            yield StatedOutcome(text=Value(statement.raw, path))


def read_workload(course: JsonNode) -> Iterator[Amount]:
    for load in children(course, "studyLoad"):
        value, unit = number_or_text(load, "value"), text(load, "studyLoadUnit")
        if value:
            name = str(unit.raw).lower() if unit else ""
            if name in UNIT_BY_NAME:
                yield Amount(unit=UNIT_BY_NAME[name], value=value)
            else:
                stated = Value(f"{value.raw} {name}".strip(), value.path)
                yield Amount(unit="text", value=stated)
    # From the first to the last day of the course.
    span = text(course, "duration")
    if span:
        yield Amount(unit="span", value=span)


def read_levels(course: JsonNode) -> Iterator[LevelClaim]:
    """The number in `levelOfQualification`, and what `level` names; they may contradict."""
    number = number_or_text(course, "levelOfQualification")
    # The enumeration has the levels of the EQF, and `4+` of the Dutch NLQF among them.
    if number and str(number.raw).endswith("+"):
        yield LevelClaim(framework=Value("NLQF", number.path), value=number)
    elif number:
        yield LevelClaim(eqf=number)
    level = text(course, "level")
    if level is None or str(level.raw).lower() in NO_LEVEL:
        return
    cycle = CYCLE_BY_LEVEL.get(str(level.raw).lower())
    if cycle:
        yield LevelClaim(cycle=Value(cycle, level.path))
    # `secondary vocational education 1` to `4` are the levels of the Dutch MBO.
    elif str(level.raw)[-1:].isdigit():
        digit = Value(str(level.raw)[-1], level.path)
        yield LevelClaim(framework=Value("MBO", level.path), value=digit)
