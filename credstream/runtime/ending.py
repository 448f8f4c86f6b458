"""The end of a process that does not know any more what state it is in."""

from __future__ import annotations

import os
import sys

from credstream.process import in_hand
from credstream.process.logs import logger

GIVE_UP = 70  # EX_SOFTWARE of sysexits.h: the supervisor restarts us from a known state


def end(event: str, error: BaseException | None, *, to_blame: bool = False) -> None:
    """End the process at once: after a restart the journal says where to go on.

    `to_blame` where the message in hand may be the cause: its death is counted.
    """
    if not to_blame:
        in_hand.clear_all()
    logger().critical(event, error=type(error).__name__ if error else None, why=str(error or ""))
    sys.stdout.flush()
    os._exit(GIVE_UP)
