"""Users of the cluster: `credstream service` and what `credstream provider` does for its own."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path

from rich.table import Table

from credstream.contract import rights
from credstream.contract.records import Provider
from credstream.contract.topics import SERVICES
from credstream.exchange.errors import CommandError
from credstream.exchange.target import Target, target_of
from credstream.interfaces.cli.exit_codes import guarded
from credstream.interfaces.cli.terminal import console
from credstream.kafka import quotas
from credstream.kafka.admin import Admin


def add_service(name: str, folder: Path, password_file: Path | None, *, as_json: bool) -> int:
    """Make the user of a service with its least rights, and show or keep its password."""
    _known(name)

    def work() -> int:
        exchange = target_of(folder)
        _refuse_embedded(exchange)
        file = password_file or Path(f"{rights.user_of_service(name)}.password")
        password_of(exchange, name, file)
        told = {"user": rights.user_of_service(name), "password_file": str(file)}
        words = f"{told['user']} may do its work; its password is in {file}\n"
        sys.stdout.write(json.dumps(told) + "\n" if as_json else words)
        return 0

    return guarded(work)


def show_rights(name: str, *, as_json: bool) -> int:
    """List what a service may do on the cluster."""
    _known(name)
    rows = [
        {
            "resource": each.resource,
            "name": f"{each.name}{'*' if each.prefixed else ''}",
            "operation": each.operation,
        }
        for each in rights.of_service(name)
    ]
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in rows[0]:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*row.values())
    console().print(table)
    return 0


def password_of(exchange: Target, service: str, file: Path) -> Path:
    """Make a service's user with the password in a file, which is made where it is missing."""
    try:
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_hex(16))
        password = file.read_text("utf-8").strip()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    admin, user = Admin(exchange.cluster), rights.user_of_service(service)
    admin.set_password(user, password)
    admin.set_rights(user, rights.of_service(service))
    return file


def enrol(exchange: Target, provider: Provider, *, new_password: bool) -> str | None:
    """User, rights and quota of a provider by its registration; the password where it is new."""
    admin, user = Admin(exchange.cluster), rights.user_of_provider(provider.id)
    suspended = provider.status != "active"
    admin.set_rights(user, rights.of_provider(provider.kind, provider.id, suspended=suspended))
    quotas.set_quotas(
        exchange.cluster,
        user,
        {
            quotas.PRODUCER: rights.PRODUCER_BYTES_PER_SECOND,
            quotas.CONSUMER: rights.CONSUMER_BYTES_PER_SECOND,
        },
    )
    if not new_password and admin.has_password(user):
        return None
    password = secrets.token_hex(16)
    admin.set_password(user, password)
    return password


def _known(name: str) -> None:
    if name not in SERVICES:
        raise CommandError(f"no service is called {name}; there are {', '.join(SERVICES)}")


def _refuse_embedded(exchange: Target) -> None:
    if exchange.embedded:
        raise CommandError("the embedded broker knows no users: everybody may do everything there")
