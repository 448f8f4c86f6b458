"""What a rehearsal may know: an exchange's own tables, or else the shipped examples."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from credstream.contract.records import Accreditation, Normalised, Provider
from credstream.exchange.dry_run.pipeline import definitions_in
from credstream.exchange.dry_run.result import Known
from credstream.exchange.errors import CommandError, Kind
from credstream.exchange.files import list_file
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.local.examples import EXAMPLES, list_files, registrations_in
from services.accreditation.organisations import tokens
from services.normalise.facts import HeldDefinition

UNREGISTERED = "try"
NOWHERE = "ZZ"


def known_in(folder: Path, provider: str, at: int) -> Known:
    """What the folder knows; raises CommandError: no such provider, or unreadable tables."""
    place = ExchangeFolder(folder)
    if place.database("ingest").exists():
        return _stored(place, provider)
    return _shipped(provider, at)


def _stored(place: ExchangeFolder, name: str) -> Known:
    """Read without a trace: no engine, no migration, no lock."""
    from credstream.contract.codec import Codec

    codec = Codec()
    ids = [row[0] for row in _rows(place, "ingest", "SELECT id FROM providers")]
    own = _rows(place, "ingest", "SELECT record FROM providers WHERE id IN (?)", [name])
    provider = codec.decode(own[0][0], Provider) if own else _made_up(name, ids, place.folder)
    listed = _rows(place, "accreditation", "SELECT 1 FROM accreditations LIMIT 1")

    def definitions(keys: set[str]) -> Mapping[str, Any]:
        query = (
            "SELECT key, since, registered, record FROM definitions WHERE key IN (?) "
            "ORDER BY key, since"
        )
        found: dict[str, tuple[Any, ...]] = {}
        for key, since, registered, blob in _rows(place, "normalise", query, sorted(keys)):
            record = codec.decode(blob, Normalised)
            version = HeldDefinition(
                record.definition, record.account.provenance, bool(registered), since
            )
            found[key] = (*found.get(key, ()), version)
        return found

    def accreditations(tokens: set[str]) -> Mapping[str, tuple[Accreditation, ...]]:
        query = (
            "SELECT token, record FROM accreditation_tokens JOIN accreditations USING (id) "
            "WHERE token IN (?)"
        )
        rows = _rows(place, "accreditation", query, sorted(tokens))
        return _grouped((token, codec.decode(record, Accreditation)) for token, record in rows)

    return Known(
        provider=provider,
        definitions=definitions,
        accreditations=accreditations,
        loaded=bool(listed),
    )


def _rows(
    place: ExchangeFolder, service: str, query: str, values: Sequence[str] | None = None
) -> list[Any]:
    """The rows of a query, whose `(?)` takes all values; none where there is no database."""
    path = place.database(service)
    if not path.exists() or values == []:
        return []
    # Without a log beside it nobody writes, and `immutable` leaves no files of ours behind.
    mode = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    marks = ", ".join("?" * len(values or ()))
    try:
        uri = f"{path.resolve().as_uri()}?{mode}"
        with closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
            return connection.execute(query.replace("(?)", f"({marks})"), values or ()).fetchall()
    except sqlite3.Error as error:
        raise CommandError(f"cannot read {path}: {error}", Kind.AWAY) from error


def _shipped(name: str, at: int) -> Known:
    found = {each.id: each for each in registrations_in(EXAMPLES)}
    provider = found.get(name) or _made_up(name, found, EXAMPLES)
    listed = _accreditations(at)

    def definitions(keys: set[str]) -> Mapping[str, Any]:
        files = sorted((EXAMPLES / "submissions" / provider.id).glob("*")) if keys else []
        sent = [definitions_in(path.read_bytes(), provider, at) for path in files]
        return {key: held for each in sent for key, held in each.items() if key in keys}

    return Known(
        provider=provider,
        definitions=definitions,
        accreditations=lambda _tokens: listed,
        loaded=bool(listed),
    )


def _accreditations(at: int) -> Mapping[str, tuple[Accreditation, ...]]:
    records: list[Accreditation] = []
    for path in list_files(EXAMPLES):
        records += list_file(path, path.stem, at).accreditations
    return _grouped((token, each) for each in records for token in tokens(each.organisation))


def _grouped(
    pairs: Iterable[tuple[str, Accreditation]],
) -> Mapping[str, tuple[Accreditation, ...]]:
    found: dict[str, tuple[Accreditation, ...]] = {}
    for token, record in pairs:
        found[token] = (*found.get(token, ()), record)
    return found


def _made_up(name: str, registered: Iterable[str], where: Path) -> Provider:
    """A registration that adds nothing to a file, for the name that stands for nobody."""
    if name != UNREGISTERED:
        names = ", ".join(sorted(registered)) or "none"
        raise CommandError(f"no provider {name} is registered in {where}; registered: {names}")
    return Provider(id=name, kind="provider", name=name, country=NOWHERE, status="active")
