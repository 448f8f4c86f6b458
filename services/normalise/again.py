"""Decides about an award that is looked at again, with the definition that is now held."""

from __future__ import annotations

from dataclasses import replace

from credstream.contract import topics
from credstream.contract.messages import Emit, StepResult
from credstream.contract.records import Again, Normalised
from services.normalise import assemble, completeness, merge, versions
from services.normalise.descriptors.base import WithOrigins
from services.normalise.facts import AwardRow, Facts, HeldAward, HeldDefinition, Row


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
    alike = merge.likeness(before.award, full.value) if before.award else ""
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
