"""Decides whether a record is a new version, and which channels get it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import orjson

from credstream.contract import topics
from credstream.contract.identity import digest
from credstream.contract.messages import Emit, ReadMessage, StepResult
from credstream.contract.paging import REPUBLISHED
from credstream.contract.records import (
    Accredited,
    Again,
    PublishedAward,
    PublishedChange,
    PublishedDefinition,
    Receipt,
)
from credstream.contract.values import Judgement, Reason
from services.publisher.channels.channel import Channel, Published, Scope

SUBMITTED = "submitted"
# The name of a change of status; any other difference is a correction.
STATUS_CHANGES = {
    ("issued", "revoked"): "revoked",
    ("issued", "suspended"): "suspended",
    ("suspended", "revoked"): "revoked",
    ("suspended", "issued"): "reinstated",
    ("revoked", "issued"): "reinstated",
}


@dataclass(frozen=True, slots=True)
class Head:
    """The last published version of a key, and the record that it came from, where it is needed."""

    version: int
    digest: str
    status: str
    outcome: str | None
    source: Accredited | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A new version: its source, what is published, and the change."""

    source: Accredited
    published: Published
    change: PublishedChange


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One delivery to make; `at` is the broker's time of its version, in milliseconds."""

    key: str
    version: int
    channel: str
    at: int


Row = VersionRow | OutboxRow


@dataclass(slots=True)
class Facts:
    """The last published version of each key of a batch; `learn` alone changes it.

    `repeated` has what was published of keys that are to be published once more as they are.
    """

    heads: dict[str, Head] = field(default_factory=dict)
    repeated: dict[str, Published] = field(default_factory=dict)


def publish(
    message: ReadMessage[Accredited | Again], facts: Facts, channels: Sequence[Channel]
) -> StepResult[Row]:
    """Publish a record as the next version of its key, or say that nothing is new.

    Each of the `channels` that wants the version gets a row of the outbox.
    """
    if isinstance(message.record, Again) and message.record.cause == REPUBLISHED:
        return _repeated(facts.repeated.get(message.record.key))
    source = _source(message, facts)
    if source is None:
        return StepResult()
    head = facts.heads.get(source.record.key)
    state = state_of(source, message.at)
    wanted_by, lacking = _channels(source, channels)
    if head and head.digest == state.digest:
        current = replace(state, version=head.version)
        # A provider waits for an answer to each submission; nobody asked for a judgement again.
        answered = source.cause == SUBMITTED and not isinstance(message.record, Again)
        receipts = (_receipt(source, current, message.at, lacking),) if answered else ()
        return StepResult(receipts)
    state = replace(state, version=head.version + 1 if head else 1)
    change = _change(source, state, head)
    emits = (
        Emit(change.topic, state.key, state),
        Emit(topics.CHANGES, state.key, change),
        _receipt(source, state, message.at, lacking),
    )
    # Deliveries are rows, not calls: a slow target must not hold up the data path.
    deliveries = [OutboxRow(state.key, state.version, name, message.at) for name in wanted_by]
    return StepResult(emits, (VersionRow(source, state, change), *deliveries))


def _repeated(state: Published | None) -> StepResult[Row]:
    """The same version with the same content: it is no change, and nobody waits for an answer."""
    return StepResult((Emit(topic_of(state), state.key, state),) if state else ())


def topic_of(state: Published) -> str:
    """Where the versions of a key are published."""
    country = state.key.split(":")[1]
    return topics.awards(country) if isinstance(state, PublishedAward) else topics.DEFINITIONS


def learn(facts: Facts, rows: Sequence[Row]) -> None:
    """Show what one message wrote to the later ones of its batch."""
    for row in rows:
        if isinstance(row, VersionRow):
            facts.heads[row.published.key] = head_of(row)
            if row.published.key in facts.repeated:
                facts.repeated[row.published.key] = row.published


def head_of(row: VersionRow) -> Head:
    state = row.published
    outcome = state.judgement.outcome if isinstance(state, PublishedAward) else None
    return Head(state.version, state.digest, state.status, outcome, row.source)


