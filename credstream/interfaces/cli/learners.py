"""Shows which identifiers lead to one learner, and takes such a link back."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import typer

from credstream.exchange import learners
from credstream.exchange.learners import Link, Wanted
from credstream.interfaces.cli import terminal
from credstream.interfaces.cli.exit_codes import MISUSE

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


def erase(award: str, directory: Path, *, sure: bool, as_json: bool) -> int:
    """Erase the learner of an award; 2 where the operator declines."""
    learner = learners.learner_of(award, directory)
    if not sure:
        terminal.warn(
            f"The key of the learner is deleted. Awards that become unreadable: {learner.awards}. "
            "What a provider sends of the person later is refused. This cannot be taken back."
        )
        if typer.prompt("Key of the award (type it again)") != award:
            terminal.warn("nothing is erased")
            return MISUSE
    learners.erase(learner, directory)
    line = (
        f"erased; awards of the learner: {learner.awards}; what was published keeps its pseudonym"
    )
    sys.stdout.write(f"{json.dumps({'awards': learner.awards}) if as_json else line}\n")
    return 0


def erase_again(directory: Path, *, as_json: bool) -> int:
    """Erase again what an old copy of the vault brought back."""
    count = learners.erase_again(directory)
    line = f"{count} learners are erased again"
    sys.stdout.write(f"{json.dumps({'learners': count}) if as_json else line}\n")
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
