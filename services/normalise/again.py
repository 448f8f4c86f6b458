"""Decides which awards are looked at again, and about each with the definition now held."""

from __future__ import annotations

from dataclasses import replace

from credstream.contract import paging, topics
from credstream.contract.messages import Emit, StepResult
from credstream.contract.paging import CursorRow
from credstream.contract.records import Again, Normalised
from services.normalise import assemble, completeness, merge, versions
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
    """The award with that definition; nothing where it changes nothing, so repeats do no harm."""
    held = facts.awards.get(again.key)
    definition = _version_for(held.record, facts) if held else None
    if held is None or definition is None or not _may_complete(held, definition):
        return StepResult()
    before = held.record
    full = assemble.completed_by(
        WithOrigins(before.definition, before.account.provenance), definition
    )
    account = completeness.account(full.value, before.award, full.origins, before.account.warnings)
    if not held.waiting and (full.value, account) == (before.definition, before.account):
        return StepResult()
    record = replace(before, definition=full.value, account=account, cause=again.cause)
    alike = merge.likeness(before.provider, before.award, full.value) if before.award else ""
    row = AwardRow(again.key, full.value.key, record, waiting=False, alike=alike)
    return StepResult((Emit(topics.NORMALISED, again.key, record),), (row,))


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
