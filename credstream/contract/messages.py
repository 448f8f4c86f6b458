"""What a step is given and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from credstream.contract.values import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One message as a step sees it; `record` is what the stage's reader made of its bytes.

    `at` is the broker's time of the message in milliseconds since the epoch.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    at: int
    record: Any = None

    def header(self, name: str) -> str | None:
        """The first header of a name as text, None where there is none."""
        return next((v.decode("utf-8", "replace") for n, v in self.headers if n == name), None)


@dataclass(frozen=True, slots=True)
class Emit:
    """A record for a topic under a key."""

    topic: str
    key: str
    record: object


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step decided: records for topics, and rows for the service's own tables.

    `unread` says why parts of the message are left out: they end as a refusal does, with the
    whole message on the dead-letter topic, while the other parts go on.
    """

    emits: tuple[Emit, ...] = ()
    rows: tuple[object, ...] = field(default=())
    unread: tuple[Reason, ...] = ()
