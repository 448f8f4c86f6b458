"""Has ingest accept once more what it had accepted and what was lost behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from credstream.contract import topics
from credstream.contract.records import Receipt
from credstream.contract.topics import KINDS
from credstream.exchange.databases import require_table, url_of
from credstream.exchange.errors import CommandError
from credstream.exchange.republish import Wanted
from credstream.exchange.sending import connected
from credstream.exchange.target import Target, target_of
from credstream.kafka.metadata import MetadataClient
from credstream.kafka.sender import Outgoing
from credstream.kafka.whole_topic import read_topic
from credstream.storage.engine import open_engine, transaction
from credstream.storage.statements import upsert
from services.ingest.event import submission_of
from services.ingest.tables import LOST

GROUP = "republish"
# What a provider is told last of a submission.
ENDED = frozenset({"published", "refused", "held", "out_of_scope"})


@dataclass(frozen=True, slots=True)
class Resubmitted:
    """Keys without an ending, submissions that were sent again, and those that are gone."""

    keys: int
    sent: int
    gone: tuple[str, ...]


def resubmit(wanted: Wanted, directory: Path, progress: Callable[[int], None]) -> Resubmitted:
    """Mark the keys whose last receipt is `accepted`, and send their submissions again.

    The same bytes go to the provider's own topic under the same id; ingest accepts the last content
    of a marked key once more, and no earlier one. What the topic no longer has is named: its key is
    marked, so that the provider may send it again. Raises CommandError, and Unavailable.
    """
    if wanted.provider is None:
        raise CommandError("ingest republishes for one provider at a time: add --provider")
    target = target_of(directory)
    topics_there = MetadataClient(target.cluster).fetch().topics
    if topics.receipts(wanted.provider) not in topics_there:
        raise CommandError(f"{wanted.provider} has no receipts: is it registered as a provider?")
    lost = _without_ending(target, wanted)
    _mark(set(lost), directory)
    submissions = set(lost.values())
    found = _send(target, wanted.provider, submissions, progress)
    return Resubmitted(len(lost), len(found), tuple(sorted(submissions - found)))


def _without_ending(target: Target, wanted: Wanted) -> dict[str, str]:
    """The keys that were accepted and of which nothing was heard since, with the submission."""
    open_keys: dict[str, str] = {}
    codec, topic = target.codec(), topics.receipts(str(wanted.provider))
    for message in read_topic(target.cluster, topic, GROUP):
        receipt = codec.decode(message.value, Receipt)
        if receipt.key is None or wanted.key not in (None, receipt.key):
            continue
        if receipt.status == "accepted" and receipt.at >= (wanted.since or 0):
            open_keys[receipt.key] = receipt.submission
        elif receipt.status in ENDED:
            open_keys.pop(receipt.key, None)
    return open_keys


def _mark(keys: set[str], directory: Path) -> None:
    with transaction(open_engine(url_of("ingest", directory))) as connection:
        require_table(connection, LOST, "ingest")
        upsert(connection, LOST, [{"key": key} for key in sorted(keys)])


def _send(
    target: Target, provider: str, submissions: set[str], progress: Callable[[int], None]
) -> set[str]:
    """Send each submission that the topic still has once more, in its order; which there are."""
    found: dict[str, Outgoing] = {}
    for topic in (topics.submissions(kind, provider) for kind in KINDS):
        for message in read_topic(target.cluster, topic, GROUP):
            submission = submission_of(message)
            if submission in submissions and message.value is not None:
                headers = tuple(message.headers)
                again = Outgoing(topic, message.value, message.key, headers)
                found.setdefault(submission, again)
    sender = connected(target)
    for count, again in enumerate(found.values(), 1):
        sender.send([again])
        progress(count)
    return set(found)
