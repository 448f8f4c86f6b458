"""Moves awards to the person whom their learner's identifier leads to by now."""

from __future__ import annotations

from dataclasses import replace

from credstream.contract import learner_block, paging, topics
from credstream.contract.messages import Emit, StepResult
from credstream.contract.paging import CursorRow
from credstream.contract.records import Again, Normalised
from credstream.contract.values import Learner as StoredLearner
from services.normalise import merge
from services.normalise.examine import Submission
from services.normalise.facts import (
    AwardRow,
    ErasedLearner,
    Facts,
    HeldAward,
    Learner,
    LearnerKey,
    Persons,
    Row,
)

STAGE, CAUSE = "normalise", "learner.joined"
# Before an identifier in the key of a cursor, beside the keys of definitions.
PREFIX = "learner:"


def joined_key(identifier: str) -> str:
    """The key of the cursor for the awards that an identifier leads to another person."""
    return PREFIX + identifier


def ask(submission: Submission, at: int, facts: Facts) -> StepResult[Row]:
    """Ask for the earlier awards that a submission's identifiers may lead to another person."""
    emits: list[Emit] = []
    rows: list[Row] = []
    for identifier in submission.learner.hmacs:
        if identifier in facts.persons.joined:
            again = Again(key=joined_key(identifier), cause=CAUSE, detail="", at=at)
            cursor = paging.started(facts.paging.cursors.get(again.key), again)
            emits.append(paging.request(STAGE, again))
            rows.append(CursorRow(again.key, cursor))
    return StepResult(tuple(emits), tuple(rows))


def new_learner(held: HeldAward, persons: Persons) -> Learner | None:
    """The learner that an award moves to; None where it stays.

    An award of an erased learner stays: the person would be brought back. One from before, whose
    identifier is not known, stays as well.
    """
    award = held.record.award
    if award is None or not held.identifier:
        return None
    learner = persons.learners.get((held.record.provider, held.identifier))
    before = persons.held.get(award.learner.key_id)
    if learner is None or not isinstance(before, LearnerKey) or learner.key_id == before.key_id:
        return None
    return learner


def moved(again: Again, held: HeldAward, facts: Facts) -> AwardRow | None:
    """The award and its sources with their learner; None where it stays."""
    learner = new_learner(held, facts.persons)
    if learner is None:
        return None
    record = replace(_with_learner(held.record, learner, facts.persons), cause=again.cause)
    sources = facts.sources.get(again.key, {}).values()
    return AwardRow(
        again.key,
        record.definition.key,
        record,
        held.waiting,
        tuple(_with_learner(each, learner, facts.persons) for each in sources),
        alike_of(record, waiting=held.waiting),
        held.identifier,
    )


def alike_of(record: Normalised, *, waiting: bool) -> str:
    """What is the same for awards of one content; empty while the definition is missing."""
    if waiting or record.award is None:
        return ""
    return merge.likeness(record.provider, record.award, record.definition)


def passed_on(row: AwardRow) -> StepResult[Row]:
    """The record of an award that waits for nothing, and its row."""
    emits = () if row.waiting else (Emit(topics.NORMALISED, row.key, row.record),)
    return StepResult(emits, (row,))


def _with_learner(record: Normalised, learner: Learner, persons: Persons) -> Normalised:
    """The record with the learner's pseudonym, and the block under the learner's key.

    Of an erased learner nothing is kept that could be read: the block is empty.
    """
    award = record.award
    before = persons.held.get(award.learner.key_id) if award else None
    if award is None or not isinstance(before, LearnerKey):
        return record
    block = b""
    if not isinstance(learner, ErasedLearner):
        block = learner_block.encrypt(
            learner_block.decrypt(award.learner.block, before.key), learner.key
        )
    stored = StoredLearner(pseudonym=learner.pseudonym, key_id=learner.key_id, block=block)
    return replace(record, award=replace(award, learner=stored))
