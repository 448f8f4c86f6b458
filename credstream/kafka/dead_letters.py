"""The headers of a dead letter: why the message was refused, and where it came from."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version

from credstream.contract.messages import MessageId
from credstream.contract.values import Reason

VERSION = version("credstream")
PREFIX = "credstream_dlq_"

Headers = tuple[tuple[str, bytes], ...]


def dead_letter_headers(
    headers: Iterable[tuple[str, bytes]],
    reason: Reason,
    stage: str,
    message: MessageId,
    at: int,
) -> Headers:
    """The headers of a message, and ours; `at` is the time of the message in ms.

    A dead letter that was sent once more still carries our headers of its first end: they are
    replaced.
    """
    topic, partition, offset = message
    facts = {
        "reason": reason.code,
        "path": reason.path,
        "detail": reason.detail,
        "stage": stage,
        "topic": topic,
        "partition": str(partition),
        "offset": str(offset),
        "at": str(at),
        "version": VERSION,
    }
    own = tuple((PREFIX + name, text.encode("utf-8", "replace")) for name, text in facts.items())
    kept = tuple((name, value) for name, value in headers if not name.startswith(PREFIX))
    return (*kept, *own)
