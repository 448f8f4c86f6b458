"""Level (M8): EQF as stated, or from a national framework that is named and kept."""

from __future__ import annotations

from collections.abc import Sequence

from credstream.contract.parts import Level, Reason
from credstream.contract.records import Provider
from credstream.formats.common import LevelClaim, Parsed, Value
from credstream.vocabularies import eqf, nqf
from services.normalise.descriptors.base import (
    Finding,
    doubt,
    fold,
    from_payload,
    known,
    plain,
)

CLAIMANTS = frozenset({"provider", "framework", "unknown"})
FRAMEWORK_FIX = "name a framework that is referenced to the EQF, such as DQR, or state the EQF level"
LEVEL_FIX = "write a level of the framework, or state the EQF level"


def level(parsed: Parsed, _: Provider) -> Finding[Level | None]:
    """The first claim that states EQF, else the first that leads to it, else the first read."""
    read = [(claim, _level(claim)) for claim in parsed.levels]
    warnings = tuple(reason for _, found in read for reason in found.warnings)
    usable = [(claim, found) for claim, found in read if found.value]
    if not usable:
        return Finding(None, (), warnings)
    _, chosen = min(usable, key=lambda each: _rank(*each))
    return Finding(
        chosen.value, chosen.origins, (*warnings, *_contradictions(usable, chosen.value))
    )


def _rank(claim: LevelClaim, found: Finding[Level | None]) -> int:
    if found.value is None or found.value.eqf is None:
        return 2
    return 0 if known(claim.eqf, eqf.eqf) else 1


def _level(claim: LevelClaim) -> Finding[Level | None]:
    stated = known(claim.eqf, eqf.eqf)
    framework, value, national, doubts = _national(claim, needed=stated is None)
    cycle = known(claim.cycle, eqf.cycle)
    claimed_by = fold(plain(claim.claimed_by) or "")
    warnings = (
        *_unread(claim.eqf, stated),
        *doubts,
        *_unread(claim.cycle, cycle),
        *_disagreement(claim, stated, national),
    )
    if not any((stated, framework, cycle)):
        return Finding(None, (), warnings)
    found = Level(
        eqf=stated or national,
        framework=framework,
        value=value,
        cycle=cycle,
        claimed_by=claimed_by if claimed_by in CLAIMANTS else "provider",
    )
    return Finding(found, _origins(claim, found, stated), warnings)


def _national(
    claim: LevelClaim, *, needed: bool
) -> tuple[str | None, str | None, int | None, tuple[Reason, ...]]:
    """Framework, value as the framework writes it, and the EQF level that it stands for."""
    raise NotImplementedError


def _origins(claim: LevelClaim, found: Level, stated: int | None) -> tuple[object, ...]:
    raise NotImplementedError


def _unread(value: Value | None, found: object) -> tuple[Reason, ...]:
    if value is None or found is not None or plain(value) is None:
        return ()
    return (doubt("level.unreadable", value, "write the number of the level"),)
