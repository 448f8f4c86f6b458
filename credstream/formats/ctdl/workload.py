"""Reads the workload of a CTDL node: estimated durations and credit values."""

from __future__ import annotations

from collections.abc import Iterator

from credstream.formats.ctdl.terms import term_names, without_prefix
from credstream.formats.shared.json_nodes import JsonNode, children, number_or_text, text
from credstream.formats.shared.parsed import Amount, Value

DURATIONS = ("exactDuration", "minimumDuration", "maximumDuration")
ECTS_NAMES = frozenset({"ects", "ectscredit", "europeancredit"})


def read_workload(node: JsonNode) -> Iterator[Amount]:
    """https://credreg.net/ctdl/terms/DurationProfile and https://credreg.net/ctdl/terms/ValueProfile."""
    for estimate in children(node, "estimatedDuration"):
        profile = JsonNode(without_prefix(estimate.members), estimate.path)
        for name in DURATIONS:
            duration = text(profile, name)
            if duration:
                # `PT40H` is time spent; `P8W` is how long the course lasts.
                in_hours = str(duration.raw).upper().startswith("PT")
                yield Amount(unit="duration" if in_hours else "span", value=duration)
    conditions = children(node, "requires")
    required = (credit for condition in conditions for credit in children(condition, "creditValue"))
    for credit in (*children(node, "creditValue"), *required):
        yield from _credit(JsonNode(without_prefix(credit.members), credit.path))


def _credit(profile: JsonNode) -> Iterator[Amount]:
    """Credits with the name of their unit; semester hours, the common unit, are not ECTS."""
    value = number_or_text(profile, "value")
    unit = next(iter(term_names(profile, "creditUnitType")), None)
    if value:
        name = str(unit.raw).rpartition(":")[2] if unit else ""
        if name.lower() in ECTS_NAMES:
            yield Amount(unit="ects", value=value)
        else:
            yield Amount(unit="text", value=Value(f"{value.raw} {name}".strip(), value.path))
