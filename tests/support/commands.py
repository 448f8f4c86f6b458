"""The `credstream` command as its users start it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.waiting import GIVE_UP_SECONDS

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
COMMAND = (sys.executable, "-c", "from credstream.interfaces.cli.main import main; main()")
# Wide enough that no table is cut.
COLUMNS = {"COLUMNS": "200"}


def credstream(
    *words: str | Path, timeout: float = GIVE_UP_SECONDS, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run the command and wait for it."""
    return subprocess.run(
        [*COMMAND, *map(str, words)],
        env={**os.environ, **COLUMNS, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
