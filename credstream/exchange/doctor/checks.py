"""Checks of `credstream doctor` that ask no broker: settings, registry, databases, seal."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from sqlalchemy.exc import ArgumentError, DBAPIError

from credstream.contract import schemas
from credstream.contract.errors import Unavailable
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.target import Target
from credstream.kafka import registry
from credstream.process import diagnosis, timeouts
from credstream.process.diagnosis import Diagnosis
from credstream.process.settings import PREFIX, Settings, SettingsError, needed, secret_key
from credstream.storage import migrate
from credstream.storage.engine import open_engine, transaction
from credstream.storage.tables import BREAKER
from services.publisher import seal

OK, WRONG, UNKNOWN = "ok", "wrong", "unknown"
NEEDS: Mapping[str, tuple[str, ...]] = {
    "normalise": ("vault_url", "kek", "pseudonym_key"),
    "publisher": ("vault_url", "kek", "seal_key", "seal_certificate"),
}
SECRET_KEYS = ("kek", "pseudonym_key")
# So near to a setting's name that it was meant.
ALIKE = 0.9
STRANGER = "find out who registered the other version: deploy it too, or delete it there"
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line; `unknown` is what could not be looked at, because something is away."""

    group: str
    state: str
    what: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Base:
    """A database: what it is called, where it is, and its migrations."""

    name: str
    url: str
    where: tuple[Path, ...]


def check_of(group: str, found: Diagnosis) -> Finding:
    """What a diagnosis says; what only has to come back is unknown until then."""
    state = WRONG if found.wrong else UNKNOWN
    return Finding(group, state, found.what.removeprefix(f"{group} "), found.do)


def settings_checks(
    settings: Settings, services: tuple[str, ...], environ: Mapping[str, str] = os.environ
) -> Iterator[Finding]:
    """Variables that look misspelt, and what a service needs and has not; `services` to look at."""
    found = [*_misspelt(environ), *(each for name in services for each in _lacking(settings, name))]
    yield from found
    if not found:
        yield Finding("settings", OK, "variables are readable and fit together")


def base_checks(base: Base) -> Iterator[Finding]:
    """Whether a database is there and of this version, and whether a breaker is open in it."""
    command = f"credstream migrate {base.name}"
    file = base.url.removeprefix("sqlite:///") if base.url.startswith("sqlite:///") else ""
    if file and not Path(file).exists():  # to ask would make it
        yield Finding("databases", WRONG, f"{base.name}: there is no file {file}", command)
        return
    try:
        source = open_engine(base.url)
        migrate.check(source, base.where)
        yield Finding("databases", OK, f"{base.name} is of this version")
        yield from _breakers(source, base.name)
    except ArgumentError:
        do = "write it as postgresql+psycopg://user:password@host:port/name"
        yield Finding("databases", WRONG, f"{base.name}: its URL cannot be read", do)
    except migrate.SchemaError as error:
        what, _, do = str(error).rpartition("; " if "; " in str(error) else ": ")
        do = command if "migrate" in do else f"{do}: this version cannot go back"
        yield Finding("databases", WRONG, f"{base.name}: {what}", do)
    except Unavailable as failure:
        said = diagnosis.of_database(words_of(failure), base.url, _variable(base))
        yield check_of("databases", Diagnosis(f"{base.name}: {said.what}", said.do, said.wrong))


def registry_checks(exchange: Target) -> Iterator[Finding]:
    """Whether the registry answers, and has each schema of this version with its level."""
    url = exchange.registry
    if not url:
        yield Finding("registry", OK, "none is set: the built-in ids are used")
        return
    seconds = timeouts.REGISTRY_SECONDS
    client = SchemaRegistryClient({"url": url, "timeout": seconds, "max.retries": 0})
    ours = registry.SchemaRegistry(url)
    try:
        failed = _unreached(client, url)
        if failed is not None:
            yield check_of("registry", failed)
            return
        found = [each for name in schemas.IDS for each in _schema(client, ours, name)]
        yield from found
        if not found:
            yield Finding("registry", OK, f"has {len(schemas.IDS)} schemas of this version")
    except Unavailable as failure:
        yield Finding("registry", UNKNOWN, str(failure), "look at its log and at its database")
    finally:
        ours.close()
        client.close()


