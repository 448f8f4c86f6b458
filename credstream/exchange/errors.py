"""What a command cannot do, and of which kind that is; only `interfaces` knows exit codes."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """Why a command ends without what was asked for."""

    MISUSE = "misuse"
    REJECTED = "rejected"
    AWAY = "away"
    UNDONE = "undone"
    CONFIG = "config"


class CommandError(Exception):
    """Something that the user has to know, with a way out in its text."""

    def __init__(self, text: str, kind: Kind = Kind.MISUSE) -> None:
        super().__init__(text)
        self.kind = kind
