"""A hostile hour: `make attack`, or `python -m tests.chaos.attack --seconds 1800`.

Five providers send good events, one whatever hurts for the second half. One line of figures; it
exits 1 where a good event was lost, doubled or out of order, or a bad one got no receipt.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from tests.support import attack, databases, fleets


def main() -> int:
    """0 where every promise was kept."""
    parser = argparse.ArgumentParser(prog="tests.chaos.attack", description=__doc__)
    parser.add_argument("--seconds", type=float, default=1800, help="of each half")
    parser.add_argument("--rate", type=float, default=200, help="good events a second")
    parser.add_argument("--seed", type=int, default=20261130)
    asked = parser.parse_args()
    os.environ[databases.REAL] = "1"
    with (
        tempfile.TemporaryDirectory() as folder,
        fleets.started(Path(folder) / "fleet") as fleet,
    ):
        seen = attack.run(fleet, rate=asked.rate, seconds=asked.seconds, seed=asked.seed)
    sys.stdout.write(json.dumps(seen.figures()) + "\n")
    for violation in seen.violations[:20]:
        sys.stdout.write(f"  {violation}\n")
    return 1 if seen.violations else 0


if __name__ == "__main__":
    sys.exit(main())
