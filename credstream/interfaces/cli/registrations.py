"""`credstream provider`: registers providers, suspends and resumes them, lists them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from credstream.exchange import registrations
from credstream.exchange.files import registration
from credstream.exchange.registrations import Enrolment
from credstream.exchange.target import target_of
from credstream.interfaces.cli import terminal


def add_providers(
    files: Sequence[Path], folder: Path, *, replicas: int, new_password: bool, as_json: bool
) -> int:
    """Register providers by files; every file is read before the first one is published."""
    providers = [registration(path) for path in files]

    enrolled = registrations.add(target_of(folder), providers, replicas, new_password=new_password)
    _print_enrolled(enrolled, as_json=as_json)
    return 0


def set_status(provider: str, status: str, folder: Path, *, as_json: bool) -> int:
    """Suspend a provider, or make it active again."""
    registrations.set_status(target_of(folder), provider, status)
    terminal.print_ids(status, [provider], as_json=as_json)
    return 0


def list_providers(folder: Path, *, as_json: bool) -> int:
    """List the providers that ingest knows."""
    records = registrations.known_to_ingest(folder)
    rows = [(p.id, p.kind, p.country, p.status, p.name) for p in records]
    titles = ("id", "kind", "country", "status", "name")
    terminal.print_records(records, titles, rows, as_json=as_json)
    return 0


def _print_enrolled(enrolled: Sequence[Enrolment], *, as_json: bool) -> None:
    if as_json:
        ids = [each.provider for each in enrolled]
        users = [asdict(each) for each in enrolled]
        sys.stdout.write(json.dumps({"registered": ids, "users": users}) + "\n")
        return
    for each in enrolled:
        sys.stdout.write(f"registered {each.provider}\n")
        if each.password:
            sys.stdout.write(
                f"user {each.user}, password {each.password}: it is shown only this once\n"
            )
