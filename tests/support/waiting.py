"""Waiting for a state: that it never comes is a failure, that it comes late is none."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Many times longer than anything takes that is waited for, also on a busy machine.
GIVE_UP_SECONDS = 120.0


def eventually(what: Callable[[], Any], seconds: float = GIVE_UP_SECONDS) -> Any:
    """The first true value of something; that it never comes is the failure, not that it is late."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end, f"not even after {seconds} s"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether a process is there and not only its remains."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[-1].split()[0]
    except OSError:
        return False
    return state != "Z"
