"""Send files to a provider's own topic, and receive their receipts."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from credstream.contract import rights, topics
from credstream.contract.codec import Codec
from credstream.contract.errors import Rejected, Unavailable
from credstream.contract.identity import file_id
from credstream.contract.messages import Incoming, Partition
from credstream.contract.progress import SubmissionProgress
from credstream.contract.records import Receipt
from credstream.kafka.cluster import Cluster
from credstream.kafka.sender import Outgoing, Sender
from credstream.process import timeouts
from credstream.sdk.assigned import AssignedPartitions

# The largest file: a message needs room for its headers too.
LARGEST = topics.max_bytes(topics.submissions(topics.KINDS[0], "some")) - topics.KIB


class UnknownProviderError(Exception):
    """No topic of the provider can be seen."""


class NoReceiptError(Exception):
    """Some submissions did not end in time.

    `open` are their ids; `unread` says why the last unreadable receipt could not be decoded.
    """

    def __init__(self, late: Collection[str], unread: str = "") -> None:
        super().__init__(f"{len(late)} submissions did not end in time")
        self.open = late
        self.unread = unread


@dataclass(frozen=True, slots=True)
class File:
    """One file to send; the same id is the same submission."""

    name: str
    value: bytes = field(repr=False)
    id: str


@dataclass(slots=True)
class Course:
    """How far some submissions are, by their receipts."""

    sent: Collection[str]
    progress: SubmissionProgress = field(default_factory=SubmissionProgress)

    def hear(self, receipt: Receipt) -> None:
        self.progress.take(receipt)

    @property
    def waiting(self) -> set[str]:
        """The submissions that have not ended."""
        endings = self.progress.endings
        return {id_ for id_ in self.sent if not self.progress.ended(id_, endings.get(id_, ()))}

    @property
    def quiet_seconds(self) -> float:
        """How long to listen for more after the last receipt."""
        receipts = (r for by_key in self.progress.endings.values() for r in by_key.values())
        held = any(receipt.status == "held" for receipt in receipts)
        return timeouts.HELD_QUIET_SECONDS if held else timeouts.QUIET_SECONDS


def file(provider: str, name: str, value: bytes, identity: str | None = None) -> File:
    """A file with the id that its name and content give, as `credstream run` makes them."""
    return File(name, value, identity or file_id(f"{provider}/{name}", value))


def send(cluster: Cluster, provider: str, files: Sequence[File], kind: str | None = None) -> None:
    """Send each file as one message; raises Unavailable, and UnknownProviderError.

    A normal return means that the broker has them all, and nothing more.
    """
    with AssignedPartitions(cluster, rights.user_of_provider(provider)) as reader:
        _send(cluster, topic_of(reader.visible(), provider, kind), files)


def submit(
    cluster: Cluster,
    codec: Codec,
    provider: str,
    files: Sequence[File],
    *,
    kind: str | None = None,
    seconds: float = timeouts.SUBMIT_SECONDS,
    say: Callable[[str], None] = lambda _words: None,
) -> Iterator[Receipt]:
    """Send files, and give their receipts until each file has ended.

    `say` is called with the reason of a wait, once for each reason. Raises Unavailable and
    UnknownProviderError as `send` does, and NoReceiptError for what has not ended after `seconds`.
    """
    with AssignedPartitions(cluster, rights.user_of_provider(provider)) as reader:
        visible, receipts = reader.visible(), topics.receipts(provider)
        topic = topic_of(visible, provider, kind)
        if receipts not in visible:
            raise UnknownProviderError(f"{receipts} is not there, or may not be read")
        begin = reader.ends((receipts, number) for number in range(visible[receipts]))
        reader.begin(begin)
        _send(cluster, topic, files)
        ids = {sent.id for sent in files}
        yield from _receipts(reader, codec, dict(begin), ids, seconds, say)


def topic_of(visible: Mapping[str, int], provider: str, kind: str | None = None) -> str:
    """The topic that a provider writes to; raises UnknownProviderError."""
    kinds = (kind,) if kind else topics.KINDS
    names = [topics.submissions(possible, provider) for possible in kinds]
    for name in names:
        if name in visible:
            return name
    words = " or ".join(names)
    raise UnknownProviderError(f"there is no topic {words}, or you may not write to it")


def _send(cluster: Cluster, topic: str, files: Sequence[File]) -> None:
    by_id = {file_.id: file_.value for file_ in files}
    Sender(cluster).send(
        [Outgoing(topic, value, headers=(("ce_id", id_.encode()),)) for id_, value in by_id.items()]
    )


def _receipts(
    reader: AssignedPartitions,
    codec: Codec,
    positions: dict[Partition, int],
    ids: set[str],
    seconds: float,
    say: Callable[[str], None],
) -> Iterator[Receipt]:
    course, unread = Course(ids), ""
    outage: Unavailable | None = None
    last = time.monotonic()
    until = last + seconds
    while course.waiting or time.monotonic() < last + course.quiet_seconds:
        try:
            read = reader.read(timeouts.RECEIPT_POLL_SECONDS)
            decoded = [(m, _decoded(m, codec)) for m in read if isinstance(m, Incoming)]
        except Unavailable as failure:
            if str(failure) != str(outage):
                say(f"waiting for receipts: {failure}")
            read, decoded, outage = [], [], failure
            time.sleep(timeouts.RECEIPT_RETRY_SECONDS)
            reader.begin(positions)
        outage = None if read else outage
        for message, receipt in decoded:
            positions[message.topic, message.partition] = message.offset + 1
            if isinstance(receipt, Rejected):
                unread = str(receipt)
            elif receipt.submission in ids:
                course.hear(receipt)
                last = time.monotonic()
                yield receipt
        if course.waiting and time.monotonic() > until:
            raise outage or NoReceiptError(course.waiting, unread)


def _decoded(message: Incoming, codec: Codec) -> Receipt | Rejected:
    try:
        receipt: Receipt = codec.decode(message.value, Receipt)
    except Rejected as refusal:
        return refusal
    return receipt
