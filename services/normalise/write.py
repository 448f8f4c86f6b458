"""Writes what normalise decided: definitions, awards with their sources, and who is one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from credstream.contract.codec import Codec
from credstream.contract.paging import CursorRow
from credstream.contract.records import Normalised
from credstream.contract.values import Account, Completeness
from credstream.storage import cursors
from credstream.storage.statements import upsert
from services.normalise.assemble import MAPPING_VERSION
from services.normalise.facts import AwardRow, DefinitionRow, Row
from services.normalise.links import LinkRow
from services.normalise.tables import AWARDS, CURSORS, DEFINITIONS, LINKS, SOURCES


def apply(codec: Codec, connection: sa.Connection, rows: Sequence[Row]) -> None:
    """Write the rows of a batch; of two rows for one key the later one stays."""
    definitions = [row for row in rows if isinstance(row, DefinitionRow)]
    awards = [row for row in rows if isinstance(row, AwardRow)]
    links = [row for row in rows if isinstance(row, LinkRow)]
    _remove_replaced(connection, definitions)
    upsert(connection, DEFINITIONS, [_definition(codec, row) for row in definitions])
    upsert(connection, AWARDS, [_award(codec, row) for row in awards])
    upsert(connection, SOURCES, [_source(codec, each) for row in awards for each in row.sources])
    upsert(connection, LINKS, [_link(row) for row in links])
    cursors.write(connection, CURSORS, [row for row in rows if isinstance(row, CursorRow)])


def _remove_replaced(connection: sa.Connection, rows: Iterable[DefinitionRow]) -> None:
    for row in rows:
        if row.replaces:
            gone = (DEFINITIONS.c.key == row.key, DEFINITIONS.c.since.in_(row.replaces))
            connection.execute(sa.delete(DEFINITIONS).where(*gone))


def _definition(codec: Codec, row: DefinitionRow) -> Mapping[str, str | bool | bytes]:
    return {
        "key": row.key,
        "since": row.since,
        "registered": row.registered,
        "record": codec.encode(row.record or _as_record(row)),
    }


def _award(codec: Codec, row: AwardRow) -> Mapping[str, str | bool | bytes]:
    award = row.record.award
    return {
        "key": row.key,
        "definition_key": row.definition_key,
        "waiting": row.waiting,
        "issued_on": award.issued_on if award else "",
        "learner": award.learner.pseudonym if award else "",
        "alike": row.alike,
        "identifier": row.identifier,
        "record": codec.encode(row.record),
    }


def _source(codec: Codec, source: Normalised) -> Mapping[str, str | bytes]:
    return {"key": source.key, "format": source.format, "record": codec.encode(source)}


def _link(row: LinkRow) -> Mapping[str, str | bool | int]:
    # Without `taken_back`: what an operator took back stays so.
    return {
        "identifier": row.identifier,
        "provider": row.provider,
        "target": row.target,
        "trusted": row.trusted,
        "said_at": row.said_at,
    }


def _as_record(row: DefinitionRow) -> Normalised:
    """A definition in the one record that has a schema for it."""
    none = Completeness(mandatory=0, mandatory_of=0, optional=0, optional_of=0)
    return Normalised(
        key=row.definition.key,
        kind="definition",
        provider="",
        country="",
        submission="",
        received_at=0,
        format="",
        envelope="",
        proof="",
        mapping=MAPPING_VERSION,
        definition=row.definition,
        account=Account(provenance=row.origins, completeness=none),
        cause="",
    )
