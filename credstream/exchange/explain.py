"""Why a published record is what it is: its source, and what led to each of its versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.records import (
    Accredited,
    Normalised,
    PublishedAward,
    PublishedChange,
    PublishedDefinition,
)
from credstream.exchange.descriptors import descriptors
from credstream.exchange.errors import CommandError
from credstream.exchange.folder import ExchangeFolder
from credstream.exchange.target import settings_for
from credstream.storage.read_only import reading
from services.publisher.tables import DELIVERED, OUTBOX, VERSIONS

# The channel that delivers files.
EUROPASS = "europass"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one version in one channel; `file` is where it was delivered to."""

    channel: str
    state: str
    note: str
    file: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """One published version of a key, with what accreditation judged and what was delivered."""

    source: Accredited
    published: PublishedDefinition | PublishedAward
    change: PublishedChange
    deliveries: tuple[Delivery, ...]


def versions_of(key: str, directory: Path) -> tuple[Version, ...]:
    """Every version of a key in the exchange of a folder, the first one first, never none.

    Raises CommandError for a key that was never published, and Unavailable.
    """
    settings = settings_for("publisher", directory)
    # Settings of the environment may name the folder of another exchange, so its own comes first.
    folders = (ExchangeFolder(directory).europass, Path(settings.europass_dir))
    with reading(settings.database_url) as connection:
        deliveries = _deliveries(connection, key, folders)
        versions = tuple(_versions(connection, key, deliveries))
    if not versions:
        raise CommandError(f"nothing was published under {key}; keys stand in receipts and streams")
    return versions


def as_json(versions: Sequence[Version]) -> dict[str, Any]:
    """The last version in full, and for each version what it changed and why."""
    last = versions[-1]
    record = last.source.record
    return {
        "key": record.key,
        "kind": record.kind,
        "status": last.published.status,
        "version": last.published.version,
        "provider": record.provider,
        "definition": record.definition.key,
        "source": {
            "submission": record.submission,
            "format": record.format,
            "envelope": record.envelope,
            "proof": record.proof,
            "mapping": record.mapping,
            "occurred_at": record.occurred_at,
            "received_at": record.received_at,
            "digest": last.published.digest,
        },
        "descriptors": descriptors(record, learner_of(record)),
        "provenance": record.account.provenance,
        "completeness": record.account.completeness,
        "warnings": record.account.warnings,
        "judgement": last.source.judgement,
        "versions": [_version_as_json(version) for version in versions],
    }


def learner_of(record: Normalised) -> Mapping[str, Any] | None:
    """What may be told of the learner of a published award: the pseudonym alone."""
    return {"pseudonym": record.award.learner.pseudonym} if record.award else None


def _deliveries(
    connection: sa.Connection, key: str, folders: Sequence[Path]
) -> Mapping[int, tuple[Delivery, ...]]:
    """The deliveries of each version of a key."""
    by_version: dict[int, tuple[Delivery, ...]] = {}
    for row in connection.execute(sa.select(OUTBOX).where(OUTBOX.c.key == key)):
        delivery = Delivery(row.channel, row.state, row.note, _file(row, folders))
        by_version[row.version] = (*by_version.get(row.version, ()), delivery)
    return by_version


def _versions(
    connection: sa.Connection, key: str, deliveries: Mapping[int, tuple[Delivery, ...]]
) -> list[Version]:
    codec = Codec()
    query = sa.select(VERSIONS).where(VERSIONS.c.key == key).order_by(VERSIONS.c.version)
    return [
        Version(
            codec.decode(row.source, Accredited),
            codec.decode(row.published, PublishedDefinition, PublishedAward),
            codec.decode(row.change, PublishedChange),
            deliveries.get(row.version, ()),
        )
        for row in connection.execute(query)
    ]


def _file(row: sa.Row[Any], folders: Sequence[Path]) -> str | None:
    """The file of a delivery that was made: in the first folder that has it."""
    if row.channel != EUROPASS or row.state != DELIVERED:
        return None
    paths = [folder / row.note for folder in folders]
    return str(next((path for path in paths if path.exists()), paths[-1]))


def _version_as_json(version: Version) -> dict[str, Any]:
    change = version.change
    return {
        "version": change.version,
        "change": change.change,
        "cause": change.cause,
        "cause_detail": change.cause_detail,
        "outcome": change.outcome,
        "previous_version": change.previous_version,
        "previous_outcome": change.previous_outcome,
        "occurred_at": change.occurred_at,
        "received_at": change.received_at,
        "published_at": change.published_at,
        "submission": version.source.record.submission,
        "mapping": version.source.record.mapping,
        "digest": change.digest,
        "deliveries": [asdict(delivery) for delivery in version.deliveries],
    }
