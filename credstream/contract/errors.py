"""The two ways a message can fail, named for what can be done about it.

Failure
├── Rejected      the message is bad for ever: dead letter, and a receipt a person can act on
└── Unavailable   something we need is away: roll back, wait, try the same batch again
    └── ActionNeeded   waiting alone does not help: the text says what somebody has to change
"""

from __future__ import annotations


class Failure(Exception):
    """Base of both; caught by name nowhere."""


class Rejected(Failure):
    """Bad content. `code` is from `contract.reasons`, `path` points into the payload.

    `detail` is shown to the provider and written to headers and logs: it never holds a
    person's data.
    """

    def __init__(self, code: str, path: str = "", detail: str = "") -> None:
        super().__init__(f"{code} at {path or '/'}: {detail}" if detail else f"{code} at {path}")
        self.code = code
        self.path = path
        self.detail = detail


class Unavailable(Failure):
    """A database, registry or broker is away; nothing was decided about the message."""


class ActionNeeded(Unavailable):
    """What we need refuses until somebody changes something, such as a right; the text says what.

    Whoever works unattended goes on trying, as after Unavailable.
    """
