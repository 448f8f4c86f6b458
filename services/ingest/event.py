"""The payload of a message: raw, or a CloudEvent in binary or structured mode."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from credstream.contract import identity
from credstream.contract.errors import Rejected
from credstream.contract.messages import Incoming
from credstream.formats.shared.json_text import read_json, read_text

# CloudEvents Kafka protocol binding 1.0.2, section 3.3: this media type in the header content-type
# marks structured mode; in binary mode attributes are headers that begin with ce_ (section 3.2.3).
STRUCTURED = "application/cloudevents+json"
# RFC 3339, as CloudEvents 1.0.2 ask for in section 3.1.2, and the day or minute alone.
TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Event:
    """The payload of a message, and the attributes of its CloudEvent, if it is one."""

    payload: bytes
    submission: str
    time: str | None = None
    provider: str | None = None


def event_of(message: Incoming) -> Event:
    """The payload of a message, raw or in a CloudEvent; raises Rejected for a broken CloudEvent."""
    value = message.value or b""
    if (message.header("content-type") or "").strip().lower().startswith(STRUCTURED):
        return _structured(message, value)
    return Event(
        value,
        _submission(message, message.header("ce_id")),
        stated_time(message.header("ce_time")),
        message.header("ce_providerid"),
    )


def submission_of(message: Incoming) -> str:
    """The id of a submission, also of one that cannot be read."""
    try:
        return event_of(message).submission
    except Rejected:
        return _submission(message, None)


def _structured(message: Incoming, value: bytes) -> Event:
    event = read_json(read_text(value))
    if not isinstance(event, dict) or "specversion" not in event:
        raise Rejected("format.invalid", "specversion", "no structured CloudEvent")
    return Event(
        _data(event),
        _submission(message, event.get("id")),
        stated_time(event.get("time")),
        str(event["providerid"]) if event.get("providerid") is not None else None,
    )


def _data(event: Mapping[str, Any]) -> bytes:
    """The data of a structured event: JSON event format 1.0.2, section 3.1."""
    packed = event.get("data_base64")
    if isinstance(packed, str):
        try:
            return base64.b64decode(packed, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Rejected("format.invalid", "data_base64", "not base64") from error
    data = event.get("data")
    return data.encode() if isinstance(data, str) else orjson.dumps(data)


def stated_time(given: object) -> str | None:
    """The text of a time as written; any other text, which would reach public streams, is None."""
    return given if isinstance(given, str) and TIME.fullmatch(given) else None


def _submission(message: Incoming, given: object) -> str:
    """The id that the provider gave, or one from the content where that could hold a person."""
    if isinstance(given, str) and identity.GIVEN_ID.fullmatch(given):
        return given
    return identity.submission_id(message.topic, message.value or b"")
