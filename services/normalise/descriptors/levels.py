"""Level (M8): the EQF level as stated, or by a national framework, which is kept with its level."""

from __future__ import annotations

from collections.abc import Sequence

from credstream.contract.records import Provider
from credstream.contract.values import Level, Origin, Reason
from credstream.formats.shared.parsed import LevelClaim, Parsed
from credstream.vocabularies import eqf
from services.normalise.descriptors.base import (
    WithOrigins,
    casefolded,
    derived,
    from_payload,
    look_up,
    single_text,
    warning_about,
)
from services.normalise.descriptors.national_levels import (
    EQF_NAMES,
    NationalLevel,
    national_level,
    national_warnings,
    unreadable,
)

CLAIMED_BY = {
    "provider": "provider",
    "framework": "framework",
    "unknown": "unknown",
    # A level that the body in charge of a framework has checked is the framework's claim.
    "verified": "framework",
}


def level(parsed: Parsed, _: Provider) -> WithOrigins[Level | None]:
    """The first claim that states an EQF level, else the first that leads to one, else the first.

    Other claims stay out of the level; where they contradict it, there is a warning.
    """
    # Sorted by certainty; `sorted` is stable, so the first of equals stays the first.
    read = [(_stated_eqf(claim) is not None, _level(claim)) for claim in parsed.levels]
    warnings = tuple(reason for _, claimed in read for reason in claimed.warnings)
    usable = sorted(
        ((states_eqf, claimed) for states_eqf, claimed in read if claimed.value),
        key=lambda pair: _rank(*pair),
    )
    if not usable:
        return WithOrigins(None, (), warnings)
    chosen = usable[0][1]
    others = tuple(reason for _, claimed in usable[1:] for reason in _contradicts(claimed, chosen))
    return WithOrigins(chosen.value, chosen.origins, (*warnings, *others))


def _rank(states_eqf: bool, claimed: WithOrigins[Level | None]) -> int:  # noqa: FBT001 - a sort key
    if states_eqf:
        return 0
    return 1 if claimed.value and claimed.value.eqf else 2


def _level(claim: LevelClaim) -> WithOrigins[Level | None]:
    stated, cycle = _stated_eqf(claim), look_up(claim.cycle, eqf.cycle)
    national = national_level(claim)
    eqf_of_cycle = eqf.cycle_eqf(cycle) if cycle else None
    warnings = (
        *unreadable(claim.eqf, stated),
        *unreadable(claim.cycle, cycle),
        *national_warnings(claim, national, stated, eqf_of_cycle),
    )
    if stated is None and national is None and cycle is None:
        return WithOrigins(None, (), warnings)
    # What is stated is not overruled, and a cycle is the least precise of the three.
    without_cycle = stated or (national.eqf if national else None)
    claimed = Level(
        eqf=without_cycle or eqf_of_cycle,
        framework=national.framework.code if national else None,
        value=national.value if national else None,
        cycle=cycle,
        claimed_by=CLAIMED_BY.get(casefolded(single_text(claim.claimed_by) or ""), "provider"),
    )
    contradiction = _cycle_contradicts(claim, eqf_of_cycle, without_cycle)
    return WithOrigins(claimed, _origins(claim, claimed, national), (*warnings, *contradiction))


def _stated_eqf(claim: LevelClaim) -> int | None:
    """The EQF level in its own field, or as the level of a framework that is the EQF."""
    if claim.eqf is None and casefolded(single_text(claim.framework) or "") in EQF_NAMES:
        return look_up(claim.value, eqf.eqf)
    return look_up(claim.eqf, eqf.eqf)


def _cycle_contradicts(
    claim: LevelClaim, eqf_of_cycle: int | None, taken: int | None
) -> tuple[Reason, ...]:
    if claim.cycle is None or not eqf_of_cycle or not taken or eqf_of_cycle == taken:
        return ()
    fix = f"it stands for EQF {eqf_of_cycle}, but EQF {taken} was taken"
    return (warning_about("level.contradicts", claim.cycle, fix),)


def _origins(
    claim: LevelClaim, claimed: Level, national: NationalLevel | None
) -> tuple[Origin, ...]:
    states_eqf = _stated_eqf(claim)
    origins: list[Origin] = []
    eqf_value = claim.eqf or claim.value
    if eqf_value and states_eqf:
        origins.append(from_payload("level", eqf_value, claimed.eqf))
    if national:
        by_rule = national.eqf is not None and not states_eqf
        origins.append(
            derived("level", national.source, "nqf_to_eqf")
            if by_rule
            else from_payload("level", national.source, national.value)
        )
    if claim.cycle and claimed.cycle:
        by_rule = not states_eqf and not (national and national.eqf)
        origins.append(
            derived("level", claim.cycle, "cycle_to_eqf")
            if by_rule
            else from_payload("level", claim.cycle, claimed.cycle)
        )
    return tuple(origins)


def _contradicts(
    other: WithOrigins[Level | None], chosen: WithOrigins[Level | None]
) -> Sequence[Reason]:
    stated, taken = other.value, chosen.value
    if stated is None or taken is None or not stated.eqf or stated.eqf == taken.eqf:
        return ()
    path = other.origins[0].path or ""
    detail = f"EQF {stated.eqf} here, but EQF {taken.eqf} was taken"
    return (Reason(code="level.contradicts", path=path, detail=detail),)
