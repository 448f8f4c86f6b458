"""Versions of a definition: which one was in force on the day of an award."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from credstream.contract.values import Definition
from services.normalise.facts import HeldDefinition

ALWAYS = ""


def in_force(
    held: Sequence[HeldDefinition], day: str | None, named: str | None = None
) -> HeldDefinition | None:
    """The version that is named, else the last one that had begun on the day, else the first.

    `held` is in the order of their first days; an award without a day has the newest.
    """
    by_name = next((each for each in held if named and each.definition.version == named), None)
    if by_name is not None or not held:
        return by_name
    begun = [each for each in held if day is None or each.since <= day]
    return begun[-1] if begun else held[0]


def schedule(
    definition: Definition, held: Sequence[HeldDefinition], received_at: int
) -> tuple[str, tuple[str, ...]]:
    """The first day of an arriving version, and the first days of those that it replaces.

    What the provider sends under the same version name corrects that version. A new version
    without a first day is in force from the day on which it arrives (UTC). What awards
    described of themselves makes way for what the provider sends as a definition.
    """
    registered = [each for each in held if each.registered]
    same = [each.since for each in registered if each.definition.version == definition.version]
    described = tuple(each.since for each in held if not each.registered)
    since = definition.valid_from or (same[0] if same else None)
    if since is None:
        today = _day(received_at)
        since = today if any(each.since <= today for each in registered) else ALWAYS
    return since, (*same, *described)


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
