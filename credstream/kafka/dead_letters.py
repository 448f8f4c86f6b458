"""The headers of a dead letter: why the message was refused, and where it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import version

from credstream.contract.messages import MessageId
from credstream.contract.values import Reason

VERSION = version("credstream")
PREFIX = "credstream_dlq_"

# The attributes of CloudEvents in binary mode, and the type of the content.
READ_HEADERS = frozenset(
    {
        *("ce_id", "ce_specversion", "ce_type", "ce_source", "ce_time", "ce_providerid"),
        *("ce_dataschema", "content-type"),
    }
)
# As the form of a submission's id, which is no free text either.
PLAIN = re.compile(rb"[A-Za-z0-9._:/;=+-]{1,100}")

Headers = tuple[tuple[str, bytes], ...]


def dead_letter_headers(
    headers: Iterable[tuple[str, bytes]],
    reason: Reason,
    stage: str,
    message: MessageId,
    at: int,
) -> Headers:
    """Our headers, and those of the message that ingest reads; `at` is the message's time in ms.

    Other headers of a provider may hold anything, a learner's name too, and headers are shown and
    logged by tools that leave values alone. They are counted and left out; the message itself has
    them for as long as its topic keeps it (decision 0031). A dead letter that was sent once more
    still carries our headers of its first end: they are replaced.
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
    theirs = [(name, value) for name, value in headers if not name.startswith(PREFIX)]
    kept = tuple((name, value) for name, value in theirs if _is_plain(name, value))
    if left_out := len(theirs) - len(kept):
        facts["headers_left_out"] = str(left_out)
    own = tuple((PREFIX + name, text.encode("utf-8", "replace")) for name, text in facts.items())
    return (*kept, *own)


def _is_plain(name: str, value: bytes) -> bool:
    """Whether it is a header that ingest reads, with a value that is no free text."""
    return name in READ_HEADERS and PLAIN.fullmatch(value) is not None
