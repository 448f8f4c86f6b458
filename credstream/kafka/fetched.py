"""A message as the client hands it over, and what is read from it."""

from __future__ import annotations

import time
from collections.abc import Callable
from operator import methodcaller
from typing import NamedTuple, cast

from confluent_kafka import TIMESTAMP_LOG_APPEND_TIME, Message

from credstream.contract import topics
from credstream.contract.messages import Incoming

# Not `raw.headers()`: CPython (3.11 and later) makes a call in its loop that has run some times
# without a look whether the method failed. The list would be used, which ends the process, and the
# exception would be raised by whatever is called next. This way the result is checked each time.
_READ_HEADERS = methodcaller("headers")

Headers = list[tuple[str, str | bytes | None]] | None


class Fetched(NamedTuple):
    """A message of which nothing but its position and the kind of its time has been read."""

    topic: str
    partition: int
    offset: int
    stamped: bool
    raw: Message


def fetched_of(raw: Message) -> Fetched:
    topic, kind = raw.topic() or "", raw.timestamp()[0]
    # A provider may date its message as it likes, and by that time its certificate is judged.
    stamped = kind == TIMESTAMP_LOG_APPEND_TIME or topics.provider_of(topic) is None
    return Fetched(topic, raw.partition() or 0, raw.offset() or 0, stamped, raw)


def incoming_of(raw: Message, clock: Callable[[], float] = time.time) -> Incoming:
    """A message as a step sees it; headers that cannot be read are left out, and named.

    `clock` is for a submission without the broker's time.
    """
    try:
        # Once: for a name that is not UTF-8 confluent-kafka (2.16) returns a list with an empty
        # slot and sets an exception, and a second call returns the list alone.
        headers, unreadable = _READ_HEADERS(raw), ""
    except Exception:  # noqa: BLE001, whatever it is, the message is handled without headers
        headers, unreadable = None, "headers"
    return _incoming(raw, clock, cast("Headers", headers), unreadable)


def without_headers(raw: Message, clock: Callable[[], float] = time.time) -> Incoming:
    """A message whose headers must not be touched."""
    return _incoming(raw, clock, None, "headers")


def _incoming(
    raw: Message, clock: Callable[[], float], headers: Headers, unreadable: str
) -> Incoming:
    topic, partition, offset, stamped, _ = fetched_of(raw)
    return Incoming(
        topic=topic,
        partition=partition,
        offset=offset,
        key=_bytes(raw.key()),
        value=_bytes(raw.value()),
        headers=tuple((name, _bytes(value) or b"") for name, value in headers or ()),
        at=raw.timestamp()[1] if stamped else int(clock() * 1000),
        stamped=stamped,
        unreadable=unreadable,
    )


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
