"""Reads the level of a national framework, with the EQF level that it is referenced to."""

from __future__ import annotations

from typing import NamedTuple

from credstream.contract.values import Reason
from credstream.formats.shared.parsed import LevelClaim, Value
from credstream.vocabularies import nqf
from services.normalise.descriptors.base import casefolded, look_up, single_text, warning_about

EQF_NAMES = frozenset({"eqf", "european qualifications framework"})
FRAMEWORK_FIX = "name a framework that is referenced to the EQF, such as DQR, or state the EQF"
LEVEL_FIX = "write a level as its framework lists it"
UNMAPPED_FIX = "no referencing to the EQF is known; state the EQF level"


class NationalLevel(NamedTuple):
    """A level of a national framework, its EQF level where one is known, and where it was read."""

    framework: nqf.Framework
    value: str
    eqf: int | None
    source: Value


def national_level(claim: LevelClaim) -> NationalLevel | None:
    """By a URI of the level, else by framework and level apart, else by both in one text."""
    # A URI, or a label of both, is exact; framework and level apart have to be matched.
    for source, lookup in ((claim.value, nqf.from_uri), (claim.framework, nqf.from_label)):
        framework_and_level = look_up(source, lookup)
        if source and framework_and_level:
            eqf = nqf.to_eqf(*framework_and_level)
            return NationalLevel(*framework_and_level, eqf, source)
    framework, value = look_up(claim.framework, nqf.framework), single_text(claim.value)
    if nqf.is_outside_mbo(single_text(claim.framework) or "", value or ""):
        return None
    if framework and value and claim.value:
        return _listed_level(framework, value, claim.value)
    # With a framework that is unknown, one in the level's text would be another one.
    labelled = None if claim.framework else look_up(claim.value, nqf.from_label)
    return _listed_level(*labelled, claim.value) if labelled and claim.value else None


def national_warnings(
    claim: LevelClaim, national: NationalLevel | None, stated: int | None, eqf_of_cycle: int | None
) -> tuple[Reason, ...]:
    """The warnings about the national level of a claim that states an EQF level, or none."""
    if national is None:
        return _no_national_level(claim, stated)
    if not (stated or national.eqf or eqf_of_cycle):
        return (warning_about("level.unmapped", national.source, UNMAPPED_FIX),)
    if stated and national.eqf and stated != national.eqf:
        fix = f"it stands for EQF {national.eqf}, but EQF {stated} is stated and was taken"
        return (warning_about("level.contradicts", national.source, fix),)
    return ()


def unreadable(value: Value | None, read: object) -> tuple[Reason, ...]:
    """A warning for a value that was given and not read."""
    if value is None or read is not None or single_text(value) is None:
        return ()
    return (warning_about("level.unreadable", value, LEVEL_FIX),)


def _listed_level(framework: nqf.Framework, value: str, source: Value) -> NationalLevel | None:
    """A level that the framework has, with or without an EQF level; None for any other."""
    eqf = nqf.to_eqf(framework, value)
    if eqf is None and nqf.level_uri(framework, value) is None:
        return None
    return NationalLevel(framework, value, eqf, source)


def _no_national_level(claim: LevelClaim, stated: int | None) -> tuple[Reason, ...]:
    framework = claim.framework
    name = single_text(framework)
    if framework and name and casefolded(name) not in EQF_NAMES:
        if look_up(framework, nqf.framework) is None:
            return (warning_about("level.unknown_framework", framework, FRAMEWORK_FIX),)
        return unreadable(claim.value, None)
    if stated is None and claim.value and single_text(claim.value):
        return (warning_about("level.unknown_framework", claim.value, FRAMEWORK_FIX),)
    return ()
