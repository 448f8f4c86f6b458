"""Level (M8): EQF as stated, or from a national framework that is named and kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from credstream.contract.records import Provider
from credstream.contract.values import Level, Origin, Reason
from credstream.formats.shared.parsed import LevelClaim, Parsed, Value
from credstream.vocabularies import eqf, nqf
from services.normalise.descriptors.base import (
    Finding,
    derived,
    doubt,
    fold,
    from_payload,
    known,
    plain,
)

CLAIMANTS = {
    "provider": "provider",
    "framework": "framework",
    "unknown": "unknown",
    # A level that the keepers of a framework have checked is theirs.
    "verified": "framework",
}
EUROPEAN = frozenset({"eqf", "european qualifications framework"})
FRAMEWORK_FIX = "name a framework that is referenced to the EQF, such as DQR, or state the EQF"
LEVEL_FIX = "write a level as its framework lists it"
UNMAPPED_FIX = "no referencing to the EQF is known; state the EQF level"


class _National(NamedTuple):
    """A level of a national framework, and the EQF level where one is known."""

    framework: nqf.Framework
    value: str
    eqf: int | None
    place: Value


def level(parsed: Parsed, _: Provider) -> Finding[Level | None]:
    """The first claim that states EQF, else the first that leads to it, else the first read."""
    read = [(_stated(claim) is not None, _level(claim)) for claim in parsed.levels]
    warnings = tuple(reason for _, found in read for reason in found.warnings)
    usable = sorted(
        ((stated, found) for stated, found in read if found.value), key=lambda each: _rank(*each)
    )
    if not usable:
        return Finding(None, (), warnings)
    chosen = usable[0][1]
    others = tuple(reason for _, each in usable[1:] for reason in _differs(each, chosen))
    return Finding(chosen.value, chosen.origins, (*warnings, *others))


def _rank(stated: bool, found: Finding[Level | None]) -> int:  # noqa: FBT001 - a sort key
    if stated:
        return 0
    return 1 if found.value and found.value.eqf else 2


def _level(claim: LevelClaim) -> Finding[Level | None]:
    stated, cycle = _stated(claim), known(claim.cycle, eqf.cycle)
    national = _national(claim)
    by_cycle = eqf.cycle_eqf(cycle) if cycle else None
    warnings = (
        *_unread(claim.eqf, stated),
        *_unread(claim.cycle, cycle),
        *_national_doubts(claim, national, stated, by_cycle),
    )
    if stated is None and national is None and cycle is None:
        return Finding(None, (), warnings)
    leads = stated or (national.eqf if national else None)
    found = Level(
        eqf=leads or by_cycle,
        framework=national.framework.code if national else None,
        value=national.value if national else None,
        cycle=cycle,
        claimed_by=_claimant(claim.claimed_by),
    )
    doubts = _cycle_doubts(claim, by_cycle, leads)
    return Finding(found, _origins(claim, found, national), (*warnings, *doubts))


def _stated(claim: LevelClaim) -> int | None:
    """The EQF level in its own place, or as the level of a framework that is the EQF."""
    if claim.eqf is None and fold(plain(claim.framework) or "") in EUROPEAN:
        return known(claim.value, eqf.eqf)
    return known(claim.eqf, eqf.eqf)


def _national(claim: LevelClaim) -> _National | None:
    for place, read in ((claim.value, nqf.from_uri), (claim.framework, nqf.from_label)):
        found = known(place, read)
        if place and found:
            return _National(*found, nqf.to_eqf(*found), place)
    framework, value = known(claim.framework, nqf.framework), plain(claim.value)
    if nqf.is_outside_mbo(plain(claim.framework) or "", value or ""):
        return None
    if framework and value and claim.value:
        return _listed(framework, value, claim.value)
    told = None if claim.framework else known(claim.value, nqf.from_label)
    return _listed(*told, claim.value) if told and claim.value else None


def _listed(framework: nqf.Framework, value: str, place: Value) -> _National | None:
    """A level that the framework has, with or without an EQF level; None for any other."""
    found = nqf.to_eqf(framework, value)
    if found is None and nqf.level_uri(framework, value) is None:
        return None
    return _National(framework, value, found, place)


def _national_doubts(
    claim: LevelClaim, national: _National | None, stated: int | None, by_cycle: int | None
) -> tuple[Reason, ...]:
    if national is None:
        return _nothing_national(claim, stated)
    if not (stated or national.eqf or by_cycle):
        return (doubt("level.unmapped", national.place, UNMAPPED_FIX),)
    if stated and national.eqf and stated != national.eqf:
        fix = f"it stands for EQF {national.eqf}, but EQF {stated} is stated and was taken"
        return (doubt("level.contradicts", national.place, fix),)
    return ()


def _nothing_national(claim: LevelClaim, stated: int | None) -> tuple[Reason, ...]:
    framework = claim.framework
    if framework and plain(framework) and fold(plain(framework) or "") not in EUROPEAN:
        if known(framework, nqf.framework) is None:
            return (doubt("level.unknown_framework", framework, FRAMEWORK_FIX),)
        return _unread(claim.value, None)
    if stated is None and claim.value and plain(claim.value):
        return (doubt("level.unknown_framework", claim.value, FRAMEWORK_FIX),)
    return ()


def _cycle_doubts(claim: LevelClaim, by_cycle: int | None, taken: int | None) -> tuple[Reason, ...]:
    if claim.cycle is None or not by_cycle or not taken or by_cycle == taken:
        return ()
    fix = f"it stands for EQF {by_cycle}, but EQF {taken} was taken"
    return (doubt("level.contradicts", claim.cycle, fix),)


def _claimant(value: Value | None) -> str:
    written = fold(plain(value) or "")
    return CLAIMANTS.get(written, "provider")


def _origins(claim: LevelClaim, found: Level, national: _National | None) -> tuple[Origin, ...]:
    origins: list[Origin] = []
    place = claim.eqf or claim.value
    if place and _stated(claim):
        origins.append(from_payload("level", place, found.eqf))
    if national:
        by_rule = national.eqf is not None and not _stated(claim)
        origins.append(
            derived("level", national.place, "nqf_to_eqf")
            if by_rule
            else from_payload("level", national.place, national.value)
        )
    if claim.cycle and found.cycle:
        origins.append(
            derived("level", claim.cycle, "cycle_to_eqf")
            if not _stated(claim) and not (national and national.eqf)
            else from_payload("level", claim.cycle, found.cycle)
        )
    return tuple(origins)


def _differs(other: Finding[Level | None], chosen: Finding[Level | None]) -> Sequence[Reason]:
    there, taken = other.value, chosen.value
    if there is None or taken is None or not there.eqf or there.eqf == taken.eqf:
        return ()
    path = other.origins[0].path or ""
    detail = f"EQF {there.eqf} here, but EQF {taken.eqf} was taken"
    return (Reason(code="level.contradicts", path=path, detail=detail),)


def _unread(value: Value | None, found: object) -> tuple[Reason, ...]:
    if value is None or found is not None or plain(value) is None:
        return ()
    return (doubt("level.unreadable", value, LEVEL_FIX),)
