"""`credstream service`: creates the user of a service, and lists what it may do."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from credstream.contract import rights
from credstream.exchange import users
from credstream.exchange.target import check_service, target_of
from credstream.interfaces.cli import terminal


def add_service(name: str, folder: Path, password_file: Path | None, *, as_json: bool) -> int:
    """Create the user of a service with its least rights; its password is in a file."""
    check_service(name)

    user = rights.user_of_service(name)
    file = password_file or Path(f"{user}.password")
    users.add_service(target_of(folder), name, file)
    if as_json:
        sys.stdout.write(json.dumps({"user": user, "password_file": str(file)}) + "\n")
    else:
        sys.stdout.write(f"{user} may do its work; its password is in {file}\n")
    return 0


def show_rights(name: str, *, as_json: bool) -> int:
    """List what a service may do on the cluster."""
    check_service(name)
    rows = [
        {
            "resource": right.resource,
            "name": f"{right.name}{'*' if right.prefixed else ''}",
            "operation": right.operation,
        }
        for right in rights.service_rights(name)
    ]
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return 0
    terminal.console().print(terminal.table(tuple(rows[0]), [tuple(row.values()) for row in rows]))
    return 0
