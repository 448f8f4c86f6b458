"""`python -m deploy.kafka get|up|down|status`; `make kafka-up` and its sisters call it."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from deploy.kafka import brokers, stack
from deploy.kafka.layout import Layout, StackError, found


def main() -> int:
    """0 done, 1 something is missing or down."""
    asked = _arguments()
    layout = found(asked.dir, asked.port, asked.nodes)
    try:
        if asked.what == "up":
            began = time.monotonic()
            stack.up(layout)
            sys.stderr.write(f"up in {time.monotonic() - began:.1f} s\n")
        elif asked.what == "down":
            stack.down(layout, wipe=asked.wipe)
            return 0
        elif asked.what == "get":
            stack.get(layout)
            return 0
        return _show(layout)
    except StackError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _show(layout: Layout) -> int:
    rows = stack.status(layout)
    for name, where, process in rows:
        state = f"process {process}" if process else "not running"
        sys.stdout.write(f"{name:12}{state:16}{where}\n")
        if not process and (why := brokers.last_words(layout.log(name))):
            sys.stdout.write(f"{'':12}{why}\n")
    sys.stdout.write(f"addresses and passwords: {layout.folder}/stack.json\n")
    return 0 if all(process for *_, process in rows) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="deploy.kafka", description=__doc__)
    parser.add_argument("what", choices=("get", "up", "down", "status"))
    parser.add_argument("--dir", type=Path, default=Path(".kafka"), help="folder of the stack")
    parser.add_argument("--port", type=int, help="first of its thousand ports (19000)")
    parser.add_argument("--nodes", type=int, choices=(1, 3), help="Kafka nodes (1)")
    parser.add_argument("--wipe", action="store_true", help="with down: remove the data too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
