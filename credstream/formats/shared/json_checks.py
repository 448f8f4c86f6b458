"""Checks that several JSON formats share; each gives reasons, and none refuses a document."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from credstream.contract.values import Reason
from credstream.formats.shared.json_nodes import (
    LONGEST_KEY,
    JsonNode,
    children,
    member_path,
    text,
)
from credstream.formats.shared.parsed import Value
from credstream.formats.shared.values import first

# They travel with the record, and nobody reads more of them.
MOST_UNKNOWN = 100
# https://www.w3.org/TR/xmlschema11-2/#dateTime; `re.ASCII`, as digits of other scripts are none.
DATE_TIME = re.compile(
    r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(?P<zone>Z|[+-]\d\d:\d\d)?", re.ASCII
)


def unknown_fields(node: JsonNode, defined: Collection[str]) -> tuple[str, ...]:
    """Paths of the first members that the format does not define."""
    unknown = (member_path(node, key) for key in node.members if key not in defined)
    return tuple(islice(unknown, MOST_UNKNOWN))


def violation(path: str, detail: str) -> Reason:
    """A break of the format's official schema."""
    return Reason(code="schema.violation", path=path, detail=detail)


def missing_members(node: JsonNode, required: Iterable[str]) -> tuple[Reason, ...]:
    """A violation for each required member that is absent, null or empty."""
    empty: tuple[Any, ...] = (None, "", [], {})
    return tuple(
        violation(member_path(node, key), "a required member is missing")
        for key in required
        if node.members.get(key) in empty
    )


def parse_date_time(raw: Any, *, zone_required: bool = False) -> datetime | None:
    """The instant of a legal xsd:dateTime; None for any other notation.

    24 o'clock and years beyond 9999 are legal and rare; they count as no instant.
    """
    matched = DATE_TIME.fullmatch(raw) if isinstance(raw, str) else None
    if matched is None or (zone_required and not matched["zone"]):
        return None
    try:
        return datetime.fromisoformat(matched[0])
    except ValueError:
        return None


def reversed_validity(start: Value | None, end: Value | None) -> tuple[Reason, ...]:
    """A warning where the validity ends before it begins.

    https://www.w3.org/TR/vc-data-model-2.0/#validity-period asks for the right order.
    """
    if start is None or end is None:
        return ()
    begins, ends = parse_date_time(start.raw), parse_date_time(end.raw)
    # A time without a zone and one with a zone have no order.
    if begins is None or ends is None or (begins.tzinfo is None) != (ends.tzinfo is None):
        return ()
    if ends >= begins:
        return ()
    return (Reason(code="validity.reversed", path=end.path, detail=f"{end.raw} < {start.raw}"),)


def unchecked_status(node: JsonNode, *keys: str) -> tuple[Reason, ...]:
    """A warning where a status list is named; nothing is fetched while a record is processed.

    https://www.w3.org/TR/vc-data-model-2.0/#status
    """
    status = next((listed for key in keys for listed in children(node, key) if listed), None)
    if status is None:
        return ()
    kind = first(text(status, "type"), text(status, "id"))
    detail = str(kind.raw)[:LONGEST_KEY] if kind else "a status list"
    return (Reason(code="status.unchecked", path=status.path, detail=detail),)