def seal_checks(settings: Settings, place: ExchangeFolder) -> Iterator[Finding]:
    """Whether the seal's key fits its certificate, and for how long that is in force."""
    key, certificate = settings.seal_key, settings.seal_certificate
    if not key and (place.secrets / "seal.pem").exists():
        key = (place.secrets / "seal.key").read_text("utf-8")
        certificate = (place.secrets / "seal.pem").read_text("utf-8")
    if not key or not certificate:
        return
    try:
        sealer = seal.load(key.encode(), certificate.encode())
    except ValueError as error:
        do = "correct CREDSTREAM_SEAL_KEY and CREDSTREAM_SEAL_CERTIFICATE"
        yield Finding("seal", WRONG, str(error), do)
        return
    leaf = sealer.chain[0]
    yield in_force(
        "seal", "the seal's certificate", leaf.not_valid_before_utc, leaf.not_valid_after_utc
    )


def in_force(group: str, name: str, begins: datetime, ends: datetime) -> Finding:
    """A certificate's time; one that ends soon is wrong already."""
    now = datetime.now(UTC)
    if now < begins:
        return Finding(group, WRONG, f"{name} begins at {begins:%Y-%m-%d}", "look at the clock")
    if now > ends:
        return Finding(group, WRONG, f"{name} ended at {ends:%Y-%m-%d}", "install a new one")
    if ends - now < SOON:
        return Finding(group, WRONG, f"{name} ends at {ends:%Y-%m-%d}", "install a new one before")
    return Finding(group, OK, f"{name} is in force until {ends:%Y-%m-%d}")


def _variable(base: Base) -> str:
    return f"{PREFIX}{'VAULT' if base.where == migrate.VAULT else 'DATABASE'}_URL"


def words_of(failure: BaseException) -> str:
    """The driver's own words behind an Unavailable; without statement and parameters."""
    cause = failure.__cause__
    origin = cause.orig if isinstance(cause, DBAPIError) else cause
    return str(origin or failure)


def _misspelt(environ: Mapping[str, str]) -> Iterator[Finding]:
    known = [PREFIX + each.name.upper() for each in fields(Settings)]
    known += [f"{name}_FILE" for name in known]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            meant = difflib.get_close_matches(name, known, 1, ALIKE)
            if meant:
                yield Finding("settings", WRONG, f"{name} is no setting", f"write {meant[0]}")


def _lacking(settings: Settings, service: str) -> Iterator[Finding]:
    for name in ("database_url", *NEEDS.get(service, ())):
        try:
            text = needed(settings, name)
            if name in SECRET_KEYS:
                secret_key(name.upper(), text)
        except SettingsError as error:
            words = str(error).partition(";")[0]
            yield Finding("settings", WRONG, f"{service}: {words}", f"set {PREFIX}{name.upper()}")


def _breakers(source: sa.Engine, service: str) -> Iterator[Finding]:
    with transaction(source) as connection:
        if not sa.inspect(connection).has_table(BREAKER.name):  # the vault has none
            return
        rows = connection.execute(sa.select(BREAKER)).all()
    for row in rows:
        what = f"the breaker of {row.worker} is open: {row.reason}"
        yield Finding("breaker", WRONG, what, f"remove the cause, then credstream resume {service}")


def _unreached(client: SchemaRegistryClient, url: str) -> Diagnosis | None:
    """None where a registry answers there."""
    import httpx2
    from confluent_kafka.schema_registry.error import SchemaRegistryError

    try:
        client.get_subjects()
    except SchemaRegistryError as error:
        return diagnosis.of_registry(str(error.http_status_code), url)
    except (httpx2.HTTPError, OSError, ValueError) as error:
        return diagnosis.of_registry(type(error).__name__, url)
    return None


def _schema(
    client: SchemaRegistryClient, ours: registry.SchemaRegistry, name: str
) -> Iterator[Finding]:
    state = ours.state(name)
    if not state:
        return
    subject, do = registry.subject(name), "credstream topics create"
    if "other versions" in state:
        goes: Callable[..., bool] = client.test_compatibility
        fits = goes(subject, Schema(schemas.text(name), "AVRO"))
        state = state if fits else "holds a version that this one does not go with"
        do = f"{do}; if that is refused, {STRANGER}" if fits else STRANGER
    yield Finding("registry", WRONG, f"schema {subject} {state}", do)
