"""Decides what a submission becomes: a definition, an award with its definition, or a receipt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from credstream.contract import paging, topics
from credstream.contract.errors import Rejected
from credstream.contract.messages import Emit, ReadMessage, StepResult
from credstream.contract.records import Again, Normalised, Receipt, Received
from credstream.contract.values import Award, Definition, Reason
from credstream.formats.shared.masks import masked_path
from credstream.formats.shared.parsed import Parsed
from services.normalise import assemble, awards, completeness, learner, merge, moves, versions
from services.normalise.again import STAGE, ask_again, decide_again, next_page
from services.normalise.descriptors.base import WithOrigins, shortened, single_text
from services.normalise.examine import Submission
from services.normalise.facts import (
    AwardRow,
    DefinitionRow,
    Facts,
    LearnerKey,
    Row,
    with_row,
)
from services.normalise.scope import out_of_scope


@dataclass(frozen=True, slots=True)
class _Case:
    """One submission with its learner's key; `at` is the message's broker time."""

    at: int
    submission: Submission
    learner_key: LearnerKey | None

    @property
    def received(self) -> Received:
        return self.submission.received

    @property
    def parsed(self) -> Parsed:
        return self.submission.parsed

    @property
    def identifier(self) -> str:
        """The strongest of the learner."""
        return next(iter(self.submission.learner.hmacs), "")


def normalise(message: ReadMessage[Submission | Again], facts: Facts) -> StepResult[Row]:
    """What a submission, or an award that is looked at again, becomes; raises Rejected."""
    submission = message.record
    if isinstance(submission, Again):
        is_page = submission.cause == paging.PAGE_DUE
        return next_page(submission, facts) if is_page else decide_again(submission, facts)
    joined = moves.ask(submission, message.at, facts)
    try:
        decided = _decided(message.at, submission, facts)
    except Rejected as refusal:
        if not joined.emits:
            raise
        # Its links are kept all the same, and what they move must be asked for.
        reason = Reason(code=refusal.code, path=refusal.path, detail=refusal.detail)
        return replace(joined, unread=(reason,))
    return StepResult((*decided.emits, *joined.emits), (*decided.rows, *joined.rows))


def _decided(at: int, submission: Submission, facts: Facts) -> StepResult[Row]:
    provider, hmacs = submission.received.provider, submission.learner.hmacs
    # Before anything else is decided: another refusal's reason could quote the erased person. Any
    # identifier of an erased person counts: no other one may bring the person back.
    if not facts.persons.erased.isdisjoint((provider, each) for each in hmacs):
        raise Rejected("learner.erased", "learner", "the learner was erased")
    found = facts.persons.learners.get((provider, hmacs[0])) if hmacs else None
    learner_key = found if isinstance(found, LearnerKey) else None
    case = _Case(at, submission, learner_key)
    return _submission(case, facts)


def _submission(case: _Case, facts: Facts) -> StepResult[Row]:
    provider = case.received.registration
    key = assemble.definition_key_of(case.parsed, provider)
    definition = assemble.definition_of(case.parsed, provider, key)
    reason = out_of_scope(definition.value, case.parsed)
    if reason is not None:
        return _receipt(case, key, "out_of_scope", reason)
    if case.received.kind == "definition":
        return _definition(case, definition, facts)
    return _award(case, definition, facts)


def _definition(case: _Case, definition: WithOrigins[Definition], facts: Facts) -> StepResult[Row]:
    own, key = definition.value, definition.value.key
    assemble.require(own, case.parsed)
    full = replace(
        definition, warnings=(*definition.warnings, *assemble.parser_warnings(case.parsed))
    )
    held = facts.definitions.get(key, ())
    since, replaces = versions.first_days(own, held, case.received.received_at)
    row = DefinitionRow(key, own, definition.origins, True, since, replaces)
    return _described(case, full, facts, row)


def _award(case: _Case, definition: WithOrigins[Definition], facts: Facts) -> StepResult[Row]:
    key = definition.value.key
    award = awards.award_of(case.parsed, case.received.registration, key, _learner_key(case))
    version = single_text(case.parsed.definition_version)
    held = versions.version_in_force(facts.definitions.get(key, ()), award.value.issued_on, version)
    named = _names_only(case.parsed, definition.value)
    if named and held is None:
        return _wait(case, definition, award)
    # What another award only described completes no award that describes its definition itself.
    completes = held is not None and (named or held.registered)
    full = assemble.completed_by(definition, held) if held is not None and completes else definition
    assemble.require(full.value, case.parsed)
    earned = _earned(case, full, award, facts)
    if completes or (held is not None and held.definition == definition.value):
        return earned
    row = DefinitionRow(key, definition.value, definition.origins, False)
    first = _described(case, definition, facts, row)
    return StepResult((*first.emits, *earned.emits), (*first.rows, *earned.rows))


def _names_only(parsed: Parsed, definition: Definition) -> bool:
    return parsed.definition_id is not None and (parsed.reference or not definition.title)


def _described(
    case: _Case, definition: WithOrigins[Definition], facts: Facts, row: DefinitionRow
) -> StepResult[Row]:
    """Pass the definition on, and ask to handle again the awards whose definition it now is."""
    before = facts.definitions.get(row.key, ())
    row = replace(row, record=_record(case, row.key, _public(case, definition), None))
    after = with_row(before, row)
    newest = after[-1]
    # An older version may come late: what is public stays the newest.
    if newest.since != row.since:
        definition = WithOrigins(newest.definition, newest.origins, definition.warnings)
    record = _record(case, row.key, _public(case, definition), None)
    again = Again(key=row.key, cause="definition.arrived", detail=row.key, at=case.at)
    # What one award says of itself changes no other one that was complete.
    days = versions.changed_days(before, after) if row.registered and before else None
    others = ask_again(again, days, facts)
    return StepResult(
        (Emit(topics.NORMALISED, row.key, record), *others.emits), (row, *others.rows)
    )


def _public(case: _Case, definition: WithOrigins[Definition]) -> WithOrigins[Definition]:
    """The definition; of one that an award describes, warnings without what they quote.

    What an award says may be about its learner, and a definition is public. The award's own record
    has the warnings whole.
    """
    if case.received.kind == "definition":
        return definition
    return replace(
        definition, warnings=tuple(replace(each, detail="") for each in definition.warnings)
    )


def _earned(
    case: _Case, definition: WithOrigins[Definition], award: WithOrigins[Award], facts: Facts
) -> StepResult[Row]:
    key = case.received.key
    alike = merge.likeness(case.received.provider, award.value, definition.value)
    twins = _twins(facts, alike, key)
    own = _record(case, key, replace(definition, warnings=(*definition.warnings, *twins)), award)
    others = [rec for name, rec in facts.sources.get(key, {}).items() if name != own.format]
    others.sort(key=lambda record: record.received_at, reverse=True)
    record = merge.merge_sources(own, others) if others else own
    row = AwardRow(
        key, definition.value.key, record, False, (own,), alike, identifier=case.identifier
    )
    return StepResult((Emit(topics.NORMALISED, key, record),), (row,))


def _twins(facts: Facts, alike: str, key: str) -> tuple[Reason, ...]:
    """A warning where another key has an award of the same learner, title and day."""
    if not facts.alike.get(alike, set()) - {key}:
        return ()
    detail = "another credential id has an award of the same title and day to the same learner"
    return (Reason(code="award.alike", path="", detail=detail),)


def _wait(
    case: _Case, definition: WithOrigins[Definition], award: WithOrigins[Award]
) -> StepResult[Row]:
    """Hold an award until its definition comes; what it says itself is kept."""
    key, named = case.received.key, case.parsed.definition_id
    record = _record(case, key, definition, award)
    detail = f"the definition {shortened(named.raw)} has not arrived yet" if named else ""
    reason = Reason(code="definition.missing", path=named.path if named else "", detail=detail)
    held = _receipt(case, key, "held", reason)
    row = AwardRow(key, definition.value.key, record, waiting=True, identifier=case.identifier)
    return StepResult(held.emits, (row,))


def _record(
    case: _Case, key: str, definition: WithOrigins[Definition], award: WithOrigins[Award] | None
) -> Normalised:
    received = case.received
    origins, warnings = definition.origins, definition.warnings
    if award is not None:
        origins += award.origins
        warnings += (*award.warnings, *assemble.parser_warnings(case.parsed))
    earned = award.value if award else None
    return Normalised(
        key=key,
        kind="award" if award else "definition",
        provider=received.provider,
        country=received.country,
        submission=received.submission,
        received_at=received.received_at,
        occurred_at=received.occurred_at,
        format=received.format,
        envelope=received.envelope,
        proof=received.proof,
        mapping=assemble.MAPPING_VERSION,
        definition=definition.value,
        award=earned,
        account=completeness.account(definition.value, earned, origins, warnings),
        cause="submitted",
    )


def _receipt(case: _Case, definition: str, status: str, reason: Reason) -> StepResult[Row]:
    received = case.received
    receipt = Receipt(
        submission=received.submission,
        provider=received.provider,
        status=status,
        stage=STAGE,
        key=definition if received.kind == "definition" else received.key,
        kind=received.kind,
        reasons=(replace(reason, path=masked_path(reason.path)),),
        at=case.at,
    )
    return StepResult((Emit(topics.receipts(received.provider), received.submission, receipt),))


def _learner_key(case: _Case) -> LearnerKey:
    learner.require(case.parsed.learner)
    if case.learner_key is None:
        raise Rejected("learner.missing", "learner", "no key was made for the learner")
    return case.learner_key
