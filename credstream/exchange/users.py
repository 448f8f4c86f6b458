"""Users of a cluster: services and providers, each with its least rights."""

from __future__ import annotations

import secrets
from pathlib import Path

from credstream.contract import rights
from credstream.contract.records import Provider
from credstream.exchange.errors import CommandError
from credstream.exchange.target import Target
from credstream.kafka import quotas
from credstream.kafka.users import Users


def add_service(target: Target, service: str, password_file: Path) -> Path:
    """Create a service's user or set its password and rights; where its password is.

    The password is read from the file, which is created with a new one where it is missing.
    """
    if target.embedded:
        raise CommandError("the embedded broker knows no users: everybody may do everything there")
    password = _password_in(password_file)
    users, user = Users(target.cluster), rights.user_of_service(service)
    users.set_password(user, password)
    users.set_rights(user, rights.service_rights(service))
    return password_file


def add_provider(target: Target, provider: Provider, *, new_password: bool) -> str | None:
    """Set user, rights and quota of a provider by its registration; the password if it is new."""
    users, user = Users(target.cluster), rights.user_of_provider(provider.id)
    suspended = provider.status != "active"
    users.set_rights(user, rights.provider_rights(provider.kind, provider.id, suspended=suspended))
    quotas.set_quotas(
        target.cluster,
        user,
        {
            quotas.PRODUCER: rights.PRODUCER_BYTES_PER_SECOND,
            quotas.CONSUMER: rights.CONSUMER_BYTES_PER_SECOND,
        },
    )
    # The broker has only a salted hash of a SCRAM password (RFC 5802, section 3), so that of an
    # existing user cannot be shown again: it is kept, or replaced.
    if not new_password and users.has_password(user):
        return None
    password = secrets.token_hex(16)
    users.set_password(user, password)
    return password


def _password_in(file: Path) -> str:
    try:
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_hex(16))
        return file.read_text("utf-8").strip()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
