"""Shows which identifiers lead to one learner, and takes such a link back."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from credstream.exchange import learners
from credstream.exchange.learners import Link, Wanted
from credstream.interfaces.cli import terminal

TITLES = ("identifier", "leads to", "said by", "counts for", "since")
LETTERS = 12


def show_links(wanted: Wanted, directory: Path, most: int, *, as_json: bool) -> int:
    """Print links by the beginnings of their HMACs; no identifier itself is known here."""
    links = learners.links(wanted, directory, most)
    terminal.print_records(links, TITLES, [_row(link) for link in links], as_json=as_json)
    if len(links) == most:
        terminal.warn(f"only the first {most} links are shown: see --most")
    return 0


def take_back(
    identifier: str, target: str, provider: str, directory: Path, *, as_json: bool
) -> int:
    """Take a link back, and say what follows."""
    link = learners.unlink(identifier, target, provider, directory)
    line = (
        f"taken back: {link.identifier[:LETTERS]} no longer leads to {link.target[:LETTERS]}; "
        "normalise moves its awards"
    )
    sys.stdout.write(f"{json.dumps(asdict(link)) if as_json else line}\n")
    return 0


def _row(link: Link) -> tuple[str, ...]:
    counts = "all providers" if link.trusted else "its own awards"
    since = datetime.fromtimestamp(link.said_at / 1000, UTC).date().isoformat()
    return (
        link.identifier[:LETTERS],
        link.target[:LETTERS],
        link.provider or "inherited",
        "nothing: taken back" if link.taken_back else counts if link.provider else "all providers",
        since if link.said_at else "",
    )
