"""Reads the workload of a claim: credit points, durations, contact hours and time limits."""

from __future__ import annotations

from credstream.formats.shared.json_nodes import (
    JsonNode,
    child,
    children,
    language_text,
    number_or_text,
    preferred_text,
    text,
)
from credstream.formats.shared.parsed import Amount, Value
from credstream.formats.shared.values import distinct, first

# The code of ECTS in http://data.europa.eu/snb/education-credit/, and its names as labels.
ECTS_CODE = "6fcec5c5af"
ECTS_NAMES = ("ects", "european credit transfer")


def read_workload(
    spec: JsonNode,
    activities: tuple[JsonNode, ...],
    activity_specs: tuple[JsonNode, ...],
    *,
    attendance: bool,
) -> tuple[Amount, ...]:
    """Credit points, then durations with that of the whole first, contact time and time limits.

    `activities` begins with the claim. For attendance the time spent comes before the time
    planned. For an achievement each statement is kept, as the parts may contradict the whole.
    """
    claim = activities[0]
    credit_points = children(spec, "creditPoint") or children(claim, "creditReceived")
    whole = text(spec, "volumeOfLearning")
    spent = tuple(text(activity, "workload") for activity in activities)
    planned = tuple(text(activity, "volumeOfLearning") for activity in activity_specs)
    durations = (first(spent[0], whole),) if attendance else (whole, *spent, *planned)
    contact = tuple(number_or_text(node, "contactHour") for node in (spec, *activity_specs))
    return (
        *(amount for credit in credit_points for amount in _credit(credit)),
        *(Amount(unit="duration", value=value) for value in distinct(*durations)),
        *(Amount(unit="contact_hours", value=value) for value in distinct(*contact)),
        # maximumDuration limits the calendar time until completion: `P1M` is no workload.
        *(Amount(unit="span", value=value) for value in distinct(text(spec, "maximumDuration"))),
    )


def _credit(credit: JsonNode) -> tuple[Amount, ...]:
    """ECTS points, or points with the name of their framework."""
    point, framework = number_or_text(credit, "point"), child(credit, "framework")
    if point is None:
        return ()
    address = text(framework, "id")
    label = preferred_text(language_text(framework, "prefLabel"))
    written = " ".join(str(value.raw).lower() for value in (address, label) if value)
    if ECTS_CODE in written or any(name in written for name in ECTS_NAMES):
        return (Amount(unit="ects", value=point),)
    unit = first(label, address)
    stated = f"{point.raw} {unit.raw}" if unit else str(point.raw)
    return (Amount(unit="text", value=Value(stated, point.path)),)