def state_of(source: Accredited, at: int) -> Published:
    """The full state of a record with its digest, as version 0: the caller counts versions."""
    record, award = source.record, source.record.award
    common = {
        "key": record.key,
        "version": 0,
        "provider": record.provider,
        "definition": record.definition,
        "account": record.account,
        "mapping": record.mapping,
        "digest": "",
        "occurred_at": record.occurred_at,
        "received_at": record.received_at,
        "published_at": at,
    }
    if award is None:
        state: Published = PublishedDefinition(status="issued", **common)  # type: ignore[arg-type]
    else:
        state = PublishedAward(
            status=award.status,
            pseudonym=award.learner.pseudonym,
            issued_on=award.issued_on,
            valid_until=award.valid_until,
            grade=award.grade,
            grade_scale=award.grade_scale,
            identity_verified=award.identity_verified,
            proof=record.proof,
            judgement=source.judgement or UNJUDGED,
            **common,  # type: ignore[arg-type]
        )
    return replace(state, digest=_digest(state))


# Full state has a judgement in every award, also in one that reached us without.
UNJUDGED = Judgement(outcome="unknown", step="organisation", reason="source.missing", judged_for="")


def _source(message: ReadMessage[Accredited | Again], facts: Facts) -> Accredited | None:
    """The record of a message; for an `Again`, the last published record of its key."""
    if isinstance(message.record, Again):
        head = facts.heads.get(message.record.key)
        return head.source if head else None
    return message.record


def _channels(
    source: Accredited, channels: Sequence[Channel]
) -> tuple[tuple[str, ...], tuple[Reason, ...]]:
    """The names of the channels that want a version of a record, and why others leave it out."""
    names: list[str] = []
    reasons: list[Reason] = []
    for channel in channels:
        if channel.scope is Scope.VERSION and source.record.kind in channel.kinds:
            lacking = channel.lacking(source)
            reasons += lacking
            names += () if lacking else (channel.name,)
    return tuple(names), tuple(reasons)


def _digest(state: Published) -> str:
    """The digest of what a state says: of no version, no time, and no age of a list.

    A list that is loaded again, and a repeated submission, therefore make no new version.
    """
    # What is left out here may differ without a new version: everything else makes one.
    timeless = replace(state, version=0, digest="", occurred_at=None, received_at=0, published_at=0)
    if isinstance(timeless, PublishedAward):
        timeless = replace(timeless, judgement=replace(timeless.judgement, source_as_of=None))
    return digest(orjson.dumps(timeless, option=orjson.OPT_SORT_KEYS))


def _change(source: Accredited, state: Published, head: Head | None) -> PublishedChange:
    return PublishedChange(
        key=state.key,
        kind=source.record.kind,
        change=_change_name(source, state, head),
        cause=source.cause,
        cause_detail=source.cause_detail,
        version=state.version,
        previous_version=head.version if head else None,
        outcome=state.judgement.outcome if isinstance(state, PublishedAward) else None,
        previous_outcome=head.outcome if head else None,
        topic=topic_of(state),
        provider=state.provider,
        digest=state.digest,
        occurred_at=state.occurred_at,
        received_at=state.received_at,
        published_at=state.published_at,
    )


def _change_name(source: Accredited, state: Published, head: Head | None) -> str:
    if head is None:
        return "issued"
    if head.status != state.status:
        return STATUS_CHANGES.get((head.status, state.status), "corrected")
    return "rejudged" if source.cause.startswith("accreditation.") else "corrected"


def _receipt(source: Accredited, state: Published, at: int, lacking: Sequence[Reason]) -> Emit:
    record = source.record
    receipt = Receipt(
        submission=record.submission,
        provider=record.provider,
        status="published",
        stage="publisher",
        key=state.key,
        kind=record.kind,
        version=state.version,
        outcome=source.judgement.outcome if source.judgement else None,
        reasons=(*record.account.warnings, *lacking),
        at=at,
    )
    return Emit(topics.receipts(record.provider), record.submission, receipt)
