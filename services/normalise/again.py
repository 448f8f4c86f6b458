"""Decides which awards are looked at again, and about each with the definition now held."""

from __future__ import annotations

from dataclasses import replace

from credstream.contract import paging, topics
from credstream.contract.messages import Emit, StepResult
from credstream.contract.paging import CursorRow
from credstream.contract.records import Again, Normalised
from services.normalise import assemble, completeness, moves, versions
from services.normalise.descriptors.base import WithOrigins
from services.normalise.facts import AwardRow, Facts, HeldAward, HeldDefinition, Row

STAGE = "normalise"


def ask_again(again: Again, days: versions.Days | None, facts: Facts) -> StepResult[Row]:
    """Ask for the awards that wait for a definition and for those of the `days` that changed.

    They may be any number, so that only their first page is asked for.
    """
    awaited = again.key in facts.awaited or facts.waiting.get(again.key)
    if not awaited and days is None:
        return StepResult()
    held = facts.paging.cursors.get(again.key)
    scope = versions.joined(held.scope if held else "", days)
    cursor = paging.started(held, again, scope)
    return StepResult((paging.request(STAGE, again),), (CursorRow(again.key, cursor),))


def next_page(due: Again, facts: Facts) -> StepResult[Row]:
    """Ask for the awards of the next page; nothing where another message has done it."""
    page = facts.paging.pages.get(due.key)
    if page is None:
        return StepResult()
    row = CursorRow(due.key, paging.following(page))
    return StepResult(paging.asked(STAGE, page), (row,))


def decide_again(again: Again, facts: Facts) -> StepResult[Row]:
    """The award with its definition and its learner as they are by now.

    Nothing where neither changes anything, so repeats do no harm.
    """
    held = facts.awards.get(again.key)
    if held is None:
        newest = facts.definitions.get(again.key, ())[-1:]
        return _republished(again, newest[0].record if newest else None)
    moved = moves.moved(again, held, facts)
    if moved is not None:
        held = HeldAward(moved.record, moved.waiting, moved.identifier)
    completed = _completed(again, held, facts)
    if completed is None and moved is None:
        return _republished(again, None if held.waiting else held.record)
    if completed is None:
        return moves.passed_on(moved) if moved else StepResult()
    return moves.passed_on(replace(completed, sources=moved.sources) if moved else completed)


def _republished(again: Again, record: Normalised | None) -> StepResult[Row]:
    """The record as it is held, where what was sent of it was lost."""
    if record is None or again.cause != paging.REPUBLISHED:
        return StepResult()
    return StepResult((Emit(topics.NORMALISED, again.key, replace(record, cause=again.cause)),))


def _completed(again: Again, held: HeldAward, facts: Facts) -> AwardRow | None:
    """The award with the definition that is in force; None where it changes nothing."""
    definition = _version_for(held.record, facts)
    if definition is None or not _may_complete(held, definition):
        return None
    before = held.record
    full = assemble.completed_by(
        WithOrigins(before.definition, before.account.provenance), definition
    )
    account = completeness.account(full.value, before.award, full.origins, before.account.warnings)
    if not held.waiting and (full.value, account) == (before.definition, before.account):
        return None
    record = replace(before, definition=full.value, account=account, cause=again.cause)
    return AwardRow(
        again.key,
        full.value.key,
        record,
        waiting=False,
        alike=moves.alike_of(record, waiting=False),
        identifier=held.identifier,
    )


def _version_for(record: Normalised, facts: Facts) -> HeldDefinition | None:
    """The version that the award named, or that is in force on its day."""
    named = any(
        origin.descriptor == "version" and origin.origin == "payload"
        for origin in record.account.provenance
    )
    version = record.definition.version if named else None
    day = record.award.issued_on if record.award else None
    return versions.version_in_force(facts.definitions.get(record.definition.key, ()), day, version)


def _may_complete(held: HeldAward, definition: HeldDefinition) -> bool:
    """Whether the definition may complete the award: not one that only another award described."""
    by_name = any(o.origin == "definition" for o in held.record.account.provenance)
    return held.waiting or definition.registered or by_name
