"""`credstream topics`: creates topics and schemas, compares them with the tables, lists them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, fields
from pathlib import Path

from credstream.contract.schemas import IDS
from credstream.exchange import topics
from credstream.exchange.target import target_of
from credstream.exchange.topics import ExistingTopic
from credstream.interfaces.cli import terminal
from credstream.interfaces.cli.exit_codes import UNDONE
from credstream.kafka.admin import Drift


def create_topics(folder: Path, replicas: int, *, repair: bool, as_json: bool) -> int:
    """Create what is missing; 5 where an existing topic differs from the table."""
    target = target_of(folder)
    created = topics.create(target, replicas)
    found = topics.topic_differences(target, replicas)
    repaired = topics.repair(target, found) if repair else []
    left = topics.topic_differences(target, replicas) if repaired else found
    changes = {
        "created": created.topics,
        "registered": created.schemas,
        "repaired": repaired,
    }
    lines = [f"{what} {name}" for what, names in changes.items() for name in names]
    _print(changes, left, lines or ["nothing was missing"], as_json=as_json)
    return UNDONE if left else 0


def check_topics(folder: Path, replicas: int | None, *, as_json: bool) -> int:
    """Compare topics and schemas with this version; 5 where they differ."""
    target = target_of(folder)
    found = topics.differences(target, replicas)
    count = len(topics.expected(target))
    lines = [] if found else [f"{count} topics and {len(IDS)} schemas are as they should be"]
    _print({}, found, lines, as_json=as_json)
    return UNDONE if found else 0


def list_topics(folder: Path, *, as_json: bool) -> int:
    """List the exchange's topics that exist, with what the table says of each."""
    existing = topics.existing(target_of(folder))
    titles = tuple(field.name for field in fields(ExistingTopic))
    rows = [astuple(topic) for topic in existing]
    terminal.print_records(existing, titles, rows, as_json=as_json)
    return 0


def _print(
    changes: Mapping[str, Sequence[str]],
    differences: Iterable[Drift],
    lines: Iterable[str],
    *,
    as_json: bool,
) -> None:
    rows = [
        {
            "topic": drift.topic,
            "what": drift.what,
            "found": drift.found,
            "wanted": drift.wanted,
            "do": drift.how_to_mend,
        }
        for drift in differences
    ]
    if as_json:
        sys.stdout.write(json.dumps({**changes, "drift": rows}, indent=2) + "\n")
        return
    for line in lines:
        sys.stdout.write(f"{line}\n")
    for row in rows:
        found = f" is {row['found']}" if row["found"] else ""
        should = f", should be {row['wanted']}" if row["wanted"] else ""
        sys.stdout.write(f"{row['topic']}: {row['what']}{found}{should}; {row['do']}\n")
