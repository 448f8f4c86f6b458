"""Chooses the version of a definition that was in force on the day of an award."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from credstream.contract.values import Definition
from services.normalise.facts import HeldDefinition

SINCE_EVER = ""
NO_END = ""


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `first` on and before `end`, YYYY-MM-DD; all earlier or later ones where empty.

    As a text `first/end`, which is empty for no days at all.
    """

    first: str
    end: str

    def __str__(self) -> str:
        return f"{self.first}/{self.end}"


def days_in(text: str) -> Days | None:
    """The days that a text stands for."""
    first, slash, end = text.partition("/")
    return Days(first, end) if slash else None


def joined(text: str, days: Days | None) -> str:
    """The text of a span that covers both."""
    held = days_in(text)
    if held is None or days is None:
        return text if days is None else str(days)
    end = NO_END if NO_END in (held.end, days.end) else max(held.end, days.end)
    return str(Days(min(held.first, days.first), end))


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


def changed_days(before: Sequence[HeldDefinition], after: Sequence[HeldDefinition]) -> Days | None:
    """The shortest span with all days on which another version is in force now."""
    begins = sorted({SINCE_EVER, *(known.since for known in (*before, *after))})
    pairs = zip(_in_force_from(begins, before), _in_force_from(begins, after), strict=True)
    changed = [number for number, (old, new) in enumerate(pairs) if old != new]
    if not changed:
        return None
    end = [*begins, NO_END][changed[-1] + 1]
    return Days(begins[changed[0]], end)


def _in_force_from(
    begins: Sequence[str], held: Sequence[HeldDefinition]
) -> list[HeldDefinition | None]:
    """The version in force on each of some days that ascend."""
    found: list[HeldDefinition | None] = []
    begun = 0
    for day in begins:
        while begun < len(held) and held[begun].since <= day:
            begun += 1
        found.append(held[max(begun - 1, 0)] if held else None)
    return found


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
