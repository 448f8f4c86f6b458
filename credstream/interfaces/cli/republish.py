"""Has a stage send once more what was lost behind it, and says how far it is."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from credstream.exchange.errors import CommandError
from credstream.exchange.republish import Wanted, republish
from credstream.exchange.resubmit import resubmit
from credstream.interfaces.cli import terminal
from credstream.interfaces.cli.exit_codes import UNDONE

SHOWN = 20


def send_again(stage: str, wanted: Wanted, directory: Path, *, as_json: bool) -> int:
    """Ask for it, and print how many keys; not all of it where submissions are gone."""
    if stage == "ingest":
        return _from_ingest(wanted, directory, as_json=as_json)
    count = republish(stage, wanted, directory, _progress("keys asked for"))
    line = f"{stage} sends {count} keys again; what is there already changes nothing"
    _print({"stage": stage, "keys": count}, line, as_json=as_json)
    return 0


def since_of(text: str | None) -> int | None:
    """A day or a time as ms since 1970; a time without a zone is UTC. Raises CommandError."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError("--since is a day (2026-11-30) or a time (2026-11-30T17:00)") from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)


def _from_ingest(wanted: Wanted, directory: Path, *, as_json: bool) -> int:
    done = resubmit(wanted, directory, _progress("submissions sent again"))
    line = f"{done.keys} keys had no ending; {done.sent} submissions are sent again"
    _print({"stage": "ingest", **asdict(done)}, line, as_json=as_json)
    if not done.gone:
        return 0
    names = ", ".join(done.gone[:SHOWN]) + (" …" if len(done.gone) > SHOWN else "")
    terminal.warn(f"the topic no longer has {len(done.gone)}: ask the provider to send {names}")
    return UNDONE


def _progress(what: str) -> Callable[[int], None]:
    def say(count: int) -> None:
        if count % 1000 == 0:
            terminal.warn(f"{count} {what}")

    return say


def _print(whole: Mapping[str, object], line: str, *, as_json: bool) -> None:
    sys.stdout.write(f"{json.dumps(whole) if as_json else line}\n")
