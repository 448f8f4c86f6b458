"""The error of a command. It has a kind; exit codes are known to `interfaces` alone."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """Why a command ends without doing what it was asked for."""

    MISUSE = "misuse"
    REJECTED = "rejected"  # a file, or a change, was refused for what it says
    AWAY = "away"  # a server or a database does not answer, or refuses us
    UNDONE = "undone"  # a run ended before all it had sent was published or refused
    CONFIG = "config"


class CommandError(Exception):
    """What went wrong and what the user can do, in one line."""

    def __init__(self, text: str, kind: Kind = Kind.MISUSE) -> None:
        super().__init__(text)
        self.kind = kind
