"""A key or certificate of a registration, with the time in which its signatures count.

A registration has it as text: the key alone, or a JSON object of `key`, `from`, `until` and
`revoked`. So records and their schemas are those of before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from credstream.contract.errors import Rejected

TIMES = ("from", "until", "revoked")
DAY_LETTERS = len("2026-12-31")


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """The text of a key, and its times in seconds since 1970; without them it always counts."""

    key: str
    start: float | None = None
    end: float | None = None
    revoked: float | None = None

    def fault(self, made: float, received: float) -> str:
        """Why a signature does not count; empty where it does.

        The end is that of signing; what a revoked key signed is false from then on, since whoever
        has it can write any signing time.
        """
        if self.revoked is not None and received >= self.revoked:
            return "the key that signed is revoked"
        if self.end is not None and made > self.end:
            return "the signature was made after the end of its key"
        if self.start is not None and made < self.start:
            return "the signature was made before the start of its key"
        return ""


def read_entry(text: str) -> KeyEntry:
    """The key of a text of a registration; raises ValueError for times that are none."""
    plain = _object(text)
    if "key" not in plain:
        return KeyEntry(text)
    if not isinstance(plain["key"], str) or not plain.keys() <= {"key", *TIMES}:
        raise ValueError("not a key with its times")
    return KeyEntry(
        plain["key"],
        _seconds(plain.get("from")),
        _seconds(plain.get("until"), at_end=True),
        _seconds(plain.get("revoked")),
    )


def texts_of(entries: Any, path: str) -> Any:
    """The entries with each object as text; raises Rejected where it is no key with its times."""
    if not isinstance(entries, Mapping):
        return entries
    return {name: _text(entry, f"{path}.{name}") for name, entry in entries.items()}


def _text(entry: Any, path: str) -> Any:
    text = json.dumps(entry, sort_keys=True) if isinstance(entry, Mapping) else entry
    if not isinstance(text, str):
        return text
    try:
        known = read_entry(text)
    except (ValueError, OverflowError) as error:
        detail = "a key, or an object of key, from, until and revoked (dates)"
        raise Rejected("registration.invalid", path, detail) from error
    if isinstance(entry, Mapping) and known.key == text:
        raise Rejected("registration.invalid", f"{path}.key", "the field is missing")
    return text


def _object(text: str) -> Mapping[str, Any]:
    if not text.lstrip().startswith("{"):
        return {}
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}


def _seconds(written: Any, *, at_end: bool = False) -> float | None:
    """A date or a time of ISO 8601, by UTC where it names no zone; a last day counts wholly."""
    if written is None:
        return None
    if not isinstance(written, str):
        raise ValueError("not a date")  # noqa: TRY004 - one error for all bad times
    moment = datetime.fromisoformat(written)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if at_end and len(written) == DAY_LETTERS:
        moment += timedelta(days=1, microseconds=-1)
    return moment.timestamp()
