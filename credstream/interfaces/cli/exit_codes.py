"""Exit codes of the command, and what becomes of the failures of a command's work."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from credstream.contract.errors import ActionNeeded, Rejected, Unavailable
from credstream.exchange.errors import CommandError, Kind

MISUSE, REJECTED, AWAY, UNDONE, CONFIG = 2, 3, 4, 5, 78
EXIT_CODES: Mapping[Kind, int] = {
    Kind.MISUSE: MISUSE,
    Kind.REJECTED: REJECTED,
    Kind.AWAY: AWAY,
    Kind.UNDONE: UNDONE,
    Kind.CONFIG: CONFIG,
}


def guarded(work: Callable[[], int]) -> int:
    """Run a command's work; what is away, or refuses, becomes one line and exit code 4."""
    try:
        return work()
    except ActionNeeded as failure:
        raise CommandError(str(failure), Kind.AWAY) from failure
    except Unavailable as failure:
        raise CommandError(f"{failure}; is the exchange running?", Kind.AWAY) from failure
    except Rejected as refusal:
        raise CommandError(str(refusal), Kind.REJECTED) from refusal
