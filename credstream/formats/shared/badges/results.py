"""The grade of an Open Badge 3.0, its scale, and results that are not complete.

https://www.imsglobal.org/spec/ob/v3p0/#result and #resultdescription
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from credstream.contract.values import Reason
from credstream.formats.shared.json_nodes import JsonNode, children, number_or_text, text, texts
from credstream.formats.shared.parsed import Value
from credstream.formats.shared.values import first

# https://www.imsglobal.org/spec/ob/v3p0/#resultstatustype-enumeration
NOT_COMPLETED = frozenset({"Failed", "Withdrew", "Enrolled", "InProgress", "OnHold"})

ById = Mapping[str, JsonNode]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """The grade of an award, its scale, and warnings about the results."""

    grade: Value | None
    scale: Value | None
    findings: tuple[Reason, ...]


def read_results(subject: JsonNode, achievement: JsonNode) -> Graded:
    """The first result with a value; else the first level reached; else the first status."""
    results = children(subject, "result")
    descriptions = {
        str(id_.raw): description
        for description in children(achievement, "resultDescription")
        if (id_ := text(description, "id")) is not None
    }
    # Any value says more than a level, and any level more than a status.
    readers: tuple[Callable[[ById, JsonNode], Value | None], ...] = (_value, _level, _status)
    for read in readers:
        for result in results:
            grade = read(descriptions, result)
            if grade is not None:
                scale = _scale(descriptions, result)
                return Graded(grade=grade, scale=scale, findings=_not_completed(results))
    return Graded(grade=None, scale=None, findings=_not_completed(results))


def _value(_descriptions: ById, result: JsonNode) -> Value | None:
    return number_or_text(result, "value")


def _level(descriptions: ById, result: JsonNode) -> Value | None:
    reached = text(result, "achievedLevel")
    if reached is None:
        return None
    for description in descriptions.values():
        for level in children(description, "rubricCriterionLevel"):
            id_ = text(level, "id")
            if id_ is not None and id_.raw == reached.raw:
                return first(text(level, "level"), text(level, "name"), reached)
    return reached


def _status(_descriptions: ById, result: JsonNode) -> Value | None:
    return text(result, "status")


def _scale(descriptions: ById, result: JsonNode) -> Value | None:
    """The range of values, else the allowed values, else the levels, else the type of result."""
    id_ = text(result, "resultDescription")
    description = descriptions.get(str(id_.raw)) if id_ else None
    if description is None:
        return None
    lowest, highest = (number_or_text(description, key) for key in ("valueMin", "valueMax"))
    if lowest is not None and highest is not None:
        return Value(f"{lowest.raw}-{highest.raw}", description.path)
    allowed = texts(description, "allowedValue")
    if allowed:
        return Value(", ".join(str(value.raw) for value in allowed), description.path)
    levels = [text(level, "level") for level in children(description, "rubricCriterionLevel")]
    steps = ", ".join(str(level.raw) for level in levels if level)
    return Value(steps, description.path) if steps else text(description, "resultType")


def _not_completed(results: tuple[JsonNode, ...]) -> tuple[Reason, ...]:
    return tuple(
        Reason(code="result.not_completed", path=status.path, detail=str(status.raw))
        for result in results
        if (status := text(result, "status")) is not None and status.raw in NOT_COMPLETED
    )
