"""Chooses the version of a definition that was in force on the day of an award."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from credstream.contract.values import Definition
from services.normalise.facts import HeldDefinition

SINCE_EVER = ""


def version_in_force(
    held: Sequence[HeldDefinition], day: str | None, named: str | None = None
) -> HeldDefinition | None:
    """The version that is named, else the last one that had begun on the day, else the first.

    `held` is in the order of the first days; without a day the newest version is chosen.
    """
    by_name = next((known for known in held if named and known.definition.version == named), None)
    if by_name is not None or not held:
        return by_name
    begun = [known for known in held if day is None or known.since <= day]
    return begun[-1] if begun else held[0]


def first_days(
    definition: Definition, held: Sequence[HeldDefinition], received_at: int
) -> tuple[str, tuple[str, ...]]:
    """The first day of an arriving version, and the first days of those that it replaces.

    A definition under the same version name corrects that version. A new version without a first
    day is in force from the day on which it arrives (UTC). A definition that the provider sends
    replaces those that were only described in awards.
    """
    registered = [known for known in held if known.registered]
    same = [known.since for known in registered if known.definition.version == definition.version]
    described = tuple(known.since for known in held if not known.registered)
    since = definition.valid_from or (same[0] if same else None)
    if since is None:
        today = _utc_day(received_at)
        # The first version is in force for awards of earlier days as well.
        since = today if any(known.since <= today for known in registered) else SINCE_EVER
    return since, (*same, *described)


def _utc_day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
