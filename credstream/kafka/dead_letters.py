"""What a dead letter carries beside its bytes: why it is one, and where it came from."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version

from credstream.contract.values import Reason

VERSION = version("credstream")
MARK = "credstream_dlq_"

Headers = tuple[tuple[str, bytes], ...]


def marked(
    headers: Iterable[tuple[str, bytes]],
    reason: Reason,
    stage: str,
    place: tuple[str, int, int],
    at: int,
) -> Headers:
    """A message's own headers and ours; `place` is topic, partition and offset, `at` its time.

    A replayed dead letter still carries the marks of its first end: they are replaced.
    """
    topic, partition, offset = place
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
    told = tuple(
        (f"{MARK}{name}", value.encode("utf-8", "replace")) for name, value in facts.items()
    )
    given = tuple(pair for pair in headers if not pair[0].startswith(MARK))
    return (*given, *told)
