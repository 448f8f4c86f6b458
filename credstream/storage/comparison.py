"""A row of the journal beside what the broker says of its partition: go on, replay, or hold it.

What the row says was handled is compared with the committed offset first, and then with the
offsets that the partition still holds: only what was never read is a loss (decision 0030).
"""

from __future__ import annotations

from dataclasses import dataclass

from credstream.contract.messages import Partition
from credstream.storage.journal import ANY_CLUSTER, JournalError, Row, name_of


@dataclass(frozen=True, slots=True)
class Found:
    """The broker's side: the committed offset, the ends of the partition, the id of its topic.

    `topic_id` is empty where the broker gives none.
    """

    committed: int | None
    low: int
    high: int
    topic_id: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a partition is not read; `start` is where it goes on once an operator accepts that.

    `cause` is retention, truncated, recreated or reset; `lost` the most offsets that nobody has
    read and nobody can, or that are skipped.
    """

    cause: str
    why: str
    lost: int
    start: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """From where a partition is read; `replay` where outputs and end go to Kafka first."""

    start: int
    replay: bool = False
    hold: Hold | None = None


def compare(
    partition: Partition,
    row: Row | None,
    cluster_id: str,
    found: Found,
    *,
    trusting: bool = False,
) -> Verdict:
    """What to do with a partition; raises JournalError where the whole database does not fit.

    `trusting` is the answer of `journal.trusts_broker`.
    """
    name, committed = name_of(partition), found.committed
    if row is None and committed is not None and not trusting:
        raise JournalError(
            f"journal row {name} is missing, yet the broker has offset {committed}: "
            "the database is new or from the past"
        )
    if row is None or row.cluster_id == ANY_CLUSTER:
        # Without row and commit nothing was ever handled: the partition begins where it can.
        return _within(name, found.low if committed is None else committed, 0, found)
    if row.cluster_id != cluster_id:
        raise JournalError(f"journal row {name} is of cluster {row.cluster_id}, not {cluster_id}")
    if _recreated(row, found):
        return _held("recreated", f"the topic of {name} was made anew", 0, found.low)
    return _of_row(name, row, found)


def _recreated(row: Row, found: Found) -> bool:
    return bool(row.topic_id and found.topic_id) and row.topic_id != found.topic_id


def _of_row(name: str, row: Row, found: Found) -> Verdict:
    end, committed = row.upto + 1, found.committed
    if committed == end or row.accepted:
        return _within(name, end, row.read, found, replay=committed != end)
    if committed == row.since and not row.settled:
        return _within(name, end, row.read, found, replay=True)
    if committed is not None and committed > end:
        raise JournalError(
            f"journal row {name} ends at {row.upto} and began at {row.since}, yet the broker has "
            f"offset {committed}: the database is from the past, or its offsets were moved"
        )
    if committed is None and row.settled and row.topic_id and row.topic_id == found.topic_id:
        # The offset has expired; the row knows as much, of the very same topic.
        return _within(name, end, row.read, found, replay=end <= found.high)
    why = (
        f"journal row {name} ends at {row.upto} and began at {row.since}, "
        f"yet the broker has offset {committed}: the topic or its offsets were reset"
    )
    # A row that goes beyond the end is of another topic, of which nothing has been read.
    start = max(end, found.low) if end <= found.high else found.low
    return _held("reset", why, max(0, start - max(end, row.read)), start)


def _within(name: str, at: int, read: int, found: Found, *, replay: bool = False) -> Verdict:
    """The verdict where row and commit agree on `at`: is that still within the partition?"""
    if at > found.high:
        lost = found.high - found.low
        why = (
            f"{name} ends at {found.high}, before offset {at} from which it is read: its log was "
            f"truncated, and at most {lost} offsets that it holds were never read"
        )
        return Verdict(at, replay, Hold("truncated", why, lost, found.high))
    # Markers of transactions are offsets without a message: an idle worker has read past them.
    seen = max(at, read)
    if found.low > seen:
        lost = found.low - seen
        why = f"{name} begins at {found.low}: at most {lost} offsets from {seen} on were never read"
        return Verdict(at, replay, Hold("retention", why, lost, found.low))
    return Verdict(max(at, found.low), replay)


def _held(cause: str, why: str, lost: int, start: int) -> Verdict:
    return Verdict(start, hold=Hold(cause, why, lost, start))
