"""`credstream accreditation`: publishes lists of accreditations, and lists what is known."""

from __future__ import annotations

import sys
from pathlib import Path

from credstream.exchange import lists
from credstream.exchange.target import target_of
from credstream.interfaces.cli import terminal


def load_accreditations(path: Path, name: str, folder: Path, *, as_json: bool) -> int:
    """Publish a list; each row that was left out is named on standard error."""
    found = lists.load(target_of(folder), path, name)
    for reason in found.left_out:
        sys.stderr.write(f"{path}: {reason.path}: {reason.code}: {reason.detail}\n")
    ids = [record.id for record in found.accreditations]
    terminal.print_ids("published", ids, as_json=as_json)
    return 0


def list_accreditations(folder: Path, *, as_json: bool) -> int:
    """List the accreditations that the service knows."""
    records = lists.known_to_accreditation(folder)
    rows = [
        (
            record.id,
            record.kind,
            " / ".join(record.organisation.name.values()),
            f"{record.issued_on or ''} - {record.withdrawn_on or record.expires_on or ''}",
            "withdrawn" if record.withdrawn_on else record.decision,
        )
        for record in records
    ]
    titles = ("id", "kind", "organisation", "in force", "state")
    terminal.print_records(records, titles, rows, as_json=as_json)
    return 0
