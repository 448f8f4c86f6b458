"""The doctor looks whether connections to other machines are encrypted, and servers verified."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from credstream.exchange.doctor.databases import Database
from credstream.exchange.doctor.findings import OFF, OK, Finding

VERIFIED = "verify-full"
TLS_PROTOCOLS = ("ssl", "sasl_ssl")


def checks(
    databases: Sequence[Database], registry: str, broker: str, protocol: str
) -> Iterator[Finding]:
    """What is not verified TLS; nothing is said of this machine's own addresses."""
    found = [finding for each in databases for finding in _database(each)]
    parts = urlsplit(registry)
    if registry and parts.scheme != "https" and not is_local(parts.hostname):
        found.append(_off("the registry is asked without TLS", "write its address with https"))
    if registry and parts.username is None and not is_local(parts.hostname):
        found.append(
            _off("the registry is asked without a login", "write https://user:password@host/path")
        )
    hosts = [address.rpartition(":")[0].strip("[]") for address in broker.split(",")]
    if protocol not in TLS_PROTOCOLS and not all(map(is_local, hosts)):
        found.append(_off("the broker is asked without TLS", "use the protocol sasl_ssl"))
    yield from found
    if not found:
        yield Finding("transport", OK, "nothing is sent to another machine without verified TLS")


def _database(database: Database) -> Iterator[Finding]:
    try:
        url = sa.make_url(database.url)
    except ArgumentError:
        return  # the check of the database says so
    if url.get_backend_name() != "postgresql" or is_local(url.host):
        return
    mode = url.query.get("sslmode")
    if mode != VERIFIED:
        what = f"{database.name}: the server is not verified (sslmode {mode or 'is not set'})"
        do = f"add ?sslmode={VERIFIED}&sslrootcert=/path/ca.pem to its URL"
        yield _off(what, do)


def _off(what: str, do: str) -> Finding:
    return Finding("transport", OFF, what, do)


def is_local(host: str | None) -> bool:
    """Whether a host is this machine; a socket has no host."""
    if host is None or host in ("", "localhost") or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
