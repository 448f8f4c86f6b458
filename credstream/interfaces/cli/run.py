"""`credstream run`: runs the whole exchange on this machine, and prints what happens."""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path

from credstream.exchange.local import examples as example_folder
from credstream.exchange.local.run import opened
from credstream.interfaces.cli.exit_codes import UNDONE
from credstream.interfaces.cli.run_report import console_for, line_of_event, report


def run_exchange(
    folder: Path,
    source: Path | None,
    stack: Path | None,
    *,
    keep: bool,
    fresh: bool,
    as_json: bool,
) -> int:
    """Run until every submission has ended; 0 when all did, 5 when some did not.

    `stack` is the file of real servers; without one the broker is embedded. With `keep` it runs
    until somebody stops it.
    """
    began = time.monotonic()
    console = console_for(stderr=as_json)
    examples = example_folder.read(source or example_folder.EXAMPLES)
    received: list[int] = []
    _stop_on_signals(received)
    with opened(folder, examples, stack, fresh=fresh) as run:
        console.print(
            f"credstream on {run.processes.backend.description}.\n"
            "Credentials are sealed with a test certificate of this folder's own."
        )
        run.start(examples)
        for event in run.until_done(lambda: bool(received)):
            console.print(line_of_event(event))
        entries = run.watch.write_summary()
        report(console, folder, entries, time.monotonic() - began)
        if as_json:
            sys.stdout.write(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
        while keep and not received:
            for event in run.turn():
                console.print(line_of_event(event))
            run.watch.write_summary()
        return 0 if run.watch.all_ended else UNDONE


def _stop_on_signals(received: list[int]) -> None:
    """Ctrl-C and SIGTERM end the run after its current turn, so that its services are stopped."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: received.append(number))
