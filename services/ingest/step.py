"""Decides which credentials of a submission are new, and tells the provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from credstream.contract import topics
from credstream.contract.messages import Emit, ReadMessage, StepResult
from credstream.contract.records import Receipt, Received
from credstream.contract.values import Reason
from services.ingest.examine import Examined


@dataclass(frozen=True, slots=True)
class SeenRow:
    """The content that a key was received with, and the submission that brought it."""

    key: str
    digest: str
    submission: str


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A key whose content was accepted once more: it is lost no longer."""

    key: str


Row = SeenRow | FoundRow


@dataclass(slots=True)
class Facts:
    """What the keys of a batch had before; `learn` alone changes it.

    `last` is the digest that a key was last received with, `seen` every (key, digest,
    submission) so far. What was sent of the keys in `lost` is accepted once more.
    """

    last: dict[str, str] = field(default_factory=dict)
    seen: set[tuple[str, str, str]] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)


def ingest(message: ReadMessage[Examined], facts: Facts) -> StepResult[Row]:
    """Pass on what is new of a submission, and tell the provider what became of each part."""
    examined = message.record
    emits: list[Emit] = []
    rows: list[Row] = []
    # One bundle may hold the same credential twice; facts learn only after the whole message.
    brought: set[tuple[str, str]] = set()
    for received in examined.received:
        known = _known(received, facts) or (received.key, received.digest) in brought
        brought.add((received.key, received.digest))
        if not known:
            emits.append(Emit(topics.RECEIVED, received.key, received))
            rows.append(SeenRow(received.key, received.digest, received.submission))
            rows += [FoundRow(received.key)] if received.key in facts.lost else []
        emits.append(_receipt(received, "unchanged" if known else "accepted"))
    return StepResult(tuple(emits), tuple(rows), examined.unread)


def learn(facts: Facts, rows: Sequence[Row]) -> None:
    """Add what one message brought, for the later ones of its batch."""
    for row in rows:
        if isinstance(row, FoundRow):
            facts.lost.discard(row.key)
            continue
        facts.last[row.key] = row.digest
        facts.seen.add((row.key, row.digest, row.submission))


def _known(received: Received, facts: Facts) -> bool:
    """Whether this brings nothing: the content that the key has, or a redelivery of earlier one.

    Earlier content under a new submission id is no redelivery: the provider goes back to it.
    """
    same = facts.last.get(received.key) == received.digest
    # Of a lost key the last content alone: earlier one would undo what came after it.
    if same and received.key in facts.lost:
        return False
    return same or (received.key, received.digest, received.submission) in facts.seen


def _receipt(received: Received, status: str) -> Emit:
    reasons = (Reason(code="duplicate", path="", detail=""),) if status == "unchanged" else ()
    receipt = Receipt(
        submission=received.submission,
        provider=received.provider,
        status=status,
        stage="ingest",
        key=received.key,
        kind=received.kind,
        reasons=reasons,
        at=received.received_at,
    )
    return Emit(topics.receipts(received.provider), received.submission, receipt)
