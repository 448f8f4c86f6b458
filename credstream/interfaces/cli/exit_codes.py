"""Exit codes of the command, and how it words what a command's work raises."""

from __future__ import annotations

from collections.abc import Mapping

from credstream.contract.errors import ActionNeeded, Rejected, Unavailable
from credstream.exchange.errors import CommandError, Kind
from credstream.process.settings import SettingsError

MISUSE, REJECTED, AWAY, UNDONE, CONFIG = 2, 3, 4, 5, 78
EXIT_CODES: Mapping[Kind, int] = {
    Kind.MISUSE: MISUSE,
    Kind.REJECTED: REJECTED,
    Kind.AWAY: AWAY,
    Kind.UNDONE: UNDONE,
    Kind.CONFIG: CONFIG,
}
# What a command may end with; anything else is a fault of ours and shows its traceback.
Failure = CommandError | Unavailable | Rejected | SettingsError
FAILURES = (CommandError, Unavailable, Rejected, SettingsError)


def code_of(failure: Failure) -> int:
    """The exit code of a command that ends with a failure."""
    if isinstance(failure, CommandError):
        return EXIT_CODES[failure.kind]
    if isinstance(failure, SettingsError):
        return CONFIG
    return AWAY if isinstance(failure, Unavailable) else REJECTED


def words_of(failure: Failure) -> str:
    """One line for the user, with a way out where the failure itself names none."""
    if isinstance(failure, Unavailable) and not isinstance(failure, ActionNeeded):
        return f"{failure}; is the exchange running? `credstream doctor` looks at everything"
    return str(failure)
