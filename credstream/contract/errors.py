"""The two ways in which a message can fail, each with what can be done about it.

Failure
├── Rejected      the message is invalid for ever: dead letter, and a receipt with what to correct
└── Unavailable   a database, registry or broker is away: roll back, wait, try the batch again
    └── ActionNeeded   it refuses until somebody changes something: the text says what
"""

from __future__ import annotations


class Failure(Exception):
    """Base of both; no code catches it by this name."""


class Rejected(Failure):
    """Invalid content. `code` is from `contract.reasons`, `path` is the place in the payload.

    `detail` is shown to the provider and written to headers and logs: it never contains a
    person's data.
    """

    def __init__(self, code: str, path: str = "", detail: str = "") -> None:
        super().__init__(f"{code} at {path or '/'}: {detail}" if detail else f"{code} at {path}")
        self.code = code
        self.path = path
        self.detail = detail


class Unavailable(Failure):
    """A database, registry or broker is away; nothing was decided about the message.

    `cause` is one of `process.error_catalogue.CAUSES`, by default the broker.
    """

    def __init__(self, text: str, cause: str = "broker") -> None:
        super().__init__(text)
        self.cause = cause


class ActionNeeded(Unavailable):
    """A server refuses until somebody changes something, such as a right; the text says what.

    A process that runs unattended retries, as after Unavailable.
    """
